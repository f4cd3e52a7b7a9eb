/** Supervisor: children known by id, started in order, stopped in reverse. */
import { InitWait, RemovalWait, StartWait } from './asks.js';
import { GeneralChild, GeneralInfo } from './children.js';
import { AlreadyStartedError, ChildStartError, DisposedError, ExitError } from './errors.js';
import { describe } from './options.js';
import { formatPid } from './pid.js';
import { ASK, CODE, FLAG, KIND, SUP } from './protocol.js';
import {
  checkChildSpec, checkChildSpecs, checkFits, checkSupervisorOptions, nameOfStart, supervisorChildSpec,
} from './specs.js';
import {
  ask, checkSupervisorType, childrenOf, endOf, findSupervisor, keepSupervisor, kernelSettings,
  placeOf, stopSupervisor, Supervised,
} from './supervised.js';

const STRATEGIES = Object.freeze({
  oneForOne: SUP.ONE_FOR_ONE,
  oneForAll: SUP.ONE_FOR_ALL,
  restForOne: SUP.REST_FOR_ONE,
});

const AUTO_SHUTDOWNS = Object.freeze({
  never: 0,
  anySignificant: FLAG.ANY_SIGNIFICANT,
  allSignificant: FLAG.ALL_SIGNIFICANT,
});

/** Throws when a name is taken, also by another one of the same list. */
function checkNames(runtime, name, specs) {
  const names = [name, ...specs.map(nameOfStart)];
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
    return this.#start('Supervisor.start', children, options, 0, this.start);
  }

  startLink(children, options) {
    return this.#start('Supervisor.startLink', children, options, FLAG.LINK, this.startLink);
  }

  #start(call, children, options, flags, below) {
    this.#source.enterSettled();
    const specs = checkChildSpecs(call, children);
    const settings = checkSupervisorOptions(call, options);
    specs.forEach((spec, index) => checkFits(call, `children[${index}]`, spec, settings.autoShutdown));
    const caller = this.#source.enterSettled(); // again, for the list may be anything
    checkNames(caller.runtime, settings.name, specs);
    return new Supervised(startSupervisor(call, caller, specs, settings, flags, below));
  }

  startChild(supervisor, spec) {
    const call = 'Supervisor.startChild';
    this.#source.enterSettled();
    checkSupervisorType(call, supervisor, KIND.SUPERVISOR);
    const checked = checkChildSpec(call, 'spec', spec);
    const { caller, place, info } = this.#find(call, supervisor);
    checkFits(call, 'spec', checked, info.autoShutdown);
    const { kernel } = caller.runtime;
    const child = new GeneralChild(place, info, checked, false);
    const wait = new StartWait(call, caller, place, info, checked.id, child);
    try {
      return ask(call, place, KIND.SUPERVISOR, wait, (tag) =>
        kernel.supervisorAdd(caller.low, caller.high, place, ASK.START, tag, child));
    } catch (error) {
      child.forget();
      throw error;
    }
  }

  terminateChild(supervisor, id) {
    return this.#askFor('Supervisor.terminateChild', supervisor, id, ASK.TERMINATE);
  }

  restartChild(supervisor, id) {
    return this.#askFor('Supervisor.restartChild', supervisor, id, ASK.RESTART);
  }

  deleteChild(supervisor, id) {
    return this.#askFor('Supervisor.deleteChild', supervisor, id, ASK.DELETE);
  }

  #askFor(call, supervisor, id, kind) {
    this.#source.enterSettled();
    checkSupervisorType(call, supervisor, KIND.SUPERVISOR);
    if (typeof id !== 'string') throw new TypeError(`${call}: id must be a string; got ${describe(id)}`);
    const { caller, place, info } = this.#find(call, supervisor);
    const { kernel } = caller.runtime;
    const wait = kind === ASK.RESTART
      ? new StartWait(call, caller, place, info, id)
      : new RemovalWait(call, caller, place, id);
    return ask(call, place, KIND.SUPERVISOR, wait, (tag) =>
      kernel.supervisorAsk(caller.low, caller.high, place, kind, tag, info.numberOf(id)));
  }

  whichChildren(supervisor) {
    const { caller, place } = this.#find('Supervisor.whichChildren', supervisor);
    return Array.from(childrenOf(caller.runtime, place), ({ id, pid, state, type }) => ({ id, pid, state, type }))
      .reverse();
  }

  countChildren(supervisor) {
    const { caller, place } = this.#find('Supervisor.countChildren', supervisor);
    const counts = { specs: 0, active: 0, supervisors: 0, workers: 0 };
    for (const { pid, type } of childrenOf(caller.runtime, place)) {
      counts.specs++;
      if (pid !== null) counts.active++;
      if (type === 'supervisor') counts.supervisors++;
      else counts.workers++;
    }
    return counts;
  }

  stop(supervisor, reason, timeout) {
    return stopSupervisor('Supervisor.stop', this.#source, supervisor, KIND.SUPERVISOR, reason, timeout);
  }

  childSpec(children, options) {
    return supervisorChildSpec(children, options);
  }

  #find(call, supervisor) {
    const caller = this.#source.enterSettled();
    const place = findSupervisor(call, caller, supervisor, KIND.SUPERVISOR);
    return { caller, place, info: caller.runtime.supervisorInfo(place) };
  }

  [Symbol.hasInstance](value) {
    return placeOf(value, KIND.SUPERVISOR) !== null;
  }

  get [Symbol.toStringTag]() {
    return 'SupervisorApi';
  }
}

/* ---- Starting one. ------------------------------------------------------ */

/**
 * Starts a supervisor with its children: when this returns, all of them are
 * there. All are asked for before the first is started, so that whatever else
 * reaches the supervisor comes after them.
 */
function startSupervisor(call, caller, specs, settings, flags, below) {
  const { runtime } = caller;
  const { kernel } = runtime;
  const { strategy, autoShutdown } = settings;
  runtime.observers.lookAround();
  const code = kernel.supervisorStart(
    caller.low, caller.high, flags | AUTO_SHUTDOWNS[autoShutdown], STRATEGIES[strategy], kernelSettings(settings),
  );
  if (code !== CODE.OK) throw caller.refusal(code, call);
  const info = new GeneralInfo(settings, flags === FLAG.LINK ? caller : null, runtime.captureStart(below));
  const place = keepSupervisor(call, caller, settings, info);
  askForFirst(call, runtime, place, info, specs);
  while (info.starting?.isInitial && info.initFailure === null) runtime.starts.run(info.starting);
  info.initializing = false;
  if (runtime.disposed) throw new DisposedError();
  if (info.initialized < specs.length) throw notStarted(call, runtime, place, info);
  return place;
}

function askForFirst(call, runtime, place, info, specs) {
  const { kernel, root } = runtime;
  for (const spec of specs) {
    const child = new GeneralChild(place, info, spec, true);
    const code = runtime.ask(new InitWait(root, child), (tag) =>
      kernel.supervisorAdd(root.low, root.high, place, ASK.INIT, tag, child));
    if (code !== CODE.OK) {
      child.forget();
      runtime.exit(root, place.low, place.high, 'kill');
      throw root.refusal(code, call);
    }
  }
}

/** The error for a supervisor that did not come to have all of its children. */
function notStarted(call, runtime, place, info) {
  const { low, high, text } = place;
  if (info.initFailure === null) {
    return new ExitError(info.initEnd?.value ?? 'killed', {
      pid: formatPid(low, high),
      message: `${call}: supervisor ${text} ended while its children were being started`,
    });
  }
  const { child, cause } = info.initFailure;
  // One that was refused a place in the tables leaves the supervisor waiting.
  if (child.isInitial && !child.started) runtime.exit(runtime.root, low, high, 'kill');
  const stopped = endOf(runtime, low, high);
  return new ChildStartError(child.id, cause, { supervisor: text, stopped });
}
