/**
 * What a start function is called with: the supervisor's own process, for as
 * long as the function runs.
 */
import { Caller } from './caller.js';
import { NoProcError } from './errors.js';
import { describe } from './options.js';
import { ProcessApi } from './process.js';
import { SupervisorApi } from './supervisor.js';
import { TaskApi } from './task.js';
import { TaskSupervisorApi } from './task-supervisor.js';

/** A supervisor as the one on whose behalf start functions act. */
export class SupervisorCaller extends Caller {
  /** What the start function under way has started, but for children of others. */
  started = null;
}

/** Stands for the supervisor while one start function runs. */
export class StartSource {
  #caller;
  #id;
  #open = true;

  constructor(caller, id) {
    this.#caller = caller;
    this.#id = id;
  }

  enter() {
    return this.#opened().enter();
  }

  enterSettled() {
    return this.#opened().enterSettled();
  }

  peek() {
    return this.#caller;
  }

  close() {
    this.#open = false;
  }

  #opened() {
    if (this.#open) return this.#caller;
    throw new NoProcError(
      `the context of the start function of child ${describe(this.#id)} cannot be used any more: it is for ` +
        'what the function does before it returns; what comes later belongs into the body of a task',
      { pid: this.#caller.pid },
    );
  }
}

export class StartContext {
  #source;

  constructor(source) {
    this.#source = source;
  }

  /** The supervisor's pid. */
  get self() {
    return this.#source.peek().pid;
  }

  get Task() {
    return new TaskApi(this.#source);
  }

  get TaskSupervisor() {
    return new TaskSupervisorApi(this.#source);
  }

  get Supervisor() {
    return new SupervisorApi(this.#source);
  }

  get Process() {
    return new ProcessApi(this.#source);
  }
}
