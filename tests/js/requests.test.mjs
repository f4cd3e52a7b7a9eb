/** What a general supervisor can be asked for: startChild, terminateChild and the like. */
import assert from 'node:assert/strict';
import {
  AlreadyStartedError, ChildError, ChildStartError, ExitError, NoProcError,
} from 'belay-tasks';
import { insideOf } from '../../bindings/js/public-runtime.js';
import { forever, pidOf, recorder, statesOf } from './children.mjs';
import { quiet, rejection, scenario, stateOf } from './harness.mjs';

const oneForOne = { strategy: 'oneForOne' };
const plain = (id, fields) => ({ id, start: ({ Task }) => Task.startLink(forever), ...fields });

scenario('G19: startChild appends a child and gives its pid', async ({ Supervisor, Process }) => {
  const supervisor = Supervisor.start([plain('a')], { ...oneForOne, name: 'App' });
  const pid = await Supervisor.startChild('App', plain('b'));
  assert.equal(pid, pidOf(Supervisor, supervisor, 'b'));
  assert.equal(Process.info(pid).supervisor, supervisor.pid);
  assert.equal(statesOf(Supervisor, supervisor.pid), 'a:up b:up');
  assert.equal(await Supervisor.startChild(supervisor, { id: 'c', start: () => 'ignore' }), null);
  assert.equal(statesOf(Supervisor, supervisor), 'a:up b:up c:none');
  assert.equal(await Supervisor.startChild(supervisor, { id: 'd', start: () => 'ignore', restart: 'temporary' }), null);
  assert.equal(statesOf(Supervisor, supervisor), 'a:up b:up c:none');
  await supervisor.stop();
});

scenario('G19: an id that is there already', async ({ Supervisor }) => {
  const supervisor = Supervisor.start([plain('a'), { id: 'b', start: () => 'ignore' }], oneForOne);
  const running = await rejection(Supervisor.startChild(supervisor, plain('a')));
  assert.ok(running instanceof AlreadyStartedError);
  assert.equal(running.code, 'BELAY_ALREADY_STARTED');
  assert.equal(running.pid, pidOf(Supervisor, supervisor, 'a'));
  assert.equal(running.id, 'a');
  assert.equal(running.registeredName, null);
  assert.equal(running.name, 'AlreadyStartedError');
  assert.match(running.message, /child "a" of supervisor <\d+\.\d+> runs already/);
  const present = await rejection(Supervisor.startChild(supervisor, plain('b')));
  assert.ok(present instanceof ChildError);
  assert.equal(present.code, 'BELAY_CHILD');
  assert.equal(present.name, 'ChildError');
  assert.deepEqual([present.id, present.state], ['b', 'alreadyPresent']);
  assert.match(present.message, /^Supervisor.startChild: child "b" of supervisor .* is there already, without a process/);
  await supervisor.stop();
});

scenario('G20: a start that fails drops the spec and nothing else', async ({ Supervisor }) => {
  const supervisor = Supervisor.start([plain('a')], oneForOne);
  const cause = new Error('no');
  const error = await rejection(Supervisor.startChild(supervisor, { id: 'b', start: () => { throw cause; } }));
  assert.ok(error instanceof ChildStartError);
  assert.deepEqual([error.id, error.cause, error.reason], ['b', cause, cause]);
  assert.match(error.startedAt, /requests\.test/);
  assert.equal(await error.stopped, undefined);
  assert.equal(statesOf(Supervisor, supervisor), 'a:up');
  assert.equal(typeof await Supervisor.startChild(supervisor, plain('b')), 'string');
  await supervisor.stop();
});

scenario('a start function of startChild runs soon, not within the call', async ({ Supervisor }) => {
  const supervisor = Supervisor.start([], oneForOne);
  let started = false;
  const starting = Supervisor.startChild(supervisor, {
    id: 'a',
    start: () => {
      started = true;
      return 'ignore';
    },
  });
  assert.equal(started, false);
  assert.equal(statesOf(Supervisor, supervisor), 'a:starting');
  await starting;
  assert.equal(started, true);
  await supervisor.stop();
});

scenario('G10, G21: terminateChild stops the process and keeps the spec', async ({ Supervisor, Process, clock }) => {
  for (const strategy of ['oneForOne', 'oneForAll', 'restForOne']) {
    const record = recorder();
    const supervisor = Supervisor.start([
      record.spec('a'), record.spec('b'), record.spec('c', { restart: 'temporary' }), record.spec('d'),
    ], { strategy });
    await clock.advance(0);
    record.taken();
    assert.equal(await Supervisor.terminateChild(supervisor, 'b'), true);
    assert.equal(record.taken(), '-b');
    assert.equal(await Supervisor.terminateChild(supervisor, 'b'), true);
    assert.equal(await Supervisor.terminateChild(supervisor, 'c'), true);
    assert.equal(statesOf(Supervisor, supervisor), 'a:up b:none d:up');
    assert.equal(await Supervisor.terminateChild(supervisor, 'c'), false);
    assert.equal(await Supervisor.terminateChild(supervisor, 'nobody'), false);
    assert.equal(record.taken(), '-c');
    assert.ok(Process.alive(supervisor.pid));
    await supervisor.stop();
  }
});

scenario('R12: a child that is terminated does not count as a restart', async ({ Supervisor, Process }) => {
  const supervisor = Supervisor.start([plain('a')], { ...oneForOne, maxRestarts: 0 });
  for (let n = 0; n < 3; n++) {
    assert.equal(await Supervisor.terminateChild(supervisor, 'a'), true);
    const pid = await Supervisor.restartChild(supervisor, 'a');
    assert.equal(pid, pidOf(Supervisor, supervisor, 'a'));
  }
  assert.ok(Process.alive(supervisor.pid));
  await supervisor.stop();
});

scenario('G22: restartChild starts one that has no process', async ({ Supervisor }) => {
  let mode = 'up';
  const supervisor = Supervisor.start([{
    id: 'a',
    start: ({ Task }) => {
      if (mode === 'throw') throw new Error('no');
      return mode === 'up' ? Task.startLink(forever) : 'ignore';
    },
  }], oneForOne);
  const running = await rejection(Supervisor.restartChild(supervisor, 'a'));
  assert.deepEqual([running.constructor, running.state], [ChildError, 'running']);
  const missing = await rejection(Supervisor.restartChild(supervisor, 'b'));
  assert.deepEqual([missing.constructor, missing.state, missing.id], [ChildError, 'notFound', 'b']);
  await Supervisor.terminateChild(supervisor, 'a');
  mode = 'ignore';
  assert.equal(await Supervisor.restartChild(supervisor, 'a'), null);
  mode = 'throw';
  const failed = await rejection(Supervisor.restartChild(supervisor, 'a'));
  assert.ok(failed instanceof ChildStartError);
  assert.equal(statesOf(Supervisor, supervisor), 'a:none');
  mode = 'up';
  assert.equal(await Supervisor.restartChild(supervisor, 'a'), pidOf(Supervisor, supervisor, 'a'));
  await supervisor.stop();
});

scenario('G23: deleteChild forgets one that has no process', async ({ Supervisor }) => {
  const supervisor = Supervisor.start([plain('a')], oneForOne);
  const running = await rejection(Supervisor.deleteChild(supervisor, 'a'));
  assert.deepEqual([running.constructor, running.state], [ChildError, 'running']);
  await Supervisor.terminateChild(supervisor, 'a');
  assert.equal(await Supervisor.deleteChild(supervisor, 'a'), true);
  assert.equal(await Supervisor.deleteChild(supervisor, 'a'), false);
  assert.equal(statesOf(Supervisor, supervisor), '');
  assert.equal(typeof await Supervisor.startChild(supervisor, plain('a')), 'string');
  await supervisor.stop();
});

scenario('G24, G25: which and how many', async ({ Supervisor, TaskSupervisor }) => {
  const supervisor = Supervisor.start([
    plain('a'), TaskSupervisor.childSpec({ name: 'pool' }), { id: 'none', start: () => 'ignore', type: 'supervisor' },
  ], oneForOne);
  const [none, pool, a] = Supervisor.whichChildren(supervisor);
  assert.deepEqual(none, { id: 'none', pid: null, state: 'none', type: 'supervisor' });
  assert.deepEqual([pool.id, pool.state, pool.type], ['pool', 'up', 'supervisor']);
  assert.deepEqual([a.id, a.state, a.type], ['a', 'up', 'worker']);
  assert.deepEqual(Supervisor.countChildren(supervisor), { specs: 3, active: 2, supervisors: 2, workers: 1 });
  await supervisor.stop();
});

scenario('ids are any strings, and one that was deleted can come again', async ({ Supervisor }) => {
  const ids = ['', '0', '__proto__', 'constructor', '<1.1>', '\u0000', 'é', 'x'.repeat(1000)];
  const supervisor = Supervisor.start(ids.map((id) => plain(id)), oneForOne);
  assert.deepEqual(Supervisor.whichChildren(supervisor).map(({ id }) => id).reverse(), ids);
  for (const id of ids) {
    assert.equal(await Supervisor.terminateChild(supervisor, id), true);
    assert.equal(await Supervisor.deleteChild(supervisor, id), true);
    await Supervisor.startChild(supervisor, plain(id));
  }
  assert.deepEqual(Supervisor.whichChildren(supervisor).map(({ id }) => id).reverse(), ids);
  await supervisor.stop();
});

/* ---- A supervisor does one thing at a time. */

scenario('V20: what is asked while a child is being stopped waits, in order', async ({ Supervisor, Process, clock }) => {
  const record = recorder();
  const supervisor = Supervisor.start([record.spec('slow', { takes: 100 }), record.spec('a')], oneForOne);
  await clock.advance(0);
  record.taken();
  const order = [];
  const note = (name, promise) => {
    promise.then((value) => order.push([name, value]), (error) => order.push([name, error.state ?? error]));
  };
  note('terminate slow', Supervisor.terminateChild(supervisor, 'slow'));
  note('start b', Supervisor.startChild(supervisor, plain('b')).then((pid) => typeof pid));
  note('terminate a', Supervisor.terminateChild(supervisor, 'a'));
  note('terminate b', Supervisor.terminateChild(supervisor, 'b'));
  note('nobody', Supervisor.terminateChild(supervisor, 'nobody'));
  await clock.advance(99);
  assert.equal(Process.info(supervisor.pid).state, 'busy');
  assert.deepEqual(order, []);
  assert.equal(statesOf(Supervisor, supervisor), 'slow:up a:up');
  await clock.advance(1);
  assert.deepEqual(order, [
    ['terminate slow', true], ['start b', 'string'], ['terminate a', true], ['terminate b', true], ['nobody', false],
  ]);
  assert.equal(record.taken(), '-slow .slow -a');
  await supervisor.stop();
});

scenario('a stop waits for its turn too', async ({ Supervisor, clock }) => {
  const record = recorder();
  const supervisor = Supervisor.start([record.spec('slow', { takes: 100 }), record.spec('a')], oneForOne);
  await clock.advance(0);
  record.taken();
  const terminated = Supervisor.terminateChild(supervisor, 'slow');
  const stopping = supervisor.stop();
  await clock.advance(99);
  assert.equal(record.taken(), '-slow');
  await clock.advance(1);
  assert.equal(await terminated, true);
  await stopping;
  assert.equal(record.taken(), '.slow -a');
});

scenario('V35: what waits when the supervisor ends is rejected with its reason', async ({ Supervisor, clock }) => {
  const record = recorder();
  const supervisor = Supervisor.start([record.spec('slow', { takes: 100 })], { ...oneForOne, name: 'App' });
  await clock.advance(0);
  const stopping = supervisor.stop(['shutdown', 'night']);
  const asked = [
    Supervisor.terminateChild('App', 'slow'), Supervisor.restartChild('App', 'slow'),
    Supervisor.deleteChild('App', 'slow'), Supervisor.startChild('App', plain('a')),
  ].map(rejection);
  const alsoStopping = Supervisor.stop('App', 'shutdown');
  await clock.advance(100);
  for (const error of await Promise.all(asked)) {
    assert.ok(error instanceof ExitError);
    assert.deepEqual(error.reason, ['shutdown', 'night']);
    assert.equal(error.pid, supervisor.pid);
    assert.match(error.message, /^Supervisor\.\w+: supervisor "App" ended before it answered$/);
  }
  await stopping;
  await alsoStopping;
});

scenario('V35: the same when it is killed', async ({ Supervisor, TaskSupervisor, Process, clock }) => {
  const record = recorder();
  const supervisor = Supervisor.start([record.spec('slow', { takes: 100 })], oneForOne);
  const tasks = TaskSupervisor.start();
  const job = TaskSupervisor.startChild(tasks, ({ signal, Process: Own }) => {
    Own.flag('trapExit', true);
    return new Promise((resolve) => signal.addEventListener('abort', resolve));
  });
  await clock.advance(0);
  const asked = [
    Supervisor.terminateChild(supervisor, 'slow'), Supervisor.startChild(supervisor, plain('a')),
    TaskSupervisor.terminateChild(tasks, job),
  ].map(rejection);
  await clock.advance(10);
  Process.exit(supervisor.pid, 'kill');
  Process.exit(tasks.pid, 'kill');
  for (const error of await Promise.all(asked)) assert.equal(error.reason, 'killed');
  Process.exit(job, 'kill');
  await clock.advance(100);
});

scenario('V34: requests to one that is gone', async ({ Supervisor, TaskSupervisor, Process, Task }) => {
  const supervisor = Supervisor.start([], { ...oneForOne, name: 'App' });
  await supervisor.stop();
  const pool = TaskSupervisor.start({ name: 'pool' });
  const task = Task.start(forever);
  for (const who of [supervisor, supervisor.pid, 'App', 'nobody', '<99.1>']) {
    for (const call of ['whichChildren', 'countChildren', 'stop']) {
      assert.throws(() => Supervisor[call](who), NoProcError);
    }
    for (const call of ['terminateChild', 'restartChild', 'deleteChild']) {
      assert.throws(() => Supervisor[call](who, 'a'), NoProcError);
    }
    assert.throws(() => Supervisor.startChild(who, plain('a')), NoProcError);
  }
  for (const who of ['pool', pool.pid, pool, task, Process.self(), 5, null]) {
    assert.throws(() => Supervisor.whichChildren(who), TypeError);
    assert.throws(() => Supervisor.deleteChild(who, 'a'), TypeError);
    assert.throws(() => Supervisor.startChild(who, plain('a')), TypeError);
  }
  await pool.stop();
  Process.exit(task, 'kill');
});

scenario('who asks may end before the answer', async ({ Task, Supervisor, runtime, clock }) => {
  const record = recorder();
  const supervisor = Supervisor.start([record.spec('slow', { takes: 100 }), plain('a')], oneForOne);
  await clock.advance(0);
  const outcomes = [];
  const asker = Task.async(async (context) => {
    const { Supervisor: Own } = context;
    const asked = [
      Own.terminateChild(supervisor, 'slow'), Own.startChild(supervisor, plain('a')), Own.startChild(supervisor, plain('b')),
      Own.startChild(supervisor, { id: 'c', start: () => { throw new Error('no'); } }),
    ];
    await Promise.allSettled(asked).then((settled) => outcomes.push(...settled));
  });
  await clock.advance(10);
  await Task.shutdown(asker, 'brutalKill');
  await quiet();
  assert.deepEqual(outcomes.map(({ status, reason }) => [status, reason.reason]), Array(4).fill(['rejected', 'killed']));
  await clock.advance(90);
  // What it had asked for is done all the same.
  assert.equal(statesOf(Supervisor, supervisor), 'slow:none a:up b:up');
  assert.equal(insideOf(runtime).counts().children, 3);
  await supervisor.stop();
});

scenario('the same when the supervisor ends before it gets to that', async ({ Task, Supervisor, Process, clock }) => {
  const record = recorder();
  const supervisor = Supervisor.start([record.spec('slow', { takes: 100 })], oneForOne);
  await clock.advance(0);
  const asker = Task.async(async (context) => {
    await Promise.allSettled([
      context.Supervisor.terminateChild(supervisor, 'slow'), context.Supervisor.startChild(supervisor, plain('b')),
    ]);
  });
  await clock.advance(10);
  await Task.shutdown(asker, 'brutalKill');
  Process.exit(supervisor.pid, 'kill');
  await clock.advance(100);
});

scenario('a body asks as itself', async ({ Task, Supervisor }) => {
  const supervisor = Supervisor.start([], oneForOne);
  const task = Task.async(async (context) => {
    const pid = await context.Supervisor.startChild(supervisor, plain('a'));
    return [pid, context.Supervisor.whichChildren(supervisor)[0].pid];
  });
  const [given, seen] = await Task.await(task);
  assert.equal(given, seen);
  await supervisor.stop();
});

scenario('V20: terminateChild of a task supervisor waits its turn; startChild does not', async ({ TaskSupervisor, clock }) => {
  const supervisor = TaskSupervisor.start();
  const slow = async ({ Process, sleep }) => {
    Process.flag('trapExit', true);
    await new Promise((resolve) => Process.onExit(resolve));
    await sleep(100);
  };
  const first = TaskSupervisor.startChild(supervisor, slow);
  const second = TaskSupervisor.startChild(supervisor, forever);
  await clock.advance(0);
  const one = TaskSupervisor.terminateChild(supervisor, first);
  const two = TaskSupervisor.terminateChild(supervisor, second);
  const third = TaskSupervisor.startChild(supervisor, forever);
  await clock.advance(99);
  assert.equal(await stateOf(two), 'pending');
  assert.deepEqual(TaskSupervisor.children(supervisor), [first, second, third]);
  await clock.advance(1);
  assert.deepEqual([await one, await two], [true, true]);
  assert.deepEqual(TaskSupervisor.children(supervisor), [third]);
  await supervisor.stop();
});

scenario('a permanent child whose signal aborts while its supervisor is busy is stopped for good', async ({ TaskSupervisor, Process, clock }) => {
  const supervisor = TaskSupervisor.start();
  const slow = async ({ Process: Own, sleep }) => {
    Own.flag('trapExit', true);
    await new Promise((resolve) => Own.onExit(resolve));
    await sleep(100);
  };
  const controller = new AbortController();
  const first = TaskSupervisor.startChild(supervisor, slow);
  const second = TaskSupervisor.startChild(supervisor, forever, { restart: 'permanent', signal: controller.signal });
  await clock.advance(0);
  const stopped = TaskSupervisor.terminateChild(supervisor, first);
  controller.abort();
  Process.exit(second, 'kill');
  await clock.advance(100);
  assert.equal(await stopped, true);
  assert.deepEqual(TaskSupervisor.countChildren(supervisor), { specs: 0, active: 0, supervisors: 0, workers: 0 });
  await supervisor.stop();
});

scenario('many children, many times', async ({ Supervisor, runtime }) => {
  const supervisor = Supervisor.start(Array.from({ length: 200 }, (_, n) => plain(`${n}`)), { strategy: 'restForOne' });
  for (let round = 0; round < 5; round++) {
    const added = Array.from({ length: 100 }, (_, n) => Supervisor.startChild(supervisor, plain(`x${n}`, { restart: 'temporary' })));
    await Promise.all(added);
    const removed = Array.from({ length: 100 }, (_, n) => Supervisor.terminateChild(supervisor, `x${n}`));
    assert.ok((await Promise.all(removed)).every((done) => done));
  }
  assert.equal(insideOf(runtime).counts().children, 200);
  assert.equal(Supervisor.countChildren(supervisor).active, 200);
  await supervisor.stop();
});
