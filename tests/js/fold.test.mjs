/**
 * The events are complete: folded, they give what inspect() shows at any moment
 * of any program.
 *
 *   BELAY_SEEDS=500 BELAY_SEED=1 node --test tests/js/fold.test.mjs
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRuntime, EventFold, foldEvents } from 'belay-tasks';
import { quiet, scenario } from './harness.mjs';
import { Program } from './random-program.mjs';

const SEEDS = Number(process.env.BELAY_SEEDS ?? 40);
const FIRST = Number(process.env.BELAY_SEED ?? 1);

/** The picture without what events do not tell: the kernel's own affairs. */
function shown(runtime) {
  const { timers, memory, workers, ...picture } = runtime.inspect();
  return picture;
}

/** Folds the events of a runtime as they come. */
function follow(runtime) {
  const fold = new EventFold();
  const events = [];
  let mistake = null;
  runtime.subscribe((event) => {
    events.push(event);
    try {
      fold.add(event);
    } catch (error) {
      mistake ??= error;
    }
  });
  return {
    events,
    /** inspect() tells the listeners first, so it comes first. */
    check(message) {
      const picture = shown(runtime);
      if (mistake !== null) throw mistake;
      assert.deepEqual(fold.picture(picture.time), picture, message);
    },
  };
}

class Followed extends Program {
  #followed;
  #moment = 0;
  /** What was in some picture: the test must have met all of it. */
  met = new Set();
  generals = [];

  constructor(seed) {
    super(seed);
    this.#followed = follow(this.runtime);
  }

  check() {
    super.check();
    try {
      this.#followed.check(`moment ${this.#moment++}`);
    } catch (error) {
      this.surprise ??= error; // a body would only end by it
      throw error;
    }
    this.#note();
  }

  body(depth = 0) {
    const body = super.body(depth);
    return (...given) => {
      if (this.random.chance(0.1)) this.check();
      return body(...given);
    };
  }

  /** At moments inside of bodies, too. */
  act(context, depth = 0) {
    const result = this.random.chance(0.3) ? this.more(context) : super.act(context, depth);
    if (this.random.chance(0.5)) this.check();
    return result;
  }

  /** What the other programs do not do. */
  more(context) {
    const { random } = this;
    const { Process, Supervisor, Task, TaskSupervisor } = context;
    const pid = () => (this.pids.length > 0 ? random.pick(this.pids) : Process.self());
    const general = () => (this.generals.length > 0 ? random.pick(this.generals) : 'nobody');
    const id = () => random.pick(['Task', 'pool', 'inner', 'flaky', 'stubborn']);
    const acts = [
      () => Process.register(`name ${random.below(6)}`, random.chance(0.2) ? Process.self() : pid()),
      () => Process.unregister(`name ${random.below(6)}`),
      () => Process.flag('trapExit', random.chance(0.5)),
      () => Process.link(pid()),
      () => Process.unlink(pid()),
      () => {
        const target = pid();
        if (target === Process.self()) return;
        const { ref } = Process.monitor(target);
        if (random.chance(0.5)) Process.demonitor(ref);
      },
      () => {
        const start = random.pick(['start', 'startLink']);
        this.generals.push(Supervisor[start](this.#specs(context), this.#settings()).pid);
      },
      () => Supervisor.startChild(general(), this.#specs(context).at(-1)),
      () => Supervisor.terminateChild(general(), id()),
      () => Supervisor.restartChild(general(), id()),
      () => Supervisor.deleteChild(general(), id()),
      () => random.chance(0.3) && Supervisor.stop(general(), random.pick(['normal', 'shutdown', 'x'])),
      async () => {
        const task = Task.async(({ Process: own, sleep }) => {
          own.flag('trapExit', true);
          return sleep(30);
        });
        await context.sleep(1);
        await Task.shutdown(task, random.pick([5, 50]));
      },
    ];
    return this.attempt(random.pick(acts));
  }

  #settings() {
    const { random } = this;
    return {
      strategy: random.pick(['oneForOne', 'oneForAll', 'restForOne']),
      maxRestarts: random.below(6),
      autoShutdown: random.pick(['never', 'anySignificant', 'allSignificant']),
    };
  }

  #specs({ Task, TaskSupervisor, Supervisor }) {
    const { random } = this;
    const restart = () => random.pick(['temporary', 'transient', 'permanent']);
    const task = () => Task.childSpec(this.body(3), { restart: restart(), shutdown: random.pick([0, 10, 'brutalKill']) });
    const specs = [
      () => task(),
      () => TaskSupervisor.childSpec({ id: 'pool', name: `pool ${this.size++}`, maxRestarts: 1 }),
      () => Supervisor.childSpec([task()], { id: 'inner', strategy: 'oneForOne', maxRestarts: 1 }),
      () => {
        const { start } = task();
        const flaky = (given) => {
          if (random.chance(0.5)) this.check();
          if (random.chance(0.3)) throw new Error('will not start');
          return random.chance(0.2) ? 'ignore' : start(given);
        };
        return { id: 'flaky', start: flaky, restart: restart() };
      },
    ];
    const chosen = specs.filter(() => random.chance(0.6)).map((make) => make());
    const stubborn = ({ Process, sleep }) => {
      Process.flag('trapExit', true);
      return sleep(Infinity);
    };
    return [...chosen, Task.childSpec(stubborn, { id: 'stubborn', restart: restart(), shutdown: 10 })];
  }

  #note() {
    const picture = this.runtime.inspect();
    for (const { state, kind, restarts, name, trapExit, links, monitors, specs, callers } of picture.processes) {
      this.met.add(`${kind} ${state}`);
      if (restarts > 0) this.met.add('restarts');
      if (name !== undefined) this.met.add('name');
      if (kind === 'task' && trapExit) this.met.add('trapExit');
      if (links > 0) this.met.add('links');
      if (monitors > 0) this.met.add('monitors');
      if (callers.length > 2) this.met.add('callers');
      for (const spec of specs ?? []) this.met.add(`child ${spec.state}`);
    }
    for (const { inFlight, buffered, abandoned } of picture.streams) {
      if (inFlight > 0) this.met.add('in flight');
      if (buffered > 0) this.met.add('buffered');
      if (abandoned > 0) this.met.add('abandoned of a stream');
    }
    if (picture.abandoned > 0) this.met.add('abandoned');
    for (const { what } of picture.waits) this.met.add(`wait ${what}`);
  }
}

const MUST_MEET = [
  'root running', 'task ready', 'task running', 'item ready', 'item running', 'taskSupervisor running',
  'taskSupervisor stopping', 'supervisor running', 'supervisor busy', 'supervisor stopping', 'restarts', 'name', 'trapExit', 'links', 'monitors',
  'callers', 'child up', 'child none', 'child starting', 'in flight', 'buffered', 'abandoned of a stream', 'abandoned', 'wait await',
  'wait yield', 'wait shutdown', 'wait sleep', 'wait stop', 'wait terminateChild', 'wait allSettled',
];

test(`${SEEDS} random programs: folded events are what inspect() shows`, async () => {
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  let mistake = null;
  /** Failures of linked tasks surface; mistakes of the binding and the kernel must not. */
  const ignore = (reason) => {
    if (/^(TypeError|RangeError|RuntimeError)$/.test(reason?.name)) mistake ??= reason;
  };
  process.on('unhandledRejection', ignore);
  const met = new Set();
  try {
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
      const program = new Followed(seed);
      try {
        await program.run();
        if (mistake !== null) throw mistake;
      } catch (thrown) {
        const error = mistake ?? thrown;
        error.message = `seed ${seed}: ${error.message}`;
        throw error;
      }
      for (const each of program.met) met.add(each);
    }
    await quiet();
  } finally {
    process.off('unhandledRejection', ignore);
    for (const other of others) process.on('unhandledRejection', other);
  }
  if (SEEDS >= 40) assert.deepEqual(MUST_MEET.filter((each) => !met.has(each)), []);
});

scenario('a child that is between two tries of its start', async ({ Supervisor, Process, runtime, clock }) => {
  const followed = follow(runtime);
  const seen = [];
  let fails = false;
  const supervisor = Supervisor.start([{
    id: 'flaky',
    start: ({ Task }) => {
      followed.check('in its start function');
      if (!fails) return Task.startLink(({ sleep }) => sleep(Infinity));
      fails = false;
      Supervisor.startChild(supervisor, {
        id: 'looks',
        restart: 'temporary',
        start: () => {
          followed.check('in that of another one');
          seen.push(...Supervisor.whichChildren(supervisor).map(({ id, state }) => `${id} ${state}`));
          return 'ignore';
        },
      });
      throw new Error('not yet');
    },
  }], { strategy: 'oneForOne' });
  fails = true;
  Process.exit(Supervisor.whichChildren(supervisor)[0].pid, 'kill');
  await clock.advance(0);
  followed.check('after all');
  assert.deepEqual(seen, ['looks starting', 'flaky restarting']);
  await supervisor.stop();
  followed.check('at the end');
});

scenario('a fold can be looked at in between, and at any later time', async ({ Task, runtime, clock }) => {
  const events = [];
  const off = runtime.subscribe((event) => events.push(event));
  const task = Task.async(({ sleep }) => sleep(10), { label: 'work' });
  const before = shown(runtime);
  const count = events.length;
  await clock.advance(4);
  const after = shown(runtime);
  off();
  const fold = new EventFold();
  for (const event of events.slice(0, count)) fold.add(event);
  assert.deepEqual(fold.picture(), before);
  for (const event of events.slice(count)) fold.add(event);
  assert.equal(fold.time, 0);
  assert.deepEqual(fold.picture(4), after);
  assert.deepEqual(foldEvents(events, { time: 4 }), after);
  assert.equal(foldEvents(events).processes[1].age, 0);
  // A picture stays what it was.
  const [, process] = fold.picture(4).processes;
  fold.add({ type: 'settled', time: 10, pid: task.pid, label: 'work', status: 'fulfilled', by: 'body', abandoned: false });
  assert.equal(process.state, 'running');
  await clock.advance(10);
  await Task.await(task);
});

scenario('events survive JSON', async ({ Task, runtime, clock }) => {
  const events = [];
  const off = runtime.subscribe((event) => events.push(event));
  const all = Task.asyncStream([1, 2], (n, { sleep }) => sleep(n * 5), { timeout: Infinity }).toArray();
  await clock.advance(5);
  const picture = shown(runtime);
  off();
  assert.deepEqual(foldEvents(JSON.parse(JSON.stringify(events)), { time: 5 }), picture);
  await clock.advance(10);
  await all;
});

scenario('a start that failed at the root, while what it had started stops', async ({ runtime, Task, Supervisor, Process, clock }) => {
  const { check } = follow(runtime);
  const slow = Task.start(async ({ sleep, Process }) => {
    Process.flag('trapExit', true);
    await sleep(Infinity);
  });
  await quiet();
  let stopped;
  try {
    Supervisor.startLink([
      {
        id: 'slow',
        shutdown: 50,
        start: (context) => {
          context.Process.link(slow);
          return slow;
        },
      },
      {
        id: 'bad',
        start: () => {
          throw new Error('no');
        },
      },
    ], { strategy: 'oneForOne' });
  } catch (error) {
    ({ stopped } = error);
  }
  check('it stops');
  assert.equal(Process.info(Process.self()).links, 0);
  await clock.advance(50);
  await stopped;
  check('it is gone');
});

scenario('a process that a start function has not started itself keeps its ancestors', async ({ runtime, Task, Supervisor, Process }) => {
  const { check } = follow(runtime);
  const old = Task.start(({ sleep }) => sleep(Infinity));
  const supervisor = Supervisor.start([{
    id: 'old',
    start: (context) => {
      context.Process.link(old);
      return old;
    },
  }], { strategy: 'oneForOne' });
  assert.equal(Process.info(old).supervisor, supervisor.pid);
  assert.deepEqual(Process.info(old).ancestors, [Process.self()]);
  check('it is a child');
  await supervisor.stop();
  check('it is gone');
});

test('nothing that happened is a picture of the root alone', () => {
  const runtime = createRuntime();
  const { time, ...picture } = shown(runtime);
  runtime.dispose();
  assert.deepEqual(foldEvents([], { time }), { time, ...picture });
});

test('what is no complete recording is refused', () => {
  assert.throws(() => foldEvents(5), { name: 'TypeError', message: /foldEvents: events must be an iterable/ });
  assert.throws(() => foldEvents([{ type: 'started', time: 0, pid: '<1.1>', label: '' }]), {
    name: 'RangeError', message: /process <1\.1> is not known at its event 'started'; all events since/,
  });
});
