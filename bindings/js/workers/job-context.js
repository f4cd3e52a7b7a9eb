/**
 * What a function on a worker is called with, as its last argument: the same as
 * other bodies get, as far as it has a meaning there. What it starts belongs to
 * a runtime of the worker's own (job-process.js), which is made when it is first
 * asked for, and ends with it. Its code is most of Belay, and is not loaded before
 * a function that may ask for it (parameters.js).
 */
import { describe } from '../describe.js';
import { WorkerError } from '../errors.js';

/** The class, once its module has been loaded. */
let JobProcess = null;
let loading = null;

const UNSEEN = 'a context was read that its function has neither a parameter nor `arguments` for';

/** Whether a context has all that it offers. */
export const isComplete = () => JobProcess !== null;

/** Loads what contexts lack. */
export function complete() {
  loading ??= import('./job-process.js').then(
    (module) => ({ JobProcess } = module),
    (cause) => {
      loading = null;
      throw new WorkerError(`the code for tasks on a worker could not be loaded: ${describe(cause)}`, { reason: 'start', cause });
    },
  );
  return loading;
}

/** A value that is moved and not copied; see `transfer`. */
export class Transferred {
  #value;
  #list;

  constructor(value, list) {
    this.#value = value;
    this.#list = list;
  }

  /** The value and what of it is moved. It asks nothing of a result that may be a proxy. */
  static take(result) {
    if (typeof result !== 'object' || result === null || !(#list in result)) return [result, undefined];
    return [result.#value, result.#list];
  }
}

export class JobContext {
  #server;
  #number;
  #controller = null;
  /** Why it was asked to stop: { reason }. */
  #aborted = null;
  /** Its process in the runtime of this worker. */
  #process = null;
  #over = false;

  constructor(server, number, pid) {
    this.#server = server;
    this.#number = number;
    this.self = pid;
  }

  get signal() {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#aborted !== null) this.#controller.abort(this.#aborted.reason);
    }
    return this.#controller.signal;
  }

  get sleep() {
    return this.#own.sleep;
  }

  get exit() {
    return this.#own.exit;
  }

  get Task() {
    return this.#own.Task;
  }

  get TaskSupervisor() {
    return this.#own.TaskSupervisor;
  }

  get Supervisor() {
    return this.#own.Supervisor;
  }

  get Process() {
    return this.#own.Process;
  }

  get report() {
    return (value) => this.#server.report(this.#number, value);
  }

  get transfer() {
    return (value, list) => {
      if (!Array.isArray(list)) throw new TypeError(`transfer: list must be an array of transferable objects; got ${describe(list)}`);
      return new Transferred(value, list);
    };
  }

  /** The context of a process that stands for this job. */
  get #own() {
    if (JobProcess === null) throw new Error(UNSEEN);
    this.#process ??= new JobProcess((error) => {
      if (!this.#over) this.#server.ended(this.#number, error);
    });
    if (this.#over) this.#process.end();
    return this.#process.context;
  }

  /** Whether `error` is this job's request to end itself. */
  isExit(error) {
    return this.#process !== null && this.#process.isExit(error);
  }

  abort(reason) {
    this.#aborted = { reason };
    this.#controller?.abort(reason);
    this.#process?.stop();
  }

  end() {
    this.#over = true;
    this.#process?.end();
  }
}
