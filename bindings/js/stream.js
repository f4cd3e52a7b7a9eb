/**
 * TaskStream: a description of work to be done, enumerated afresh by each
 * `for await`, `toArray` or `batches`.
 */
import { takeItemBody } from './bodies.js';
import { DisposedError } from './errors.js';
import {
  checkBoolean, checkCount, checkIterable, checkLabel, checkOneOf, checkOptions,
  checkShutdown, checkSignal, checkTimeout, nameOf,
} from './options.js';
import { processors } from './processors.js';
import { FLAG, PROCESSES_MAX, UNBOUNDED } from './protocol.js';
import { quiet } from './record.js';
import { isPlainArray, StreamRun } from './stream-run.js';
import { withBothTimeouts } from './waits.js';

export const STREAM_OPTIONS = [
  'maxConcurrency', 'ordered', 'timeout', 'onTimeout', 'zipInputOnExit', 'maxBuffered',
  'maxAbandoned', 'signal', 'label',
];
export const SUPERVISED_STREAM_OPTIONS = [...STREAM_OPTIONS, 'shutdown'];

/** Checks everything a stream is made of, and puts it into the kernel's terms. */
export function streamPlan(call, items, wanted, rest, accepted, source, findScope = null) {
  checkIterable(call, 'items', items);
  const { body, options } = takeItemBody(call, wanted, rest);
  const given = checkOptions(call, options, accepted);
  const { ordered = true, timeout = 5000, onTimeout = 'exit', zipInputOnExit = false } = given;
  const { maxBuffered = Infinity, maxAbandoned = Infinity } = given;
  checkCount(call, 'option maxBuffered', maxBuffered, { least: 1, unbounded: true });
  const limit = given.maxConcurrency === undefined
    ? Math.min(source.enter().runtime.hooks?.processors ?? processors(), maxBuffered)
    : checkCount(call, 'option maxConcurrency', given.maxConcurrency, {
      least: 1, most: PROCESSES_MAX, unbounded: true,
    });
  checkCount(call, 'option maxBuffered (at least maxConcurrency)', maxBuffered, {
    least: limit === Infinity ? PROCESSES_MAX : limit, unbounded: true,
  });
  checkCount(call, 'option maxAbandoned', maxAbandoned, { unbounded: true });
  checkBoolean(call, 'option ordered', ordered);
  checkOneOf(call, 'option onTimeout', onTimeout, ['exit', 'killTask']);
  checkBoolean(call, 'option zipInputOnExit', zipInputOnExit);
  return {
    call,
    items,
    body,
    findScope,
    limit: Math.min(limit, PROCESSES_MAX),
    timeout: checkTimeout(call, 'option timeout', timeout),
    maxBuffered: maxBuffered === Infinity ? 0 : maxBuffered,
    maxAbandoned: maxAbandoned === Infinity ? UNBOUNDED : maxAbandoned,
    shutdown: checkShutdown(call, 'option shutdown', given.shutdown, { infinity: false }),
    zipInputOnExit,
    signal: checkSignal(call, given.signal),
    label: checkLabel(call, given.label) ?? nameOf(body),
    isSimple: takesOnlyItem(body),
    flags: (ordered ? FLAG.ORDERED : 0) | (onTimeout === 'killTask' ? FLAG.KILL_TASK : 0),
    startedAt: null,
  };
}

/* `item => ...` and `() => ...`, async or not: no default, no pattern, no rest,
 * and arrow functions have no `arguments`. */
const SIMPLE_ARROW = /^(?:async\b\s*)?(?:[\w$]+|\(\s*[\w$]*\s*\))\s*=>/;

/**
 * Whether a body cannot look at its context, so that none need be made: sure
 * only of arrow functions that take nothing but the item.
 */
function takesOnlyItem(body) {
  return body.length <= 1 && SIMPLE_ARROW.test(Function.prototype.toString.call(body));
}

const DONE = Object.freeze({ done: true, value: undefined });

export class TaskStream {
  #source;
  #plan;

  constructor(source, plan, below) {
    this.#source = source;
    this.#plan = plan;
    plan.startedAt = source.enter().runtime.captureStart(below);
  }

  [Symbol.asyncIterator]() {
    return new StreamIterator(this.#source, this.#plan);
  }

  /** Runs to the end and collects the results. */
  toArray() {
    const caller = this.#source.enter();
    const collector = new Collector(this.#plan.items);
    const run = new StreamRun(this.#plan, caller, collector);
    try {
      run.open();
      run.askAll();
    } catch (error) {
      return Promise.reject(error);
    }
    return collector.promise;
  }

  /** The same, of the values alone; the first failure is the end of the stream. */
  toValues() {
    const caller = this.#source.enter();
    const collector = new ValueCollector(this.#plan.items, caller.runtime);
    const run = new StreamRun(this.#plan, caller, collector);
    collector.run = run;
    try {
      run.open();
      run.askAll();
    } catch (error) {
      return Promise.reject(error);
    }
    return collector.promise;
  }

  /** Arrays of what is ready, at least one result in each. */
  batches() {
    const source = this.#source;
    const plan = this.#plan;
    return {
      [Symbol.asyncIterator]: () => new BatchIterator(source, plan),
    };
  }

  get [Symbol.toStringTag]() {
    return 'TaskStream';
  }
}

/* Room for more results than this is made as they come. */
const COLLECTED_AT_ONCE_MAX = 1 << 24;

/** A list for the results of `items`, as long as they are when that is known. */
const roomFor = (items) =>
  isPlainArray(items) && items.length <= COLLECTED_AT_ONCE_MAX ? new Array(items.length) : [];

/** Of toArray: a class of its own, so that engines see one shape of it. */
class Collector {
  /** See StreamRun. */
  static #kept = new Collector([]);
  #results;
  #count = 0;

  constructor(items) {
    this.#results = roomFor(items);
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  entry(result) {
    this.#results[this.#count++] = result;
  }

  closed(end, isQuiet) {
    if (isQuiet) queueMicrotask(() => quiet(this.promise));
    this.#results.length = this.#count;
    if (end === null) this.resolve(this.#results);
    else this.reject(end.error);
  }
}

/** Of toValues. */
class ValueCollector {
  /** See StreamRun. */
  static #kept = new ValueCollector([], null);
  /** It takes values as they are. */
  takesValues = true;
  #results;
  #count = 0;
  #runtime;
  /** { error } of the first item that failed. */
  #failure = null;
  run = null;

  constructor(items, runtime) {
    this.#runtime = runtime;
    this.#results = roomFor(items);
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  value(value) {
    this.#results[this.#count++] = value;
  }

  entry(result) {
    if (this.#failure !== null) return; // what comes after it is nobody's
    if (result.status === 'fulfilled') {
      this.value(result.value);
      return;
    }
    this.#failure = { error: result.reason };
    this.#runtime.effect(() => this.run.halt(this.#failure));
  }

  closed(end, isQuiet) {
    if (isQuiet) queueMicrotask(() => quiet(this.promise));
    this.#results.length = this.#count;
    const failure = end ?? this.#failure;
    if (failure === null) this.resolve(this.#results);
    else this.reject(failure.error);
  }
}

/** Who waits for next(). As in waits.js, only the resolver of the promise is kept. */
class Waiting {
  constructor() {
    this.promise = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }
}

/** What both kinds of iterator share: the queue of those who wait for next(). */
class QueueIterator {
  #source;
  #caller = null;
  #plan;
  #waiting = [];
  #ended = false;
  /** { error } until somebody has been told. */
  #failure = null;
  #leaving = [];
  run = null;

  constructor(source, plan) {
    this.#source = source;
    this.#plan = plan;
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  get plan() {
    return this.#plan;
  }

  next() {
    try {
      this.#enter();
      if (this.run === null && !this.#ended) this.#open();
    } catch (error) {
      return Promise.reject(error);
    }
    const ready = this.take();
    if (ready !== undefined) return Promise.resolve({ done: false, value: ready });
    if (this.#ended) return this.#atEnd();
    if (this.looksFirst && this.#waiting.length === 0) {
      this.want();
      const found = this.take();
      if (found !== undefined) return Promise.resolve({ done: false, value: found });
      if (this.#ended) return this.#atEnd();
      return this.#wait();
    }
    const promise = this.#wait();
    this.want();
    return promise;
  }

  #wait() {
    const waiting = new Waiting();
    this.#waiting.push(waiting);
    this.run.goOn();
    return waiting.promise;
  }

  #enter() {
    if (this.#caller !== null) {
      if (this.#caller.runtime.disposed) throw new DisposedError();
      return;
    }
    this.#caller = this.#source.enter();
  }

  #open() {
    this.run = new StreamRun(this.#plan, this.#caller, this);
    try {
      this.run.open();
    } catch (error) {
      this.#ended = true;
      throw error;
    }
  }

  /** Leaves early: what runs is killed and the input closed, then it resolves. */
  return(value) {
    const end = { done: true, value };
    if (this.#ended || this.run === null) {
      this.#ended = true;
      this.#failure = null;
      this.drop();
      return Promise.resolve(end);
    }
    this.drop();
    return new Promise((resolve, reject) => {
      this.#leaving.push((failure) => (failure === null ? resolve(end) : reject(failure.error)));
      this.run.halt();
    });
  }

  async throw(error) {
    await this.return();
    throw error;
  }

  #atEnd() {
    const failure = this.#failure;
    if (failure === null) return Promise.resolve(DONE);
    this.#failure = null;
    return Promise.reject(failure.error);
  }

  get someoneWaits() {
    return this.#waiting.length > 0;
  }

  /** Hands a value to who has waited longest. */
  give(value) {
    this.#waiting.shift().resolve({ done: false, value });
  }

  closed(end, isQuiet) {
    this.#ended = true;
    this.#failure = end;
    this.flush();
    if (this.#leaving.length > 0) {
      this.#failure = null;
      for (const leave of this.#leaving) leave(end);
      this.#leaving = [];
    }
    for (const { promise, resolve } of this.#waiting) {
      if (isQuiet) quiet(promise);
      resolve(this.#atEnd());
    }
    this.#waiting = [];
  }
}

/** One result at a time; nothing is asked of the kernel that nobody waits for. */
class StreamIterator extends QueueIterator {
  /** See StreamRun. */
  static #kept = withBothTimeouts((timeout) => {
    const options = { timeout, maxConcurrency: 1 };
    return new StreamIterator(null, streamPlan('Task.asyncStream', [], () => {}, [options], STREAM_OPTIONS, null));
  });
  /** The result to be taken next, and those after it: most often there are none. */
  #first = undefined;
  #results = [];

  /** A result that is there needs no promise that waits for it. */
  get looksFirst() {
    return true;
  }

  take() {
    const result = this.#first;
    if (result === undefined) return this.someoneWaits || this.run === null ? undefined : this.run.take();
    this.#first = this.#results.length > 0 ? this.#results.shift() : undefined;
    return result;
  }

  want() {
    this.run.ask(1);
  }

  entry(result) {
    if (this.someoneWaits) this.give(result);
    else if (this.#first === undefined) this.#first = result;
    else this.#results.push(result);
  }

  flush() {}

  drop() {
    this.#first = undefined;
    this.#results = [];
  }
}

/**
 * All that is ready at a time. As many results as run at once are asked for in
 * advance, so at most that many wait here while the consumer is busy.
 */
class BatchIterator extends QueueIterator {
  /** See StreamRun. */
  static #kept = new BatchIterator(null, null);
  #results = [];
  #outstanding = 0;
  #scheduled = false;

  get looksFirst() {
    return false;
  }

  take() {
    if (this.#results.length === 0 || this.someoneWaits) return undefined;
    const results = this.#results;
    this.#results = [];
    this.#topUp();
    return results;
  }

  want() {
    this.#topUp();
  }

  /** With maxBuffered, results that wait here would be one too many each. */
  get #ahead() {
    const { limit, maxBuffered } = this.plan;
    if (maxBuffered === 0) return Math.min(limit, 1024);
    return this.someoneWaits && this.#results.length === 0 ? 1 : 0;
  }

  #topUp() {
    const more = this.#ahead - this.#outstanding - this.#results.length;
    if (more <= 0) return;
    this.#outstanding += more;
    this.run.ask(more, true);
  }

  entry(result) {
    this.#outstanding--;
    const results = this.#results;
    results[results.length] = result;
    if (!this.someoneWaits || this.#scheduled) return;
    this.#scheduled = true;
    this.run.afterwards(() => {
      this.#scheduled = false;
      this.flush();
    });
  }

  /**
   * All that was asked for is about to come. The last one that is wanted has no
   * other item start in its place, which takes its own commands; so where all is
   * handed over at once, one more is asked for before.
   */
  lastComes() {
    if (!this.someoneWaits || this.#results.length > 0) return;
    this.#outstanding++;
    this.run.ask(1, true);
  }

  flush() {
    if (!this.someoneWaits || this.#results.length === 0) return;
    const results = this.#results;
    this.#results = [];
    this.give(results);
    this.#topUp();
  }

  drop() {
    this.#results = [];
  }
}
