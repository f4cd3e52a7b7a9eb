/**
 * Errors on their way from one thread to another. Structured clone would drop
 * their class, their own properties and parts of their stack, so a failure
 * travels as a plain object and is built anew.
 */
import {
  AlreadyStartedError, BelayError, ChildError, ChildStartError, CloneError, DisposedError, ExitError, LimitError, MaxChildrenError,
  ModuleError, NoProcError, OwnerError, setStart, TimeoutError, withoutStack, WorkerError,
} from '../errors.js';
import { describe } from '../describe.js';

/* Causes of causes; what comes deeper is told as text. */
const DEPTH_MAX = 16;
/* Errors of one failure, since they may contain one another; more are told as text. */
const ERRORS_MAX = 1000;
/* Parts of one value in which a port is looked for. */
const PARTS_MAX = 10_000;
const UNREADABLE = 'a value that could not be looked at';
const BUILT_IN = {
  Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError,
};
/* By their codes, since who bundles a program may shorten the names of classes. */
const OURS = {
  BELAY_ALREADY_STARTED: AlreadyStartedError,
  BELAY_CHILD: ChildError,
  BELAY_CLONE: CloneError,
  BELAY_DISPOSED: DisposedError,
  BELAY_LIMIT: LimitError,
  BELAY_MAX_CHILDREN: MaxChildrenError,
  BELAY_MODULE: ModuleError,
  BELAY_NO_PROC: NoProcError,
  BELAY_OWNER: OwnerError,
  BELAY_WORKER: WorkerError,
};
const FIXED = new Set(['name', 'message', 'stack', 'cause', 'errors']);

/* ---- In the thread where it happened. ------------------------------------ */

/** Any thrown value as a plain object that can be cloned. It never throws. */
export function packFailure(thrown) {
  return pack(thrown, 0, { left: ERRORS_MAX });
}

function pack(thrown, depth, budget) {
  try {
    if (!isError(thrown)) return { value: clonable(thrown) };
    if (depth < DEPTH_MAX && budget.left-- > 0) return packError(thrown, depth, budget);
    return { value: describe(thrown) };
  } catch {
    return { value: UNREADABLE };
  }
}

const isError = (value) =>
  value instanceof Error || (typeof DOMException === 'function' && value instanceof DOMException);

/** A property, whose getter may throw. */
function read(error, key) {
  try {
    return error[key];
  } catch {
    return UNREADABLE;
  }
}

const textOrNull = (value) => (typeof value === 'string' ? value : null);

const textOf = (value) => (typeof value === 'string' ? value : describe(value));

function packError(error, depth, budget) {
  const stack = read(error, 'stack');
  const errors = read(error, 'errors');
  const packed = {
    type: classOf(error),
    name: textOf(read(error, 'name')),
    message: textOf(read(error, 'message')),
    stack: textOrNull(stack),
    fields: fieldsOf(error),
  };
  if (isOurs(error, packed)) {
    packed.isOurs = true;
    packed.startedAt = textOrNull(read(error, 'startedAt'));
  }
  if (ExitError.is(error)) packed.exit = { reason: pack(error.reason, depth + 1, budget), timeout: error.timeout };
  if (Object.hasOwn(error, 'cause')) packed.cause = pack(read(error, 'cause'), depth + 1, budget);
  if (Array.isArray(errors)) packed.errors = errors.map((one) => pack(one, depth + 1, budget));
  return packed;
}

/** Also one of another copy of Belay, such as a bundler may leave in a module. */
function isOurs(error, { type, fields: { code } }) {
  return error instanceof BelayError || (typeof code === 'string' && code.startsWith('BELAY_') && !Object.hasOwn(BUILT_IN, type));
}

function classOf(error) {
  if (typeof DOMException === 'function' && error instanceof DOMException) return 'DOMException';
  const name = read(read(error, 'constructor') ?? Error, 'name');
  return typeof name === 'string' && name !== '' ? name : 'Error';
}

/** Its own properties; one that cannot be cloned is told as text. */
function fieldsOf(error) {
  const fields = {};
  const isExit = ExitError.is(error);
  for (const key of Object.keys(error)) {
    // A handle of a task has no meaning in another thread, and the reason is sent as what it is.
    if (!FIXED.has(key) && !(isExit && (key === 'task' || key === 'reason'))) fields[key] = clonable(read(error, key));
  }
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
 * The failure as a value to throw. Built-in errors and Belay's own have their
 * class; those of other classes are an Error with the name of theirs. `start` is
 * where the task was started, as text, which is put below the stack of the worker.
 */
export function unpackFailure(packed, start = null) {
  if (!('type' in packed)) return packed.value;
  const cause = 'cause' in packed ? unpackFailure(packed.cause) : undefined;
  const error = withoutStack(() => build(packed, cause));
  for (const [key, value] of Object.entries(packed.fields)) {
    if (!isMade(error, key)) set(error, key, value, true);
  }
  const name = nameOf(packed);
  if (error.name !== name) set(error, 'name', name, error instanceof AlreadyStartedError);
  if (error.message !== packed.message) set(error, 'message', packed.message, false);
  if ('cause' in packed) set(error, 'cause', cause, false);
  if (packed.errors !== undefined) set(error, 'errors', packed.errors.map((one) => unpackFailure(one)), packed.type !== 'AggregateError');
  if (typeof packed.startedAt === 'string') setStart(error, packed.startedAt);
  set(error, 'stack', bothStacks(packed, start), false);
  return error;
}

/** What a ChildStartError has made of its cause, and a promise, which cannot be sent. */
const isMade = (error, key) => error instanceof ChildStartError && (key === 'reason' || key === 'stopped');

function build(packed, cause) {
  const { type, name, message, exit } = packed;
  if (exit !== undefined) return buildExit(packed);
  if (packed.isOurs) return buildOurs(packed, cause);
  if (type === 'DOMException') return new DOMException(message, name);
  if (type === 'AggregateError') return new AggregateError([], message);
  if (Object.hasOwn(BUILT_IN, type)) return new BUILT_IN[type](message);
  return new Error(message);
}

function buildExit({ message, fields: { pid = null, label = null }, exit: { reason, timeout } }) {
  return timeout === undefined
    ? new ExitError(unpackFailure(reason), { pid, label, message })
    : new TimeoutError(timeout, { pid, label });
}

/** What their constructors would set comes with the fields. Classes that are not known here are a BelayError. */
function buildOurs({ message, fields: { code, id } }, cause) {
  if (code === 'BELAY_CHILD_START') return new ChildStartError(id, cause, { supervisor: '' });
  return Reflect.construct(BelayError, [message, code], Object.hasOwn(OURS, code) ? OURS[code] : BelayError);
}

/** A class that gives its errors no name of their own stands for it. */
const nameOf = ({ type, name, isOurs }) => (name === 'Error' && !isOurs ? type : name);

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

/**
 * The error for a value that could not be sent, with the part that is to blame. It
 * never throws. Where no part is (a list of what is to be moved was wrong), `cause` says why.
 */
export function cloneError(what, root, value, cause) {
  const path = blame(value, root, 0);
  const why = path === null ? describe(cause) : `${path} cannot be cloned`;
  return new CloneError(`${what} cannot be sent to another thread: ${why}`, { path: path ?? root, cause });
}

const isPort = (value) => typeof MessagePort === 'function' && value instanceof MessagePort;

/**
 * An argument that is a port and is not to be moved; it cannot be copied. It is not even
 * tried: Node 20 itself crashes when one that was moved before is. (One deep inside an
 * argument is not looked for.)
 */
export function refusePorts(args, transfer) {
  for (const value of args) {
    if (typeof value === 'object' && isPort(value) && !transfer?.includes(value)) {
      throw new TypeError('a MessagePort is moved, not copied: name it in the list of what is to be moved');
    }
  }
}

/** Whether a port is in it, in as many parts as are looked at. */
function holdsPort(value, seen) {
  if (typeof value !== 'object' || value === null || seen.has(value) || seen.size > PARTS_MAX) return false;
  seen.add(value);
  return isPort(value) || partsOf(value).some(([, part]) => holdsPort(part, seen));
}

function canClone(value) {
  try {
    if (holdsPort(value, new Set())) return false;
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

/** None where a getter or a proxy throws: then it is the whole that cannot be cloned. */
function partsOf(value) {
  try {
    if (Array.isArray(value)) return value.map((part, index) => [`[${index}]`, part]);
    if (value instanceof Map) return [...value].flatMap(([key, part]) => [['.key', key], [`.get(${describe(key)})`, part]]);
    if (value instanceof Set) return [...value].map((part) => ['.member', part]);
    return Object.entries(value).map(([key, part]) => [isName(key) ? `.${key}` : `[${JSON.stringify(key)}]`, part]);
  } catch {
    return [];
  }
}
