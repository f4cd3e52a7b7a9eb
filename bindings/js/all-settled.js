/**
 * Task.allSettled: Promise.allSettled with a bound. Promises and values are
 * taken as Promise.allSettled takes them; functions are run as items of an
 * unlinked stream, so the kernel keeps the bound and the times.
 */
import { errorOf } from './reasons.js';
import { TimeoutError, withoutStack } from './errors.js';
import {
  checkCount, checkIterable, checkOptions, checkSignal, checkTimeout, nameOf,
} from './options.js';
import { CODE, FLAG, OUTCOME, PROCESSES_MAX, UNBOUNDED, WAIT } from './protocol.js';
import { StreamRun } from './stream-run.js';

const callFunction = (each, context) => each(context);

const rejected = (reason) => ({ status: 'rejected', reason });

/** The results by their place; the promise is resolved with the last one. */
class Results {
  #left;
  #resolve;
  #onDone = [];

  constructor(count) {
    this.#left = count;
    this.list = new Array(count).fill(null);
    this.promise = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    if (count === 0) this.#resolve(this.list);
  }

  /** The first result of a place counts. */
  put(index, result) {
    if (this.list[index] !== null) return;
    this.list[index] = result;
    this.#left--;
    if (this.#left > 0) return;
    for (const done of this.#onDone) done();
    this.#resolve(this.list);
  }

  putMissing(indexes, make) {
    for (const index of indexes) if (this.list[index] === null) this.put(index, make());
  }

  whenDone(run) {
    this.#onDone.push(run);
  }

  get done() {
    return this.#left === 0;
  }
}

export function allSettled(caller, items, options, below) {
  const call = 'Task.allSettled';
  checkIterable(call, 'items', items, { asynchronous: false });
  const given = checkOptions(call, options, ['maxConcurrency', 'timeout', 'signal']);
  const { maxConcurrency = Infinity } = given;
  checkCount(call, 'option maxConcurrency', maxConcurrency, { least: 1, most: PROCESSES_MAX, unbounded: true });
  const timeout = checkTimeout(call, 'option timeout', given.timeout ?? Infinity);
  const signal = checkSignal(call, given.signal);
  const list = [...items];
  caller.enter(); // reading has run code of the user's
  const places = { functions: [], others: [] };
  list.forEach((item, index) => places[typeof item === 'function' ? 'functions' : 'others'].push(index));
  if (places.functions.length === 0 && timeout === Infinity && signal === null) {
    return Promise.allSettled(list);
  }
  const results = new Results(list.length);
  try {
    for (const index of places.others) followPromise(results, index, list[index]);
  } catch (error) {
    return Promise.reject(error); // a promise that cannot be followed; so does Promise.allSettled
  }
  if (timeout !== Infinity) limitPromises(caller, results, places.others, timeout);
  // For functions alone their stream listens.
  if (signal !== null && (places.others.length > 0 || signal.aborted)) followSignal(results, signal);
  if (places.functions.length > 0 && !results.done) {
    runFunctions(caller, results, places.functions, list, {
      call,
      timeout,
      signal,
      limit: Math.min(maxConcurrency, places.functions.length),
      startedAt: caller.runtime.captureStart(below),
    });
  }
  return results.promise;
}

function followPromise(results, index, item) {
  Promise.resolve(item).then(
    (value) => results.put(index, { status: 'fulfilled', value }),
    (reason) => results.put(index, rejected(reason)),
  );
}

/** A promise cannot be stopped: when the time is up it is no longer waited for. */
function limitPromises(caller, results, indexes, timeout) {
  if (indexes.length === 0) return;
  const late = () => withoutStack(() => new TimeoutError(timeout, { what: 'of Task.allSettled was not done' }));
  if (timeout === 0) {
    // Looks once. Values and settled promises tell it in the microtasks before this one.
    Promise.resolve().then(() => results.putMissing(indexes, () => rejected(late())));
    return;
  }
  const { runtime } = caller;
  const wait = {
    caller,
    low: 0,
    high: 0,
    tag: 0,
    begun(low, high) {
      this.low = low;
      this.high = high;
    },
    about: { what: 'allSettled', low: 0, high: 0, timeout },
    done(outcome, entry) {
      const reason = outcome === OUTCOME.OWNER ? errorOf(entry, { pid: caller.pid }) : late();
      results.putMissing(indexes, () => rejected(reason));
    },
    fail(error) {
      results.putMissing(indexes, () => rejected(error));
    },
  };
  const code = runtime.wait(wait, 0, 0, WAIT.SLEEP, timeout);
  if (code !== CODE.OK) throw caller.refusal(code, 'Task.allSettled');
  // Events are handled without submitting commands, so not at once.
  results.whenDone(() => runtime.effect(() => runtime.cancel(wait)));
}

function followSignal(results, signal) {
  const stop = () => results.putMissing(results.list.keys(), () => rejected(signal.reason));
  if (signal.aborted) {
    stop();
    return;
  }
  signal.addEventListener('abort', stop);
  results.whenDone(() => signal.removeEventListener('abort', stop));
}

/** Runs the functions at `indexes` of `list`. */
function runFunctions(caller, results, indexes, list, { call, timeout, signal, limit, startedAt }) {
  const { runtime } = caller;
  const run = new StreamRun({
    call,
    items: indexes.map((index) => list[index]),
    body: callFunction,
    findScope: null,
    limit,
    timeout,
    maxBuffered: 0,
    maxAbandoned: UNBOUNDED,
    shutdown: 5000,
    zipInputOnExit: false,
    signal,
    label: '',
    labelOf: nameOf,
    flags: FLAG.NOLINK | FLAG.KILL_TASK,
    startedAt,
  }, caller, {
    entry: (result, number) => results.put(indexes[number], result),
    closed(end, isQuiet) {
      if (isQuiet) stopOrphans(runtime, run);
      if (end !== null) results.putMissing(indexes, () => rejected(end.error));
    },
  });
  run.open();
  run.askAll();
}

/**
 * Who asked for it has ended. Its functions are not linked to it, so that one
 * failure does not end the others; but nobody wants them any more.
 */
function stopOrphans(runtime, run) {
  if (runtime.disposed) return;
  runtime.effect(() => {
    for (const { low, high } of [...run.cells()]) runtime.exit(runtime.root, low, high, 'shutdown');
  });
}

