/** General supervisors: what the end of a child sets in motion. */
import assert from 'node:assert/strict';
import { ChildError, ChildStartError, TimeoutError } from 'belay-tasks';
import { forever, pidOf, recorder, statesOf } from './children.mjs';
import { rejection, scenario, stateOf } from './harness.mjs';

const oneForOne = { strategy: 'oneForOne' };
const abc = ({ spec }, fields) => ['a', 'b', 'c'].map((id) => spec(id, fields));

scenario('G11: oneForOne starts only the failed child anew, in its place', async ({ Supervisor, Process, clock }) => {
  const record = recorder();
  const supervisor = Supervisor.start(abc(record), oneForOne);
  await clock.advance(0);
  const before = Supervisor.whichChildren(supervisor);
  record.taken();
  Process.exit(before[1].pid, 'kill');
  await clock.advance(0);
  assert.equal(record.taken(), '+b');
  const after = Supervisor.whichChildren(supervisor);
  assert.deepEqual(after.map(({ id }) => id), ['c', 'b', 'a']);
  assert.deepEqual(after.map(({ pid }, index) => pid === before[index].pid), [true, false, true]);
  assert.equal(Process.info(after[1].pid).restarts, 1);
  await supervisor.stop();
});

scenario('G12: oneForAll stops the others in reverse order, then starts all', async ({ Supervisor, Process, clock }) => {
  const record = recorder();
  const supervisor = Supervisor.start(abc(record), { strategy: 'oneForAll' });
  await clock.advance(0);
  record.taken();
  Process.exit(pidOf(Supervisor, supervisor, 'b'), 'kill');
  await clock.advance(0);
  assert.equal(record.taken(), '-c -a +a +b +c');
  assert.equal(statesOf(Supervisor, supervisor), 'a:up b:up c:up');
  await supervisor.stop();
});

scenario('G13: restForOne stops those started after the failed one, then starts it and them', async ({ Supervisor, Process, clock }) => {
  const record = recorder();
  const supervisor = Supervisor.start([...abc(record), record.spec('d')], { strategy: 'restForOne' });
  await clock.advance(0);
  record.taken();
  const first = pidOf(Supervisor, supervisor, 'a');
  Process.exit(pidOf(Supervisor, supervisor, 'b'), 'kill');
  await clock.advance(0);
  assert.equal(record.taken(), '-d -c +b +c +d');
  assert.equal(pidOf(Supervisor, supervisor, 'a'), first);
  await supervisor.stop();
});

scenario('a group waits for each that it stops, with its own grace', async ({ Supervisor, Process, clock }) => {
  const record = recorder();
  const supervisor = Supervisor.start([
    record.spec('a'), record.spec('b', { takes: 30 }), record.spec('c', { takes: 100, shutdown: 20 }),
  ], { strategy: 'oneForAll' });
  await clock.advance(0);
  record.taken();
  Process.exit(pidOf(Supervisor, supervisor, 'a'), 'kill');
  await clock.advance(19);
  assert.equal(record.taken(), '-c');
  await clock.advance(1);
  assert.equal(record.taken(), '-b');
  await clock.advance(30);
  assert.equal(record.taken(), '.b +a +b +c');
  const stopping = supervisor.stop();
  await clock.advance(50);
  await stopping;
});

scenario('G14: an end that asks for no restart moves nobody', async ({ Supervisor, Process, clock }) => {
  const record = recorder();
  const supervisor = Supervisor.start([
    record.spec('a'),
    { id: 'crash', restart: 'temporary', start: ({ Task }) => Task.startLink(() => { throw new Error('once'); }) },
    { id: 'well', restart: 'transient', start: ({ Task }) => Task.startLink(() => {}) },
    { id: 'shut', restart: 'transient', start: ({ Task }) => Task.startLink(({ exit }) => exit(['shutdown', 'fine'])) },
    record.spec('b'),
  ], { strategy: 'oneForAll' });
  await clock.advance(0);
  assert.equal(record.taken(), '+a +b');
  assert.equal(statesOf(Supervisor, supervisor), 'a:up well:none shut:none b:up');
  assert.deepEqual(Supervisor.countChildren(supervisor), { specs: 4, active: 2, supervisors: 0, workers: 4 });
  assert.ok(Process.alive(supervisor.pid));
  await supervisor.stop();
});

scenario('G15, G16: a group restart leaves temporary ones out and brings ended transient ones back', async ({ Supervisor, Process, clock }) => {
  const record = recorder();
  const runs = [];
  const supervisor = Supervisor.start([
    record.spec('a'),
    record.spec('temporary', { restart: 'temporary' }),
    { id: 'well', restart: 'transient', start: ({ Task }) => Task.startLink(() => { runs.push('well'); }) },
  ], { strategy: 'oneForAll' });
  await clock.advance(0);
  record.taken();
  assert.deepEqual(runs, ['well']);
  Process.exit(pidOf(Supervisor, supervisor, 'a'), 'kill');
  await clock.advance(0);
  assert.equal(record.taken(), '-temporary +a');
  assert.deepEqual(runs, ['well', 'well']);
  assert.equal(statesOf(Supervisor, supervisor), 'a:up well:none');
  await supervisor.stop();
});

scenario('R3, R6, R7: the restart after the last that is allowed is fatal', async ({ Supervisor, Process, clock }) => {
  let starts = 0;
  const supervisor = Supervisor.start([{
    id: 'a', start: ({ Task }) => Task.startLink(() => { starts++; }),
  }], oneForOne);
  const { down } = Process.monitor(supervisor.pid);
  await clock.advance(0);
  assert.equal(starts, 4);
  assert.equal(await down, 'shutdown');
});

scenario('G17: a group restart counts as one', async ({ Supervisor, Process, clock }) => {
  const record = recorder();
  const supervisor = Supervisor.start(abc(record), { strategy: 'oneForAll', maxRestarts: 2 });
  for (let n = 0; n < 2; n++) {
    await clock.advance(0);
    Process.exit(pidOf(Supervisor, supervisor, 'b'), 'kill');
  }
  await clock.advance(0);
  assert.equal(statesOf(Supervisor, supervisor), 'a:up b:up c:up');
  Process.exit(pidOf(Supervisor, supervisor, 'c'), 'kill');
  await clock.advance(0);
  assert.ok(!Process.alive(supervisor.pid));
});

scenario('R10: restarts outside of the window do not count', async ({ Supervisor, Process, clock }) => {
  const supervisor = Supervisor.start([{
    id: 'a', start: ({ Task }) => Task.startLink(({ sleep }) => sleep(2500)),
  }], { ...oneForOne, maxRestarts: 1, maxSeconds: 1 });
  await clock.advance(2500 * 4);
  assert.ok(Process.alive(supervisor.pid));
  assert.equal(Process.info(pidOf(Supervisor, supervisor, 'a')).restarts, 4);
  await supervisor.stop();
});

scenario('R4: a restart calls the same start function, in the supervisor\'s process', async ({ Supervisor, Process, clock }) => {
  const seen = [];
  const supervisor = Supervisor.start([{
    id: 'a',
    start: ({ self, Task }) => {
      seen.push(self);
      return Task.startLink(forever);
    },
  }], { ...oneForOne, name: 'App' });
  Process.exit(pidOf(Supervisor, 'App', 'a'), 'kill');
  await clock.advance(0);
  assert.deepEqual(seen, [supervisor.pid, supervisor.pid]);
  await supervisor.stop();
});

scenario('R13: a start that fails in a restart is tried again at once, each try counting', async ({ Supervisor, Process, clock }) => {
  let starts = 0;
  const supervisor = Supervisor.start([{
    id: 'a',
    start: ({ Task }) => {
      starts++;
      if (starts === 2 || starts === 3) throw new Error('not yet');
      return Task.startLink(forever);
    },
  }], oneForOne);
  const first = pidOf(Supervisor, supervisor, 'a');
  Process.exit(first, 'kill');
  await clock.advance(0);
  assert.equal(starts, 4);
  assert.equal(statesOf(Supervisor, supervisor), 'a:up');
  assert.notEqual(pidOf(Supervisor, supervisor, 'a'), first);
  // Three of three restarts are used up.
  Process.exit(pidOf(Supervisor, supervisor, 'a'), 'kill');
  await clock.advance(0);
  assert.equal(starts, 4);
  assert.ok(!Process.alive(supervisor.pid));
});

scenario('R13: when it never succeeds the supervisor gives up', async ({ Supervisor, Process, clock }) => {
  const record = recorder();
  let fails = false;
  let tries = 0;
  const supervisor = Supervisor.start([record.spec('other'), {
    id: 'a',
    start: ({ Task }) => {
      if (fails) {
        tries++;
        throw null;
      }
      return Task.startLink(forever);
    },
  }], oneForOne);
  const { down } = Process.monitor(supervisor.pid);
  await clock.advance(0);
  record.taken();
  fails = true;
  Process.exit(pidOf(Supervisor, supervisor, 'a'), 'kill');
  await clock.advance(0);
  assert.equal(tries, 3);
  assert.equal(await down, 'shutdown');
  assert.equal(record.taken(), '-other');
});

scenario('R13, R14: between two tries other requests are served; the child is restarting', async ({ Supervisor, Process, clock }) => {
  const states = [];
  const answers = [];
  let fails = false;
  const supervisor = Supervisor.start([{
    id: 'a',
    start: ({ Task }) => {
      if (!fails) return Task.startLink(forever);
      if (answers.length === 0) {
        // What is asked for during one try is served before the next.
        for (const call of ['restartChild', 'deleteChild']) {
          Supervisor[call](supervisor, 'a').catch((error) => answers.push([call, error.state]));
        }
        Supervisor.startChild(supervisor, { id: 'a', start: () => 'ignore' }).catch(({ state }) => answers.push(state));
        Supervisor.startChild(supervisor, {
          id: 'looks',
          restart: 'temporary',
          start: () => {
            states.push(statesOf(Supervisor, supervisor));
            states.push(Supervisor.countChildren(supervisor));
            return 'ignore';
          },
        });
        Supervisor.terminateChild(supervisor, 'a').then((done) => answers.push(done));
      }
      throw new Error('not yet');
    },
  }], oneForOne);
  Process.exit(pidOf(Supervisor, supervisor, 'a'), 'kill');
  fails = true;
  await clock.advance(0);
  assert.deepEqual(states, ['a:restarting looks:starting', { specs: 2, active: 0, supervisors: 0, workers: 2 }]);
  assert.deepEqual(answers.map(String).toSorted(), [
    'alreadyPresent', 'deleteChild,restarting', 'restartChild,restarting', 'true',
  ]);
  assert.equal(statesOf(Supervisor, supervisor), 'a:none');
  await supervisor.stop();
});

scenario('R15: a restart that says ignore keeps the child without a process', async ({ Supervisor, Process, clock }) => {
  let needed = true;
  const supervisor = Supervisor.start([
    { id: 'a', start: ({ Task }) => (needed ? Task.startLink(forever) : 'ignore') },
  ], oneForOne);
  needed = false;
  Process.exit(pidOf(Supervisor, supervisor, 'a'), 'kill');
  await clock.advance(0);
  assert.equal(statesOf(Supervisor, supervisor), 'a:none');
  needed = true;
  assert.equal(typeof await Supervisor.restartChild(supervisor, 'a'), 'string');
  await supervisor.stop();
});

scenario('G18: restForOne tries again from the failed child on, oneForAll from the beginning', async ({ Supervisor, Process, clock }) => {
  for (const [strategy, wanted] of [['restForOne', 'a b c|b b b c'], ['oneForAll', 'a b c|a b a b a b c']]) {
    const order = [];
    let failures = 0;
    const child = (id) => ({
      id,
      start: ({ Task }) => {
        order.push(id);
        if (id === 'b' && failures > 0) {
          failures--;
          throw new Error('not yet');
        }
        return Task.startLink(forever);
      },
    });
    const supervisor = Supervisor.start(['a', 'b', 'c'].map(child), { strategy });
    order.push('|');
    failures = 2;
    Process.exit(pidOf(Supervisor, supervisor, 'b'), 'kill');
    await clock.advance(0);
    assert.equal(order.join(' ').replace(' | ', '|'), wanted);
    assert.equal(statesOf(Supervisor, supervisor), 'a:up b:up c:up');
    await supervisor.stop();
  }
});

scenario('R16, G26: an inner supervisor that gives up counts once above, as its restart type says', async ({ Supervisor, Process, clock }) => {
  for (const [restart, state] of [['permanent', 'inner:up'], ['transient', 'inner:none'], ['temporary', '']]) {
    const crash = { id: 'x', start: ({ Task }) => Task.startLink(forever) };
    const inner = Supervisor.childSpec([crash], { ...oneForOne, id: 'inner', maxRestarts: 0, restart });
    const outer = Supervisor.start([inner], { ...oneForOne, maxRestarts: 1 });
    const first = pidOf(Supervisor, outer, 'inner');
    Process.exit(pidOf(Supervisor, first, 'x'), 'kill');
    await clock.advance(0);
    assert.ok(!Process.alive(first));
    assert.equal(statesOf(Supervisor, outer), state);
    if (restart === 'permanent') {
      const second = pidOf(Supervisor, outer, 'inner');
      assert.equal(statesOf(Supervisor, second), 'x:up');
      Process.exit(pidOf(Supervisor, second, 'x'), 'kill');
      await clock.advance(0);
      assert.ok(!Process.alive(outer.pid));
    } else await outer.stop();
  }
});

scenario('V40: a named task supervisor is started anew under its name, empty', async ({ Supervisor, TaskSupervisor, Process, clock }) => {
  const supervisor = Supervisor.start([TaskSupervisor.childSpec({ name: 'pool', maxChildren: 1 })], oneForOne);
  const first = Process.whereis('pool');
  const job = TaskSupervisor.startChild('pool', forever);
  await clock.advance(0);
  Process.exit(first, 'kill');
  await clock.advance(0);
  assert.ok(!Process.alive(job));
  assert.notEqual(Process.whereis('pool'), first);
  assert.equal(Process.whereis('pool'), pidOf(Supervisor, supervisor, 'pool'));
  assert.deepEqual(TaskSupervisor.children('pool'), []);
  await supervisor.stop();
});

scenario('a name that somebody else takes meanwhile makes the restart fail', async ({ Supervisor, TaskSupervisor, Process, clock }) => {
  let thief = null;
  const pool = TaskSupervisor.childSpec({ name: 'pool' });
  const supervisor = Supervisor.start([{
    ...pool,
    start: (context) => {
      if (Process.whereis('other') !== null && thief === null) thief = TaskSupervisor.start({ name: 'pool' });
      return pool.start(context);
    },
  }], oneForOne);
  Process.register('other', supervisor.pid);
  const { down } = Process.monitor(supervisor.pid);
  Process.exit(Process.whereis('pool'), 'kill');
  await clock.advance(0);
  assert.equal(await down, 'shutdown');
  assert.equal(Process.whereis('pool'), thief.pid);
  await thief.stop();
});

/* ---- Stopping. */

scenario('G9: children are stopped one after the other in reverse order, each with its own grace', async ({ Supervisor, clock }) => {
  const record = recorder();
  const supervisor = Supervisor.start([
    record.spec('a', { takes: 10 }),
    record.spec('b', { takes: 5000, shutdown: Infinity }),
    record.spec('c', { takes: 100, shutdown: 30 }),
    record.spec('d', { takes: 100, shutdown: 'brutalKill' }),
    record.spec('e', { takes: 100, shutdown: 0 }),
  ], oneForOne);
  await clock.advance(0);
  record.taken();
  const stopping = supervisor.stop();
  await clock.advance(0);
  assert.equal(record.taken(), '-e -c'); // e and d are gone by now
  await clock.advance(29);
  assert.equal(record.taken(), '');
  await clock.advance(1);
  assert.equal(record.taken(), '-b');
  await clock.advance(4999);
  assert.equal(await stateOf(stopping), 'pending');
  await clock.advance(1);
  assert.equal(record.taken(), '.b -a');
  await clock.advance(10);
  assert.deepEqual(await stateOf(stopping), { value: undefined });
  assert.equal(record.taken(), '.a');
  await clock.advance(5000);
});

scenario('V27, V28: stop with a reason and a timeout', async ({ Supervisor, Process, clock }) => {
  const record = recorder();
  const supervisor = Supervisor.start([record.spec('a', { takes: 100 })], { ...oneForOne, name: 'App' });
  const { down } = Process.monitor(supervisor.pid);
  await clock.advance(0);
  const late = rejection(Supervisor.stop('App', ['shutdown', 'night'], 10));
  await clock.advance(10);
  const error = await late;
  assert.ok(error instanceof TimeoutError);
  assert.equal(error.pid, supervisor.pid);
  assert.equal(Process.info(supervisor.pid).state, 'stopping');
  await clock.advance(90); // it goes on stopping
  assert.deepEqual(await down, ['shutdown', 'night']);
  assert.equal(record.taken(), '+a -a .a');
  assert.equal(Process.whereis('App'), null);
  await supervisor[Symbol.asyncDispose]();
});

scenario('V29, R11: the starter that is linked feels an end that is not normal', async ({ Task, Process, clock }) => {
  const start = (stop, options) => Task.async(async (context) => {
    const supervisor = context.Supervisor.startLink([
      { id: 'a', start: (own) => own.Task.startLink(forever, { label: 'a' }) },
    ], { ...oneForOne, ...options });
    await stop(supervisor, context);
    return context.sleep(1).then(() => 'lives');
  });
  const normal = start((supervisor) => supervisor.stop());
  const abnormal = start((supervisor) => supervisor.stop('because'));
  const gaveUp = start((supervisor, context) => {
    Process.exit(context.Supervisor.whichChildren(supervisor)[0].pid, 'kill');
  }, { maxRestarts: 0 });
  const errors = [abnormal, gaveUp].map((task) => rejection(Task.await(task)));
  await clock.advance(1);
  assert.equal(await Task.await(normal), 'lives');
  assert.deepEqual((await Promise.all(errors)).map(({ reason }) => reason), ['because', 'shutdown']);
}, { onLog() {} });

scenario('V30: the parent of a linked supervisor ends: children are stopped in reverse order', async ({ Task, Process, clock }) => {
  const record = recorder();
  const task = Task.async(async (context) => {
    const { pid } = context.Supervisor.startLink(abc(record), oneForOne);
    await context.sleep(1);
    return pid;
  });
  await clock.advance(1);
  assert.equal(record.taken(), '+a +b +c -c -b -a');
  assert.ok(!Process.alive(await Task.await(task)));
});

scenario('V31, V33: a supervisor obeys nobody but its parent, except for kill', async ({ Supervisor, Process, clock }) => {
  const record = recorder();
  const supervisor = Supervisor.start([...abc(record)], oneForOne);
  await clock.advance(0);
  Process.exit(supervisor.pid, 'because');
  await clock.advance(0);
  assert.equal(record.taken(), '+a +b +c');
  Process.exit(supervisor.pid, 'kill');
  await clock.advance(0);
  assert.ok(!Process.alive(supervisor.pid));
  assert.equal(record.taken(), '-a -b -c'); // they trap exits: told, not ended
});

/* ---- Significant children. */

const ends = (id, ms, reason = 'normal') => ({
  id,
  restart: 'transient',
  significant: true,
  start: ({ Task }) => Task.startLink(async ({ sleep, exit }) => {
    await sleep(ms);
    exit(reason);
  }),
});

scenario('G27: anySignificant: the supervisor ends with the first that ends for good', async ({ Supervisor, Process, clock }) => {
  const record = recorder();
  const supervisor = Supervisor.start([record.spec('a'), ends('s', 10), ends('t', 20)], {
    ...oneForOne, autoShutdown: 'anySignificant',
  });
  const { down } = Process.monitor(supervisor.pid);
  await clock.advance(9);
  assert.ok(Process.alive(supervisor.pid));
  record.taken();
  await clock.advance(1);
  assert.equal(await down, 'shutdown');
  assert.equal(record.taken(), '-a');
});

scenario('G28: allSignificant: it ends with the last of them', async ({ Supervisor, Process, clock }) => {
  const supervisor = Supervisor.start([Supervisor.childSpec([], { ...oneForOne, id: 'a' }), ends('s', 10), ends('t', 20)], {
    ...oneForOne, autoShutdown: 'allSignificant',
  });
  const { down } = Process.monitor(supervisor.pid);
  await clock.advance(19);
  assert.equal(statesOf(Supervisor, supervisor), 'a:up s:none t:up');
  await clock.advance(1);
  assert.equal(await down, 'shutdown');
});

scenario('G29: a significant child that is started again has not ended', async ({ Supervisor, Process, clock }) => {
  const supervisor = Supervisor.start([ends('s', 10, 'crash')], { ...oneForOne, autoShutdown: 'anySignificant' });
  await clock.advance(10);
  assert.ok(Process.alive(supervisor.pid));
  assert.equal(Process.info(pidOf(Supervisor, supervisor, 's')).restarts, 1);
  await supervisor.stop();
});

scenario('G27: any end of a significant temporary child is for good; a terminated one is not meant', async ({ Supervisor, Process, clock }) => {
  const options = { ...oneForOne, autoShutdown: 'anySignificant' };
  const crash = Supervisor.start([{ ...ends('s', 10, 'crash'), restart: 'temporary' }], options);
  await clock.advance(10);
  assert.ok(!Process.alive(crash.pid));
  const kept = Supervisor.start([ends('s', 10), ends('t', 100)], options);
  assert.equal(await Supervisor.terminateChild(kept, 's'), true);
  assert.ok(Process.alive(kept.pid));
  await kept.stop();
}, { onLog() {} });

scenario('the errors of requests are of their classes', async ({ Supervisor }) => {
  const supervisor = Supervisor.start([], oneForOne);
  const failure = await rejection(Supervisor.startChild(supervisor, { id: 'a', start: () => 'x' }));
  assert.ok(failure instanceof ChildStartError);
  const missing = await rejection(Supervisor.restartChild(supervisor, 'a'));
  assert.ok(missing instanceof ChildError);
  await supervisor.stop();
});
