/**
 * What supervisors of both kinds have in common: how users name one, what is
 * kept about its children, how one is stopped.
 */
import { NoProcError } from './errors.js';
import { failure } from './kernel.js';
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

  constructor({ id = null, type = 'worker', body = null, label, restart, supervisor, signal = null, info = null, list = null }) {
    this.id = id;
    this.type = type;
    this.body = body;
    this.label = label;
    this.restart = restart;
    this.supervisor = supervisor;
    this.signal = signal;
    this.info = info;
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

/**
 * Finds the supervisor that a user means by handle, name or pid.
 * @returns { low, high, text, runtime }
 */
export function findSupervisor(call, caller, supervisor, kind, handleOf) {
  const wanted = kind === KIND.SUPERVISOR ? 'supervisor' : 'task supervisor';
  const { runtime } = caller;
  const handle = handleOf(supervisor);
  let place = null;
  let text = '';
  if (handle !== null) {
    if (handle.runtime !== runtime) throw new TypeError(`${call}: supervisor belongs to another runtime`);
    place = handle;
    text = formatPid(handle.low, handle.high);
  } else if (typeof supervisor !== 'string') {
    throw new TypeError(`${call}: supervisor must be the handle, name or pid of a ${wanted}; got ${describe(supervisor)}`);
  } else {
    place = isPid(supervisor) ? parsePid(supervisor) : runtime.names.get(supervisor);
    text = isPid(supervisor) ? supervisor : describe(supervisor);
  }
  const info = place === null ? null : runtime.kernel.infoOf(place.low, place.high);
  if (info === null) {
    throw new NoProcError(`${call}: there is no ${wanted} ${text}`, { pid: isPid(text) ? text : null });
  }
  if (info.kind !== kind) throw new TypeError(`${call}: process ${text} is not a ${wanted}`);
  return { low: place.low, high: place.high, text, runtime };
}

/** Checked apart, so that a wrong type is told before a missing process. */
export function checkSupervisorType(call, supervisor, kind, handleOf) {
  if (typeof supervisor === 'string' || handleOf(supervisor) !== null) return;
  const wanted = kind === KIND.SUPERVISOR ? 'supervisor' : 'task supervisor';
  throw new TypeError(`${call}: supervisor must be the handle, name or pid of a ${wanted}; got ${describe(supervisor)}`);
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
  if (code !== CODE.OK) throw failure(code, call);
  return wait.promise;
}
