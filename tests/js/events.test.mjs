import assert from 'node:assert/strict';
import diagnostics from 'node:diagnostics_channel';
import test from 'node:test';
import { createRuntime } from 'belay-tasks';
import { deferred, quiet, rejection, scenario } from './harness.mjs';

const short = (events) => events.map(({ type, pid, label }) => `${type} ${pid}${label ? ` ${label}` : ''}`);

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
    { type: 'spawned', time: 0, pid, label: 'work', parent: Process.self(), supervisor: null, kind: 'task' },
    { type: 'started', time: 0, pid, label: 'work' },
    { type: 'settled', time: 5, pid, label: 'work', status: 'fulfilled', by: 'body' },
  ]);
  unsubscribe();
  unsubscribe();
  await Task.await(Task.async(() => 1));
  assert.equal(events.length, 3);
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
  assert.deepEqual(short(events), [
    `spawned ${crash} bad`, `spawned ${slow.pid} slow`, `started ${crash} bad`, `settled ${crash} bad`,
    `started ${slow.pid} slow`, `logged ${crash} bad`, `timedOut ${slow.pid} slow`, `killed ${slow.pid} slow`,
    `settled ${slow.pid} slow`,
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
  assert.deepEqual(restarted, { type: 'restarted', time: 0, pid: second, label: 'job', previous: first });
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
    assert.deepEqual(seen, ['spawned', 'started', 'settled']);
    assert.deepEqual(thrown, [error, error, error]);
    for (const off of offs) off();
  } finally {
    delete globalThis.reportError;
  }
});

scenario('events also go to the diagnostics channel while it has subscribers', async ({ Task }) => {
  const seen = [];
  const listener = ({ type }) => seen.push(type);
  diagnostics.subscribe('belay:event', listener);
  await Task.await(Task.async(() => 1));
  await quiet();
  diagnostics.unsubscribe('belay:event', listener);
  await Task.await(Task.async(() => 1));
  await quiet();
  assert.deepEqual(seen, ['spawned', 'started', 'settled']);
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

scenario('toTraceEvents makes bars on lanes', async ({ Task, runtime, clock }) => {
  const events = [];
  const off = runtime.subscribe((event) => events.push(event));
  const gate = deferred();
  const one = Task.async(({ sleep }) => sleep(5), { label: 'one' });
  const two = Task.async(() => gate.promise, { label: 'two' });
  await clock.advance(5);
  await Task.await(one);
  await Task.shutdown(two, 'brutalKill');
  gate.resolve();
  const three = Task.async(({ sleep }) => sleep(9), { label: 'three' });
  await clock.advance(1);
  const trace = JSON.parse(JSON.stringify(runtime.toTraceEvents(events)));
  const bars = trace.filter(({ ph }) => ph === 'X');
  assert.deepEqual(bars.map(({ name, ts, dur, tid }) => [name, ts, dur, tid]), [
    ['one', 0, 5000, 1], ['two', 0, 5000, 2], ['three', 5000, 0, 1],
  ]);
  assert.equal(bars[1].args.reason, 'killed');
  assert.equal(bars[2].args.status, 'running');
  assert.deepEqual(trace.filter(({ ph }) => ph === 'i').map(({ name }) => name), ['killed']);
  assert.ok(trace.filter(({ ph }) => ph === 'M').length >= 3);
  off();
  await clock.advance(10);
  await Task.await(three);
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
  assert.equal(processes.find(({ pid }) => pid === supervisor.pid).name, 'pool');
  await Task.shutdown(task);
  await supervisor.stop();
});

scenario('with trace, errors tell where a task was started', async ({ Task }) => {
  const error = await rejection(Task.await(Task.async(function here({ exit }) {
    exit('because');
  })));
  assert.match(error.startedAt, /events\.test\.mjs/);
}, { trace: true });

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
