/** Part H of docs/semantics.md: shutdown. */
import assert from 'node:assert/strict';
import {
  cleaningUp, exits, failed, forever, ok, plain, rejection, returns, statement, throws, trapping,
} from './harness.mjs';

/** An end that a test waits for, so that all has been said before. */
const unlinked = ({ TaskSupervisor }, body) => TaskSupervisor.asyncNolink(TaskSupervisor.start(), body);

statement('H1 shutdown asks, waits for the time given, then kills and waits', async ({ alone, say, trace, Process }) => {
  const heard = [];
  const { ended } = alone(async (me) => {
    const task = me.Task.async(trapping(heard));
    await me.sleep(10);
    const stopped = me.Task.shutdown(task, 40);
    say(heard.length, me.Process.info(task.pid).links);
    await me.sleep(39);
    say(...heard, me.Process.alive(task.pid));
    say(plain(await stopped), me.Process.alive(task.pid));
  });
  assert.equal(await ended, 'normal');
  assert.deepEqual(trace, [[10, 0, 0], [49, 'shutdown', true], [50, failed('killed'), false]]);
  assert.equal(Process.list().length, 1);
});

statement('H1 the time is 5000 ms unless told otherwise', async ({ Task, at, now }) => {
  const task = Task.async(trapping([]));
  await at(1);
  await Task.shutdown(task);
  assert.equal(now(), 5001);
});

statement('H2 a value that is there, or comes before the end, wins', async ({ Task, at, now }) => {
  const early = Task.async(returns(5, 'early'));
  const late = Task.async(cleaningUp(20, () => 'late'));
  await at(10);
  assert.deepEqual(await Task.shutdown(early), ok('early'));
  assert.deepEqual(await Task.shutdown(early, 'brutalKill'), ok('early'));
  assert.equal(now(), 10);
  assert.deepEqual(await Task.shutdown(late, 50), ok('late'));
  assert.equal(now(), 30);
});

statement('H2 also one of a body that has returned in the same turn', async ({ Task }) => {
  const tasks = [1, 2].map((value) => Task.async(() => value));
  await new Promise((resolve) => Task.start(resolve));
  assert.deepEqual(await Task.shutdown(tasks[0]), ok(1));
  assert.deepEqual(await Task.shutdown(tasks[1], 'brutalKill'), ok(2));
});

statement('H3 a task that ends with shutdown gives null', async ({ Task, at, now }) => {
  const deaf = Task.async(forever);
  const open = Task.async(cleaningUp(20, (me) => me.exit('shutdown')));
  await at(10);
  assert.equal(await Task.shutdown(deaf), null);
  assert.equal(now(), 10);
  assert.equal(await Task.shutdown(open), null);
  assert.equal(now(), 30);
});

statement('H4 one that had to be killed after the time gives killed', async ({ Task, at, now }) => {
  const task = Task.async(trapping([]));
  await at(10);
  assert.deepEqual(plain(await Task.shutdown(task, 15)), failed('killed'));
  assert.equal(now(), 25);
});

statement('H5 any other end is the outcome, normal and shutdown with a detail included', async ({ Task, at }) => {
  const error = new Error('boom');
  const ends = [['normal', (me) => me.exit()], [['shutdown', 'x'], (me) => me.exit(['shutdown', 'x'])], [error, () => { throw error; }]];
  for (const [reason, end] of ends) {
    const task = Task.async(cleaningUp(5, end));
    await at(10 * (1 + ends.findIndex(([each]) => each === reason)));
    assert.deepEqual(plain(await Task.shutdown(task)), failed(reason));
  }
});

statement('H6 brutalKill kills at once: null when it ended by that, else the outcome', async ({ Task, TaskSupervisor, at, now }) => {
  const heard = [];
  const open = Task.async(trapping(heard));
  const asked = unlinked({ TaskSupervisor }, exits(5, 'shutdown'));
  await at(10);
  assert.equal(await Task.shutdown(open, 'brutalKill'), null);
  assert.deepEqual(plain(await Task.shutdown(asked, 'brutalKill')), failed('shutdown'));
  assert.deepEqual(heard, []);
  assert.equal(now(), 10);
});

statement('H7 with 0 one that does not trap exits gives null, one that does gives killed', async ({ Task, at, now }) => {
  const [deaf, open] = [forever, trapping([])].map((body) => Task.async(body));
  await at(10);
  assert.equal(await Task.shutdown(deaf, 0), null);
  assert.deepEqual(plain(await Task.shutdown(open, 0)), failed('killed'));
  assert.equal(now(), 10);
});

statement('H8 Infinity waits for ever for one that traps exits', async ({ Task, at, now }) => {
  const task = Task.async(cleaningUp(1e9, () => 'at last'));
  await at(10);
  assert.deepEqual(await Task.shutdown(task, Infinity), ok('at last'));
  assert.equal(now(), 1e9 + 10);
});

statement('H9 one that has ended without a value is judged by its reason', async ({ Task, TaskSupervisor, at, Process }) => {
  const ended = (reason) => unlinked({ TaskSupervisor }, reason === 'killed' ? forever : exits(5, reason));
  const judged = async (reason, shutdown) => {
    const task = ended(reason);
    await at(now += 10);
    if (reason === 'killed') {
      Process.exit(task.pid, 'kill');
      await at(now += 10);
    }
    return plain(await Task.shutdown(task, shutdown));
  };
  let now = 0;
  assert.equal(await judged('shutdown', 100), null);
  assert.deepEqual(await judged('shutdown', 'brutalKill'), failed('shutdown'));
  assert.equal(await judged('killed', 'brutalKill'), null);
  assert.deepEqual(await judged('killed', 100), failed('killed'));
  assert.deepEqual(await judged('normal', 100), failed('normal'));
  assert.deepEqual(await judged('because', 100), failed('because'));
  assert.deepEqual(await judged(['shutdown', 'x'], 100), failed(['shutdown', 'x']));
});

statement('H9 an error that it threw before is the outcome', async ({ Task, TaskSupervisor, at }) => {
  const error = new Error('boom');
  const task = unlinked({ TaskSupervisor }, throws(5, error));
  await at(10);
  assert.deepEqual(await Task.shutdown(task), failed(error));
});

statement('H10 shutting down a task whose outcome was read gives the outcome', async ({ Task, TaskSupervisor }) => {
  const good = Task.async(returns(5, 'value'));
  await Task.await(good);
  assert.deepEqual(await Task.shutdown(good), ok('value'));
  const bad = unlinked({ TaskSupervisor }, exits(5, 'because'));
  await Task.yield(bad);
  assert.deepEqual(plain(await Task.shutdown(bad)), failed('because'));
});

statement('H10 and null after an earlier shutdown that gave null', async ({ Task }) => {
  const task = Task.async(forever);
  for (let n = 0; n < 2; n++) assert.equal(await Task.shutdown(task), null);
  assert.equal((await rejection(Task.await(task))).reason, 'shutdown');
});

statement('H11 after an await that timed out the task is shut down: null', async ({ Task, Process, now }) => {
  const task = Task.async(forever);
  assert.equal((await rejection(Task.await(task, 30))).reason, 'timeout');
  assert.equal(await Task.shutdown(task), null);
  assert.ok(!Process.alive(task.pid));
  assert.equal(now(), 30);
});

statement('H12 no exit message comes of the task afterwards; one that was there before stays', async ({ alone }) => {
  const heard = [];
  await alone(trapping(heard, async (me) => {
    const running = me.Task.async(forever);
    const ended = me.Task.async(exits(5, 'because'));
    await me.sleep(10);
    await me.Task.shutdown(running);
    await me.Task.shutdown(ended);
    await me.Task.shutdown(me.Task.async(trapping([])), 10);
    await me.sleep(50);
  })).ended;
  assert.deepEqual(heard, ['because']);
});

statement('H13 the caller is not hit by the end, even when it does not trap exits', async ({ alone, say, trace }) => {
  const { ended } = alone(async (me) => {
    const tasks = [forever, trapping([]), cleaningUp(5, (own) => own.exit('because'))].map((body) => me.Task.async(body));
    await me.sleep(10);
    for (const task of tasks) say(plain(await me.Task.shutdown(task, 20)));
    say(plain(await me.Task.shutdown(me.Task.async(forever), 'brutalKill')));
  });
  say(await ended);
  assert.deepEqual(trace, [
    [10, null], [30, failed('killed')], [35, failed('because')], [35, null], [35, 'normal'],
  ]);
});

statement('H14 what the task had started and linked gets its reason', async ({ Task, Process, at, say, trace }) => {
  const heard = [];
  const task = Task.async((me) => {
    const [deaf, open] = [forever, trapping(heard)].map((body) => me.Task.async(body));
    Process.monitor(deaf.pid).down.then((reason) => say(reason));
    Process.monitor(open.pid);
    return me.sleep(Infinity);
  });
  await at(10);
  await Task.shutdown(task);
  await at(11);
  assert.deepEqual(trace, [[10, 'shutdown']]);
  assert.deepEqual(heard, ['shutdown']);
});

statement('H15 unlinking and asking are one: a caller that is killed right after has asked', async ({ alone, at, say, trace, Process }) => {
  const heard = [];
  const pids = [];
  const { pid, ended } = alone(async (me) => {
    const tasks = [me.Task.async(forever), me.Task.async(trapping(heard, returns(100)))];
    pids.push(...tasks.map((task) => task.pid));
    await me.sleep(10);
    for (const task of tasks) me.Task.shutdown(task, 40).catch(() => {});
    Process.exit(pid, 'kill');
  });
  say(await ended);
  assert.deepEqual(trace, [[10, 'killed']]);
  assert.deepEqual(heard, ['shutdown']);
  assert.deepEqual(pids.map((each) => Process.alive(each)), [false, true]);
  await at(99); // nobody is there any more to kill it after its time
  assert.ok(Process.alive(pids[1]));
});

statement('H16 shutting down a completed task gives its outcome', async ({ Task, now }) => {
  const task = Task.completed(ok('value'));
  for (const shutdown of [5000, 0, 'brutalKill', Infinity]) assert.deepEqual(await Task.shutdown(task, shutdown), ok('value'));
  assert.equal(now(), 0);
});

statement('H17 the time is a number from 0, Infinity or brutalKill', async ({ Task, Process }) => {
  const task = Task.async(forever);
  for (const wrong of [-1, NaN]) assert.throws(() => Task.shutdown(task, wrong), RangeError);
  for (const wrong of ['kill', 'shutdown', null, {}]) assert.throws(() => Task.shutdown(task, wrong), TypeError);
  assert.ok(Process.alive(task.pid));
  await Task.shutdown(task);
});
