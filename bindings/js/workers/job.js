/** One call of an export on a worker: from the start of its task to its end. */
import { contextInside } from '../context-inside.js';
import { ExitError } from '../errors.js';
import { isShutdown } from '../reasons.js';

export class Job {
  /** The worker that has it, as its number there. */
  lane = null;
  number = 0;
  /** It is among those that wait for a worker. */
  waits = false;
  /** It has ended, for the task and for the pool. */
  done = false;
  /** Its task has ended before it; it is to be stopped. */
  cancelled = false;
  pid = '';
  /** Ends its grace. */
  timer = null;
  #context = null;
  #resolve = null;
  #reject = null;
  #start;
  #grace;

  /** @param target {{ address, name }} @param grace ms or 'brutalKill' @param start has a `stack` */
  constructor(target, args, transfer, grace, start) {
    this.target = target;
    this.args = args;
    this.transfer = transfer;
    this.#grace = grace;
    this.#start = start;
  }

  open(context, pool, resolve, reject) {
    this.#context = context;
    this.#resolve = resolve;
    this.#reject = reject;
    this.pid = context.self;
    contextInside.whenEnded(context, (error) => pool.cancel(this, error, this.#graceOf(error)));
  }

  /**
   * How long its function may still go on, in ms: one that was asked to stop may
   * clean up, one whose process was killed, or ended with another, may not.
   */
  #graceOf(error) {
    const asked = contextInside.graceOf(this.#context);
    const isAsked = asked !== null || (ExitError.is(error) && isShutdown(error.reason));
    if (!isAsked) return 0;
    const grace = asked ?? this.#grace;
    if (grace === 'own') return this.#grace === 'brutalKill' ? 0 : this.#grace;
    return grace === 'brutalKill' ? 0 : grace;
  }

  /** Where its task was started: the text is made when it is asked for. */
  get startedAt() {
    return this.#start.stack ?? null;
  }

  report(value) {
    if (!this.cancelled) this.#context.report(value);
  }

  /* ---- Its end; once. ---------------------------------------------------- */

  returned(value) {
    this.#settle();
    this.#resolve(value);
  }

  threw(error) {
    this.#settle();
    this.#reject(error);
  }

  /** The body has asked for its own end. */
  exited(reason) {
    this.#settle();
    try {
      this.#context.exit(reason);
    } catch (request) {
      this.#reject(request);
    }
  }

  /** Its function does not run any more, and nobody waits for it. */
  stopped() {
    this.#settle();
    this.#resolve(undefined);
  }

  #settle() {
    this.done = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.lane = null;
    this.args = null;
    this.transfer = null;
  }
}
