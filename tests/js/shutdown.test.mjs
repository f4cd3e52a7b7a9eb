import assert from 'node:assert/strict';
import test from 'node:test';
import { createRuntime, ExitError, NoProcError } from 'belay-tasks';
import { deferred, failed, ok, quiet, rejection, scenario, stateOf } from './harness.mjs';

/** A body that traps exits and tells what reaches it. */
const trapping = (messages, work) => (context) => {
  context.Process.flag('trapExit', true);
  context.Process.onExit((message) => messages.push(message.reason));
  return work(context);
};

scenario('H1, H3: shutdown ends a running task: null', async ({ Task, Process, logged }) => {
  const gate = deferred();
  let signal = null;
  const task = Task.async((context) => {
    ({ signal } = context);
    return gate.promise;
  });
  await quiet();
  assert.equal(await Task.shutdown(task), null);
  assert.ok(!Process.alive(task.pid));
  assert.equal(signal.aborted, true);
  assert.equal(signal.reason.reason, 'shutdown');
  assert.deepEqual(logged, []);
  gate.resolve();
});

scenario('H2: a reply that is there wins', async ({ Task }) => {
  const task = Task.async(() => 1);
  await quiet();
  assert.deepEqual(await Task.shutdown(task), ok(1));
  assert.deepEqual(await Task.shutdown(task, 'brutalKill'), ok(1));
});

scenario('H2: a reply that comes within the grace period wins', async ({ Task, clock }) => {
  const messages = [];
  const gate = deferred();
  const task = Task.async(trapping(messages, () => gate.promise));
  await quiet();
  const stopping = Task.shutdown(task, 100);
  await clock.advance(50);
  assert.deepEqual(messages, ['shutdown']);
  gate.resolve('saved');
  assert.deepEqual(await stopping, ok('saved'));
});

scenario('H4: one that traps exits is killed after the time', async ({ Task, clock }) => {
  const gate = deferred();
  const task = Task.async(trapping([], () => gate.promise));
  await quiet();
  const stopping = Task.shutdown(task, 100);
  await clock.advance(99);
  assert.equal(await stateOf(stopping), 'pending');
  await clock.advance(1);
  const { status, reason } = await stopping;
  assert.equal(status, 'rejected');
  assert.ok(reason instanceof ExitError);
  assert.equal(reason.reason, 'killed');
  gate.resolve();
});

scenario('H5: any other end is its outcome', async ({ Task, clock }) => {
  const gate = deferred();
  const task = Task.async(trapping([], async ({ exit }) => {
    await gate.promise;
    exit(['shutdown', 'mine']);
  }));
  await quiet();
  const stopping = Task.shutdown(task, 100);
  gate.resolve();
  const { status, reason } = await stopping;
  assert.equal(status, 'rejected');
  assert.deepEqual(reason.reason, ['shutdown', 'mine']);
  await clock.advance(0);
});

scenario('H6: brutalKill kills at once: null', async ({ Task }) => {
  const gate = deferred();
  const task = Task.async(trapping([], () => gate.promise));
  await quiet();
  assert.equal(await Task.shutdown(task, 'brutalKill'), null);
  assert.equal((await rejection(Task.await(task))).reason, 'killed');
  gate.resolve();
});

scenario('H7: with 0 ms one that does not trap ends by shutdown, one that does is killed', async ({ Task }) => {
  const gate = deferred();
  const plain = Task.async(() => gate.promise);
  const trapped = Task.async(trapping([], () => gate.promise));
  await quiet();
  assert.equal(await Task.shutdown(plain, 0), null);
  const { reason } = await Task.shutdown(trapped, 0);
  assert.equal(reason.reason, 'killed');
  gate.resolve();
});

scenario('H8: Infinity waits for one that traps exits', async ({ Task, clock }) => {
  const gate = deferred();
  const task = Task.async(trapping([], () => gate.promise));
  await quiet();
  const stopping = Task.shutdown(task, Infinity);
  await clock.advance(1e7);
  assert.equal(await stateOf(stopping), 'pending');
  gate.resolve(1);
  assert.deepEqual(await stopping, ok(1));
});

scenario('H9: one that has ended is judged by its reason', async ({ Task, TaskSupervisor }) => {
  const supervisor = TaskSupervisor.start();
  const asked = TaskSupervisor.asyncNolink(supervisor, ({ exit }) => exit('shutdown'));
  const error = new Error('boom');
  const crashed = TaskSupervisor.asyncNolink(supervisor, () => { throw error; });
  await quiet();
  assert.equal(await Task.shutdown(asked), null);
  const { reason } = await Task.shutdown(asked, 'brutalKill');
  assert.equal(reason.reason, 'shutdown');
  assert.deepEqual(await Task.shutdown(crashed), failed(error));
  await supervisor.stop();
});

scenario('H11, H13: after an await that timed out; the caller is not hit', async ({ Task, clock }) => {
  const gate = deferred();
  const outer = Task.async(async (context) => {
    const task = context.Task.async(() => gate.promise);
    await rejection(context.Task.await(task, 10));
    return context.Task.shutdown(task);
  });
  await clock.advance(10);
  assert.equal(await Task.await(outer), null);
  gate.resolve();
});

scenario('H14: what the task had linked gets its reason', async ({ Task, Process }) => {
  const gate = deferred();
  let child = null;
  const task = Task.async((context) => {
    child = context.Task.async(() => gate.promise);
    return gate.promise;
  });
  await quiet();
  await Task.shutdown(task);
  assert.ok(!Process.alive(child.pid));
  assert.equal(child.state, 'rejected');
  gate.resolve();
});

scenario('one that never began is stopped without running', async ({ Task }) => {
  let began = false;
  const task = Task.async(() => {
    began = true;
  });
  assert.equal(await Task.shutdown(task), null);
  await quiet();
  assert.equal(began, false);
});

scenario('a body that was killed counts as abandoned until it returns', async ({ Task, Process, runtime }) => {
  const gates = [deferred(), deferred()];
  const tasks = gates.map((gate) => Task.async(() => gate.promise));
  await quiet();
  for (const task of tasks) await Task.shutdown(task, 'brutalKill');
  assert.equal(runtime.inspect().abandoned, 2);
  assert.ok(!Process.alive(tasks[0].pid));
  gates[0].resolve('late');
  await quiet();
  assert.equal(runtime.inspect().abandoned, 1);
  gates[1].reject(new Error('late, and nobody is told'));
  await quiet();
  assert.equal(runtime.inspect().abandoned, 0);
  assert.equal((await rejection(Task.await(tasks[0]))).reason, 'killed');
});

scenario('a late settle never reaches the next owner of the place', async ({ Task }) => {
  const gate = deferred();
  const killed = Task.async(() => gate.promise);
  await quiet();
  await Task.shutdown(killed, 'brutalKill');
  const next = deferred();
  const task = Task.async(() => next.promise);
  await quiet();
  gate.resolve('from the dead');
  await quiet();
  assert.equal(task.state, 'running');
  next.resolve('mine');
  assert.equal(await Task.await(task), 'mine');
});

scenario('the context of an ended process refuses to act', async ({ Task, clock }) => {
  const gate = deferred();
  const found = [];
  let context = null;
  let woken = null;
  const task = Task.async(async (given) => {
    context = given;
    const { sleep } = given;
    woken = rejection(sleep(1000));
    await gate.promise;
    const calls = [
      () => given.Task.async(() => {}), () => given.Process.exit(given.self, 'x'), () => sleep(1),
      () => given.TaskSupervisor.start(), () => given.exit(), () => given.Process.list(),
    ];
    for (const call of calls) {
      try {
        await call(); // sleep refuses in a later turn of the event loop
        found.push('no error');
      } catch (error) {
        found.push(error);
      }
    }
  });
  await quiet();
  await Task.shutdown(task, 'brutalKill');
  gate.resolve();
  while (found.length < 6) await quiet();
  assert.equal((await woken).reason, 'killed');
  assert.equal(found.length, 6);
  for (const error of found) {
    assert.ok(error instanceof NoProcError, String(error));
    assert.equal(error.code, 'BELAY_NO_PROC');
    assert.equal(error.pid, task.pid);
  }
  assert.equal(context.self, task.pid);
  assert.equal(context.Process.self(), task.pid);
  assert.equal(context.signal.aborted, true);
  assert.equal(context.signal.reason.reason, 'killed');
  await clock.advance(0);
});

scenario('the context of a body that has returned refuses to act as well', async ({ Task }) => {
  let context = null;
  await Task.await(Task.async((given) => {
    context = given;
  }));
  assert.throws(() => context.Task.async(() => {}), NoProcError);
  assert.equal(context.signal.aborted, false);
});

scenario('a context can be taken apart', async ({ Task, clock }) => {
  const outer = Task.async(async ({ Task: Own, Process, sleep, signal, self }) => {
    const inner = Own.async(({ self: mine }) => mine);
    await sleep(5);
    return [await Own.await(inner), inner.owner === self, Process.self() === self, signal.aborted];
  });
  await clock.advance(5);
  const [pid, ...rest] = await Task.await(outer);
  assert.match(pid, /^</);
  assert.deepEqual(rest, [true, true, false]);
});

scenario('a signal that is read is one object, and does not abort on return', async ({ Task }) => {
  const signal = await Task.await(Task.async((context) => {
    assert.equal(context.signal, context.signal);
    return context.signal;
  }));
  await quiet();
  assert.equal(signal.aborted, false);
});

test('a killed body that catches everything and goes on sleeping does not hold the event loop', async () => {
  const runtime = createRuntime();
  let refused = 0;
  const stubborn = runtime.Task.async(async ({ sleep }) => {
    while (refused < 5) {
      try {
        await sleep(1);
      } catch {
        refused++;
      }
    }
  });
  await runtime.sleep(5);
  await runtime.Task.shutdown(stubborn, 'brutalKill');
  const turned = new Promise((resolve) => setImmediate(resolve));
  await turned;
  runtime.dispose();
  while (refused < 5) await new Promise((resolve) => setImmediate(resolve));
});
