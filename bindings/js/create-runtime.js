/** Runtimes as users see them: the whole API on a kernel of its own. */
import { checkClock, givenClock, realClock } from './clock.js';
import { DisposedError } from './errors.js';
import { inspect } from './inspect.js';
import { checkBoolean, checkListener, checkMaxTasks, checkOptions, checkTimeout, describe } from './options.js';
import { ProcessApi } from './process.js';
import { Runtime } from './runtime.js';
import { SupervisorApi } from './supervisor.js';
import { ASYNC_DISPOSE } from './supervised.js';
import { TaskApi } from './task.js';
import { TaskSupervisorApi } from './task-supervisor.js';
import { toTraceEvents } from './trace-events.js';
import { openWebWorker } from './workers/open-web-worker.js';
import { Pool } from './workers/pool.js';
import { checkWorkers } from './workers/settings.js';

const RUNTIME_OPTIONS = ['clock', 'onLog', 'wasm', 'maxTasks', 'trace', 'reports', 'workers'];

export function checkWasm(call, wasm) {
  if (wasm === undefined || wasm instanceof WebAssembly.Module) return wasm;
  if (wasm instanceof ArrayBuffer || ArrayBuffer.isView(wasm)) return wasm;
  throw new TypeError(
    `${call}: option wasm must be a WebAssembly.Module or the bytes of one; got ${describe(wasm)}`,
  );
}

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

class PublicRuntime {
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

export function makeRuntime({ clock, onLog, wasm, maxTasks = 0, trace = false, reports = false, workers }) {
  const makePool = () => new Pool({ ...(workers ?? checkWorkers('createRuntime', undefined)), openWeb: openWebWorker });
  const runtime = new Runtime({
    clock: clock === undefined ? realClock() : givenClock(clock), onLog, wasm, maxTasks, trace, reports, makePool,
  });
  return runtime;
}

/** A runtime on a simulation's clock; `runtime` is its inside. */
export function simulatedRuntime(settings) {
  const runtime = new Runtime(settings);
  return { runtime, api: new PublicRuntime(runtime) };
}

export function createRuntime(options) {
  const call = 'createRuntime';
  const { clock, onLog, wasm, maxTasks, trace = false, reports = false, workers } = checkOptions(call, options, RUNTIME_OPTIONS);
  if (clock !== undefined) checkClock(call, clock);
  if (onLog !== undefined) checkListener(call, 'option onLog', onLog);
  checkWasm(call, wasm);
  checkBoolean(call, 'option trace', trace);
  checkBoolean(call, 'option reports', reports);
  const most = checkMaxTasks(call, maxTasks);
  const checked = checkWorkers(call, workers);
  const runtime = makeRuntime({ clock, onLog, wasm, maxTasks: most, trace, reports, workers: checked });
  if (checked.min > 0) runtime.warmUp();
  return new PublicRuntime(runtime);
}
