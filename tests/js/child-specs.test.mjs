/** Child specs and the other arguments of general supervisors: what is accepted, and how the rest is refused. */
import assert from 'node:assert/strict';
import { DisposedError } from 'belay-tasks';
import { forever } from './children.mjs';
import { scenario } from './harness.mjs';

const oneForOne = { strategy: 'oneForOne' };
const start = ({ Task }) => Task.startLink(forever);

scenario('A32, V5, G2: what makes specs, and their defaults', async ({ Task, TaskSupervisor, Supervisor }) => {
  const shown = ({ start: made, ...fields }) => [typeof made, fields];
  assert.deepEqual(shown(Task.childSpec(forever)), ['function', {
    id: 'Task', restart: 'temporary', shutdown: 5000, type: 'worker', significant: false,
  }]);
  assert.deepEqual(shown(TaskSupervisor.childSpec()), ['function', {
    id: 'TaskSupervisor', restart: 'permanent', shutdown: Infinity, type: 'supervisor', significant: false,
  }]);
  assert.deepEqual(shown(Supervisor.childSpec([], oneForOne)), ['function', {
    id: 'Supervisor', restart: 'permanent', shutdown: Infinity, type: 'supervisor', significant: false,
  }]);
  assert.equal(TaskSupervisor.childSpec({ name: 'x' }).id, 'x');
  assert.equal(Supervisor.childSpec([], { ...oneForOne, name: 'y' }).id, 'y');
  const options = { id: 'i', restart: 'transient', shutdown: 7, significant: true };
  const wanted = { id: 'i', restart: 'transient', shutdown: 7, significant: true };
  assert.deepEqual(shown(Task.childSpec(forever, { ...options, label: 'l' }))[1], { ...wanted, type: 'worker' });
  assert.deepEqual(shown(TaskSupervisor.childSpec({ ...options, maxChildren: 1 }))[1], { ...wanted, type: 'supervisor' });
  assert.deepEqual(shown(Supervisor.childSpec([], { ...options, ...oneForOne }))[1], { ...wanted, type: 'supervisor' });
});

scenario('G2: the defaults of a spec written out', async ({ Supervisor, Process }) => {
  const supervisor = Supervisor.start([{ id: 'a', start }], oneForOne);
  const [{ pid, type }] = Supervisor.whichChildren(supervisor);
  assert.equal(type, 'worker');
  assert.equal(Process.info(pid).restart, 'permanent');
  await supervisor.stop();
});

scenario('undefined counts as not given, in specs and options', async ({ Supervisor }) => {
  const supervisor = Supervisor.start(new Set([{
    id: 'a', start, restart: undefined, shutdown: undefined, type: undefined, significant: undefined,
  }]), { ...oneForOne, name: undefined, maxRestarts: undefined, maxSeconds: undefined, autoShutdown: undefined });
  assert.equal(Supervisor.countChildren(supervisor).active, 1);
  await supervisor.stop();
});

scenario('G4: a changed copy is a spec; the label of a task is kept', async ({ Task, Supervisor, Process }) => {
  const spec = Task.childSpec(forever, { label: 'poll' });
  const supervisor = Supervisor.start([
    { ...spec, id: 'first', restart: 'permanent' }, { ...spec, id: 'second', restart: 'transient' },
  ], oneForOne);
  assert.deepEqual(Supervisor.whichChildren(supervisor).map(({ id, pid }) => {
    const { label, restart } = Process.info(pid);
    return [id, label, restart];
  }), [['second', 'poll', 'transient'], ['first', 'poll', 'permanent']]);
  await supervisor.stop();
});

scenario('a spec is copied: what is changed later does nothing', async ({ Supervisor, Process, clock }) => {
  const runs = [];
  const spec = { id: 'a', start: (context) => {
    runs.push('first');
    return start(context);
  } };
  const list = [spec];
  const nested = Supervisor.childSpec(list, oneForOne);
  const supervisor = Supervisor.start(list, oneForOne);
  spec.start = () => assert.fail('the other one');
  spec.id = 'b';
  list.push(nested);
  Process.exit(Supervisor.whichChildren(supervisor)[0].pid, 'kill');
  await clock.advance(0);
  assert.deepEqual(runs, ['first', 'first']);
  assert.equal(await Supervisor.startChild(supervisor, nested).then((pid) => Supervisor.countChildren(pid).specs), 1);
  await supervisor.stop();
});

/** Each: what is wrong, the error's class, words of its message. */
const WRONG_SPECS = [
  [undefined, TypeError, 'child spec', 'undefined'],
  [null, TypeError, 'null'],
  [() => 1, TypeError, 'a function'],
  ['Task', TypeError, '"Task"'],
  [['a', start], TypeError, 'child spec'],
  [{}, TypeError, 'id', 'a string'],
  [{ id: 5, start }, TypeError, 'id', '5'],
  [{ id: Symbol('a'), start }, TypeError, 'Symbol(a)'],
  [{ id: 'a' }, TypeError, 'start', 'a function', 'undefined'],
  [{ id: 'a', start: 'start' }, TypeError, 'start', '"start"'],
  [{ id: 'a', start, restart: 'always' }, RangeError, 'restart', '"always"', '\'temporary\', \'transient\', \'permanent\''],
  [{ id: 'a', start, restart: true }, TypeError, 'restart'],
  [{ id: 'a', start, shutdown: -1 }, RangeError, 'shutdown', '-1'],
  [{ id: 'a', start, shutdown: NaN }, RangeError, 'shutdown', 'NaN'],
  [{ id: 'a', start, shutdown: 'kill' }, TypeError, 'shutdown', '"kill"', '\'brutalKill\''],
  [{ id: 'a', start, shutdown: null }, TypeError, 'shutdown', 'null'],
  [{ id: 'a', start, type: 'task' }, RangeError, 'type', '"task"', '\'worker\', \'supervisor\''],
  [{ id: 'a', start, type: null }, TypeError, 'type'],
  [{ id: 'a', start, significant: 1 }, TypeError, 'significant', '1'],
  [{ id: 'a', start, restart: 'permanent', significant: true }, RangeError, 'significant', 'permanent'],
  [{ id: 'a', start, significant: true }, RangeError, 'significant', 'permanent'],
  [{ id: 'a', start, restart: 'transient', significant: true }, RangeError, 'significant', '\'never\''],
  [{ id: 'a', start, modules: [] }, TypeError, 'modules', 'id, start, restart, shutdown, type, significant'],
  [{ id: 'a', start, restarts: 5 }, TypeError, 'restarts'],
];

scenario('G20, G29: a wrong spec is refused at the call, and nothing has happened', async ({ Supervisor, runtime }) => {
  const supervisor = Supervisor.start([], { ...oneForOne, name: 'App' });
  const before = runtime.inspect().processes;
  const calls = {
    'Supervisor.start: children[1]': (spec) => Supervisor.start([{ id: 'ok', start }, spec], oneForOne),
    'Supervisor.startLink: children[0]': (spec) => Supervisor.startLink([spec], oneForOne),
    'Supervisor.childSpec: children[0]': (spec) => Supervisor.childSpec([spec], oneForOne),
    'Supervisor.startChild: spec': (spec) => Supervisor.startChild('App', spec),
  };
  for (const [spec, type, ...words] of WRONG_SPECS) {
    for (const [begins, call] of Object.entries(calls)) {
      assert.throws(() => call(spec), (error) => {
        assert.equal(error.constructor, type, error.message);
        assert.ok(error.message.startsWith(begins), error.message);
        for (const word of words) assert.ok(error.message.includes(word), error.message);
        return true;
      });
    }
  }
  assert.deepEqual(runtime.inspect().processes, before);
  assert.deepEqual(Supervisor.whichChildren(supervisor), []);
  await supervisor.stop();
});

scenario('G1, G8: wrong options and lists are refused at the call', async ({ Task, TaskSupervisor, Supervisor, runtime }) => {
  const twice = [{ id: 'a', start }, { id: 'a', start }];
  const wrong = [
    [() => Supervisor.start([]), TypeError, 'strategy', 'undefined'],
    [() => Supervisor.start([], {}), TypeError, 'strategy'],
    [() => Supervisor.start([], { strategy: 'one_for_one' }), RangeError, '\'oneForOne\', \'oneForAll\', \'restForOne\''],
    [() => Supervisor.start([], { strategy: 1 }), TypeError, 'strategy'],
    [() => Supervisor.start([], 'oneForOne'), TypeError, 'options'],
    [() => Supervisor.start([], { ...oneForOne, maxChildren: 1 }), TypeError, 'maxChildren', 'autoShutdown'],
    [() => Supervisor.start([], { ...oneForOne, name: '' }), RangeError, 'name'],
    [() => Supervisor.start([], { ...oneForOne, name: 5 }), TypeError, 'name'],
    [() => Supervisor.start([], { ...oneForOne, maxRestarts: -1 }), RangeError, 'maxRestarts'],
    [() => Supervisor.start([], { ...oneForOne, maxRestarts: 1.5 }), RangeError, 'maxRestarts'],
    [() => Supervisor.start([], { ...oneForOne, maxSeconds: 0 }), RangeError, 'maxSeconds'],
    [() => Supervisor.start([], { ...oneForOne, autoShutdown: 'any' }), RangeError, 'autoShutdown', '\'anySignificant\''],
    [() => Supervisor.start([], { ...oneForOne, autoShutdown: true }), TypeError, 'autoShutdown'],
    [() => Supervisor.start(undefined, oneForOne), TypeError, 'children'],
    [() => Supervisor.start('ab', oneForOne), TypeError, 'children', '"ab"'],
    [() => Supervisor.start({ id: 'a', start }, oneForOne), TypeError, 'children'],
    [() => Supervisor.start(twice, oneForOne), RangeError, 'children[1]', '"a"'],
    [() => Supervisor.childSpec(twice, oneForOne), RangeError, 'children[1]'],
    [() => Supervisor.childSpec([]), TypeError, 'strategy'],
    [() => Supervisor.childSpec([], { ...oneForOne, id: 5 }), TypeError, 'id'],
    [() => Supervisor.childSpec([], { ...oneForOne, significant: true }), RangeError, 'significant'],
    [() => TaskSupervisor.childSpec({ significant: true }), RangeError, 'significant'],
    [() => TaskSupervisor.childSpec({ label: 'x' }), TypeError, 'label'],
    [() => TaskSupervisor.childSpec({ shutdown: -1 }), RangeError, 'shutdown'],
    [() => Task.childSpec(forever, { significant: 1 }), TypeError, 'significant'],
    [() => Task.childSpec(forever, { restart: 'permanent', significant: true }), RangeError, 'significant'],
    [() => Task.childSpec(forever, { type: 'worker' }), TypeError, 'type'],
    [() => Task.childSpec('x'), TypeError, 'module'],
    [() => Task.childSpec(1), TypeError, 'body'],
  ];
  for (const [call, type, ...words] of wrong) {
    assert.throws(call, (error) => {
      assert.equal(error.constructor, type, error.message);
      for (const word of words) assert.ok(error.message.includes(word), error.message);
      return true;
    });
  }
  assert.equal(runtime.inspect().processes.length, 1);
});

scenario('wrong ids are refused at the call', async ({ Supervisor }) => {
  const supervisor = Supervisor.start([], oneForOne);
  for (const call of ['terminateChild', 'restartChild', 'deleteChild']) {
    for (const id of [undefined, null, 5, {}, Symbol('a'), supervisor]) {
      assert.throws(() => Supervisor[call](supervisor, id), (error) =>
        error instanceof TypeError && error.message.startsWith(`Supervisor.${call}: id must be a string`));
    }
  }
  await supervisor.stop();
});

scenario('lists and specs whose reading runs code', async ({ Supervisor, Task }) => {
  const error = new Error('mine');
  const throws = { id: 'a', get start() { throw error; } };
  assert.throws(() => Supervisor.start([throws], oneForOne), error);
  assert.throws(() => Supervisor.start((function* () { throw error; })(), oneForOne), error);
  const task = Task.async((context) => {
    const list = (function* () {
      context.Process.exit(context.self, 'kill');
      yield { id: 'a', start };
    })();
    return context.Supervisor.start(list, oneForOne);
  });
  await assert.rejects(Task.await(task), { reason: 'killed' });
  let reads = 0;
  const counted = { id: 'a', get start() {
    reads++;
    return start;
  } };
  const supervisor = Supervisor.start([counted], oneForOne);
  assert.equal(reads, 1);
  await supervisor.stop();
});

scenario('a list that disposes of the runtime', async ({ Supervisor, runtime }) => {
  const list = (function* () {
    runtime.dispose();
    yield { id: 'a', start };
  })();
  assert.throws(() => Supervisor.start(list, oneForOne), DisposedError);
  assert.throws(() => Supervisor.startChild('x', { id: 'a', start }), DisposedError);
}, { idle: false });
