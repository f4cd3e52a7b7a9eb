// C jobs as bodies: every call that takes one, and how tasks with them end.
import assert from 'node:assert/strict';
import { JobError } from '../../bindings/js/threads.js';
import { begun, outcome, testBoth, testIn, until } from './support.mjs';

testBoth('every call that starts a process takes a job', async ({ Task, TaskSupervisor, runtime, jobs }) => {
  const { Supervisor, Process } = runtime;
  const sup = TaskSupervisor.start();
  assert.equal(await Task.await(Task.async(jobs.add, [1, 2], { label: 'sum' })), 3);
  assert.equal(await Task.await(TaskSupervisor.async(sup, jobs.add, [1, 2])), 3);
  assert.equal(await Task.await(TaskSupervisor.asyncNolink(sup, jobs.add, [1, 2])), 3);
  const pids = [
    Task.start(jobs.add, [1]), Task.startLink(jobs.add, [1]), TaskSupervisor.startChild(sup, jobs.add, [1]),
  ];
  const downs = pids.map((pid) => Process.monitor(pid).down);
  assert.deepEqual(await Promise.all(downs), ['normal', 'normal', 'normal']);
  const spec = Task.childSpec(jobs.add, [1], { restart: 'temporary', id: 'adder' });
  const supervisor = Supervisor.start([spec], { strategy: 'oneForOne' });
  await until(() => Supervisor.whichChildren(supervisor).every(({ pid }) => pid === null), 'the child ends');
  await supervisor.stop();
  const entries = await Task.asyncStream([1, 2, 3], jobs.add, [10], { maxConcurrency: 2 }).toArray();
  assert.deepEqual(entries.map(({ value }) => value), [11, 12, 13]);
  const more = await TaskSupervisor.asyncStreamNolink(sup, [1, 2], jobs.add).toArray();
  assert.deepEqual(more.map(({ value }) => value), [1, 2]);
  assert.equal(jobs.inspect().running, 0);
});

testBoth('a name that no job has is told, with those that there are', async ({ Task, TaskSupervisor, jobs }) => {
  const isHelpful = (error) => error instanceof TypeError && /^\S+: body must be .*a job in C \((\w+, )*add, .*got undefined$/.test(error.message);
  assert.throws(() => Task.async(jobs.ad, [1]), isHelpful);
  assert.throws(() => TaskSupervisor.startChild(TaskSupervisor.start(), jobs.ad, [1]), isHelpful);
  assert.throws(() => Task.asyncStream([1], jobs.ad), isHelpful);
  jobs.dispose();
  assert.throws(() => Task.async(jobs.ad), /a job in C, or/);
});

testBoth('progress comes to those who subscribe, in order, before the end', async ({ Task, runtime, jobs }) => {
  const events = [];
  const unsubscribe = runtime.subscribe((event) => events.push(event));
  const task = Task.async(jobs.progress, [3]);
  await Task.await(task);
  unsubscribe();
  const own = events.filter(({ pid }) => pid === task.pid);
  assert.deepEqual(own.map(({ type }) => type), ['spawned', 'started', 'progress', 'progress', 'progress', 'settled']);
  assert.deepEqual(own.slice(2, 5).map(({ value }) => value), [0, 1, 2]);
});

testBoth('a stream gives the entries of items that fail, and goes on', async ({ TaskSupervisor, jobs }) => {
  const sup = TaskSupervisor.start();
  const entries = await TaskSupervisor.asyncStreamNolink(sup, [1, 2, 3], jobs.fail, ['no such page']).toArray();
  assert.deepEqual(entries.map(({ reason }) => [reason.failure, reason.message]), [
    [1, 'no such page'], [2, 'no such page'], [3, 'no such page'],
  ]);
});

testBoth('an element that is no argument fails its own item', async ({ TaskSupervisor, jobs }) => {
  const sup = TaskSupervisor.start();
  const entries = await TaskSupervisor.asyncStreamNolink(sup, [1, 'x', 3], jobs.add).toArray();
  assert.deepEqual(entries.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled']);
  assert.match(entries[1].reason.message, /argument 1 of job add must be a number/);
});

testBoth('belay_fail gives an error with its number and message', async (given) => {
  const { error } = await outcome(given, given.jobs.fail, [404, 'no such page']);
  assert.ok(error instanceof JobError);
  assert.deepEqual(
    [error.name, error.code, error.failure, error.message, error.job],
    ['JobError', 'BELAY_JOB', 404, 'no such page', 'fail'],
  );
  assert.equal((await outcome(given, given.jobs.fail, [-5, ''])).error.message, 'job fail failed with -5');
});

testBoth('belay_exit ends the process with that reason', async (given) => {
  for (const [number, reason] of [[1, 'normal'], [2, 'shutdown'], [4, 'killed'], [6, 'timeout']]) {
    const { error } = await outcome(given, given.jobs.leave, [number]);
    assert.equal(error.code, 'BELAY_EXIT');
    assert.equal(error.reason, reason);
  }
});

testBoth('a child of a supervisor that fails is started again', async ({ TaskSupervisor, jobs, logs }) => {
  const sup = TaskSupervisor.start({ maxRestarts: 2 });
  TaskSupervisor.startChild(sup, jobs.fail, [1, 'again'], { restart: 'permanent' });
  await until(() => jobs.inspect().started === 3, 'the child was started three times');
  assert.ok(logs.length > 0);
});

testBoth('progress comes in order, to the option', async ({ Task, jobs }) => {
  const seen = [];
  const task = Task.async(jobs.progress, [50], { onReport: (value, about) => seen.push([value, about.pid]) });
  assert.equal(await Task.await(task), 'done');
  assert.deepEqual(seen, Array.from({ length: 50 }, (_, index) => [index, task.pid]));
});

testBoth('more progress than can wait holds the job up, and none is lost', async ({ Task, jobs }) => {
  let last = -1;
  const onReport = (value) => {
    assert.equal(value, last + 1);
    last = value;
  };
  await Task.await(Task.async(jobs.progress, [20_000], { onReport }), 60_000);
  assert.equal(last, 19_999);
});

testBoth('a job sleeps', async ({ Task, jobs }) => {
  const began = performance.now();
  assert.equal(await Task.await(Task.async(jobs.pause, [30])), 0);
  assert.ok(performance.now() - began >= 29);
});

/* ---- Tasks of jobs. */

testBoth('jobs start and await further jobs', async ({ Task, jobs }) => {
  assert.equal(await Task.await(Task.async(jobs.fibonacci, [12]), 60_000), 144);
});

testBoth('jobs stream over further jobs', { max: 1 }, async ({ Task, jobs }) => {
  assert.equal(await Task.await(Task.async(jobs.sumOfStream, [10]), 60_000), 143);
});

testIn(['threads'], 'inspect tells when there are as many threads as there may be', { max: 2, limit: 2 }, async ({ Task, jobs }) => {
  const tasks = [await begun(Task.async.bind(Task), jobs.untilCancelled)];
  assert.equal(jobs.inspect().atLimit, false);
  tasks.push(await begun(Task.async.bind(Task), jobs.untilCancelled));
  assert.equal(jobs.inspect().atLimit, true);
  for (const task of tasks) await Task.shutdown(task, 'brutalKill');
});

testIn(['threads'], 'jobs that wait for others are replaced by more threads, up to the limit, which is told', { max: 1, limit: 8 }, async (given) => {
  assert.equal((await outcome(given, given.jobs.chain, [7])).value, 7);
  const { error } = await outcome(given, given.jobs.chain, [8]);
  assert.equal(error.failure, 67); // BELAY_THREADS
  assert.equal(given.jobs.inspect().limit, 8);
});

testIn(['workers'], 'without threads tasks run on the stack of who waits', async (given) => {
  assert.equal((await outcome(given, given.jobs.chain, [31])).value, 31);
  assert.equal((await outcome(given, given.jobs.chain, [32])).error.failure, 67); // BELAY_THREADS: 33 jobs in one another
});

testBoth('progress of a task or a process of a job counts as its own', async ({ Task, jobs }) => {
  const seen = [];
  const onReport = (value, { pid }) => seen.push([value, pid]);
  const tasks = [jobs.reportFromChild, jobs.reportFromAnother].map((job) => Task.async(job, [], { onReport }));
  await Task.awaitMany(tasks, 60_000);
  assert.deepEqual(seen.toSorted(), tasks.map(({ pid }) => ['from a child', pid]).toSorted());
});

testBoth('what a job reports after its process has ended reaches nobody', async (given) => {
  const { Task, jobs, runtime } = given;
  const seen = [];
  const stop = runtime.subscribe((event) => {
    if (event.type === 'progress') seen.push(event);
  });
  const { error } = await outcome(given, jobs.reportAfterItsEnd, [], { onReport: (value) => seen.push(value) });
  assert.equal(error.failure, 7);
  await until(() => jobs.inspect().abandoned === 0 && jobs.inspect().running === 0, 'the job has returned');
  assert.equal(await Task.await(Task.async(jobs.add, [1])), 1);
  stop();
  assert.deepEqual(seen, []);
});

testBoth('a linked task of a job that fails takes the job with it', async (given) => {
  const { error } = await outcome(given, given.jobs.dieOfChild);
  assert.deepEqual([error.failure, error.message], [7, 'the child failed']);
});
