/** Part A of docs/semantics.md: async, await, awaitMany, completed, start, startLink. */
import assert from 'node:assert/strict';
import { ExitError, OwnerError, TimeoutError } from 'belay-tasks';
import {
  exits, failed, forever, ok, plain, rejection, returns, statement, thrown, throws, trapping,
} from './harness.mjs';

statement('A1 async gives a handle of a process that is linked to and watched by the caller', async ({ alone, at, Process }) => {
  let task = null;
  const owner = alone((me) => {
    task = me.Task.async(async function load() {
      await new Promise(() => {});
    });
    return me.sleep(Infinity);
  });
  await at(1);
  assert.ok(Process.alive(task.pid));
  assert.equal(task.owner, owner.pid);
  assert.equal(task.label, 'load');
  assert.equal(typeof task.ref, 'string');
  assert.equal(task.state, 'running');
  assert.equal(Process.info(task.pid).parent, owner.pid);
  assert.equal(Process.info(task.pid).links, 1);
  Process.exit(task.pid, 'because');
  assert.equal(await owner.ended, 'because');
});

statement('A2 async does not wait for the body, and a thousand fit', async ({ Task, Process }) => {
  let began = 0;
  const tasks = Array.from({ length: 1000 }, () => Task.async(() => ++began));
  assert.equal(began, 0);
  assert.ok(tasks.every((task) => Process.alive(task.pid)));
  assert.equal((await Task.awaitMany(tasks)).at(-1), 1000);
});

statement('A3 a body that returns gives its value and ends with normal', async ({ Task, Process, now }) => {
  const task = Task.async(returns(5, 'value'));
  const { down } = Process.monitor(task.pid);
  assert.equal(await Task.await(task), 'value');
  assert.equal(await down, 'normal');
  assert.equal(now(), 5);
});

statement('A4 one that ends in another way gives no value, exit(normal) included', async ({ Task, TaskSupervisor }) => {
  const supervisor = TaskSupervisor.start();
  for (const reason of ['normal', 'shutdown', 'because']) {
    const task = TaskSupervisor.asyncNolink(supervisor, exits(5, reason));
    assert.deepEqual(plain(await Task.yield(task)), failed(reason));
    assert.equal(task.state, 'rejected');
  }
});

statement('A5 await gives the value at once, also one that came before', async ({ Task, at, now }) => {
  const task = Task.async(returns(20, 'value'));
  assert.equal(await Task.await(task), 'value');
  assert.equal(now(), 20);
  const early = Task.async(returns(20, 'early'));
  await at(100);
  assert.equal(await Task.await(early, 0), 'early');
  assert.equal(now(), 100);
});

statement('A5 await waits for 5000 ms unless told otherwise', async ({ Task, now }) => {
  assert.equal(await Task.await(Task.async(returns(4999, 'in time'))), 'in time');
  const { timeout } = await rejection(Task.await(Task.async(returns(5001))));
  assert.equal(timeout, 5000);
  assert.equal(now(), 4999 + 5000);
});

statement('A6 awaiting one task leaves what the others gave', async ({ Task, now }) => {
  const [one, two, three] = [30, 10, 20].map((ms) => Task.async(returns(ms, ms)));
  assert.equal(await Task.await(one), 30);
  assert.equal(await Task.await(two, 0), 10);
  assert.equal(await Task.await(three, 0), 20);
  assert.equal(now(), 30);
});

statement('A7 await of a task that ended without a value rejects with why, when the caller survives that', async ({ alone, now }) => {
  const error = new Error('boom');
  const got = [];
  const seen = async (me, task) => got.push(await rejection(me.Task.await(task)));
  await alone(async (me) => {
    const supervisor = me.TaskSupervisor.start();
    await seen(me, me.TaskSupervisor.asyncNolink(supervisor, throws(5, error)));
    await seen(me, me.TaskSupervisor.asyncNolink(supervisor, exits(5, 'because')));
    await seen(me, me.Task.async(exits(5, 'normal')));
    me.Process.flag('trapExit', true);
    await seen(me, me.Task.async(throws(5, error)));
    await seen(me, me.Task.async(exits(5, 'shutdown')));
  }).ended;
  assert.equal(got[0], error);
  assert.equal(got[3], error);
  assert.deepEqual([1, 2, 4].map((index) => [got[index] instanceof ExitError, got[index].reason]), [
    [true, 'because'], [true, 'normal'], [true, 'shutdown'],
  ]);
  assert.equal(now(), 25);
});

statement('A7 not caught, it ends the caller', async ({ alone }) => {
  const error = new Error('boom');
  const caller = (body) => alone((me) => {
    const supervisor = me.TaskSupervisor.start();
    return me.Task.await(me.TaskSupervisor.asyncNolink(supervisor, body));
  }).ended;
  assert.equal(await caller(throws(5, error)), error);
  const exited = await caller(exits(5, 'because'));
  assert.ok(exited instanceof ExitError);
  assert.equal(exited.reason, 'because');
});

statement('A8 the crash of a linked task ends a caller that does not trap exits, catch or not, with the bare reason', async ({ alone, say, trace }) => {
  const { ended } = alone(async (me) => {
    try {
      await me.Task.await(me.Task.async(exits(5, 'because')));
    } catch {
      await me.sleep(10);
    }
    say('got here');
  });
  say(await ended);
  assert.deepEqual(trace, [[5, 'because']]);
});

statement('A8 at the root, which cannot end, the await rejects', async ({ Task, now }) => {
  const error = new Error('boom');
  assert.equal(await rejection(Task.await(Task.async(throws(5, error)))), error);
  assert.equal(now(), 5);
});

statement('A9 a timeout rejects and does not touch the task', async ({ Task, Process, now }) => {
  const task = Task.async(returns(100, 'late'));
  const error = await rejection(Task.await(task, 40));
  assert.equal(now(), 40);
  assert.ok(error instanceof TimeoutError && error instanceof ExitError);
  assert.deepEqual([error.reason, error.timeout, error.task, error.pid], ['timeout', 40, task, task.pid]);
  assert.ok(Process.alive(task.pid));
  assert.equal(await Process.monitor(task.pid).down, 'normal');
  assert.equal(now(), 100);
});

statement('A10 after a timeout that was caught the task runs on, still linked', async ({ alone, say, trace }) => {
  const { ended } = alone(async (me) => {
    const task = me.Task.async(exits(30, 'because'));
    const { reason } = await rejection(me.Task.await(task, 10));
    say(reason, me.Process.info(task.pid).links);
    await me.sleep(Infinity);
  });
  say(await ended);
  assert.deepEqual(trace, [[10, 'timeout', 1], [30, 'because']]);
});

statement('A10 a value that comes after the timeout is kept by the handle', async ({ Task, at }) => {
  const task = Task.async(returns(30, 'late'));
  await rejection(Task.await(task, 10));
  await at(40);
  assert.equal(await Task.await(task, 0), 'late');
});

statement('A11 one that traps exits and caught the timeout is told of the return later', async ({ alone, say, trace }) => {
  await alone(async (me) => {
    me.Process.flag('trapExit', true);
    me.Process.onExit(({ reason }) => say('told', reason));
    say((await rejection(me.Task.await(me.Task.async(returns(30)), 10))).reason);
    await me.sleep(50);
  }).ended;
  assert.deepEqual(trace, [[10, 'timeout'], [30, 'told', 'normal']]);
});

statement('A12 awaiting again gives the same outcome again', async ({ Task, TaskSupervisor, now }) => {
  const task = Task.async(returns(5, 'value'));
  assert.equal(await Task.await(task), 'value');
  assert.equal(await Task.await(task), 'value');
  assert.deepEqual(await Task.yield(task), ok('value'));
  assert.deepEqual(await Task.awaitMany([task]), ['value']);
  const error = new Error('boom');
  const bad = TaskSupervisor.asyncNolink(TaskSupervisor.start(), throws(5, error));
  for (let n = 0; n < 3; n++) assert.equal(await rejection(Task.await(bad)), error);
  assert.equal(now(), 10);
});

statement('A13 a timeout is a number from 0 to Infinity', async ({ Task, now }) => {
  const task = Task.async(returns(1e9, 'at last'));
  for (const call of ['await', 'yield', 'awaitMany', 'yieldMany']) {
    const given = call.endsWith('Many') ? [task] : task;
    for (const wrong of [-1, NaN]) assert.throws(() => Task[call](given, wrong), RangeError, call);
    for (const wrong of ['5', null]) assert.throws(() => Task[call](given, wrong), TypeError, call);
  }
  assert.throws(() => Task.await(task, {}), TypeError);
  assert.equal((await rejection(Task.await(task, 0))).timeout, 0);
  assert.equal(now(), 0);
  assert.equal(await Task.await(task, Infinity), 'at last');
  assert.equal(now(), 1e9);
});

statement('A14 only the owner may wait for, shut down or ignore a task', async ({ Task, now, Process }) => {
  const task = Task.async(returns(50, 'value'));
  const errors = await Task.await(Task.async(({ Task: Own, self }) => [
    thrown(() => Own.await(task)),
    thrown(() => Own.awaitMany([task])),
    thrown(() => Own.yield(task)),
    thrown(() => Own.yieldMany([task], { onTimeout: 'killTask', timeout: 0 })),
    thrown(() => Own.shutdown(task)),
    thrown(() => Own.ignore(task)),
    self,
  ]));
  const caller = errors.pop();
  assert.equal(now(), 0);
  for (const error of errors) {
    assert.ok(error instanceof OwnerError);
    assert.deepEqual([error.pid, error.owner, error.caller], [task.pid, Process.self(), caller]);
    assert.ok(error.message.includes(task.pid) && error.message.includes(caller));
  }
  assert.equal(await Task.await(task), 'value');
});

statement('A15 one that traps exits is told of every end besides, normal after a success', async ({ alone }) => {
  const heard = [];
  const error = new Error('boom');
  await alone(trapping(heard, async (me) => {
    assert.equal(await me.Task.await(me.Task.async(returns(5, 1))), 1);
    assert.equal(await rejection(me.Task.await(me.Task.async(throws(5, error)))), error);
    await me.sleep(1);
  })).ended;
  assert.deepEqual(heard, ['normal', error]);
});

statement('A17 the owner crashes: its linked tasks end with its reason, those that trap exits are told', async ({ alone, at, Process }) => {
  const heard = [];
  const pids = [];
  const { ended } = alone(async (me) => {
    pids.push(me.Task.async(forever).pid, me.Task.async(trapping(heard, returns(30))).pid);
    await me.sleep(10);
    me.exit('because');
  });
  await at(5);
  const downs = pids.map((pid) => Process.monitor(pid).down);
  assert.equal(await ended, 'because');
  assert.equal(await downs[0], 'because');
  assert.ok(Process.alive(pids[1]));
  assert.deepEqual(heard, ['because']);
  assert.equal(await downs[1], 'normal');
});

statement('A18 the owner returns: its tasks run on, those that trap exits are told, values vanish', async ({ alone, at, say, trace, Process }) => {
  const heard = [];
  const { ended } = alone(async (me) => {
    me.Task.async(async (own) => say(await returns(20, 'done')(own)));
    me.Task.async(trapping(heard, returns(30)));
    await me.sleep(10);
  });
  await ended;
  await at(11);
  assert.deepEqual(heard, ['normal']);
  assert.equal(Process.list().length, 3);
  await at(40);
  assert.deepEqual(trace, [[20, 'done']]);
  assert.equal(Process.list().length, 1);
});

statement('A19 a timeout that nobody catches ends the owner and its task with the same reason', async ({ alone, say, trace, Process }) => {
  let down = null;
  const { ended } = alone(async (me) => {
    const task = me.Task.async(forever);
    ({ down } = Process.monitor(task.pid));
    await me.Task.await(task, 40);
  });
  const reason = await ended;
  assert.ok(reason instanceof TimeoutError);
  say((await down) === reason);
  assert.deepEqual(trace, [[40, true]]);
});

statement('A20 awaitMany gives the values in the order of the list', async ({ Task, now }) => {
  const tasks = [30, 10, 20].map((ms) => Task.async(returns(ms, ms)));
  assert.deepEqual(await Task.awaitMany(tasks), [30, 10, 20]);
  assert.equal(now(), 30);
});

statement('A21 awaitMany has one deadline for all', async ({ Task, now }) => {
  const tasks = [30, 60, 61].map((ms) => Task.async(returns(ms, ms)));
  const error = await rejection(Task.awaitMany(tasks, 60));
  assert.ok(error instanceof TimeoutError);
  assert.equal(error.timeout, 60);
  assert.equal(now(), 60);
});

statement('A21 and waits for 5000 ms unless told otherwise', async ({ Task, now }) => {
  assert.equal((await rejection(Task.awaitMany([Task.async(returns(6000))]))).timeout, 5000);
  assert.equal(now(), 5000);
});

statement('A22 awaitMany ends with the first failure, at once', async ({ Task, TaskSupervisor, now }) => {
  const supervisor = TaskSupervisor.start();
  const error = new Error('boom');
  const tasks = [returns(30), exits(20, 'later'), throws(10, error)].map((body) => TaskSupervisor.asyncNolink(supervisor, body));
  assert.equal(await rejection(Task.awaitMany(tasks)), error);
  assert.equal(now(), 10);
});

statement('A22 of failures that are there before, with the one that was first', async ({ Task, TaskSupervisor, at }) => {
  const supervisor = TaskSupervisor.start();
  const fails = (ms, reason) => TaskSupervisor.asyncNolink(supervisor, async (me) => {
    await me.sleep(ms);
    me.exit(reason);
  });
  const tasks = [fails(30, 'third'), fails(10, 'first'), fails(20, 'second')];
  await at(40);
  assert.equal((await rejection(Task.awaitMany(tasks))).reason, 'first');
});

statement('A22 that of a linked task ends the caller with its bare reason', async ({ alone, say, trace }) => {
  const { ended } = alone(async (me) => {
    await rejection(me.Task.awaitMany([me.Task.async(returns(30)), me.Task.async(exits(10, 'because'))]));
    await me.sleep(5);
    say('got here');
  });
  say(await ended);
  assert.deepEqual(trace, [[10, 'because']]);
});

statement('A23 after a timeout or a failure of awaitMany the other tasks run on, still linked', async ({ Task, TaskSupervisor, at, Process }) => {
  const slow = Task.async(returns(30, 'late'));
  await rejection(Task.awaitMany([slow, Task.async(returns(5))], 10));
  assert.equal(Process.info(slow.pid).links, 1);
  assert.equal(Process.info(slow.pid).monitors, 0);
  const bad = TaskSupervisor.asyncNolink(TaskSupervisor.start(), exits(5, 'because'));
  await rejection(Task.awaitMany([slow, bad]));
  assert.ok(Process.alive(slow.pid));
  await at(31);
  assert.equal(slow.state, 'fulfilled');
});

statement('A23 values that came until then are kept by their handles', async ({ Task }) => {
  const tasks = [returns(5, 'early'), returns(30, 'late')].map((body) => Task.async(body));
  await rejection(Task.awaitMany(tasks, 10));
  assert.equal(await Task.await(tasks[0], 0), 'early');
  assert.equal(await Task.await(tasks[1]), 'late');
});

statement('A24 awaitMany of nothing is [] at once; a task that is given twice gives its value twice', async ({ Task, now }) => {
  assert.deepEqual(await Task.awaitMany([], 0), []);
  assert.equal(now(), 0);
  const task = Task.async(returns(5, 'value'));
  assert.deepEqual(await Task.awaitMany([task, task]), ['value', 'value']);
});

statement('A25 completed starts nothing and has its outcome at once', async ({ Task, Process, now }) => {
  const task = Task.completed(ok('value'));
  assert.deepEqual([task.pid, task.owner, task.state], [null, Process.self(), 'fulfilled']);
  assert.equal(Process.list().length, 1);
  assert.equal(await Task.await(task, 0), 'value');
  assert.deepEqual(await Task.yield(task, 0), ok('value'));
  assert.deepEqual(await Task.awaitMany([task], 0), ['value']);
  assert.deepEqual(await Task.yieldMany([task], 0), [[task, ok('value')]]);
  assert.equal(now(), 0);
});

statement('A25 it can stand for a failure, too', async ({ Task }) => {
  const error = new Error('boom');
  assert.equal(await rejection(Task.await(Task.completed(failed(error)))), error);
  assert.deepEqual(await Task.yield(Task.completed(failed(error))), failed(error));
});

statement('A26 startLink gives the pid of a linked process; its crash hits the caller', async ({ alone, say, trace }) => {
  const { ended } = alone(async (me) => {
    const pid = me.Task.startLink(exits(10, 'because'));
    await me.sleep(1);
    say(typeof pid, me.Process.info(pid).links, me.Process.info(pid).monitors);
    await me.sleep(Infinity);
  });
  say(await ended);
  assert.deepEqual(trace, [[1, 'string', 1, 0], [10, 'because']]);
});

statement('A27 start is the same without a link', async ({ alone, say, trace, Process }) => {
  let pid = null;
  const { ended } = alone(async (me) => {
    me.Task.start(exits(10, 'because'));
    pid = me.Task.start(forever);
    await me.sleep(20);
    say(me.Process.info(pid).links);
    me.exit('other');
  });
  say(await ended);
  assert.deepEqual(trace, [[20, 0], [20, 'other']]);
  assert.ok(Process.alive(pid));
});

statement('A28 callers are the owner and its callers, for every way to start and after a restart', async ({ Task, Process, at }) => {
  const seen = {};
  const note = (name) => (me) => {
    seen[name] = me.Process.info(me.self).callers;
  };
  let runs = 0;
  const top = Task.async(async (me) => {
    const supervisor = me.TaskSupervisor.start();
    me.Task.start(note('start'));
    me.Task.startLink(note('startLink'));
    me.TaskSupervisor.startChild(supervisor, (own) => {
      note(`run ${++runs}`)(own);
      if (runs === 1) own.exit('again');
    }, { restart: 'transient' });
    await me.Task.awaitMany([
      me.Task.async(note('async')),
      me.TaskSupervisor.async(supervisor, note('supervised')),
      me.TaskSupervisor.asyncNolink(supervisor, note('nolink')),
    ]);
    for (const stream of [
      me.Task.asyncStream([1], (n, own) => note('item')(own)),
      me.TaskSupervisor.asyncStream(supervisor, [1], (n, own) => note('supervised item')(own)),
      me.TaskSupervisor.asyncStreamNolink(supervisor, [1], (n, own) => note('nolink item')(own)),
    ]) await stream.toArray();
    await me.sleep(1);
  });
  await Task.await(top);
  await at(5);
  assert.equal(Object.keys(seen).length, 10);
  for (const [name, callers] of Object.entries(seen)) assert.deepEqual(callers, [top.pid, Process.self()], name);
});

statement('A29 ancestors are who spawned it and the ancestors of that', async ({ Task, Process, at }) => {
  const seen = {};
  const note = (name) => (me) => {
    seen[name] = me.Process.info(me.self).ancestors;
  };
  let supervisor = null;
  const top = Task.async(async (me) => {
    supervisor = me.TaskSupervisor.start();
    me.Task.start(note('start'));
    me.Task.startLink(note('startLink'));
    me.TaskSupervisor.startChild(supervisor, note('child'));
    await me.Task.awaitMany([
      me.Task.async(note('async')),
      me.TaskSupervisor.async(supervisor, note('supervised')),
    ]);
    await me.Task.asyncStream([1], (n, own) => note('item')(own)).toArray();
    await me.TaskSupervisor.asyncStream(supervisor, [1], (n, own) => note('supervised item')(own)).toArray();
    await me.sleep(1);
  });
  await Task.await(top);
  await at(5);
  const root = Process.self();
  const below = { own: [top.pid, root], supervised: [supervisor.pid, top.pid, root] };
  assert.deepEqual(seen, {
    start: below.own, startLink: below.own, child: below.supervised, async: below.own,
    supervised: below.supervised, item: below.own, 'supervised item': below.supervised,
  });
});

statement('A30 a task bears the name of its function, or a label', async ({ Task, Process }) => {
  const load = () => {};
  const named = Task.async(load);
  const labelled = Task.async(load, { label: 'load /index' });
  assert.deepEqual([named.label, Process.info(named.pid).label], ['load', 'load']);
  assert.deepEqual([labelled.label, Process.info(labelled.pid).label], ['load /index', 'load /index']);
});

statement('A31 values are shared, not copied', async ({ Task }) => {
  const value = { list: [] };
  const same = await Task.await(Task.async(() => {
    value.list.push(1);
    return value;
  }));
  assert.equal(same, value);
  assert.deepEqual(value.list, [1]);
});

statement('A32 the child spec of a task has the id Task and is temporary', async ({ Task, Supervisor, at }) => {
  let runs = 0;
  const spec = Task.childSpec(() => {
    runs++;
    throw new Error('boom');
  });
  assert.deepEqual([spec.id, spec.restart, spec.shutdown, spec.type], ['Task', 'temporary', 5000, 'worker']);
  const supervisor = Supervisor.start([spec], { strategy: 'oneForOne' });
  await at(1);
  assert.equal(runs, 1);
  assert.deepEqual(Supervisor.whichChildren(supervisor), []);
});

statement('A33 options change id, restart and shutdown of the spec', async ({ Task, Supervisor, at }) => {
  let runs = 0;
  const body = async (me) => {
    if (++runs === 1) throw new Error('boom');
    await me.sleep(Infinity);
  };
  const spec = Task.childSpec(body, { id: 'mine', restart: 'permanent', shutdown: 7 });
  assert.deepEqual([spec.id, spec.restart, spec.shutdown], ['mine', 'permanent', 7]);
  assert.equal({ ...spec, id: 'other' }.id, 'other');
  const supervisor = Supervisor.start([spec], { strategy: 'oneForOne' });
  await at(1);
  assert.equal(runs, 2);
  assert.deepEqual(Supervisor.whichChildren(supervisor).map(({ id }) => id), ['mine']);
});
