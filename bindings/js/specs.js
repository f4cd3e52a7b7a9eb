/** Child specs: how a supervisor starts and keeps a child. */
import { takeBody } from './bodies.js';
import {
  checkBoolean, checkCount, checkIntensity, checkLabel, checkName, checkOneOf,
  checkOptions, checkRestart, checkShutdown, describe, nameOf,
} from './options.js';

const FIELDS = ['id', 'start', 'restart', 'shutdown', 'type', 'significant'];
const TYPES = ['worker', 'supervisor'];
const STRATEGIES = ['oneForOne', 'oneForAll', 'restForOne'];
const AUTO_SHUTDOWNS = ['never', 'anySignificant', 'allSignificant'];

/** The names that start functions made here will register. */
const namesOfStarts = new WeakMap();

/** The name that a spec's start function will register, where that is known; else null. */
export const nameOfStart = ({ start }) => namesOfStarts.get(start) ?? null;

/* ---- Checking. */

const checkOptionalName = (call, name) =>
  (name === undefined || name === null ? null : checkName(call, 'option name', name));

/** As checkShutdown, with what a child of that type has when nothing is given. */
function checkGrace(call, argument, value, type) {
  return value === undefined && type === 'supervisor' ? Infinity : checkShutdown(call, argument, value);
}

function checkSignificant(call, argument, value, restart) {
  if (value === undefined) return false;
  checkBoolean(call, argument, value);
  if (value && restart === 'permanent') {
    throw new RangeError(
      `${call}: ${argument} must be false for a child with restart 'permanent', which never ends for good; got true`,
    );
  }
  return value;
}

function checkFields(call, what, spec) {
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) {
    throw new TypeError(
      `${call}: ${what} must be a child spec: an object with id and start, such as Task.childSpec gives; ` +
        `got ${describe(spec)}`,
    );
  }
  for (const name of Object.keys(spec)) {
    if (!FIELDS.includes(name)) {
      throw new TypeError(
        `${call}: ${what} has an unknown field ${JSON.stringify(name)}; accepted are ${FIELDS.join(', ')}`,
      );
    }
  }
}

/** A copy of one spec, with all of its fields; later changes to it do nothing. */
export function checkChildSpec(call, what, spec) {
  checkFields(call, what, spec);
  const { id, start, restart: givenRestart, shutdown, type = 'worker', significant } = spec;
  if (typeof id !== 'string') {
    throw new TypeError(`${call}: ${what}.id must be a string; got ${describe(id)}`);
  }
  if (typeof start !== 'function') {
    throw new TypeError(`${call}: ${what}.start must be a function; got ${describe(start)}`);
  }
  checkOneOf(call, `${what}.type`, type, TYPES);
  const restart = checkRestart(call, `${what}.restart`, givenRestart, 'permanent');
  return {
    id,
    start,
    restart,
    shutdown: checkGrace(call, `${what}.shutdown`, shutdown, type),
    type,
    significant: checkSignificant(call, `${what}.significant`, significant, restart),
  };
}

/** Copies of the specs that a supervisor is started with. */
export function checkChildSpecs(call, children) {
  if (children === null || children === undefined || typeof children[Symbol.iterator] !== 'function' ||
      typeof children === 'string') {
    throw new TypeError(`${call}: children must be an iterable of child specs; got ${describe(children)}`);
  }
  const ids = new Set();
  return Array.from(children, (given, index) => {
    const spec = checkChildSpec(call, `children[${index}]`, given);
    if (ids.has(spec.id)) {
      throw new RangeError(`${call}: children[${index}] has the id ${describe(spec.id)}, which another child has`);
    }
    ids.add(spec.id);
    return spec;
  });
}

/** Whether a child may be significant there. */
export function checkFits(call, what, { significant }, autoShutdown) {
  if (significant && autoShutdown === 'never') {
    throw new RangeError(
      `${call}: ${what}.significant must be false under a supervisor with autoShutdown 'never'; got true`,
    );
  }
}

const SUPERVISOR_OPTIONS = ['strategy', 'name', 'maxRestarts', 'maxSeconds', 'autoShutdown'];

export function checkSupervisorOptions(call, options, more = []) {
  const given = checkOptions(call, options, [...SUPERVISOR_OPTIONS, ...more]);
  return {
    strategy: checkOneOf(call, 'option strategy', given.strategy, STRATEGIES),
    name: checkOptionalName(call, given.name),
    autoShutdown: given.autoShutdown === undefined
      ? 'never'
      : checkOneOf(call, 'option autoShutdown', given.autoShutdown, AUTO_SHUTDOWNS),
    ...checkIntensity(call, given),
  };
}

const TASK_SUPERVISOR_OPTIONS = ['name', 'maxChildren', 'maxRestarts', 'maxSeconds'];

export function checkTaskSupervisorOptions(call, options, more = []) {
  const given = checkOptions(call, options, [...TASK_SUPERVISOR_OPTIONS, ...more]);
  return {
    name: checkOptionalName(call, given.name),
    maxChildren: given.maxChildren === undefined
      ? Infinity
      : checkCount(call, 'option maxChildren', given.maxChildren, { unbounded: true }),
    ...checkIntensity(call, given),
  };
}

/* ---- Making. */

const SPEC_OPTIONS = ['id', 'restart', 'shutdown', 'significant'];

/** The fields of a spec but for its start, from the options that all makers take. */
function fieldsOf(call, given, id, restart, type) {
  const { id: wanted = id } = given;
  if (typeof wanted !== 'string') {
    throw new TypeError(`${call}: option id must be a string; got ${describe(wanted)}`);
  }
  const kept = checkRestart(call, 'option restart', given.restart, restart);
  return {
    id: wanted,
    restart: kept,
    shutdown: checkGrace(call, 'option shutdown', given.shutdown, type),
    type,
    significant: checkSignificant(call, 'option significant', given.significant, kept),
  };
}

function makeSpec({ id, ...fields }, start, name = null) {
  if (name !== null) namesOfStarts.set(start, name);
  return Object.freeze({ id, start, ...fields });
}

export function taskChildSpec(wanted, rest) {
  const call = 'Task.childSpec';
  const { body, options } = takeBody(call, wanted, rest);
  const given = checkOptions(call, options, [...SPEC_OPTIONS, 'label']);
  const label = checkLabel(call, given.label) ?? nameOf(body);
  const fields = fieldsOf(call, given, 'Task', 'temporary', 'worker');
  return makeSpec(fields, ({ Task }) => Task.startLink(body, { label, shutdown: fields.shutdown }));
}

export function taskSupervisorChildSpec(options) {
  const call = 'TaskSupervisor.childSpec';
  const settings = Object.freeze(checkTaskSupervisorOptions(call, options, SPEC_OPTIONS));
  const id = settings.name ?? 'TaskSupervisor';
  const fields = fieldsOf(call, options ?? {}, id, 'permanent', 'supervisor');
  return makeSpec(fields, ({ TaskSupervisor }) => TaskSupervisor.startLink(settings), settings.name);
}

export function supervisorChildSpec(children, options) {
  const call = 'Supervisor.childSpec';
  const specs = checkChildSpecs(call, children);
  const settings = Object.freeze(checkSupervisorOptions(call, options, SPEC_OPTIONS));
  specs.forEach((spec, index) => checkFits(call, `children[${index}]`, spec, settings.autoShutdown));
  const fields = fieldsOf(call, options, settings.name ?? 'Supervisor', 'permanent', 'supervisor');
  return makeSpec(fields, ({ Supervisor }) => Supervisor.startLink(specs, settings), settings.name);
}
