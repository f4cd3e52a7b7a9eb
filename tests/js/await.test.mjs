import assert from 'node:assert/strict';
import { ExitError, OwnerError, TimeoutError } from 'belay-tasks';
import { deferred, failed, ok, quiet, rejection, scenario, stateOf } from './harness.mjs';

scenario('async starts no body inside of the call', async ({ Task }) => {
  let began = false;
  const task = Task.async(() => {
    began = true;
  });
  assert.equal(began, false);
  await Task.await(task);
  assert.equal(began, true);
});

scenario('a handle tells pid, owner, label and state, and is not thenable', async ({ Task, Process }) => {
  const task = Task.async(async function load() {
    return 1;
  });
  assert.match(task.pid, /^<\d+\.\d+>$/);
  assert.equal(task.owner, Process.self());
  assert.equal(task.label, 'load');
  assert.equal(task.state, 'running');
  assert.equal(task.then, undefined);
  assert.ok(task instanceof Task);
  assert.ok(!({} instanceof Task));
  await Task.await(task);
  assert.equal(task.state, 'fulfilled');
});

scenario('await gives the value of a promise, of a plain value and of a thenable', async ({ Task }) => {
  assert.equal(await Task.await(Task.async(async () => 1)), 1);
  assert.equal(await Task.await(Task.async(() => 2)), 2);
  assert.equal(await Task.await(Task.async(() => ({ then: (resolve) => resolve(3) }))), 3);
  assert.equal(await Task.await(Task.async(() => undefined)), undefined);
});

scenario('await rejects with the very value that the body threw', async ({ Task }) => {
  const error = new Error('boom');
  assert.equal(await rejection(Task.await(Task.async(async () => { throw error; }))), error);
  assert.equal(await rejection(Task.await(Task.async(() => { throw error; }))), error);
  assert.equal(await rejection(Task.await(Task.async(() => { throw 'text'; }))), 'text');
  assert.equal(await rejection(Task.await(Task.async(() => { throw undefined; }))), undefined);
  const thenable = { then: (resolve, reject) => reject(error) };
  assert.equal(await rejection(Task.await(Task.async(() => thenable))), error);
  const hostile = { get then() { throw error; } };
  assert.equal(await rejection(Task.await(Task.async(() => hostile))), error);
});

scenario('await may be repeated and gives the same outcome', async ({ Task }) => {
  const task = Task.async(async () => 7);
  assert.equal(await Task.await(task), 7);
  assert.equal(await Task.await(task), 7);
  assert.deepEqual(await Task.yield(task), ok(7));
  const error = new Error('boom');
  const bad = Task.async(() => { throw error; });
  assert.equal(await rejection(Task.await(bad)), error);
  assert.equal(await rejection(Task.await(bad)), error);
});

scenario('A9: a timeout leaves the task running', async ({ Task, clock }) => {
  const gate = deferred();
  const task = Task.async(() => gate.promise, { label: 'slow' });
  const waiting = Task.await(task, 100);
  await clock.advance(99);
  assert.equal(await stateOf(waiting), 'pending');
  const timedOut = rejection(waiting);
  await clock.advance(1);
  const error = await timedOut;
  assert.ok(error instanceof TimeoutError);
  assert.ok(error instanceof ExitError);
  assert.equal(error.reason, 'timeout');
  assert.equal(error.timeout, 100);
  assert.equal(error.task, task);
  assert.equal(error.pid, task.pid);
  assert.match(error.message, /"slow".*100 ms/);
  assert.equal(task.state, 'running');
  gate.resolve('late');
  assert.equal(await Task.await(task), 'late');
});

scenario('the default timeout of await and yield is 5000 ms', async ({ Task, clock }) => {
  const gate = deferred();
  const task = Task.async(() => gate.promise);
  const awaiting = rejection(Task.await(task));
  const yielding = Task.yield(task);
  await clock.advance(4999);
  assert.equal(await stateOf(yielding), 'pending');
  await clock.advance(1);
  assert.ok((await awaiting) instanceof TimeoutError);
  assert.equal(await yielding, null);
  gate.resolve();
  await Task.await(task);
});

scenario('A13: a timeout of 0 looks once', async ({ Task, clock }) => {
  const gate = deferred();
  const task = Task.async(() => gate.promise);
  assert.ok((await rejection(Task.await(task, 0))) instanceof TimeoutError);
  assert.equal(await Task.yield(task, 0), null);
  await quiet();
  gate.resolve(5);
  await quiet();
  assert.equal(await Task.await(task, 0), 5);
  assert.equal(clock.now(), 0);
});

scenario('Y18: a body that has returned counts as in time for a timeout of 0', async ({ Task }) => {
  const task = Task.async(() => 5);
  const later = Promise.resolve().then(() => {}).then(() => Task.yield(task, 0));
  assert.deepEqual(await later, ok(5));
});

scenario('A13: Infinity waits for as long as it takes', async ({ Task, clock }) => {
  const gate = deferred();
  const task = Task.async(() => gate.promise);
  const waiting = Task.await(task, Infinity);
  await clock.advance(1e9);
  assert.equal(await stateOf(waiting), 'pending');
  gate.resolve(1);
  assert.equal(await waiting, 1);
});

scenario('a wait shorter than one ms is rounded up', async ({ Task, clock, sleep }) => {
  const short = sleep(0.2);
  await clock.advance(0);
  assert.equal(await stateOf(short), 'pending');
  await clock.advance(1);
  await short;
  await Task.await(Task.async(() => 1), 0.5);
});

scenario('A14: only the owner may await, yield, shut down or ignore', async ({ Task, Process }) => {
  const task = Task.async(async () => 1);
  const stranger = Task.async(async (context) => {
    const errors = [];
    const calls = {
      await: () => context.Task.await(task),
      awaitMany: () => context.Task.awaitMany([task]),
      yield: () => context.Task.yield(task),
      yieldMany: () => context.Task.yieldMany([task]),
      shutdown: () => context.Task.shutdown(task),
      ignore: () => context.Task.ignore(task),
    };
    for (const call of Object.values(calls)) {
      try {
        call();
      } catch (error) {
        errors.push(error);
      }
    }
    return { errors, self: context.self };
  });
  const { errors, self } = await Task.await(stranger);
  assert.equal(errors.length, 6);
  for (const error of errors) {
    assert.ok(error instanceof OwnerError);
    assert.equal(error.code, 'BELAY_OWNER');
    assert.equal(error.owner, Process.self());
    assert.equal(error.caller, self);
    assert.ok(error.message.includes(task.pid));
  }
  assert.equal(await Task.await(task), 1);
});

scenario('A4: exit(normal) ends a task without a value', async ({ Task }) => {
  const task = Task.async((context) => context.exit());
  const error = await rejection(Task.await(task));
  assert.ok(error instanceof ExitError);
  assert.equal(error.reason, 'normal');
  assert.equal(error.pid, task.pid);
  assert.equal(error.code, 'BELAY_EXIT');
});

scenario('exit(reason) rejects with an ExitError that bears the reason', async ({ Task, logged }) => {
  const reason = { any: 'value' };
  const error = await rejection(Task.await(Task.async(async ({ exit }) => exit(reason))));
  assert.ok(error instanceof ExitError);
  assert.equal(error.reason, reason);
  assert.deepEqual(logged, []);
});

scenario('L12: exit(kill) inside a process is an ordinary reason', async ({ Task }) => {
  const error = await rejection(Task.await(Task.async(({ exit }) => exit('kill'))));
  assert.equal(error.reason, 'kill');
});

scenario('a body that catches its own exit goes on', async ({ Task }) => {
  const task = Task.async(({ exit }) => {
    try {
      exit('shutdown');
    } catch {
      return 'still here';
    }
  });
  assert.equal(await Task.await(task), 'still here');
});

scenario('A20: awaitMany gives the values in the order of the list', async ({ Task, clock }) => {
  const tasks = [30, 10, 20].map((ms) => Task.async(async ({ sleep }) => {
    await sleep(ms);
    return ms;
  }));
  const waiting = Task.awaitMany(tasks);
  await clock.advance(30);
  assert.deepEqual(await waiting, [30, 10, 20]);
});

scenario('A21: the timeout of awaitMany is one deadline for all', async ({ Task, clock }) => {
  const gates = [deferred(), deferred()];
  const tasks = gates.map((gate) => Task.async(() => gate.promise));
  const waiting = rejection(Task.awaitMany(tasks, 100));
  await clock.advance(60);
  gates[0].resolve();
  await clock.advance(40);
  const error = await waiting;
  assert.ok(error instanceof TimeoutError);
  assert.equal(error.timeout, 100);
  gates[1].resolve();
  await Task.await(tasks[1]);
});

scenario('A22, A23: awaitMany rejects with the first failure; the others run on', async ({ Task }) => {
  const gate = deferred();
  const error = new Error('boom');
  const slow = Task.async(() => gate.promise);
  const bad = Task.async(async () => { throw error; });
  assert.equal(await rejection(Task.awaitMany([slow, bad])), error);
  assert.equal(slow.state, 'running');
  gate.resolve('kept');
  assert.equal(await Task.await(slow), 'kept');
});

scenario('A24: awaitMany of nothing is at once; the same task twice gives its value twice', async ({ Task }) => {
  assert.deepEqual(await Task.awaitMany([]), []);
  const task = Task.async(() => 1);
  assert.deepEqual(await Task.awaitMany([task, task]), [1, 1]);
  assert.deepEqual(await Task.awaitMany(new Set([task])), [1]);
});

scenario('A25: completed starts nothing', async ({ Task, runtime }) => {
  const task = Task.completed(ok(1));
  assert.equal(task.pid, null);
  assert.equal(task.state, 'fulfilled');
  assert.equal(await Task.await(task), 1);
  assert.deepEqual(await Task.yield(task), ok(1));
  assert.deepEqual(await Task.awaitMany([task]), [1]);
  assert.deepEqual(await Task.yieldMany([task]), [[task, ok(1)]]);
  assert.deepEqual(await Task.ignore(task), ok(1));
  assert.deepEqual(await Task.shutdown(task), ok(1));
  const bad = Task.completed(failed('why'));
  assert.equal(await rejection(Task.await(bad)), 'why');
  assert.deepEqual(await Task.yield(bad), failed('why'));
  assert.notEqual(task.ref, bad.ref);
  assert.equal(runtime.inspect().processes.length, 1);
});

scenario('A26, A27: start and startLink give pids of processes nobody awaits', async ({ Task, Process, logged, clock }) => {
  const seen = [];
  const pid = Task.start(async ({ self, sleep }) => {
    await sleep(10);
    seen.push(self);
  });
  const linked = Task.startLink(({ self }) => {
    seen.push(self);
  });
  assert.ok(Process.alive(pid));
  await clock.advance(10);
  assert.deepEqual(seen, [linked, pid]);
  assert.ok(!Process.alive(pid));
  assert.deepEqual(logged, []);
});

scenario('a crash that nobody awaits is logged once', async ({ Task, Process, logged, clock }) => {
  const error = new Error('boom');
  const pid = Task.start(() => { throw error; }, { label: 'mailer' });
  await clock.advance(0);
  assert.equal(logged.length, 1);
  const { message, ...rest } = logged[0];
  assert.deepEqual(rest, {
    type: 'logged', kind: 'crash', pid, label: 'mailer', reason: error, time: 0,
    startedBy: Process.self(), callers: [Process.self()], supervisor: null,
  });
  assert.equal(message, `task ${pid} "mailer" (started by ${Process.self()}) crashed: Error: boom`);
});

scenario('a crash that an await, a yield or a group receives is not logged', async ({ Task, TaskSupervisor, logged }) => {
  const crash = () => { throw new Error('boom'); };
  const supervisor = TaskSupervisor.start();
  await rejection(Task.await(Task.async(crash)));
  await rejection(Task.yield(Task.async(crash)));
  assert.equal((await Task.yield(TaskSupervisor.asyncNolink(supervisor, crash))).status, 'rejected');
  await rejection(Task.awaitMany([Task.async(crash)]));
  await Task.allSettled([crash]);
  await rejection(Task.asyncStream([1], crash).toArray());
  assert.deepEqual(logged, []);
  await supervisor.stop();
});

scenario('a crash whose waiting owner dies with it is logged', async ({ Task, logged, clock }) => {
  const error = new Error('boom');
  Task.start(async ({ Task: Own }) => {
    await Own.await(Own.async(() => { throw error; }, { label: 'child' }));
  });
  await clock.advance(0);
  assert.deepEqual(logged.map(({ label, reason }) => [label, reason]), [['child', error]]);
});

scenario('E3, E4: good ends and ends by a signal are not logged', async ({ Task, Process, logged, clock }) => {
  Task.start(({ exit }) => exit('normal'));
  Task.start(({ exit }) => exit('shutdown'));
  Task.start(({ exit }) => exit(['shutdown', 'why']));
  const pid = Task.start(({ sleep }) => sleep(Infinity));
  await clock.advance(0);
  Process.exit(pid, 'kill');
  await clock.advance(0);
  assert.deepEqual(logged, []);
});

scenario('Y1, Y2: yield gives null when the time is up and can be repeated', async ({ Task, clock }) => {
  const gate = deferred();
  const task = Task.async(() => gate.promise);
  const first = Task.yield(task, 10);
  await clock.advance(10);
  assert.equal(await first, null);
  const second = Task.yield(task, 10);
  gate.resolve('done');
  assert.deepEqual(await second, ok('done'));
});

scenario('Y8 to Y11: yieldMany gives pairs in order, null for those not done', async ({ Task, TaskSupervisor, clock }) => {
  const supervisor = TaskSupervisor.start();
  const error = new Error('boom');
  const gate = deferred();
  const tasks = [
    Task.async(() => 1),
    TaskSupervisor.asyncNolink(supervisor, () => { throw error; }),
    Task.async(() => gate.promise),
  ];
  const waiting = Task.yieldMany(tasks, 50);
  await clock.advance(50);
  assert.deepEqual(await waiting, [[tasks[0], ok(1)], [tasks[1], failed(error)], [tasks[2], null]]);
  assert.equal(tasks[2].state, 'running');
  gate.resolve(3);
  assert.deepEqual(await Task.yieldMany([tasks[2], tasks[2]]), [[tasks[2], ok(3)], [tasks[2], ok(3)]]);
  await supervisor.stop();
});

scenario('Y12: yieldMany returns once as many as the limit have ended', async ({ Task, clock }) => {
  const tasks = [10, 20, 1000].map((ms) => Task.async(async ({ sleep }) => {
    await sleep(ms);
    return ms;
  }));
  const waiting = Task.yieldMany(tasks, { limit: 2, onTimeout: 'killTask' });
  await clock.advance(20);
  assert.deepEqual((await waiting).map(([, outcome]) => outcome), [ok(10), ok(20), null]);
  assert.equal(tasks[2].state, 'running');
  await clock.advance(1000);
});

scenario('Y13: a limit of 0 looks at none; one above the number counts as the number', async ({ Task }) => {
  const task = Task.async(() => 1);
  assert.deepEqual(await Task.yieldMany([task], { limit: 0 }), [[task, null]]);
  assert.deepEqual(await Task.yieldMany([task], { limit: 9, timeout: Infinity }), [[task, ok(1)]]);
  assert.deepEqual(await Task.yieldMany([]), []);
});

scenario('Y14: yieldMany with killTask kills those that are too slow', async ({ Task, clock }) => {
  const gate = deferred();
  const slow = Task.async(() => gate.promise);
  const quick = Task.async(() => 1);
  const waiting = Task.yieldMany([slow, quick, slow], { timeout: 10, onTimeout: 'killTask' });
  await clock.advance(10);
  assert.deepEqual(await waiting, [[slow, null], [quick, ok(1)], [slow, null]]);
  assert.equal(slow.state, 'rejected');
  assert.equal((await rejection(Task.await(slow))).reason, 'killed');
  gate.resolve();
});

scenario('Y15: yieldMany with ignore lets those go that are too slow', async ({ Task, clock }) => {
  const gate = deferred();
  const slow = Task.async(() => gate.promise);
  const waiting = Task.yieldMany([slow], { timeout: 10, onTimeout: 'ignore' });
  await clock.advance(10);
  assert.deepEqual(await waiting, [[slow, null]]);
  assert.equal(slow.state, 'ignored');
  gate.reject(new Error('nobody hears'));
});

scenario('Y19, Y20: ignore gives what is there, or lets the task go', async ({ Task, logged, clock }) => {
  const done = Task.async(() => 1);
  await Task.await(done);
  assert.deepEqual(await Task.ignore(done), ok(1));
  const error = new Error('boom');
  const gate = deferred();
  const task = Task.async(() => gate.promise);
  assert.equal(await Task.ignore(task), null);
  assert.equal(task.state, 'ignored');
  gate.reject(error);
  await clock.advance(0);
  assert.equal(task.state, 'ignored');
  assert.deepEqual(logged.map(({ reason }) => reason), [error]);
});

scenario('Y21: after ignore one waits in vain, and shutdown still stops it', async ({ Task, Process, clock }) => {
  const gate = deferred();
  const task = Task.async(() => gate.promise);
  await Task.ignore(task);
  const yielding = Task.yield(task, 20);
  const awaiting = rejection(Task.await(task, 20));
  const many = Task.yieldMany([task], 20);
  await clock.advance(20);
  assert.equal(await yielding, null);
  assert.ok((await awaiting) instanceof TimeoutError);
  assert.deepEqual(await many, [[task, null]]);
  assert.equal(await Task.ignore(task), null);
  assert.equal(await Task.shutdown(task), null);
  assert.ok(!Process.alive(task.pid));
  assert.equal((await Task.shutdown(task)).reason.reason, 'noproc');
  gate.resolve();
});

scenario('A17: the owner ends abnormally: its linked tasks end with its reason', async ({ Task, Process, clock }) => {
  const gate = deferred();
  let child = null;
  let signal = null;
  const owner = Task.async((context) => {
    child = context.Task.async((inner) => {
      ({ signal } = inner);
      return gate.promise;
    });
    return gate.promise;
  });
  await clock.advance(0);
  Process.exit(owner.pid, 'because');
  const error = await rejection(Task.await(owner));
  assert.equal(error.reason, 'because');
  assert.ok(!Process.alive(child.pid));
  await quiet();
  assert.equal(signal.aborted, true);
  assert.equal(signal.reason.reason, 'because');
  gate.resolve();
});

scenario('A18: the owner ends normally: its linked tasks run on', async ({ Task, Process, clock }) => {
  const gate = deferred();
  let child = null;
  await Task.await(Task.async((context) => {
    child = context.Task.async(() => gate.promise);
  }));
  await clock.advance(0);
  assert.ok(Process.alive(child.pid));
  gate.resolve();
});

scenario('await using shuts the task down', async ({ Task }) => {
  const gate = deferred();
  const task = Task.async(() => gate.promise);
  await task[Symbol.asyncDispose]();
  assert.equal(task.state, 'rejected');
  assert.equal((await rejection(Task.await(task))).reason, 'shutdown');
  await task[Symbol.asyncDispose]();
  gate.resolve();
});

scenario('who leaves a block and is killed meanwhile leaves no rejection', async ({ Task, Process, clock }) => {
  const pid = Task.start(async (context) => {
    const task = context.Task.async(({ Process: own, sleep }) => {
      own.flag('trapExit', true);
      return sleep(50);
    });
    await context.sleep(1);
    task[Symbol.asyncDispose]();
    return context.sleep(Infinity);
  });
  await clock.advance(1);
  Process.exit(pid, 'kill');
  await clock.advance(50);
});

scenario('A22: awaitMany with a timeout of 0 sees a failure that is there, wherever it stands', async ({ Task, clock }) => {
  const owner = Task.async(async ({ Task: Own, Process, sleep }) => {
    Process.flag('trapExit', true);
    const slow = Own.async(({ sleep: rest }) => rest(50));
    const failed = Own.async(({ exit }) => exit('boom'));
    await sleep(1);
    return Own.awaitMany([slow, failed], 0).then(() => 'values', (error) => error.reason);
  });
  await clock.advance(1);
  assert.equal(await Task.await(owner), 'boom');
  await clock.advance(60);
});

for (const onTimeout of ['ignore', 'killTask']) {
  scenario(`yieldMany with ${onTimeout}: who waits is killed as the time is up`, async ({ Task, TaskSupervisor, clock }) => {
    const supervisor = TaskSupervisor.start();
    const owner = TaskSupervisor.asyncNolink(supervisor, async ({ Task, Process }) => {
      Process.flag('trapExit', true);
      const tasks = [1, 2, 3].map(() => Task.async(({ sleep }) => sleep(Infinity)));
      await Task.yieldMany(tasks, { timeout: 20, onTimeout });
    });
    await quiet();
    const stopped = Task.shutdown(owner, 20);
    await quiet();
    await clock.advance(20);
    assert.equal((await stopped).reason.reason, 'killed');
    await supervisor.stop();
  });
}
