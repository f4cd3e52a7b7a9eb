import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRuntime, LimitError } from 'belay-tasks';
import { quiet, rejection, scenario } from './harness.mjs';

const body = () => 1;

/** A call that must throw at once, with a message that helps. */
const bad = (name, expected, call, ...words) => scenario(`${name} is refused at once`, async (context) => {
  const before = context.runtime.inspect();
  let thrown = null;
  try {
    call(context);
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown instanceof expected, `${thrown}`);
  for (const word of words) assert.ok(thrown.message.includes(word), thrown.message);
  const { processes, streams, timers } = context.runtime.inspect();
  assert.deepEqual({ processes, streams, timers }, { processes: before.processes, streams: [], timers: before.timers });
});

const notBodies = [undefined, null, 1, {}, []];
for (const value of notBodies) {
  const shown = typeof value === 'string' ? `'${value}'` : String(value);
  bad(`Task.async(${shown})`, TypeError, ({ Task }) => Task.async(value), 'Task.async', 'body', 'function');
}
bad('Task.async of a relative address, which says so', TypeError, ({ Task }) => Task.async('./x.mjs', 'run'), 'import.meta.url');
bad('Task.async of a module alone', TypeError, ({ Task }) => Task.async(new URL('file:///x.mjs')), 'name');
bad('Task.start without a body', TypeError, ({ Task }) => Task.start());
bad('Task.startLink without a body', TypeError, ({ Task }) => Task.startLink());
bad('Task.childSpec without a body', TypeError, ({ Task }) => Task.childSpec());
bad('Task.asyncStream without a body', TypeError, ({ Task }) => Task.asyncStream([1]), 'body');
bad('Task.asyncStream of a number', TypeError, ({ Task }) => Task.asyncStream(5, body), 'items', '5');
bad('Task.asyncStream of nothing', TypeError, ({ Task }) => Task.asyncStream(undefined, body));
bad('Task.allSettled of a number', TypeError, ({ Task }) => Task.allSettled(5));
bad('an unknown option', TypeError, ({ Task }) => Task.async(body, { timout: 5 }), 'timout', 'signal, label, shutdown');
bad('an unknown option beside others', TypeError, ({ Task }) => Task.async(body, { label: 'x', toString: 5 }), 'toString', 'signal, label, shutdown');
bad('an unknown option of a stream', TypeError, ({ Task }) => Task.asyncStream([], body, { concurrency: 5 }), 'concurrency', 'maxConcurrency');
bad('shutdown for a stream without a supervisor', TypeError, ({ Task }) => Task.asyncStream([], body, { shutdown: 5 }));
bad('an unknown option of allSettled', TypeError, ({ Task }) => Task.allSettled([], { ordered: true }));
bad('an unknown option of yieldMany', TypeError, ({ Task }) => Task.yieldMany([], { ordered: true }));
bad('options that are no object', TypeError, ({ Task }) => Task.async(body, 5), 'options', '5');
bad('a signal that is none', TypeError, ({ Task }) => Task.async(body, { signal: {} }), 'signal', 'AbortSignal');
bad('a label that is no text', TypeError, ({ Task }) => Task.async(body, { label: 5 }), 'label');

for (const [value, expected] of [[NaN, RangeError], [-1, RangeError], ['5', TypeError], [null, TypeError], [5n, TypeError]]) {
  bad(`a timeout of ${String(value)} (${typeof value})`, expected, ({ Task }) => Task.await(Task.completed({ status: 'fulfilled' }), value), 'Task.await', 'timeout', 'Infinity');
  bad(`a stream's timeout of ${String(value)} (${typeof value})`, expected, ({ Task }) => Task.asyncStream([], body, { timeout: value }), 'timeout');
  bad(`a sleep of ${String(value)} (${typeof value})`, expected, ({ sleep }) => sleep(value), 'ms');
  bad(`a shutdown of ${String(value)} (${typeof value})`, expected, ({ Task }) => Task.async(body, { shutdown: value }), 'brutalKill');
}
for (const value of [0, -1, 1.5, NaN]) {
  bad(`a maxConcurrency of ${value}`, RangeError, ({ Task }) => Task.asyncStream([], body, { maxConcurrency: value }), 'maxConcurrency', '1 or more');
  bad(`a maxConcurrency of ${value} for allSettled`, RangeError, ({ Task }) => Task.allSettled([], { maxConcurrency: value }));
}
bad('a maxConcurrency of "2"', TypeError, ({ Task }) => Task.asyncStream([], body, { maxConcurrency: '2' }));
bad('a maxBuffered of 0', RangeError, ({ Task }) => Task.asyncStream([], body, { maxBuffered: 0 }), 'maxBuffered', '1 or more');
bad('a maxBuffered below maxConcurrency', RangeError, ({ Task }) => Task.asyncStream([], body, { maxConcurrency: 4, maxBuffered: 3 }), 'maxBuffered');
bad('a maxAbandoned below 0', RangeError, ({ Task }) => Task.asyncStream([], body, { maxAbandoned: -1 }));
bad('an unknown onTimeout', RangeError, ({ Task }) => Task.asyncStream([], body, { onTimeout: 'kill' }), "'exit', 'killTask'");
bad('an unknown onTimeout of yieldMany', RangeError, ({ Task }) => Task.yieldMany([], { onTimeout: 'kill' }));
bad('ordered that is no boolean', TypeError, ({ Task }) => Task.asyncStream([], body, { ordered: 1 }));
bad('zipInputOnExit that is no boolean', TypeError, ({ Task }) => Task.asyncStream([], body, { zipInputOnExit: 'yes' }));
bad('a shutdown of Infinity for items', RangeError, ({ TaskSupervisor }) => TaskSupervisor.asyncStream('x', [], body, { shutdown: Infinity }), 'shutdown');

for (const call of ['await', 'yield', 'shutdown', 'ignore']) {
  bad(`Task.${call} of a promise`, TypeError, ({ Task }) => Task[call](Promise.resolve()), `Task.${call}`, 'Task');
}
bad('Task.awaitMany with something else among the tasks', TypeError, ({ Task }) => Task.awaitMany([Task.completed({ status: 'fulfilled' }), 5]), 'tasks[1]');
bad('Task.awaitMany of something that is no list', TypeError, ({ Task }) => Task.awaitMany(5));
bad('a limit below 0', RangeError, ({ Task }) => Task.yieldMany([], { limit: -1 }));
bad('Task.completed of something else', TypeError, ({ Task }) => Task.completed(5), 'fulfilled');
bad('Task.completed of an unknown status', TypeError, ({ Task }) => Task.completed({ status: 'ok' }));

bad('a maxChildren below 0', RangeError, ({ TaskSupervisor }) => TaskSupervisor.start({ maxChildren: -1 }));
bad('a maxRestarts below 0', RangeError, ({ TaskSupervisor }) => TaskSupervisor.start({ maxRestarts: -1 }));
bad('a maxRestarts beyond the kernel\'s', RangeError, ({ TaskSupervisor }) => TaskSupervisor.start({ maxRestarts: 100_001 }), '100000');
bad('a maxSeconds of 0', RangeError, ({ TaskSupervisor }) => TaskSupervisor.start({ maxSeconds: 0 }));
bad('a name that is no text', TypeError, ({ TaskSupervisor }) => TaskSupervisor.start({ name: Symbol('x') }));
bad('a name that looks like a pid', RangeError, ({ TaskSupervisor }) => TaskSupervisor.start({ name: '<1.1>' }));
bad('an empty name', RangeError, ({ TaskSupervisor }) => TaskSupervisor.start({ name: '' }));
bad('an unknown restart', RangeError, ({ TaskSupervisor }) => TaskSupervisor.startChild('x', body, { restart: 'always' }), "'temporary', 'transient', 'permanent'");
bad('a supervisor that is none', TypeError, ({ TaskSupervisor }) => TaskSupervisor.startChild({}, body), 'supervisor');
bad('a stream under a supervisor that is none', TypeError, ({ TaskSupervisor }) => TaskSupervisor.asyncStream(5, [], body));
bad('a pid that is none', TypeError, ({ TaskSupervisor }) => TaskSupervisor.terminateChild('x', 5), 'pid');
bad('a supervisor without a strategy', TypeError, ({ Supervisor }) => Supervisor.start([]), 'strategy');
bad('an unknown strategy', RangeError, ({ Supervisor }) => Supervisor.start([], { strategy: 'all' }), 'oneForOne');
bad('children that are none', TypeError, ({ Supervisor }) => Supervisor.start(5, { strategy: 'oneForOne' }), 'children');
bad('a child that is no spec', TypeError, ({ Supervisor }) => Supervisor.start([{}], { strategy: 'oneForOne' }), 'children[0]');
bad('a spec changed to something wrong', RangeError, ({ Supervisor, Task }) =>
  Supervisor.start([{ ...Task.childSpec(body), restart: 'always' }], { strategy: 'oneForOne' }), 'children[0]');

bad('Process.exit without a reason', TypeError, ({ Process }) => Process.exit(Process.self()), 'reason', "'normal'", 'undefined');
bad('Process.exit of something else', TypeError, ({ Process }) => Process.exit(5, 'kill'), 'pid');
bad('Process.alive of a name', TypeError, ({ Process }) => Process.alive('name'));
bad('Process.monitor of oneself', RangeError, ({ Process }) => Process.monitor(Process.self()));
bad('an unknown flag', RangeError, ({ Process }) => Process.flag('trap', true), "'trapExit'");
bad('a flag that is no boolean', TypeError, ({ Process }) => Process.flag('trapExit', 1));
bad('a listener that is no function', TypeError, ({ Process }) => Process.onExit({}));
bad('a subscriber that is no function', TypeError, ({ runtime }) => runtime.subscribe(5));
bad('a registered name that is none', TypeError, ({ Process }) => Process.register(5, Process.self()));
bad('toTraceEvents of a number', TypeError, ({ runtime }) => runtime.toTraceEvents(5));

scenario('pids that never were are no process', async ({ Process }) => {
  for (const pid of ['<0.0>', '<5.1>', '<16777215.1>', '<99999999.999999999>', '<1.536870911>']) {
    assert.equal(Process.alive(pid), false, pid);
    Process.exit(pid, 'kill');
    assert.equal(await Process.monitor(pid).down, 'noproc');
  }
  assert.equal(Process.demonitor('nothing'), false);
});

scenario('an option that is undefined counts as not given', async ({ Task, TaskSupervisor }) => {
  const none = { signal: undefined, label: undefined, shutdown: undefined };
  assert.equal(await Task.await(Task.async(body, none)), 1);
  const stream = Task.asyncStream([1], body, {
    maxConcurrency: undefined, ordered: undefined, timeout: undefined, onTimeout: undefined,
    zipInputOnExit: undefined, maxBuffered: undefined, maxAbandoned: undefined, signal: undefined, label: undefined,
  });
  assert.deepEqual(await stream.toArray(), [{ status: 'fulfilled', value: 1 }]);
  await TaskSupervisor.start({ name: undefined, maxChildren: undefined, maxRestarts: undefined, maxSeconds: undefined }).stop();
});

test('createRuntime checks its options', () => {
  const wrong = [
    [{ clocks: 1 }, TypeError], [{ clock: {} }, TypeError], [{ clock: null }, TypeError], [{ onLog: 1 }, TypeError],
    [{ wasm: 'x' }, TypeError], [{ wasm: Promise.resolve() }, TypeError], [{ trace: 1 }, TypeError],
    [{ maxTasks: 0 }, RangeError], [{ maxTasks: 16_777_214 }, RangeError], [{ maxTasks: '1' }, TypeError], [5, TypeError],
  ];
  for (const [options, expected] of wrong) assert.throws(() => createRuntime(options), expected);
});

scenario('maxTasks bounds what lives at once', async ({ Task, runtime }) => {
  const forever = ({ sleep }) => sleep(Infinity);
  const tasks = [Task.async(forever), Task.async(forever), Task.async(forever)];
  assert.throws(() => Task.async(forever), (error) => error instanceof LimitError && error.code === 'BELAY_LIMIT');
  assert.ok((await rejection(Task.asyncStream([1], body).toArray())) instanceof LimitError);
  await quiet();
  assert.equal(runtime.memory().processes, 3);
  for (const task of tasks) await Task.shutdown(task);
  assert.equal(await Task.await(Task.async(body)), 1);
}, { maxTasks: 3 });
