/**
 * What supervisors of both kinds have in common: how users name one, what is
 * kept about its children, how one is stopped.
 */
import { NoProcError } from './errors.js';
import { describe, isPid } from './options.js';
import { formatPid, parsePid } from './pid.js';
import { CODE, KIND, RESTART, UNBOUNDED, WAIT } from './protocol.js';
import { StopWait } from './waits.js';

export const RESTARTS = Object.freeze({
  temporary: RESTART.TEMPORARY,
  transient: RESTART.TRANSIENT,
  permanent: RESTART.PERMANENT,
});

export const ASYNC_DISPOSE = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');

/** A supervisor's max_children and the like as the kernel takes them. */
export const kernelSettings = ({ maxChildren, maxRestarts, maxSeconds }) => ({
  maxChildren: maxChildren === Infinity ? UNBOUNDED : maxChildren,
  maxRestarts,
  maxSeconds,
});

/** What the binding keeps of one supervisor. */
export class SupervisorInfo {
  /** Children of a general supervisor, in the order of their starts. */
  children = [];

  constructor(kind, { name, maxChildren = Infinity }) {
    this.kind = kind;
    this.name = name;
    this.maxChildren = maxChildren;
  }
}

/** A child that can be started anew, or that a general supervisor keeps. */
export class Child {
  low = 0;
  high = 0;
  /** What is kept of it when it is a supervisor itself. */
  info = null;

  constructor({
    id = null, type = 'worker', body = null, label, restart, supervisor, signal = null, list = null,
  }) {
    this.id = id;
    this.type = type;
    this.body = body;
    this.label = label;
    this.restart = restart;
    this.supervisor = supervisor;
    this.signal = signal;
    this.list = list;
  }

  get pid() {
    return this.low === 0 ? null : formatPid(this.low, this.high);
  }

  /** It has a process, its first or a new one. */
  live({ low, high }) {
    this.low = low;
    this.high = high;
  }

  /** Its process has ended. A temporary one is forgotten by that. */
  ended() {
    this.low = 0;
    this.high = 0;
    if (this.restart !== RESTART.TEMPORARY || this.list === null) return;
    const index = this.list.indexOf(this);
    if (index >= 0) this.list.splice(index, 1);
  }

  /** Its AbortSignal has aborted: it is stopped for good. */
  abort() {
    const { runtime, low, high } = this.supervisor;
    this.signal = null;
    runtime.kernel.supervisorTerminate(
      runtime.root.low, runtime.root.high, low, high, this.low, this.high, 0,
    );
    runtime.drain();
  }

  /** It will not be started again. */
  dropped() {
    this.low = 0;
    this.high = 0;
    if (this.signal !== null) this.supervisor.runtime.signals.remove(this.signal, this);
  }
}

const nameOfKind = (kind) => (kind === KIND.SUPERVISOR ? 'supervisor' : 'task supervisor');

/** Checked apart, so that a wrong type is told before a missing process. */
export function checkSupervisorType(call, supervisor, kind, handleOf) {
  if (typeof supervisor === 'string' || handleOf(supervisor) !== null) return;
  throw new TypeError(
    `${call}: supervisor must be the handle, name or pid of a ${nameOfKind(kind)}; got ${describe(supervisor)}`,
  );
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
export function findSupervisor(call, caller, supervisor, kind, handleOf) {
  checkSupervisorType(call, supervisor, kind, handleOf);
  const { runtime } = caller;
  const { place, text } = lookUp(call, runtime, supervisor, handleOf(supervisor));
  const info = place === null ? null : runtime.kernel.infoOf(place.low, place.high);
  if (info === null) {
    throw new NoProcError(`${call}: there is no ${nameOfKind(kind)} ${text}`, { pid: isPid(text) ? text : null });
  }
  if (info.kind !== kind) throw new TypeError(`${call}: process ${text} is not a ${nameOfKind(kind)}`);
  return { low: place.low, high: place.high, text, runtime };
}

export function stopSupervisor(call, caller, place, reason, timeout) {
  const { runtime } = caller;
  const wait = new StopWait(caller, formatPid(place.low, place.high), timeout, undefined);
  let code = CODE.OK;
  runtime.withReason(
    (reasons) => reasons.exit(reason),
    (number) => {
      code = runtime.wait(wait, place.low, place.high, WAIT.STOP, timeout, number);
    },
  );
  if (code === CODE.GONE) throw new NoProcError(`${call}: there is no supervisor ${place.text}`);
  if (code !== CODE.OK) throw caller.refusal(code, call);
  return wait.promise;
}
