import assert from 'node:assert/strict';
import diagnostics from 'node:diagnostics_channel';
import test from 'node:test';
import { createRuntime } from 'belay-tasks';
import { insideOf } from '../../bindings/js/public-runtime.js';
import { FakeClock } from './fake-clock.mjs';
import { deferred, quiet, rejection, scenario } from './harness.mjs';

const short = (events) => events.map(({ type, pid, label }) => `${type} ${pid}${label ? ` ${label}` : ''}`);

const withoutWaits = (events) => events.filter(({ type }) => type !== 'waiting' && type !== 'waited');

/** The events of that type, without what is the same in all of them. */
const only = (events, ...types) => events
  .filter(({ type }) => types.includes(type))
  .map(({ time, pid, label, ...event }) => event);

function watched(runtime) {
  const events = [];
  runtime.subscribe((event) => events.push(event));
  return events;
}

scenario('the life of a task as events', async ({ Task, Process, runtime, clock }) => {
  const events = [];
  const unsubscribe = runtime.subscribe((event) => events.push(event));
  const task = Task.async(async ({ sleep }) => {
    await sleep(5);
    return 1;
  }, { label: 'work' });
  await clock.advance(5);
  await Task.await(task);
  const { pid } = task;
  assert.deepEqual(events, [
    {
      type: 'spawned', time: 0, pid, label: 'work', kind: 'task', parent: Process.self(), supervisor: null, linked: true,
      callers: [Process.self()], ancestors: [Process.self()],
    },
    { type: 'started', time: 0, pid, label: 'work' },
    { type: 'waiting', time: 0, pid, label: 'work', wait: 1, what: 'sleep', for: null, timeout: 5, until: 5 },
    { type: 'waited', time: 5, pid, label: 'work', wait: 1, what: 'sleep', for: null, outcome: 'timeout' },
    { type: 'settled', time: 5, pid, label: 'work', status: 'fulfilled', by: 'body', abandoned: false },
  ]);
  unsubscribe();
  unsubscribe();
  await Task.await(Task.async(() => 1));
  assert.equal(events.length, 5);
});

scenario('a crash, a kill and a timeout as events', async ({ Task, runtime, clock }) => {
  const events = [];
  const off = runtime.subscribe((event) => events.push(event));
  const error = new Error('boom');
  const crash = Task.start(() => { throw error; }, { label: 'bad' });
  const slow = Task.async(({ sleep }) => sleep(Infinity), { label: 'slow' });
  const waiting = rejection(Task.await(slow, 10));
  await clock.advance(10);
  await waiting;
  await Task.shutdown(slow, 'brutalKill');
  await quiet();
  assert.deepEqual(short(withoutWaits(events)), [
    `spawned ${crash} bad`, `spawned ${slow.pid} slow`, `started ${crash} bad`, `settled ${crash} bad`,
    `started ${slow.pid} slow`, `logged ${crash} bad`, `timedOut ${slow.pid} slow`, `killed ${slow.pid} slow`,
    `settled ${slow.pid} slow`, `bodyReturned ${slow.pid} slow`,
  ]);
  const settled = events.filter(({ type }) => type === 'settled');
  assert.deepEqual([settled[0].reason, settled[0].by], [error, 'body']);
  assert.deepEqual([settled[1].reason, settled[1].by], ['killed', 'signal']);
  assert.equal(events.find(({ type }) => type === 'timedOut').what, 'wait');
  off();
});

scenario('items carry their stream and their place; supervisors show', async ({ TaskSupervisor, runtime, clock }) => {
  const events = [];
  const off = runtime.subscribe((event) => events.push(event));
  const supervisor = TaskSupervisor.start({ name: 'pool' });
  const stream = TaskSupervisor.asyncStreamNolink(supervisor, ['a', 'b'], (item, { sleep }) => (item === 'a' ? sleep(Infinity) : item), {
    maxConcurrency: 2, timeout: 5, onTimeout: 'killTask', label: 'fetch',
  });
  const all = stream.toArray();
  await clock.advance(5);
  await all;
  const spawned = events.filter(({ type }) => type === 'spawned');
  assert.deepEqual(spawned.map(({ kind, index, supervisor: above }) => [kind, index, above]), [
    ['taskSupervisor', undefined, null], ['item', 0, supervisor.pid], ['item', 1, supervisor.pid],
  ]);
  assert.equal(spawned[0].label, 'pool');
  assert.equal(spawned[1].label, 'fetch');
  assert.equal(spawned[1].stream, spawned[2].stream);
  assert.equal(events.find(({ type }) => type === 'timedOut').what, 'item');
  assert.equal(events.filter(({ type }) => type === 'settled').length, 2);
  await supervisor.stop();
  off();
});

scenario('restarts and terminations as events', async ({ TaskSupervisor, runtime, clock }) => {
  const events = [];
  const off = runtime.subscribe((event) => events.push(event));
  const supervisor = TaskSupervisor.start();
  let runs = 0;
  const first = TaskSupervisor.startChild(supervisor, ({ Process, sleep }) => {
    if (runs++ === 0) throw new Error('boom');
    Process.flag('trapExit', true);
    return sleep(Infinity);
  }, { restart: 'transient', label: 'job', shutdown: 5 });
  await clock.advance(0);
  const [second] = TaskSupervisor.children(supervisor);
  const stopping = supervisor.stop();
  await clock.advance(5);
  await stopping;
  await quiet();
  const restarted = events.find(({ type }) => type === 'restarted');
  assert.deepEqual(restarted, { type: 'restarted', time: 0, pid: second, label: 'job', previous: first, restarts: 1 });
  const respawned = events.filter(({ type }) => type === 'spawned').at(-1);
  assert.deepEqual([respawned.pid, respawned.label, respawned.supervisor], [second, 'job', supervisor.pid]);
  const terminated = events.find(({ type }) => type === 'terminated');
  assert.deepEqual([terminated.pid, terminated.supervisor], [second, supervisor.pid]);
  assert.equal(events.find(({ type }) => type === 'timedOut').what, 'grace');
  for (const pid of [first, second, supervisor.pid]) {
    assert.equal(events.filter((event) => event.type === 'settled' && event.pid === pid).length, 1);
  }
  off();
});

scenario('a subscriber that throws stops neither the others nor the work', async ({ Task, runtime }) => {
  const thrown = [];
  globalThis.reportError = (error) => thrown.push(error);
  try {
    const error = new Error('subscriber');
    const seen = [];
    const offs = [
      runtime.subscribe(() => { throw error; }),
      runtime.subscribe(({ type }) => seen.push(type)),
    ];
    assert.equal(await Task.await(Task.async(() => 1)), 1);
    await quiet();
    assert.deepEqual(seen, ['spawned', 'waiting', 'started', 'settled', 'waited']);
    assert.deepEqual(thrown, seen.map(() => error));
    for (const off of offs) off();
  } finally {
    delete globalThis.reportError;
  }
});

/** Whom a channel's events come from, as the numbers of the runtimes. */
function listenToChannel() {
  const seen = [];
  const listener = (event) => seen.push(event);
  diagnostics.subscribe('belay:event', listener);
  return { seen, types: () => seen.map(({ type }) => type), stop: () => diagnostics.unsubscribe('belay:event', listener) };
}

scenario('events also go to the diagnostics channel while it has subscribers', async ({ Task }) => {
  const channel = listenToChannel();
  await Task.await(Task.async(() => 1));
  await quiet();
  channel.stop();
  await Task.await(Task.async(() => 1));
  await quiet();
  assert.deepEqual(channel.types(), ['spawned', 'waiting', 'started', 'settled', 'waited']);
});

test('a channel that is listened to before a runtime is made gets all of its events', async () => {
  const channel = listenToChannel();
  const runtime = createRuntime({ clock: new FakeClock() });
  runtime.Process.register('main', runtime.Process.self());
  await runtime.Task.await(runtime.Task.async(() => 1));
  await quiet();
  runtime.dispose();
  channel.stop();
  assert.deepEqual(channel.types(), ['registered', 'spawned', 'waiting', 'started', 'settled', 'waited']);
});

test('the channel tells several runtimes apart', async () => {
  const runtimes = [createRuntime({ clock: new FakeClock() }), createRuntime({ clock: new FakeClock() })];
  const channel = listenToChannel();
  for (const { Task } of runtimes) await Task.await(Task.async(() => 1));
  await quiet();
  channel.stop();
  for (const runtime of runtimes) runtime.dispose();
  const [first, second] = new Set(channel.seen.map(({ runtime }) => runtime));
  assert.equal(second, first + 1);
  for (const number of [first, second]) {
    const types = channel.seen.filter(({ runtime }) => runtime === number).map(({ type }) => type);
    assert.deepEqual(types, ['spawned', 'waiting', 'started', 'settled', 'waited']);
  }
});

test('while nobody looks on the kernel puts no trace into its queue, and nothing is watched', async () => {
  const runtime = createRuntime({ clock: new FakeClock() });
  const inside = insideOf(runtime);
  assert.equal(inside.watch, null);
  const off = runtime.subscribe(() => {});
  assert.notEqual(inside.watch, null);
  off();
  assert.equal(inside.watch, null);
  runtime.dispose();
});

scenario('the same program gives the same events', async ({ clock }) => {
  const runOnce = async () => {
    const { FakeClock } = await import('./fake-clock.mjs');
    const own = new FakeClock();
    const runtime = createRuntime({ clock: own, onLog() {} });
    const events = [];
    runtime.subscribe(({ reason, ...event }) => events.push(event));
    const supervisor = runtime.TaskSupervisor.start({ maxRestarts: 2 });
    runtime.TaskSupervisor.startChild(supervisor, async ({ sleep }) => {
      await sleep(3);
      throw new Error('again');
    }, { restart: 'permanent' });
    const all = runtime.Task.asyncStream([5, 1, 3, 9], async (ms, { sleep }) => {
      await sleep(ms);
      return ms;
    }, { maxConcurrency: 2, timeout: 7, onTimeout: 'killTask' }).toArray();
    await own.advance(50);
    await all;
    runtime.dispose();
    return JSON.stringify(events);
  };
  const first = await runOnce();
  assert.ok(first.length > 1000);
  assert.equal(await runOnce(), first);
  assert.equal(clock.now(), 0);
});

scenario('inspect shows the whole tree', async ({ Task, TaskSupervisor, Process, runtime, clock }) => {
  const supervisor = TaskSupervisor.start({ name: 'pool' });
  const child = TaskSupervisor.startChild(supervisor, ({ sleep }) => sleep(Infinity), { label: 'child' });
  const task = Task.async(({ Task: Own, sleep }) => {
    Own.async(() => sleep(Infinity), { label: 'inner' });
    return sleep(Infinity);
  }, { label: 'outer' });
  await clock.advance(3);
  const { time, root, processes, tree, memory } = runtime.inspect();
  assert.equal(time, 3);
  assert.equal(root, Process.self());
  assert.equal(processes.length, 5);
  assert.ok(memory.bytes > 0);
  const shape = ({ kind, label, children }) => [kind, label, children.map(shape)];
  assert.deepEqual(shape(tree), ['root', 'root', [
    ['taskSupervisor', 'pool', [['task', 'child', []]]],
    ['task', 'outer', [['task', 'inner', []]]],
  ]]);
  const info = processes.find(({ pid }) => pid === child);
  assert.equal(info.supervisor, supervisor.pid);
  const pool = processes.find(({ pid }) => pid === supervisor.pid);
  assert.equal(pool.name, 'pool');
  assert.deepEqual(pool.settings, { maxChildren: null, maxRestarts: 3, maxSeconds: 5 });
  await Task.shutdown(task);
  await supervisor.stop();
});

scenario('with trace, errors tell where a task was started', async ({ Task }) => {
  const error = await rejection(Task.await(Task.async(function here({ exit }) {
    exit('because');
  })));
  assert.match(error.startedAt, /events\.test\.mjs/);
}, { trace: true });

scenario('where a task was started is told by the call and few who called', async ({ Task }) => {
  const startDeep = (depth) => (depth === 0 ? Task.async(({ exit }) => exit('because')) : startDeep(depth - 1));
  const limit = Error.stackTraceLimit;
  const error = await rejection(Task.await(startDeep(20)));
  assert.equal(error.startedAt.match(/\n +at /g).length, 5);
  assert.match(error.startedAt, /startDeep/);
  assert.equal(Error.stackTraceLimit, limit);
}, { trace: true });

scenario('the events of an item, alone and under a supervisor', async ({ Task, TaskSupervisor, Process, runtime }) => {
  const self = Process.self();
  const pool = TaskSupervisor.start();
  const options = { label: 'work' };
  for (const [open, supervisor] of [
    [(...given) => Task.asyncStream(...given), null],
    [(...given) => TaskSupervisor.asyncStream(pool, ...given), pool.pid],
  ]) {
    const events = watched(runtime);
    await open(['a'], (item) => item, options).toArray();
    const about = events.filter(({ index }) => index !== undefined);
    const { pid, stream } = about[0];
    assert.deepEqual(about, [
      {
        type: 'spawned', time: 0, pid, label: 'work', kind: 'item', parent: self, supervisor, linked: false,
        callers: [self], ancestors: supervisor === null ? [self] : [supervisor, self],
        stream, index: 0, ...(supervisor === null ? {} : { restart: 'temporary' }),
      },
      { type: 'settled', time: 0, pid, label: 'work', status: 'fulfilled', by: 'body', abandoned: false, stream, index: 0 },
      { type: 'delivered', time: 0, pid, label: 'work', stream, index: 0, status: 'fulfilled' },
    ]);
    assert.deepEqual(events.find(({ type }) => type === 'started'), { type: 'started', time: 0, pid, label: 'work' });
  }
  await pool.stop();
});

scenario('inspect shows a stream with its consumer, and who waits for whom', async ({ Task, Process, runtime, clock }) => {
  const task = Task.async(async ({ Task: Own }) => {
    const all = Own.asyncStream([1, 2, 3], (n, { sleep }) => sleep(n * 10), { maxConcurrency: 2, label: 'pages' }).toArray();
    await all;
  }, { label: 'outer' });
  const waiting = Task.await(task, 900);
  await clock.advance(10);
  const { tree, streams, waits } = runtime.inspect();
  const [{ id, ...stream }] = streams;
  assert.deepEqual(stream, {
    consumer: task.pid, label: 'pages', supervisor: null, limit: 2, inFlight: 2, buffered: 0, abandoned: 0, started: 3, delivered: 1,
  });
  const [outer] = tree.children;
  assert.deepEqual(outer.streams, [{ id, ...stream }]);
  assert.deepEqual(outer.children.map(({ stream: of, index }) => [of, index]), [[id, 2], [id, 1]]);
  const sleeps = waits.filter(({ what }) => what === 'sleep').map(({ timeout }) => timeout);
  assert.deepEqual(sleeps.sort(), [20, 30]);
  assert.deepEqual(waits.find(({ what }) => what === 'await'), {
    pid: Process.self(), what: 'await', for: task.pid, timeout: 900,
  });
  await clock.advance(40);
  await waiting;
});

scenario('the tree shows children of a supervisor that have no process', async ({ Supervisor, Task, runtime }) => {
  const supervisor = Supervisor.start([
    Task.childSpec(({ sleep }) => sleep(Infinity), { id: 'clock', restart: 'permanent', label: 'tick' }),
    { id: 'cache', start: () => 'ignore' },
  ], { strategy: 'oneForOne', name: 'app' });
  await quiet();
  const [node] = runtime.inspect().tree.children;
  assert.deepEqual(node.children.map(({ id, pid, kind, label, state }) => [id, pid !== null, kind, label, state]), [
    ['clock', true, 'task', 'tick', 'running'], ['cache', false, 'child', 'cache', 'none'],
  ]);
  const [, info] = runtime.inspect().processes;
  assert.deepEqual(info.specs.map(({ id, state, restart, restarts }) => [id, state, restart, restarts]), [
    ['clock', 'up', 'permanent', 0], ['cache', 'none', 'permanent', 0],
  ]);
  assert.deepEqual(info.children, [info.specs[0].pid]);
  assert.deepEqual(info.settings, { strategy: 'oneForOne', autoShutdown: 'never', maxRestarts: 3, maxSeconds: 5 });
  await supervisor.stop();
});

scenario('inspect tells listeners first what has happened before', async ({ Task, runtime }) => {
  const events = watched(runtime);
  const task = Task.async(() => 1);
  assert.deepEqual(events, []);
  runtime.inspect();
  assert.deepEqual(events.map(({ type }) => type), ['spawned']);
  await Task.await(task);
});

scenario('a listener gets what happens from its call until its end', async ({ Task, runtime }) => {
  Task.start(() => {}, { label: 'before' });
  const events = [];
  const off = runtime.subscribe(({ type, label }) => events.push(`${type} ${label}`));
  Task.start(() => {}, { label: 'meanwhile' });
  off();
  Task.start(() => {}, { label: 'after' });
  await quiet();
  assert.deepEqual(events, ['spawned meanwhile']);
});

test('dispose tells listeners what has happened before', () => {
  const runtime = createRuntime({ clock: new FakeClock() });
  const events = watched(runtime);
  runtime.Task.start(() => {});
  runtime.dispose();
  assert.deepEqual(events.map(({ type }) => type), ['spawned']);
});

/* ---- Each kind of event. -------------------------------------------------- */

scenario('links, monitors and the flag as events', async ({ Task, Process, runtime }) => {
  const events = watched(runtime);
  const forever = ({ sleep }) => sleep(Infinity);
  const one = Task.start(forever);
  const two = Task.start(forever);
  Process.link(one);
  Process.link(one);
  Process.unlink(one);
  Process.unlink(two);
  Process.flag('trapExit', true);
  Process.flag('trapExit', true);
  const first = Process.monitor(one);
  Process.demonitor(first.ref);
  const second = Process.monitor(two);
  Process.exit(two, 'kill');
  await second.down;
  Process.exit(one, 'kill');
  await quiet();
  assert.deepEqual(only(events, 'linked', 'unlinked', 'flagged', 'monitored', 'demonitored', 'down', 'signalled'), [
    { type: 'linked', other: one },
    { type: 'unlinked', other: one },
    { type: 'flagged', flag: 'trapExit', value: true },
    { type: 'monitored', ref: first.ref, watched: one },
    { type: 'demonitored', ref: first.ref },
    { type: 'monitored', ref: second.ref, watched: two },
    { type: 'signalled', from: Process.self(), reason: 'kill' },
    { type: 'down', ref: second.ref, watched: two, reason: 'killed' },
    { type: 'signalled', from: Process.self(), reason: 'kill' },
  ]);
});

scenario('what reaches a process that traps exits, and what surfaces at the root, as events', async ({ Task, Process, runtime, unhandled }) => {
  const events = watched(runtime);
  const error = new Error('boom');
  const trapping = Task.start(({ Process: own, sleep }) => {
    own.flag('trapExit', true);
    return sleep(Infinity);
  });
  await quiet();
  Process.exit(trapping, 'please');
  Process.exit(trapping, 'kill');
  const linked = Task.startLink(() => { throw error; });
  await quiet();
  assert.deepEqual(only(events, 'trapped'), [{ type: 'trapped', from: Process.self(), reason: 'please' }]);
  assert.deepEqual(only(events, 'surfaced'), [{ type: 'surfaced', reason: error }]);
  assert.equal(events.find(({ type }) => type === 'surfaced').pid, linked);
  assert.deepEqual(unhandled.splice(0), [error]);
});

scenario('names as events', async ({ Task, Process, runtime }) => {
  const events = watched(runtime);
  const pid = Task.start(({ sleep }) => sleep(Infinity));
  Process.register('worker', pid);
  Process.unregister('worker');
  Process.register('other', pid);
  Process.exit(pid, 'kill');
  await quiet();
  assert.deepEqual(only(events, 'registered', 'unregistered'), [
    { type: 'registered', name: 'worker' }, { type: 'unregistered', name: 'worker' }, { type: 'registered', name: 'other' },
  ]);
});

scenario('waits tell who waits, for whom, until when and what came of it', async ({ Task, Process, runtime, clock }) => {
  const events = watched(runtime);
  const fast = Task.async(({ sleep }) => sleep(3));
  const slow = Task.async(({ sleep }) => sleep(Infinity));
  const waits = [Task.await(fast), Task.yield(slow, 2), rejection(Task.awaitMany([fast, slow], 4))];
  await clock.advance(4);
  await Promise.all(waits);
  await Task.shutdown(slow, 'brutalKill');
  await quiet();
  const atRoot = events.filter(({ pid }) => pid === Process.self());
  assert.deepEqual(only(atRoot, 'waiting', 'waited').map(({ type, what, for: whom, until, outcome }) =>
    [type, what, whom, until ?? outcome]), [
    ['waiting', 'await', fast.pid, 5000], ['waiting', 'yield', slow.pid, 2],
    ['waiting', 'await', fast.pid, 4], ['waiting', 'await', slow.pid, 4],
    ['waited', 'yield', slow.pid, 'timeout'], ['waited', 'await', fast.pid, 'ok'], ['waited', 'await', fast.pid, 'ok'],
    ['waited', 'await', slow.pid, 'timeout'],
    ['waiting', 'shutdown', slow.pid, 4], ['waited', 'shutdown', slow.pid, 'done'],
  ]);
});

scenario('a wait that is given up, one whose owner ends', async ({ Task, runtime, clock }) => {
  const events = watched(runtime);
  const failing = Task.async(async ({ sleep }) => {
    await sleep(1);
    throw new Error('boom');
  });
  const slow = Task.async(({ sleep }) => sleep(Infinity));
  const waiting = rejection(Task.awaitMany([failing, slow]));
  await clock.advance(1);
  await waiting;
  await Task.shutdown(slow, 'brutalKill');
  await quiet();
  const outcomes = only(events, 'waited').map(({ what, for: whom, outcome }) => [what, whom, outcome]);
  assert.deepEqual(outcomes, [
    ['sleep', null, 'timeout'], ['await', failing.pid, 'exit'], ['await', slow.pid, 'cancelled'],
    ['shutdown', slow.pid, 'done'], ['sleep', null, 'ownerEnded'],
  ]);
});

scenario('a stream as events: opened, pulled, spawned, begun, ended, handed over, closed', async ({ Task, runtime, clock }) => {
  const events = watched(runtime);
  const all = Task.asyncStream(['a', 'b'], (item, { sleep }) => (item === 'a' ? sleep(3) : item), {
    maxConcurrency: 2, label: 'fetch',
  }).toArray();
  await clock.advance(3);
  await all;
  await quiet();
  const { stream } = events.find(({ type }) => type === 'streamOpened');
  assert.deepEqual(only(events, 'streamOpened'), [{
    type: 'streamOpened', stream, limit: 2, ordered: true, linked: true, timeout: 5000, maxBuffered: null, supervisor: null,
  }]);
  assert.ok(events.every(({ time, label }) => time <= 3 && label === 'fetch'));
  const line = ({ type, index, count, how }) => [type, index ?? count ?? how ?? ''].join(' ').trim();
  assert.deepEqual(withoutWaits(events).map(line), [
    'streamOpened', 'pulled 2', 'spawned 0', 'spawned 1', 'started', 'started', 'settled 1', 'pulled 1', 'settled 0',
    'delivered 0', 'delivered 1', 'streamClosed done',
  ]);
});

scenario('an abandoned body that returns at last, and a refused task, as events', async ({ TaskSupervisor, Process, runtime }) => {
  const events = watched(runtime);
  const gate = deferred();
  const pool = TaskSupervisor.start({ maxChildren: 1 });
  const pid = TaskSupervisor.startChild(pool, () => gate.promise, { label: 'deaf' });
  assert.throws(() => TaskSupervisor.startChild(pool, () => 1));
  await quiet();
  Process.exit(pid, 'kill');
  await quiet();
  assert.equal(events.find((event) => event.type === 'settled' && event.pid === pid).abandoned, true);
  assert.deepEqual(only(events, 'refused'), [{ type: 'refused', supervisor: pool.pid }]);
  assert.deepEqual(only(events, 'bodyReturned'), []);
  gate.resolve();
  await quiet();
  const { time, ...returned } = events.find(({ type }) => type === 'bodyReturned');
  assert.deepEqual(returned, { type: 'bodyReturned', pid, label: 'deaf' });
  await pool.stop();
});

scenario('an abort and an ignored task as events', async ({ Task, runtime }) => {
  const events = watched(runtime);
  const controller = new AbortController();
  const aborted = Task.async(({ sleep }) => sleep(Infinity), { signal: controller.signal });
  const ignored = Task.async(({ sleep }) => sleep(Infinity));
  await Task.ignore(ignored);
  controller.abort('enough');
  await quiet();
  assert.deepEqual(events.filter(({ type }) => type === 'aborted').map(({ pid, reason }) => [pid, reason]), [[aborted.pid, 'enough']]);
  assert.deepEqual(events.filter(({ type }) => type === 'ignored').map(({ pid }) => pid), [ignored.pid]);
  assert.deepEqual(only(events, 'unlinked'), [{ type: 'unlinked', other: ignored.pid }]);
  await Task.shutdown(ignored);
});

scenario('the states of a supervisor and of its children as events', async ({ Supervisor, Task, Process, runtime, clock }) => {
  const events = watched(runtime);
  let starts = 0;
  const supervisor = Supervisor.start([{
    id: 'clock',
    start: ({ Task: own }) => {
      if (++starts === 2) throw new Error('not now');
      return own.startLink(({ sleep }) => sleep(Infinity), { label: 'tick' });
    },
  }], { strategy: 'oneForOne', name: 'app' });
  const first = Supervisor.whichChildren(supervisor)[0].pid;
  Process.exit(first, 'kill');
  await clock.advance(0);
  await Supervisor.startChild(supervisor, Task.childSpec(() => 1, { id: 'once' }));
  await supervisor.stop();
  await quiet();
  const told = only(events.filter(({ pid }) => pid === supervisor.pid), 'childChanged', 'childDropped', 'stateChanged', 'reported');
  const line = ({ type, state, child, id, report }) => {
    if (type === 'childChanged') return `${child.id} ${child.state} ${child.restarts}`;
    return type === 'stateChanged' ? state : `${report ?? 'dropped'} ${id ?? child.id}`;
  };
  assert.deepEqual(told.map(line), [
    'clock starting 0', 'busy', 'clock up 0', 'running',
    'childTerminated clock', 'clock starting 0', 'busy', 'startError clock', 'clock up 1', 'running',
    'once starting 0', 'busy', 'once up 0', 'running', 'dropped once',
  ]);
  const [up] = told.filter(({ child }) => child?.state === 'up');
  assert.deepEqual(up.child, {
    id: 'clock', pid: first, type: 'worker', state: 'up', restart: 'permanent', restarts: 0, significant: false,
  });
});

scenario('who looks late is told of changes only', async ({ Supervisor, TaskSupervisor, Task, Process, runtime, clock }) => {
  const forever = ({ sleep }) => sleep(Infinity);
  const app = Supervisor.start([
    Task.childSpec(forever, { id: 'first', restart: 'permanent' }), Task.childSpec(forever, { id: 'second', restart: 'permanent' }),
  ], { strategy: 'oneForOne' });
  const pool = TaskSupervisor.start();
  await clock.advance(0);
  const events = watched(runtime);
  TaskSupervisor.startChild(pool, forever);
  await quiet();
  assert.deepEqual(only(events, 'childChanged', 'stateChanged', 'waited'), []);
  Process.exit(Supervisor.whichChildren(app)[0].pid, 'kill');
  await clock.advance(0);
  assert.deepEqual(only(events, 'childChanged', 'childDropped').map(({ child: { id, state, restarts } }) => [id, state, restarts]), [
    ['second', 'starting', 0], ['second', 'up', 1],
  ]);
  await pool.stop();
  await app.stop();
});

test('on the real clock an event bears the time at which it happened', async () => {
  const runtime = createRuntime();
  const ends = [];
  runtime.subscribe((event) => {
    if (event.type === 'settled') ends.push(event.time);
  });
  const before = runtime.inspect().time;
  const body = () => new Promise((resolve) => setTimeout(resolve, 60));
  await runtime.Task.await(runtime.Task.async(body), Infinity);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(ends.length, 1);
  // Never early: the host's own timer is the measure, cut to whole ms twice.
  assert.ok(ends[0] - before >= 58, `ended at ${ends[0]}, begun at ${before}`);
  runtime.dispose();
});
