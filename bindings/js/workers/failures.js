/**
 * Errors on their way from one thread to another. Structured clone would drop
 * their class, their own properties and parts of their stack, so a failure
 * travels as a plain object and is built anew.
 */
import { CloneError, ExitError, ModuleError, TimeoutError, withoutStack, WorkerError } from '../errors.js';
import { describe } from '../options.js';

/* Causes of causes; what comes deeper is told as text. */
const DEPTH_MAX = 16;
const BUILT_IN = {
  Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError,
};
const OURS = { CloneError, ModuleError, WorkerError };
const FIXED = new Set(['name', 'message', 'stack', 'cause', 'errors', 'startedAt', 'task']);

/* ---- In the thread where it happened. ------------------------------------ */

/** Any thrown value as a plain object that can be cloned. */
export function packFailure(thrown, depth = 0) {
  try {
    if (isError(thrown)) {
      if (depth < DEPTH_MAX) return packError(thrown, depth);
      return { value: describe(thrown) };
    }
    return { value: clonable(thrown) };
  } catch {
    return { value: 'a value that could not be looked at' };
  }
}

const isError = (value) =>
  value instanceof Error || (typeof DOMException === 'function' && value instanceof DOMException);

function packError(error, depth) {
  const { name, message, stack } = error;
  const packed = {
    type: classOf(error),
    name: String(name),
    message: String(message),
    stack: typeof stack === 'string' ? stack : null,
    fields: fieldsOf(error),
  };
  if (ExitError.is(error)) packed.exit = { reason: clonable(error.reason), timeout: error.timeout };
  if (Object.hasOwn(error, 'cause')) packed.cause = packFailure(error.cause, depth + 1);
  if (Array.isArray(error.errors)) packed.errors = error.errors.map((one) => packFailure(one, depth + 1));
  return packed;
}

function classOf(error) {
  if (typeof DOMException === 'function' && error instanceof DOMException) return 'DOMException';
  const name = error.constructor?.name;
  return typeof name === 'string' && name !== '' ? name : 'Error';
}

/** Its own properties; one that cannot be cloned is told as text. */
function fieldsOf(error) {
  const fields = {};
  for (const key of Object.keys(error)) if (!FIXED.has(key)) fields[key] = clonable(error[key]);
  return fields;
}

function clonable(value) {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol')) {
    return value;
  }
  try {
    return structuredClone(value);
  } catch {
    return describe(value);
  }
}

/* ---- In the thread that is told. ----------------------------------------- */

/**
 * The failure as a value to throw. Built-in errors have their class; those of
 * other classes are an Error with the name of theirs. `start` is where the task
 * was started, as text, which is put below the stack of the worker.
 */
export function unpackFailure(packed, start = null) {
  if (!('type' in packed)) return packed.value;
  const error = withoutStack(() => build(packed));
  for (const [key, value] of Object.entries(packed.fields)) set(error, key, value, true);
  if (packed.exit === undefined) set(error, 'name', nameOf(packed), false);
  if ('cause' in packed) set(error, 'cause', unpackFailure(packed.cause), false);
  set(error, 'stack', bothStacks(packed, start), false);
  return error;
}

function build({ type, name, message, fields, exit, errors }) {
  if (exit !== undefined) {
    const { pid = null, label = null } = fields;
    const { reason, timeout } = exit;
    return timeout === undefined
      ? new ExitError(reason, { pid, label, message })
      : new TimeoutError(timeout, { pid, label });
  }
  if (type === 'DOMException') return new DOMException(message, name);
  if (type === 'AggregateError') return new AggregateError((errors ?? []).map((one) => unpackFailure(one)), message);
  if (Object.hasOwn(OURS, type) && typeof fields.code === 'string' && fields.code.startsWith('BELAY_')) return new OURS[type](message, fields);
  if (Object.hasOwn(BUILT_IN, type)) return new BUILT_IN[type](message);
  return new Error(message);
}

/** A class that gives its errors no name of their own stands for it. */
const nameOf = ({ type, name }) => (name === 'Error' ? type : name);

function set(error, key, value, enumerable) {
  try {
    Object.defineProperty(error, key, { value, enumerable, configurable: true, writable: true });
  } catch {
    // One that is its class's own affair stays as it is.
  }
}

/** The stack in the worker, and below it where the task was started here. */
function bothStacks({ name, message, stack }, start) {
  const inWorker = stack ?? `${name}: ${message}`;
  const frames = (start ?? '').split('\n').filter((line) => /^\s+at |@/.test(line));
  return frames.length === 0 ? inWorker : `${inWorker}\n    -- in a worker; its task was started --\n${frames.join('\n')}`;
}

/* ---- What cannot be cloned. ---------------------------------------------- */

/** The error for a value that could not be sent, with the part that is to blame. */
export function cloneError(what, root, value, cause) {
  const path = blame(value, root, 0) ?? root;
  return new CloneError(`${what} cannot be sent to another thread: ${path} cannot be cloned`, { path, cause });
}

function canClone(value) {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

/** The path of the first part that by itself cannot be cloned, and what it is. */
function blame(value, path, depth) {
  if (depth < DEPTH_MAX && typeof value === 'object' && value !== null) {
    for (const [step, part] of partsOf(value)) {
      if (!canClone(part)) return blame(part, path + step, depth + 1);
    }
  }
  return canClone(value) ? null : `${path} (${describe(value)})`;
}

const isName = (key) => /^[A-Za-z_$][\w$]*$/.test(key);

function partsOf(value) {
  if (Array.isArray(value)) return value.map((part, index) => [`[${index}]`, part]);
  if (value instanceof Map) return [...value].flatMap(([key, part]) => [['.key', key], [`.get(${describe(key)})`, part]]);
  if (value instanceof Set) return [...value].map((part) => ['.member', part]);
  return Object.entries(value).map(([key, part]) => [isName(key) ? `.${key}` : `[${JSON.stringify(key)}]`, part]);
}
