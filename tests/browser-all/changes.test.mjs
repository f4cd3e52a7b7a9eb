// What a learner breaks in a run: its text, and the engine that carries it out.
// All of a run before a change is what it was, in every lesson.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load, sources } from '../browser/engine.mjs';

const { inputOf, readLessonFiles } = await load('/tools/lessons.ts');
const { runInNode } = await load('/src/engine/node.ts');
const { changesOf, changesText } = await load('/src/model/changes.ts');
const { pendingAt, placeOf } = await load('/src/model/pending.ts');
const { isAlive, traceOf } = await load('/src/model/trace.ts');
const { aliveAt, changeName, defaultTarget, faultsOf } = await load('/src/model/faults.ts');
const { counterpartsOf, differ } = await load('/src/model/counterparts.ts');
const lessons = readLessonFiles(sources.lessons);

const plainEvents = ({ events }) => events.map((event) => JSON.stringify({ ...event }));
const of = (events, type) => events.filter((event) => event.type === type);

/** Runs a program with changes, as { events, outcome, trace, waits }. */
async function run(source, { changes = [], world = null } = {}) {
  const ran = await runInNode({ program: { source, files: {} }, seed: 1, world, knobs: {}, changes });
  const plain = plainEvents(ran);
  return { ...ran, plain, trace: traceOf(ran.events, ran.until) };
}

/** A change at the position `t` of a run. */
const at = ({ trace }, t, kind, pid, on = null) => ({ kind, ...placeOf(trace, t), pid, on });
const lineOf = ({ trace }, label) => [...trace.lines.values()].find((line) => line.label === label);

const world = { endpoints: { '/*': { latency: { kind: 'fixed', ms: 100 } } } };
const two = `
  import { Task } from 'belay-tasks';
  const get = async (path, signal) => (await fetch(path, { signal })).status;
  export async function main() {
    return Task.asyncStream(['/a', '/b'], (path, { signal }) => get(path, signal),
      { label: 'page', timeout: 300, onTimeout: 'killTask', ordered: true }).toArray();
  }`;

describe('the text of changes', () => {
  const all = [
    { kind: 'crash', at: 640, after: 2, pid: '<12.1>', on: null },
    { kind: 'kill', at: 0, after: 1, pid: '<1.0>', on: null },
    { kind: 'stop', at: 5, after: 0, pid: '<2.300>', on: null },
    { kind: 'hang', at: 7, after: 0, pid: '<3.0>', on: { what: 'sleep', nth: 4 } },
    { kind: 'slow', at: 8, after: 1, pid: null, on: { what: 'request', path: '/a.b/c,d é', attempt: 2 } },
  ];

  it('is read back as it was', () => {
    const text = changesText(all);
    assert.deepEqual(changesOf(text), { changes: all, ignored: [] });
    assert.match(text, /^[\w.,%-]+$/, 'fit for the fragment of an address');
    assert.deepEqual(changesOf(''), { changes: [], ignored: [] });
  });

  it('gives what cannot be read as it stands', () => {
    for (const odd of [
      'x', '640.crash.1.0', '1.0.melt.1.0', '1.0.hang.1.0', '1.0.crash.-', '-1.0.crash.1.0',
      '1.0.crash.1.0.sleep.1', '1.0.slow.-.sleep.1', '99999999999999999.0.kill.1.0', '1.0.stop.1.0 ',
    ]) {
      assert.deepEqual(changesOf(odd), { changes: [], ignored: [odd] }, odd);
    }
    const { changes, ignored } = changesOf('1.0.slow.-.request.1.%zz,what');
    assert.equal(changes[0].on.path, '%zz');
    assert.deepEqual(ignored, ['what']);
  });

  it('is of a hundred at most', () => {
    const { changes, ignored } = changesOf('1.0.kill.1.0,'.repeat(5000));
    assert.deepEqual([changes.length, ignored.length], [100, 4900]);
  });
});

describe('what processes wait for', () => {
  it('is told of requests and sleeps, and whose they are', async () => {
    const ran = await run(
      `import { Task, sleep } from 'belay-tasks';
      export async function main() {
        const task = Task.async(async ({ signal, sleep }) => {
          await sleep(30);
          await fetch('/x', { signal });
          await sleep(20);
        }, { label: 'work' });
        await sleep(10);
        return Task.await(task);
      }`,
      { world },
    );
    const { pid } = lineOf(ran, 'work');
    const main = lineOf(ran, 'main').pid;
    const told = ran.waits.map(({ pid, on, from, to }) => [pid, on, from.at, to?.at]);
    assert.deepEqual(told, [
      [main, { what: 'sleep', nth: 1 }, 0, 10],
      [pid, { what: 'sleep', nth: 1 }, 0, 30],
      [pid, { what: 'request', path: '/x', attempt: 1 }, 30, 130],
      [pid, { what: 'sleep', nth: 2 }, 130, 150],
    ]);
    const pending = (t) => pendingAt(ran.waits, placeOf(ran.trace, t)).map(({ on }) => on.what);
    assert.deepEqual([5, 20, 100, 140].map(pending), [['sleep', 'sleep'], ['sleep'], ['request'], ['sleep']]);
  });

  it('a request without a signal is nobody\'s', async () => {
    const { waits } = await run("export const main = async () => (await fetch('/x')).status;", { world });
    assert.deepEqual(waits.map(({ pid, on }) => [pid, on.path]), [[null, '/x']]);
  });
});

describe('a change', () => {
  it('crashes a task: its exit has an Error as the reason', async () => {
    const first = await run(two, { world });
    const change = at(first, 50, 'crash', lineOf(first, 'page 1').pid);
    const { outcome, trace, events } = await run(two, { world, changes: [change] });
    const { end } = [...trace.lines.values()].find(({ label }) => label === 'page 1');
    assert.deepEqual([end.look.word, end.reason, Math.floor(end.time)], ['crashed', 'Error: broken by you', 50]);
    assert.equal(of(events, 'changed')[0].how, "Process.exit(pid, new Error('broken by you'))");
    assert.equal(outcome.kind, 'threw', 'the stream is linked to main, which fails with it');
    assert.match(outcome.reason.text, /broken by you/);
  });

  it('kills a task', async () => {
    const nolink = `
      import { TaskSupervisor } from 'belay-tasks';
      export async function main() {
        const sup = TaskSupervisor.start();
        return TaskSupervisor.asyncStreamNolink(sup, ['/a', '/b'],
          async (path, { signal }) => (await fetch(path, { signal })).status, { label: 'page' }).toArray();
      }`;
    const first = await run(nolink, { world });
    const { outcome, trace } = await run(nolink, {
      world,
      changes: [at(first, 50, 'kill', lineOf(first, 'page 2').pid)],
    });
    assert.equal([...trace.lines.values()].find(({ label }) => label === 'page 2').end.look.word, 'killed');
    assert.deepEqual(outcome.result.entries.map(({ ok, elixir }) => [ok, elixir]), [
      [true, '{:ok, 200}'],
      [false, '{:exit, :killed}'],
    ]);
  });

  it('makes a request hang, until its deadline', async () => {
    const first = await run(two, { world });
    const { pid } = lineOf(first, 'page 2');
    const on = { what: 'request', path: '/b', attempt: 1 };
    const { outcome, trace, events } = await run(two, { world, changes: [at(first, 50, 'hang', pid, on)] });
    assert.deepEqual(of(events, 'changed').map(({ how, done }) => [how, done]), [
      ['its request for /b never ends', true],
    ]);
    const line = [...trace.lines.values()].find(({ label }) => label === 'page 2');
    assert.deepEqual([line.end.look.word, Math.floor(line.end.time)], ['timed out', 300]);
    assert.deepEqual(outcome.result.entries.map(({ ok }) => ok), [true, false]);
  });

  it('makes a request take ten times as long, from its beginning', async () => {
    const source = two.replace('timeout: 300', 'timeout: 2000');
    const first = await run(source, { world });
    const on = { what: 'request', path: '/b', attempt: 1 };
    const change = at(first, 50, 'slow', lineOf(first, 'page 2').pid, on);
    const { trace } = await run(source, { world, changes: [change] });
    const ends = [...trace.lines.values()].filter(({ kind }) => kind === 'item').map(({ end }) => Math.floor(end.time));
    assert.deepEqual(ends, [100, 1000]);
  });

  it('holds up sleeps as it does requests', async () => {
    const source = `
      import { Task } from 'belay-tasks';
      export async function main() {
        const task = Task.async(async ({ sleep }) => { await sleep(10); await sleep(30); return 'done'; }, { label: 'work' });
        return Task.yield(task, 1000);
      }`;
    const first = await run(source);
    const { pid } = lineOf(first, 'work');
    const on = { what: 'sleep', nth: 2 };
    const slow = await run(source, { changes: [at(first, 20, 'slow', pid, on)] });
    assert.equal(Math.floor(lineOf(slow, 'work').end.time), 310);
    const hung = await run(source, { changes: [at(first, 20, 'hang', pid, on)] });
    assert.equal(hung.outcome.result.text, 'null');
    assert.equal(hung.waits.find(({ on: { nth } }) => nth === 2).to, null);
  });

  it('stops a supervisor: its children end first', async () => {
    const source = `
      import { TaskSupervisor, sleep } from 'belay-tasks';
      export async function main() {
        const sup = TaskSupervisor.start({ name: 'workers' });
        TaskSupervisor.startChild('workers', ({ sleep }) => sleep(500), { label: 'child' });
        await sleep(300);
        return TaskSupervisor.children === undefined;
      }`;
    const first = await run(source);
    const ran = await run(source, { changes: [at(first, 100, 'stop', lineOf(first, 'workers').pid)] });
    for (const label of ['workers', 'child']) {
      const { end } = lineOf(ran, label);
      assert.deepEqual([end.look.word, Math.floor(end.time)], ['shut down', 100], label);
    }
  });

  it('says so when it can do nothing', async () => {
    const first = await run(two, { world });
    const { pid } = lineOf(first, 'page 1');
    const changes = [
      at(first, 50, 'kill', lineOf(first, 'main').pid),
      at(first, 50, 'stop', pid),
      at(first, 50, 'kill', '<900.0>'),
    ];
    const { events, outcome } = await run(two, { world, changes });
    assert.deepEqual(of(events, 'changed').map(({ done, how }) => [done, how]), [
      [false, 'main is the root process, which cannot be ended'],
      [false, 'it is not a supervisor'],
      [false, 'it is over, or has not begun'],
    ]);
    assert.equal(outcome.result.entries.length, 2);
  });

  it('comes after the events of its ms that it names, and before the others', async () => {
    const source = `
      import { Task, sleep } from 'belay-tasks';
      export async function main({ log }) {
        const task = Task.start(({ sleep }) => sleep(100), { label: 'work' });
        setTimeout(() => { log('one'); setTimeout(() => log('three'), 1); }, 20);
        setTimeout(() => log('two'), 20);
        await sleep(50);
      }`;
    const first = await run(source);
    const { pid } = lineOf(first, 'work');
    for (const [after, order] of [
      [0, ['changed', 'one', 'two', 'three']],
      [1, ['one', 'changed', 'two', 'three']],
      [2, ['one', 'two', 'changed', 'three']],
      [9, ['one', 'two', 'changed', 'three']],
    ]) {
      const { events } = await run(source, { changes: [{ kind: 'kill', at: 20, after, pid, on: null }] });
      const seen = events.filter(({ type }) => ['changed', 'printed'].includes(type));
      assert.deepEqual(seen.map(({ type, text }) => text ?? type), order, `after ${after}`);
    }
  });

  it('end no promise: it is told that nothing can', async () => {
    const source = 'export const main = ({ watch, sleep }) => watch(sleep(50), "late");';
    const { outcome, events } = await run(source, { changes: [{ kind: 'kill', at: 20, after: 0, pid: 'promise 1', on: null }] });
    assert.equal(outcome.kind, 'returned');
    const why = 'a promise is no task: nothing ends it from outside';
    assert.deepEqual(
      of(events, 'changed').map(({ done, how }) => [done, how]),
      [[false, why]],
    );
    const ways = faultsOf(traceOf(structuredClone(events)), [], 10, 'promise 1');
    assert.deepEqual(
      ways.filter(({ kind }) => kind !== 'hang' && kind !== 'slow').map(({ says }) => says),
      [why, why, why],
    );
  });

  it('that a link makes up does no harm', async () => {
    const { changes } = changesOf('0.0.crash.0.0,3.999999.hang.-.request.7.%2Fnone,999999999999.0.kill.1.0');
    const { outcome, events } = await run(two, { world, changes });
    assert.equal(outcome.kind, 'returned');
    assert.deepEqual(of(events, 'changed').map(({ kind, done }) => [kind, done]), [
      ['crash', false],
      ['hang', true],
    ]);
  });
});

describe('what can be broken at the playhead', () => {
  const says = (ran, t, label) =>
    Object.fromEntries(
      faultsOf(ran.trace, ran.waits, t, lineOf(ran, label).pid).map(({ kind, change, says }) => [
        kind,
        change === null ? `not: ${says}` : says,
      ]),
    );

  it('is said for each way, and why not', async () => {
    const ran = await run(two, { world });
    assert.deepEqual(says(ran, 50, 'page 1'), {
      crash: 'it exits with an Error',
      hang: 'its request for /a is never answered',
      slow: 'its request for /a takes 10 times as long',
      kill: "it exits with 'kill', without a chance to clean up",
      stop: 'not: it is not a supervisor',
    });
    assert.equal(says(ran, 50, 'main').kill, 'not: it is the program itself, the root process, which cannot be ended');
    assert.equal(says(ran, 50, 'main').slow, 'not: it waits for no request and does not sleep');
    assert.equal(says(ran, 150, 'page 1').crash, 'not: it is over since 100 ms');
    const { pid } = lineOf(ran, 'page 1');
    assert.deepEqual(
      new Set(faultsOf(ran.trace, null, 50, pid).map(({ says }) => says)),
      new Set(['run it first']),
    );
    assert.equal(faultsOf(ran.trace, ran.waits, 50, '<99.9>')[0].says, 'it has not begun');
    assert.deepEqual(
      new Set(faultsOf(ran.trace, ran.waits, 50, pid, true).map(({ says }) => says)),
      new Set(['a run on the real clock cannot be had again']),
    );
  });

  it('leaves requests that bear no signal with main', async () => {
    const ran = await run(two.replace('fetch(path, { signal })', 'fetch(path)'), { world });
    assert.match(says(ran, 50, 'page 1').hang, /^not: it waits for no request that bears its signal/);
    assert.equal(says(ran, 50, 'main').hang, 'its request for /a is never answered');
  });

  it('says that what hangs already need not be made to', async () => {
    const hangs = { endpoints: { '/*': { ...world.endpoints['/*'], hang: 1 } } };
    const ran = await run(two, { world: hangs });
    assert.equal(says(ran, 50, 'page 2').slow, 'not: its request for /b hangs already');
  });

  it('is about whom was picked, else the first task at work', async () => {
    const ran = await run(two, { world });
    const alive = aliveAt(ran.trace, 50, 10);
    assert.deepEqual(alive.map(({ label }) => label), ['main', 'page 1', 'page 2']);
    assert.deepEqual(aliveAt(ran.trace, 50, 2).length, 2);
    assert.equal(defaultTarget(alive, alive[2].pid, 50).label, 'page 2');
    assert.equal(defaultTarget(alive, '<9.9>', 50).label, 'page 1');
    assert.equal(defaultTarget([alive[0]], null, 50).label, 'main');
    assert.equal(defaultTarget([], null, 50), null);
  });

  it('has a name by which it is taken back', async () => {
    const ran = await run(two, { world });
    const { pid } = lineOf(ran, 'page 1');
    const [crash, , slow] = faultsOf(ran.trace, ran.waits, 50, pid).map(({ change }) => change);
    assert.equal(changeName(ran.trace, crash), 'crash page 1 at 0.050 s');
    assert.equal(changeName(ran.trace, slow), 'slow down page 1 at 0.050 s');
    assert.equal(changeName(ran.trace, { ...slow, pid: null }), 'slow down /a at 0.050 s');
  });
});

describe('who is who in another run', () => {
  it('is told by labels under owners, in their order', async () => {
    const first = await run(two, { world });
    const change = at(first, 50, 'kill', lineOf(first, 'page 2').pid);
    const second = await run(two, { world, changes: [change] });
    const pairs = counterpartsOf(second.trace, first.trace);
    for (const line of second.trace.lines.values()) {
      assert.equal(pairs.get(line.pid).label, line.label);
    }
    const differing = [...second.trace.lines.values()].filter((line) => differ(line, pairs.get(line.pid)));
    assert.deepEqual(differing.map(({ label }) => label), ['main', 'page 1', 'page 2']);
    const twins = await run("import { Task } from 'belay-tasks'; export const main = () => [1, 2].map(() => Task.async(() => 1)).length;");
    const same = counterpartsOf(twins.trace, twins.trace);
    assert.ok([...same].every(([pid, line]) => line.pid === pid && !differ(line, line)));
  });
});

/** Every way to break a run at `t`. */
function* faultsAt(trace, waits, t) {
  const place = placeOf(trace, t);
  for (const { pid, on, hangs } of pendingAt(waits, place)) {
    if (!hangs) {
      yield { kind: 'hang', ...place, pid, on };
      yield { kind: 'slow', ...place, pid, on };
    }
  }
  for (const line of trace.lines.values()) {
    if (isAlive(line, t) && line.kind !== 'main' && line.kind !== 'promise') {
      const isTask = line.kind === 'task' || line.kind === 'item';
      yield { kind: isTask ? 'crash' : 'stop', ...place, pid: line.pid, on: null };
      yield { kind: 'kill', ...place, pid: line.pid, on: null };
    }
  }
}

/** What it is about ends in the same ms. */
function mayBeLate({ lines }, waits, { at, pid, on }) {
  const wait = waits.find((one) => one.pid === pid && JSON.stringify(one.on) === JSON.stringify(on));
  const end = wait?.to?.at ?? lines.get(pid)?.end?.time ?? -1;
  return Math.floor(end) === at;
}

const PLACES = 4; // of each lesson
const FAULTS = 3; // at each

describe('all of a run before a change is what it was', () => {
  for (const files of lessons.filter(({ world }) => world.clock !== 'real')) {
    it(`in ${files.id}`, async () => {
      const input = inputOf(files);
      const first = await runInNode(input);
      const plain = plainEvents(first);
      const trace = traceOf(first.events, first.until);
      let tried = 0;
      for (let place = 0; place < PLACES; place += 1) {
        const index = Math.floor(((place + 0.5) / PLACES) * trace.events.length);
        const here = trace.events[index].time;
        const between = (here + (trace.events[index + 1]?.time ?? trace.until)) / 2;
        for (const t of [here, between]) {
          const all = [...faultsAt(trace, first.waits, t)];
          for (let nth = 0; nth < Math.min(FAULTS, all.length); nth += 1) {
            const change = all[Math.floor((nth * all.length) / FAULTS)] ?? all[nth];
            const ran = await runInNode({ ...input, changes: [change] });
            const again = plainEvents(ran);
            const before = again.findIndex((text) => text.includes('"type":"changed"'));
            const told = JSON.stringify(change);
            assert.deepEqual(again.slice(0, before), plain.slice(0, before), told);
            assert.ok(before >= index + 1 || t < here, `${told} came too early: ${before} of ${index}`);
            const changed = ran.events[before];
            assert.equal(Math.floor(changed.time), change.at, told);
            assert.ok(changed.done || mayBeLate(trace, first.waits, change), `${told} ${changed.how}`);
            tried += 1;
          }
        }
      }
      assert.ok(tried > PLACES, `${tried} changes`);
    });
  }
});
