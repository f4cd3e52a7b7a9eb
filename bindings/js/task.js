/** Task: the handle, and the functions that make and use it. */
import { allSettled } from './all-settled.js';
import { takeBody } from './bodies.js';
import { nameProcess, OwnerError } from './errors.js';
import {
  checkCount, checkIterable, checkOneOf, checkOptions, checkShutdown,
  checkSpawnOptions, checkTimeout, describe, nameOf,
} from './options.js';
import { formatPid } from './pid.js';
import { CODE, FLAG, WAIT } from './protocol.js';
import { quiet, TaskRecord } from './record.js';
import { taskChildSpec } from './specs.js';
import { STREAM_OPTIONS, streamPlan, TaskStream } from './stream.js';
import { awaitGroup, yieldGroup } from './groups.js';
import { AwaitWait, ShutdownWait, VainWait, YieldWait } from './waits.js';

/** The inside of a handle; assigned by the class, which alone can look. */
let recordOf;
let isTask;

class Task {
  /** See StreamRun. */
  static #kept = new Task(null);
  #record;

  constructor(record) {
    this.#record = record;
  }

  static {
    recordOf = (task) => task.#record;
    isTask = (value) => typeof value === 'object' && value !== null && #record in value;
  }

  /** Null for a completed task, which has no process. */
  get pid() {
    return this.#record.pid;
  }

  get ref() {
    const { low, high, number } = this.#record;
    return low === 0 ? `#ref.${number}` : `#ref${formatPid(low, high)}`;
  }

  get owner() {
    return this.#record.caller.pid;
  }

  get label() {
    return this.#record.label;
  }

  /** 'running', 'fulfilled', 'rejected' or 'ignored' */
  get state() {
    return this.#record.state;
  }

  /** For `await using`: leaving the block shuts the task down. */
  [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]() {
    return quiet(leave(this.#record)); // as any wait of a process that has ended
  }

  get [Symbol.toStringTag]() {
    return 'Task';
  }

  /** What console.log shows in Node. */
  [Symbol.for('nodejs.util.inspect.custom')]() {
    return `${nameProcess(this.pid, this.label, 'Task')} (${this.state})`;
  }
}

export { isTask, recordOf };

/** Checks that a task belongs to this runtime and to the caller. */
function checkTask(call, argument, caller, task) {
  if (!isTask(task)) {
    throw new TypeError(`${call}: ${argument} must be a Task; got ${describe(task)}`);
  }
  const record = recordOf(task);
  if (record.caller.runtime !== caller.runtime) {
    throw new TypeError(`${call}: ${argument} belongs to another runtime`);
  }
  const { low, high } = record.caller;
  if (low !== caller.low || high !== caller.high) throw new OwnerError(call, task, caller.pid);
  return record;
}

function checkTasks(call, caller, tasks) {
  checkIterable(call, 'tasks', tasks, { asynchronous: false });
  const list = [...tasks];
  list.forEach((task, index) => checkTask(call, `tasks[${index}]`, caller, task));
  return list;
}

/** Makes the handle and starts its process. */
export function startTask(call, caller, body, options, flags, scope = null) {
  const { runtime } = caller;
  const record = new TaskRecord(caller, options.label ?? nameOf(body));
  if (runtime.tracesStarts) runtime.markTask(record, startTask);
  if (flags === FLAG.LINK && scope === null) runtime.spawnLinked(call, caller, body, options, record);
  else runtime.spawn(call, caller, body, options, flags, scope, record);
  return new Task(record);
}

/* ---- Waiting for one. -------------------------------------------------- */

/** Begins a wait of the kernel for a task that runs. */
function begin(call, wait, record, kind, time) {
  const code = wait.caller.runtime.wait(wait, record.low, record.high, kind, time);
  if (code !== CODE.OK) throw wait.caller.refusal(code, call);
  return wait.promise;
}

/** Bodies that have returned by now count, when only looking. */
function lookAtInbox(caller, record, timeout) {
  if (timeout === 0 && !record.settled) caller.runtime.settleInbox();
}

function awaitTask(caller, record, task, timeout) {
  lookAtInbox(caller, record, timeout);
  record.handled();
  if (record.state === 'running') {
    const wait = new AwaitWait(caller, record, task, timeout);
    if (timeout > 0 && caller.runtime.late.holdWait(record, wait)) return wait.promise;
    return begin('Task.await', wait, record, WAIT.AWAIT, timeout);
  }
  if (record.state === 'fulfilled') return Promise.resolve(record.value);
  if (record.state === 'rejected') return Promise.reject(record.error);
  return waitInVain(caller, record, task, timeout);
}

function yieldTask(caller, record, timeout) {
  lookAtInbox(caller, record, timeout);
  record.handled();
  if (record.state === 'running') {
    return begin('Task.yield', new YieldWait(caller, record, timeout), record, WAIT.YIELD, timeout);
  }
  if (record.state === 'ignored') return waitInVain(caller, record, null, timeout);
  return record.crashed ? Promise.reject(record.error) : Promise.resolve(record.outcome());
}

function waitInVain(caller, record, task, timeout) {
  const wait = new VainWait(caller, record, task, timeout);
  const code = caller.runtime.wait(wait, 0, 0, WAIT.SLEEP, timeout);
  if (code !== CODE.OK) throw caller.refusal(code, 'Task.await');
  return wait.promise;
}

function shutDown(caller, record, shutdown) {
  record.handled();
  if (record.settled) {
    return Promise.resolve(endedAsAsked(record, shutdown) ? null : record.outcome());
  }
  const wait = new ShutdownWait(caller, record, shutdown);
  caller.runtime.asked(record, shutdown);
  const code = caller.runtime.wait(wait, record.low, record.high, WAIT.SHUTDOWN, shutdown);
  if (code === CODE.GONE) return Promise.resolve(record.exited('noproc')); // ignored, and gone since
  if (code !== CODE.OK) throw caller.refusal(code, 'Task.shutdown');
  return wait.promise;
}

/** Whether a task that had ended before did so as `shutdown` would have it. */
function endedAsAsked(record, shutdown) {
  if (record.state === 'fulfilled' || record.failure.bare) return false;
  return record.failure.value === (shutdown === 'brutalKill' ? 'killed' : 'shutdown');
}

/** For the end of a block: what has ended needs nothing, and gives nothing. */
async function leave(record) {
  if (!record.settled && !record.caller.gone) await shutDown(record.caller.enterSettled(), record, 5000);
}

function ignoreTask(caller, record) {
  const { runtime } = caller;
  record.handled();
  if (record.settled) return record.outcome();
  if (record.state === 'running') {
    const code = runtime.relink('unlinked', caller, record, () =>
      runtime.kernel.ignore(caller.low, caller.high, record.low, record.high));
    if (code !== CODE.OK) throw caller.refusal(code, 'Task.ignore');
    runtime.watch?.ignored(record);
    runtime.drain();
    record.state = 'ignored';
  }
  return null;
}

/* ---- The API. ---------------------------------------------------------- */

export class TaskApi {
  #source;

  /** @param source has `enter()`, which gives the caller */
  constructor(source) {
    this.#source = source;
  }

  async(body, ...rest) {
    const call = 'Task.async';
    const caller = this.#source.enter();
    const taken = takeBody(call, body, rest);
    return startTask(call, caller, taken.body, checkSpawnOptions(call, taken.options), FLAG.LINK);
  }

  await(task, timeout = 5000) {
    const caller = this.#source.enter();
    const record = checkTask('Task.await', 'task', caller, task);
    return awaitTask(caller, record, task, checkTimeout('Task.await', 'timeout', timeout));
  }

  awaitMany(tasks, timeout = 5000) {
    const caller = this.#source.enterSettled();
    const list = checkTasks('Task.awaitMany', caller, tasks);
    const ms = checkTimeout('Task.awaitMany', 'timeout', timeout);
    return awaitGroup(caller, list.map(recordOf), ms);
  }

  yield(task, timeout = 5000) {
    const caller = this.#source.enter();
    const record = checkTask('Task.yield', 'task', caller, task);
    return yieldTask(caller, record, checkTimeout('Task.yield', 'timeout', timeout));
  }

  yieldMany(tasks, options) {
    const call = 'Task.yieldMany';
    const caller = this.#source.enterSettled();
    const list = checkTasks(call, caller, tasks);
    const given = typeof options === 'number'
      ? { timeout: options }
      : checkOptions(call, options, ['timeout', 'limit', 'onTimeout']);
    const { timeout = 5000, limit = list.length, onTimeout = 'nothing' } = given;
    const ms = checkTimeout(call, 'option timeout', timeout);
    checkCount(call, 'option limit', limit);
    checkOneOf(call, 'option onTimeout', onTimeout, ['nothing', 'ignore', 'killTask']);
    return yieldMany(caller, list, ms, Math.min(limit, list.length), onTimeout);
  }

  shutdown(task, shutdown = 5000) {
    const caller = this.#source.enterSettled();
    const record = checkTask('Task.shutdown', 'task', caller, task);
    return shutDown(caller, record, checkShutdown('Task.shutdown', 'shutdown', shutdown));
  }

  ignore(task) {
    const caller = this.#source.enterSettled();
    const record = checkTask('Task.ignore', 'task', caller, task);
    return Promise.resolve(ignoreTask(caller, record));
  }

  completed(settled) {
    const caller = this.#source.enter();
    const { status } = checkSettled('Task.completed', settled);
    const record = new TaskRecord(caller, 'completed');
    record.number = caller.runtime.unique();
    if (status === 'fulfilled') record.fulfil(settled.value);
    else record.fail(Object.freeze({ value: settled.reason, bare: true }));
    return new Task(record);
  }

  start(body, ...rest) {
    return this.#start('Task.start', body, rest, FLAG.ORPHAN);
  }

  startLink(body, ...rest) {
    return this.#start('Task.startLink', body, rest, FLAG.LINK);
  }

  #start(call, body, rest, flags) {
    const caller = this.#source.enter();
    const taken = takeBody(call, body, rest);
    const cell = caller.runtime.spawn(call, caller, taken.body, checkSpawnOptions(call, taken.options), flags);
    return formatPid(cell.low, cell.high);
  }

  asyncStream(items, body, ...rest) {
    this.#source.enter();
    const plan = streamPlan('Task.asyncStream', items, body, rest, STREAM_OPTIONS, this.#source);
    return new TaskStream(this.#source, plan, this.asyncStream);
  }

  allSettled(items, options) {
    return allSettled(this.#source.enterSettled(), items, options, this.allSettled);
  }

  childSpec(body, ...rest) {
    return taskChildSpec(body, rest);
  }

  [Symbol.hasInstance](value) {
    return isTask(value);
  }

  get [Symbol.toStringTag]() {
    return 'TaskApi';
  }
}

function checkSettled(call, settled) {
  const status = settled?.status;
  if (status !== 'fulfilled' && status !== 'rejected') {
    throw new TypeError(
      `${call}: settled must be { status: 'fulfilled', value } or { status: 'rejected', reason }; ` +
        `got ${describe(settled)}`,
    );
  }
  return settled;
}

/** As `yieldTask` for several; what the time did not suffice for is dealt with. */
function yieldMany(caller, tasks, timeout, limit, onTimeout) {
  const records = tasks.map(recordOf);
  const promise = yieldGroup(caller, records, timeout, limit, async (outcomes, timedOut) => {
    const slow = timedOut && onTimeout !== 'nothing'
      ? new Set(records.filter((_, index) => outcomes[index] === null))
      : new Set();
    // All of them fail when who waits has ended, and the first failure is the only one that is told.
    const endings = [...slow].map((record) => [record, quiet(endSlow(caller, record, onTimeout))]);
    const ended = new Map();
    for (const [record, ending] of endings) {
      ended.set(record, await ending.catch((error) => {
        quiet(promise); // who waits has ended
        throw error;
      }));
    }
    return tasks.map((task, index) => [task, ended.get(records[index]) ?? outcomes[index]]);
  });
  return promise;
}

/** What `onTimeout` says for one that has not ended in time. */
async function endSlow(caller, record, onTimeout) {
  caller.enterSettled();
  return onTimeout === 'ignore' ? ignoreTask(caller, record) : shutDown(caller, record, 'brutalKill');
}
