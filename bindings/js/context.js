/**
 * What a body is called with: its own process. One small object per task; all
 * that it offers is made when it is first read.
 */
import { Caller } from './caller.js';
import { contextInside } from './context-inside.js';
import { ExitError } from './errors.js';
import { checkTimeout } from './options.js';
import { formatPid } from './pid.js';
import { ProcessApi } from './process.js';
import { SupervisorApi } from './supervisor.js';
import { TaskApi } from './task.js';
import { TaskSupervisorApi } from './task-supervisor.js';

export class Context {
  /** See StreamRun. */
  static #kept = new Context({ low: 0, high: 0 });
  #cell;
  #low;
  #high;
  /** What has been asked for so far. */
  #caller = null;
  #controller = null;

  constructor(cell) {
    this.#cell = cell;
    this.#low = cell.low;
    this.#high = cell.high;
  }

  get self() {
    if (this.#low === 0) this.#cell.runtime.late.tell();
    return formatPid(this.#low, this.#high);
  }

  /** Aborts when the process ends before its body has returned. */
  get signal() {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      const why = this.#cell.whyEnded(this);
      if (why !== null) this.#controller.abort(why());
    }
    return this.#controller.signal;
  }

  get Task() {
    return new TaskApi(this.#own);
  }

  get TaskSupervisor() {
    return new TaskSupervisorApi(this.#own);
  }

  get Supervisor() {
    return new SupervisorApi(this.#own);
  }

  get Process() {
    return new ProcessApi(this.#own);
  }

  get sleep() {
    const own = this.#own;
    return (ms) => {
      const timeout = checkTimeout('sleep', 'ms', ms);
      return own.canAct ? own.enter().runtime.sleep(own, timeout) : own.refuseLater();
    };
  }

  get exit() {
    const own = this.#own;
    return (reason = 'normal') => {
      own.enter();
      throw ExitError.request(own, reason, own.pid);
    };
  }

  /** Tells something of the work to those who look on. */
  get report() {
    const cell = this.#cell;
    return (value) => {
      if (cell.context === this) cell.runtime.watch?.progress(cell, value);
    };
  }

  /** For functions that run on workers as well: here nothing need be moved. */
  get transfer() {
    return (value) => value;
  }

  get #own() {
    if (this.#caller === null) {
      if (this.#low === 0) this.#cell.runtime.late.tell();
      this.#caller = new Caller(this.#cell.runtime, this.#low, this.#high);
      this.#caller.gone = this.#cell.context !== this;
    }
    return this.#caller;
  }

  /** A process that was held back has a pid now. */
  static place(context, { low, high }) {
    context.#low = low;
    context.#high = high;
  }

  /** The caller of a context, when something has been asked of it. */
  static callerOf(context) {
    return context.#caller;
  }

  /**
   * Has `hook` called when the process ends before its body has returned, for a
   * body that is stopped otherwise than by `signal`, which it then has not.
   */
  static whenEnded(context, hook) {
    context.#controller = { abort: hook, grace: null };
  }

  /** The process is asked to end: such a body may go on for `grace` ms, 'own' for as long as it was started with. */
  static ask(context, grace) {
    const controller = context.#controller;
    if (controller !== null && 'grace' in controller) controller.grace = grace;
  }

  /** What `ask` said last; null when the process was not asked. */
  static graceOf(context) {
    return context.#controller.grace;
  }

  static {
    const { whenEnded, graceOf } = Context;
    /** The runtime of a context's process. */
    const runtimeOf = (context) => context.#cell.runtime;
    Object.assign(contextInside, { whenEnded, graceOf, runtimeOf });
  }

  /**
   * The process of `context` has ended. With `why`, its body goes on and its
   * signal must abort: the answer is what aborts it, for whoever may run the
   * user's listeners, or null when nobody has looked at the signal yet.
   */
  static end(context, why) {
    context.#caller?.end();
    const controller = context.#controller;
    return why === null || controller === null ? null : () => controller.abort(why());
  }
}
