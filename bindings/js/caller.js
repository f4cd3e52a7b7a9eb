/**
 * On whose behalf a function of the API acts: the root process, or the process
 * of a body. Owns what users attach to a process: exit listeners, monitors.
 */
import { formatPid } from './pid.js';
import { DisposedError, NoProcError } from './errors.js';
import { failure } from './kernel.js';
import { originOf } from './origin.js';

export class Caller {
  /** See StreamRun. */
  static #kept = new Caller(null, 0, 0);
  /** Its process has ended. */
  gone = false;
  /** `origin`, once somebody has asked for it. */
  node = null;
  /** Of its process, once somebody who looks on has asked for it. */
  label = null;
  #listeners = null;
  #monitors = null;

  constructor(runtime, low, high) {
    this.runtime = runtime;
    this.low = low;
    this.high = high;
  }

  get pid() {
    return formatPid(this.low, this.high);
  }

  /** For all that this process starts: where it comes from. */
  get origin() {
    this.node ??= originOf(this.runtime, this.low, this.high);
    return this.node;
  }

  /** Every public function begins here. */
  enter() {
    if (this.runtime.disposed) throw new DisposedError();
    this.runtime.touch();
    if (this.gone) throw this.#goneError();
    return this;
  }

  /**
   * As `enter`, with the kernel told of every body that has returned. That may
   * end this very process, so it comes before what is checked and done.
   */
  enterSettled() {
    this.enter().runtime.settleInbox();
    return this.enter();
  }

  /** The error for a command that was refused. */
  refusal(code, call) {
    return this.gone ? this.#goneError() : failure(code, call);
  }

  #goneError() {
    return new NoProcError(`process ${this.pid} has ended; its context cannot be used any more`, {
      pid: this.pid,
    });
  }

  get canAct() {
    return !this.gone && !this.runtime.disposed;
  }

  /**
   * The refusal as a promise that is rejected in a later turn of the event loop:
   * a body that was killed, catches everything and sleeps again and again would
   * else never let the event loop turn.
   */
  refuseLater() {
    return new Promise((_, reject) => {
      this.runtime.later(() => {
        try {
          this.enter();
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /** As `enter`, for what a body may still ask after its end. */
  peek() {
    return this;
  }

  listen(listener) {
    this.#listeners ??= new Map();
    const key = {};
    this.#listeners.set(key, listener);
    return () => {
      this.#listeners?.delete(key);
    };
  }

  get listeners() {
    return this.#listeners === null ? [] : [...this.#listeners.values()];
  }

  addMonitor(tag) {
    this.#monitors ??= new Set();
    this.#monitors.add(tag);
  }

  dropMonitor(tag) {
    this.#monitors?.delete(tag);
  }

  /** The process has ended: nothing reaches it any more. */
  end() {
    this.gone = true;
    this.#listeners = null;
    if (this.#monitors !== null) {
      for (const tag of this.#monitors) this.runtime.monitors.take(tag)?.ownerEnded();
      this.#monitors = null;
    }
  }
}
