/**
 * What supervisors of both kinds have in common: their handles, how users name
 * one, what is kept about it and its children, how one is asked and stopped.
 */
import { CELL, detailsOf } from './cell.js';
import { nameProcess, NoProcError } from './errors.js';
import { checkTimeout, describe, isPid } from './options.js';
import { formatPid, formatPidOrNull, parsePid } from './pid.js';
import { CHILD, CODE, KIND, RESTART, UNBOUNDED, WAIT } from './protocol.js';
import { quiet } from './record.js';
import { nameOfKind } from './shapes.js';
import { StopWait } from './waits.js';

export const RESTARTS = Object.freeze({
  temporary: RESTART.TEMPORARY,
  transient: RESTART.TRANSIENT,
  permanent: RESTART.PERMANENT,
});

export const ASYNC_DISPOSE = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** A supervisor's max_children and the like as the kernel takes them. */
export const kernelSettings = ({ maxChildren = Infinity, maxRestarts, maxSeconds }) => ({
  maxChildren: maxChildren === Infinity ? UNBOUNDED : maxChildren,
  maxRestarts,
  maxSeconds,
});

/* ---- Handles. */

const API_NAMES = [];
API_NAMES[KIND.TASK_SUPERVISOR] = 'TaskSupervisor';
API_NAMES[KIND.SUPERVISOR] = 'Supervisor';

/** The inside of a handle of that kind, or of any with kind 0; null for other values. */
let placeOf;

/** The handle of a supervisor. */
export class Supervised {
  #place;

  /** @param place {{ low, high, runtime, kind, name }} */
  constructor(place) {
    this.#place = place;
  }

  static {
    placeOf = (value, kind) => {
      const is = typeof value === 'object' && value !== null && #place in value;
      return is && (kind === 0 || value.#place.kind === kind) ? value.#place : null;
    };
  }

  get pid() {
    return formatPid(this.#place.low, this.#place.high);
  }

  /** The name it was started with, or null. */
  get name() {
    return this.#place.name;
  }

  stop(reason, timeout) {
    const { runtime, kind } = this.#place;
    return stopSupervisor(`${API_NAMES[kind]}.stop`, runtime.root, this, kind, reason, timeout);
  }

  /** For `await using`: leaving the block stops it. */
  [ASYNC_DISPOSE]() {
    return quiet(this.#leave()); // when the runtime is disposed of, nobody may be listening any more
  }

  async #leave() {
    const { runtime, low, high } = this.#place;
    if (!runtime.disposed && runtime.kernel.infoOf(low, high) !== null) await this.stop();
  }

  get [Symbol.toStringTag]() {
    return API_NAMES[this.#place.kind];
  }

  /** What console.log shows in Node. */
  [INSPECT]() {
    return nameProcess(this.pid, this.name, API_NAMES[this.#place.kind]);
  }
}

export { placeOf };

/* ---- What is kept. */

/** What the binding keeps of one supervisor. */
export class SupervisorInfo {
  /** Its process has ended. */
  gone = false;

  /** What it was started with, as checked. */
  settings = null;

  constructor(kind, { maxChildren = Infinity }) {
    this.kind = kind;
    this.maxChildren = maxChildren;
  }

  ended() {
    this.gone = true;
  }
}

/** Puts a supervisor that the kernel has just started into the tables: its place. */
export function keepSupervisor(call, caller, settings, info) {
  const { runtime } = caller;
  const cell = runtime.cells.claim(runtime.kernel.answerLow, runtime.kernel.answerHigh);
  const { low, high } = cell;
  cell.label = settings.name ?? '';
  info.settings = settings;
  cell.details = detailsOf({ info, origin: caller.origin });
  if (settings.name !== null) {
    try {
      runtime.names.set(call, settings.name, low, high);
    } catch (error) {
      runtime.exit(runtime.root, low, high, 'kill');
      throw error;
    }
  }
  caller.started?.push({ low, high, isSupervisor: true });
  runtime.drain();
  runtime.schedule();
  return { low, high, runtime, kind: info.kind, name: settings.name, text: formatPid(low, high) };
}

/** The child of a task supervisor that the kernel may start anew. */
export class Child {
  low = 0;
  high = 0;
  /** The node of who started it (origin.js). */
  origin = null;
  /** How often it has been started again. */
  restarts = 0;
  /** For its AbortSignal (signals.js). */
  following = null;
  number = 0;

  constructor({ body, label, restart, supervisor, signal }) {
    this.body = body;
    this.label = label;
    this.restart = restart;
    this.supervisor = supervisor;
    this.signal = signal;
  }

  /** It has a process, its first or a new one. */
  live({ low, high }) {
    this.low = low;
    this.high = high;
  }

  followSignal(signal) {
    this.supervisor.runtime.signals.add(signal, this);
  }

  /** Its AbortSignal has aborted: it is stopped for good. */
  abort() {
    const { runtime } = this.supervisor;
    const { root } = runtime;
    this.signal = null;
    runtime.kernel.supervisorTerminate(root.low, root.high, this.supervisor, 0, this.low, this.high);
    runtime.drain();
  }

  /**
   * It will not be started again. When its supervisor was killed, its process
   * may live on, and then the signal is for that one.
   */
  dropped() {
    const { signal, supervisor: { runtime } } = this;
    if (signal === null || this.following === null) return;
    runtime.signals.remove(this);
    const cell = runtime.cells.find(this.low, this.high);
    if (cell === null || cell.state === CELL.ENDED) return;
    cell.details.child = null;
    cell.followSignal(signal);
  }
}

const CHILD_STATES = [];
CHILD_STATES[CHILD.NONE] = 'none';
CHILD_STATES[CHILD.UP] = 'up';
CHILD_STATES[CHILD.RESTARTING] = 'restarting';
CHILD_STATES[CHILD.STARTING] = 'starting';

/** A child by what the kernel knows of it. `id` is null under a task supervisor. */
export const describeChild = (runtime, info) => ({
  id: runtime.children.get(info.tag)?.id ?? null,
  pid: formatPidOrNull(info.low, info.high),
  state: CHILD_STATES[info.state],
  type: info.type === 0 ? 'worker' : 'supervisor',
  significant: info.significant,
  restart: info.restart,
  restarts: info.restarts,
});

/** What is known of a supervisor's children, in the order of their starts. */
export function* childrenOf(runtime, { low, high }) {
  for (let at = 0; ; ) {
    const info = runtime.kernel.inspectChild(low, high, at);
    if (info === null) return;
    yield describeChild(runtime, info);
    at = info.next;
    if (at === 0) return;
  }
}

/* ---- Finding. */

/** Checked apart, so that a wrong type is told before a missing process. */
export function checkSupervisorType(call, supervisor, kind) {
  if (typeof supervisor === 'string' || placeOf(supervisor, kind) !== null) return;
  const other = placeOf(supervisor, 0);
  const got = other === null
    ? describe(supervisor)
    : `the handle of a ${nameOfKind(other.kind)}: use ${API_NAMES[other.kind]}`;
  throw new TypeError(`${call}: supervisor must be the handle, name or pid of a ${nameOfKind(kind)}; got ${got}`);
}

/** Where a user's handle, name or pid leads to; `place` is null for nowhere. */
function lookUp(call, runtime, supervisor, handle) {
  if (handle !== null) {
    if (handle.runtime !== runtime) throw new TypeError(`${call}: supervisor belongs to another runtime`);
    return { place: handle, text: formatPid(handle.low, handle.high) };
  }
  if (isPid(supervisor)) return { place: parsePid(supervisor), text: supervisor };
  return { place: runtime.names.get(supervisor), text: describe(supervisor) };
}

/**
 * Finds the supervisor that a user means: its words, the runtime, and how
 * messages name it.
 */
export function findSupervisor(call, caller, supervisor, kind) {
  const { runtime } = caller;
  const handle = placeOf(supervisor, kind);
  // The most frequent case by far: the process has a cell for as long as it lives.
  if (handle !== null && handle.runtime === runtime && isAlive(runtime, handle)) return handle;
  checkSupervisorType(call, supervisor, kind);
  const { place, text } = lookUp(call, runtime, supervisor, handle);
  const info = place === null ? null : runtime.kernel.infoOf(place.low, place.high);
  if (info === null) throw noSupervisor(call, kind, text);
  if (info.kind !== kind) {
    const advice = API_NAMES[info.kind] === undefined ? '' : `: use ${API_NAMES[info.kind]}`;
    throw new TypeError(
      `${call}: process ${text} is not a ${nameOfKind(kind)} but a ${nameOfKind(info.kind)}${advice}`,
    );
  }
  return { low: place.low, high: place.high, text, runtime };
}

function isAlive(runtime, { low, high }) {
  const cell = runtime.cells.find(low, high);
  return cell !== null && cell.state !== CELL.ENDED;
}

export const noSupervisor = (call, kind, text) =>
  new NoProcError(`${call}: there is no ${nameOfKind(kind)} ${text}`, { pid: isPid(text) ? text : null });

/* ---- Asking and stopping. */

/**
 * Has a supervisor asked, by `submit`, which gives the kernel's code. The
 * promise is that of `wait`.
 */
export function ask(call, place, kind, wait, submit) {
  const code = place.runtime.ask(wait, submit);
  if (code === CODE.OK) return wait.promise;
  if (code === CODE.GONE && !wait.caller.gone) throw noSupervisor(call, kind, place.text);
  throw wait.caller.refusal(code, call);
}

/** Asks for the end of a supervisor that is there; the promise is fulfilled when it is gone. */
export function stopPlace(call, caller, place, kind, reason, timeout) {
  const { runtime } = caller;
  const label = runtime.cells.find(place.low, place.high)?.label;
  const wait = new StopWait(caller, { pid: formatPid(place.low, place.high), label, kind: nameOfKind(kind) }, timeout);
  let code = CODE.OK;
  runtime.withReason(
    (reasons) => reasons.exit(reason),
    (number) => {
      code = runtime.wait(wait, place.low, place.high, WAIT.STOP, timeout, number);
    },
  );
  if (code === CODE.OK) return wait.promise;
  if (code === CODE.GONE && !caller.gone) throw noSupervisor(call, kind, place.text);
  throw caller.refusal(code, call);
}

/** Has a supervisor end, unless it does so already: a promise of when it is gone. */
export function endOf(runtime, low, high) {
  runtime.settleInbox();
  if (runtime.kernel.infoOf(low, high) === null) return Promise.resolve();
  return stopPlace('Supervisor.stop', runtime.root, { low, high }, KIND.SUPERVISOR, 'shutdown', Infinity);
}

/** `stop` of the API and of handles. */
export function stopSupervisor(call, source, supervisor, kind, reason = 'normal', timeout = Infinity) {
  const caller = source.enterSettled();
  checkSupervisorType(call, supervisor, kind);
  const ms = checkTimeout(call, 'timeout', timeout);
  return stopPlace(call, caller, findSupervisor(call, caller, supervisor, kind), kind, reason, ms);
}
