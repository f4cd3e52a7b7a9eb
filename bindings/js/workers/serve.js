/** The life of a worker: it takes one job after the other, and runs it. */
import { describe } from '../describe.js';
import { ModuleError } from '../errors.js';
import { now } from '../now.js';
import { cloneError, packFailure, unpackFailure } from './failures.js';
import { complete, isComplete, JobContext, Transferred } from './job-context.js';
import { Linger } from './linger.js';
import { FROM_WORKER, HELD_MAX, NO_NUMBER, NOTHING, STATE, talliesOf, TO_WORKER, wordOf } from './messages.js';
import { blindFrom } from './parameters.js';

/**
 * Listens to `port`; gives what is to be called for a message that could not be
 * read. @param words shared with the runtime, or null @param linger ms; see linger.js
 */
export function serve(port, { words, linger }, listen) {
  const { toWorker, fromWorker } = talliesOf(words);
  const post = (entry, moved) => {
    port.postMessage(entry, moved);
    fromWorker.sent();
  };
  const server = new Server(post, words, new Linger(toWorker, linger));
  listen((message) => {
    toWorker.heard();
    server.hear(message);
  });
  post([FROM_WORKER.UP]);
  return () => post([FROM_WORKER.GARBLED]);
}

class Server {
  #post;
  #words;
  #linger;
  #exports = [new Nothing()];
  /** It has run something. */
  #isRehearsed = false;
  /** At most HELD_MAX. */
  #queue = [];
  /** The job under way, while it takes more than one turn. */
  #current = null;
  #running = false;

  constructor(post, words, linger) {
    this.#post = post;
    this.#words = words;
    this.#linger = linger;
  }

  hear(message) {
    for (const entry of message) {
      if (entry[0] === TO_WORKER.JOB) this.#enqueue(entry);
      else if (entry[0] === TO_WORKER.EXPORT) this.#know(entry);
      else if (this.#current?.number === entry[1]) this.#current.context.abort(unpackFailure(entry[2]));
    }
    if (!this.#running) this.#goOn();
  }

  /** A number may stand for another export later. */
  #enqueue([, number, exported, pid, args]) {
    const target = this.#exports[exported];
    this.#queue.push({ number, pid, args, target, context: null, began: 0 });
  }

  #know([, number, address, name, count]) {
    const target = new Export(address, name);
    this.#exports[number] = target;
    if (count === undefined) return;
    // Who calls it is told when it cannot be loaded.
    target.load(count).then(() => this.#rehearse(), () => {});
  }

  /** Goes once through what a job takes, so that the first one meets code that is compiled. */
  #rehearse() {
    if (!this.#isRehearsed) this.hear([[TO_WORKER.JOB, NO_NUMBER, NOTHING, '', []]]);
  }

  /** Runs jobs until one takes longer than this turn, or none is left. */
  #goOn() {
    this.#running = true;
    while (this.#queue.length > 0) {
      if (!this.#begin(this.#queue.shift())) return;
    }
    this.#running = false;
    this.#linger.linger();
  }

  /** Whether the job is over, or was not to be run. */
  #begin(job) {
    this.#isRehearsed = true;
    if (!this.#claim(job.number)) return true;
    job.context = new JobContext(this, job.number, job.pid);
    this.#current = job;
    if (job.target.isReady(job.args.length)) return this.#call(job);
    job.target.load(job.args.length).then(
      () => this.#later(job, () => this.#call(job)),
      (error) => this.#later(job, () => this.#threw(job, error)),
    );
    return false;
  }

  /** Goes on with the next job when `step` has ended this one. */
  #later(job, step) {
    if (this.#current === job && step()) this.#goOn();
  }

  #call(job) {
    job.began = now();
    const { call } = job.target; // `this` is nothing of ours
    let value;
    try {
      value = call(...job.args, job.context);
      if (!isThenable(value)) return this.#returned(job, value);
    } catch (error) {
      return this.#threw(job, error);
    }
    Promise.resolve(value).then(
      (result) => this.#later(job, () => this.#returned(job, result)),
      (error) => this.#later(job, () => this.#threw(job, error)),
    );
    return false;
  }

  #claim(number) {
    if (this.#words === null) return true;
    const handed = wordOf(number, STATE.HANDED);
    return Atomics.compareExchange(this.#words, number % HELD_MAX, handed, wordOf(number, STATE.BEGUN)) === handed;
  }

  /* ---- The end of a job. --------------------------------------------------- */

  #returned(job, result) {
    const [value, moved] = Transferred.take(result);
    const took = now() - job.began;
    try {
      this.#post([FROM_WORKER.VALUE, job.number, value, took], moved);
    } catch (cause) {
      return this.#threw(job, cloneError(`the result of ${job.target.name}`, 'result', value, cause));
    }
    return this.#over(job);
  }

  #threw(job, error) {
    if (job.context.isExit(error)) {
      try {
        this.#post([FROM_WORKER.EXITED, job.number, error.reason]);
      } catch (cause) {
        this.#post([FROM_WORKER.FAILED, job.number, packFailure(cloneError('an exit reason', 'reason', error.reason, cause))]);
      }
    } else this.#post([FROM_WORKER.FAILED, job.number, packFailure(error)]);
    return this.#over(job);
  }

  #over(job) {
    this.#markDone(job.number);
    this.#current = null;
    job.context.end();
    return true;
  }

  /** Once the result is heard of, the word may already be a later job's. */
  #markDone(number) {
    if (this.#words === null) return;
    const begun = wordOf(number, STATE.BEGUN);
    Atomics.compareExchange(this.#words, number % HELD_MAX, begun, wordOf(number, STATE.DONE));
  }

  /* ---- For contexts. ------------------------------------------------------- */

  report(number, value) {
    if (this.#current?.number !== number) return;
    try {
      this.#post([FROM_WORKER.REPORTED, number, value]);
    } catch (cause) {
      throw cloneError('a report', 'value', value, cause);
    }
  }

  /** The process of a job has ended, with one that it was linked to. */
  ended(number, error) {
    if (this.#current?.number !== number) return;
    this.#current.context.abort(error);
    this.#post([FROM_WORKER.ENDED, number, packFailure(error)]);
    this.#current = null; // its function goes on; the thread is terminated
  }
}

/** The export that every worker has. */
class Nothing {
  name = 'nothing';
  call = () => {};
  isReady = () => true;
}

const isThenable = (value) =>
  value !== null && (typeof value === 'object' || typeof value === 'function') && typeof value.then === 'function';

/** A function of a module. */
class Export {
  call = null;
  #address;
  #loading = null;
  /** With so many arguments, or more, it can be called before contexts are complete. */
  #blindFrom = Infinity;

  constructor(address, name) {
    this.#address = address;
    this.name = name;
  }

  /** Whether it can be called with so many arguments. */
  isReady(count) {
    return this.call !== null && (count >= this.#blindFrom || isComplete());
  }

  /** Loads what it takes to call it with so many arguments. */
  async load(count) {
    this.#loading ??= this.#load().catch((error) => {
      this.#loading = null;
      throw error;
    });
    await this.#loading;
    if (!this.isReady(count)) await complete();
  }

  async #load() {
    const address = this.#address;
    const about = { url: address, exportName: this.name };
    let module;
    try {
      module = await import(/* @vite-ignore */ /* webpackIgnore: true */ address);
    } catch (cause) {
      throw new ModuleError(`the module ${address} could not be loaded: ${describe(cause)}`, { ...about, cause });
    }
    const found = module[this.name];
    if (typeof found === 'function') {
      this.call = found;
      this.#blindFrom = blindFrom(found);
      return;
    }
    const names = Object.keys(module).map((name) => describe(name)).join(', ') || 'none';
    throw new ModuleError(
      this.name in module
        ? `the export ${describe(this.name)} of ${address} must be a function; it is ${describe(found)}`
        : `the module ${address} has no export ${describe(this.name)}; its exports are: ${names}`,
      about,
    );
  }
}

