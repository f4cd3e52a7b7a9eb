// What the pictures show of supervisors: restarts and how many are left,
// refusals, grace, and the ties between processes. Without a browser.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load } from '../browser/engine.mjs';
import { ranLesson, ranOf } from '../browser/lesson-runs.mjs';

const { traceOf } = await load('/src/model/trace.ts');
const { budgetAt, budgetText, refusalsOf, roomsOf } = await load('/src/model/supervision.ts');
const { tiesOf, lasts } = await load('/src/model/ties.ts');
const { extrasIn } = await load('/src/model/extras.ts');
const { lanesOf } = await load('/src/model/lanes.ts');
const { lineSentence, notesOf, tieOf, wordsOf } = await load('/src/model/describe.ts');

const run = async (id, turned) => (await ranLesson(id, turned)).trace;

async function runSource(source) {
  const input = { program: { source, files: {} }, seed: 1, world: { endpoints: {} }, knobs: {} };
  return (await ranOf(input)).trace;
}

const named = (trace, label) => [...trace.lines.values()].find((line) => line.label === label);

/** `kind from to` of the ties, by label. */
const tied = (trace, kinds) =>
  tiesOf(trace)
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ kind, from, to }) =>
      [kind, trace.lines.get(from).label, trace.lines.get(to).label].join(' '),
    );

describe('the restarts that a supervisor allows', () => {
  it('are used one by one, and are spent when it gives up', async () => {
    const trace = await run('C3');
    const pool = named(trace, 'pool');
    const at = (t) => budgetText(budgetAt(trace, pool, t));
    assert.deepEqual(
      [at(50), at(150), at(250), at(399)],
      [0, 1, 2, 3].map((used) => `${used} of 3 restarts in 5 s`),
    );
    assert.equal(at(trace.until), '3 of 3 restarts in 5 s: gave up');
    assert.equal(budgetText(budgetAt(trace, pool, 150), true), '1 of 3 in 5 s');
  });

  it('are free again when they are out of the window, which is counted in whole seconds', () => {
    const about = (pid, time, label) => ({ pid, time, label });
    const settings = { maxRestarts: 3, maxSeconds: 2 };
    const spawned = (pid, time, more) => ({
      type: 'spawned',
      ...about(pid, time, ''),
      parent: null,
      supervisor: null,
      kind: 'task',
      ...more,
    });
    const trace = traceOf(
      [
        spawned('<1.1>', 0, { kind: 'taskSupervisor', settings }),
        spawned('<2.1>', 0, { supervisor: '<1.1>' }),
        spawned('<2.2>', 900, { supervisor: '<1.1>' }),
        { type: 'restarted', ...about('<2.2>', 900, ''), previous: '<2.1>' },
      ],
      5000,
    );
    const used = (t) => budgetAt(trace, trace.lines.get('<1.1>'), t).used;
    assert.deepEqual([used(899), used(901), used(2999), used(3000)], [0, 1, 1, 0]);
  });

  it('are told of those alone that are in need of them', async () => {
    const trace = await run('C4');
    assert.equal(budgetAt(trace, named(trace, 'pool'), trace.until), null);
    assert.equal(budgetAt(trace, named(trace, 'job 1'), trace.until), null);
  });

  it('are marks on the supervisor, and the lives of a child share a lane', async () => {
    const trace = await run('C3');
    assert.deepEqual(
      named(trace, 'pool').marks.map(({ sign, word }) => `${sign}: ${word}`),
      ['again: started feed again', 'again: started feed again', 'again: started feed again'],
    );
    const lanes = lanesOf(trace);
    assert.deepEqual(
      lanes.drawn.map(({ label, lines }) => `${label} ${lines.length}`),
      ['main 1', 'pool 1', 'worker 1', 'feed 4'],
    );
    assert.equal(lanes.hidden, 0);
  });
});

describe('a limit of children', () => {
  it('is drawn with those it refused, by the ms', async () => {
    const trace = await run('C4');
    assert.deepEqual(
      roomsOf(trace).map(({ limit }) => limit),
      [2],
    );
    assert.deepEqual(refusalsOf(trace), [
      { time: 400, limit: 2, count: 1 },
      { time: 1000, limit: 2, count: 2 },
    ]);
  });
});

describe('grace', () => {
  it('lasts from the request to the end, of those alone that were asked', async () => {
    const trace = await run('C5');
    const graces = ['quick', 'slow', 'third'].map((label) => {
      const line = named(trace, label);
      return lasts(line) ? Math.floor(line.end.time) - Math.floor(line.asked.time) : 0;
    });
    assert.deepEqual(graces, [120, 300, 0]);
    assert.deepEqual(notesOf(trace, named(trace, 'quick'), 50), []);
    assert.deepEqual(notesOf(trace, named(trace, 'quick'), 100.5), [
      'asked to stop at 100 ms by main',
    ]);
  });
});

describe('ties', () => {
  it('say who is linked, who is only watched, and whose end took whom along', async () => {
    const trace = await run('D1');
    assert.deepEqual(tied(trace, ['link', 'monitor']), [
      'link parent Sup.async',
      'monitor parent asyncNolink',
    ]);
    assert.deepEqual(tied(trace, ['exit', 'kill', 'ask']), [
      'exit parent async',
      'exit parent Sup.async',
    ]);
    assert.deepEqual(
      ['async', 'asyncNolink', 'startChild', 'pool'].map((label) =>
        tieOf(trace, named(trace, label)),
      ),
      ['linked to parent', 'watched by parent', 'nobody waits for it', ''],
    );
  });

  it('of a kill come from the one who sent it', async () => {
    assert.deepEqual(tied(await run('D3'), ['kill']), ['kill main caller']);
    assert.deepEqual(tied(await run('C5'), ['kill', 'ask']), [
      'ask main quick',
      'kill main slow',
      'ask main slow',
      'kill main third',
    ]);
    assert.deepEqual(tied(await run('B3'), ['kill']), ['kill main page 2']);
  });

  it('of one that was killed take along those linked to it, at whom nobody aimed', async () => {
    const trace = await run('D1', { ends: 'killed' });
    assert.deepEqual(tied(trace, ['kill', 'exit']), [
      'exit parent async',
      'exit parent Sup.async',
    ]);
    assert.deepEqual(
      ['parent', 'async', 'Sup.async'].map((label) => named(trace, label).end.look.word),
      ['killed', 'died by a link', 'died by a link'],
    );
  });

  it('of a linked stream go from the item to its consumer, and from there to the others', async () => {
    assert.deepEqual(tied(await run('D2'), ['exit']), [
      'exit linked 2 linked',
      'exit linked linked 1',
      'exit linked linked 3',
    ]);
  });

  it('of a value go to the one whose wait it ends, and not where it was there before', async () => {
    assert.deepEqual(tied(await run('A1'), ['reply']), ['reply /users main', 'reply /orders main']);
    assert.deepEqual(tied(await run('A2'), ['reply']), ['reply slow main']);
    assert.deepEqual(tied(await run('A3'), ['reply']), [], 'it crashed');
  });

  it('of a link that was made later begin there, and take along', async () => {
    const trace = await runSource(`import { Task } from 'belay-tasks';
      export async function main({ sleep }) {
        const two = Task.start(({ sleep }) => sleep(300), { label: 'two' });
        Task.start(async ({ Process, sleep }) => {
          await sleep(20);
          Process.link(two);
          await sleep(30);
          throw new Error('boom');
        }, { label: 'one' });
        await sleep(100);
      }`);
    const [one, two] = ['one', 'two'].map((label) => named(trace, label));
    const link = tiesOf(trace).find(({ kind }) => kind === 'link');
    assert.deepEqual([Math.floor(link.time), link.from, link.to], [20, one.pid, two.pid]);
    assert.deepEqual(tied(trace, ['exit']), ['exit one two']);
    assert.equal(two.end.look.word, 'died by a link');
  });

  it('are waited for in words: what a process does, and what it has done', async () => {
    const trace = await run('E2');
    const said = trace.events
      .map((event) => wordsOf(trace, event))
      .filter(({ who }) => who === 'main')
      .map(({ what, detail }) => `${what} ${detail}`.trim());
    assert.deepEqual(said.slice(1, -1), [
      'looks for price, at most 300 ms',
      'has looked for price, which was not there in time',
      'shuts down price, at most 200 ms',
      'has shut down price',
    ]);
  });

  it('are in the legend when they occur, and in the words of a lane', async () => {
    assert.deepEqual(extrasIn(await run('D1')), ['link', 'monitor', 'exit']);
    assert.deepEqual(extrasIn(await run('C4')), ['noRoom', 'refused']);
    assert.deepEqual(extrasIn(await run('E1')), ['late']);
    assert.deepEqual(extrasIn(await run('C5')), ['ask', 'grace', 'kill']);
    const trace = await run('C3');
    assert.match(
      lineSentence(trace, named(trace, 'pool')),
      /then gave up: 'shutdown', started feed again at 100 ms.*3 of 3 restarts in 5 s: gave up/,
    );
  });
});
