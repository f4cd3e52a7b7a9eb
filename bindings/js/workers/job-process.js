/** The process of a job on a worker, in a runtime of the worker's own, which is made with the first. */
import { realClock } from '../clock.js';
import { Context } from '../context.js';
import { ExitError } from '../errors.js';
import { logToConsole } from '../log.js';
import { checkSpawnOptions } from '../options.js';
import { FLAG } from '../protocol.js';
import { Runtime } from '../runtime.js';
import { nestedPool } from './nested-pool.js';

let made = null;

/** The runtime of this worker. */
function ownRuntime() {
  made ??= new Runtime({ clock: realClock(), onLog: logToConsole, maxTasks: 0, trace: false, reports: false, makePool: nestedPool });
  return made;
}

/** A process that stands for a job: its body is over when it is told so. */
export class JobProcess {
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
