// A pool of workers whose threads are no threads: what happens next is chosen, so that
// a case can be tried in all orders. The worker's side and the runtime's are the real
// ones; between them there are only the messages and the words that they share.
//
// Each side does one thing after the other: it hears a message, or is called. While it
// stands before a word, the other side may do one thing as a whole; and a worker that
// is to be terminated may stop there.
import assert from 'node:assert/strict';
import { HELD_MAX } from '../../bindings/js/workers/messages.js';
import { Pool } from '../../bindings/js/workers/pool.js';
import { serve } from '../../bindings/js/workers/serve.js';

const STEPS_MAX = 500;
const RUNTIME = 'the runtime';
const SYSTEM = 'the system';

/** The choices of one run after the other: all that deviate from the first at most so often. */
class Choices {
  #deviations;
  #choices = [];
  #options = [];
  #at = 0;
  #fixed = 0;

  constructor(deviations) {
    this.#deviations = deviations;
  }

  /** A number below `options`; 0 is what usually comes next. */
  choose(options) {
    if (options < 2) return 0;
    const at = this.#at++;
    if (at < this.#fixed) assert.equal(options, this.#options[at], 'the same choices lead to the same place');
    else this.#choices[at] = 0;
    this.#options[at] = options;
    return this.#choices[at];
  }

  /** Makes the choices of the next run; false when there are no more. */
  next() {
    for (let at = this.#at - 1; at >= 0; at--) {
      const before = this.#choices.slice(0, at).filter((choice) => choice > 0).length;
      if (this.#choices[at] + 1 === this.#options[at] || before === this.#deviations) continue;
      this.#choices[at]++;
      this.#fixed = at + 1;
      this.#at = 0;
      return true;
    }
    return false;
  }

  toString() {
    return this.#choices.slice(0, this.#at).map((choice, at) => (choice > 0 ? `${at}:${choice} ` : '')).join('');
  }
}

/** What a pool is given for a worker. */
class WorkerInTurns {
  toWorker = [];
  toRuntime = [];
  hear = null;
  isTerminated = false;
  isStopped = false;
  isGone = false;

  constructor(events) {
    this.events = events;
    const postMessage = (entry) => {
      if (!this.isStopped) this.toRuntime.push(structuredClone(entry));
    };
    serve({ postMessage }, { words: events.words, linger: 0 }, (hear) => {
      this.hear = hear;
    });
  }

  post(entries) {
    this.toWorker.push(structuredClone(entries));
  }

  terminate() {
    this.isTerminated = true;
  }

  expect() {}
  hold() {}
}

/** What a pool knows of a job, and how it has ended. */
class JobInTurns {
  lane = null;
  number = 0;
  done = false;
  cancelled = false;
  timer = null;
  transfer = null;
  startedAt = null;
  pid = '<0.1>';
  ends = [];

  constructor(target, args) {
    this.target = target;
    this.args = args;
  }

  #end(how) {
    this.ends.push(how);
    this.done = true;
    this.lane = null;
  }

  returned(value) {
    assert.equal(value, this.args[0]);
    this.#end('returned');
  }

  threw(error) {
    this.#end(`threw ${error.reason}`);
  }

  stopped() {
    this.#end('stopped');
  }
}

export class World {
  /** How often the function of each job was called. */
  calls = [];
  jobs = [];
  workers = [];
  #choices = null;
  #script = [];
  #timers = [];
  #inside = [];
  #error = null;
  #target;

  /** @param target { address, name, key } of a function of a job's index and what it is to do */
  constructor(settings, target) {
    const host = { kind: 'in turns', canShare: true, open: (events) => this.#open(events) };
    this.pool = new Pool({ hotSpare: false, idleTimeout: Infinity, min: 0, ...settings }, host);
    this.#target = target;
  }

  #open(events) {
    const worker = new WorkerInTurns(events);
    this.workers.push(worker);
    return worker;
  }

  submit(kind) {
    const job = new JobInTurns(this.#target, [this.jobs.length, kind]);
    this.jobs.push(job);
    this.pool.submit(job);
    return job;
  }

  called(index) {
    this.calls[index] = (this.calls[index] ?? 0) + 1;
  }

  /** Does all of `script` and all that follows from it, in an order that is chosen. */
  async run(script, choices = null) {
    this.#script = [...script];
    this.#choices = choices;
    for (let steps = 0; steps < STEPS_MAX; steps++) {
      await new Promise((resolve) => setImmediate(resolve)); // modules are loaded, and microtasks done
      const next = this.#possible();
      if (next.length === 0) return;
      this.#perform(next[this.#choose(next.length)]);
      if (this.#error !== null) throw this.#error;
    }
    assert.fail(`no end after ${STEPS_MAX} steps`);
  }

  #choose(options) {
    return this.#choices === null ? 0 : this.#choices.choose(options);
  }

  /** What can happen next: { side, run }. */
  #possible() {
    const steps = [];
    const may = (side, run) => steps.push({ side, run });
    for (const worker of this.workers) {
      const { events, toWorker, toRuntime } = worker;
      if (toRuntime.length > 0) may(RUNTIME, () => this.#tell(events, toRuntime.shift()));
      else if (worker.isStopped && !worker.isGone) may(RUNTIME, () => this.#gone(worker));
      if (worker.isStopped) continue;
      if (toWorker.length > 0) may(worker, () => worker.hear(toWorker.shift()));
      if (worker.isTerminated) may(SYSTEM, () => this.stop(worker));
    }
    if (this.#script.length > 0) may(RUNTIME, () => this.#script.shift()());
    if (this.#timers.length > 0) may(RUNTIME, () => this.#timers.shift()());
    return steps;
  }

  #tell(events, entry) {
    events.onMessage(entry);
    events.onBatch();
  }

  #gone(worker) {
    worker.isGone = true;
    worker.events.onStopped(1);
    worker.events.onBatch();
  }

  stop(worker) {
    worker.isStopped = true;
  }

  #perform({ side, run }) {
    this.#inside.push(side);
    try {
      run();
    } catch (error) {
      this.#error ??= error; // it is no error of the side that stands before a word
    }
    this.#inside.pop();
  }

  /** A side stands before a word. Gives whether it goes on: a thread that has stopped does nothing more. */
  atWord() {
    if (this.#inside.length === 1) {
      const [side] = this.#inside;
      const others = this.#possible().filter((step) => step.side !== side);
      const choice = this.#choose(others.length + 1);
      if (choice > 0) this.#perform(others[choice - 1]);
    }
    return this.#inside.at(-1)?.isStopped !== true;
  }

  addTimer(run) {
    this.#timers.push(run);
    return this.#timers.length;
  }
}

/** Puts others in the place of what the two sides use, until `run` is over. */
async function replaced(parts, run) {
  const kept = parts.map(([holder, name]) => Object.getOwnPropertyDescriptor(holder, name));
  for (const [holder, name, value] of parts) Object.defineProperty(holder, name, { value, configurable: true, writable: true });
  try {
    await run();
  } finally {
    for (const [index, [holder, name]] of parts.entries()) {
      if (kept[index] === undefined) delete holder[name];
      else Object.defineProperty(holder, name, kept[index]);
    }
  }
}

/**
 * Runs `once(choices, enter)` in all orders and gives how many there were; it tells `enter`
 * of its world. Time stands still meanwhile, and timers are among what can happen next.
 */
export async function inAllOrders(deviations, once) {
  const choices = new Choices(deviations);
  const { compareExchange, load, store } = Atomics;
  let world = null;
  let runs = 0;
  const enter = (entered) => {
    world = entered;
  };
  // The words of jobs; behind them messages are counted.
  const goesOn = (index) => index >= HELD_MAX || world.atWord();
  await replaced([
    [Atomics, 'compareExchange', (words, index, ...rest) => (goesOn(index) ? compareExchange(words, index, ...rest) : NaN)],
    [Atomics, 'load', (words, index) => (goesOn(index) ? load(words, index) : NaN)],
    [Atomics, 'store', (words, index, value) => (goesOn(index) ? store(words, index, value) : value)],
    [performance, 'now', () => 0],
    [process, 'hrtime', () => [0, 0]],
    [globalThis, 'setTimeout', (run) => world.addTimer(run)],
  ], async () => {
    do {
      try {
        await once(choices, enter);
      } catch (error) {
        throw new Error(`after the choices ${choices}: ${error.message}`, { cause: error });
      }
      runs++;
    } while (choices.next());
  });
  return runs;
}
