/**
 * Part O of docs/semantics.md: orders that Elixir does not promise. Belay
 * decides them in the same way in each run, so that a failure can be replayed;
 * programs should not depend on which way that is.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulate } from 'belay-tasks/testing';
import { exits, forever, rejection, returns, statement, trapping } from './harness.mjs';

statement('O1 timers of one millisecond fire in the order in which they were set', async ({ Task, say, trace, at }) => {
  for (const name of ['a', 'b', 'c']) Task.start((me) => me.sleep(10).then(() => say(name)));
  await at(5);
  Task.start((me) => me.sleep(5).then(() => say('d')));
  await at(20);
  assert.deepEqual(trace, [[10, 'a'], [10, 'b'], [10, 'c'], [10, 'd']]);
});

statement('O1 a value that comes in the millisecond of a timeout is in time or late, but not both', async ({ Task, now }) => {
  const outcomes = [];
  for (let n = 0; n < 2; n++) {
    const task = Task.async(returns(10, 'value'));
    outcomes.push(await Task.await(task, 10).catch((error) => error.reason));
  }
  assert.equal(now(), 20);
  assert.equal(outcomes[0], outcomes[1]);
  assert.ok(['value', 'timeout'].includes(outcomes[0]));
});

statement('O2 signals of different processes arrive in the order in which they were sent', async ({ alone, Task, at }) => {
  const heard = [];
  const { pid } = alone(trapping(heard));
  await at(1);
  for (const word of ['a', 'b', 'c', 'd']) Task.start((me) => me.Process.exit(pid, word));
  await at(2);
  assert.deepEqual(heard, ['a', 'b', 'c', 'd']);
});

statement('O3 of two linked tasks that crash in one millisecond the owner has the reason of one', async ({ alone }) => {
  const owner = () => alone((me) => {
    for (const reason of ['one', 'two']) me.Task.async(exits(10, reason));
    return me.sleep(Infinity);
  }).ended;
  const reasons = [await owner(), await owner()];
  assert.equal(reasons[0], reasons[1]);
  assert.ok(['one', 'two'].includes(reasons[0]));
});

statement('O4 a task supervisor lists and signals its children in the same order each time', async ({ TaskSupervisor, onEnd, say, trace, at }) => {
  const run = async (time) => {
    const supervisor = TaskSupervisor.start();
    const pids = Array.from({ length: 40 }, () => TaskSupervisor.startChild(supervisor, forever));
    pids.forEach((pid, index) => onEnd(pid, () => say(index)));
    await at(time);
    const listed = TaskSupervisor.children(supervisor).map((pid) => pids.indexOf(pid));
    await supervisor.stop();
    await at(time + 1);
    return { listed, ended: trace.splice(0).map(([, index]) => index) };
  };
  const [first, second] = [await run(10), await run(20)];
  assert.deepEqual(first, second);
  assert.deepEqual(first.listed.toSorted((a, b) => a - b), Array.from({ length: 40 }, (_, index) => index));
});

statement('O5 when a value has come, its process is gone from the supervisor', async ({ Task, TaskSupervisor }) => {
  const supervisor = TaskSupervisor.start();
  for (let n = 0; n < 5; n++) {
    await Task.await(TaskSupervisor.async(supervisor, () => n));
    assert.deepEqual(TaskSupervisor.children(supervisor), []);
  }
});

statement('O6 a signal to a process that was just started comes before its first step', async ({ alone, Process, at }) => {
  let began = false;
  const { pid, ended } = alone((me) => {
    began = true;
    me.Process.flag('trapExit', true);
  });
  Process.exit(pid, 'because');
  assert.equal(await ended, 'because');
  await at(1);
  assert.equal(began, false);
});

test('O3 two runs with one seed give the same events', async () => {
  const main = async ({ Task, TaskSupervisor, random, sleep }) => {
    const supervisor = TaskSupervisor.start({ maxRestarts: 1000, maxSeconds: 1 });
    for (let n = 0; n < 20; n++) {
      TaskSupervisor.startChild(supervisor, async (me) => {
        await me.sleep(random.int(1, 4));
        if (random() < 0.5) me.exit('because');
      }, { restart: random() < 0.5 ? 'transient' : 'temporary' });
      Task.start((me) => rejection(me.Task.await(me.Task.async(exits(random.int(1, 4), 'crash')))));
    }
    await sleep(50);
  };
  const run = async (seed) => JSON.stringify((await simulate(main, { seed, onLog() {} })).events);
  assert.equal(await run(7), await run(7));
  assert.notEqual(await run(7), await run(8));
});
