/** TaskSupervisor: tasks in a place of their own, bounded, stopped together. */
import {
  checkBody, checkPid, checkRestart, checkSpawnOptions, checkTimeout, SPAWN_OPTIONS,
} from './options.js';
import { formatPid, parsePid } from './pid.js';
import { CODE, FLAG, KIND, SUP } from './protocol.js';
import { checkTaskSupervisorOptions, taskSupervisorChildSpec } from './specs.js';
import { streamPlan, SUPERVISED_STREAM_OPTIONS, TaskStream } from './stream.js';
import {
  ASYNC_DISPOSE, checkSupervisorType, Child, findSupervisor, kernelSettings, RESTARTS,
  stopSupervisor, SupervisorInfo,
} from './supervised.js';
import { startTask } from './task.js';
import { StopWait } from './waits.js';

let placeOf;

class TaskSupervisor {
  #place;
  #name;

  constructor(place, name) {
    this.#place = place;
    this.#name = name;
  }

  static {
    placeOf = (value) =>
      (typeof value === 'object' && value !== null && #place in value ? value.#place : null);
  }

  get pid() {
    return formatPid(this.#place.low, this.#place.high);
  }

  get name() {
    return this.#name;
  }

  stop(reason = 'normal', timeout = Infinity) {
    const { runtime } = this.#place;
    return new TaskSupervisorApi(runtime.root).stop(this, reason, timeout);
  }

  async [ASYNC_DISPOSE]() {
    const { runtime, low, high } = this.#place;
    if (runtime.disposed || runtime.kernel.infoOf(low, high) === null) return;
    await this.stop();
  }

  get [Symbol.toStringTag]() {
    return 'TaskSupervisor';
  }
}

/**
 * Starts a task supervisor: for users, or as the child of a general one
 * (`scope`, `child`). The name has been found free.
 */
export function startTaskSupervisor(call, caller, settings, flags, scope = null, child = null) {
  const { runtime } = caller;
  const { kernel } = runtime;
  runtime.observers.lookAround();
  const tag = child === null ? 0 : runtime.children.add(child);
  const code = kernel.supervisorStart(
    caller.low, caller.high, flags, tag, SUP.TASK,
    scope === null ? 0 : scope.low, scope === null ? 0 : scope.high, kernelSettings(settings),
  );
  if (code !== CODE.OK) {
    runtime.children.take(tag);
    throw caller.refusal(code, call);
  }
  const cell = runtime.cells.claim(kernel.answerLow, kernel.answerHigh);
  const info = new SupervisorInfo(KIND.TASK_SUPERVISOR, settings);
  cell.label = settings.name ?? '';
  cell.details = { signal: null, child, supervisor: scope, info };
  child?.live(cell);
  if (child !== null) child.info = info;
  const place = { low: cell.low, high: cell.high, runtime, text: formatPid(cell.low, cell.high) };
  if (settings.name !== null) runtime.names.set(call, settings.name, place.low, place.high);
  runtime.drain();
  runtime.schedule();
  return place;
}

export class TaskSupervisorApi {
  #source;

  constructor(source) {
    this.#source = source;
  }

  start(options) {
    return this.#start('TaskSupervisor.start', options, 0);
  }

  startLink(options) {
    return this.#start('TaskSupervisor.startLink', options, FLAG.LINK);
  }

  #start(call, options, flags) {
    const caller = this.#source.enterSettled();
    const settings = checkTaskSupervisorOptions(call, options);
    if (settings.name !== null) caller.runtime.names.mustBeFree(settings.name);
    return new TaskSupervisor(startTaskSupervisor(call, caller, settings, flags), settings.name);
  }

  async(supervisor, body, options) {
    return this.#async('TaskSupervisor.async', supervisor, body, options, FLAG.LINK);
  }

  asyncNolink(supervisor, body, options) {
    return this.#async('TaskSupervisor.asyncNolink', supervisor, body, options, 0);
  }

  #async(call, supervisor, body, options, flags) {
    const caller = this.#source.enterSettled();
    checkType(call, supervisor);
    checkBody(call, 'body', body);
    const checked = checkSpawnOptions(call, options);
    return startTask(call, caller, body, checked, flags, find(call, caller, supervisor));
  }

  asyncStream(supervisor, items, body, options) {
    return this.#stream('TaskSupervisor.asyncStream', supervisor, items, body, options, 0, this.asyncStream);
  }

  asyncStreamNolink(supervisor, items, body, options) {
    const call = 'TaskSupervisor.asyncStreamNolink';
    return this.#stream(call, supervisor, items, body, options, FLAG.NOLINK, this.asyncStreamNolink);
  }

  #stream(call, supervisor, items, body, options, flags, below) {
    this.#source.enter();
    checkType(call, supervisor);
    const plan = streamPlan(call, items, body, options, SUPERVISED_STREAM_OPTIONS,
      (consumer) => find(call, consumer, supervisor));
    plan.flags |= flags;
    return new TaskStream(this.#source, plan, below);
  }

  startChild(supervisor, body, options) {
    const call = 'TaskSupervisor.startChild';
    const caller = this.#source.enterSettled();
    checkType(call, supervisor);
    checkBody(call, 'body', body);
    const checked = checkSpawnOptions(call, options, [...SPAWN_OPTIONS, 'restart']);
    const restart = RESTARTS[checkRestart(call, 'option restart', options?.restart, 'temporary')];
    const scope = find(call, caller, supervisor);
    const child = restart === RESTARTS.temporary ? null : new Child({
      body, label: checked.label ?? body.name, restart, supervisor: scope, signal: checked.signal,
    });
    const cell = caller.runtime.spawn(call, caller, body, checked, FLAG.ORPHAN, scope, null, child);
    return formatPid(cell.low, cell.high);
  }

  children(supervisor) {
    const caller = this.#source.enterSettled();
    return childrenOf(caller.runtime, find('TaskSupervisor.children', caller, supervisor));
  }

  countChildren(supervisor) {
    const caller = this.#source.enterSettled();
    const place = find('TaskSupervisor.countChildren', caller, supervisor);
    const specs = caller.runtime.kernel.infoOf(place.low, place.high).children;
    const active = childrenOf(caller.runtime, place).length;
    return { specs, active, supervisors: 0, workers: specs };
  }

  terminateChild(supervisor, pid) {
    const call = 'TaskSupervisor.terminateChild';
    const caller = this.#source.enterSettled();
    checkType(call, supervisor);
    const { low, high } = parsePid(checkPid(call, 'pid', pid));
    const place = find(call, caller, supervisor);
    const wait = new StopWait(caller, pid, Infinity, true);
    const code = caller.runtime.terminate(wait, place, low, high);
    if (code === CODE.NOT_FOUND) return Promise.resolve(false);
    if (code !== CODE.OK) throw caller.refusal(code, call);
    return wait.promise;
  }

  stop(supervisor, reason = 'normal', timeout = Infinity) {
    const call = 'TaskSupervisor.stop';
    const caller = this.#source.enterSettled();
    checkType(call, supervisor);
    const ms = checkTimeout(call, 'timeout', timeout);
    return stopSupervisor(call, caller, find(call, caller, supervisor), reason, ms);
  }

  childSpec(options) {
    return taskSupervisorChildSpec(options);
  }

  [Symbol.hasInstance](value) {
    return placeOf(value) !== null;
  }

  get [Symbol.toStringTag]() {
    return 'TaskSupervisorApi';
  }
}

const checkType = (call, supervisor) =>
  checkSupervisorType(call, supervisor, KIND.TASK_SUPERVISOR, placeOf);

const find = (call, caller, supervisor) =>
  findSupervisor(call, caller, supervisor, KIND.TASK_SUPERVISOR, placeOf);

/** The pids of the living children. */
function childrenOf(runtime, { low, high }) {
  const pids = [];
  for (const info of runtime.processes()) {
    if (info.supervisorLow === low && info.supervisorHigh === high) pids.push(formatPid(info.low, info.high));
  }
  return pids;
}
