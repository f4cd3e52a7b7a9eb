/** Part V of docs/semantics.md: task supervisors. */
import assert from 'node:assert/strict';
import {
  AlreadyStartedError, ExitError, MaxChildrenError, NoProcError, TimeoutError,
} from 'belay-tasks';
import {
  cleaningUp, exits, failed, forever, plain, rejection, returns, statement, thrown, throws, trapping, watch,
} from './harness.mjs';

statement('V1 startLink starts one without children, linked to the caller', async ({ alone, say, trace, at, Process }) => {
  let supervisor = null;
  const { pid } = alone((me) => {
    supervisor = me.TaskSupervisor.startLink();
    say(me.TaskSupervisor.children(supervisor), me.Process.info(me.self).links, Process.info(supervisor.pid).kind);
    return me.sleep(Infinity);
  });
  await at(10);
  assert.equal(Process.info(supervisor.pid).parent, pid);
  assert.deepEqual(trace, [[0, [], 1, 'taskSupervisor']]);
  assert.equal(supervisor.name, null);
});

statement('V1 its options are name, maxChildren (no bound), maxRestarts (3) and maxSeconds (5)', async ({ TaskSupervisor, Process, at }) => {
  const named = TaskSupervisor.start({ name: 'jobs', maxChildren: 7, maxRestarts: 1, maxSeconds: 2 });
  assert.deepEqual([named.name, Process.whereis('jobs')], ['jobs', named.pid]);
  const supervisor = TaskSupervisor.start();
  for (let n = 0; n < 1000; n++) TaskSupervisor.startChild(supervisor, forever);
  let runs = 0;
  TaskSupervisor.startChild(supervisor, (me) => (++runs < 4 ? me.exit('again') : me.sleep(Infinity)), { restart: 'permanent' });
  await at(1);
  assert.equal(TaskSupervisor.children(supervisor).length, 1001);
  assert.throws(() => TaskSupervisor.start({ intensity: 1 }), TypeError);
});

statement('V1 start makes no link: the end of one hurts nobody, and it stays when its starter ends', async ({ alone, at, Process }) => {
  let supervisor = null;
  const { ended } = alone(async (me) => {
    const other = me.TaskSupervisor.start();
    supervisor = me.TaskSupervisor.start();
    await other.stop('because');
    Process.exit(other.pid, 'kill');
    await me.sleep(5);
    me.exit('crash');
  });
  assert.equal(await ended, 'crash');
  await at(10);
  assert.ok(Process.alive(supervisor.pid));
});

statement('V2 the crash of a child does not touch the others: it is always oneForOne', async ({ TaskSupervisor, Process, at }) => {
  const supervisor = TaskSupervisor.start();
  const others = [1, 2].map(() => TaskSupervisor.startChild(supervisor, forever, { restart: 'permanent' }));
  TaskSupervisor.startChild(supervisor, (me) => me.exit('because'));
  TaskSupervisor.startChild(supervisor, exits(5, 'because'), { restart: 'permanent' });
  await at(7);
  assert.ok(others.every((pid) => Process.alive(pid)));
  assert.equal(TaskSupervisor.children(supervisor).length, 3);
});

statement('V3 a name that is taken: AlreadyStartedError, and nothing has happened', async ({ alone, TaskSupervisor, Process }) => {
  const supervisor = TaskSupervisor.start({ name: 'jobs' });
  let error = null;
  const { ended } = alone((me) => {
    error = thrown(() => me.TaskSupervisor.startLink({ name: 'jobs' }));
  });
  assert.equal(await ended, 'normal');
  assert.ok(error instanceof AlreadyStartedError);
  assert.deepEqual([error.pid, error.registeredName], [supervisor.pid, 'jobs']);
  assert.equal(Process.list().length, 2);
});

statement('V4 wrong settings throw at the call', async ({ TaskSupervisor, Process }) => {
  for (const wrong of [
    { maxChildren: -1 }, { maxChildren: 1.5 }, { maxRestarts: -1 }, { maxRestarts: Infinity }, { maxSeconds: 0 }, { maxSeconds: 0.5 },
  ]) assert.throws(() => TaskSupervisor.startLink(wrong), RangeError);
  assert.throws(() => TaskSupervisor.start({ maxChildren: '3' }), TypeError);
  assert.equal(Process.list().length, 1);
});

statement('V5 its child spec: its name or TaskSupervisor as id, a supervisor, permanent, with all the time to stop', async ({ TaskSupervisor }) => {
  const spec = TaskSupervisor.childSpec({ name: 'jobs' });
  assert.deepEqual([spec.id, spec.type, spec.restart, spec.shutdown], ['jobs', 'supervisor', 'permanent', Infinity]);
  assert.equal(TaskSupervisor.childSpec().id, 'TaskSupervisor');
});

statement('V6 async is a child of the supervisor, linked to the caller as well, who awaits it', async ({ alone, TaskSupervisor, Process, at }) => {
  const supervisor = TaskSupervisor.start();
  let task = null;
  const { pid, ended } = alone((me) => {
    task = me.TaskSupervisor.async(supervisor, forever, { shutdown: 70 });
    return me.sleep(Infinity);
  });
  await at(5);
  const info = Process.info(task.pid);
  assert.deepEqual([info.supervisor, info.parent, info.links, task.owner], [supervisor.pid, pid, 1, pid]);
  Process.exit(task.pid, 'because');
  assert.equal(await ended, 'because');
  const own = alone(async (me) => assert.equal(await me.Task.await(me.TaskSupervisor.async(supervisor, returns(5, 'value'))), 'value'));
  assert.equal(await own.ended, 'normal');
});

statement('V6 it ends with its supervisor, even when that is killed', async ({ alone, TaskSupervisor, Process, at }) => {
  const supervisor = TaskSupervisor.start();
  const { ended } = alone((me) => me.Task.await(me.TaskSupervisor.async(supervisor, forever), Infinity));
  await at(5);
  Process.exit(supervisor.pid, 'kill');
  assert.equal(await ended, 'killed');
});

statement('V7 asyncNolink is the same without the link to the caller', async ({ alone, TaskSupervisor, Process, say, trace }) => {
  const supervisor = TaskSupervisor.start();
  const { ended } = alone(async (me) => {
    const task = me.TaskSupervisor.asyncNolink(supervisor, exits(5, 'because'));
    await me.sleep(1);
    say(me.Process.info(task.pid).links, Process.info(task.pid).supervisor === supervisor.pid);
    await me.sleep(9);
    say(plain(await me.Task.yield(task)));
  });
  say(await ended);
  assert.deepEqual(trace, [[1, 0, true], [10, failed('because')], [10, 'normal']]);
});

statement('V8 both are temporary: a crash of theirs restarts nothing', async ({ Task, TaskSupervisor, at, Process }) => {
  const supervisor = TaskSupervisor.start({ maxRestarts: 0 });
  let runs = 0;
  const crash = () => {
    runs++;
    throw new Error('boom');
  };
  const tasks = [TaskSupervisor.asyncNolink(supervisor, crash), TaskSupervisor.async(supervisor, crash)];
  await Promise.allSettled(tasks.map((task) => Task.await(task)));
  await at(1);
  assert.equal(runs, 2);
  assert.ok(Process.alive(supervisor.pid));
  assert.throws(() => TaskSupervisor.async(supervisor, crash, { restart: 'permanent' }), TypeError);
});

statement('V9 at maxChildren each of them is refused, and nothing is started', async ({ TaskSupervisor, Process, at }) => {
  const supervisor = TaskSupervisor.start({ maxChildren: 1 });
  TaskSupervisor.startChild(supervisor, forever);
  let began = false;
  for (const call of ['async', 'asyncNolink', 'startChild']) {
    const error = thrown(() => TaskSupervisor[call](supervisor, () => {
      began = true;
    }));
    assert.ok(error instanceof MaxChildrenError, call);
    assert.equal(error.limit, 1);
  }
  await at(1);
  assert.equal(began, false);
  assert.equal(Process.list().length, 3);
});

statement('V10 maxChildren 0 allows none', async ({ TaskSupervisor }) => {
  const supervisor = TaskSupervisor.start({ maxChildren: 0 });
  assert.throws(() => TaskSupervisor.startChild(supervisor, forever), MaxChildrenError);
});

statement('V11 a place is free as soon as anybody can know of the end', async ({ Task, TaskSupervisor, Process }) => {
  const supervisor = TaskSupervisor.start({ maxChildren: 1 });
  for (let n = 0; n < 3; n++) assert.equal(await Task.await(TaskSupervisor.async(supervisor, () => n)), n);
  for (let n = 0; n < 3; n++) await Process.monitor(TaskSupervisor.startChild(supervisor, () => n)).down;
  const pid = TaskSupervisor.startChild(supervisor, forever);
  Process.exit(pid, 'kill');
  TaskSupervisor.startChild(supervisor, forever);
});

statement('V12 startChild gives the pid of a child that is linked to the supervisor only', async ({ alone, TaskSupervisor, Process, say, trace, at }) => {
  const supervisor = TaskSupervisor.start();
  const { pid: starter, ended } = alone(async (me) => {
    const pid = me.TaskSupervisor.startChild(supervisor, exits(20, 'because'));
    await me.sleep(10);
    const { links, supervisor: above, restart } = me.Process.info(pid);
    say(typeof pid, links, above === supervisor.pid, restart, me.Process.info(me.self).links);
    await me.sleep(50);
  });
  say(await ended);
  assert.deepEqual(trace, [[10, 'string', 0, true, 'temporary', 0], [60, 'normal']]);
  assert.ok(!Process.alive(starter));
  const child = TaskSupervisor.startChild(supervisor, trapping([]));
  await at(70);
  await supervisor.stop();
  assert.equal(Process.alive(child), false);
});

statement('V12 it has 5000 ms to stop unless told otherwise', async ({ TaskSupervisor, at, now }) => {
  const supervisor = TaskSupervisor.start();
  TaskSupervisor.startChild(supervisor, trapping([]));
  await at(1);
  await supervisor.stop();
  assert.equal(now(), 5001);
});

statement('V13 restart and shutdown are checked', async ({ TaskSupervisor }) => {
  const supervisor = TaskSupervisor.start();
  const start = (options) => () => TaskSupervisor.startChild(supervisor, forever, options);
  assert.throws(start({ restart: 'always' }), RangeError);
  assert.throws(start({ restart: 1 }), TypeError);
  assert.throws(start({ shutdown: -1 }), RangeError);
  assert.throws(start({ shutdown: 'kill' }), TypeError);
  assert.deepEqual(TaskSupervisor.children(supervisor), []);
});

statement('V14 the end of the caller does not touch startChild and asyncNolink', async ({ alone, TaskSupervisor, Process, at }) => {
  const supervisor = TaskSupervisor.start();
  const heard = [];
  const { ended } = alone(async (me) => {
    me.TaskSupervisor.startChild(supervisor, trapping(heard));
    me.TaskSupervisor.asyncNolink(supervisor, trapping(heard));
    await me.sleep(5);
    me.exit('because');
  });
  assert.equal(await ended, 'because');
  await at(10);
  assert.equal(TaskSupervisor.children(supervisor).length, 2);
  assert.deepEqual(heard, []);
  assert.ok(Process.alive(supervisor.pid));
});

statement('V15 a child has its function from the start: the end of the caller before it begins changes nothing', async ({ alone, TaskSupervisor, at }) => {
  const supervisor = TaskSupervisor.start();
  let began = false;
  const { ended } = alone((me) => {
    me.TaskSupervisor.startChild(supervisor, () => {
      began = true;
    });
    me.exit('because');
  });
  assert.equal(await ended, 'because');
  await at(1);
  assert.equal(began, true);
});

statement('V16 children are the pids of those that live', async ({ TaskSupervisor, at }) => {
  const supervisor = TaskSupervisor.start();
  const pids = Array.from({ length: 40 }, (_, n) => TaskSupervisor.startChild(supervisor, n % 2 === 0 ? forever : returns(5)));
  assert.deepEqual(TaskSupervisor.children(supervisor).sort(), [...pids].sort());
  await at(6);
  assert.deepEqual(TaskSupervisor.children(supervisor).sort(), pids.filter((_, n) => n % 2 === 0).sort());
});

statement('V17 countChildren: all and active ones, no supervisors, all workers', async ({ TaskSupervisor, at }) => {
  const supervisor = TaskSupervisor.start();
  for (const body of [forever, forever, returns(5)]) TaskSupervisor.startChild(supervisor, body);
  assert.deepEqual(TaskSupervisor.countChildren(supervisor), { specs: 3, active: 3, supervisors: 0, workers: 3 });
  await at(6);
  assert.deepEqual(TaskSupervisor.countChildren(supervisor), { specs: 2, active: 2, supervisors: 0, workers: 2 });
});

statement('V18 terminateChild stops one child as its shutdown says, and for good', async (api) => {
  const { TaskSupervisor, Process, say, trace, at } = api;
  const supervisor = TaskSupervisor.start({ maxRestarts: 0 });
  const start = (body, shutdown) => TaskSupervisor.startChild(supervisor, body, { restart: 'permanent', shutdown });
  const pids = { deaf: start(forever), open: start(trapping([]), 30), brutal: start(trapping([]), 'brutalKill') };
  watch(api, pids);
  await at(10);
  for (const pid of Object.values(pids)) say(await TaskSupervisor.terminateChild(supervisor, pid));
  await at(100);
  assert.deepEqual(trace.filter(([, what]) => what !== true), [[10, 'deaf', 'shutdown'], [40, 'open', 'killed'], [40, 'brutal', 'killed']]);
  assert.deepEqual(trace.filter(([, what]) => what === true), [[10, true], [40, true], [40, true]]);
  assert.deepEqual(TaskSupervisor.children(supervisor), []);
  assert.ok(Process.alive(supervisor.pid));
});

statement('V19 one that is no child, or not any more, gives false', async ({ Task, TaskSupervisor, now }) => {
  const supervisor = TaskSupervisor.start();
  const pid = TaskSupervisor.startChild(supervisor, forever);
  assert.equal(await TaskSupervisor.terminateChild(supervisor, pid), true);
  assert.equal(await TaskSupervisor.terminateChild(supervisor, pid), false);
  assert.equal(await TaskSupervisor.terminateChild(supervisor, Task.start(forever)), false);
  assert.equal(now(), 0);
});

statement('V20 while it stops a child, others can be started, listed and counted at once', async ({ TaskSupervisor, at, now }) => {
  const supervisor = TaskSupervisor.start();
  const slow = TaskSupervisor.startChild(supervisor, trapping([]), { shutdown: 100 });
  await at(10);
  const stopping = TaskSupervisor.terminateChild(supervisor, slow);
  const other = TaskSupervisor.startChild(supervisor, forever);
  assert.deepEqual(TaskSupervisor.children(supervisor).sort(), [slow, other].sort());
  assert.equal(TaskSupervisor.countChildren(supervisor).active, 2);
  assert.equal(now(), 10);
  assert.equal(await stopping, true);
  assert.equal(now(), 110);
  assert.deepEqual(TaskSupervisor.children(supervisor), [other]);
});

statement('V21 who is linked to a task that is terminated ends with shutdown; who is not sees that', async ({ alone, TaskSupervisor, at }) => {
  const supervisor = TaskSupervisor.start();
  const seen = [];
  const linked = alone((me) => me.Task.await(me.TaskSupervisor.async(supervisor, forever), Infinity).catch(() => me.sleep(5)));
  const unlinked = alone(async (me) => {
    const task = me.TaskSupervisor.asyncNolink(supervisor, forever);
    seen.push(plain(await me.Task.yield(task, Infinity)), (await rejection(me.Task.await(task))).reason);
  });
  await at(10);
  for (const pid of TaskSupervisor.children(supervisor)) await TaskSupervisor.terminateChild(supervisor, pid);
  assert.equal(await linked.ended, 'shutdown');
  assert.equal(await unlinked.ended, 'normal');
  assert.deepEqual(seen, [failed('shutdown'), 'shutdown']);
});

statement('V22 it stops all children first and ends then', async (api) => {
  const { TaskSupervisor, trace, at } = api;
  const supervisor = TaskSupervisor.start();
  const start = (body) => TaskSupervisor.startChild(supervisor, body);
  watch(api, { supervisor: supervisor.pid, quick: start(forever), slow: start(cleaningUp(30)) });
  await at(10);
  await supervisor.stop('because');
  await at(50);
  assert.deepEqual(trace, [[10, 'quick', 'shutdown'], [40, 'slow', 'normal'], [40, 'supervisor', 'because']]);
});

statement('V23 shutdown of a child: ms, then killed; Infinity: never killed; brutalKill: at once', async (api) => {
  const { TaskSupervisor, trace, at } = api;
  const supervisor = TaskSupervisor.start();
  const start = (body, shutdown) => TaskSupervisor.startChild(supervisor, body, { shutdown });
  const heard = [];
  watch(api, {
    ms: start(trapping([]), 30), brutal: start(trapping(heard), 'brutalKill'), endless: start(cleaningUp(1e6), Infinity),
  });
  await at(10);
  await supervisor.stop();
  assert.deepEqual(trace, [[10, 'brutal', 'killed'], [40, 'ms', 'killed'], [1e6 + 10, 'endless', 'normal']]);
  assert.deepEqual(heard, []);
});

statement('V24 all children are asked at the same time, each with its own clock', async (api) => {
  const { TaskSupervisor, say, trace, at } = api;
  const supervisor = TaskSupervisor.start();
  const start = (body, shutdown) => TaskSupervisor.startChild(supervisor, body, { shutdown });
  watch(api, {
    a: start(trapping([]), 30), b: start(trapping([]), 60), c: start(trapping([]), 'brutalKill'),
    d: start(cleaningUp(50, (me) => me.exit('shutdown')), Infinity), e: start(forever),
  });
  await at(10);
  await supervisor.stop();
  say('stopped');
  assert.deepEqual(trace.filter(([time]) => time === 10).sort(), [[10, 'c', 'killed'], [10, 'e', 'shutdown']]);
  assert.deepEqual(trace.filter(([time]) => time > 10), [[40, 'a', 'killed'], [60, 'd', 'shutdown'], [70, 'b', 'killed'], [70, 'stopped']]);
});

statement('V25 shutdown 0: one that traps exits is killed, one that does not ends with shutdown', async (api) => {
  const { TaskSupervisor, trace, at } = api;
  const supervisor = TaskSupervisor.start();
  const start = (body) => TaskSupervisor.startChild(supervisor, body, { shutdown: 0 });
  watch(api, { deaf: start(forever), open: start(trapping([])) });
  await at(10);
  await supervisor.stop();
  assert.deepEqual(trace.sort(), [[10, 'deaf', 'shutdown'], [10, 'open', 'killed']]);
});

statement('V25 all are asked before any of them is killed', async (api) => {
  const { TaskSupervisor, trace, at } = api;
  const supervisor = TaskSupervisor.start();
  const start = (body) => TaskSupervisor.startChild(supervisor, body, { shutdown: 0 });
  const open = start(trapping([]));
  const linked = start((me) => {
    me.Process.link(open);
    return forever(me);
  });
  watch(api, { linked });
  await at(10);
  await supervisor.stop();
  assert.deepEqual(trace, [[10, 'linked', 'shutdown']]);
});

statement('V26 one that traps exits may use its time and end as it likes', async (api) => {
  const { TaskSupervisor, trace, at, logged } = api;
  const supervisor = TaskSupervisor.start();
  const start = (body) => TaskSupervisor.startChild(supervisor, body, { shutdown: 50 });
  watch(api, { good: start(cleaningUp(20)), bad: start(cleaningUp(40, (me) => me.exit('because'))) });
  await at(10);
  await supervisor.stop();
  assert.deepEqual(trace, [[30, 'good', 'normal'], [50, 'bad', 'because']]);
  assert.equal(logged.length, 1);
});

statement('V27 stop ends it with the reason given, normal unless given; children get shutdown anyway', async (api) => {
  const { TaskSupervisor, Process, trace, at } = api;
  for (const [time, reason] of [[10, undefined], [20, 'because'], [30, ['shutdown', 'x']]]) {
    const supervisor = TaskSupervisor.start();
    watch(api, { child: TaskSupervisor.startChild(supervisor, forever), supervisor: supervisor.pid });
    await at(time);
    assert.equal(await TaskSupervisor.stop(supervisor, reason), undefined);
    assert.ok(!Process.alive(supervisor.pid));
    await at(time + 1);
  }
  assert.deepEqual(trace, [
    [10, 'child', 'shutdown'], [10, 'supervisor', 'normal'], [20, 'child', 'shutdown'], [20, 'supervisor', 'because'],
    [30, 'child', 'shutdown'], [30, 'supervisor', ['shutdown', 'x']],
  ]);
});

statement('V28 stopping one that is gone; a stop that takes too long goes on', async ({ TaskSupervisor, Process, at, now }) => {
  const gone = TaskSupervisor.start();
  await gone.stop();
  assert.throws(() => TaskSupervisor.stop(gone), NoProcError);
  const supervisor = TaskSupervisor.start();
  TaskSupervisor.startChild(supervisor, trapping([]), { shutdown: 100 });
  await at(10);
  const error = await rejection(supervisor.stop('normal', 30));
  assert.ok(error instanceof TimeoutError);
  assert.deepEqual([error.timeout, error.pid, now()], [30, supervisor.pid, 40]);
  assert.ok(Process.alive(supervisor.pid));
  assert.equal(await Process.monitor(supervisor.pid).down, 'normal');
  assert.equal(now(), 110);
});

statement('V29 its starter, linked, is not hurt by normal and ends with any other reason', async ({ alone }) => {
  const starter = (reason) => alone(async (me) => {
    const supervisor = me.TaskSupervisor.startLink();
    await supervisor.stop(reason).catch(() => {});
    await me.sleep(10);
  }).ended;
  assert.equal(await starter('normal'), 'normal');
  assert.equal(await starter('because'), 'because');
  assert.equal(await starter('shutdown'), 'shutdown');
});

statement('V30 its parent ends, normally too: it stops its children and ends with the same reason', async (api) => {
  const { alone, trace, at } = api;
  for (const [start, reason] of [[0, 'normal'], [100, 'because']]) {
    alone(async (me) => {
      const supervisor = me.TaskSupervisor.startLink();
      watch(api, {
        supervisor: supervisor.pid,
        slow: me.TaskSupervisor.startChild(supervisor, cleaningUp(30)),
        quick: me.TaskSupervisor.startChild(supervisor, forever),
      });
      await me.sleep(20);
      me.exit(reason);
    });
    await at(start + 100);
  }
  assert.deepEqual(trace, [
    [20, 'quick', 'shutdown'], [50, 'slow', 'normal'], [50, 'supervisor', 'normal'],
    [120, 'quick', 'shutdown'], [150, 'slow', 'normal'], [150, 'supervisor', 'because'],
  ]);
});

statement('V31 an exit signal from anyone but its parent does not end it, but for kill', async ({ alone, Process, at }) => {
  let supervisor = null;
  alone((me) => {
    supervisor = me.TaskSupervisor.startLink();
    return me.sleep(Infinity);
  });
  await at(10);
  for (const reason of ['normal', 'because', 'shutdown']) Process.exit(supervisor.pid, reason);
  await at(20);
  assert.equal(Process.info(supervisor.pid).state, 'running');
  Process.exit(supervisor.pid, 'kill');
  assert.ok(!Process.alive(supervisor.pid));
});

statement('V32 one from its parent, normal too, does: children first; also when they are no longer linked', async (api) => {
  const { alone, trace, at } = api;
  for (const [start, reason, unlink] of [[0, 'normal', false], [100, 'because', false], [200, 'normal', true]]) {
    alone(async (me) => {
      me.Process.flag('trapExit', true);
      const supervisor = me.TaskSupervisor.startLink();
      watch(api, { supervisor: supervisor.pid, child: me.TaskSupervisor.startChild(supervisor, cleaningUp(30)) });
      await me.sleep(10);
      if (unlink) me.Process.unlink(supervisor.pid);
      me.Process.exit(supervisor.pid, reason);
      await me.sleep(80);
    });
    await at(start + 100);
  }
  assert.deepEqual(trace, [
    [40, 'child', 'normal'], [40, 'supervisor', 'normal'], [140, 'child', 'normal'], [140, 'supervisor', 'because'],
    [240, 'child', 'normal'], [240, 'supervisor', 'normal'],
  ]);
});

statement('V33 killed, it stops nobody: children get killed over the link, those that trap exits live on', async ({ TaskSupervisor, Process, at }) => {
  const heard = [];
  const supervisor = TaskSupervisor.start();
  const deaf = TaskSupervisor.startChild(supervisor, forever);
  const open = TaskSupervisor.startChild(supervisor, trapping(heard), { restart: 'permanent' });
  const { down } = Process.monitor(deaf);
  await at(10);
  Process.exit(supervisor.pid, 'kill');
  assert.equal(await down, 'killed');
  await at(20);
  assert.deepEqual(heard, ['killed']);
  assert.equal(Process.info(open).supervisor, null);
  Process.exit(open, 'kill');
  await at(30);
  assert.equal(Process.list().length, 1);
});

statement('V33 also one that it was about to kill', async ({ TaskSupervisor, Process, at }) => {
  const heard = [];
  const supervisor = TaskSupervisor.start();
  const open = TaskSupervisor.startChild(supervisor, trapping(heard), { shutdown: 20 });
  await at(10);
  supervisor.stop().catch(() => {});
  await at(20);
  Process.exit(supervisor.pid, 'kill');
  await at(100);
  assert.deepEqual(heard, ['shutdown', 'killed']);
  assert.ok(Process.alive(open));
});

statement('V34 requests to one that does not exist throw NoProcError', async ({ Task, TaskSupervisor }) => {
  const gone = TaskSupervisor.start();
  await gone.stop();
  for (const which of [gone, gone.pid, 'nobody']) {
    for (const call of ['async', 'asyncNolink', 'startChild']) assert.throws(() => TaskSupervisor[call](which, () => {}), NoProcError);
    for (const call of ['children', 'countChildren']) assert.throws(() => TaskSupervisor[call](which), NoProcError);
    assert.throws(() => TaskSupervisor.terminateChild(which, gone.pid), NoProcError);
  }
  assert.throws(() => TaskSupervisor.children(Task.start(forever)), TypeError);
});

statement('V35 while it stops, starts throw NoProcError, and a request that waits is told how it ended', async ({ TaskSupervisor, at, now }) => {
  const supervisor = TaskSupervisor.start();
  const pid = TaskSupervisor.startChild(supervisor, trapping([]), { shutdown: 100 });
  await at(10);
  const stopping = supervisor.stop('because');
  assert.throws(() => TaskSupervisor.startChild(supervisor, forever), NoProcError);
  assert.throws(() => TaskSupervisor.async(supervisor, forever), NoProcError);
  const error = await rejection(TaskSupervisor.terminateChild(supervisor, pid));
  assert.ok(error instanceof ExitError);
  assert.deepEqual([error.reason, error.pid, now()], ['because', supervisor.pid, 110]);
  await stopping;
});

statement('V37 requests wait without limit', async ({ TaskSupervisor, now, at }) => {
  const supervisor = TaskSupervisor.start();
  const pid = TaskSupervisor.startChild(supervisor, trapping([]), { shutdown: 1e8 });
  await at(1);
  assert.equal(await TaskSupervisor.terminateChild(supervisor, pid), true);
  assert.equal(now(), 1e8 + 1);
});

statement('V38 the crash of a temporary child is logged and forgotten', async ({ TaskSupervisor, Process, logged, at }) => {
  const supervisor = TaskSupervisor.start({ maxRestarts: 0 });
  const error = new Error('boom');
  const pid = TaskSupervisor.startChild(supervisor, throws(5, error));
  const sibling = TaskSupervisor.startChild(supervisor, forever);
  await at(10);
  assert.deepEqual(logged.map((entry) => [entry.pid, entry.reason]), [[pid, error]]);
  assert.deepEqual(TaskSupervisor.children(supervisor), [sibling]);
  assert.ok(Process.alive(supervisor.pid));
});

statement('V39 handle, pid and name all stand for it', async ({ Task, TaskSupervisor, Process }) => {
  const supervisor = TaskSupervisor.start({ name: 'App.Jobs' });
  for (const which of [supervisor, supervisor.pid, 'App.Jobs']) {
    assert.equal(await Task.await(TaskSupervisor.async(which, returns(1, 'value'))), 'value');
    assert.deepEqual(TaskSupervisor.children(which), []);
  }
  assert.equal(Process.info(supervisor.pid).name, 'App.Jobs');
  for (const wrong of ['', '<1.1>', 7]) assert.throws(() => TaskSupervisor.start({ name: wrong }));
});

statement('V40 one with a name that crashes is started again by its supervisor under that name, empty', async ({ Supervisor, TaskSupervisor, Process, at }) => {
  const above = Supervisor.start([TaskSupervisor.childSpec({ name: 'jobs', maxChildren: 2 })], { strategy: 'oneForOne' });
  const first = Process.whereis('jobs');
  const child = TaskSupervisor.startChild('jobs', forever);
  await at(10);
  Process.exit(first, 'kill');
  await at(11);
  const second = Process.whereis('jobs');
  assert.ok(second !== null && second !== first);
  assert.ok(!Process.alive(child));
  assert.deepEqual(TaskSupervisor.children('jobs'), []);
  for (let n = 0; n < 2; n++) TaskSupervisor.startChild('jobs', forever);
  assert.throws(() => TaskSupervisor.startChild('jobs', forever), MaxChildrenError);
  await above.stop();
  assert.equal(Process.whereis('jobs'), null);
});

statement('V41 restart and shutdown are no options of the supervisor', async ({ TaskSupervisor }) => {
  assert.throws(() => TaskSupervisor.startLink({ restart: 'permanent' }), TypeError);
  assert.throws(() => TaskSupervisor.start({ shutdown: 5 }), TypeError);
});
