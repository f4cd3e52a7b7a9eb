// Errors that are values: which they are, and that a run tells them from other
// values and from crashes, whatever has made the task.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load, run } from './engine.mjs';
import { runToEnd, useSite } from './support.mjs';

describe('an error that is a value', () => {
  const errors = [
    new Error('returned'),
    { error: 'none' },
    { error: { kind: 'crash' }, endpoint: '/a' },
    { error: 0 },
    { status: 'rejected', reason: 1 },
    ['error', 'none'],
  ];
  const others = [
    null,
    undefined,
    'error',
    {},
    { error: null, value: 1 },
    { error: undefined },
    { error: false },
    { status: 'fulfilled', value: 1 },
    ['ok', 1],
    ['error'],
    ['error', 'warning', 'note'],
    () => {},
    {
      get error() {
        throw new Error('a getter is not called');
      },
    },
    new Proxy({}, {
      getOwnPropertyDescriptor() {
        throw new Error('it cannot be read');
      },
    }),
  ];

  it('has one of the forms that Elixir would give as {:error, reason}', async () => {
    const { errorTextOf } = await load('/src/model/error-value.ts');
    const { format } = await load('/src/model/format.ts');
    for (const value of errors) assert.equal(errorTextOf(value), format(value));
    for (const value of others) assert.equal(errorTextOf(value), null, format(value));
  });
});

/** The ways to make a task of a body, each written with `body` in it. */
const ways = {
  'Task.async': 'await Task.await(Task.async(body))',
  'Task.start': 'Task.start(body); await sleep(9)',
  'Task.startLink': 'Task.startLink(body); await sleep(9)',
  'Task.asyncStream': 'await Task.asyncStream([0], (_, context) => body(context)).toArray()',
  'Task.asyncStream, of the item alone': 'await Task.asyncStream([0], (n) => body()).toArray()',
  'a task in a task': 'await Task.await(Task.async(({ Task }) => Task.await(Task.async(body)).then(() => 1)))',
  'TaskSupervisor.async': 'await Task.await(TaskSupervisor.async(pool, body))',
  'TaskSupervisor.asyncNolink': 'await Task.await(TaskSupervisor.asyncNolink(pool, body))',
  'TaskSupervisor.startChild': 'TaskSupervisor.startChild(pool, body); await sleep(9)',
  'TaskSupervisor.asyncStream': 'await TaskSupervisor.asyncStream(pool, [0], body).toArray()',
  'TaskSupervisor.asyncStreamNolink': 'await TaskSupervisor.asyncStreamNolink(pool, [0], body).toArray()',
  'a child of a supervisor':
    "Supervisor.start([Task.childSpec(body, { id: 'x', restart: 'temporary' })], { strategy: 'oneForOne' }); await sleep(9)",
  'another runtime':
    'const other = createRuntime(); await other.Task.await(other.Task.async(body)).then(() => other.dispose())',
};

const bodies = {
  'at once': "() => ({ error: 'none' })",
  'by a promise': "async () => { await null; return { error: 'none' }; }",
};

describe('a run tells an error that was returned', () => {
  const { 'another runtime': elsewhere, ...own } = ways;
  for (const [way, make] of Object.entries(own)) {
    it(`by ${way}`, async () => {
      for (const [when, body] of Object.entries(bodies)) {
        const { outcome, events } = await run(`
          export async function main({ Task, TaskSupervisor, Supervisor, sleep }) {
            const pool = TaskSupervisor.start();
            const body = ${body};
            ${make};
          }`);
        assert.equal(outcome.kind, 'returned', `${when}: ${JSON.stringify(outcome)}`);
        const ends = events.filter(({ type, error }) => type === 'settled' && error !== undefined);
        assert.deepEqual(
          ends.map(({ status, error }) => [status, error]),
          [['fulfilled', "{ error: 'none' }"]],
          when,
        );
      }
    });
  }

  it('and leaves what belongs to another runtime alone', async () => {
    const { outcome, events } = await run(`
      import { createRuntime } from 'belay-tasks';
      export async function main() {
        const body = ${bodies['at once']};
        ${elsewhere};
      }`);
    assert.equal(outcome.kind, 'returned', JSON.stringify(outcome));
    assert.equal(events.some(({ type }) => type === 'settled'), false);
  });

  it('by a promise that is watched', async () => {
    const { events } = await run(`
      export const main = ({ watch }) =>
        Promise.all([watch(Promise.resolve({ error: 1 }), 'a'), watch(Promise.resolve(1), 'b')]);`);
    assert.deepEqual(
      events.filter(({ type }) => type === 'kept').map(({ status, error }) => [status, error]),
      [['fulfilled', '{ error: 1 }'], ['fulfilled', undefined]],
    );
  });

  it('and says nothing of one that is thrown, or that comes after its task was killed', async () => {
    const { events } = await run(`
      export async function main({ Task, TaskSupervisor, sleep }) {
        const pool = TaskSupervisor.start();
        const items = [() => { throw { error: 1 }; }, () => new Promise((done) => setTimeout(done, 20, { error: 1 }))];
        await TaskSupervisor.asyncStreamNolink(pool, items, (item) => item(), { timeout: 10, onTimeout: 'killTask' }).toArray();
        await sleep(30);
      }`);
    assert.deepEqual(
      events.filter(({ type }) => type === 'settled').map(({ status, error }) => [status, error]),
      [['rejected', undefined], ['rejected', undefined]],
    );
  });

  it('and hands bodies what they are handed otherwise, by the name that they have', async () => {
    const { outcome, events } = await run(`
      export async function main({ Task }) {
        const given = [];
        function named() { given.push(arguments.length, typeof arguments[0].sleep); }
        await Task.await(Task.async(named));
        await Task.asyncStream(['x'], function each() { given.push(arguments.length, arguments[0]); }).toArray();
        return given;
      }`);
    assert.equal(outcome.result.text, "[1, 'function', 2, 'x']");
    const labels = events.filter(({ type }) => type === 'spawned').map(({ label }) => label);
    assert.deepEqual(labels, ['named', 'each']);
  });
});

describe('the page', () => {
  const { withPage } = useSite();

  it('draws E3 with an end of each family, in the lanes, the legend, the table, the tree and the log', () =>
    withPage('#E3', {}, async (page) => {
      await runToEnd(page);
      const families = (place) =>
        page.$$eval(`${place} g.end`, (ends) => [...new Set(ends.map((end) => end.classList[1]))].sort());
      const all = ['crashed', 'error', 'ok', 'stopped'];
      assert.deepEqual(await families('.lanes'), all);
      assert.deepEqual(await families('.legend'), all);
      const legend = await page.$eval('.legend', ({ textContent }) => textContent);
      assert.match(legend, /ok.*error.*crashed.*timed out/);
      const cells = await page.$$eval('.lanes [role=gridcell]', (list) => list.map(({ ariaLabel }) => ariaLabel));
      assert.equal(cells.filter((cell) => /, then error: \{ error: \{ kind: 'not_found' \} \}/.test(cell)).length, 1);
      assert.match(await page.$eval('.facts', ({ textContent }) => textContent), /1 ok, 1 error, 2 crashed, 1 timed out/);

      await page.click('#stage-tree');
      await page.$eval('.scrub', (range) => {
        range.value = '60.9';
        range.dispatchEvent(new Event('input', { bubbles: true }));
      });
      await page.waitForFunction(() =>
        [...document.querySelectorAll('[role=treeitem]')].some(
          (item) => item.querySelector('g.end.error') && /· error ·/.test(item.textContent),
        ),
      );
      await page.click('#stage-log');
      await page.waitForFunction(() =>
        [...document.querySelectorAll('.event.trouble')].some(({ textContent }) =>
          /error \{ error: \{ kind: 'not_found' \} \}/.test(textContent),
        ),
      );
    }));
});
