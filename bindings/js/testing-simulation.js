/**
 * One simulation: a runtime, virtual time, and the turns in which it goes on.
 *
 * A turn begins when no microtask is left, so all that needs no time is done.
 * Then one thing happens, the same in every run: the next timer that is due,
 * else the next callback for which no time need pass, else time jumps.
 *
 * The run is over when main has settled or something has failed. Its processes
 * are then left where they stand; nothing of them runs any more.
 */
import { simulatedRuntime } from './public-runtime.js';
import { EventLog } from './event-log.js';
import { quiet } from './record.js';
import { takeReports } from './report.js';
import { DeadlockError, RealIoError, UnboundedError } from './testing-errors.js';
import { ModulesHere, refuseThread } from './testing-modules.js';
import { afterGrace, makeTurns, OpenResources } from './testing-host.js';
import { VirtualTime } from './testing-time.js';
import { tellWaiting, whoWaits } from './testing-waiting.js';

/* What streams take for the number of processors, on every machine. */
const PROCESSORS = 4;
/* Past the last step waits hang; when the calls go on nevertheless, they throw. */
const CALLS_PAST = 1000;

export class Simulation {
  #main;
  #scope = null;
  #settings;
  #runtime;
  #turns = null;
  #resources = new OpenResources();
  #time = new VirtualTime();
  /** Callbacks for which no time need pass, and the place of the next one. */
  #soon = [];
  #soonAt = 0;
  #log = new EventLog();
  #steps = 0;
  /** Code that runs now was caused by the simulation. */
  #inside = true;
  /** Code that was caused by something else has taken part. */
  #meddled = false;
  /** There were too many steps; and the error that says so, once made. */
  #isOver = false;
  #overError = null;
  #callsPast = 0;
  /** Real immediates of Node that are set: by code of the run, by other code. */
  #immediates = 0;
  #othersImmediates = 0;
  /** The next look is that of the second turn of a batch. */
  #isSecond = false;
  /** Failures that have reached the root while nobody waited, in this turn. */
  #failures = [];
  /** { value } or { error } */
  #outcome = null;
  #begun = false;
  #globals = null;
  #resolve;
  #reject;

  /** @param settings checked options, with `seed` and `ended`, called at the end */
  constructor(main, settings) {
    this.#main = main;
    this.#settings = settings;
    const { runtime, api } = simulatedRuntime({
      clock: this.#clock(),
      onLog: settings.onLog,
      wasm: settings.wasm,
      maxTasks: settings.maxTasks,
      trace: settings.trace,
      makePool: () => new ModulesHere(settings.modules),
      hooks: {
        processors: PROCESSORS,
        log: this.#log,
        unhandled: (failure) => {
          quiet(failure.unhandled);
          this.#failures.push(failure);
        },
        thread: refuseThread,
        called: () => {
          if (++this.#callsPast > CALLS_PAST) throw this.#tooManySteps;
        },
      },
    });
    this.#runtime = runtime;
    this.api = api;
  }

  get runtime() {
    return this.#runtime;
  }

  get time() {
    return this.#time;
  }

  /**
   * Begins with the next turn; main gets `scope`. `replaceGlobals` does so and
   * returns what puts them back.
   */
  run(scope, replaceGlobals) {
    this.#scope = scope;
    this.#globals = { replace: replaceGlobals, restore: null };
    this.#inside = false;
    takeReports((error) => {
      if (this.#inside) this.fail(error);
      return this.#inside;
    });
    this.#turns = makeTurns((isFirst, isLast) => this.#turn(isFirst, isLast));
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#turns.begin();
    });
  }

  /** The run ends with `error`, unless another one was before it. */
  fail(error) {
    if (this.#outcome === null || 'value' in this.#outcome) this.#outcome = { error };
  }

  /** Has `run` called in a turn of its own, before time goes on. */
  soon(run) {
    const entry = { run };
    this.#soon.push(entry);
    return entry;
  }

  /* ---- Steps ---------------------------------------------------------- */

  /** What the runtime's pump goes by. */
  #clock() {
    const time = this.#time;
    const simulation = this;
    return {
      now: () => time.now,
      setTimeout: (run, ms) => time.set(time.now + ms, run),
      clearTimeout: (timer) => time.cancel(timer),
      later() {}, // a turn is put off when steps are over only: for ever
      close() {},
      slack: 0,
      real: false,
      limit: {
        step: (count) => simulation.#step(count),
        get isOver() {
          return simulation.#isOver;
        },
      },
    };
  }

  /** True when there were too many. */
  #step(count) {
    this.#meddled ||= !this.#inside;
    this.#steps += count;
    if (this.#steps <= this.#settings.maxSteps) return false;
    this.#isOver = true;
    this.#runtime.halted = true;
    return true;
  }

  get #tooManySteps() {
    this.#overError ??= this.#unbounded('maxSteps', `${this.#settings.maxSteps} steps`);
    return this.#overError;
  }

  #unbounded(limit, amount) {
    const waiting = whoWaits(this.#runtime);
    return new UnboundedError(
      `simulate: main has not settled after ${amount} (option ${limit}), at ${this.#time.now} ms:\n` +
        tellWaiting(waiting, this.#runtime.root.pid),
      { limit, waiting },
    );
  }

  /* ---- Turns ---------------------------------------------------------- */

  #turn(isFirst, isLast) {
    const opened = isFirst ? this.#openBatch() : this.#look();
    if (!this.#begun) {
      this.#begun = true;
      this.#act(this.#begin);
    } else if (this.#judge(opened)) this.#end();
    else if (isLast) this.#inside = false;
    else if (this.#immediates > 0) this.#step(1); // time stands still until they have run
    else this.#next();
  }

  /** Whatever the outside has opened before a batch is not the simulation's. */
  #openBatch() {
    this.#inside = true;
    this.#resources.note();
    const immediates = this.#resources.immediatesBesides(this.#turns.pending);
    this.#immediates = Math.min(this.#immediates, immediates); // one of Node's own may have gone by
    this.#othersImmediates = immediates - this.#immediates;
    this.#isSecond = true;
    return null;
  }

  /**
   * What was opened in the last turn. Immediates that are set may have run meanwhile:
   * those of the batch before have by the second turn, so where they have made
   * nothing none is left, whatever Node or others outside have set at that time.
   */
  #look() {
    const mayDiffer = this.#resources.mayDiffer;
    if (this.#isSecond && !mayDiffer) {
      this.#othersImmediates += this.#immediates;
      this.#immediates = 0;
    }
    this.#isSecond = false;
    if (!mayDiffer && this.#immediates === 0) return null;
    const opened = this.#resources.opened();
    this.#immediates = this.#resources.immediatesBesides(this.#turns.pending) - this.#othersImmediates;
    return opened;
  }

  /** Whether the run is over, by what happened in the last turn. */
  #judge(opened) {
    const isQuiet = opened === null && this.#failures.length === 0;
    if (isQuiet && !this.#isOver && !this.#meddled) return this.#outcome !== null;
    const { now } = this.#time;
    if (this.#isOver) this.#outcome = { error: this.#tooManySteps };
    else if (this.#meddled) {
      this.#outcome = { error: new RealIoError(
        `simulate: at ${now} ms, something outside of the simulation went on: what happens next depends on ` +
          'real time. Work of other threads (crypto.subtle, WebAssembly.compile), import(), ' +
          'AbortSignal.timeout and callbacks of code outside have this effect',
        'unknown',
      ) };
    }
    const failure = this.#failures.find(({ unhandled }) => unhandled !== null);
    this.#failures = [];
    if (failure !== undefined) this.fail(failure.error);
    if (this.#outcome === null && opened !== null) {
      this.#outcome = { error: new RealIoError(`simulate: at ${now} ms, ${tellKind(opened)}`, opened) };
    }
    return this.#outcome !== null;
  }

  /** The next thing happens. */
  #next() {
    const time = this.#time;
    const next = time.next;
    if (next <= time.now) this.#act(time.jump());
    else if (this.#soonAt < this.#soon.length) this.#act(this.#takeSoon());
    else if (next === Infinity) this.#stuck();
    else if (next > this.#settings.maxTime) {
      this.#outcome = { error: this.#unbounded('maxTime', `${this.#settings.maxTime} ms`) };
      this.#end();
    } else {
      const run = time.jump();
      this.#tellTime();
      this.#act(run);
    }
  }

  /**
   * The kernel learns of a jump before anything is done then, so that what a
   * timer of the platform's brings about happens at that time for it as well.
   * Where a deadline of its own is reached it learns it by that, and in its
   * order: what has returned by then counts as before it.
   */
  #tellTime() {
    const { now } = this.#time;
    if (!this.#runtime.disposed && this.#runtime.deadline > now) this.#runtime.advance(now);
  }

  #takeSoon() {
    const { run } = this.#soon[this.#soonAt++];
    if (this.#soonAt === this.#soon.length) {
      this.#soon = [];
      this.#soonAt = 0;
    }
    return run;
  }

  #act(run) {
    this.#inside = true;
    this.#step(1);
    try {
      run();
    } catch (error) {
      this.fail(error);
    }
  }

  #begin = () => {
    this.#globals.restore = this.#globals.replace();
    const settle = (outcome) => {
      if (!this.#inside) this.#meddled = true;
      this.#outcome ??= outcome;
    };
    const main = this.#main;
    Promise.resolve(main(this.#scope)).then(
      (value) => settle({ value }),
      (error) => settle({ error }),
    );
  };

  /** Nothing can run; unless the outside is at work where it cannot be seen. */
  #stuck() {
    this.#inside = false;
    this.#turns.stop();
    afterGrace(() => {
      if (!this.#judge(null)) {
        const waiting = whoWaits(this.#runtime);
        this.#outcome = { error: new DeadlockError(
          `simulate: deadlock at ${this.#time.now} ms. Main has not settled, and nothing is left to happen:\n` +
            tellWaiting(waiting, this.#runtime.root.pid),
          { waiting },
        ) };
      }
      this.#end();
    });
  }

  #end() {
    this.#inside = false;
    this.#turns.stop();
    takeReports(null);
    this.#runtime.freeze();
    this.#time.clear();
    this.#soon = [];
    const { seed, ended } = this.#settings;
    try {
      this.#globals.restore?.();
    } catch (error) {
      this.fail(error); // main has made it impossible
    }
    ended();
    const outcome = this.#outcome;
    const run = { elapsed: this.#time.now, seed };
    if ('value' in outcome) this.#resolve(withEvents(this.#log, { value: outcome.value, ...run }));
    else {
      attach(outcome.error, withEvents(this.#log, run));
      this.#reject(outcome.error);
    }
  }
}

/** The run with its events, which are made when they are first read. */
function withEvents(log, run) {
  let events = null;
  return Object.defineProperty(run, 'events', {
    get() {
      if (events === null) {
        events = log.all();
        log.clear();
      }
      return events;
    },
    enumerable: true,
    configurable: true,
  });
}

const HINTS = new Map([
  ['Timeout', 'a real timer was set (setTimeout or setInterval). Use the simulation\'s sleep, or { globals: true }'],
]);

const tellKind = (kind) => HINTS.get(kind) ??
  `real I/O was begun (${kind}), whose end would depend on real time. Give the code under test a stand-in for it`;

/** Puts the run beside the error that ended it, where errors can bear that. */
function attach(error, run) {
  if ((typeof error !== 'object' || error === null) && typeof error !== 'function') return;
  try {
    Object.defineProperty(error, 'simulation', { value: run, configurable: true, writable: true });
  } catch {
    // A frozen one goes as it is.
  }
}
