/** Part R of docs/semantics.md: restarts and their intensity. */
import assert from 'node:assert/strict';
import { byRun, exits, forever, returns, statement, throws, trapping, watch } from './harness.mjs';

statement('R1 a temporary child is never started again', async ({ TaskSupervisor, at, Process }) => {
  const supervisor = TaskSupervisor.start();
  const bodies = [returns(5), exits(5, 'because'), throws(5, new Error('boom'))].map((body) => byRun(body));
  for (const body of bodies) TaskSupervisor.startChild(supervisor, body, { restart: 'temporary' });
  Process.exit(TaskSupervisor.startChild(supervisor, forever), 'kill');
  await at(50);
  assert.deepEqual(bodies.map((body) => body.runs()), [1, 1, 1]);
  assert.deepEqual(TaskSupervisor.children(supervisor), []);
});

statement('R2 a transient child is started again unless it ended well; killed is no good end', async ({ TaskSupervisor, at, Process }) => {
  const supervisor = TaskSupervisor.start({ maxRestarts: 10 });
  const runsOf = async (end) => {
    const body = byRun(end, forever);
    TaskSupervisor.startChild(supervisor, body, { restart: 'transient' });
    await at(now += 10);
    return body.runs();
  };
  let now = 0;
  for (const end of [returns(5), exits(5, 'normal'), exits(5, 'shutdown'), exits(5, ['shutdown', 'x'])]) {
    assert.equal(await runsOf(end), 1);
  }
  for (const end of [throws(5, new Error('boom')), exits(5, 'because'), exits(5, 'killed'), exits(5, 'timeout')]) {
    assert.equal(await runsOf(end), 2);
  }
  const body = byRun(forever);
  const pid = TaskSupervisor.startChild(supervisor, body, { restart: 'transient' });
  await at(now + 5);
  Process.exit(pid, 'kill');
  await at(now + 10);
  assert.equal(body.runs(), 2);
  assert.equal(TaskSupervisor.children(supervisor).length, 5);
});

statement('R3 a permanent child is started again whatever the reason, also after a return', async ({ TaskSupervisor, at }) => {
  const supervisor = TaskSupervisor.start({ maxRestarts: 10 });
  const body = byRun(returns(5), exits(5, 'normal'), exits(5, 'shutdown'), exits(5, ['shutdown', 'x']), exits(5, 'because'), forever);
  TaskSupervisor.startChild(supervisor, body, { restart: 'permanent' });
  await at(100);
  assert.equal(body.runs(), 6);
});

statement('R4 a restart calls the same function in a new process, at once; the old pid stays dead', async ({ TaskSupervisor, Process, at, say, trace }) => {
  const supervisor = TaskSupervisor.start();
  const pids = [];
  const body = async (me) => {
    pids.push(me.self);
    say('run');
    await me.sleep(20);
    if (pids.length < 3) me.exit('because');
    await me.sleep(Infinity);
  };
  const first = TaskSupervisor.startChild(supervisor, body, { restart: 'transient', label: 'worker', shutdown: 77 });
  Process.monitor(first).down.then((reason) => say('down', reason));
  await at(50);
  assert.deepEqual(trace.filter(([, what]) => what === 'run'), [[0, 'run'], [20, 'run'], [40, 'run']]);
  assert.deepEqual(trace.filter(([, what]) => what === 'down'), [[20, 'down', 'because']]);
  assert.equal(pids[0], first);
  assert.equal(new Set(pids).size, 3);
  assert.ok(!Process.alive(first));
  const { label, restart, restarts, links, monitors } = Process.info(pids[2]);
  assert.deepEqual([label, restart, restarts, links, monitors], ['worker', 'transient', 2, 0, 0]);
});

statement('R4 with the same options: the shutdown of a child is that of its next run', async ({ TaskSupervisor, at, now }) => {
  const supervisor = TaskSupervisor.start();
  TaskSupervisor.startChild(supervisor, byRun(exits(5, 'because'), trapping([])), { restart: 'permanent', shutdown: 77 });
  await at(10);
  await supervisor.stop();
  assert.equal(now(), 87);
});

statement('R5 a transient child that ended well is forgotten', async ({ TaskSupervisor, at }) => {
  const supervisor = TaskSupervisor.start();
  TaskSupervisor.startChild(supervisor, exits(5, 'shutdown'), { restart: 'transient' });
  await at(10);
  assert.deepEqual(TaskSupervisor.countChildren(supervisor), { specs: 0, active: 0, supervisors: 0, workers: 0 });
});

statement('R6 one restart too many is not carried out: the others are stopped, then the supervisor ends with shutdown', async (api) => {
  const { TaskSupervisor, trace, at } = api;
  const supervisor = TaskSupervisor.start({ maxRestarts: 1 });
  const heard = [];
  const failing = byRun(exits(10, 'because'));
  TaskSupervisor.startChild(supervisor, failing, { restart: 'transient' });
  watch(api, {
    supervisor: supervisor.pid,
    open: TaskSupervisor.startChild(supervisor, trapping(heard), { shutdown: 30 }),
    deaf: TaskSupervisor.startChild(supervisor, forever, { restart: 'permanent' }),
  });
  await at(100);
  assert.equal(failing.runs(), 2);
  assert.deepEqual(trace, [[20, 'deaf', 'shutdown'], [50, 'open', 'killed'], [50, 'supervisor', 'shutdown']]);
  assert.deepEqual(heard, ['shutdown']);
});

statement('R7 with maxRestarts n a child runs n + 1 times; four times unless told otherwise', async ({ TaskSupervisor, Process, at }) => {
  for (const [options, runs] of [[{}, 4], [{ maxRestarts: 1 }, 2], [{ maxRestarts: 9 }, 10]]) {
    const supervisor = TaskSupervisor.start(options);
    const body = byRun(() => {});
    TaskSupervisor.startChild(supervisor, body, { restart: 'permanent' });
    assert.equal(await Process.monitor(supervisor.pid).down, 'shutdown');
    assert.equal(body.runs(), runs);
  }
  await at(1);
});

statement('R8 with maxRestarts 0 the first end that asks for a restart is fatal', async ({ TaskSupervisor, Process, now }) => {
  const supervisor = TaskSupervisor.start({ maxRestarts: 0 });
  const body = byRun(exits(20, 'because'));
  TaskSupervisor.startChild(supervisor, body, { restart: 'transient' });
  assert.equal(await Process.monitor(supervisor.pid).down, 'shutdown');
  assert.deepEqual([now(), body.runs()], [20, 1]);
});

statement('R9 restarts of all children count together', async ({ TaskSupervisor, Process, now }) => {
  const supervisor = TaskSupervisor.start({ maxRestarts: 2 });
  const bodies = [10, 20, 30].map((ms) => byRun(exits(ms, 'because'), forever));
  for (const body of bodies) TaskSupervisor.startChild(supervisor, body, { restart: 'transient' });
  assert.equal(await Process.monitor(supervisor.pid).down, 'shutdown');
  assert.equal(now(), 30);
  assert.deepEqual(bodies.map((body) => body.runs()), [2, 2, 1]);
});

statement('R10 a restart counts while its second + maxSeconds is not below the present second', async ({ TaskSupervisor, Process, at, now }) => {
  const start = now();
  const outcome = async (from, first, second) => {
    await at(from);
    const supervisor = TaskSupervisor.start({ maxRestarts: 1, maxSeconds: 2 });
    const body = byRun(exits(first, 'because'), exits(second - first, 'because'), forever);
    TaskSupervisor.startChild(supervisor, body, { restart: 'permanent' });
    await at(from + second + 1);
    return Process.alive(supervisor.pid) ? 'lives' : 'ended';
  };
  assert.equal(start, 0);
  assert.equal(await outcome(0, 500, 900), 'ended');
  assert.equal(await outcome(10_000, 999, 2999), 'ended'); // second 10, then second 12
  assert.equal(await outcome(20_000, 999, 3000), 'lives'); // second 20, then second 23
  assert.equal(await outcome(30_000, 1, 2999), 'ended'); // nearly three seconds apart
  assert.equal(await outcome(40_000, 2999, 5000), 'lives'); // two seconds and a bit
});

statement('R10 many restarts within their windows are borne', async ({ TaskSupervisor, Process, at }) => {
  const supervisor = TaskSupervisor.start({ maxRestarts: 1, maxSeconds: 1 });
  const body = byRun(exits(2300, 'because'));
  TaskSupervisor.startChild(supervisor, body, { restart: 'permanent' });
  await at(2300 * 20 + 1);
  assert.equal(body.runs(), 21);
  assert.ok(Process.alive(supervisor.pid));
});

statement('R11 the starter, linked, ends with shutdown by that, or is told', async ({ alone }) => {
  const heard = [];
  const starter = async (me) => {
    const supervisor = me.TaskSupervisor.startLink({ maxRestarts: 0 });
    me.TaskSupervisor.startChild(supervisor, exits(20, 'because'), { restart: 'permanent' });
    await me.sleep(100);
  };
  assert.equal(await alone(starter).ended, 'shutdown');
  assert.equal(await alone(trapping(heard, starter)).ended, 'normal');
  assert.deepEqual(heard, ['shutdown']);
});

statement('R12 ends that ask for no restart do not count', async ({ TaskSupervisor, Process, at }) => {
  const supervisor = TaskSupervisor.start({ maxRestarts: 0 });
  TaskSupervisor.startChild(supervisor, exits(5, 'because'));
  TaskSupervisor.startChild(supervisor, exits(5, 'shutdown'), { restart: 'transient' });
  const pid = TaskSupervisor.startChild(supervisor, forever, { restart: 'permanent' });
  await at(10);
  await TaskSupervisor.terminateChild(supervisor, pid);
  await at(20);
  assert.ok(Process.alive(supervisor.pid));
  assert.deepEqual(TaskSupervisor.children(supervisor), []);
});
