/**
 * Several waits with one answer. All are begun in one go, so their timers run
 * from the same moment: one deadline for all.
 */
import { TimeoutError, withoutStack } from './errors.js';
import { CODE, OUTCOME, WAIT } from './protocol.js';
import { quiet } from './record.js';
import { GroupWait, withBothTimeouts } from './waits.js';

class Group {
  #caller;
  #settled = false;
  #waits = [];
  /** What is made of the promise, when that is what users get. */
  outer = null;

  constructor(caller, what, records, timeout) {
    this.#caller = caller;
    this.what = what;
    this.records = records;
    this.timeout = timeout;
    this.promise = new Promise((resolve, reject) => {
      this.resolveWith = resolve;
      this.rejectWith = reject;
    });
  }

  /** Begins a wait for each one that runs; equal ones share it. */
  begin(call, kind) {
    const { timeout } = this;
    const { runtime } = this.#caller;
    const seen = new Set();
    const pending = [];
    const failed = [];
    // What is there already comes first: a timeout of 0 must not hide it.
    for (let index = 0; index < this.records.length && !this.#settled; index++) {
      const record = this.records[index];
      record.handled();
      if (seen.has(record)) continue;
      seen.add(record);
      if (record.state === 'fulfilled') this.answer(index, OUTCOME.OK);
      else (record.settled ? failed : pending).push(index);
    }
    // Of failures that are there the first one counts, as in a mailbox.
    for (const index of failed.sort((a, b) => this.records[a].ended - this.records[b].ended)) {
      if (this.#settled) break;
      this.answer(index, this.records[index].crashed ? OUTCOME.CRASH : OUTCOME.EXIT);
    }
    for (const index of pending) {
      if (this.#settled) break;
      const record = this.records[index];
      const wait = new GroupWait(this.#caller, this, index);
      this.#waits.push(wait);
      const code = record.state === 'ignored'
        ? runtime.wait(wait, 0, 0, WAIT.SLEEP, timeout)
        : runtime.wait(wait, record.low, record.high, kind, timeout);
      if (code !== CODE.OK) {
        this.#end();
        throw this.#caller.refusal(code, call);
      }
    }
  }

  get settled() {
    return this.#settled;
  }

  /** The answer is known: the other waits are given up. */
  #end() {
    this.#settled = true;
    for (const wait of this.#waits) this.#caller.runtime.cancel(wait);
    this.#waits = [];
  }

  resolve(value) {
    if (this.#settled) return;
    this.#finish(() => this.resolveWith(value));
  }

  reject(error) {
    if (this.#settled) return;
    this.#finish(() => this.rejectWith(error));
  }

  /** Who waits has ended, or the runtime has. */
  fail(error) {
    quiet(this.promise);
    if (this.outer !== null) quiet(this.outer);
    if (this.#settled) return;
    this.#settled = true;
    this.rejectWith(error);
  }

  #finish(tell) {
    this.#settled = true;
    const waits = this.#waits;
    this.#waits = [];
    tell();
    // Events are handled without submitting commands, so not here and now.
    if (waits.some((wait) => wait.tag !== 0)) {
      const { runtime } = this.#caller;
      runtime.effect(() => waits.forEach((wait) => runtime.cancel(wait)));
    }
  }
}

class AwaitGroup extends Group {
  /** See StreamRun. */
  static #kept = withBothTimeouts((timeout) => new AwaitGroup(null, [], timeout));
  #left;

  constructor(caller, records, timeout) {
    super(caller, 'await', records, timeout);
    this.#left = new Set(records).size;
  }

  answer(index, outcome) {
    const record = this.records[index];
    if (outcome === OUTCOME.TIMEOUT) {
      this.reject(withoutStack(() => new TimeoutError(this.timeout, {
        pid: record.pid, label: record.label, startedAt: record.startedAt,
      })));
    } else if (outcome !== OUTCOME.OK) {
      if (outcome === OUTCOME.CRASH) record.crashed = true;
      this.reject(record.error);
    } else if (--this.#left === 0) this.conclude();
  }

  conclude() {
    this.resolve(this.records.map((record) => record.value));
  }
}

class YieldGroup extends Group {
  #limit;
  #left;
  #answered = 0;
  /** How often each one stands in the list. */
  #times = new Map();

  constructor(caller, records, timeout, limit) {
    super(caller, 'yield', records, timeout);
    this.#limit = limit;
    for (const record of records) this.#times.set(record, (this.#times.get(record) ?? 0) + 1);
    this.#left = this.#times.size;
  }

  answer(index, outcome) {
    const record = this.records[index];
    if (outcome === OUTCOME.CRASH) {
      record.crashed = true;
      this.reject(record.error);
      return;
    }
    this.#left--;
    if (outcome !== OUTCOME.TIMEOUT) {
      this.#answered += this.#times.get(record);
    }
    if (this.#answered >= this.#limit) this.conclude(false);
    else if (this.#left === 0) this.conclude(true);
  }

  conclude(timedOut) {
    const outcomes = this.records.map((record) => (record.settled ? record.outcome() : null));
    this.resolve({ outcomes, timedOut });
  }
}

/** The values in the order of the list; rejects with the first failure. */
export function awaitGroup(caller, records, timeout) {
  const group = new AwaitGroup(caller, records, timeout);
  if (records.length === 0) group.conclude();
  else group.begin('Task.awaitMany', WAIT.AWAIT);
  return group.promise;
}

/**
 * An outcome or null for each, once all have one, `limit` have, or the time is
 * up. `finish(outcomes, timedOut)` makes of it what is promised.
 */
export function yieldGroup(caller, records, timeout, limit, finish) {
  const group = new YieldGroup(caller, records, timeout, limit);
  group.outer = group.promise.then(({ outcomes, timedOut }) => finish(outcomes, timedOut));
  if (limit === 0) {
    group.resolve({ outcomes: records.map(() => null), timedOut: false });
  } else group.begin('Task.yieldMany', WAIT.YIELD);
  return group.outer;
}
