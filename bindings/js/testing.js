/**
 * Deterministic tests: the same API on virtual time, with a seed. What each
 * function does is told in testing.d.ts.
 */
import {
  checkBoolean, checkCount, checkListener, checkMaxTasks, checkOptions, checkTimeout, checkWasm, describe,
} from './options.js';
import { SimulationError } from './testing-errors.js';
import { checkModules } from './testing-modules.js';
import { replaceGlobals } from './testing-globals.js';
import { drawBetween, fractionOf, makeWords } from './testing-random.js';
import { Simulation } from './testing-simulation.js';

const CALL = 'simulate';
const OPTIONS = ['seed', 'globals', 'startTime', 'maxTime', 'maxSteps', 'onLog', 'trace', 'maxTasks', 'wasm', 'modules'];

const MAX_TIME = 30 * 24 * 60 * 60 * 1000;
const MAX_STEPS = 5_000_000;
const START_TIME = Date.UTC(2000, 0, 1);
/* The last ms that a Date can hold. */
const DATE_MAX = 8.64e15;

let isRunning = false;

/* A simulation that never begins: see StreamRun. It keeps the shapes of what all of them have. */
let kept = null;

function checkSeed(seed) {
  if (typeof seed === 'string' || Number.isSafeInteger(seed)) return seed;
  const text = `${CALL}: option seed must be a safe integer or a string; got ${describe(seed)}`;
  throw typeof seed === 'number' ? new RangeError(text) : new TypeError(text);
}

function checkStartTime(startTime) {
  const ms = startTime instanceof Date ? startTime.getTime() : startTime;
  const text = `${CALL}: option startTime must be a valid Date or whole milliseconds since 1970; ` +
    `got ${describe(startTime)}`;
  if (typeof ms !== 'number') throw new TypeError(text);
  if (!Number.isInteger(ms) || Math.abs(ms) > DATE_MAX) throw new RangeError(text);
  return ms;
}

function checkSettings(options) {
  const {
    seed = 1, globals = false, startTime = START_TIME, maxTime = MAX_TIME, maxSteps = MAX_STEPS,
    onLog, trace = true, maxTasks, wasm, modules,
  } = checkOptions(CALL, options, OPTIONS);
  if (onLog !== undefined) checkListener(CALL, 'option onLog', onLog);
  return {
    seed: checkSeed(seed),
    globals: checkBoolean(CALL, 'option globals', globals),
    startTime: checkStartTime(startTime),
    maxTime: checkTimeout(CALL, 'option maxTime', maxTime),
    maxSteps: checkCount(CALL, 'option maxSteps', maxSteps, { least: 1, unbounded: true }),
    onLog,
    trace: checkBoolean(CALL, 'option trace', trace),
    maxTasks: checkMaxTasks(CALL, maxTasks),
    wasm: checkWasm(CALL, wasm),
    modules: checkModules(CALL, modules),
  };
}

/** What main gets for random numbers. */
function makeRandom(seed) {
  const word = makeWords(seed, 'random');
  const random = () => fractionOf(word);
  random.int = (least, most) => {
    for (const [name, value] of [['min', least], ['max', most]]) {
      if (Number.isSafeInteger(value)) continue;
      const text = `random.int: ${name} must be a safe integer; got ${describe(value)}`;
      throw typeof value === 'number' ? new RangeError(text) : new TypeError(text);
    }
    if (least > most || !Number.isSafeInteger(most - least + 1)) {
      throw new RangeError(`random.int: max must be at least min, and less than 2 ** 53 above it; got ${least} and ${most}`);
    }
    return drawBetween(least, most, word);
  };
  return Object.freeze(random);
}

function scopeOf({ api, time }, seed) {
  const { Task, TaskSupervisor, Supervisor, Process, sleep, inspect, subscribe } = api;
  return Object.freeze({
    Task, TaskSupervisor, Supervisor, Process, sleep, inspect, subscribe,
    random: makeRandom(seed),
    now: () => time.now,
    runtime: api,
  });
}

export function simulate(main, options) {
  checkListener(CALL, 'main', main);
  const settings = checkSettings(options);
  if (isRunning) {
    throw new SimulationError(`${CALL}: a simulation is running in this program already; there is one at a time`);
  }
  const simulation = new Simulation(main, {
    ...settings,
    ended() {
      isRunning = false;
    },
  });
  isRunning = true;
  kept ??= new Simulation(() => {}, checkSettings({}));
  return simulation.run(
    scopeOf(simulation, settings.seed),
    () => (settings.globals ? replaceGlobals(simulation, settings) : () => {}),
  );
}

export { DeadlockError, RealIoError, SimulationError, UnboundedError } from './testing-errors.js';
