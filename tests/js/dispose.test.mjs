import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRuntime, DisposedError } from 'belay-tasks';
import { FakeClock } from './fake-clock.mjs';
import { collect, deferred, quiet, rejection, stateOf } from './harness.mjs';

const make = () => {
  const clock = new FakeClock();
  return { clock, runtime: createRuntime({ clock, onLog() {} }) };
};

test('dispose rejects everything that waits, aborts signals and clears the timer', async () => {
  const { clock, runtime } = make();
  const { Task, TaskSupervisor, Process, sleep } = runtime;
  const gate = deferred();
  const signals = [];
  const body = (...given) => {
    const { signal } = given.at(-1);
    signals.push(signal);
    return gate.promise;
  };
  const supervisor = TaskSupervisor.start();
  const task = Task.async(body);
  const pid = TaskSupervisor.startChild(supervisor, ({ Process: Own, sleep: own }) => {
    Own.flag('trapExit', true);
    return own(Infinity);
  });
  const stream = Task.asyncStream([1, 2, 3], body, { maxConcurrency: 2 });
  const waiting = {
    await: Task.await(task),
    yield: Task.yield(task, Infinity),
    awaitMany: Task.awaitMany([task]),
    yieldMany: Task.yieldMany([task]),
    sleep: sleep(1000),
    toArray: stream.toArray(),
    next: stream[Symbol.asyncIterator]().next(),
    batches: collect(stream.batches()),
    down: Process.monitor(pid).down,
    stop: null,
  };
  await quiet();
  waiting.stop = supervisor.stop();
  const states = Object.entries(waiting).map(async ([name, promise]) => [name, await rejection(promise)]);
  runtime.dispose();
  for (const [name, error] of await Promise.all(states)) {
    assert.ok(error instanceof DisposedError, name);
    assert.equal(error.code, 'BELAY_DISPOSED');
  }
  assert.ok(signals.length >= 3);
  for (const signal of signals) {
    assert.equal(signal.aborted, true);
    assert.ok(signal.reason instanceof DisposedError);
  }
  assert.equal(clock.pending, 0);
  gate.reject(new Error('late'));
  await quiet();
});

test('dispose is quiet where nobody listens', async () => {
  const unhandled = [];
  const onUnhandled = (reason) => unhandled.push(reason);
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', onUnhandled);
  const { runtime } = make();
  const { Task, Process, sleep, TaskSupervisor } = runtime;
  const gate = deferred();
  const task = Task.async(() => gate.promise);
  Task.await(task);
  Task.awaitMany([task]);
  Task.yieldMany([task], { onTimeout: 'killTask' });
  const stubborn = ({ Process: Own }) => {
    Own.flag('trapExit', true);
    return gate.promise;
  };
  Task.shutdown(Task.async(stubborn));
  sleep(5);
  Process.monitor(task.pid);
  TaskSupervisor.start().stop('normal', 5);
  for (const leaving of [TaskSupervisor.start(), Task.async(stubborn)]) {
    if ('stop' in leaving) TaskSupervisor.startChild(leaving, stubborn);
    await quiet();
    leaving[Symbol.asyncDispose]();
  }
  Task.asyncStream([1], () => gate.promise).toArray();
  Task.asyncStream([1], () => gate.promise)[Symbol.asyncIterator]().next();
  Task.asyncStream([1], () => gate.promise).batches()[Symbol.asyncIterator]().next();
  Task.allSettled([() => gate.promise, gate.promise], { timeout: 500 });
  await quiet();
  runtime.dispose();
  await quiet();
  await quiet();
  process.off('unhandledRejection', onUnhandled);
  for (const other of others) process.on('unhandledRejection', other);
  assert.deepEqual(unhandled, []);
});

test('after dispose every function throws DisposedError; dispose itself may be repeated', async () => {
  const { runtime } = make();
  const { Task, TaskSupervisor, Supervisor, Process } = runtime;
  const task = Task.async(() => 1);
  const stream = Task.asyncStream([1], (n) => n);
  const iterator = stream[Symbol.asyncIterator]();
  await iterator.next();
  const supervisor = TaskSupervisor.start();
  const unsubscribe = runtime.subscribe(() => {});
  runtime.dispose();
  runtime.dispose();
  const body = () => {};
  const calls = [
    () => Task.async(body), () => Task.await(task), () => Task.awaitMany([]), () => Task.yield(task),
    () => Task.yieldMany([]), () => Task.shutdown(task), () => Task.ignore(task), () => Task.start(body),
    () => Task.startLink(body), () => Task.completed({ status: 'fulfilled', value: 1 }),
    () => Task.asyncStream([], body), () => Task.allSettled([]), () => TaskSupervisor.start(),
    () => TaskSupervisor.children(supervisor), () => supervisor.stop(), () => Supervisor.start([], { strategy: 'oneForOne' }),
    () => Process.list(), () => Process.alive(task.pid), () => runtime.sleep(1), () => runtime.inspect(),
    () => runtime.memory(), () => runtime.subscribe(() => {}), () => stream.toArray(),
  ];
  for (const call of calls) assert.throws(call, DisposedError, String(call));
  assert.ok((await rejection(iterator.next())) instanceof DisposedError);
  unsubscribe();
  await supervisor[Symbol.asyncDispose]();
  await task[Symbol.asyncDispose]();
  await runtime[Symbol.asyncDispose]();
});

test('a body that goes on after dispose can do nothing, and its end is not noticed', async () => {
  const { runtime } = make();
  const gate = deferred();
  let failure = null;
  const task = runtime.Task.async(async (context) => {
    await gate.promise;
    try {
      context.Task.async(() => {});
    } catch (error) {
      failure = error;
    }
    throw new Error('late');
  });
  await quiet();
  runtime.dispose();
  gate.resolve();
  await quiet();
  assert.ok(failure instanceof DisposedError);
  assert.equal(task.state, 'rejected');
});

test('dispose from inside of a body or a listener works', async () => {
  const { runtime } = make();
  const waiting = rejection(runtime.Task.await(runtime.Task.async(() => runtime.dispose())));
  assert.ok((await waiting) instanceof DisposedError);
  const other = make().runtime;
  other.subscribe(() => other.dispose());
  other.Task.start(() => {});
  await quiet();
  assert.throws(() => other.inspect(), DisposedError);
});

test('dispose closes the input of a stream', async () => {
  const { runtime } = make();
  let closed = false;
  function* input() {
    try {
      for (;;) yield 1;
    } finally {
      closed = true;
    }
  }
  const all = rejection(runtime.Task.asyncStream(input(), () => new Promise(() => {}), { maxConcurrency: 2 }).toArray());
  await quiet();
  runtime.dispose();
  assert.ok((await all) instanceof DisposedError);
  assert.equal(closed, true);
});

test('two runtimes share nothing', async () => {
  const one = make().runtime;
  const two = make().runtime;
  const task = one.Task.async(() => 1);
  for (const call of ['await', 'yield', 'shutdown', 'ignore']) {
    assert.throws(() => two.Task[call](task), { name: 'TypeError', message: /another runtime/ });
  }
  assert.throws(() => two.Task.awaitMany([task]), TypeError);
  const supervisor = one.TaskSupervisor.start({ name: 'same' });
  assert.throws(() => two.TaskSupervisor.startChild(supervisor, () => {}), { name: 'TypeError', message: /another runtime/ });
  two.TaskSupervisor.start({ name: 'same' });
  two.dispose();
  assert.equal(await one.Task.await(task), 1);
  assert.equal(await stateOf(one.Task.await(task)).then((state) => state.value), 1);
  one.dispose();
});
