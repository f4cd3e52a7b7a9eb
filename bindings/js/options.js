/**
 * Checks of arguments. Every public function checks all it was given before it
 * does anything; a message names the argument, what was given and what is
 * accepted.
 */
import { describe, nameOf } from './describe.js';
import { PROCESSES_MAX, RESTARTS_MAX, SECONDS_MAX } from './protocol.js';

export { describe, nameOf };

function wrongType(call, argument, value, accepted) {
  return new TypeError(`${call}: ${argument} must be ${accepted}; got ${describe(value)}`);
}

function wrongRange(call, argument, value, accepted) {
  return new RangeError(`${call}: ${argument} must be ${accepted}; got ${describe(value)}`);
}

/** The options object itself: absent or an object with known names only; any names with `accepted` null. */
export function checkOptions(call, options, accepted) {
  if (options === undefined) return NONE;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw wrongType(call, 'options', options, 'an object');
  }
  if (accepted === null) return options;
  // Engines keep the names for this loop, where Object.keys makes a list of them.
  for (const name in options) {
    if (!accepted.includes(name) && Object.hasOwn(options, name)) {
      throw new TypeError(
        `${call}: unknown option ${JSON.stringify(name)}; accepted are ${accepted.join(', ')}`,
      );
    }
  }
  return options;
}

const NONE = Object.freeze({});

/** @param known says what jobs there are */
export function checkBody(call, argument, body, known = () => '') {
  if (typeof body === 'function') return body;
  throw wrongType(call, argument, body, `a function, a job in C${known()}, or the address of a module (a URL or a string)`);
}

/** Milliseconds: at least 0, or Infinity. A fraction is rounded up. */
export function checkTimeout(call, argument, value) {
  const accepted = 'a number of milliseconds, 0 or more, or Infinity';
  if (typeof value !== 'number') throw wrongType(call, argument, value, accepted);
  if (!(value >= 0)) throw wrongRange(call, argument, value, accepted);
  return Math.ceil(value);
}

export function checkShutdown(call, argument, value, { infinity = true } = {}) {
  if (value === undefined) return 5000;
  if (value === 'brutalKill') return value;
  const accepted = `a number of milliseconds, 0 or more,${infinity ? ' Infinity' : ''} or 'brutalKill'`;
  if (typeof value !== 'number') throw wrongType(call, argument, value, accepted);
  if (!(value >= 0) || (!infinity && value === Infinity)) {
    throw wrongRange(call, argument, value, accepted);
  }
  return Math.ceil(value);
}

/** A whole number from `least` to `most`; Infinity too when `unbounded`. */
export function checkCount(call, argument, value, { least = 0, most = 0xfffffffe, unbounded = false } = {}) {
  const accepted = `a whole number, ${least} or more${unbounded ? ', or Infinity' : ''}`;
  if (typeof value !== 'number') throw wrongType(call, argument, value, accepted);
  if (unbounded && value === Infinity) return Infinity;
  if (!Number.isInteger(value) || value < least) throw wrongRange(call, argument, value, accepted);
  if (value > most) {
    if (unbounded) return Infinity;
    throw wrongRange(call, argument, value, `${accepted} and at most ${most}`);
  }
  return value;
}

export function checkBoolean(call, argument, value) {
  if (typeof value !== 'boolean') throw wrongType(call, argument, value, 'true or false');
  return value;
}

export function checkOneOf(call, argument, value, accepted) {
  if (!accepted.includes(value)) {
    const list = accepted.map((entry) => `'${entry}'`).join(', ');
    throw (typeof value === 'string' ? wrongRange : wrongType)(call, argument, value, `one of ${list}`);
  }
  return value;
}

export function checkLabel(call, label) {
  if (label === undefined || label === null) return null;
  if (typeof label !== 'string') throw wrongType(call, 'option label', label, 'a string');
  return label;
}

export function checkSignal(call, signal) {
  if (signal === undefined || signal === null) return null;
  try {
    // The platform's own getter knows real ones, of other realms as well.
    Reflect.apply(getAborted, signal, []);
    return signal;
  } catch {
    throw wrongType(call, 'option signal', signal, 'an AbortSignal');
  }
}

const { get: getAborted } = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted');

const PID = /^<(\d{1,8})\.(\d{1,9})>$/;

export const isPid = (value) => typeof value === 'string' && PID.test(value);

/** A name: any string that is not empty and does not look like a pid. */
export function checkName(call, argument, name) {
  if (typeof name !== 'string') throw wrongType(call, argument, name, 'a string');
  if (name === '' || PID.test(name)) {
    throw wrongRange(call, argument, name, 'a string that is neither empty nor of a pid\'s form');
  }
  return name;
}

export function checkPid(call, argument, pid) {
  if (typeof pid !== 'string' || !PID.test(pid)) {
    throw wrongType(call, argument, pid, 'a Pid (a string like "<12.1>")');
  }
  return pid;
}

export function checkWasm(call, wasm) {
  if (wasm === undefined || wasm instanceof WebAssembly.Module) return wasm;
  if (wasm instanceof ArrayBuffer || ArrayBuffer.isView(wasm)) return wasm;
  throw new TypeError(
    `${call}: option wasm must be a WebAssembly.Module or the bytes of one; got ${describe(wasm)}`,
  );
}

export function checkListener(call, argument, listener) {
  if (typeof listener !== 'function') throw wrongType(call, argument, listener, 'a function');
  return listener;
}

export function checkIterable(call, argument, items, { asynchronous = true } = {}) {
  const accepted = asynchronous ? 'an iterable or an async iterable' : 'an iterable';
  if (items === null || items === undefined) throw wrongType(call, argument, items, accepted);
  const is = typeof items[Symbol.iterator] === 'function' ||
    (asynchronous && typeof items[Symbol.asyncIterator] === 'function');
  if (!is) throw wrongType(call, argument, items, accepted);
  return items;
}

/* ---- Groups of options that several functions share. */

export const SPAWN_OPTIONS = ['signal', 'label', 'shutdown'];

const spawnOptions = (signal, label, shutdown) => ({ signal, label, shutdown });

/* Not frozen, so that it has the shape of the others, and keeps that alive (see StreamRun). */
const SPAWN_DEFAULTS = spawnOptions(null, null, 5000);

/** What every spawning call accepts. */
export function checkSpawnOptions(call, options, accepted = SPAWN_OPTIONS) {
  if (options === undefined) return SPAWN_DEFAULTS;
  const given = checkOptions(call, options, accepted);
  return spawnOptions(
    checkSignal(call, given.signal),
    checkLabel(call, given.label),
    checkShutdown(call, 'option shutdown', given.shutdown),
  );
}

export function checkRestart(call, argument, value, otherwise) {
  return value === undefined
    ? otherwise
    : checkOneOf(call, argument, value, ['temporary', 'transient', 'permanent']);
}

/** maxRestarts within maxSeconds, as supervisors take them. */
export function checkIntensity(call, given) {
  return {
    maxRestarts: given.maxRestarts === undefined
      ? 3
      : checkCount(call, 'option maxRestarts', given.maxRestarts, { most: RESTARTS_MAX }),
    maxSeconds: given.maxSeconds === undefined
      ? 5
      : checkCount(call, 'option maxSeconds', given.maxSeconds, { least: 1, most: SECONDS_MAX }),
  };
}

export const checkMaxTasks = (call, value) =>
  value === undefined ? 0 : checkCount(call, 'option maxTasks', value, { least: 1, most: PROCESSES_MAX - 1 });
