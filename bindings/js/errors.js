/**
 * The errors of Belay: one family, each with a stable `code`.
 *
 * Most of them are made by the pump, far from the code they concern, so their
 * own stack would say nothing: it is not captured (that would cost more than
 * the task). `startedAt` holds where the stream, group or supervisor was
 * opened, or, with `createRuntime({ trace: true })`, where the task was started.
 */
import { describe } from './describe.js';

/** How a message names a process. */
export const nameProcess = (pid, label, kind = 'task') =>
  `${kind}${pid === null ? '' : ` ${pid}`}${label ? ` ${JSON.stringify(label)}` : ''}`;

/** Makes an error without capturing a stack. */
export const withoutStack = (make) => withFrames(0, make);

/** The same with so many frames, unless the program wants fewer. */
export function withFrames(count, make) {
  const limit = Error.stackTraceLimit;
  if (limit <= count) return make();
  try {
    Error.stackTraceLimit = count;
  } catch {
    return make(); // A hardened realm: the stack is captured after all.
  }
  try {
    return make();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** As `stack`: there to be read, not one of the fields that are shown and compared. */
export function setStart(error, startedAt) {
  Object.defineProperty(error, 'startedAt', { value: startedAt, configurable: true, writable: true });
}

export class BelayError extends Error {
  constructor(message, code = 'BELAY_ERROR', { startedAt, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    if (startedAt !== undefined && startedAt !== null) setStart(this, startedAt);
  }

  get name() {
    return 'BelayError';
  }
}

/** A process ended other than by returning or throwing; `reason` says how. */
export class ExitError extends BelayError {
  #process = null;

  constructor(reason, { pid = null, label = null, kind, message, code = 'BELAY_EXIT', startedAt } = {}) {
    super(message ?? `${nameProcess(pid, label, kind)} exited with ${describe(reason)}`, code, { startedAt });
    this.reason = reason;
    this.pid = pid;
    this.label = label;
  }

  /** Marks the error as one process's request to end itself (`ctx.exit`). */
  static request(process, reason, pid) {
    const error = withoutStack(() => new ExitError(reason, { pid }));
    error.#process = process;
    return error;
  }

  /** Whether `error` is the request of `process` to end itself. */
  static isRequestOf(error, process) {
    return ExitError.is(error) && error.#process === process;
  }

  /** As instanceof, but it asks nothing of a value that may be a proxy. */
  static is(error) {
    return typeof error === 'object' && error !== null && #process in error;
  }

  get name() {
    return 'ExitError';
  }
}

/** An await, a stream's item or a stop took longer than `timeout`. */
export class TimeoutError extends ExitError {
  constructor(timeout, { pid = null, label = null, kind, task = null, index = null, what = 'was not done', startedAt } = {}) {
    super('timeout', {
      pid,
      label,
      code: 'BELAY_TIMEOUT',
      message: `${nameProcess(pid, label, kind)} ${what} within ${timeout} ms`,
      startedAt,
    });
    this.timeout = timeout;
    this.task = task;
    this.index = index;
  }

  get name() {
    return 'TimeoutError';
  }
}

/** Only the process that started a task may await, yield, shut down or ignore it. */
export class OwnerError extends BelayError {
  constructor(call, task, caller) {
    super(
      `${call}: ${nameProcess(task.pid, task.label)} belongs to process ${task.owner}; ` +
        `process ${caller} may not wait for it`,
      'BELAY_OWNER',
    );
    this.pid = task.pid;
    this.owner = task.owner;
    this.caller = caller;
  }

  get name() {
    return 'OwnerError';
  }
}

/** A task supervisor already has as many children as it may have. */
export class MaxChildrenError extends BelayError {
  constructor(supervisor, limit, startedAt) {
    super(
      `task supervisor ${supervisor} has reached its maximum of ${limit} children`,
      'BELAY_MAX_CHILDREN',
      { startedAt },
    );
    this.limit = limit;
  }

  get name() {
    return 'MaxChildrenError';
  }
}

/** The name is held by another process, the process has one, or a child with that id has a process. */
export class AlreadyStartedError extends BelayError {
  /** @param isCalled the process of `pid` was to get another name besides `name` */
  constructor(name, pid, { id = null, supervisor = null, isCalled = false } = {}) {
    let message = `the name ${describe(name)} is taken by process ${pid}`;
    if (isCalled) message = `process ${pid} is called ${describe(name)} already`;
    if (id !== null) message = `child ${describe(id)} of supervisor ${supervisor} runs already, as process ${pid}`;
    super(message, 'BELAY_ALREADY_STARTED');
    this.registeredName = name;
    this.id = id;
    this.pid = pid;
    // Shadows the class's name on purpose: the contract promises `error.name`
    // to be the registered name for this error only.
    const shown = name ?? 'AlreadyStartedError';
    Object.defineProperty(this, 'name', { value: shown, enumerable: true, configurable: true });
  }
}

const CHILD_STATES = Object.freeze({
  running: 'is running',
  restarting: 'is being restarted',
  alreadyPresent: 'is there already, without a process: restart or delete it',
  notFound: 'is not there',
});

/** A child of a supervisor is not in the state that a request needs. */
export class ChildError extends BelayError {
  constructor(call, supervisor, id, state) {
    super(`${call}: child ${describe(id)} of supervisor ${supervisor} ${CHILD_STATES[state]}`, 'BELAY_CHILD');
    this.id = id;
    this.state = state;
  }

  get name() {
    return 'ChildError';
  }
}

/** The exit reason of a supervisor that ended since a child could not be started. */
export const failedToStart = (id, reason) => ['shutdown', ['failedToStartChild', id, reason]];

/** A child could not be started: its start function threw, or gave nothing that can be one. */
export class ChildStartError extends BelayError {
  #id;
  #reason;

  /** @param stopped a promise: what had been started is gone again */
  constructor(id, cause, { supervisor, stopped = Promise.resolve(), startedAt }) {
    super(
      `child ${describe(id)} of supervisor ${supervisor} could not be started: ${describe(cause)}`,
      'BELAY_CHILD_START',
      { cause, startedAt },
    );
    this.#id = id;
    this.#reason = ChildStartError.reasonOf(cause);
    this.id = id;
    this.reason = this.#reason;
    this.stopped = stopped;
  }

  /** What a start that threw `cause` failed with, as an exit reason. */
  static reasonOf(cause) {
    if (typeof cause !== 'object' || cause === null) return cause;
    if (#reason in cause) return failedToStart(cause.#id, cause.#reason);
    return ExitError.is(cause) ? cause.reason : cause;
  }

  get name() {
    return 'ChildStartError';
  }
}

/** There is no such process, or not any more. */
export class NoProcError extends BelayError {
  constructor(message, { pid = null, startedAt } = {}) {
    super(message, 'BELAY_NO_PROC', { startedAt });
    this.reason = 'noproc';
    this.pid = pid;
  }

  get name() {
    return 'NoProcError';
  }
}

/** The runtime has been disposed of. */
export class DisposedError extends BelayError {
  constructor() {
    super('this Belay runtime has been disposed of', 'BELAY_DISPOSED');
  }

  get name() {
    return 'DisposedError';
  }
}

/** A worker came to an end before the function that ran on it, or could not be started. */
export class WorkerError extends BelayError {
  /** @param reason 'start', 'exit', 'crash', 'memory', 'messageError' or 'lost' */
  constructor(message, { reason, exitCode = null, cause }) {
    super(message, 'BELAY_WORKER', { cause });
    this.reason = reason;
    this.exitCode = exitCode;
  }

  get name() {
    return 'WorkerError';
  }
}

/** A module could not be loaded on a worker, or has no such function. */
export class ModuleError extends BelayError {
  constructor(message, { url, exportName, cause }) {
    super(message, 'BELAY_MODULE', { cause });
    this.url = url;
    this.exportName = exportName;
  }

  get name() {
    return 'ModuleError';
  }
}

/** An argument, a result or a report cannot be sent to another thread. */
export class CloneError extends BelayError {
  constructor(message, { path, cause }) {
    super(message, 'BELAY_CLONE', { cause });
    this.path = path;
  }

  get name() {
    return 'CloneError';
  }
}

/** `maxTasks` is reached, or the memory for another process was refused. */
export class LimitError extends BelayError {
  constructor(message) {
    super(message, 'BELAY_LIMIT');
  }

  get name() {
    return 'LimitError';
  }
}
