/** TaskSupervisor: tasks in a place of their own, bounded, stopped together. */
import { RemovalWait } from './asks.js';
import { takeBody } from './bodies.js';
import { checkPid, checkRestart, checkSpawnOptions, nameOf, SPAWN_OPTIONS } from './options.js';
import { formatPid, parsePid } from './pid.js';
import { CODE, FLAG, KIND, SUP } from './protocol.js';
import { checkTaskSupervisorOptions, taskSupervisorChildSpec } from './specs.js';
import { streamPlan, SUPERVISED_STREAM_OPTIONS, TaskStream } from './stream.js';
import {
  ask, checkSupervisorType, Child, childrenOf, findSupervisor, keepSupervisor, kernelSettings,
  placeOf, RESTARTS, stopSupervisor, Supervised, SupervisorInfo,
} from './supervised.js';
import { startTask } from './task.js';

function startTaskSupervisor(call, caller, settings, flags) {
  const { runtime } = caller;
  const { kernel } = runtime;
  runtime.observers.lookAround();
  const code = kernel.supervisorStart(caller.low, caller.high, flags, SUP.TASK, kernelSettings(settings));
  if (code !== CODE.OK) throw caller.refusal(code, call);
  return keepSupervisor(call, caller, settings, new SupervisorInfo(KIND.TASK_SUPERVISOR, settings));
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
    return new Supervised(startTaskSupervisor(call, caller, settings, flags));
  }

  async(supervisor, body, ...rest) {
    return this.#async('TaskSupervisor.async', supervisor, body, rest, FLAG.LINK);
  }

  asyncNolink(supervisor, body, ...rest) {
    return this.#async('TaskSupervisor.asyncNolink', supervisor, body, rest, 0);
  }

  #async(call, supervisor, body, rest, flags) {
    const caller = this.#source.enterSettled();
    checkType(call, supervisor);
    const taken = takeBody(call, body, rest);
    const checked = checkSpawnOptions(call, taken.options);
    return startTask(call, caller, taken.body, checked, flags, find(call, caller, supervisor));
  }

  asyncStream(supervisor, items, body, ...rest) {
    return this.#stream('TaskSupervisor.asyncStream', supervisor, items, body, rest, 0, this.asyncStream);
  }

  asyncStreamNolink(supervisor, items, body, ...rest) {
    const call = 'TaskSupervisor.asyncStreamNolink';
    return this.#stream(call, supervisor, items, body, rest, FLAG.NOLINK, this.asyncStreamNolink);
  }

  #stream(call, supervisor, items, body, rest, flags, below) {
    this.#source.enter();
    checkType(call, supervisor);
    const plan = streamPlan(call, items, body, rest, SUPERVISED_STREAM_OPTIONS, this.#source,
      (consumer) => find(call, consumer, supervisor));
    plan.flags |= flags;
    return new TaskStream(this.#source, plan, below);
  }

  startChild(supervisor, wanted, ...rest) {
    const call = 'TaskSupervisor.startChild';
    const caller = this.#source.enterSettled();
    checkType(call, supervisor);
    const { body, options } = takeBody(call, wanted, rest);
    const checked = checkSpawnOptions(call, options, [...SPAWN_OPTIONS, 'restart']);
    const restart = RESTARTS[checkRestart(call, 'option restart', options?.restart, 'temporary')];
    const scope = find(call, caller, supervisor);
    const child = restart === RESTARTS.temporary ? null : new Child({
      body, label: checked.label ?? nameOf(body), restart, supervisor: scope, signal: checked.signal,
    });
    const cell = caller.runtime.spawn(call, caller, body, checked, FLAG.ORPHAN, scope, null, child);
    return formatPid(cell.low, cell.high);
  }

  children(supervisor) {
    const caller = this.#source.enterSettled();
    return livingChildren(caller.runtime, find('TaskSupervisor.children', caller, supervisor));
  }

  countChildren(supervisor) {
    const caller = this.#source.enterSettled();
    const place = find('TaskSupervisor.countChildren', caller, supervisor);
    const specs = caller.runtime.kernel.infoOf(place.low, place.high).children;
    const active = livingChildren(caller.runtime, place).length;
    return { specs, active, supervisors: 0, workers: specs };
  }

  terminateChild(supervisor, pid) {
    const call = 'TaskSupervisor.terminateChild';
    const caller = this.#source.enterSettled();
    checkType(call, supervisor);
    const { low, high } = parsePid(checkPid(call, 'pid', pid));
    const place = find(call, caller, supervisor);
    return ask(call, place, KIND.TASK_SUPERVISOR, new RemovalWait(call, caller, place), (tag) =>
      caller.runtime.kernel.supervisorTerminate(caller.low, caller.high, place, tag, low, high));
  }

  stop(supervisor, reason, timeout) {
    return stopSupervisor('TaskSupervisor.stop', this.#source, supervisor, KIND.TASK_SUPERVISOR, reason, timeout);
  }

  childSpec(options) {
    return taskSupervisorChildSpec(options);
  }

  [Symbol.hasInstance](value) {
    return placeOf(value, KIND.TASK_SUPERVISOR) !== null;
  }

  get [Symbol.toStringTag]() {
    return 'TaskSupervisorApi';
  }
}

const checkType = (call, supervisor) => checkSupervisorType(call, supervisor, KIND.TASK_SUPERVISOR);

const find = (call, caller, supervisor) => findSupervisor(call, caller, supervisor, KIND.TASK_SUPERVISOR);

/** The pids of the living children. */
const livingChildren = (runtime, place) =>
  Array.from(childrenOf(runtime, place), ({ pid }) => pid).filter((pid) => pid !== null);
