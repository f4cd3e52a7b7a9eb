import assert from 'node:assert/strict';
import { AlreadyStartedError, NoProcError } from 'belay-tasks';
import { deferred, quiet, rejection, scenario, stateOf } from './harness.mjs';

const forever = ({ sleep }) => sleep(Infinity);

scenario('L6: normal over a link has no effect', async ({ Task, Process }) => {
  const pid = Task.start(forever);
  const other = Task.start(({ Process: Own }) => Own.link(pid));
  await quiet();
  assert.ok(!Process.alive(other));
  assert.ok(Process.alive(pid));
  Process.exit(pid, 'kill');
});

scenario('L7: another reason spreads along the links', async ({ Task, Process }) => {
  const downs = [];
  const a = Task.start(forever);
  const b = Task.start(({ Process: Own, sleep }) => {
    Own.link(a);
    return sleep(Infinity);
  });
  const c = Task.start(({ Process: Own, sleep }) => {
    Own.link(b);
    return sleep(Infinity);
  });
  await quiet();
  for (const pid of [a, b, c]) Process.monitor(pid).down.then((reason) => downs.push(reason));
  Process.exit(a, 'because');
  await quiet();
  assert.deepEqual(downs, ['because', 'because', 'because']);
});

scenario('L8: a process that traps exits gets a message and lives on', async ({ Task, Process }) => {
  const heard = [];
  const pid = Task.start(({ Process: Own, sleep }) => {
    assert.equal(Own.flag('trapExit', true), false);
    assert.equal(Own.flag('trapExit', true), true);
    Own.onExit((message) => heard.push(message));
    return sleep(Infinity);
  });
  await quiet();
  Process.exit(pid, 'normal');
  Process.exit(pid, 'because');
  await quiet();
  const from = Process.self();
  assert.deepEqual(heard, [{ from, reason: 'normal' }, { from, reason: 'because' }]);
  assert.ok(Process.alive(pid));
  Process.exit(pid, 'kill');
});

scenario('L9: normal from another is ignored by one that does not trap', async ({ Task, Process }) => {
  const pid = Task.start(forever);
  await quiet();
  Process.exit(pid, 'normal');
  assert.ok(Process.alive(pid));
  Process.exit(pid, 'kill');
});

scenario('L10: a normal exit signal to oneself ends the process', async ({ Task, Process }) => {
  const gate = deferred();
  const pid = Task.start(({ Process: Own, self }) => {
    Own.exit(self, 'normal');
    return gate.promise;
  });
  await quiet();
  assert.ok(!Process.alive(pid));
  gate.resolve();
});

scenario('L11: kill cannot be trapped; links see killed', async ({ Task, Process }) => {
  const heard = [];
  Process.flag('trapExit', true);
  const off = Process.onExit((message) => heard.push(message));
  const pid = Task.startLink(({ Process: Own, sleep }) => {
    Own.flag('trapExit', true);
    return sleep(Infinity);
  });
  const { down } = Process.monitor(pid);
  await quiet();
  Process.exit(pid, 'kill');
  await quiet();
  assert.deepEqual(heard, [{ from: pid, reason: 'killed' }]);
  assert.equal(await down, 'killed');
  off();
  Process.flag('trapExit', false);
});

scenario('L13: linking to one that is gone', async ({ Task, Process }) => {
  const pid = Task.start(() => {});
  await quiet();
  assert.throws(() => Process.link(pid), NoProcError);
  const heard = [];
  Process.flag('trapExit', true);
  const off = Process.onExit((message) => heard.push(message));
  Process.link(pid);
  await quiet();
  assert.deepEqual(heard, [{ from: pid, reason: 'noproc' }]);
  off();
  Process.flag('trapExit', false);
});

scenario('L14: after unlink nothing comes', async ({ Task, Process }) => {
  const pid = Task.startLink(forever);
  await quiet();
  Process.unlink(pid);
  Process.unlink(pid);
  Process.exit(pid, 'because');
  await quiet();
});

scenario('L15: a monitor tells the end once, noproc for one that is gone', async ({ Task, Process }) => {
  const gate = deferred();
  const pid = Task.start(() => gate.promise);
  const { ref, down } = Process.monitor(pid);
  assert.equal(await stateOf(down), 'pending');
  gate.resolve();
  assert.equal(await down, 'normal');
  assert.equal(Process.demonitor(ref), false);
  assert.equal(await Process.monitor(pid).down, 'noproc');
});

scenario('a monitor gives the very value that was thrown', async ({ Task, Process, logged }) => {
  const error = new Error('boom');
  const pid = Task.start(() => { throw error; });
  assert.equal(await Process.monitor(pid).down, error);
  assert.equal(logged.length, 1);
});

scenario('L16: monitors are independent; demonitor takes one away', async ({ Task, Process }) => {
  const pid = Task.start(forever);
  const one = Process.monitor(pid);
  const two = Process.monitor(pid);
  assert.notEqual(one.ref, two.ref);
  assert.equal(Process.demonitor(one.ref), true);
  assert.equal(Process.demonitor(one.ref), false);
  Process.exit(pid, 'kill');
  assert.equal(await two.down, 'killed');
  assert.equal(await stateOf(one.down), 'pending');
});

scenario('the monitors of a process end with it', async ({ Task, Process }) => {
  const pid = Task.start(forever);
  let down = null;
  await Task.await(Task.async((context) => {
    ({ down } = context.Process.monitor(pid));
  }));
  const { reason } = await stateOf(down);
  assert.ok(reason instanceof NoProcError);
  Process.exit(pid, 'kill');
});

scenario('L20: a sleeping process is ended at once', async ({ Task, Process, clock }) => {
  const pid = Task.start(({ sleep }) => sleep(1000));
  await clock.advance(1);
  Process.exit(pid, 'because');
  assert.ok(!Process.alive(pid));
});

scenario('L21: a new process does not trap exits, whatever its parent does', async ({ Task }) => {
  const old = await Task.await(Task.async(({ Process, Task: Own }) => {
    Process.flag('trapExit', true);
    return Own.await(Own.async((inner) => inner.Process.flag('trapExit', false)));
  }));
  assert.equal(old, false);
});

scenario('a signal to one that is gone vanishes; the root cannot be ended', async ({ Task, Process }) => {
  const pid = Task.start(() => {});
  await quiet();
  Process.exit(pid, 'kill');
  assert.throws(() => Process.exit(Process.self(), 'kill'), RangeError);
  Process.exit(Process.self(), 'normal');
  await Task.await(Task.async((context) => {
    assert.throws(() => context.Process.exit(Process.self(), 'because'), RangeError);
  }));
});

scenario('info and list tell of living processes', async ({ Task, Process, clock }) => {
  const pid = Task.start(forever, { label: 'sleeper' });
  await clock.advance(7);
  const { down } = Process.monitor(pid);
  assert.deepEqual(Process.info(pid), {
    pid, label: 'sleeper', kind: 'task', state: 'running', parent: null, supervisor: null, age: 7,
    trapExit: false, links: 0, monitors: 1, restarts: 0, children: [],
    callers: [Process.self()], ancestors: [Process.self()],
  });
  assert.deepEqual(Process.list(), [Process.self(), pid]);
  Process.exit(pid, 'kill');
  assert.equal(Process.info(pid), null);
  assert.deepEqual(Process.list(), [Process.self()]);
  await down;
});

scenario('names: register, whereis, unregister, free again at the end', async ({ Task, Process }) => {
  const pid = Task.start(forever);
  assert.equal(Process.whereis('worker'), null);
  Process.register('worker', pid);
  assert.equal(Process.whereis('worker'), pid);
  assert.equal(Process.info(pid).name, 'worker');
  const other = Task.start(forever);
  try {
    Process.register('worker', other);
    assert.fail('registered twice');
  } catch (error) {
    assert.ok(error instanceof AlreadyStartedError);
    assert.equal(error.code, 'BELAY_ALREADY_STARTED');
    assert.equal(error.name, 'worker');
    assert.equal(error.pid, pid);
  }
  Process.unregister('worker');
  assert.throws(() => Process.unregister('worker'), NoProcError);
  Process.register('worker', other);
  Process.exit(other, 'kill');
  assert.equal(Process.whereis('worker'), null);
  assert.throws(() => Process.register('worker', other), NoProcError);
  Process.register('worker', pid);
  Process.exit(pid, 'kill');
});

scenario('a process has one name: with a second one the error tells the first', async ({ Task, Process }) => {
  const pid = Task.start(forever);
  Process.register('first', pid);
  assert.throws(() => Process.register('second', pid), {
    message: `process ${pid} is called "first" already`, name: 'first', registeredName: 'first', pid,
  });
  assert.throws(() => Process.register('first', pid), { message: `the name "first" is taken by process ${pid}` });
  assert.equal(Process.whereis('second'), null);
  const other = Task.start(forever);
  Process.register('second', other);
  assert.equal(Process.info(other).name, 'second');
  assert.equal(Process.info(pid).name, 'first');
  Process.exit(other, 'kill');
  Process.exit(pid, 'kill');
});

scenario('names that nobody has any more take no memory', async ({ runtime, Task, Process }) => {
  const kept = Task.start(forever);
  Process.register('kept', kept);
  const use = async (name) => {
    const pid = Task.start(() => {});
    Process.register(name, pid);
    assert.equal(Process.whereis(name), pid);
    await quiet();
    assert.equal(Process.whereis(name), null);
  };
  for (let index = 0; index < 100; index++) await use(`early ${index}`);
  const { kernelBytes } = runtime.memory();
  for (let index = 0; index < 2000; index++) await use(`late ${index}`);
  assert.equal(runtime.memory().kernelBytes, kernelBytes);
  Process.register('early 0', Task.start(forever));
  assert.deepEqual(runtime.inspect().processes.flatMap(({ name }) => name ?? []).sort(), ['early 0', 'kept']);
  for (const name of ['early 0', 'kept']) Process.exit(Process.whereis(name), 'kill');
});

scenario('a listener that is taken away hears nothing more', async ({ Task, Process }) => {
  const heard = [];
  Process.flag('trapExit', true);
  const off = Process.onExit(({ reason }) => heard.push(reason));
  Task.startLink(() => {});
  await quiet();
  off();
  Task.startLink(() => {});
  await quiet();
  assert.deepEqual(heard, ['normal']);
  Process.flag('trapExit', false);
});

scenario('A15: a root that traps exits hears of a crash, and the await rejects as well', async ({ Task, Process }) => {
  const heard = [];
  Process.flag('trapExit', true);
  const off = Process.onExit(({ reason }) => heard.push(reason));
  const error = new Error('boom');
  const task = Task.async(() => { throw error; });
  assert.equal(await rejection(Task.await(task)), error);
  assert.deepEqual(heard, [error]);
  off();
  Process.flag('trapExit', false);
});

scenario('sleep waits on the clock of the runtime', async ({ sleep, Process, clock }) => {
  const waiting = [sleep(10), Process.sleep(10)];
  await clock.advance(9);
  assert.equal(await stateOf(waiting[0]), 'pending');
  await clock.advance(1);
  await Promise.all(waiting);
  await sleep(0);
});

scenario('timers of one deadline fire in the order in which they were set', async ({ sleep, clock }) => {
  const order = [];
  const waiting = [20, 10, 20, 10].map((ms, index) => sleep(ms).then(() => order.push(index)));
  await clock.advance(20);
  await Promise.all(waiting);
  assert.deepEqual(order, [1, 3, 0, 2]);
});

scenario('a sleep of many years neither fires nor breaks the host timer', async ({ Task, clock }) => {
  const task = Task.async(({ sleep }) => sleep(1e13));
  await clock.advance(2 ** 31);
  assert.equal(task.state, 'running');
  await Task.shutdown(task);
});
