// C jobs that are ended from outside, break their thread, or do not let go.
import assert from 'node:assert/strict';
import { TimeoutError } from '../../bindings/js/index.js';
import { JobLostError, JobTrapError } from '../../bindings/js/threads.js';
import { begun, outcome, testBoth, testIn, until } from './support.mjs';

testBoth('a job that is killed has ended at once, and returns at its next look', async ({ Task, jobs, runtime }) => {
  const task = await begun(Task.async.bind(Task), jobs.untilCancelled);
  assert.equal(await Task.shutdown(task, 'brutalKill'), null);
  await until(() => jobs.inspect().abandoned === 0 && runtime.inspect().abandoned === 0, 'nothing is abandoned');
  assert.equal(await Task.await(Task.async(jobs.add, [1, 1])), 2);
});

testBoth('a timeout of a stream kills the item', async ({ TaskSupervisor, jobs }) => {
  const sup = TaskSupervisor.start();
  const entries = await TaskSupervisor.asyncStreamNolink(sup, [1, 2, 3], jobs.pause, [], { timeout: 5, onTimeout: 'killTask' })
    .toArray().catch((error) => assert.fail(error));
  assert.equal(entries.length, 3);
  const long = await TaskSupervisor.asyncStreamNolink(sup, [60_000], jobs.pause, { timeout: 5, onTimeout: 'killTask' }).toArray();
  assert.ok(long[0].reason instanceof TimeoutError);
  await until(() => jobs.inspect().abandoned === 0, 'belay_sleep was woken');
});

testBoth('a job ends with its owner', async ({ Task, TaskSupervisor, jobs }) => {
  const sup = TaskSupervisor.start();
  let running;
  const isRunning = new Promise((resolve) => {
    running = resolve;
  });
  const owner = TaskSupervisor.asyncNolink(sup, async (context) => {
    const child = await begun((...job) => context.Task.async(...job), jobs.untilCancelled);
    running();
    await context.Task.await(child, Infinity);
  });
  await isRunning;
  await Task.shutdown(owner, 'brutalKill');
  await until(() => jobs.inspect().running === 0 && jobs.inspect().abandoned === 0, 'the job has returned');
});

testBoth('a signal that aborts ends the job with its reason', async ({ Task, TaskSupervisor, jobs }) => {
  const controller = new AbortController();
  const task = TaskSupervisor.asyncNolink(TaskSupervisor.start(), jobs.untilCancelled, [], { signal: controller.signal });
  await Task.yield(task, 0);
  controller.abort(new Error('enough'));
  assert.equal((await Task.yield(task)).reason.message, 'enough');
});

testBoth('a job that waits for its turn is taken out of the queue', { max: 1 }, async ({ Task, jobs }) => {
  const first = await begun(Task.async.bind(Task), jobs.untilCancelled);
  const second = Task.async(jobs.neverEnds, []);
  await Task.yield(second, 5);
  assert.equal(await Task.shutdown(second, 'brutalKill'), null);
  await Task.shutdown(first, 'brutalKill');
  await until(() => jobs.inspect().abandoned === 0, 'both are gone');
  assert.equal(await Task.await(Task.async(jobs.add, [1])), 1);
});

testIn(['threads'], 'a job that ignores its flag counts as abandoned, and others go on', async ({ Task, jobs, runtime }) => {
  const task = await begun(Task.async.bind(Task), jobs.neverEnds);
  assert.equal(await Task.shutdown(task, 'brutalKill'), null);
  await until(() => jobs.inspect().abandoned === 1, 'it counts as abandoned');
  assert.equal(runtime.inspect().abandoned, 1);
  assert.equal(await Task.await(Task.async(jobs.add, [1, 1])), 2);
  assert.equal(jobs.inspect().abandoned, 1);
  assert.equal(jobs.inspect().setAside, 0);
});

testIn(['workers'], 'a job that never ends is ended with its worker', async ({ Task, jobs, runtime }) => {
  const task = await begun(Task.async.bind(Task), jobs.neverEnds);
  assert.equal(await Task.shutdown(task, 'brutalKill'), null);
  await until(() => runtime.inspect().abandoned === 0, 'it is gone');
  assert.equal(await Task.await(Task.async(jobs.add, [1, 1])), 2);
});

testIn(['threads'], 'hardKill sets the instance aside: what had begun is lost, what had not goes on', { hardKill: 20 }, async (given) => {
  const { Task, TaskSupervisor, jobs, runtime } = given;
  const sup = TaskSupervisor.start();
  const lost = await begun((...job) => TaskSupervisor.asyncNolink(sup, ...job), jobs.pause, [60_000]);
  const stuck = await begun(Task.async.bind(Task), jobs.neverEnds);
  const waiting = Task.async(jobs.add, [20, 1]);
  assert.equal(await Task.shutdown(stuck, 'brutalKill'), null);
  const { reason } = await Task.yield(lost, 60_000);
  assert.ok(reason instanceof JobLostError);
  assert.match(reason.message, /job pause was lost: its instance was set aside because job neverEnds went on 20 ms/);
  assert.equal(await Task.await(waiting), 21);
  await until(() => runtime.inspect().abandoned === 0, 'the stuck job is gone');
  assert.equal(jobs.inspect().setAside, 1);
});

testIn(['threads'], 'a task of a job that ignores its flag counts as abandoned after its job has returned', async ({ Task, jobs, runtime }) => {
  const array = await jobs.memory.allocate(Int32Array, 1);
  array[0] = 0;
  const task = await begun(Task.async.bind(Task), jobs.outlived, [array]);
  assert.equal(await Task.shutdown(task, 'brutalKill'), null);
  await until(() => array[0] === 1, 'the job returns');
  await until(() => jobs.inspect().abandoned === 1, 'its task is left');
  assert.equal(await Task.await(Task.async(jobs.add, [1, 1])), 2);
  const { running, abandoned } = jobs.inspect();
  assert.deepEqual([running, abandoned, runtime.inspect().abandoned], [0, 1, 1]);
  assert.throws(() => jobs.memory.free(array), /in use by job outlived, which has not returned/);
});

testIn(['threads'], 'hardKill ends tasks of a job that go on when it has returned', { hardKill: 20 }, async (given) => {
  const { Task, jobs, runtime } = given;
  const array = await jobs.memory.allocate(Int32Array, 1);
  const task = await begun(Task.async.bind(Task), jobs.outlived, [array]);
  assert.equal(await Task.shutdown(task, 'brutalKill'), null);
  await until(() => jobs.inspect().setAside === 1, 'the instance was set aside');
  await until(() => runtime.inspect().abandoned === 0, 'nothing is abandoned');
  assert.equal((await outcome(given, jobs.failsOutlived)).error.failure, 5);
  await until(() => jobs.inspect().setAside === 2, 'the next one was, too');
  assert.equal(jobs.inspect().abandoned, 0);
  assert.equal(await Task.await(Task.async(jobs.add, [1, 1])), 2);
});

testIn(['threads'], 'a process that a job has left behind alive is not hit by hardKill, and has its array', { hardKill: 5 }, async ({ Task, jobs }) => {
  const array = await jobs.memory.allocate(Int32Array, 1);
  array[0] = 0;
  const reports = [];
  const onReport = (value) => reports.push(value);
  assert.equal(await Task.await(Task.async(jobs.startsAnother, [array], { onReport })), 0);
  await Task.await(Task.async(jobs.pause, [400]));
  const { running, abandoned, setAside } = jobs.inspect();
  assert.deepEqual([running, abandoned, setAside], [1, 0, 0]);
  assert.throws(() => jobs.memory.free(array), /in use by job startsAnother/);
  array[0] = 1;
  await until(() => jobs.inspect().running === 0, 'it has ended');
  assert.deepEqual(reports, [], 'its task has ended before');
  jobs.memory.free(array);
});

testIn(['threads'], 'hardKill of one call is for that call', async ({ Task, jobs }) => {
  const task = await begun(Task.async.bind(Task), jobs.neverEnds, [], { hardKill: true });
  await Task.shutdown(task, 'brutalKill');
  await until(() => jobs.inspect().setAside === 1, 'the instance was set aside');
  assert.equal(await Task.await(Task.async(jobs.add, [1])), 1);
});

testIn(['threads'], 'a job that returns in time spares its instance', { hardKill: 60_000 }, async ({ Task, jobs }) => {
  const task = await begun(Task.async.bind(Task), jobs.untilCancelled);
  await Task.shutdown(task, 'brutalKill');
  await until(() => jobs.inspect().abandoned === 0, 'it has returned');
  assert.equal(jobs.inspect().setAside, 0);
});

const TRAPS = { unreachable: /unreachable/, aborts: /abort\(\) or exit|aborted/i, outOfBounds: /out of bounds/, stackOverflow: /call stack|out of bounds|stack overflow/i };

testBoth('a job that the machine stops fails with what the machine said, and others are run again', async (given) => {
  for (const [name, message] of Object.entries(TRAPS)) {
    const { error } = await outcome(given, given.jobs[name]);
    assert.ok(error instanceof JobTrapError, `${name}: ${error}`);
    assert.equal(error.job, name);
    assert.match(error.message, message);
    assert.ok(error.cause instanceof Error);
    assert.equal((await outcome(given, given.jobs.add, [1, 1])).value, 2);
  }
  assert.equal(given.jobs.inspect().setAside, 4);
});

testBoth('a job that calls exit() breaks its instance, whatever the status, and others are run again', async (given) => {
  for (const status of [0, 3]) {
    const { error } = await outcome(given, given.jobs.exits, [status]);
    assert.ok(error instanceof JobTrapError, `${status}: ${error}`);
    assert.equal(error.job, 'exits');
    assert.match(error.message, new RegExp(`exit\\(${status}\\)`));
    assert.equal((await outcome(given, given.jobs.add, [1, 1])).value, 2);
  }
});

testBoth('a task that the machine stops is blamed on its job, however often it does', async (given) => {
  for (let times = 1; times <= 4; times++) {
    const { error } = await outcome(given, given.jobs.breaksByTask);
    assert.ok(error instanceof JobTrapError, `${error}`);
    assert.equal(error.job, 'breaksByTask');
    assert.match(error.message, /unreachable/);
    assert.equal(given.jobs.inspect().setAside, times);
  }
  assert.equal((await outcome(given, given.jobs.add, [1, 1])).value, 2);
});

testIn(['threads'], 'what ran beside a job that broke the instance is told so', async (given) => {
  const { Task, TaskSupervisor, jobs } = given;
  const sup = TaskSupervisor.start();
  const beside = await begun((...job) => TaskSupervisor.asyncNolink(sup, ...job), jobs.pause, [60_000]);
  const { error } = await outcome(given, jobs.unreachable);
  assert.ok(error instanceof JobTrapError);
  const { reason } = await Task.yield(beside, 60_000);
  assert.ok(reason instanceof JobLostError);
  assert.equal(reason.cause, error);
});

testBoth('a job that finds no more memory says so', async (given) => {
  const { error } = await outcome(given, given.jobs.tooMuch);
  assert.deepEqual([error.failure, error.message], [4, 'no memory']);
  assert.equal((await outcome(given, given.jobs.add, [1, 1])).value, 2);
});

testBoth('disposing of the jobs ends what runs and what waits, with a reason', async ({ Task, TaskSupervisor, jobs }) => {
  const sup = TaskSupervisor.start();
  const start = (...job) => TaskSupervisor.asyncNolink(sup, ...job);
  const tasks = [await begun(start, jobs.neverEnds)];
  for (let more = 0; more < 4; more++) tasks.push(start(jobs.neverEnds, []));
  jobs.dispose();
  for (const [, settled] of await Task.yieldMany(tasks)) assert.equal(settled.reason.code, 'BELAY_JOBS_DISPOSED');
  jobs.dispose();
  const late = TaskSupervisor.asyncNolink(sup, jobs.add, [1]);
  assert.equal((await Task.yield(late)).reason.code, 'BELAY_JOBS_DISPOSED');
  await assert.rejects(jobs.memory.allocate(Uint8Array, 1), { code: 'BELAY_JOBS_DISPOSED' });
});

testBoth('disposing of the runtime tells its jobs to stop', async ({ Task, jobs, runtime }) => {
  const task = Task.async(jobs.untilCancelled, []);
  const ended = Task.await(task).catch((error) => error.code);
  runtime.dispose();
  assert.equal(await ended, 'BELAY_DISPOSED');
  await until(() => jobs.inspect().running === 0 && jobs.inspect().abandoned === 0, 'the job has returned');
});

testBoth('a task that is killed exits with killed for its monitors', async ({ Task, runtime, jobs }) => {
  const pid = await begun(Task.start.bind(Task), jobs.untilCancelled);
  const { down } = runtime.Process.monitor(pid);
  runtime.Process.exit(pid, 'kill');
  assert.equal(await down, 'killed');
});
