/**
 * Random trees of supervisors on a clock that is moved by hand: start functions
 * of every kind, requests, kills, stops. Every promise is settled and nothing is
 * left in the end. A seed gives the same program each time.
 *
 *   BELAY_SEEDS=500 BELAY_SEED=1 node --test tests/js/supervisor-soak.test.mjs
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createRuntime } from 'belay-tasks';
import { insideOf } from '../../bindings/js/public-runtime.js';
import { FakeClock, quiet } from './fake-clock.mjs';
import { assertIdle } from './harness.mjs';
import { randomOf } from './random.mjs';

const SEEDS = Number(process.env.BELAY_SEEDS ?? 40);
const FIRST = Number(process.env.BELAY_SEED ?? 1);
/** A kernel that can check itself, for those who build one. */
const WASM = process.env.BELAY_WASM ? readFileSync(process.env.BELAY_WASM) : undefined;

const EXPECTED = /^BELAY_(NO_PROC|CHILD|CHILD_START|ALREADY_STARTED|EXIT|TIMEOUT|DISPOSED)$/;
const IDS = ['a', 'b', 'c', 'd', 'e'];
const NAMES = ['one', 'two', 'three'];

class Program {
  surprise = null;
  #open = new Set();
  #starts = 0;

  constructor(seed) {
    this.random = randomOf(seed);
    this.clock = new FakeClock();
    this.runtime = createRuntime({ clock: this.clock, onLog() {}, wasm: WASM });
    this.runtime.Process.flag('trapExit', true);
    if (this.random.chance(0.5)) this.runtime.subscribe(() => {});
  }

  get pids() {
    const { Process } = this.runtime;
    return Process.list().filter((pid) => pid !== Process.self());
  }

  get supervisors() {
    return this.pids.filter((pid) => this.runtime.Process.info(pid)?.kind === 'supervisor');
  }

  /** Every promise must be settled in the end, and no error be of an unknown kind. */
  attempt(call) {
    try {
      const promise = call();
      if (typeof promise?.then !== 'function') return promise;
      this.#open.add(promise);
      promise.then(
        () => this.#open.delete(promise),
        (error) => {
          this.#open.delete(promise);
          this.#look(error);
        },
      );
      return null;
    } catch (error) {
      this.#look(error);
      return null;
    }
  }

  #look(error) {
    if (!EXPECTED.test(error?.code)) this.surprise ??= error;
    if (error?.code === 'BELAY_CHILD_START') {
      this.attempt(() => error.stopped);
      if (error.cause?.code === 'BELAY_INTERNAL') this.surprise ??= error.cause;
    }
  }

  /* ---- Children. */

  body() {
    const { random } = this;
    const ms = random.pick([0, 1, 5, 20, Infinity, Infinity, Infinity]);
    const takes = random.pick([0, 0, 3, 30]);
    const traps = random.chance(0.4);
    const end = random.pick(['return', 'throw', 'shutdown', 'exit']);
    return async ({ Process, signal, sleep, exit }) => {
      if (traps) Process.flag('trapExit', true);
      const asked = new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
        if (traps) Process.onExit(resolve);
      });
      await Promise.race([asked, sleep(ms).catch(() => {})]);
      if (traps && takes > 0) await sleep(takes);
      if (end === 'throw') throw new Error('crash');
      if (end !== 'return') exit(end === 'exit' ? 'because' : 'shutdown');
    };
  }

  /** A start function, which does not do the same each time. */
  start(depth) {
    const { random } = this;
    const shutdown = random.pick([0, 5, 50, Infinity, 'brutalKill']);
    return (context) => {
      if (++this.#starts > 3000) return 'ignore';
      if (random.chance(0.15)) this.act(context);
      const kind = random.below(depth > 0 ? 16 : 12);
      switch (kind) {
        case 0: throw random.pick([new Error('no'), null, 'no']);
        case 1: return 'ignore';
        case 2: return random.pick([undefined, 5, Promise.resolve(), context.self, this.pids[0]]);
        case 3: return context.TaskSupervisor.startLink({ name: random.pick(NAMES) });
        case 4: {
          const pid = random.pick(this.pids);
          if (random.chance(0.5)) context.Process.link(pid);
          return pid;
        }
        case 5:
          context.Task.startLink(this.body());
          return context.Task.async(this.body(), { shutdown });
        case 12: case 13: case 14: case 15:
          return context.Supervisor.startLink(this.specs(depth - 1), this.options());
        default: return context.Task.startLink(this.body(), { shutdown });
      }
    };
  }

  spec(id, depth) {
    const { random } = this;
    return {
      id,
      start: this.start(depth),
      restart: random.pick(['temporary', 'transient', 'permanent', 'permanent']),
      shutdown: random.pick([0, 5, 50, Infinity, 'brutalKill', undefined]),
      type: random.pick(['worker', 'supervisor']),
    };
  }

  specs(depth) {
    return IDS.slice(0, this.random.below(4)).map((id) => this.spec(id, depth));
  }

  options() {
    const { random } = this;
    const options = {
      strategy: random.pick(['oneForOne', 'oneForAll', 'restForOne']),
      maxRestarts: random.pick([0, 1, 3, 10]),
      maxSeconds: random.pick([1, 5]),
      autoShutdown: random.pick(['never', 'anySignificant', 'allSignificant']),
    };
    if (random.chance(0.2)) options.name = random.pick(NAMES);
    return options;
  }

  /* ---- What is done to them. */

  act({ Supervisor, Process } = this.runtime) {
    const { random } = this;
    const { supervisors } = this;
    const who = random.pick(supervisors.length > 0 && random.chance(0.8) ? supervisors : NAMES);
    const id = random.pick(IDS);
    const whom = random.pick(this.pids);
    const actions = [
      () => Supervisor.startChild(who, this.spec(id, 1)),
      () => Supervisor.startChild(who, this.spec(id, 1)),
      () => Supervisor.startChild(who, { ...this.spec(id, 0), restart: 'transient', significant: true }),
      () => Supervisor.terminateChild(who, id),
      () => Supervisor.restartChild(who, id),
      () => Supervisor.deleteChild(who, id),
      () => Supervisor.whichChildren(who),
      () => Supervisor.countChildren(who),
      () => (random.chance(0.3) ? Supervisor.stop(who, random.pick(['normal', 'shutdown', 'why']), random.pick([5, Infinity])) : null),
      () => (whom === undefined ? null : Process.exit(whom, random.pick(['kill', 'shutdown', 'crash', 'normal']))),
      () => (whom === undefined ? null : Process.exit(whom, 'kill')),
      () => Supervisor.start(this.specs(2), this.options()),
      () => Supervisor.startLink(this.specs(2), this.options()),
    ];
    this.attempt(() => {
      try {
        return random.pick(actions)();
      } catch (error) {
        // Wrong for that supervisor, or of the wrong kind.
        if (error instanceof RangeError || (error instanceof TypeError && /is not a supervisor/.test(error.message))) return null;
        throw error;
      }
    });
  }

  async run() {
    const { random, clock, runtime } = this;
    const steps = 5 + random.below(30);
    for (let step = 0; step < steps; step++) {
      for (let n = random.below(4); n >= 0; n--) {
        // Some act as bodies, and may be killed while they do.
        if (random.chance(0.2)) runtime.Task.start((context) => this.act(context));
        else this.act();
      }
      await clock.advance(random.pick([0, 0, 1, 7, 40, 1500]));
      assert.equal(insideOf(runtime).counts().check, 0);
    }
    // A name cannot keep anybody from being ended.
    for (let round = 0; this.pids.length > 0 && round < 50; round++) {
      for (const pid of this.pids) runtime.Process.exit(pid, 'kill');
      await clock.advance(100);
    }
    await clock.advance(60_000);
    await quiet();
    if (this.surprise !== null) throw this.surprise;
    assert.equal(this.#open.size, 0, 'a promise is not settled');
    await assertIdle(runtime, clock);
    runtime.dispose();
  }
}

test(`${SEEDS} random trees leave nothing behind`, async () => {
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  try {
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
      const program = new Program(seed);
      const surprised = (error) => {
        program.surprise ??= error;
      };
      process.on('unhandledRejection', surprised);
      try {
        await program.run();
      } catch (error) {
        throw new Error(`seed ${seed}: ${error.message}`, { cause: program.surprise ?? error });
      } finally {
        process.off('unhandledRejection', surprised);
      }
    }
  } finally {
    for (const other of others) process.on('unhandledRejection', other);
  }
});
