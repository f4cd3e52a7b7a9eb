/** Part G of docs/semantics.md, first half: specs, starting, stopping, strategies. */
import assert from 'node:assert/strict';
import { AlreadyStartedError, ChildStartError, NoProcError, TimeoutError } from 'belay-tasks';
import {
  byRun, child, cleaningUp, exits, forever, rejection, returns, statement, thrown, trapping, watch,
  watched,
} from './harness.mjs';

const oneForOne = { strategy: 'oneForOne' };

const statesOf = (Supervisor, supervisor) =>
  Supervisor.whichChildren(supervisor).map(({ id, state }) => `${id}:${state}`).reverse().join(' ');

statement('G1 the strategy must be given', async ({ Supervisor, Process }) => {
  assert.throws(() => Supervisor.start([]), TypeError);
  assert.throws(() => Supervisor.start([], {}), TypeError);
  assert.throws(() => Supervisor.start([], { strategy: 'simpleOneForOne' }), RangeError);
  assert.equal(Process.list().length, 1);
  for (const strategy of ['oneForOne', 'oneForAll', 'restForOne']) Supervisor.start([], { strategy });
});

statement('G1 the other options are name, maxRestarts (3), maxSeconds (5) and autoShutdown (never)', async ({ Supervisor, Process, at }) => {
  const supervisor = Supervisor.start([], { ...oneForOne, name: 'App' });
  assert.deepEqual([supervisor.name, Process.whereis('App')], ['App', supervisor.pid]);
  assert.throws(() => Supervisor.start([], { ...oneForOne, name: 'App' }), AlreadyStartedError);
  const runs = async (options) => {
    const body = byRun(() => {});
    const { down } = Process.monitor(Supervisor.start([child('a', body)], { ...oneForOne, ...options }).pid);
    assert.equal(await down, 'shutdown');
    return body.runs();
  };
  assert.equal(await runs({}), 4);
  assert.equal(await runs({ maxRestarts: 1 }), 2);
  await at(10_000);
  const spaced = byRun(exits(3000, 'because'));
  const patient = Supervisor.start([child('a', spaced)], { ...oneForOne, maxRestarts: 1, maxSeconds: 2 });
  const impatient = Supervisor.start([child('a', exits(3000, 'because'))], { ...oneForOne, maxRestarts: 1 });
  await at(50_000);
  assert.deepEqual([Process.alive(patient.pid), Process.alive(impatient.pid)], [true, false]);
  assert.throws(() => Supervisor.start([], { ...oneForOne, autoShutdown: 'always' }), RangeError);
  assert.throws(() => Supervisor.start([], { ...oneForOne, intensity: 3 }), TypeError);
});

statement('G2 of a spec id and start are required; else it is a permanent worker with 5000 ms to stop', async ({ Supervisor, Process, at, now }) => {
  assert.throws(() => Supervisor.start([{ start: () => 'ignore' }], oneForOne), TypeError);
  assert.throws(() => Supervisor.start([{ id: 'a' }], oneForOne), TypeError);
  const supervisor = Supervisor.start([child('a', byRun(returns(5), trapping([])))], oneForOne);
  await at(10);
  const [{ pid, type }] = Supervisor.whichChildren(supervisor);
  assert.equal(type, 'worker');
  assert.equal(Process.info(pid).restart, 'permanent');
  await supervisor.stop();
  assert.equal(now(), 5010);
});

statement('G2 one of type supervisor has all the time it needs', async ({ Supervisor, at, now }) => {
  const inner = Supervisor.childSpec([child('slow', cleaningUp(1e6), { shutdown: Infinity })], { id: 'inner', ...oneForOne });
  assert.deepEqual([inner.type, inner.shutdown, inner.restart, inner.significant], ['supervisor', Infinity, 'permanent', false]);
  const start = ({ Supervisor: Own }) => Own.startLink([child('slow', cleaningUp(1e6), { shutdown: Infinity })], oneForOne);
  const supervisor = Supervisor.start([{ id: 'inner', start, type: 'supervisor' }], oneForOne);
  await at(10);
  await supervisor.stop();
  assert.equal(now(), 1e6 + 10);
});

statement('G3 a child is a spec; the makers of specs are Task, TaskSupervisor and Supervisor', async ({ Supervisor, Task, TaskSupervisor }) => {
  const supervisor = Supervisor.start([
    Task.childSpec(forever, { id: 'task' }),
    TaskSupervisor.childSpec({ name: 'pool' }),
    Supervisor.childSpec([], { id: 'inner', ...oneForOne }),
    { id: 'own', start: (context) => context.Task.startLink(forever) },
  ], oneForOne);
  assert.equal(statesOf(Supervisor, supervisor), 'task:up pool:up inner:up own:up');
  for (const wrong of [forever, 'Task', null, ['Task', forever], 7]) {
    const error = thrown(() => Supervisor.start([wrong], oneForOne));
    assert.ok(error instanceof TypeError);
    assert.match(error.message, /children\[0\].*id and start/);
  }
});

statement('G4 a copy with other fields is a spec; an unknown field throws', async ({ Supervisor, Task }) => {
  const spec = Task.childSpec(forever);
  const supervisor = Supervisor.start([{ ...spec, id: 'one' }, { ...spec, id: 'two', restart: 'permanent', shutdown: 10 }], oneForOne);
  assert.equal(statesOf(Supervisor, supervisor), 'one:up two:up');
  assert.throws(() => Supervisor.start([{ ...spec, modules: [] }], oneForOne), /modules/);
  assert.throws(() => Task.childSpec(forever, { modules: [] }), TypeError);
});

statement('G5 children are started in the order of the list, each to its end before the next', async ({ Supervisor }) => {
  const order = [];
  const noting = (id) => ({
    id,
    start(context) {
      order.push(`${id} begins`, ...Supervisor.whichChildren(context.self).map(({ id: other, state }) => `${other} ${state}`));
      const pid = context.Task.startLink(forever);
      order.push(`${id} done`);
      return pid;
    },
  });
  Supervisor.start(['a', 'b', 'c'].map(noting), oneForOne);
  assert.deepEqual(order.filter((line) => /begins|done/.test(line)), [
    'a begins', 'a done', 'b begins', 'b done', 'c begins', 'c done',
  ]);
  assert.ok(order.includes('b up') && !order.slice(0, 4).includes('b up'));
});

statement('G6 a start that fails: those before it are stopped in reverse order, and the call throws', async (api) => {
  const { Supervisor, Process, trace, now } = api;
  const cause = new Error('no database');
  const children = [
    watched(api, 'a', cleaningUp(10)), watched(api, 'b', cleaningUp(20)),
    { id: 'bad', start: () => { throw cause; } }, watched(api, 'never'),
  ];
  const error = thrown(() => Supervisor.start(children, oneForOne));
  assert.ok(error instanceof ChildStartError);
  assert.deepEqual([error.id, error.cause, error.reason], ['bad', cause, cause]);
  await error.stopped;
  assert.equal(now(), 0); // their bodies had not begun to trap exits
  assert.deepEqual(trace, [[0, 'start', 'a'], [0, 'start', 'b'], [0, 'end', 'b', 'shutdown'], [0, 'end', 'a', 'shutdown']]);
  assert.equal(Process.list().length, 1);
});

statement('G6 a caller that is linked ends by that, or is told if it traps exits', async ({ alone }) => {
  const heard = [];
  const failing = { id: 'bad', start: () => { throw 'nope'; } };
  const caller = async (me) => {
    const error = thrown(() => me.Supervisor.startLink([child('a'), failing], oneForOne));
    await error.stopped;
    await me.sleep(10);
  };
  const reason = ['shutdown', ['failedToStartChild', 'bad', 'nope']];
  assert.deepEqual(await alone(caller).ended, reason);
  assert.equal(await alone(trapping(heard, caller)).ended, 'normal');
  assert.deepEqual(heard, [reason]);
});

statement('G6 a promise, or a process that is not linked, is a failed start', async ({ Supervisor, Task, Process }) => {
  const stranger = Task.start(forever);
  for (const start of [async ({ Task: Own }) => Own.startLink(forever), () => stranger, () => 7, ({ Task: Own }) => Own.start(forever)]) {
    const error = thrown(() => Supervisor.start([{ id: 'bad', start }], oneForOne));
    assert.ok(error instanceof ChildStartError);
    assert.ok(error.cause instanceof TypeError || error.cause instanceof RangeError);
    await error.stopped;
  }
  assert.ok(Process.alive(stranger));
});

statement('G7 a start that says ignore leaves a child without process; a temporary one is dropped', async ({ Supervisor }) => {
  const ignored = (id, restart) => ({ id, start: () => 'ignore', restart });
  const supervisor = Supervisor.start([ignored('a', 'permanent'), ignored('b', 'transient'), ignored('c', 'temporary'), child('d')], oneForOne);
  assert.equal(statesOf(Supervisor, supervisor), 'a:none b:none d:up');
  assert.deepEqual(Supervisor.whichChildren(supervisor).map(({ pid }) => pid === null), [false, true, true]);
});

statement('G8 two children with one id are refused', async ({ Supervisor, Process }) => {
  const error = thrown(() => Supervisor.start([child('a'), child('a')], oneForOne));
  assert.ok(error instanceof RangeError);
  assert.match(error.message, /"a"/);
  assert.equal(Process.list().length, 1);
});

statement('G9 stopping: one after the other in reverse order, each as its shutdown says', async (api) => {
  const { Supervisor, trace, at, now } = api;
  const supervisor = Supervisor.start([
    watched(api, 'a', cleaningUp(20, (me) => me.exit('shutdown'))), watched(api, 'b', trapping([]), { shutdown: 30 }),
    watched(api, 'c', trapping([]), { shutdown: 'brutalKill' }), watched(api, 'd', cleaningUp(40)),
  ], oneForOne);
  await at(20);
  trace.length = 0;
  await supervisor.stop();
  assert.deepEqual(trace, [
    [60, 'end', 'd', 'normal'], [60, 'end', 'c', 'killed'], [90, 'end', 'b', 'killed'], [110, 'end', 'a', 'shutdown'],
  ]);
  assert.equal(now(), 110);
});

statement('G10 a transient child that ended well, and one that was terminated, keep their spec; temporary ones are dropped', async ({ Supervisor, at }) => {
  const supervisor = Supervisor.start([
    child('good', returns(5), { restart: 'transient' }), child('stopped'), child('gone', returns(5), { restart: 'temporary' }),
    child('out', forever, { restart: 'temporary' }), child('crashed', exits(5, 'because'), { restart: 'temporary' }),
  ], oneForOne);
  await Supervisor.terminateChild(supervisor, 'stopped');
  await Supervisor.terminateChild(supervisor, 'out');
  await at(10);
  assert.equal(statesOf(Supervisor, supervisor), 'good:none stopped:none');
});

/** Three children; b crashes at 30; c takes 20 ms to stop. */
const three = (api) => ['a', 'b', 'c'].map((id) => watched(api, id, {
  a: forever, b: byRun(exits(30, 'because'), forever), c: cleaningUp(20, (me) => me.exit('shutdown')),
}[id]));

const started = [[0, 'start', 'a'], [0, 'start', 'b'], [0, 'start', 'c']];

statement('G11 oneForOne: only the failed child is started again, in its place', async (api) => {
  const { Supervisor, trace, at } = api;
  const supervisor = Supervisor.start(three(api), oneForOne);
  await at(100);
  assert.deepEqual(trace, [...started, [30, 'end', 'b', 'because'], [30, 'start', 'b']]);
  assert.equal(statesOf(Supervisor, supervisor), 'a:up b:up c:up');
});

statement('G12 oneForAll: the others are stopped in reverse order, then all are started in order', async (api) => {
  const { Supervisor, trace, at } = api;
  const supervisor = Supervisor.start(three(api), { strategy: 'oneForAll' });
  await at(100);
  assert.deepEqual(trace, [
    ...started, [30, 'end', 'b', 'because'], [50, 'end', 'c', 'shutdown'], [50, 'end', 'a', 'shutdown'],
    [50, 'start', 'a'], [50, 'start', 'b'], [50, 'start', 'c'],
  ]);
  assert.equal(statesOf(Supervisor, supervisor), 'a:up b:up c:up');
});

statement('G13 restForOne: those after it are stopped in reverse order, then it and they are started in order', async (api) => {
  const { Supervisor, trace, at } = api;
  const supervisor = Supervisor.start([...three(api), watched(api, 'd')], { strategy: 'restForOne' });
  await at(100);
  assert.deepEqual(trace, [
    ...started, [0, 'start', 'd'], [30, 'end', 'b', 'because'], [30, 'end', 'd', 'shutdown'], [50, 'end', 'c', 'shutdown'],
    [50, 'start', 'b'], [50, 'start', 'c'], [50, 'start', 'd'],
  ]);
  assert.equal(statesOf(Supervisor, supervisor), 'a:up b:up c:up d:up');
});

statement('G14 an end that asks for no restart moves nothing', async (api) => {
  const { Supervisor, trace, at } = api;
  for (const [start, strategy] of [[0, 'oneForAll'], [100, 'restForOne']]) {
    const supervisor = Supervisor.start([
      watched(api, 'temporary', exits(10, 'because'), { restart: 'temporary' }),
      watched(api, 'transient', exits(20, 'shutdown'), { restart: 'transient' }), watched(api, 'other'),
    ], { strategy });
    await at(start + 100);
    assert.deepEqual(trace, [
      [start, 'start', 'temporary'], [start, 'start', 'transient'], [start, 'start', 'other'],
      [start + 10, 'end', 'temporary', 'because'], [start + 20, 'end', 'transient', 'shutdown'],
    ]);
    assert.equal(statesOf(Supervisor, supervisor), 'transient:none other:up');
    trace.length = 0;
  }
});

statement('G15 a group restart stops temporary children and does not start them again', async (api) => {
  const { Supervisor, trace, at } = api;
  const supervisor = Supervisor.start([
    watched(api, 'a', byRun(exits(30, 'because'), forever)), watched(api, 'temporary', forever, { restart: 'temporary' }),
  ], { strategy: 'oneForAll' });
  await at(50);
  assert.deepEqual(trace.filter(([time]) => time > 0), [
    [30, 'end', 'a', 'because'], [30, 'end', 'temporary', 'shutdown'], [30, 'start', 'a'],
  ]);
  assert.equal(statesOf(Supervisor, supervisor), 'a:up');
});

statement('G16 a group restart starts a transient child again that had ended well before', async (api) => {
  const { Supervisor, trace, at } = api;
  const supervisor = Supervisor.start([
    watched(api, 'a', byRun(exits(30, 'because'), forever)), watched(api, 'transient', byRun(returns(10), forever), { restart: 'transient' }),
  ], { strategy: 'oneForAll' });
  await at(20);
  assert.equal(statesOf(Supervisor, supervisor), 'a:up transient:none');
  await at(50);
  assert.deepEqual(trace.filter(([time]) => time >= 30), [[30, 'end', 'a', 'because'], [30, 'start', 'a'], [30, 'start', 'transient']]);
  assert.equal(statesOf(Supervisor, supervisor), 'a:up transient:up');
});

statement('G17 a group restart counts once, however many children it moves', async ({ Supervisor, Process, at }) => {
  for (const strategy of ['oneForAll', 'restForOne']) {
    const supervisor = Supervisor.start([
      child('a', byRun(exits(10, 'because'), exits(10, 'because'), forever)), child('b'), child('c'), child('d'),
    ], { strategy, maxRestarts: 2 });
    await at(strategy === 'oneForAll' ? 100 : 200);
    assert.ok(Process.alive(supervisor.pid));
    Process.exit(Supervisor.whichChildren(supervisor)[3].pid, 'because');
    await at(strategy === 'oneForAll' ? 101 : 201);
    assert.ok(!Process.alive(supervisor.pid));
  }
});

/** A child whose start fails the so-manyth times. */
const flaky = (api, id, fails, body = forever) => {
  const { start } = watched(api, id, body);
  let count = 0;
  return {
    id,
    start(context) {
      if (!fails.includes(++count)) return start(context);
      api.say('fails', id);
      throw new Error('not yet');
    },
  };
};

statement('G18 restForOne: a start that fails in a group restart is tried again from that child on', async (api) => {
  const { Supervisor, trace, at } = api;
  const supervisor = Supervisor.start([
    watched(api, 'a', byRun(exits(30, 'because'), forever)), flaky(api, 'b', [2, 3]), watched(api, 'c'),
  ], { strategy: 'restForOne' });
  await at(50);
  assert.deepEqual(trace.filter(([, what]) => what !== 'end').slice(3), [
    [30, 'start', 'a'], [30, 'fails', 'b'], [30, 'fails', 'b'], [30, 'start', 'b'], [30, 'start', 'c'],
  ]);
  assert.equal(statesOf(Supervisor, supervisor), 'a:up b:up c:up');
});

statement('G18 oneForAll: from the beginning, those just started being stopped first', async (api) => {
  const { Supervisor, trace, at } = api;
  const supervisor = Supervisor.start([
    watched(api, 'a', byRun(exits(30, 'because'), forever)), flaky(api, 'b', [2]), watched(api, 'c'),
  ], { strategy: 'oneForAll' });
  await at(50);
  assert.deepEqual(trace.slice(3), [
    [30, 'end', 'a', 'because'], [30, 'end', 'c', 'shutdown'], [30, 'end', 'b', 'shutdown'],
    [30, 'start', 'a'], [30, 'fails', 'b'], [30, 'end', 'a', 'shutdown'], [30, 'start', 'a'], [30, 'start', 'b'], [30, 'start', 'c'],
  ]);
  assert.equal(statesOf(Supervisor, supervisor), 'a:up b:up c:up');
});

statement('G30 stop ends it with the reason given; one that takes too long goes on; requests to one that is gone throw', async (api) => {
  const { Supervisor, Process, trace, at, now } = api;
  const supervisor = Supervisor.start([child('slow', cleaningUp(100))], oneForOne);
  watch(api, { supervisor: supervisor.pid });
  await at(10);
  assert.ok((await rejection(Supervisor.stop(supervisor, 'because', 30))) instanceof TimeoutError);
  assert.equal(now(), 40);
  await at(200);
  assert.deepEqual(trace, [[110, 'supervisor', 'because']]);
  const calls = [
    () => Supervisor.stop(supervisor), () => Supervisor.whichChildren(supervisor), () => Supervisor.countChildren(supervisor.pid),
    () => Supervisor.startChild(supervisor, child('a')), () => Supervisor.terminateChild(supervisor, 'slow'),
    () => Supervisor.restartChild(supervisor, 'slow'), () => Supervisor.deleteChild('nobody', 'slow'),
  ];
  for (const call of calls) assert.throws(call, NoProcError);
  assert.equal(Process.list().length, 1);
});

statement('G30 the end of its parent stops its children and ends it with the same reason; other signals do not, but for kill', async (api) => {
  const { alone, Process, trace, at } = api;
  let supervisor = null;
  const parent = alone(async (me) => {
    supervisor = me.Supervisor.startLink([child('slow', cleaningUp(30))], oneForOne);
    watch(api, { supervisor: supervisor.pid });
    await me.sleep(40);
    me.exit('because');
  });
  await at(20);
  for (const reason of ['normal', 'shutdown', 'other']) Process.exit(supervisor.pid, reason);
  await at(30);
  assert.ok(Process.alive(supervisor.pid));
  assert.equal(await parent.ended, 'because');
  await at(100);
  assert.deepEqual(trace, [[70, 'supervisor', 'because']]);
});

statement('G30 killed, it stops nobody: children get killed over their links', async ({ Supervisor, Process, at }) => {
  const heard = [];
  const supervisor = Supervisor.start([child('deaf'), child('open', trapping(heard))], oneForOne);
  const [{ pid: open }, { pid: deaf }] = Supervisor.whichChildren(supervisor);
  const { down } = Process.monitor(deaf);
  await at(10);
  Process.exit(supervisor.pid, 'kill');
  assert.equal(await down, 'killed');
  await at(20);
  assert.deepEqual(heard, ['killed']);
  assert.ok(Process.alive(open));
});
