// What a program may throw, give and tell, without a browser: anything that
// there is, and the page has a text for it or says that it takes it not.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load, run, sources } from '../browser/engine.mjs';

describe('what a program may throw or give', () => {
  const thrown = {
    'null': ['throw null', 'null'],
    'nothing at all': ['throw undefined', 'undefined'],
    'a symbol': ["throw Symbol('odd')", 'Symbol(odd)'],
    'a proxy that forbids all': [
      'throw new Proxy({}, new Proxy({}, { get() { throw new Error("no") } }))',
      '[cannot be read]',
    ],
    'a proxy that is revoked': [
      'const { proxy, revoke } = Proxy.revocable([], {}); revoke(); throw proxy',
      '[cannot be read]',
    ],
    'an error that throws when it is read': [
      'throw Object.defineProperty(new Error(), "message", { get() { throw 1 } })',
      '[cannot be read]',
    ],
    'an error whose name is a symbol': [
      'throw Object.assign(new Error("m"), { name: Symbol("s") })',
      'Symbol(s): m',
    ],
    'an error that pretends to be a limit': [
      'throw Object.assign(new Error("no"), { code: "BELAY_UNBOUNDED", limit: "maxTime" })',
      'Error: no',
    ],
  };
  for (const [name, [statement, text]] of Object.entries(thrown)) {
    it(`${name}, by main and by a task`, async () => {
      const { outcome } = await run(`export function main() { ${statement} }`);
      assert.deepEqual([outcome.kind, outcome.reason.text], ['threw', text]);
      const { events } = await run(`
        import { Task } from 'belay-tasks';
        export async function main() {
          const task = Task.async(() => { ${statement} });
          await Task.await(task).catch(() => {});
        }`);
      assert.equal(events.find(({ type }) => type === 'settled').reason.text, text);
    });
  }

  const given = {
    'a getter that throws': ['({ a: 1, get b() { throw new Error() } })', '{ a: 1, b: [cannot be read] }'],
    'no date': ['new Date(NaN)', 'Invalid Date'],
    'a list of four thousand millions of holes': ['new Array(4e9)', /more,\n\]$/],
    'numbers without names': ['new Uint8Array(100_000_000)', /^Uint8Array \[\n {2}0,[^]*99999940 more/],
    'a text of a hundred million characters': ["'x'.repeat(1e8)", /^'x{1999} …$/],
    'what is wide at every depth': [
      '(() => { let all = 0; for (let n = 0; n < 6; n += 1) all = Array(60).fill(all); return all; })()',
      / …$/,
    ],
    'empty objects that are wide at every depth': [
      '(() => { let all = {}; for (let n = 0; n < 6; n += 1) all = Array(60).fill(all); return all; })()',
      / …$/,
    ],
  };
  for (const [name, [expression, text]] of Object.entries(given)) {
    it(`${name}, alone and in an entry`, async () => {
      const { outcome } = await run(`export const main = () => ${expression};`);
      assert.equal(outcome.kind, 'returned');
      if (typeof text === 'string') assert.equal(outcome.result.text, text);
      else assert.match(outcome.result.text, text);
      const entry = await run(`export const main = () => [{ status: 'fulfilled', value: ${expression} }];`);
      assert.equal(entry.outcome.kind, 'returned');
      assert.ok(JSON.stringify(entry.outcome).length < 20_000);
    });
  }

  it('entries that lead back to themselves', async () => {
    const { outcome } = await run(
      "export function main() { const value = {}; value.self = [value]; return [{ status: 'fulfilled', value }]; }",
    );
    assert.equal(outcome.result.entries[0].elixir, '{:ok, %{self: [%{self: [%{self: …}]}]}}');
  });
});

describe('the recorder', () => {
  async function recorderOf() {
    const { Recorder } = await load('/src/engine/recorder.ts');
    const events = [];
    const ends = [];
    const recorder = new Recorder((batch) => events.push(...batch), (why) => ends.push(why));
    return { recorder, events, ends };
  }

  it('keeps the first failures that nobody handled, counts the rest, and ends the run at 500', async () => {
    const few = await recorderOf();
    for (let n = 0; n < 103; n += 1) few.recorder.unhandled(new Error(`number ${n}`));
    few.recorder.close();
    assert.equal(few.events.length, 101);
    assert.equal(few.events.at(-1).reason.text, '3 more failures');
    assert.deepEqual(few.ends, []);

    const many = await recorderOf();
    many.recorder.now = () => 7;
    for (let n = 0; n < 2000; n += 1) many.recorder.unhandled(null);
    many.recorder.close();
    assert.deepEqual(
      many.events.slice(99).map(({ type, reason, why }) => [type, reason?.text ?? why]),
      [
        ['unhandled', 'null'],
        ['unhandled', '400 more failures'],
        ['stopped', 'Stopped at 500 failures that nobody handled, at 0.007 s.'],
      ],
    );
    assert.deepEqual(many.ends, [many.events.at(-1).why]);
  });

  it('throws at nobody when the failure is the last event that there is room for', async () => {
    const { recorder, events, ends } = await recorderOf();
    const printed = () => recorder.add({ type: 'printed', time: 0, text: '' });
    for (let n = 1; n < 200_000; n += 1) printed();
    recorder.unhandled(new Error('the last'));
    assert.deepEqual(events.slice(-2).map(({ type }) => type), ['unhandled', 'stopped']);
    assert.equal(ends.length, 1);
  });

  it('has an end of texts, of which a run may have many', async () => {
    const { recorder, events, ends } = await recorderOf();
    const path = `/${'x'.repeat(1_999_999)}`;
    const ask = () => recorder.add({ type: 'requested', time: 0, path, attempt: 1 });
    for (let n = 0; n < 10; n += 1) ask();
    await null; // a request is told of when its body has let go
    ask();
    await null;
    assert.throws(ask);
    assert.match(ends[0], /^Stopped at 20,000,000 characters/);
    assert.equal(events.at(-1).type, 'stopped');
  });

  it('cuts labels, never within a letter, and leaves out what turns the words beside them round', async () => {
    const { labelOf } = await load('/src/engine/recorder.ts');
    assert.equal(labelOf('\u202eliam\u2066'), 'liam');
    assert.equal(labelOf(`${'x'.repeat(79)}😀`), 'x'.repeat(79));
    assert.equal(labelOf(`${'x'.repeat(78)}😀!`), `${'x'.repeat(78)}😀`);
  });
});

describe('what a worker tells', () => {
  it('is taken in when it is of a run', async () => {
    const { isMessage } = await load('/src/engine/messages.ts');
    const { readLessonFiles, inputOf } = await load('/tools/lessons.ts');
    const { runInNode } = await load('/src/engine/node.ts');
    const { summaryOf } = await load('/src/model/summary.ts');
    const { traceOf } = await load('/src/model/trace.ts');
    const lessons = readLessonFiles(sources.lessons).filter(({ world }) => world.clock !== 'real');
    for (const files of lessons.filter((_, at) => at % 3 === 0)) {
      const input = inputOf(files);
      const { events, outcome, stats, until, waits } = structuredClone(await runInNode(input));
      const unlike = events.find((event) => !isMessage({ type: 'events', events: [event], until }));
      assert.equal(unlike, undefined, `${files.id}: ${JSON.stringify(unlike)}`);
      assert.ok(isMessage({ type: 'waits', waits }), files.id);
      assert.ok(isMessage({ type: 'ended', outcome, stats, until }), files.id);
      const summary = summaryOf(traceOf(events, until), outcome, 1);
      assert.ok(isMessage({ type: 'seed', summary }), files.id);
    }
  });

  it('is not taken in when a view could not draw it, or would draw more than a text', async () => {
    const { isMessage } = await load('/src/engine/messages.ts');
    const element = { type: 'img', props: {}, constructor: undefined };
    const told = (event) => ({ type: 'events', events: [event], until: 0 });
    const spawned = { type: 'spawned', time: 0, pid: '<1.1>', label: 'a', kind: 'task', parent: null };
    assert.ok(isMessage(told(spawned)));
    const returned = (more) => ({
      type: 'ended',
      outcome: { kind: 'returned', result: { text: '1', entries: null, columns: null, plain: 1, ...more } },
      stats: { requests: 0 },
      until: 1,
    });
    assert.ok(isMessage(returned({})));
    for (const message of [
      null,
      'beat',
      [],
      { type: 'toString' },
      { type: '__proto__' },
      { type: 'beat', until: Number.NaN },
      { type: 'beat', until: Number.POSITIVE_INFINITY },
      told({ ...spawned, label: element }),
      told({ ...spawned, label: 7 }),
      told({ ...spawned, pid: undefined }),
      told({ ...spawned, time: Number.NaN }),
      told({ ...spawned, settings: { maxChildren: element } }),
      told({ ...spawned, type: 'constructor' }),
      told({ ...spawned, more: element }),
      told({ type: 'printed', time: 0, text: element }),
      told({ type: 'printed', time: 0 }),
      told({ type: 'threw', time: 0, reason: { word: null, text: element } }),
      told({ type: 'answered', time: 0, path: '/', attempt: 1, status: element }),
      returned({ text: element }),
      returned({ entries: [{ ok: true, javascript: 'a', elixir: element }] }),
      returned({ columns: { names: ['a'], rows: [[element]] } }),
      returned({ plain: { a: { b: () => {} } } }),
      { type: 'waits', waits: [{ pid: null, on: { what: 'request', path: element }, from: { at: 0, after: 0 }, to: null, hangs: false }] },
      { ...returned({}), stats: { requests: element } },
      { type: 'seed', summary: { outcome: 'returned', ends: { ok: element } } },
    ])
      assert.ok(!isMessage(message), JSON.stringify(message));
  });
});
