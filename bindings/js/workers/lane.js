/**
 * One worker as the pool sees it: the jobs that it holds, what was said to it,
 * and how it ends.
 *
 *   starting --UP--> up --kill, crash--> ending --thread has stopped--> gone
 */
import { WorkerError } from '../errors.js';
import { describe } from '../describe.js';
import { now } from '../now.js';
import { cloneError, packFailure, refusePorts, unpackFailure } from './failures.js';
import { distance, FROM_WORKER, HELD_MAX, isFromWorker, NOTHING, numberAfter, STATE, TO_WORKER, wordOf, WORDS } from './messages.js';

/* So many exports it is told of; then it is told of them anew. */
const EXPORTS_MAX = 1000;

export class Lane {
  /** 'starting', 'up', 'ending' or 'gone' */
  state = 'starting';
  /** Since when it has had nothing to do, or has been at its present job, by now(). */
  since = 0;
  /** Killed on purpose; else its end is a crash. */
  killed = false;
  /** A job that was asked to stop goes on in it; it gets no others. */
  leaving = false;
  /** It has been given a job. */
  isUsed = false;
  #pool;
  #host;
  #jobs = new Map();
  #number = 0;
  #isNeeded = false;
  #words;
  #isShared;
  /** The exports that it knows, by target, with their numbers. */
  #exports = new Map();

  /** @param words an Int32Array, or null where memory cannot be shared */
  constructor(pool, open) {
    this.#pool = pool;
    const isShared = pool.canShare;
    this.#isShared = isShared;
    this.#words = isShared ? new Int32Array(new SharedArrayBuffer(WORDS * 4)) : null;
    this.#host = open({
      words: this.#words,
      onMessage: (entry) => this.#heard(entry),
      onBatch: () => this.#pool.heard(this),
      onError: (error, code) => this.#failed(error, code),
      onGarbled: () => this.#garbled(),
      onStopped: (exitCode) => this.#stopped(exitCode),
    });
  }

  get size() {
    return this.#jobs.size;
  }

  /**
   * How many jobs it may be given now. Numbers of jobs that it holds must not be
   * further apart than there are words: two would share one, and the older be
   * passed over. Without shared words none could be taken back, so it holds one.
   */
  get room() {
    if (!this.#isShared) return this.#jobs.size === 0 ? 1 : 0;
    if (this.#jobs.size === 0) return HELD_MAX;
    const [oldest] = this.#jobs.keys();
    return HELD_MAX - 1 - distance(oldest, this.#number);
  }

  /** The job that it is at, or is to do next; it has one. */
  get current() {
    return this.#jobs.values().next().value;
  }

  get isIdle() {
    return this.state === 'up' && this.#jobs.size === 0 && !this.leaving;
  }

  get canTake() {
    return this.state === 'up' && !this.leaving;
  }

  /* ---- Giving it jobs. ---------------------------------------------------- */

  /** Hands jobs over in one message. @param isBrief their results should come at once */
  give(jobs, isBrief = false) {
    const wasIdle = this.#jobs.size === 0;
    this.isUsed = true;
    const message = [];
    const moved = [];
    try {
      for (const job of jobs) refusePorts(job.args, job.transfer);
      for (const job of jobs) this.#enter(job, message, moved);
      this.#host.post(message, moved);
      if (isBrief) this.#host.expect();
    } catch (cause) {
      this.#takeBack(jobs, cause);
    }
    if (!wasIdle || this.#jobs.size === 0) return;
    this.since = now();
    this.keepAlive(true);
  }

  /** Whether it keeps Node alive: while it has a job, or is started for one. */
  keepAlive(isNeeded) {
    if (this.#isNeeded === isNeeded) return;
    this.#isNeeded = isNeeded;
    this.#host.hold(isNeeded);
  }

  #enter(job, message, moved) {
    this.#number = numberAfter(this.#number);
    job.lane = this;
    job.number = this.#number;
    this.#jobs.set(job.number, job);
    if (this.#isShared) Atomics.store(this.#words, job.number % HELD_MAX, wordOf(job.number, STATE.HANDED));
    message.push([TO_WORKER.JOB, job.number, this.#exportOf(job.target, message), job.pid, job.args]);
    if (job.transfer !== null) moved.push(...job.transfer);
  }

  /** Has it load modules that it may soon need. @param recent see known.js */
  warm(recent) {
    const message = [];
    for (const { target, count } of recent) {
      const told = message.length;
      this.#exportOf(target, message);
      message[told]?.push(count);
    }
    if (message.length > 0) this.#host.post(message, []);
  }

  #exportOf({ address, name, key }, message) {
    let number = this.#exports.get(key);
    if (number === undefined) {
      if (this.#exports.size >= EXPORTS_MAX) this.#forget();
      number = NOTHING + 1 + this.#exports.size;
      this.#exports.set(key, number);
      message.push([TO_WORKER.EXPORT, number, address, name]);
    }
    return number;
  }

  /** Nothing of a message was sent: one job of several is to blame. */
  #takeBack(jobs, cause) {
    for (const job of jobs) this.#drop(job);
    this.#forget();
    if (jobs.length > 1) for (const job of jobs) this.give([job]);
    else jobs[0].threw(cloneError(`an argument of ${jobs[0].target.name}`, 'args', jobs[0].args, cause));
  }

  /** Numbers begin again: a worker asks for a job's export when it hears of the job. */
  #forget() {
    this.#exports.clear();
  }

  #drop(job) {
    if (job.lane !== this) return;
    this.#jobs.delete(job.number);
    job.lane = null;
  }

  /** Takes back a job that has not begun; false when it has. */
  #revoke(job) {
    if (!this.#isShared) return false;
    const handed = wordOf(job.number, STATE.HANDED);
    const at = job.number % HELD_MAX;
    if (Atomics.compareExchange(this.#words, at, handed, wordOf(job.number, STATE.REVOKED)) !== handed) return false;
    this.#drop(job);
    return true;
  }

  /** Whether its function has returned, and only the message is still to come. */
  #isDone(job) {
    if (!this.#isShared) return false;
    return Atomics.load(this.#words, job.number % HELD_MAX) === wordOf(job.number, STATE.DONE);
  }

  /**
   * Takes back, last first, at most so many jobs that have not begun. What was
   * moved to it could not be sent again, so such a job stays.
   */
  takeBack(most = Infinity) {
    const taken = [];
    for (const job of [...this.#jobs.values()].reverse()) {
      if (taken.length >= most || job.transfer !== null || !this.#revoke(job)) break;
      taken.push(job);
    }
    return taken.reverse();
  }

  /* ---- Hearing from it. --------------------------------------------------- */

  #heard(entry) {
    if (!isFromWorker(entry)) {
      this.#garbled();
      return;
    }
    const [type, number, value] = entry;
    if (type === FROM_WORKER.UP) {
      if (this.state !== 'starting') return;
      this.state = 'up';
      this.since = now();
      this.#pool.cameUp(this);
      if (this.#jobs.size === 0) this.keepAlive(false);
      return;
    }
    if (type === FROM_WORKER.CRASHED) {
      this.#failed(unpackFailure(number), null);
      return;
    }
    if (type === FROM_WORKER.GARBLED) {
      this.#garbled();
      return;
    }
    const job = this.#jobs.get(number);
    if (job === undefined) return;
    if (type === FROM_WORKER.REPORTED) {
      job.report(value);
      return;
    }
    this.#jobs.delete(number);
    if (type === FROM_WORKER.VALUE) {
      this.#pool.took(job, entry[3]);
      job.returned(value);
    } else if (type === FROM_WORKER.FAILED) job.threw(unpackFailure(value, job.startedAt));
    else if (type === FROM_WORKER.EXITED) job.exited(value);
    else {
      job.threw(unpackFailure(value, job.startedAt));
      this.kill(); // its function goes on, and nobody needs it any more
    }
    this.leaving = false;
    if (this.#jobs.size === 0) this.#rest();
    else this.since = now();
  }

  /** It has nothing to do. */
  #rest() {
    this.since = now();
    if (this.state === 'up') this.keepAlive(false);
  }

  /* ---- Its end. ----------------------------------------------------------- */

  /**
   * The task of a job has ended. Those that are behind it are done elsewhere.
   * Terminates the worker after `grace` ms unless its function returns before.
   */
  cancel(job, reason, grace) {
    if (this.#revoke(job)) {
      job.stopped();
      if (this.#jobs.size === 0) this.#rest();
      return;
    }
    this.#pool.again(this.takeBack());
    if (this.#isDone(job)) return;
    if (grace === 0) {
      this.kill();
      return;
    }
    this.leaving = true;
    this.#host.post([[TO_WORKER.ABORT, job.number, packFailure(reason)]], []);
    if (grace === Infinity) return;
    const timer = setTimeout(() => {
      if (!job.done && job.lane === this) this.kill();
    }, Math.min(grace, 0x7fffffff));
    job.timer = timer;
  }

  /** Terminates the thread; what it has not begun is done elsewhere. */
  kill() {
    if (this.state === 'ending' || this.state === 'gone') return;
    this.#pool.again(this.takeBack());
    this.killed = true;
    this.state = 'ending';
    this.#pool.left(this);
    this.#host.terminate();
  }

  /** Ends one that has nothing to do. */
  retire() {
    this.state = 'ending';
    this.#host.terminate();
  }

  /** It came to an end, or to harm, by itself. */
  #failed(cause, code) {
    if (this.state === 'ending' || this.state === 'gone') return;
    this.#pool.again(this.takeBack());
    const wasStarting = this.state === 'starting';
    this.state = 'ending';
    const error = errorFor(cause, code, wasStarting);
    this.#pool.left(this, wasStarting, error);
    this.#host.terminate();
    this.#failAll(error);
  }

  /** A message that could not be read: the job that it was for, or of, is the first. */
  #garbled() {
    this.#failed(new WorkerError('a message between the threads could not be read (messageerror)', { reason: 'messageError' }), null);
  }

  #failAll(error) {
    for (const job of [...this.#jobs.values()]) {
      // What has returned has been sent, and comes before the end of the thread.
      if (this.#isDone(job)) continue;
      this.#jobs.delete(job.number);
      if (job.cancelled) job.stopped();
      else job.threw(error);
    }
  }

  /** The thread has stopped; all that it had said has been heard. */
  #stopped(exitCode) {
    if (this.state === 'gone') return;
    if (this.state !== 'ending') {
      this.#failed(new WorkerError(`the worker ended by process.exit(${exitCode})`, { reason: 'exit', exitCode }), null);
    }
    this.state = 'gone';
    for (const job of this.#jobs.values()) {
      if (job.cancelled) job.stopped();
      else job.threw(new WorkerError('the worker was terminated before the result had arrived', { reason: 'lost' }));
    }
    this.#jobs.clear();
    this.#pool.gone(this);
  }
}

function errorFor(cause, code, wasStarting) {
  if (cause instanceof WorkerError && !wasStarting) return cause;
  const told = describe(cause);
  if (wasStarting) return new WorkerError(`a worker could not be started: ${told}`, { reason: 'start', cause });
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new WorkerError(`the worker ran out of memory: ${told}`, { reason: 'memory', cause });
  }
  return new WorkerError(`the worker crashed: ${told}`, { reason: 'crash', cause });
}
