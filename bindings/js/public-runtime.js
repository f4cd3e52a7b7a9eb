/** Runtimes as users see them: the whole API on a kernel of its own. */
import { DisposedError } from './errors.js';
import { inspect } from './inspect.js';
import { checkListener, checkTimeout } from './options.js';
import { ProcessApi } from './process.js';
import { Runtime } from './runtime.js';
import { SupervisorApi } from './supervisor.js';
import { ASYNC_DISPOSE } from './supervised.js';
import { TaskApi } from './task.js';
import { TaskSupervisorApi } from './task-supervisor.js';
import { toTraceEvents } from './trace-events.js';

/** The functions beside the four parts of the API, on a runtime or a lazy one. */
export function lookers(source) {
  return {
    sleep(ms) {
      const caller = source.enter();
      return caller.runtime.sleep(caller, checkTimeout('sleep', 'ms', ms));
    },
    inspect() {
      // Listeners are told first, so that what they have seen is what is shown.
      source.enterSettled().runtime.observers.deliver();
      return inspect(source.enterSettled().runtime);
    },
    subscribe(listener) {
      checkListener('subscribe', 'listener', listener);
      return source.enter().runtime.observers.subscribe(listener);
    },
  };
}

/** The inside of a runtime, for tests. */
let insideOf;

export class PublicRuntime {
  #runtime;

  constructor(runtime) {
    this.#runtime = runtime;
    const { root } = runtime;
    this.Task = new TaskApi(root);
    this.TaskSupervisor = new TaskSupervisorApi(root);
    this.Supervisor = new SupervisorApi(root);
    this.Process = new ProcessApi(root);
    Object.assign(this, lookers(root));
    this.toTraceEvents = toTraceEvents;
    Object.freeze(this);
  }

  static {
    insideOf = (runtime) => runtime.#runtime;
  }

  memory() {
    if (this.#runtime.disposed) throw new DisposedError();
    this.#runtime.late.tell();
    const { view } = this.#runtime.kernel;
    return { kernelBytes: view.bytes, wasmBytes: view.byteLength, processes: view.processes - 1 };
  }

  dispose() {
    this.#runtime.dispose();
  }

  async [ASYNC_DISPOSE]() {
    this.#runtime.dispose();
  }

  get [Symbol.toStringTag]() {
    return 'Runtime';
  }
}

export { insideOf };

/** A runtime on a simulation's clock; `runtime` is its inside. */
export function simulatedRuntime(settings) {
  const runtime = new Runtime(settings);
  return { runtime, api: new PublicRuntime(runtime) };
}
