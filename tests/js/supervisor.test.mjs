import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import {
  AlreadyStartedError, ExitError, MaxChildrenError, NoProcError, TimeoutError,
} from 'belay-tasks';
import { deferred, failed, quiet, rejection, scenario, stateOf } from './harness.mjs';

const forever = ({ sleep }) => sleep(Infinity);

scenario('V1, V12: children are started, listed, counted and stopped', async ({ TaskSupervisor, Process }) => {
  const supervisor = TaskSupervisor.start({ name: 'jobs' });
  assert.ok(supervisor instanceof TaskSupervisor);
  assert.equal(supervisor.name, 'jobs');
  assert.equal(Process.whereis('jobs'), supervisor.pid);
  const pid = TaskSupervisor.startChild('jobs', forever, { label: 'one' });
  assert.deepEqual(TaskSupervisor.children(supervisor), [pid]);
  assert.deepEqual(TaskSupervisor.children(supervisor.pid), [pid]);
  assert.deepEqual(TaskSupervisor.countChildren('jobs'), { specs: 1, active: 1, supervisors: 0, workers: 1 });
  assert.equal(Process.info(pid).supervisor, supervisor.pid);
  assert.equal(Process.info(pid).restart, 'temporary');
  assert.deepEqual(Process.info(supervisor.pid).children, [pid]);
  assert.equal(Process.info(supervisor.pid).kind, 'taskSupervisor');
  await TaskSupervisor.stop('jobs');
  assert.ok(!Process.alive(pid));
  assert.equal(Process.whereis('jobs'), null);
});

scenario('handles show what they stand for', async ({ Task, TaskSupervisor, Supervisor }) => {
  const tasks = TaskSupervisor.start({ name: 'jobs' });
  const app = Supervisor.start([], { strategy: 'oneForOne' });
  const task = Task.async(() => 1, { label: 'one' });
  await Task.await(task);
  assert.equal(inspect([tasks, app, task], { breakLength: Infinity }),
    `[ TaskSupervisor ${tasks.pid} "jobs", Supervisor ${app.pid}, Task ${task.pid} "one" (fulfilled) ]`);
  await tasks.stop();
  await app.stop();
});

scenario('a supervisor of the other kind, or none, is called what it is', async ({ Task, TaskSupervisor, Supervisor, Process }) => {
  const jobs = TaskSupervisor.start({ name: 'jobs' });
  const app = Supervisor.start([], { strategy: 'oneForOne', name: 'App' });
  const pid = Task.start(forever);
  const refused = (call, words) => assert.throws(call, (error) => error instanceof TypeError && error.message.endsWith(words));
  refused(() => Supervisor.whichChildren('jobs'), 'process "jobs" is not a supervisor but a task supervisor: use TaskSupervisor');
  refused(() => Supervisor.stop(jobs), 'got the handle of a task supervisor: use TaskSupervisor');
  refused(() => TaskSupervisor.children('App'), 'process "App" is not a task supervisor but a supervisor: use Supervisor');
  refused(() => TaskSupervisor.children(app), 'got the handle of a supervisor: use Supervisor');
  refused(() => TaskSupervisor.children(pid), `process ${pid} is not a task supervisor but a task`);
  await jobs.stop();
  await app.stop();
  Process.exit(pid, 'kill');
});

scenario('errors call a supervisor a supervisor', async ({ Supervisor, TaskSupervisor, Process, clock, unhandled }) => {
  const holdsOut = ({ Process: own, sleep }) => {
    own.flag('trapExit', true);
    return sleep(10);
  };
  const jobs = TaskSupervisor.start({ name: 'jobs' });
  TaskSupervisor.startChild(jobs, holdsOut, { shutdown: 50 });
  await quiet();
  const stopped = rejection(jobs.stop('normal', 5));
  await clock.advance(10);
  assert.equal((await stopped).message, `task supervisor ${jobs.pid} "jobs" did not stop within 5 ms`);
  const app = Supervisor.startLink([], { strategy: 'oneForOne', name: 'App' });
  Process.exit(app.pid, { code: 7 });
  await quiet();
  assert.deepEqual(unhandled.splice(0).map(({ message }) => message), [`supervisor ${app.pid} "App" exited with { code: 7 }`]);
});

scenario('V3: a name that is taken', async ({ TaskSupervisor, runtime }) => {
  const supervisor = TaskSupervisor.start({ name: 'jobs' });
  const before = runtime.inspect().processes.length;
  assert.throws(() => TaskSupervisor.start({ name: 'jobs' }), (error) =>
    error instanceof AlreadyStartedError && error.pid === supervisor.pid && error.name === 'jobs');
  assert.equal(runtime.inspect().processes.length, before);
  await supervisor.stop();
});

scenario('V6, V7: async is linked to the caller, asyncNolink is not', async ({ Task, TaskSupervisor }) => {
  const supervisor = TaskSupervisor.start();
  const error = new Error('boom');
  const crash = () => { throw error; };
  assert.equal(await rejection(Task.yield(TaskSupervisor.async(supervisor, crash))), error);
  assert.deepEqual(await Task.yield(TaskSupervisor.asyncNolink(supervisor, crash)), failed(error));
  assert.equal(await Task.await(TaskSupervisor.async(supervisor, () => 1)), 1);
  await supervisor.stop();
});

scenario('V9, V10, V11: maxChildren', async ({ Task, TaskSupervisor }) => {
  const supervisor = TaskSupervisor.start({ maxChildren: 1 });
  const task = TaskSupervisor.async(supervisor, async () => 1);
  for (const call of ['async', 'asyncNolink', 'startChild']) {
    assert.throws(() => TaskSupervisor[call](supervisor, () => {}), (error) =>
      error instanceof MaxChildrenError && error.limit === 1 && error.code === 'BELAY_MAX_CHILDREN');
  }
  await Task.await(task);
  assert.equal(await Task.await(TaskSupervisor.async(supervisor, () => 2)), 2);
  const none = TaskSupervisor.start({ maxChildren: 0 });
  assert.throws(() => TaskSupervisor.startChild(none, forever), MaxChildrenError);
  await none.stop();
  await supervisor.stop();
});

scenario('V14: a child outlives who asked for it', async ({ Task, TaskSupervisor }) => {
  const supervisor = TaskSupervisor.start();
  await Task.await(Task.async((context) => {
    context.TaskSupervisor.startChild(supervisor, forever);
    context.TaskSupervisor.asyncNolink(supervisor, forever);
  }));
  assert.equal(TaskSupervisor.children(supervisor).length, 2);
  await supervisor.stop();
});

scenario('V18, V19: terminateChild stops one child for good', async ({ TaskSupervisor, Process }) => {
  const supervisor = TaskSupervisor.start();
  const pid = TaskSupervisor.startChild(supervisor, forever, { restart: 'permanent' });
  await quiet();
  assert.equal(await TaskSupervisor.terminateChild(supervisor, pid), true);
  assert.ok(!Process.alive(pid));
  assert.deepEqual(TaskSupervisor.children(supervisor), []);
  assert.equal(await TaskSupervisor.terminateChild(supervisor, pid), false);
  assert.equal(await TaskSupervisor.terminateChild(supervisor, Process.self()), false);
  await supervisor.stop();
});

scenario('V18: a child that traps exits gets its grace', async ({ TaskSupervisor, clock }) => {
  const supervisor = TaskSupervisor.start();
  const trap = ({ Process, sleep }) => {
    Process.flag('trapExit', true);
    return sleep(Infinity);
  };
  const pid = TaskSupervisor.startChild(supervisor, trap, { shutdown: 70 });
  await quiet();
  const stopping = TaskSupervisor.terminateChild(supervisor, pid);
  await clock.advance(69);
  assert.equal(await stateOf(stopping), 'pending');
  await clock.advance(1);
  assert.equal(await stopping, true);
  await supervisor.stop();
});

scenario('V21: who waits for an unlinked task that is terminated sees shutdown', async ({ Task, TaskSupervisor }) => {
  const supervisor = TaskSupervisor.start();
  const task = TaskSupervisor.asyncNolink(supervisor, forever);
  const waiting = rejection(Task.await(task));
  await quiet();
  await TaskSupervisor.terminateChild(supervisor, task.pid);
  const error = await waiting;
  assert.ok(error instanceof ExitError);
  assert.equal(error.reason, 'shutdown');
  await supervisor.stop();
});

scenario('V23, V24: all children are stopped at the same time, each with its own clock', async ({ TaskSupervisor, clock }) => {
  const supervisor = TaskSupervisor.start();
  const child = ({ Process, sleep }) => {
    Process.flag('trapExit', true);
    return sleep(Infinity);
  };
  for (const shutdown of [30, 10, 'brutalKill']) TaskSupervisor.startChild(supervisor, child, { shutdown });
  await quiet();
  const stopping = supervisor.stop();
  await clock.advance(10);
  assert.equal(TaskSupervisor.children(supervisor).length, 1);
  assert.equal(await stateOf(stopping), 'pending');
  await clock.advance(20);
  await stopping;
});

scenario('V28: stop of one that is gone, and a stop that takes too long', async ({ TaskSupervisor, clock }) => {
  const gone = TaskSupervisor.start();
  await gone.stop();
  assert.throws(() => TaskSupervisor.stop(gone), NoProcError);
  assert.throws(() => TaskSupervisor.stop('nobody'), NoProcError);
  const supervisor = TaskSupervisor.start();
  TaskSupervisor.startChild(supervisor, ({ Process, sleep }) => {
    Process.flag('trapExit', true);
    return sleep(Infinity);
  }, { shutdown: 100 });
  await quiet();
  const stopping = rejection(supervisor.stop('normal', 10));
  await clock.advance(10);
  const error = await stopping;
  assert.ok(error instanceof TimeoutError);
  assert.equal(error.pid, supervisor.pid);
  assert.throws(() => TaskSupervisor.startChild(supervisor, forever), NoProcError);
  await clock.advance(90);
});

scenario('V29: a linked supervisor that ends abnormally hits its starter', async ({ Task }) => {
  const task = Task.async(async (context) => {
    const supervisor = context.TaskSupervisor.startLink();
    await supervisor.stop('because');
  });
  const error = await rejection(Task.await(task));
  assert.equal(error.reason, 'because');
});

scenario('V30: the parent of a linked supervisor ends: its children are stopped', async ({ Task, Process, clock }) => {
  let pid = null;
  await Task.await(Task.async((context) => {
    pid = context.TaskSupervisor.startChild(context.TaskSupervisor.startLink(), forever);
  }));
  await clock.advance(0);
  assert.ok(!Process.alive(pid));
});

scenario('V31, V33: only kill ends a supervisor from outside', async ({ TaskSupervisor, Process }) => {
  const supervisor = TaskSupervisor.start();
  const pid = TaskSupervisor.startChild(supervisor, forever);
  await quiet();
  Process.exit(supervisor.pid, 'because');
  Process.exit(supervisor.pid, 'shutdown');
  await quiet();
  assert.ok(Process.alive(supervisor.pid));
  Process.exit(supervisor.pid, 'kill');
  await quiet();
  assert.ok(!Process.alive(supervisor.pid));
  assert.ok(!Process.alive(pid));
});

scenario('V34: requests to one that does not exist', async ({ Task, TaskSupervisor }) => {
  const pid = Task.start(forever);
  for (const call of ['async', 'asyncNolink', 'startChild']) {
    assert.throws(() => TaskSupervisor[call]('nobody', () => {}), NoProcError);
    assert.throws(() => TaskSupervisor[call]('<9.9>', () => {}), NoProcError);
    assert.throws(() => TaskSupervisor[call](pid, () => {}), TypeError);
    assert.throws(() => TaskSupervisor[call](7, () => {}), TypeError);
  }
  for (const call of ['children', 'countChildren', 'stop']) {
    assert.throws(() => TaskSupervisor[call]('nobody'), NoProcError);
  }
  assert.throws(() => TaskSupervisor.terminateChild('nobody', pid), NoProcError);
  await Task.await(Task.async(({ Process }) => Process.exit(pid, 'kill')));
});

scenario('R1, R2: temporary is never restarted, transient only after a failure', async ({ TaskSupervisor, logged, clock }) => {
  const supervisor = TaskSupervisor.start();
  const runs = { temporary: 0, transient: 0, good: 0 };
  TaskSupervisor.startChild(supervisor, () => {
    runs.temporary++;
    throw new Error('once');
  });
  TaskSupervisor.startChild(supervisor, () => {
    if (++runs.transient < 3) throw new Error('again');
  }, { restart: 'transient' });
  TaskSupervisor.startChild(supervisor, ({ exit }) => {
    runs.good++;
    exit(['shutdown', 'fine']);
  }, { restart: 'transient' });
  await clock.advance(0);
  assert.deepEqual(runs, { temporary: 1, transient: 3, good: 1 });
  assert.equal(logged.length, 3);
  assert.deepEqual(TaskSupervisor.children(supervisor), []);
  await supervisor.stop();
});

scenario('R3, R7: permanent is restarted after a return too; the fourth restart is fatal', async ({ TaskSupervisor, Process, clock }) => {
  const supervisor = TaskSupervisor.start();
  const { down } = Process.monitor(supervisor.pid);
  let runs = 0;
  const pids = new Set();
  TaskSupervisor.startChild(supervisor, ({ self }) => {
    runs++;
    pids.add(self);
  }, { restart: 'permanent' });
  const sibling = TaskSupervisor.startChild(supervisor, forever);
  await clock.advance(0);
  assert.equal(runs, 4);
  assert.equal(pids.size, 4);
  assert.equal(await down, 'shutdown');
  assert.ok(!Process.alive(sibling));
});

scenario('R8: with maxRestarts 0 the first failure is fatal', async ({ TaskSupervisor, Process, clock }) => {
  const supervisor = TaskSupervisor.start({ maxRestarts: 0 });
  TaskSupervisor.startChild(supervisor, () => {}, { restart: 'permanent' });
  await clock.advance(0);
  assert.ok(!Process.alive(supervisor.pid));
});

scenario('R10: restarts outside of the window do not count', async ({ TaskSupervisor, Process, clock }) => {
  const supervisor = TaskSupervisor.start({ maxRestarts: 1, maxSeconds: 1 });
  let runs = 0;
  TaskSupervisor.startChild(supervisor, async ({ sleep }) => {
    runs++;
    await sleep(2500);
  }, { restart: 'permanent' });
  await clock.advance(2500 * 4);
  assert.equal(runs, 5);
  assert.ok(Process.alive(supervisor.pid));
  await supervisor.stop();
});

scenario('R11: the linked starter feels it when a supervisor gives up', async ({ Task }) => {
  const task = Task.async((context) => {
    const supervisor = context.TaskSupervisor.startLink({ maxRestarts: 0 });
    context.TaskSupervisor.startChild(supervisor, () => {}, { restart: 'permanent' });
    return context.sleep(Infinity);
  });
  assert.equal((await rejection(Task.await(task))).reason, 'shutdown');
});

scenario('a child that was killed from outside is restarted when it is transient', async ({ TaskSupervisor, Process, runtime, clock }) => {
  const supervisor = TaskSupervisor.start();
  const pid = TaskSupervisor.startChild(supervisor, forever, { restart: 'transient', label: 'poller' });
  await clock.advance(5);
  Process.exit(pid, 'kill');
  await quiet();
  const [again] = TaskSupervisor.children(supervisor);
  assert.notEqual(again, pid);
  const info = Process.info(again);
  assert.equal(info.label, 'poller');
  assert.equal(info.restarts, 1);
  assert.equal(info.restart, 'transient');
  assert.equal(runtime.inspect().tree.children[0].children[0].pid, again);
  await supervisor.stop();
});

scenario('a supervisor keeps a named task supervisor and starts it anew under its name', async ({ Supervisor, TaskSupervisor, Process }) => {
  const supervisor = Supervisor.start([TaskSupervisor.childSpec({ name: 'App.Tasks', maxChildren: 3 })], { strategy: 'oneForOne' });
  assert.ok(supervisor instanceof Supervisor);
  assert.ok(!(supervisor instanceof TaskSupervisor));
  const first = Process.whereis('App.Tasks');
  assert.deepEqual(Supervisor.whichChildren(supervisor), [
    { id: 'App.Tasks', pid: first, state: 'up', type: 'supervisor' },
  ]);
  assert.deepEqual(Supervisor.countChildren(supervisor), { specs: 1, active: 1, supervisors: 1, workers: 0 });
  const child = TaskSupervisor.startChild('App.Tasks', forever);
  await quiet();
  Process.exit(first, 'kill');
  await quiet();
  const second = Process.whereis('App.Tasks');
  assert.notEqual(second, null);
  assert.notEqual(second, first);
  assert.ok(!Process.alive(child));
  assert.deepEqual(TaskSupervisor.children('App.Tasks'), []);
  for (let n = 0; n < 3; n++) TaskSupervisor.startChild('App.Tasks', forever);
  assert.throws(() => TaskSupervisor.startChild('App.Tasks', forever), (error) =>
    error instanceof MaxChildrenError && error.limit === 3);
  assert.equal(Supervisor.whichChildren(supervisor)[0].pid, second);
  await supervisor.stop();
  assert.equal(Process.whereis('App.Tasks'), null);
});

scenario('G9, G10, G24: tasks as children: order, restarts, what is kept', async ({ Task, Supervisor, Process, clock }) => {
  const ended = [];
  const child = (name) => async ({ self, Process: Own, sleep }) => {
    Own.flag('trapExit', true);
    Own.onExit(({ reason }) => {
      ended.push([name, reason]);
      if (reason === 'shutdown') Own.exit(self, 'kill');
    });
    await sleep(Infinity);
  };
  const supervisor = Supervisor.start([
    Task.childSpec(child('a'), { id: 'a', restart: 'permanent' }),
    Task.childSpec(() => {}, { id: 'once' }),
    Task.childSpec(({ exit }) => exit('shutdown'), { id: 'well', restart: 'transient' }),
    { ...Task.childSpec(child('b'), { id: 'b' }), restart: 'permanent' },
  ], { strategy: 'oneForOne', name: 'App' });
  await clock.advance(0);
  const children = Supervisor.whichChildren('App');
  assert.deepEqual(children.map(({ id }) => id), ['b', 'well', 'a']);
  assert.equal(children[1].pid, null);
  assert.deepEqual(Supervisor.countChildren('App'), { specs: 3, active: 2, supervisors: 0, workers: 3 });
  Process.exit(children[2].pid, 'kill');
  await clock.advance(0);
  assert.notEqual(Supervisor.whichChildren('App')[2].pid, children[2].pid);
  await Supervisor.stop('App');
  assert.deepEqual(ended, [['b', 'shutdown'], ['a', 'shutdown']]);
  assert.throws(() => Supervisor.whichChildren('App'), NoProcError);
  assert.throws(() => Supervisor.stop(supervisor), NoProcError);
});

scenario('a start that fails leaves nothing: names taken, twice the same id', async ({ Task, Supervisor, TaskSupervisor, runtime }) => {
  const taken = TaskSupervisor.start({ name: 'taken' });
  const options = { strategy: 'oneForOne' };
  const lists = [
    [TaskSupervisor.childSpec({ name: 'free' }), TaskSupervisor.childSpec({ name: 'taken' })],
    [TaskSupervisor.childSpec({ name: 'same' }), { ...TaskSupervisor.childSpec({ name: 'same' }), id: 'other' }],
  ];
  for (const list of lists) assert.throws(() => Supervisor.start(list, options), AlreadyStartedError);
  assert.throws(() => Supervisor.start([], { ...options, name: 'taken' }), AlreadyStartedError);
  const twice = [Task.childSpec(forever), Task.childSpec(forever)];
  assert.throws(() => Supervisor.start(twice, options), RangeError);
  assert.equal(runtime.inspect().processes.length, 2);
  await taken.stop();
});

scenario('await using stops a supervisor of either kind', async ({ Supervisor, TaskSupervisor, Process }) => {
  const tasks = TaskSupervisor.start();
  const general = Supervisor.start([TaskSupervisor.childSpec()], { strategy: 'oneForOne' });
  for (const each of [tasks, general]) {
    await each[Symbol.asyncDispose]();
    assert.ok(!Process.alive(each.pid));
    await each[Symbol.asyncDispose]();
  }
});

scenario('A32: child specs have Elixir\'s defaults', async ({ Task, TaskSupervisor }) => {
  const { id, restart, shutdown, type, significant } = Task.childSpec(forever);
  assert.deepEqual({ id, restart, shutdown, type, significant }, {
    id: 'Task', restart: 'temporary', shutdown: 5000, type: 'worker', significant: false,
  });
  const spec = TaskSupervisor.childSpec();
  assert.deepEqual([spec.id, spec.restart, spec.shutdown, spec.type], ['TaskSupervisor', 'permanent', Infinity, 'supervisor']);
  assert.equal(TaskSupervisor.childSpec({ name: 'x' }).id, 'x');
});

scenario('a handle can be stopped with a reason that its monitors see', async ({ TaskSupervisor, Process }) => {
  const supervisor = TaskSupervisor.start();
  const { down } = Process.monitor(supervisor.pid);
  await supervisor.stop(['shutdown', 'done']);
  assert.deepEqual(await down, ['shutdown', 'done']);
});

scenario('stopping waits for a child that is slow to end, by its body', async ({ TaskSupervisor }) => {
  const supervisor = TaskSupervisor.start();
  const gate = deferred();
  TaskSupervisor.startChild(supervisor, ({ Process }) => {
    Process.flag('trapExit', true);
    return gate.promise;
  });
  await quiet();
  const stopping = supervisor.stop();
  assert.equal(await stateOf(stopping), 'pending');
  gate.resolve();
  await stopping;
});
