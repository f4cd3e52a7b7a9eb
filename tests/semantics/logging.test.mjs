/** Part E of docs/semantics.md: what is logged and reported. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRuntime } from 'belay-tasks';
import {
  byRun, child, cleaningUp, exits, forever, rejection, returns, statement, throws, trapping,
} from './harness.mjs';

const oneForOne = { strategy: 'oneForOne' };

const reasonsOf = (logged) => logged.map(({ reason }) => reason);

/** The reports of supervisors from now on: [time, what, the child's id, reason]. */
function reportsOf({ subscribe }) {
  const reports = [];
  subscribe((event) => {
    if (event.type === 'reported') reports.push([event.time, event.report, event.child?.id ?? null, event.reason]);
  });
  return reports;
}

statement('E1 a task that ends by its own doing with a bad reason is logged once, when nobody receives the failure', async ({ Task, TaskSupervisor, logged, at }) => {
  const error = new Error('boom');
  const supervisor = TaskSupervisor.start();
  Task.start(throws(1, error));
  Task.start(throws(2, 'ball'));
  Task.start(exits(3, 'because'));
  TaskSupervisor.startChild(supervisor, exits(4, 'child'));
  TaskSupervisor.asyncNolink(supervisor, exits(5, 'nobody waits'));
  Task.start((me) => me.Task.startLink(exits(6, 'linked')) && me.sleep(Infinity));
  await at(10);
  assert.deepEqual(reasonsOf(logged), [error, 'ball', 'because', 'child', 'nobody waits', 'linked']);
  assert.deepEqual(logged.map(({ time }) => time), [1, 2, 3, 4, 5, 6]);
});

statement('E1 one whose failure somebody receives is not', async ({ alone, Task, TaskSupervisor, logged }) => {
  const supervisor = TaskSupervisor.start();
  const bad = () => TaskSupervisor.asyncNolink(supervisor, exits(5, 'because'));
  await rejection(Task.await(bad()));
  await Task.yield(bad());
  await Task.yieldMany([bad()]);
  await TaskSupervisor.asyncStreamNolink(supervisor, [1], (n, me) => me.exit('because')).toArray();
  await alone((me) => rejection(me.Task.await(me.TaskSupervisor.asyncNolink(supervisor, exits(5, 'because'))))).ended;
  assert.deepEqual(logged, []);
});

statement('E2 the entry bears pid, label, reason, who started it and the callers', async ({ Task, Process, logged, at }) => {
  const error = new TypeError('boom');
  const starter = Task.start((me) => {
    me.Process.register('starter', me.self);
    me.Task.start(throws(5, error), { label: 'load' });
    me.Task.start(exits(6, 'because'));
    return me.sleep(Infinity);
  });
  await at(10);
  const [first, second] = logged;
  assert.deepEqual([first.kind, first.label, first.reason, first.time], ['crash', 'load', error, 5]);
  assert.equal(first.startedBy, 'starter');
  assert.deepEqual(first.callers, [starter, Process.self()]);
  for (const part of [first.pid, '"load"', 'boom']) assert.ok(first.message.includes(part), first.message);
  assert.ok(second.message.includes('because'));
});

statement('E3 nothing is logged of a task that is ended by a signal', async ({ alone, Task, TaskSupervisor, Process, logged, at }) => {
  const killed = Task.start(forever);
  const signalled = Task.start(forever);
  const supervisor = TaskSupervisor.start();
  TaskSupervisor.startChild(supervisor, forever);
  const shut = Task.async(forever);
  const crashing = alone((me) => {
    me.Task.startLink(forever);
    me.exit('because');
  });
  await crashing.ended;
  await at(5);
  Process.exit(killed, 'kill');
  Process.exit(signalled, 'because');
  await Task.shutdown(shut);
  await Task.shutdown(Task.async(forever), 'brutalKill');
  await supervisor.stop();
  await Task.asyncStream([1], (n, me) => me.sleep(Infinity), { timeout: 5, onTimeout: 'killTask' }).toArray();
  assert.deepEqual(reasonsOf(logged), ['because']);
  assert.equal(logged[0].pid, crashing.pid);
});

statement('E4 nor of a return or one of the three good reasons', async ({ Task, logged, at }) => {
  for (const body of [returns(1), exits(1, 'normal'), exits(1, 'shutdown'), exits(1, ['shutdown', 'x'])]) Task.start(body);
  await at(5);
  assert.deepEqual(logged, []);
});

statement('E5 a supervisor reports each bad end of a child, by a signal too, and each end of a permanent one', async (api) => {
  const { Supervisor, TaskSupervisor, Process, at } = api;
  const reports = reportsOf(api);
  Supervisor.start([
    child('bad', exits(10, 'because'), { restart: 'temporary' }), child('good', returns(20), { restart: 'transient' }),
    child('shut', exits(25, ['shutdown', 'x']), { restart: 'transient' }),
    child('permanent', byRun(returns(30), forever)), child('killed', byRun(async (me) => {
      await me.sleep(40);
      Process.exit(me.self, 'kill');
      await me.sleep(1);
    }, forever)),
  ], oneForOne);
  const pool = TaskSupervisor.start();
  TaskSupervisor.startChild(pool, exits(50, 'other'));
  TaskSupervisor.startChild(pool, returns(50));
  await at(60);
  assert.deepEqual(reports, [
    [10, 'childTerminated', 'bad', 'because'], [30, 'childTerminated', 'permanent', 'normal'],
    [40, 'childTerminated', 'killed', 'killed'], [50, 'childTerminated', null, 'other'],
  ]);
});

statement('E6 it reports children that did not stop as they were asked to', async (api) => {
  const { Supervisor, at } = api;
  const reports = reportsOf(api);
  const supervisor = Supervisor.start([
    child('deaf'), child('late', trapping([]), { shutdown: 20 }), child('brutal', trapping([]), { shutdown: 'brutalKill' }),
    child('other', cleaningUp(5, (me) => me.exit('because')), { restart: 'transient' }),
    child('normal', cleaningUp(5)), child('fine', cleaningUp(5), { restart: 'transient' }),
    child('shut', cleaningUp(5, (me) => me.exit(['shutdown', 'x']))),
  ], oneForOne);
  await at(10);
  await supervisor.stop();
  assert.deepEqual(reports.map(([, ...rest]) => rest), [
    ['shutdownError', 'normal', 'normal'], ['shutdownError', 'other', 'because'], ['shutdownError', 'late', 'killed'],
  ]);
});

statement('E7 it reports that it has reached its intensity', async (api) => {
  const { Supervisor, at } = api;
  const reports = reportsOf(api);
  Supervisor.start([child('a', exits(10, 'because'))], { ...oneForOne, maxRestarts: 1 });
  await at(50);
  assert.deepEqual(reports, [
    [10, 'childTerminated', 'a', 'because'], [20, 'childTerminated', 'a', 'because'], [20, 'intensity', 'a', 'shutdown'],
  ]);
});

statement('E8 one that ends with a bad reason says so', async (api) => {
  const { Supervisor, TaskSupervisor, at } = api;
  const reports = reportsOf(api);
  for (const [time, reason] of [[10, 'normal'], [20, 'shutdown'], [30, ['shutdown', 'x']], [40, 'because']]) {
    await at(time);
    await Supervisor.start([], oneForOne).stop(reason);
    await TaskSupervisor.start().stop(reason);
  }
  await at(50);
  assert.deepEqual(reports, Array(2).fill([40, 'ended', null, 'because']));
});

test('E5 reports are entries of the log only if the runtime was told so', async () => {
  for (const reports of [true, false]) {
    const logged = [];
    const runtime = createRuntime({ reports, onLog: (entry) => logged.push(entry) });
    const supervisor = runtime.Supervisor.start([child('a', (me) => me.exit('because'), { restart: 'temporary' })], oneForOne);
    const [{ pid }] = runtime.Supervisor.whichChildren(supervisor);
    await runtime.Process.monitor(pid).down;
    await supervisor.stop();
    assert.deepEqual(logged.map(({ kind }) => kind).sort(), reports ? ['crash', 'report'] : ['crash']);
    runtime.dispose();
  }
});

statement('E9 an owner that is a task and dies of a timeout is logged, the task that dies with it is not', async ({ alone, logged }) => {
  const owner = alone((me) => me.Task.await(me.Task.async(forever), 30));
  const reason = await owner.ended;
  assert.equal(reason.code, 'BELAY_TIMEOUT');
  assert.deepEqual(logged.map((entry) => [entry.pid, entry.reason]), [[owner.pid, reason]]);
});
