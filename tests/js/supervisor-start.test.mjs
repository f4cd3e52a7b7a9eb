/** Supervisor.start: start functions, their context, and starts that fail. */
import assert from 'node:assert/strict';
import {
  AlreadyStartedError, ChildStartError, DisposedError, ExitError, NoProcError,
} from 'belay-tasks';
import { forever, pidOf, recorder, statesOf } from './children.mjs';
import { quiet, rejection, scenario, stateOf } from './harness.mjs';

const oneForOne = { strategy: 'oneForOne' };

/** What a call throws. */
function thrown(run) {
  try {
    run();
  } catch (error) {
    return error;
  }
  return assert.fail('it threw nothing');
}

scenario('G5: children are started one after the other, in the order of the list, within the call', async ({ Supervisor, Process, runtime }) => {
  const order = [];
  const child = (id) => ({
    id,
    start: ({ self, Task }) => {
      order.push(`${id} after ${Supervisor.countChildren(self).active}`);
      return Task.startLink(forever, { label: id });
    },
  });
  const supervisor = Supervisor.start(['a', 'b', 'c'].map(child), { ...oneForOne, name: 'App' });
  assert.deepEqual(order, ['a after 0', 'b after 1', 'c after 2']);
  const children = Supervisor.whichChildren(supervisor);
  assert.deepEqual(children.map(({ id, state, type }) => [id, state, type]), [
    ['c', 'up', 'worker'], ['b', 'up', 'worker'], ['a', 'up', 'worker'],
  ]);
  for (const { pid, id } of children) {
    const info = Process.info(pid);
    assert.equal(info.supervisor, supervisor.pid);
    assert.equal(info.restart, 'permanent');
    assert.equal(info.label, id);
  }
  assert.deepEqual(Process.info(supervisor.pid).children.toSorted(), children.map(({ pid }) => pid).toSorted());
  assert.equal(Process.whereis('App'), supervisor.pid);
  const tree = runtime.inspect().tree.children;
  assert.deepEqual(tree.map(({ children: below }) => below.map(({ label }) => label).toSorted()), [['a', 'b', 'c']]);
  await supervisor.stop();
});

scenario('the context is the supervisor\'s own process', async ({ Supervisor, Process }) => {
  let seen = null;
  const supervisor = Supervisor.start([{
    id: 'a',
    start: (context) => {
      seen = context.self;
      assert.equal(context.Process.self(), context.self);
      const pid = context.Task.startLink(forever);
      assert.equal(context.Process.info(pid).parent, context.self);
      context.Process.register('registered', pid);
      return pid;
    },
  }], oneForOne);
  assert.equal(seen, supervisor.pid);
  assert.equal(Process.whereis('registered'), pidOf(Supervisor, supervisor, 'a'));
  await supervisor.stop();
});

scenario('the context cannot be used once the function has returned', async ({ Supervisor, Process }) => {
  const kept = [];
  const supervisor = Supervisor.start([{
    id: 'a',
    start: (context) => {
      kept.push(context, { Task: context.Task, Process: context.Process });
      return 'ignore';
    },
  }], oneForOne);
  for (const { Task, Process: Own } of kept) {
    for (const call of [() => Task.startLink(forever), () => Task.async(forever), () => Own.list()]) {
      assert.throws(call, (error) => error instanceof NoProcError && /start function of child "a"/.test(error.message));
    }
  }
  assert.equal(kept[0].self, supervisor.pid);
  assert.equal(Process.list().length, 2);
  await supervisor.stop();
});

scenario('a start function may return a pid or a handle of any kind', async ({ Supervisor, Process }) => {
  const supervisor = Supervisor.start([
    { id: 'pid', start: ({ Task }) => Task.startLink(forever) },
    { id: 'task', start: ({ Task }) => Task.async(forever) },
    { id: 'pool', start: ({ TaskSupervisor }) => TaskSupervisor.startLink({ name: 'pool' }), type: 'supervisor' },
    { id: 'inner', start: ({ Supervisor: Own }) => Own.startLink([], oneForOne), type: 'supervisor' },
  ], oneForOne);
  assert.equal(statesOf(Supervisor, supervisor), 'pid:up task:up pool:up inner:up');
  assert.deepEqual(Supervisor.countChildren(supervisor), { specs: 4, active: 4, supervisors: 2, workers: 2 });
  assert.equal(pidOf(Supervisor, supervisor, 'pool'), Process.whereis('pool'));
  await supervisor.stop();
});

scenario('a process that lives already becomes a child once it is linked', async ({ Task, Supervisor, Process }) => {
  const pid = Task.start(forever);
  await quiet();
  const supervisor = Supervisor.start([{
    id: 'a',
    start: (context) => {
      context.Process.link(pid);
      return pid;
    },
    restart: 'temporary',
  }], oneForOne);
  assert.equal(Process.info(pid).supervisor, supervisor.pid);
  await supervisor.stop();
  assert.ok(!Process.alive(pid));
});

scenario('what else a start function starts is linked to the supervisor, and no child', async ({ Supervisor, Process }) => {
  let helper = null;
  const supervisor = Supervisor.start([{
    id: 'a',
    start: ({ Task }) => {
      helper = Task.startLink(forever, { label: 'helper' });
      return Task.startLink(forever);
    },
  }], oneForOne);
  assert.equal(Supervisor.countChildren(supervisor).specs, 1);
  assert.ok(Process.alive(helper));
  await supervisor.stop('shutdown');
  assert.ok(!Process.alive(helper));
});

scenario('G7: a child that needs no process is kept without one; a temporary one is dropped', async ({ Supervisor }) => {
  const supervisor = Supervisor.start([
    { id: 'kept', start: () => 'ignore' },
    { id: 'transient', start: () => 'ignore', restart: 'transient' },
    { id: 'dropped', start: () => 'ignore', restart: 'temporary' },
  ], oneForOne);
  assert.equal(statesOf(Supervisor, supervisor), 'kept:none transient:none');
  assert.deepEqual(Supervisor.countChildren(supervisor), { specs: 2, active: 0, supervisors: 0, workers: 2 });
  await supervisor.stop();
});

scenario('G6: a start that fails: those before are stopped in reverse order, then the supervisor', async ({ Supervisor, Process, clock }) => {
  const error = new Error('no database');
  const begun = [];
  const gone = [];
  let supervisor = null;
  const downs = [];
  const child = (id) => ({
    id,
    start: (context) => {
      supervisor = context.self;
      const pid = context.Task.startLink(forever, { label: id });
      begun.push(id);
      downs.push(Process.monitor(pid).down.then((reason) => gone.push([id, reason])));
      return pid;
    },
  });
  const failing = {
    id: 'db',
    start: (context) => {
      downs.push(Process.monitor(context.self).down.then((reason) => gone.push(['supervisor', reason])));
      throw error;
    },
  };
  const never = { id: 'never', start: () => assert.fail('it must not be started') };
  const failure = thrown(() => Supervisor.start([child('a'), child('b'), failing, never], { ...oneForOne, name: 'App' }));
  assert.ok(failure instanceof ChildStartError);
  assert.equal(failure.code, 'BELAY_CHILD_START');
  assert.equal(failure.name, 'ChildStartError');
  assert.equal(failure.id, 'db');
  assert.equal(failure.cause, error);
  assert.equal(failure.reason, error);
  assert.match(failure.message, /^child "db" of supervisor <\d+\.\d+> could not be started: Error: no database$/);
  assert.match(failure.stack, /supervisor-start\.test/);
  assert.equal(await failure.stopped, undefined);
  await Promise.all(downs);
  assert.deepEqual(begun, ['a', 'b']);
  assert.deepEqual(gone, [
    ['b', 'shutdown'], ['a', 'shutdown'], ['supervisor', ['shutdown', ['failedToStartChild', 'db', error]]],
  ]);
  assert.ok(!Process.alive(supervisor));
  assert.equal(Process.whereis('App'), null);
  await clock.advance(0);
});

scenario('G6: stopped waits for children that take their time', async ({ Task, Supervisor, Process, clock }) => {
  const pids = ['a', 'b'].map((label) => Task.start(async (context) => {
    context.Process.flag('trapExit', true);
    await new Promise((resolve) => context.Process.onExit(resolve));
    await context.sleep(100);
  }, { label }));
  await quiet();
  const adopt = (pid, index) => ({
    id: `${index}`,
    start: (context) => {
      context.Process.link(pid);
      return pid;
    },
  });
  const failing = { id: 'c', start: () => { throw new Error('no'); } };
  const failure = thrown(() => Supervisor.start([...pids.map(adopt), failing], oneForOne));
  await clock.advance(199);
  assert.deepEqual(pids.map((pid) => Process.alive(pid)), [true, false]);
  assert.equal(await stateOf(failure.stopped), 'pending');
  await clock.advance(1);
  assert.deepEqual(await stateOf(failure.stopped), { value: undefined });
});

scenario('G6: at the root a failed start is thrown once, also when it is linked', async ({ Supervisor, Process }) => {
  const failing = [{ id: 'a', start: () => { throw new Error('no'); } }];
  const failure = thrown(() => Supervisor.startLink(failing, oneForOne));
  assert.ok(failure instanceof ChildStartError);
  await failure.stopped;
  assert.equal(Process.info(Process.self()).links, 0);
});

scenario('G6: a body that is linked ends with the supervisor that could not start', async ({ Task }) => {
  const failing = [{ id: 'a', start: () => { throw 'no'; } }];
  const task = Task.async((context) => {
    assert.throws(() => context.Supervisor.startLink(failing, oneForOne), ChildStartError);
    return 'went on';
  });
  const error = await rejection(Task.await(task));
  assert.deepEqual(error.reason, ['shutdown', ['failedToStartChild', 'a', 'no']]);
});

scenario('G6: a body that is not linked, or traps exits, can go on', async ({ Task }) => {
  const failing = [{ id: 'a', start: () => { throw 'no'; } }];
  const unlinked = Task.async((context) => {
    assert.throws(() => context.Supervisor.start(failing, oneForOne), ChildStartError);
    return 'went on';
  });
  assert.equal(await Task.await(unlinked), 'went on');
  const trapping = Task.async(async ({ Process, Supervisor }) => {
    Process.flag('trapExit', true);
    const message = new Promise((resolve) => Process.onExit(resolve));
    assert.throws(() => Supervisor.startLink(failing, oneForOne), ChildStartError);
    return (await message).reason;
  });
  assert.deepEqual(await Task.await(trapping), ['shutdown', ['failedToStartChild', 'a', 'no']]);
});

scenario('odd values that are thrown are the cause as they are', async ({ Supervisor }) => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const odd of [null, undefined, 0, 'text', Symbol('s'), [], proxy, ['shutdown', 1], () => {}]) {
    const failure = thrown(() => Supervisor.start([{ id: 'a', start: () => { throw odd; } }], oneForOne));
    assert.ok(failure instanceof ChildStartError);
    assert.ok(failure.cause === odd);
    assert.ok(failure.reason === odd);
    await failure.stopped;
  }
});

scenario('a start function that returns junk has failed', async ({ Task, Supervisor, Process, runtime }) => {
  const stranger = Task.start(forever);
  const sibling = Supervisor.start([Task.childSpec(forever)], oneForOne);
  const theirs = pidOf(Supervisor, sibling, 'Task');
  const dead = ({ Task: Own, Process: OwnProcess }) => {
    const pid = Own.startLink(forever);
    OwnProcess.exit(pid, 'kill');
    return pid;
  };
  const cases = [
    [() => undefined, TypeError, /got undefined/],
    [() => null, TypeError, /got null/],
    [() => ({ pid: stranger }), TypeError, /got \{ pid: /],
    [() => 'ignored', TypeError, /got "ignored"/],
    [() => 7, TypeError, /got 7/],
    [() => Promise.resolve(stranger), TypeError, /got a promise/],
    [async ({ Task: Own }) => Own.startLink(forever), TypeError, /async function/],
    [async () => { throw new Error('late'); }, TypeError, /got a promise/],
    [() => ({ then() {} }), TypeError, /got a promise/],
    [() => ({ get then() { throw new Error('then'); } }), Error, /then/],
    [() => '<9999.1>', NoProcError, /has ended/],
    [dead, NoProcError, /has ended/],
    [() => stranger, RangeError, /not linked/],
    [({ Task: Own }) => Own.start(forever), RangeError, /not linked/],
    [() => Process.self(), RangeError, /the root process/],
    [({ self }) => self, RangeError, /the supervisor itself/],
    [() => theirs, RangeError, /child of supervisor/],
    [() => sibling, RangeError, /not linked/],
    [() => Task.completed({ status: 'fulfilled', value: 1 }), TypeError, /completed task/],
  ];
  const before = Process.list().length;
  for (const [start, type, message] of cases) {
    const failure = thrown(() => Supervisor.start([{ id: 'a', start }], oneForOne));
    assert.ok(failure instanceof ChildStartError);
    assert.ok(failure.cause instanceof type, `${failure.cause}`);
    assert.match(failure.cause.message, message);
    await failure.stopped;
    assert.equal(Process.list().length, before, `${message} leaves something behind`);
  }
  assert.equal(runtime.inspect().abandoned, 0);
  await sibling.stop();
  Process.exit(stranger, 'kill');
});

scenario('a handle of another runtime is not taken for one of this', async ({ Supervisor }) => {
  const { createRuntime } = await import('belay-tasks');
  const other = createRuntime();
  for (const make of [() => other.Task.async(forever), () => other.TaskSupervisor.start()]) {
    const failure = thrown(() => Supervisor.start([{ id: 'a', start: make }], oneForOne));
    assert.match(failure.cause.message, /another runtime/);
  }
  other.dispose();
});

scenario('a process above the supervisor cannot be its child', async ({ Task, Supervisor, Process }) => {
  const cycle = (pid) => ({
    id: 'up',
    start: (context) => {
      context.Process.link(pid());
      return pid();
    },
  });
  let outer = null;
  let failure = null;
  const top = Supervisor.start([{
    id: 'inner',
    type: 'supervisor',
    start: (context) => {
      outer = context.self;
      failure = thrown(() => context.Supervisor.startLink([cycle(() => outer)], oneForOne));
      return context.Supervisor.startLink([], oneForOne);
    },
  }], oneForOne);
  assert.match(failure.cause.message, /above the supervisor/);
  const inner = pidOf(Supervisor, top, 'inner');
  const late = await rejection(Supervisor.startChild(inner, cycle(() => outer)));
  assert.match(late.cause.message, /above the supervisor/);
  await top.stop();
  const owner = Task.async((context) => {
    context.Process.flag('trapExit', true);
    return thrown(() => context.Supervisor.startLink([cycle(() => context.self)], oneForOne)).cause.message;
  });
  assert.match(await Task.await(owner), /above the supervisor/);
  assert.equal(Process.list().length, 1);
});

scenario('V3: a name that is taken is refused at the call, before anything is started', async ({ Supervisor, TaskSupervisor, Process }) => {
  const taken = TaskSupervisor.start({ name: 'taken' });
  const calls = [];
  const first = { id: 'first', start: () => calls.push('first') };
  const named = TaskSupervisor.childSpec({ name: 'taken' });
  const lists = [
    [[first, named], oneForOne],
    [[first, { ...named, id: 'renamed' }], oneForOne],
    [[first, Supervisor.childSpec([], { ...oneForOne, name: 'taken' })], oneForOne],
    [[first], { ...oneForOne, name: 'taken' }],
  ];
  for (const [list, options] of lists) {
    const error = thrown(() => Supervisor.start(list, options));
    assert.ok(error instanceof AlreadyStartedError);
    assert.equal(error.pid, taken.pid);
    assert.equal(error.name, 'taken');
  }
  const twice = thrown(() => Supervisor.start([first, TaskSupervisor.childSpec({ name: 'free' })], { ...oneForOne, name: 'free' }));
  assert.ok(twice instanceof AlreadyStartedError);
  assert.equal(twice.pid, null);
  assert.deepEqual(calls, []);
  assert.equal(Process.list().length, 2);
  await taken.stop();
});

scenario('a name that is taken further down is the cause of a failed start', async ({ Supervisor, TaskSupervisor, Process }) => {
  const taken = TaskSupervisor.start({ name: 'taken' });
  const inner = Supervisor.childSpec([TaskSupervisor.childSpec({ name: 'taken' })], { ...oneForOne, id: 'inner', name: 'inner' });
  const failure = thrown(() => Supervisor.start([inner], oneForOne));
  assert.equal(failure.id, 'inner');
  assert.ok(failure.cause instanceof AlreadyStartedError);
  await failure.stopped;
  const supervisor = Supervisor.start([], oneForOne);
  const late = await rejection(Supervisor.startChild(supervisor, TaskSupervisor.childSpec({ name: 'taken' })));
  assert.ok(late instanceof ChildStartError);
  assert.equal(late.cause.pid, taken.pid);
  assert.equal(await late.stopped, undefined);
  await supervisor.stop();
  await taken.stop();
  assert.equal(Process.whereis('inner'), null);
});

scenario('G26: trees nest: the innermost are started first and stopped last of their line', async ({ Supervisor, TaskSupervisor, Process, clock }) => {
  const { spec, taken } = recorder();
  const supervisor = Supervisor.start([
    spec('a'),
    Supervisor.childSpec([
      spec('b1'),
      Supervisor.childSpec([spec('c1'), spec('c2')], { strategy: 'oneForAll', id: 'c' }),
      TaskSupervisor.childSpec({ name: 'pool' }),
    ], { ...oneForOne, id: 'b', name: 'b' }),
    spec('z'),
  ], oneForOne);
  assert.equal(statesOf(Supervisor, supervisor), 'a:up b:up z:up');
  assert.equal(statesOf(Supervisor, 'b'), 'b1:up c:up pool:up');
  assert.equal(statesOf(Supervisor, pidOf(Supervisor, 'b', 'c')), 'c1:up c2:up');
  assert.equal(Process.info(Process.whereis('b')).kind, 'supervisor');
  assert.deepEqual(Supervisor.countChildren('b'), { specs: 3, active: 3, supervisors: 2, workers: 1 });
  await clock.advance(0);
  assert.equal(taken(), '+a +b1 +c1 +c2 +z');
  await supervisor.stop();
  assert.equal(taken(), '-z -c2 -c1 -b1 -a');
  assert.equal(Process.whereis('b'), null);
});

scenario('a nested start that fails: each level waits until the one below is gone', async ({ Task, Supervisor, Process, clock }) => {
  const slow = Task.start(async (context) => {
    context.Process.flag('trapExit', true);
    await new Promise((resolve) => context.Process.onExit(resolve));
    await context.sleep(50);
  });
  await quiet();
  const error = new Error('deep');
  const adopt = {
    id: 'slow',
    start: (context) => {
      context.Process.link(slow);
      return slow;
    },
  };
  const inner = Supervisor.childSpec([adopt, { id: 'bad', start: () => { throw error; } }], { ...oneForOne, id: 'inner' });
  const order = [];
  let outer = null;
  const sibling = {
    id: 'sibling',
    start: (context) => {
      const pid = context.Task.startLink(forever);
      outer = Process.monitor(context.self).down;
      Process.monitor(pid).down.then(() => order.push('sibling'));
      return pid;
    },
  };
  Process.monitor(slow).down.then(() => order.push('slow'));
  const failure = thrown(() => Supervisor.start([sibling, inner], oneForOne));
  assert.equal(failure.id, 'inner');
  assert.ok(failure.cause instanceof ChildStartError);
  assert.equal(failure.cause.id, 'bad');
  assert.equal(failure.cause.cause, error);
  assert.deepEqual(failure.reason, ['shutdown', ['failedToStartChild', 'bad', error]]);
  await clock.advance(49);
  assert.equal(await stateOf(failure.stopped), 'pending');
  assert.deepEqual(order, []);
  await clock.advance(1);
  await failure.stopped;
  await failure.cause.stopped;
  assert.deepEqual(order, ['slow', 'sibling']);
  assert.deepEqual(await outer, ['shutdown', ['failedToStartChild', 'inner', failure.reason]]);
});

scenario('what a start that fails had started is ended', async ({ Supervisor, Process }) => {
  const supervisor = Supervisor.start([], oneForOne);
  const reasons = [];
  const error = await rejection(Supervisor.startChild(supervisor, {
    id: 'a',
    start: (context) => {
      const pids = [
        context.Task.startLink(forever), context.Task.start(forever), context.TaskSupervisor.start({ name: 'pool' }).pid,
        context.Supervisor.startLink([{ id: 'x', start: ({ Task }) => Task.startLink(forever) }], oneForOne).pid,
      ];
      for (const pid of pids) Process.monitor(pid).down.then((reason) => reasons.push(reason));
      throw new Error('after all');
    },
  }));
  assert.equal(error.cause.message, 'after all');
  assert.deepEqual(reasons, ['shutdown', 'shutdown', 'shutdown', 'shutdown']);
  assert.deepEqual(Process.list(), [Process.self(), supervisor.pid]);
  assert.equal(Process.whereis('pool'), null);
  await supervisor.stop();
});

scenario('a child of another supervisor is not ended by that', async ({ Supervisor, TaskSupervisor, Process }) => {
  const jobs = TaskSupervisor.start();
  let job = null;
  const failure = thrown(() => Supervisor.start([{
    id: 'a',
    start: (context) => {
      job = context.TaskSupervisor.startChild(jobs, forever);
      throw new Error('no');
    },
  }], oneForOne));
  await failure.stopped;
  assert.ok(Process.alive(job));
  await jobs.stop();
});

scenario('a spec that contains itself is an error, at any depth', async ({ Supervisor, Process }) => {
  const spec = {
    id: 'again',
    start: (context) => context.Supervisor.startLink([spec], oneForOne),
  };
  const failure = thrown(() => Supervisor.start([spec], oneForOne));
  let deepest = failure;
  let levels = 0;
  while (deepest instanceof ChildStartError) {
    deepest = deepest.cause;
    levels++;
  }
  assert.ok(deepest instanceof RangeError);
  assert.match(deepest.message, /does a spec contain itself/);
  assert.equal(levels, 101);
  await failure.stopped;
  assert.equal(Process.list().length, 1);
});

scenario('nesting that ends is no such error', async ({ Supervisor, Process }) => {
  const level = (depth) => ({
    id: `${depth}`,
    start: (context) => (depth === 0
      ? context.Task.startLink(forever)
      : context.Supervisor.startLink([level(depth - 1)], oneForOne)),
  });
  const supervisor = Supervisor.start([level(60)], oneForOne);
  assert.equal(Process.list().length, 63);
  await supervisor.stop();
});

scenario('a start function that kills its supervisor', async ({ Supervisor, Process }) => {
  const suicide = { id: 'a', start: (context) => {
    const pid = context.Task.startLink(forever);
    context.Process.exit(context.self, 'kill');
    return pid;
  } };
  const never = { id: 'never', start: () => assert.fail('it must not be started') };
  const error = thrown(() => Supervisor.start([suicide, never], { ...oneForOne, name: 'App' }));
  assert.ok(error instanceof ExitError);
  assert.equal(error.reason, 'killed');
  assert.match(error.message, /ended while its children were being started/);
  assert.deepEqual(Process.list(), [Process.self()]);
  const supervisor = Supervisor.start([], oneForOne);
  const late = await rejection(Supervisor.startChild(supervisor, suicide));
  assert.ok(late instanceof ExitError);
  assert.equal(late.reason, 'killed');
  assert.equal(late.pid, supervisor.pid);
  assert.deepEqual(Process.list(), [Process.self()]);
  const another = Supervisor.start([], oneForOne);
  await rejection(Supervisor.startChild(another, { id: 'a', start: (context) => {
    const pid = context.Task.start(forever);
    context.Process.exit(context.self, 'kill');
    return pid;
  } }));
  assert.deepEqual(Process.list(), [Process.self()]);
});

scenario('a start function that stops its supervisor: all children are started first', async ({ Supervisor, Process }) => {
  const { spec } = recorder();
  let stopping = null;
  const supervisor = Supervisor.start([
    { id: 'a', start: (context) => {
      stopping = context.Supervisor.stop(context.self, 'enough');
      return 'ignore';
    } },
    spec('b'),
  ], oneForOne);
  const { down } = Process.monitor(supervisor.pid);
  await rejection(stopping); // the supervisor itself has asked
  assert.equal(await down, 'noproc');
  assert.deepEqual(Process.list(), [Process.self()]);
}, { onLog() {} });

scenario('a start function may ask its own supervisor; the answer comes afterwards', async ({ Supervisor }) => {
  const answers = [];
  const supervisor = Supervisor.start([{
    id: 'a',
    start: (context) => {
      context.Supervisor.startChild(context.self, { id: 'b', start: ({ Task }) => Task.startLink(forever) })
        .then((pid) => answers.push(typeof pid));
      context.Supervisor.deleteChild(context.self, 'a').catch(({ state }) => answers.push(state));
      assert.deepEqual(Supervisor.whichChildren(context.self).map(({ id, state }) => [id, state]), [['a', 'starting']]);
      return context.Task.startLink(forever);
    },
  }], oneForOne);
  assert.deepEqual(answers, []);
  await quiet();
  assert.deepEqual(answers, ['string', 'running']);
  assert.equal(statesOf(Supervisor, supervisor), 'a:up b:up');
  await supervisor.stop();
});

scenario('a start function that disposes of the runtime', async ({ Supervisor, runtime }) => {
  assert.throws(() => Supervisor.start([{ id: 'a', start: () => runtime.dispose() }], oneForOne), DisposedError);
}, { idle: false });

scenario('dispose settles stopped', async ({ Task, Supervisor, runtime }) => {
  const slow = Task.start(({ Process, sleep }) => {
    Process.flag('trapExit', true);
    return sleep(Infinity);
  });
  await quiet();
  const adopt = { id: 'slow', shutdown: Infinity, start: (context) => {
    context.Process.link(slow);
    return slow;
  } };
  const failure = thrown(() => Supervisor.start([adopt, { id: 'bad', start: () => { throw 1; } }], oneForOne));
  runtime.dispose();
  assert.ok((await rejection(failure.stopped)) instanceof DisposedError);
}, { idle: false });

scenario('the caller of a linked start may be ended by it: the supervisor follows', async ({ Task, Process }) => {
  let down = null;
  const task = Task.async((context) => {
    context.Supervisor.startLink([{ id: 'a', start: (own) => {
      down = Process.monitor(own.self).down;
      Process.exit(context.self, 'kill');
      return own.Task.startLink(forever);
    } }], oneForOne);
  });
  assert.equal((await rejection(Task.await(task))).reason, 'killed');
  assert.equal(await down, 'killed');
  assert.deepEqual(Process.list(), [Process.self()]);
});

scenario('the context offers the whole API while the function runs; what it awaits comes later', async ({ Supervisor, clock }) => {
  const seen = {};
  const note = (name, promise) => promise.then((value) => {
    seen[name] = value;
  });
  const supervisor = Supervisor.start([{
    id: 'a',
    start: ({ self, Task, Process, TaskSupervisor }) => {
      assert.throws(() => Process.flag('trapExit', false), RangeError);
      assert.equal(Process.flag('trapExit', true), true);
      const pool = TaskSupervisor.startLink();
      note('await', Task.await(Task.async(() => 5)));
      note('yield', Task.yield(TaskSupervisor.async(pool, forever), 10));
      note('sleep', Process.sleep(10));
      note('down', Process.monitor(Task.start(() => {})).down);
      // A supervisor traps exits: the crash of an item is its entry.
      note('stream', Task.asyncStream([1, 2], (item) => {
        if (item === 1) throw 'one';
        return item;
      }).toArray());
      note('linked', rejection(Task.await(Task.async(() => { throw 'crash'; }))));
      assert.equal(Process.info(self).kind, 'supervisor');
      return pool;
    },
  }], oneForOne);
  await clock.advance(10);
  assert.deepEqual(seen, {
    await: 5,
    yield: null,
    sleep: undefined,
    down: 'normal',
    stream: [{ status: 'rejected', reason: 'one' }, { status: 'fulfilled', value: 2 }],
    linked: 'crash',
  });
  await supervisor.stop();
});

scenario('what a start function asks for is no part of the start: its failure leaves the link as it is', async ({ Supervisor, Process }) => {
  const root = Process.self();
  Process.flag('trapExit', true);
  const heard = [];
  const unlisten = Process.onExit(({ reason }) => heard.push(reason));
  Process.flag('trapExit', false);
  let asked;
  let began = false;
  const supervisor = Supervisor.startLink([{
    id: 'a',
    start: ({ self, Task }) => {
      asked = rejection(Supervisor.startChild(self, {
        id: 'b',
        start: () => {
          began = true;
          throw new Error('no');
        },
      }));
      return Task.startLink(forever);
    },
  }], oneForOne);
  assert.equal(began, false, 'it is started after the call');
  assert.equal((await asked).id, 'b');
  assert.equal(Process.info(root).links, 1);
  Process.flag('trapExit', true);
  Process.exit(supervisor.pid, 'kill');
  await quiet();
  assert.deepEqual(heard, ['killed']);
  unlisten();
  Process.flag('trapExit', false);
});
