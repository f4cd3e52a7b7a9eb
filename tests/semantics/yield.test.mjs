/** Part Y of docs/semantics.md: yield, yieldMany, ignore. */
import assert from 'node:assert/strict';
import {
  exits, failed, forever, ok, plain, rejection, returns, statement, throws, trapping,
} from './harness.mjs';

const outcomesOf = (pairs) => pairs.map(([, outcome]) => plain(outcome));

/** Tasks without links to the caller, under a supervisor of their own. */
const unlinked = ({ TaskSupervisor }, ...bodies) => {
  const supervisor = TaskSupervisor.start();
  return bodies.map((body) => TaskSupervisor.asyncNolink(supervisor, body));
};

statement('Y1 yield gives the outcome, or null when the time is up', async ({ Task, TaskSupervisor, now }) => {
  const error = new Error('boom');
  const [good, bad, gone, slow] = unlinked({ TaskSupervisor }, returns(10, 'value'), throws(20, error), exits(30, 'because'), forever);
  assert.deepEqual(await Task.yield(good), ok('value'));
  assert.equal(now(), 10);
  assert.deepEqual(await Task.yield(bad), failed(error));
  assert.equal(now(), 20);
  assert.deepEqual(plain(await Task.yield(gone)), failed('because'));
  assert.equal(now(), 30);
  assert.equal(await Task.yield(slow, 100), null);
  assert.equal(now(), 130);
  assert.equal(await Task.yield(slow), null);
  assert.equal(now(), 5130);
});

statement('Y2 null changes nothing: yield may be repeated, and await, shutdown or ignore may follow', async ({ Task, Process, now }) => {
  const [one, two, three] = [30, 40, 50].map((ms) => Task.async(returns(ms, ms)));
  for (const time of [10, 20]) {
    assert.equal(await Task.yield(one, 10), null);
    assert.equal(now(), time);
  }
  assert.equal(Process.info(one.pid).links, 1);
  assert.deepEqual(await Task.yield(one, 100), ok(30));
  assert.equal(await Task.yield(two, 5), null);
  assert.equal(await Task.await(two), 40);
  assert.equal(await Task.yield(three, 5), null);
  assert.equal(await Task.shutdown(three), null);
  const four = Task.async(forever);
  assert.equal(await Task.yield(four, 5), null);
  assert.equal(await Task.ignore(four), null);
});

statement('Y3 after an outcome, yield and shutdown give it again', async ({ Task, TaskSupervisor, now }) => {
  const [good, bad] = unlinked({ TaskSupervisor }, returns(5, 'value'), exits(5, 'because'));
  for (let n = 0; n < 2; n++) {
    assert.deepEqual(await Task.yield(good), ok('value'));
    assert.deepEqual(plain(await Task.yield(bad)), failed('because'));
  }
  assert.deepEqual(await Task.shutdown(good), ok('value'));
  assert.deepEqual(plain(await Task.shutdown(bad)), failed('because'));
  assert.equal(now(), 5);
});

statement('Y4 a value that is there wins over an end that comes after it', async ({ Task, TaskSupervisor, Process }) => {
  const [task] = unlinked({ TaskSupervisor }, () => 'value');
  const returned = new Promise((resolve) => TaskSupervisor.startChild(TaskSupervisor.start(), resolve));
  await returned;
  Process.exit(task.pid, 'kill');
  assert.deepEqual(await Task.yield(task), ok('value'));
});

statement('Y5 yield does not shield from the link', async ({ alone, say, trace }) => {
  const { ended } = alone(async (me) => {
    say(plain(await me.Task.yield(me.Task.async(exits(5, 'normal')))));
    await me.Task.yield(me.Task.async(exits(5, 'because'))).catch(() => {});
    say('got here');
  });
  say(await ended);
  assert.deepEqual(trace, [[5, failed('normal')], [10, 'because']]);
});

statement('Y5 the outcome is seen by one that traps exits, and without a link', async ({ alone }) => {
  const seen = [];
  const heard = [];
  await alone(async (me) => {
    seen.push(...(await Promise.all(unlinked(me, exits(5, 'because')).map((task) => me.Task.yield(task)))));
    trapping(heard, () => {})(me);
    seen.push(await me.Task.yield(me.Task.async(exits(5, 'because'))));
    await me.sleep(1);
  }).ended;
  assert.deepEqual(seen.map(plain), [failed('because'), failed('because')]);
  assert.deepEqual(heard, ['because']);
});

statement('Y5 at the root, which cannot end, yield rejects', async ({ Task }) => {
  const error = new Error('boom');
  assert.equal(await rejection(Task.yield(Task.async(throws(5, error)))), error);
});

statement('Y6 yield with 0 looks once', async ({ Task, now, at }) => {
  const task = Task.async(returns(10, 'value'));
  assert.equal(await Task.yield(task, 0), null);
  assert.equal(now(), 0);
  await at(11);
  assert.deepEqual(await Task.yield(task, 0), ok('value'));
  assert.equal(now(), 11);
});

statement('Y7 yield with Infinity waits until the end', async ({ Task, TaskSupervisor, now }) => {
  assert.deepEqual(await Task.yield(Task.async(returns(1e9, 'value')), Infinity), ok('value'));
  const [bad] = unlinked({ TaskSupervisor }, exits(1e9, 'because'));
  assert.deepEqual(plain(await Task.yield(bad, Infinity)), failed('because'));
  assert.equal(now(), 2e9);
});

statement('Y8 yieldMany gives pairs of task and outcome in the order of the list', async ({ Task, TaskSupervisor, now }) => {
  const tasks = unlinked({ TaskSupervisor }, forever, exits(20, 'because'), returns(10, 'value'));
  const pairs = await Task.yieldMany(tasks, { timeout: 30 });
  assert.deepEqual(pairs.map(([task]) => task), tasks);
  assert.deepEqual(outcomesOf(pairs), [null, failed('because'), ok('value')]);
  assert.equal(now(), 30);
});

statement('Y8 its options are timeout (5000), limit (all) and onTimeout (nothing)', async ({ Task, Process, now }) => {
  const task = Task.async(forever);
  assert.deepEqual(await Task.yieldMany([task]), [[task, null]]);
  assert.equal(now(), 5000);
  assert.deepEqual([Process.alive(task.pid), Process.info(task.pid).links], [true, 1]);
  assert.deepEqual(await Task.yieldMany([task], 10), [[task, null]]);
  assert.equal(now(), 5010);
  assert.throws(() => Task.yieldMany([task], { onTimeout: 'kill' }), RangeError);
  assert.throws(() => Task.yieldMany([task], { limit: -1 }), RangeError);
  assert.throws(() => Task.yieldMany([task], { time: 1 }), TypeError);
});

statement('Y9 it returns as soon as all have ended, and has one window for all', async ({ Task, now }) => {
  await Task.yieldMany([30, 10, 20].map((ms) => Task.async(returns(ms))), { timeout: 100 });
  assert.equal(now(), 30);
  const tasks = [60, 90, 101].map((ms) => Task.async(returns(ms, ms)));
  assert.deepEqual(outcomesOf(await Task.yieldMany(tasks, { timeout: 100 })), [ok(60), ok(90), null]);
  assert.equal(now(), 130);
});

statement('Y10 a crash does not end the waiting', async ({ Task, TaskSupervisor, now }) => {
  const tasks = unlinked({ TaskSupervisor }, exits(10, 'because'), returns(50, 'value'));
  assert.deepEqual(outcomesOf(await Task.yieldMany(tasks)), [failed('because'), ok('value')]);
  assert.equal(now(), 50);
});

statement('Y11 those with null can be asked again', async ({ Task, now }) => {
  const tasks = [30, 60].map((ms) => Task.async(returns(ms, ms)));
  assert.deepEqual(outcomesOf(await Task.yieldMany(tasks, { timeout: 10 })), [null, null]);
  assert.deepEqual(outcomesOf(await Task.yieldMany(tasks, { timeout: 30 })), [ok(30), null]);
  assert.equal(await Task.await(tasks[1]), 60);
  assert.equal(now(), 60);
});

statement('Y12 with a limit it returns once so many have ended; onTimeout is not applied', async ({ Task, Process, now }) => {
  const tasks = [30, 10, 20, 40].map((ms) => Task.async(returns(ms, ms)));
  const pairs = await Task.yieldMany(tasks, { limit: 2, onTimeout: 'killTask', timeout: 100 });
  assert.deepEqual(outcomesOf(pairs), [null, ok(10), ok(20), null]);
  assert.equal(now(), 20);
  assert.ok(Process.alive(tasks[0].pid));
  assert.deepEqual(await Task.awaitMany(tasks), [30, 10, 20, 40]);
});

statement('Y12 an end without a value counts, too', async ({ Task, TaskSupervisor, now }) => {
  const tasks = unlinked({ TaskSupervisor }, forever, exits(10, 'because'));
  assert.deepEqual(outcomesOf(await Task.yieldMany(tasks, { limit: 1 })), [null, failed('because')]);
  assert.equal(now(), 10);
});

statement('Y13 a limit above the number of tasks is that number; 0 gives null for all at once', async ({ Task, now }) => {
  const tasks = [10, 20].map((ms) => Task.async(returns(ms, ms)));
  assert.deepEqual(outcomesOf(await Task.yieldMany(tasks, { limit: 0, timeout: Infinity })), [null, null]);
  assert.equal(now(), 0);
  assert.deepEqual(outcomesOf(await Task.yieldMany(tasks, { limit: 5, timeout: Infinity })), [ok(10), ok(20)]);
  assert.equal(now(), 20);
  assert.deepEqual(outcomesOf(await Task.yieldMany(tasks, { limit: 0 })), [null, null]);
});

statement('Y14 onTimeout killTask kills those that are late; no exit message follows', async ({ alone, say, trace }) => {
  const heard = [];
  await alone(trapping(heard, async (me) => {
    const tasks = [me.Task.async(returns(10, 'value')), me.Task.async(trapping([])), me.Task.async(forever)];
    say(outcomesOf(await me.Task.yieldMany(tasks, { timeout: 30, onTimeout: 'killTask' })));
    say(...tasks.map(({ pid }) => me.Process.alive(pid)));
    await me.sleep(10);
  })).ended;
  assert.deepEqual(trace, [[30, [ok('value'), null, null]], [30, false, false, false]]);
  assert.deepEqual(heard, ['normal']);
});

statement('Y15 onTimeout ignore lets them go', async ({ alone, say, trace, Process }) => {
  const { ended } = alone(async (me) => {
    const tasks = [me.Task.async(exits(50, 'because')), me.Task.async(returns(10, 'value'))];
    say(outcomesOf(await me.Task.yieldMany(tasks, { timeout: 30, onTimeout: 'ignore' })));
    say(tasks[0].state, me.Process.info(tasks[0].pid).links);
    await me.sleep(50);
  });
  say(await ended, Process.list().length);
  assert.deepEqual(trace, [[30, [null, ok('value')]], [30, 'ignored', 0], [80, 'normal', 1]]);
});

statement('Y16 onTimeout nothing leaves them alone, still linked', async ({ alone, say, trace }) => {
  const { ended } = alone(async (me) => {
    const task = me.Task.async(exits(50, 'because'));
    say(outcomesOf(await me.Task.yieldMany([task], { timeout: 30, onTimeout: 'nothing' })));
    say(task.state, me.Process.info(task.pid).links);
    await me.sleep(Infinity);
  });
  say(await ended);
  assert.deepEqual(trace, [[30, [null]], [30, 'running', 1], [50, 'because']]);
});

statement('Y17 yieldMany of nothing is [] at once; a task that is given twice stands there twice', async ({ Task, now }) => {
  assert.deepEqual(await Task.yieldMany([]), []);
  assert.deepEqual(await Task.yieldMany([], { timeout: Infinity }), []);
  assert.equal(now(), 0);
  const task = Task.async(returns(5, 'value'));
  assert.deepEqual(await Task.yieldMany([task, task]), [[task, ok('value')], [task, ok('value')]]);
  assert.equal(now(), 5);
});

statement('Y18 what is there counts as in time for a timeout of 0', async ({ Task, at }) => {
  const tasks = [returns(5, 'value'), returns(10, 'late')].map((body) => Task.async(body));
  await at(6);
  assert.deepEqual(outcomesOf(await Task.yieldMany(tasks, { timeout: 0, onTimeout: 'killTask' })), [ok('value'), null]);
  assert.deepEqual(await Task.yield(tasks[0], 0), ok('value'));
});

statement('Y18 also a body that has returned in the same turn', async ({ Task }) => {
  const task = Task.async(() => 'value');
  await new Promise((resolve) => Task.start(resolve));
  assert.deepEqual(await Task.yield(task, 0), ok('value'));
});

statement('Y19 ignore gives the outcome that is there, else null, and does not wait', async ({ Task, TaskSupervisor, at, now }) => {
  const [good, bad, slow] = unlinked({ TaskSupervisor }, returns(5, 'value'), exits(5, 'because'), returns(20));
  await at(10);
  assert.deepEqual(await Task.ignore(good), ok('value'));
  assert.deepEqual(plain(await Task.ignore(bad)), failed('because'));
  assert.equal(await Task.ignore(slow), null);
  assert.equal(now(), 10);
});

statement('Y20 an ignored task runs on alone: its crash does not hit the owner', async ({ alone, say, trace }) => {
  const heard = [];
  const { ended } = alone(trapping(heard, async (me) => {
    const tasks = [exits(20, 'because'), returns(20, 'value')].map((body) => me.Task.async(body));
    for (const task of tasks) say(await me.Task.ignore(task), task.state, me.Process.info(task.pid).links);
    await me.sleep(50);
    say(...tasks.map(({ state }) => state));
  }));
  say(await ended);
  assert.deepEqual(trace, [
    [0, null, 'ignored', 0], [0, null, 'ignored', 0], [50, 'ignored', 'ignored'], [50, 'normal'],
  ]);
  assert.deepEqual(heard, []);
});

statement('Y20 nor does the crash of the owner end it', async ({ alone, say, trace }) => {
  const { ended } = alone(async (me) => {
    await me.Task.ignore(me.Task.async(async (own) => {
      await own.sleep(20);
      say('task ends');
    }));
    me.exit('because');
  });
  say(await ended);
  await alone(returns(30)).ended;
  assert.deepEqual(trace, [[0, 'because'], [20, 'task ends']]);
});

statement('Y21 after ignore, await and yield wait in vain, ignore gives null, shutdown stops it', async ({ Task, Process, now }) => {
  const task = Task.async(returns(100, 'value'));
  await Task.ignore(task);
  assert.equal(await Task.yield(task, 10), null);
  assert.equal((await rejection(Task.await(task, 10))).reason, 'timeout');
  assert.equal(await Task.ignore(task), null);
  assert.equal(now(), 20);
  assert.ok(Process.alive(task.pid));
  assert.equal(await Task.shutdown(task), null);
  assert.ok(!Process.alive(task.pid));
});

statement('Y21 also when it has returned since', async ({ Task, at, now }) => {
  const task = Task.async(returns(10, 'value'));
  await Task.ignore(task);
  await at(20);
  assert.equal(await Task.yield(task, 10), null);
  assert.deepEqual(outcomesOf(await Task.yieldMany([task], 10)), [null]);
  assert.equal((await rejection(Task.await(task, 10))).reason, 'timeout');
  assert.equal(now(), 50);
  assert.equal((await Task.shutdown(task)).reason.reason, 'noproc');
});

statement('Y21 shutdown of an ignored task tells how it ended, when that was not as asked', async ({ Task, now }) => {
  const ignored = async (body) => {
    const task = Task.async(body);
    await Task.ignore(task);
    return task;
  };
  const trap = (last) => async (me) => {
    const asked = new Promise((resolve) => me.Process.onExit(resolve));
    me.Process.flag('trapExit', true);
    await asked;
    return last(me);
  };
  const how = async (body, grace) => {
    const task = await ignored(body);
    await at(now() + 10);
    return (await Task.shutdown(task, grace))?.reason.reason ?? null;
  };
  const at = (time) => Task.yield(Task.async(returns(time - now())), Infinity);
  assert.equal(await how(trap(() => 'value'), 100), 'normal');
  assert.equal(await how(trap((me) => me.exit('other')), 100), 'other');
  assert.equal(await how(trap(() => new Promise(() => {})), 10), 'killed');
  assert.equal(await how(() => new Promise(() => {}), 10), null);
  assert.equal(await how(() => new Promise(() => {}), 'brutalKill'), null);
});

statement('Y22 ignore on a value unlinks, too; on a completed task it gives the outcome', async ({ Task, at, Process }) => {
  const task = Task.async(() => 'value');
  await at(1);
  assert.deepEqual(await Task.ignore(task), ok('value'));
  assert.equal(Process.info(Process.self()).links, 0);
  assert.deepEqual(await Task.ignore(Task.completed(ok(1))), ok(1));
  assert.deepEqual(await Task.ignore(Task.completed(failed('because'))), failed('because'));
});
