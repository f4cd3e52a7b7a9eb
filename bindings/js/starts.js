/**
 * Start functions: the kernel says which child of a general supervisor is to be
 * started (CHILD_START), here the user's function is called, and the kernel is
 * told what came of it (SUP_CHILD). Until then the supervisor does nothing else.
 *
 * The children that a supervisor is started with are started within that call;
 * all others by the pump.
 */
import { ChildStartError, failedToStart, NoProcError } from './errors.js';
import { describe, isPid } from './options.js';
import { formatPid, parsePid } from './pid.js';
import { CODE, KIND, STARTED } from './protocol.js';
import { quiet } from './record.js';
import { SupervisorCaller, StartContext, StartSource } from './start-context.js';
import { endOf, placeOf } from './supervised.js';
import { isTask, recordOf } from './task.js';

/* Start functions that call one another. A spec that contains itself would go
 * on until the engine's stack is full, in the middle of anything. */
const NESTED_MAX = 100;

const ACCEPTED = 'must return, at once, the pid or handle of a process that it has linked to the supervisor, or \'ignore\'';

function isPromise(value) {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
  return typeof value.then === 'function';
}

/** The words of the process that a start function returned; null when it says that none is needed. */
function processOf(runtime, value) {
  if (value === 'ignore') return null;
  if (isPid(value)) return parsePid(value);
  if (isTask(value)) {
    const record = recordOf(value);
    if (record.caller.runtime !== runtime) throw new TypeError('start returned a task of another runtime');
    if (record.low === 0) throw new TypeError('start returned a completed task, which has no process');
    return record;
  }
  const place = placeOf(value, 0);
  if (place !== null) {
    if (place.runtime !== runtime) throw new TypeError('start returned a supervisor of another runtime');
    return place;
  }
  if (isPromise(value)) {
    quiet(Promise.resolve(value));
    throw new TypeError(
      `start ${ACCEPTED}; got a promise. It must not be an async function: what takes time belongs into ` +
        'the body of the task that it starts',
    );
  }
  throw new TypeError(`start ${ACCEPTED}; got ${describe(value)}`);
}

const isSame = (one, other) => one.low === other.low && one.high === other.high;

/** Whether `process` is above the supervisor, which therefore cannot keep it. */
function isAbove(runtime, place, process) {
  const seen = new Set();
  for (let { low, high } = place; low !== 0 || high !== 0; ) {
    const info = runtime.kernel.infoOf(low, high);
    const pid = formatPid(low, high);
    if (info === null || seen.has(pid)) return false;
    seen.add(pid);
    low = info.supervisorLow || info.ownerLow;
    high = info.supervisorLow === 0 ? info.ownerHigh : info.supervisorHigh;
    if (isSame({ low, high }, process)) return true;
  }
  return false;
}

/** Why a living process cannot be a child there. */
function unfit(runtime, place, process) {
  const pid = formatPid(process.low, process.high);
  const info = runtime.kernel.infoOf(process.low, process.high);
  if (info === null) return new NoProcError(`start returned process ${pid}, which has ended`, { pid });
  if (info.kind === KIND.ROOT) return new RangeError(`start returned ${pid}, the root process`);
  if (isSame(process, place)) return new RangeError(`start returned ${pid}, the supervisor itself`);
  if (isAbove(runtime, place, process)) {
    return new RangeError(`start returned process ${pid}, which is above the supervisor`);
  }
  if (info.kind === KIND.ITEM) return new RangeError(`start returned process ${pid}, an item of a stream`);
  if (info.supervisorLow === 0) {
    return new RangeError(
      `start returned process ${pid}, which is not linked to the supervisor: start it by a function of the ` +
        'context that makes a link, such as Task.startLink',
    );
  }
  const other = formatPid(info.supervisorLow, info.supervisorHigh);
  return new RangeError(`start returned process ${pid}, which is a child of supervisor ${other} already`);
}

export class Starts {
  #runtime;
  #nested = 0;

  constructor(runtime) {
    this.#runtime = runtime;
  }

  /** CHILD_START. */
  wanted(event) {
    const child = this.#runtime.children.get(event.tag);
    const { info } = child;
    child.started = true;
    info.starting = child;
    // Whatever else reaches the supervisor meanwhile, a restart say, waits for the pump.
    if (!info.initializing || !child.isInitial) this.#runtime.effect(() => this.run(child));
  }

  /** Calls a start function, and tells the kernel what came of it. */
  run(child) {
    const { info, place } = child;
    if (info.starting !== child) return; // the supervisor was killed
    info.starting = null;
    info.caller ??= new SupervisorCaller(this.#runtime, place.low, place.high);
    let process = null;
    let failure = null;
    try {
      process = this.#call(child);
    } catch (cause) {
      failure = { cause };
    }
    if (this.#runtime.disposed) return;
    failure ??= this.#answer(child, process);
    if (failure !== null) this.#failed(child, failure.cause);
  }

  #call({ info, id, start }) {
    const source = new StartSource(info.caller, id);
    info.caller.started = [];
    this.#nested++;
    try {
      if (this.#nested > NESTED_MAX) {
        throw new RangeError(`start functions are nested more than ${NESTED_MAX} deep: does a spec contain itself?`);
      }
      return processOf(this.#runtime, start(new StartContext(source)));
    } finally {
      this.#nested--;
      source.close();
    }
  }

  /** Tells of a start that went well; gives { cause } when it did not after all. */
  #answer(child, process) {
    const { info, place } = child;
    const runtime = this.#runtime;
    runtime.settleInbox();
    let code = CODE.BAD_ARGUMENT;
    if (process === null) code = runtime.kernel.supervisorChild(place, STARTED.IGNORED, 0, 0);
    else if (!isAbove(runtime, place, process)) {
      code = runtime.kernel.supervisorChild(place, STARTED.UP, process.low, process.high);
    }
    if (code !== CODE.OK) return { cause: info.gone ? null : unfit(runtime, place, process) };
    info.caller.started = null;
    runtime.adopted(child, process);
    runtime.drain();
    runtime.schedule();
    return null;
  }

  #failed(child, cause) {
    const { info } = child;
    const rest = this.#undo(info.caller);
    if (info.gone) return;
    if (child.isInitial) {
      info.initFailure ??= { child, cause };
      this.#spareRoot(child);
    }
    const answer = () => this.#answerFailed(child, cause);
    if (rest.length === 0) answer();
    else Promise.all(rest).then(answer, () => {}); // rejected: the runtime is disposed of
  }

  /**
   * Ends what a start function that failed has started, the last one first.
   * Gives promises for those that take their time.
   */
  #undo(caller) {
    const runtime = this.#runtime;
    const { started } = caller;
    caller.started = null;
    const rest = [];
    for (const { low, high, isSupervisor } of started.reverse()) {
      if (runtime.kernel.infoOf(low, high) === null) continue;
      if (isSupervisor) {
        const end = endOf(runtime, low, high);
        if (runtime.kernel.infoOf(low, high) !== null) rest.push(end);
      } else runtime.exit(runtime.root, low, high, 'shutdown');
    }
    return rest;
  }

  /**
   * The failure of a supervisor that the root starts is thrown by that call; it
   * would otherwise be told a second time, over the link, as unhandled.
   */
  #spareRoot({ info, place }) {
    const runtime = this.#runtime;
    const { root, kernel } = runtime;
    if (info.parent === null || !isSame(info.parent, root)) return;
    if (!kernel.infoOf(root.low, root.high).trapExit) {
      runtime.relink('unlinked', root, place, () => kernel.unlink(root.low, root.high, place.low, place.high));
    }
    runtime.drain();
  }

  #answerFailed(child, cause) {
    const { id, info, place, isInitial } = child;
    const runtime = this.#runtime;
    if (runtime.disposed || info.gone) return;
    info.cause = cause;
    runtime.withReason(
      (reasons) => (isInitial
        ? reasons.exit(failedToStart(id, ChildStartError.reasonOf(cause)))
        : reasons.thrown(cause)),
      (number) => {
        runtime.kernel.supervisorChild(place, STARTED.FAILED, 0, 0, number);
        runtime.adopted(child, null);
      },
    );
    info.cause = undefined;
  }
}
