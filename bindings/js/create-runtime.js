/** Makes runtimes whose time is the host's, and whose workers are threads. */
import { checkClock, givenClock, realClock } from './clock.js';
import { checkBoolean, checkListener, checkMaxTasks, checkOptions, checkWasm } from './options.js';
import { PublicRuntime } from './public-runtime.js';
import { Runtime } from './runtime.js';
import { openWebWorker } from './workers/open-web-worker.js';
import { PoolOnDemand } from './workers/pool-on-demand.js';
import { checkWorkers } from './workers/settings.js';

const RUNTIME_OPTIONS = ['clock', 'onLog', 'wasm', 'maxTasks', 'trace', 'reports', 'workers'];

export function makeRuntime({ clock, onLog, wasm, maxTasks = 0, trace = false, reports = false, workers }) {
  const makePool = () => new PoolOnDemand({ ...(workers ?? checkWorkers('createRuntime', undefined)), openWeb: openWebWorker });
  const runtime = new Runtime({
    clock: clock === undefined ? realClock() : givenClock(clock), onLog, wasm, maxTasks, trace, reports, makePool,
  });
  return runtime;
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
