/**
 * The inside of a task's handle: whose it is and how it ended. The outcome is
 * kept for as long as the handle is reachable.
 */
import { ExitError, nameProcess, withoutStack } from './errors.js';
import { formatPidOrNull } from './pid.js';

const noop = () => {};

/** Keeps a rejection from being reported while nobody has asked for it. */
export const quiet = (promise) => {
  promise.catch(noop);
  return promise;
};

/* Failures so far, to tell which one of two was first. */
let failures = 0;

export class TaskRecord {
  /** See StreamRun. */
  static #kept = [null, {}].map((start) => {
    const record = new TaskRecord(null, '');
    if (start !== null) record.start = start;
    return record;
  });

  #low = 0;
  #high = 0;
  /** 'running', 'fulfilled', 'rejected' or 'ignored' */
  state = 'running';
  value = undefined;
  /** Of a rejected one: the reason as the table of reasons has it. */
  failure = null;

  constructor(caller, label) {
    this.caller = caller;
    this.label = label;
  }

  /** Words of its pid; 0 of a completed one, which has no process. */
  get low() {
    if (this.#low === 0) this.caller.runtime.late.tell();
    return this.#low;
  }

  get high() {
    return this.#high;
  }

  place(low, high) {
    this.#low = low;
    this.#high = high;
  }

  get pid() {
    return formatPidOrNull(this.low, this.high);
  }

  get startedAt() {
    return this.start === null ? null : this.start.stack ?? null;
  }

  get settled() {
    return this.state === 'fulfilled' || this.state === 'rejected';
  }

  /** One that is ignored stays so, but a wait begun before still answers. */
  fulfil(value) {
    if (this.state === 'running') this.state = 'fulfilled';
    this.value = value;
  }

  /** @param failure {{ value: unknown, bare: boolean }} */
  fail(failure) {
    if (this.state === 'running') this.state = 'rejected';
    this.failure = failure;
    this.ended = ++failures;
  }

  /** What awaiting rejects with; always the same object. */
  get error() {
    const { failure } = this;
    if (failure.bare) return failure.value;
    this.made ??= exitErrorOf(this, failure.value);
    return this.made;
  }

  /** As Promise.allSettled would tell it. */
  outcome() {
    return this.failure === null
      ? { status: 'fulfilled', value: this.value }
      : { status: 'rejected', reason: this.error };
  }

  /** The same, but of an ignored one, whose value nobody receives, how it ended. */
  ending() {
    return this.state === 'ignored' && this.failure === null ? this.exited('normal') : this.outcome();
  }

  /** The outcome of one that ended in a way that was not its own failure. */
  exited(reason) {
    return { status: 'rejected', reason: exitErrorOf(this, reason) };
  }

  /**
   * The failure of a task that is linked to the root and that nobody waits
   * for: a rejection nobody handles, until somebody asks for the outcome.
   */
  surface() {
    this.crashed = true;
    this.unhandled ??= Promise.reject(this.error);
  }

  /** Somebody has asked for the outcome. */
  handled() {
    if (this.unhandled !== null) {
      quiet(this.unhandled);
      this.unhandled = null;
    }
  }

  describe() {
    return nameProcess(this.pid, this.label);
  }
}

/** Not a method of its own: those take room in each object. */
function exitErrorOf({ pid, label, startedAt }, reason) {
  return withoutStack(() => new ExitError(reason, { pid, label, startedAt }));
}

/* What only few have takes no room in the others. */
Object.assign(TaskRecord.prototype, {
  /** Its failure came over the link to the root process. */
  crashed: false,
  /** Where it was started, when that is traced: has a `stack`. */
  start: null,
  /** Tells apart the references of completed ones, which have no process. */
  number: 0,
  /** Of a rejected one: its place among all failures. */
  ended: 0,
  /** What `error` has made. */
  made: null,
  /** The rejection that nobody has handled so far. */
  unhandled: null,
});
