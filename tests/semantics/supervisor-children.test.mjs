/** Part G of docs/semantics.md, second half: managing children, nesting, automatic shutdown. */
import assert from 'node:assert/strict';
import { AlreadyStartedError, ChildError, ChildStartError } from 'belay-tasks';
import {
  byRun, child, cleaningUp, exits, forever, rejection, returns, statement, trapping, watch, watched,
} from './harness.mjs';

const oneForOne = { strategy: 'oneForOne' };

const statesOf = (Supervisor, supervisor) =>
  Supervisor.whichChildren(supervisor).map(({ id, state }) => `${id}:${state}`).reverse().join(' ');

const pidOf = (Supervisor, supervisor, id) =>
  Supervisor.whichChildren(supervisor).find((each) => each.id === id).pid;

/** The state of which a request complains. */
const refusal = async (promise) => {
  const error = await rejection(promise);
  assert.ok(error instanceof ChildError);
  return error.state;
};

statement('G19 startChild starts one more, at the end of the order', async (api) => {
  const { Supervisor, Process, trace } = api;
  const supervisor = Supervisor.start([watched(api, 'a')], oneForOne);
  const pid = await Supervisor.startChild(supervisor, watched(api, 'b'));
  assert.equal(pid, pidOf(Supervisor, supervisor, 'b'));
  assert.ok(Process.alive(pid));
  assert.equal(statesOf(Supervisor, supervisor), 'a:up b:up');
  trace.length = 0;
  await supervisor.stop();
  assert.deepEqual(trace, [[0, 'end', 'b', 'shutdown'], [0, 'end', 'a', 'shutdown']]);
});

statement('G19 an id that runs, or is there without a process, is refused', async ({ Supervisor }) => {
  const supervisor = Supervisor.start([child('a')], oneForOne);
  const error = await rejection(Supervisor.startChild(supervisor, child('a')));
  assert.ok(error instanceof AlreadyStartedError);
  assert.equal(error.pid, pidOf(Supervisor, supervisor, 'a'));
  await Supervisor.terminateChild(supervisor, 'a');
  assert.equal(await refusal(Supervisor.startChild(supervisor, child('a'))), 'alreadyPresent');
  assert.equal(statesOf(Supervisor, supervisor), 'a:none');
});

statement('G20 a start that fails rejects and leaves no spec; ignore gives null', async ({ Supervisor }) => {
  const supervisor = Supervisor.start([], oneForOne);
  const cause = new Error('boom');
  for (const start of [() => { throw cause; }, () => 7]) {
    const error = await rejection(Supervisor.startChild(supervisor, { id: 'a', start }));
    assert.ok(error instanceof ChildStartError);
    assert.equal(error.id, 'a');
    assert.equal(statesOf(Supervisor, supervisor), '');
  }
  assert.equal(await Supervisor.startChild(supervisor, { id: 'a', start: () => 'ignore' }), null);
  assert.equal(statesOf(Supervisor, supervisor), 'a:none');
});

statement('G20 an invalid spec throws at the call', async ({ Supervisor }) => {
  const supervisor = Supervisor.start([], oneForOne);
  const start = (spec) => () => Supervisor.startChild(supervisor, spec);
  assert.throws(start({ start: forever }), TypeError);
  assert.throws(start({ id: 'a', start: 'Task' }), TypeError);
  assert.throws(start(child('a', forever, { shutdown: -1 })), RangeError);
  assert.throws(start(child('a', forever, { restart: 'always' })), RangeError);
  assert.throws(start(child('a', forever, { type: 'boss' })), RangeError);
  assert.equal(statesOf(Supervisor, supervisor), '');
});

statement('G21 terminateChild stops the process of a child: no restart follows, siblings are not moved', async (api) => {
  const { Supervisor, trace, at } = api;
  for (const [time, strategy] of [[10, 'oneForOne'], [20, 'oneForAll'], [30, 'restForOne']]) {
    const supervisor = Supervisor.start(['a', 'b', 'c'].map((id) => watched(api, id)), { strategy });
    await at(time);
    trace.length = 0;
    assert.equal(await Supervisor.terminateChild(supervisor, 'b'), true);
    await at(time + 5);
    assert.deepEqual(trace, [[time, 'end', 'b', 'shutdown']]);
    assert.equal(statesOf(Supervisor, supervisor), 'a:up b:none c:up');
    assert.equal(await Supervisor.terminateChild(supervisor, 'b'), true);
    assert.equal(await Supervisor.terminateChild(supervisor, 'nobody'), false);
    await at(time + 9);
  }
});

statement('G22 restartChild starts one without process, and counts for nothing', async ({ Supervisor, Process, at }) => {
  const supervisor = Supervisor.start([child('a'), child('good', returns(5), { restart: 'transient' })], { ...oneForOne, maxRestarts: 0 });
  const first = pidOf(Supervisor, supervisor, 'a');
  assert.equal(await refusal(Supervisor.restartChild(supervisor, 'a')), 'running');
  assert.equal(await refusal(Supervisor.restartChild(supervisor, 'nobody')), 'notFound');
  await Supervisor.terminateChild(supervisor, 'a');
  const second = await Supervisor.restartChild(supervisor, 'a');
  assert.notEqual(second, first);
  assert.equal(second, pidOf(Supervisor, supervisor, 'a'));
  await at(10);
  assert.ok(Process.alive(await Supervisor.restartChild(supervisor, 'good')));
  assert.equal(statesOf(Supervisor, supervisor), 'a:up good:up');
});

statement('G23 deleteChild drops a spec without process', async ({ Supervisor }) => {
  const supervisor = Supervisor.start([child('a'), child('b')], oneForOne);
  assert.equal(await refusal(Supervisor.deleteChild(supervisor, 'a')), 'running');
  await Supervisor.terminateChild(supervisor, 'a');
  assert.equal(await Supervisor.deleteChild(supervisor, 'a'), true);
  assert.equal(await Supervisor.deleteChild(supervisor, 'a'), false);
  assert.equal(statesOf(Supervisor, supervisor), 'b:up');
  assert.ok(await Supervisor.startChild(supervisor, child('a')));
  assert.equal(statesOf(Supervisor, supervisor), 'b:up a:up');
});

statement('G24 whichChildren: id, pid, state and type, last started first', async ({ Supervisor, TaskSupervisor, at }) => {
  const supervisor = Supervisor.start([
    child('a'), TaskSupervisor.childSpec({ name: 'pool' }), child('done', returns(5), { restart: 'transient' }),
  ], oneForOne);
  await at(10);
  const children = Supervisor.whichChildren(supervisor);
  assert.deepEqual(children.map(({ id, state, type }) => [id, state, type]), [
    ['done', 'none', 'worker'], ['pool', 'up', 'supervisor'], ['a', 'up', 'worker'],
  ]);
  assert.deepEqual(children.map(({ pid }) => typeof pid), ['object', 'string', 'string']);
});

statement('G25 countChildren: all, those with a process, and by type', async ({ Supervisor, TaskSupervisor, at }) => {
  const supervisor = Supervisor.start([
    child('a'), TaskSupervisor.childSpec(), child('done', returns(5), { restart: 'transient' }), child('gone', returns(5), { restart: 'temporary' }),
  ], oneForOne);
  await at(10);
  assert.deepEqual(Supervisor.countChildren(supervisor), { specs: 3, active: 2, supervisors: 1, workers: 2 });
});

statement('G26 an inner supervisor that gives up is a failed child of the outer one, and counts once there', async (api) => {
  const { Supervisor, trace } = api;
  const inner = Supervisor.childSpec([watched(api, 'x', exits(20, 'because'))], { id: 'inner', ...oneForOne, maxRestarts: 1 });
  const outer = Supervisor.start([watched(api, 'a'), inner, watched(api, 'c')], { strategy: 'restForOne', maxRestarts: 1 });
  assert.equal(await api.Process.monitor(outer.pid).down, 'shutdown');
  assert.deepEqual(trace.filter(([, what, id]) => what === 'start' && id === 'x').map(([time]) => time), [0, 20, 40, 60]);
  assert.deepEqual(trace.filter(([, , id]) => id === 'a' || id === 'c'), [
    [0, 'start', 'a'], [0, 'start', 'c'], [40, 'end', 'c', 'shutdown'], [40, 'start', 'c'],
    [80, 'end', 'c', 'shutdown'], [80, 'end', 'a', 'shutdown'],
  ]);
});

statement('G27 anySignificant: the end for good of one significant child ends the supervisor with shutdown', async (api) => {
  const { Supervisor, trace, at } = api;
  const supervisor = Supervisor.start([
    watched(api, 'a', cleaningUp(20)), watched(api, 'b', byRun(exits(20, 'because'), returns(30)), { restart: 'transient', significant: true }),
    watched(api, 'c', forever, { restart: 'temporary', significant: true }),
  ], { ...oneForOne, autoShutdown: 'anySignificant' });
  watch(api, { supervisor: supervisor.pid });
  await at(100);
  assert.deepEqual(trace.slice(3), [
    [20, 'end', 'b', 'because'], [20, 'start', 'b'], [50, 'end', 'b', 'normal'], [50, 'end', 'c', 'shutdown'],
    [70, 'end', 'a', 'normal'], [70, 'supervisor', 'shutdown'],
  ]);
});

statement('G27 of a temporary one that is any end', async ({ Supervisor, Process, now }) => {
  const supervisor = Supervisor.start([child('a'), child('b', exits(20, 'because'), { restart: 'temporary', significant: true })], {
    ...oneForOne, autoShutdown: 'anySignificant',
  });
  assert.equal(await Process.monitor(supervisor.pid).down, 'shutdown');
  assert.equal(now(), 20);
});

statement('G28 allSignificant: the same when the last of them has ended so', async ({ Supervisor, Process, now, at }) => {
  const supervisor = Supervisor.start([
    child('a'), child('b', exits(20, 'because'), { restart: 'temporary', significant: true }),
    child('c', returns(50), { restart: 'transient', significant: true }), child('d', returns(10), { restart: 'temporary' }),
  ], { ...oneForOne, autoShutdown: 'allSignificant' });
  const { down } = Process.monitor(supervisor.pid);
  await at(30);
  assert.ok(Process.alive(supervisor.pid));
  assert.equal(await down, 'shutdown');
  assert.equal(now(), 50);
});

statement('G29 a significant child that is started again has not ended', async ({ Supervisor, Process, at }) => {
  const supervisor = Supervisor.start([child('a', byRun(exits(20, 'because'), forever), { restart: 'transient', significant: true })], {
    ...oneForOne, autoShutdown: 'anySignificant',
  });
  await at(50);
  assert.ok(Process.alive(supervisor.pid));
});

statement('G29 significant with autoShutdown never, or with restart permanent, throws', async ({ Supervisor, Process }) => {
  const significant = (restart) => child('a', forever, { restart, significant: true });
  assert.throws(() => Supervisor.start([significant('transient')], oneForOne), RangeError);
  assert.throws(() => Supervisor.start([significant('permanent')], { ...oneForOne, autoShutdown: 'anySignificant' }), RangeError);
  const supervisor = Supervisor.start([], oneForOne);
  assert.throws(() => Supervisor.startChild(supervisor, significant('temporary')), RangeError);
  assert.equal(Process.list().length, 2);
});

statement('R13 a start that fails on a restart is tried again at once, each try counting as one more restart', async (api) => {
  const { Supervisor, Process, trace, say, at } = api;
  const run = async (start, maxRestarts) => {
    let tries = 0;
    const flaky = {
      id: 'a',
      start({ Task }) {
        say('try', ++tries);
        if (tries === 2 || tries === 3) throw new Error('not yet');
        return Task.startLink(tries === 1 ? exits(30, 'because') : forever);
      },
    };
    const supervisor = Supervisor.start([flaky, child('b')], { ...oneForOne, maxRestarts });
    await at(start + 100);
    return Process.alive(supervisor.pid);
  };
  assert.equal(await run(0, 3), true);
  assert.deepEqual(trace, [[0, 'try', 1], [30, 'try', 2], [30, 'try', 3], [30, 'try', 4]]);
  trace.length = 0;
  assert.equal(await run(100, 2), false);
  assert.deepEqual(trace, [[100, 'try', 1], [130, 'try', 2], [130, 'try', 3]]);
});

statement('R13 between the tries other requests are served', async ({ Supervisor, at }) => {
  let tries = 0;
  let asked = null;
  const flaky = {
    id: 'a',
    start({ Task, self }) {
      tries++;
      if (tries === 1) return Task.startLink(exits(30, 'because'));
      if (tries === 2) asked = Supervisor.startChild(self, child('b'));
      if (tries < 50) throw new Error('not yet');
      return Task.startLink(forever);
    },
  };
  const supervisor = Supervisor.start([flaky], { ...oneForOne, maxRestarts: 100 });
  await at(29);
  let served = null;
  const watching = (async () => {
    await at(30);
    await asked;
    served = tries;
  })();
  await watching;
  await at(40);
  assert.ok(served < 10, `served after try ${served}`);
  assert.equal(statesOf(Supervisor, supervisor), 'a:up b:up');
});

statement('R14 meanwhile it is restarting, without a process; terminateChild ends the trying', async ({ Supervisor, at }) => {
  let tries = 0;
  const seen = [];
  const asked = [];
  const flaky = {
    id: 'a',
    start({ Task, self }) {
      if (++tries === 1) return Task.startLink(exits(30, 'because'));
      if (tries === 2) {
        asked.push(
          Supervisor.restartChild(self, 'a').catch((error) => seen.push(error.state)),
          Supervisor.deleteChild(self, 'a').catch((error) => seen.push(error.state)),
          Supervisor.startChild(self, {
            id: 'b',
            start(context) {
              seen.push(statesOf(Supervisor, context.self), Supervisor.countChildren(context.self));
              return 'ignore';
            },
          }),
          Supervisor.terminateChild(self, 'a'),
        );
      }
      throw new Error('never again');
    },
  };
  const supervisor = Supervisor.start([flaky], { ...oneForOne, maxRestarts: 100 });
  await at(31);
  await Promise.all(asked);
  await at(40);
  assert.deepEqual(seen.filter((each) => each === 'restarting'), ['restarting', 'restarting']);
  assert.ok(seen.some((each) => typeof each === 'string' && each.startsWith('a:restarting')), seen.join());
  const counts = seen.find((each) => typeof each === 'object');
  assert.deepEqual([counts.active, counts.specs >= 1], [0, true]);
  assert.ok(tries < 20, `${tries} tries`);
  assert.equal(statesOf(Supervisor, supervisor), 'a:none b:none');
});

statement('R15 a start that says ignore on a restart leaves the child without process', async ({ Supervisor, at }) => {
  const ignoring = (id, restart) => {
    let tries = 0;
    return { id, restart, start: ({ Task }) => (++tries === 1 ? Task.startLink(exits(5, 'because')) : 'ignore') };
  };
  const supervisor = Supervisor.start([ignoring('a', 'permanent'), ignoring('b', 'transient')], oneForOne);
  await at(10);
  assert.equal(statesOf(Supervisor, supervisor), 'a:none b:none');
});

statement('R16 a supervisor above starts one that has given up again if it is permanent, not if transient or temporary', async ({ Supervisor, at }) => {
  const inner = (id, restart) => Supervisor.childSpec([child('x', byRun(exits(20, 'because'), forever))], {
    id, restart, ...oneForOne, maxRestarts: 0,
  });
  const outer = Supervisor.start([inner('p', 'permanent'), inner('t', 'transient'), inner('n', 'temporary')], oneForOne);
  const first = pidOf(Supervisor, outer, 'p');
  await at(50);
  assert.equal(statesOf(Supervisor, outer), 'p:up t:none');
  assert.notEqual(pidOf(Supervisor, outer, 'p'), first);
});

statement('R6 holds for general supervisors, which stop the others in reverse order', async (api) => {
  const { Supervisor, trace, at } = api;
  const supervisor = Supervisor.start([
    watched(api, 'a', cleaningUp(20)), watched(api, 'b', exits(30, 'because')), watched(api, 'c', trapping([]), { shutdown: 10 }),
  ], { ...oneForOne, maxRestarts: 0 });
  watch(api, { supervisor: supervisor.pid });
  await at(100);
  assert.deepEqual(trace.slice(3), [
    [30, 'end', 'b', 'because'], [40, 'end', 'c', 'killed'], [60, 'end', 'a', 'normal'], [60, 'supervisor', 'shutdown'],
  ]);
});
