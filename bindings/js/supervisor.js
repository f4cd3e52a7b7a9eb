/** Supervisor: a fixed set of children, started in order, stopped in reverse. */
import { AlreadyStartedError } from './errors.js';
import { checkIntensity, checkName, checkOptions, checkTimeout, describe } from './options.js';
import { formatPid } from './pid.js';
import { CODE, FLAG, KIND, SUP } from './protocol.js';
import { checkChildSpecs, startOf } from './specs.js';
import {
  ASYNC_DISPOSE, checkSupervisorType, Child, findSupervisor, kernelSettings, RESTARTS,
  stopSupervisor, SupervisorInfo,
} from './supervised.js';
import { startTaskSupervisor } from './task-supervisor.js';

let placeOf;

class Supervisor {
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
    return new SupervisorApi(runtime.root).stop(this, reason, timeout);
  }

  async [ASYNC_DISPOSE]() {
    const { runtime, low, high } = this.#place;
    if (runtime.disposed || runtime.kernel.infoOf(low, high) === null) return;
    await this.stop();
  }

  get [Symbol.toStringTag]() {
    return 'Supervisor';
  }
}

function checkStrategy(call, strategy) {
  if (strategy === 'oneForOne') return;
  if (strategy === 'oneForAll' || strategy === 'restForOne') {
    throw new RangeError(
      `${call}: option strategy ${describe(strategy)} is not part of this version; accepted is 'oneForOne'`,
    );
  }
  const message = `${call}: option strategy must be 'oneForOne'; got ${describe(strategy)}`;
  throw typeof strategy === 'string' ? new RangeError(message) : new TypeError(message);
}

/** Throws when a name is taken, also by another one of the same list. */
function checkNames(runtime, name, specs) {
  const names = [name, ...specs.map((spec) => startOf(spec).settings?.name ?? null)];
  names.forEach((each, index) => {
    if (each === null) return;
    runtime.names.mustBeFree(each);
    if (names.indexOf(each) < index) throw new AlreadyStartedError(each, null);
  });
}

export class SupervisorApi {
  #source;

  constructor(source) {
    this.#source = source;
  }

  start(children, options) {
    return this.#start('Supervisor.start', children, options, 0);
  }

  startLink(children, options) {
    return this.#start('Supervisor.startLink', children, options, FLAG.LINK);
  }

  #start(call, children, options, flags) {
    const caller = this.#source.enterSettled();
    const specs = checkChildSpecs(call, children);
    const given = checkOptions(call, options, ['strategy', 'name', 'maxRestarts', 'maxSeconds']);
    checkStrategy(call, given.strategy);
    const name = given.name === undefined || given.name === null ? null : checkName(call, 'option name', given.name);
    const settings = { name, maxChildren: Infinity, ...checkIntensity(call, given) };
    checkNames(caller.runtime, name, specs);
    const place = startSupervisor(call, caller, settings, flags);
    try {
      for (const spec of specs) startChild(call, caller, place, spec);
    } catch (error) {
      stopSupervisor(call, caller, place, 'shutdown', Infinity);
      throw error;
    }
    return new Supervisor(place, name);
  }

  whichChildren(supervisor) {
    const call = 'Supervisor.whichChildren';
    const caller = this.#source.enterSettled();
    return childrenOf(caller, find(call, caller, supervisor))
      .map(({ id, pid, type }) => ({ id, pid, type }))
      .reverse();
  }

  countChildren(supervisor) {
    const call = 'Supervisor.countChildren';
    const caller = this.#source.enterSettled();
    const children = childrenOf(caller, find(call, caller, supervisor));
    const supervisors = children.filter((child) => child.type === 'supervisor').length;
    return {
      specs: children.length,
      active: children.filter((child) => child.pid !== null).length,
      supervisors,
      workers: children.length - supervisors,
    };
  }

  stop(supervisor, reason = 'normal', timeout = Infinity) {
    const call = 'Supervisor.stop';
    const caller = this.#source.enterSettled();
    checkSupervisorType(call, supervisor, KIND.SUPERVISOR, placeOf);
    const ms = checkTimeout(call, 'timeout', timeout);
    return stopSupervisor(call, caller, find(call, caller, supervisor), reason, ms);
  }

  [Symbol.hasInstance](value) {
    return placeOf(value) !== null;
  }

  get [Symbol.toStringTag]() {
    return 'SupervisorApi';
  }
}

const find = (call, caller, supervisor) =>
  findSupervisor(call, caller, supervisor, KIND.SUPERVISOR, placeOf);

function childrenOf({ runtime }, place) {
  return runtime.supervisorInfo(place)?.children ?? [];
}

function startSupervisor(call, caller, settings, flags) {
  const { runtime } = caller;
  const { kernel } = runtime;
  runtime.observers.lookAround();
  const code = kernel.supervisorStart(
    caller.low, caller.high, flags, 0, SUP.ONE_FOR_ONE, 0, 0, kernelSettings(settings),
  );
  if (code !== CODE.OK) throw caller.refusal(code, call);
  const cell = runtime.cells.claim(kernel.answerLow, kernel.answerHigh);
  cell.label = settings.name ?? '';
  cell.details = {
    signal: null, child: null, supervisor: null, info: new SupervisorInfo(KIND.SUPERVISOR, settings),
  };
  const place = { low: cell.low, high: cell.high, runtime, text: formatPid(cell.low, cell.high) };
  if (settings.name !== null) runtime.names.set(call, settings.name, place.low, place.high);
  runtime.drain();
  runtime.schedule();
  return place;
}

function startChild(call, caller, place, spec) {
  const { runtime } = caller;
  const { children } = runtime.supervisorInfo(place);
  const { body, label, settings } = startOf(spec);
  const restart = RESTARTS[spec.restart];
  const child = new Child({
    id: spec.id,
    type: spec.type,
    body: body ?? null,
    label: label ?? settings.name ?? '',
    restart,
    supervisor: place,
    list: children,
  });
  if (spec.type === 'supervisor') startTaskSupervisor(call, caller, settings, 0, place, child);
  else {
    const options = { signal: null, label, shutdown: spec.shutdown };
    runtime.spawn(call, caller, body, options, FLAG.ORPHAN, place, null, child);
  }
  children.push(child);
}
