import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { deferred, failed, quiet, rejection, scenario } from './harness.mjs';

scenario('an AbortSignal shuts a task down; await rejects with its reason', async ({ Task, Process, logged }) => {
  const controller = new AbortController();
  const gate = deferred();
  let inner = null;
  const task = Task.async((context) => {
    inner = context.signal;
    return gate.promise;
  }, { signal: controller.signal });
  const waiting = rejection(Task.await(task));
  await quiet();
  const reason = new Error('stop');
  controller.abort(reason);
  assert.ok(!Process.alive(task.pid));
  assert.equal(await waiting, reason);
  assert.deepEqual(await Task.yield(task), failed(reason));
  assert.equal(inner.reason, reason);
  assert.deepEqual(logged, []);
  gate.resolve();
});

scenario('the owner of an aborted task is not hurt', async ({ Task }) => {
  const controller = new AbortController();
  const gate = deferred();
  const outer = Task.async(async (context) => {
    const task = context.Task.async(() => gate.promise, { signal: controller.signal });
    return rejection(context.Task.await(task));
  });
  await quiet();
  controller.abort('enough');
  assert.equal(await Task.await(outer), 'enough');
  gate.resolve();
});

scenario('a task that is aborted unawaited is no unhandled failure', async ({ Task }) => {
  const controller = new AbortController();
  Task.async(({ sleep }) => sleep(Infinity), { signal: controller.signal });
  await quiet();
  controller.abort();
  await quiet();
});

scenario('an aborted signal starts nothing: the handle is born rejected', async ({ Task, Process, unhandled }) => {
  let began = false;
  const body = () => {
    began = true;
  };
  const signal = AbortSignal.abort('no');
  const task = Task.async(body, { signal });
  assert.equal(task.state, 'rejected');
  const pid = Task.start(body, { signal });
  assert.ok(!Process.alive(pid));
  assert.equal(await rejection(Task.await(task)), 'no');
  await quiet();
  assert.equal(began, false);
  assert.deepEqual(unhandled, []);
});

scenario('one listener per signal, whatever the number of tasks; none when they have ended', async ({ Task }) => {
  const { signal } = new AbortController();
  const gate = deferred();
  const tasks = Array.from({ length: 100 }, () => Task.async(() => gate.promise, { signal }));
  assert.equal(getEventListeners(signal, 'abort').length, 1);
  gate.resolve();
  await Task.awaitMany(tasks);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

scenario('tasks are told in the order of their starts, without those that have ended', async ({ Task }) => {
  const controller = new AbortController();
  const gates = Array.from({ length: 5 }, () => deferred());
  const heard = [];
  const begin = (index, signal) => Task.async((context) => {
    context.signal.addEventListener('abort', () => heard.push(index));
    return gates[index].promise;
  }, { signal });
  const tasks = gates.map((_, index) => begin(index, controller.signal));
  await quiet();
  gates[2].resolve('over');
  assert.equal(await Task.await(tasks[2]), 'over');
  gates[2] = deferred();
  const free = begin(2, undefined); // it may get the same place
  const other = Task.async(() => gates[2].promise, { signal: new AbortController().signal });
  await quiet();
  const waiting = tasks.filter((_, index) => index !== 2);
  const rejected = Promise.all(waiting.map((task) => rejection(Task.await(task))));
  controller.abort('now');
  assert.deepEqual(await rejected, ['now', 'now', 'now', 'now']);
  assert.deepEqual(heard, [0, 1, 3, 4]);
  assert.deepEqual([free.state, other.state], ['running', 'running']);
  gates[2].resolve('later');
  assert.deepEqual(await Task.awaitMany([free, other]), ['later', 'later']);
  gates.forEach(({ resolve }) => resolve());
});

scenario('the order stays when most of those who followed have ended', async ({ Task }) => {
  const controller = new AbortController();
  const heard = [];
  const gates = [];
  const begin = (index) => Task.async((context) => {
    context.signal.addEventListener('abort', () => heard.push(index));
    gates[index] = deferred();
    return gates[index].promise;
  }, { signal: controller.signal });
  const tasks = Array.from({ length: 200 }, (_, index) => begin(index));
  await quiet();
  const left = [7, 100, 199];
  const over = tasks.filter((_, index) => !left.includes(index));
  gates.forEach(({ resolve }, index) => left.includes(index) || resolve());
  await Task.awaitMany(over);
  const later = [200, 201].map(begin);
  await quiet();
  gates[100].resolve();
  await Task.await(tasks[100]);
  controller.abort('now');
  const rest = [tasks[7], tasks[199], ...later];
  assert.deepEqual(await Promise.all(rest.map((task) => rejection(Task.await(task)))), rest.map(() => 'now'));
  assert.deepEqual(heard, [7, 199, 200, 201]);
  gates.forEach(({ resolve }) => resolve());
});

scenario('aborting many tasks ends each of them', async ({ Task, runtime }) => {
  const controller = new AbortController();
  const tasks = Array.from({ length: 5000 }, () =>
    Task.async(({ sleep }) => sleep(Infinity), { signal: controller.signal }));
  const waiting = tasks.map((task) => rejection(Task.await(task, Infinity)));
  await quiet();
  assert.equal(runtime.inspect().processes.length, 5001);
  controller.abort('all');
  assert.deepEqual(new Set(await Promise.all(waiting)), new Set(['all']));
});

scenario('a task that traps exits hears of the abort and is killed after its grace', async ({ Task, clock }) => {
  const controller = new AbortController();
  const heard = [];
  const task = Task.async(({ Process, sleep }) => {
    Process.flag('trapExit', true);
    Process.onExit(({ reason }) => heard.push(reason));
    return sleep(Infinity);
  }, { signal: controller.signal, shutdown: 50 });
  await quiet();
  controller.abort('please');
  await clock.advance(49);
  assert.deepEqual(heard, ['please']);
  assert.equal(task.state, 'running');
  await clock.advance(1);
  assert.equal((await rejection(Task.await(task))).reason, 'killed');
});

scenario('a child that would be restarted is stopped for good by its signal', async ({ TaskSupervisor, clock }) => {
  const controller = new AbortController();
  const supervisor = TaskSupervisor.start();
  let runs = 0;
  TaskSupervisor.startChild(supervisor, ({ sleep }) => {
    runs++;
    if (runs === 1) throw new Error('again');
    return sleep(Infinity);
  }, { restart: 'permanent', signal: controller.signal });
  await clock.advance(0);
  assert.equal(runs, 2);
  controller.abort();
  await clock.advance(0);
  assert.deepEqual(TaskSupervisor.children(supervisor), []);
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  await supervisor.stop();
});

scenario('a child that outlives its killed supervisor is ended by its signal', async ({ TaskSupervisor, Process, runtime, clock }) => {
  const controller = new AbortController();
  const pool = TaskSupervisor.start();
  const body = ({ Process: own, sleep }) => {
    own.flag('trapExit', true);
    return sleep(Infinity);
  };
  const trapping = ['temporary', 'transient', 'permanent'].map((restart) =>
    TaskSupervisor.startChild(pool, body, { restart, signal: controller.signal, shutdown: 10 }));
  const others = ['transient', 'permanent'].map((restart) =>
    TaskSupervisor.startChild(pool, ({ sleep }) => sleep(Infinity), { restart, signal: controller.signal }));
  await quiet();
  Process.exit(pool.pid, 'kill');
  await quiet();
  assert.deepEqual([...trapping, ...others].map((pid) => Process.alive(pid)), [true, true, true, false, false]);
  controller.abort('enough');
  await clock.advance(9);
  assert.deepEqual(trapping.map((pid) => Process.alive(pid)), [true, true, true]);
  await clock.advance(1);
  assert.deepEqual(trapping.map((pid) => Process.alive(pid)), [false, false, false]);
  assert.equal(runtime.inspect().abandoned, 0);
});

scenario('one that ends by itself after that leaves no listener', async ({ TaskSupervisor, Process }) => {
  const { signal } = new AbortController();
  const pool = TaskSupervisor.start();
  const gate = deferred();
  TaskSupervisor.startChild(pool, ({ Process: own }) => {
    own.flag('trapExit', true);
    return gate.promise;
  }, { restart: 'permanent', signal });
  await quiet();
  Process.exit(pool.pid, 'kill');
  await quiet();
  assert.equal(getEventListeners(signal, 'abort').length, 1);
  gate.resolve();
  await quiet();
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

scenario('the first of two signals of nested tasks wins, and nothing is left of the other', async ({ Task }) => {
  const outer = new AbortController();
  const inner = new AbortController();
  let child = null;
  const task = Task.async((context) => {
    child = context.Task.async(({ sleep }) => sleep(Infinity), { signal: inner.signal });
    return context.sleep(Infinity);
  }, { signal: outer.signal });
  await quiet();
  outer.abort('outer');
  assert.equal(await rejection(Task.await(task)), 'outer');
  assert.equal(child.state, 'rejected');
  assert.equal(getEventListeners(inner.signal, 'abort').length, 0);
  inner.abort('inner');
});

scenario('with a signal that has aborted already, the pid is that of the process that was', async ({ Task, TaskSupervisor, Process }) => {
  const supervisor = TaskSupervisor.start();
  const signal = AbortSignal.abort();
  const body = () => assert.fail('it must not run');
  const pids = [
    Task.start(body, { signal }), Task.startLink(body, { signal }), TaskSupervisor.startChild(supervisor, body, { signal }),
  ];
  for (const pid of pids) {
    assert.match(pid, /^<[1-9]\d*\.\d+>$/);
    assert.ok(!Process.alive(pid));
  }
  assert.equal(new Set(pids).size, 3);
  await supervisor.stop();
});
