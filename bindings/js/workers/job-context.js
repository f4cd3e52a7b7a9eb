/**
 * What a function on a worker is called with, as its last argument: the same as
 * other bodies get, as far as it has a meaning there. What it starts belongs to
 * a runtime of the worker's own, which is made when it is first asked for, and
 * ends with it.
 */
import { realClock } from '../clock.js';
import { Context } from '../context.js';
import { ExitError } from '../errors.js';
import { logToConsole } from '../log.js';
import { checkSpawnOptions, describe } from '../options.js';
import { FLAG } from '../protocol.js';
import { Runtime } from '../runtime.js';
import { nestedPool } from './nested-pool.js';

let made = null;

/** The runtime of this worker. */
function ownRuntime() {
  made ??= new Runtime({ clock: realClock(), onLog: logToConsole, maxTasks: 0, trace: false, reports: false, makePool: nestedPool });
  return made;
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
    this.#process ??= new StandIn((error) => {
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

/** A process whose body is over when it is told so. */
class StandIn {
  #cell;
  #finish;
  context = null;

  /** @param ended called with the error when another process has ended it */
  constructor(ended) {
    const runtime = ownRuntime();
    const body = (context) => {
      this.context = context;
      Context.whenEnded(context, (error) => {
        this.#finish();
        ended(error);
      });
      return new Promise((resolve) => {
        this.#finish = resolve;
      });
    };
    const caller = runtime.root.enter();
    this.#cell = runtime.spawn('a job', caller, body, checkSpawnOptions('a job', undefined), FLAG.ORPHAN);
    runtime.startReady();
  }

  isExit(error) {
    const own = Context.callerOf(this.context);
    return own !== null && ExitError.isRequestOf(error, own);
  }

  /** What it has started is asked to stop. */
  stop() {}

  /** It ends, and with it what it has started, in a way that links tell. */
  end() {
    const runtime = ownRuntime();
    Context.whenEnded(this.context, () => this.#finish());
    const { low, high } = this.#cell;
    runtime.exit(runtime.root.enter(), low, high, 'shutdown');
  }
}
