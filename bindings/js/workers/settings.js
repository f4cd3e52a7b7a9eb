/** The option `workers` of createRuntime. */
import { checkBoolean, checkCount, checkOptions, checkTimeout, describe } from '../options.js';
import { processors } from '../processors.js';
import { checkAddress } from './address.js';

const OPTIONS = ['min', 'max', 'idleTimeout', 'resourceLimits', 'hotSpare', 'linger', 'script'];
const LIMITS = ['maxOldGenerationSizeMb', 'maxYoungGenerationSizeMb', 'codeRangeSizeMb', 'stackSizeMb'];

/* No machine has more; a mistake would take all of its memory. */
const WORKERS_MAX = 4096;
/* With less, Node itself crashes when it starts a worker: it keeps a fifth of one for itself. */
const STACK_LEAST_MB = 0.5;
const IDLE_TIMEOUT = 10_000;
const LINGER_MS = 0.05;
/* More would be a loop that keeps a processor busy. */
const LINGER_MAX_MS = 10;

export function checkWorkers(call, workers) {
  const given = checkOptions(`${call}: option workers`, workers, OPTIONS);
  const { min = 0, max = Math.max(processors(), min), idleTimeout = IDLE_TIMEOUT, hotSpare = true, linger = LINGER_MS } = given;
  const name = (option) => `option workers.${option}`;
  checkCount(call, name('min'), min, { most: WORKERS_MAX });
  checkCount(call, name('max (at least min)'), max, { least: Math.max(1, min), most: WORKERS_MAX });
  return {
    min,
    max,
    idleTimeout: checkTimeout(call, name('idleTimeout'), idleTimeout),
    hotSpare: checkBoolean(call, name('hotSpare'), hotSpare),
    linger: checkLinger(call, linger),
    resourceLimits: checkLimits(call, given.resourceLimits),
    script: checkScript(call, given.script),
  };
}

function checkLimits(call, limits) {
  if (limits === undefined) return undefined;
  const given = checkOptions(`${call}: option workers.resourceLimits`, limits, LIMITS);
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== 'number' || !(value > 0)) {
      throw new RangeError(`${call}: option workers.resourceLimits.${name} must be a number above 0; got ${describe(value)}`);
    }
    if (name === 'stackSizeMb' && value < STACK_LEAST_MB) {
      throw new RangeError(`${call}: option workers.resourceLimits.stackSizeMb must be at least ${STACK_LEAST_MB}; got ${describe(value)}`);
    }
  }
  return { ...given };
}

function checkLinger(call, linger) {
  if (typeof linger === 'number' && linger >= 0 && linger <= LINGER_MAX_MS) return linger;
  const kind = typeof linger === 'number' ? RangeError : TypeError;
  throw new kind(`${call}: option workers.linger must be a number of ms from 0 to ${LINGER_MAX_MS}; got ${describe(linger)}`);
}

function checkScript(call, script) {
  if (script === undefined) return undefined;
  if (script instanceof URL || typeof script === 'string') return checkAddress(call, 'option workers.script', script);
  throw new TypeError(`${call}: option workers.script must be a URL or a string; got ${describe(script)}`);
}

export const defaultSettings = () => checkWorkers('workers', undefined);
