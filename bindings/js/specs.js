/** Child specs: how a supervisor starts and keeps a child. */
import {
  checkBody, checkCount, checkIntensity, checkLabel, checkName, checkOptions, checkRestart,
  checkShutdown, describe, nameOf,
} from './options.js';

/**
 * What only specs made here carry: how to start the child. Enumerable, so that
 * `{ ...spec, restart: 'permanent' }` is a spec as well.
 */
const START = Symbol('belay.start');

export const startOf = (spec) => spec[START];

function checkId(call, id, otherwise) {
  if (id === undefined) return otherwise;
  if (typeof id !== 'string') throw new TypeError(`${call}: option id must be a string; got ${describe(id)}`);
  return id;
}

function makeSpec(fields, start) {
  return Object.freeze({ ...fields, significant: false, [START]: start });
}

export function taskChildSpec(body, options) {
  const call = 'Task.childSpec';
  checkBody(call, 'body', body);
  const given = checkOptions(call, options, ['id', 'restart', 'shutdown', 'label']);
  const label = checkLabel(call, given.label);
  return makeSpec({
    id: checkId(call, given.id, 'Task'),
    start: body,
    restart: checkRestart(call, 'option restart', given.restart, 'temporary'),
    shutdown: checkShutdown(call, 'option shutdown', given.shutdown),
    type: 'worker',
  }, { body, label: label ?? nameOf(body) });
}

const SUPERVISOR_OPTIONS = ['name', 'maxChildren', 'maxRestarts', 'maxSeconds'];

export function checkTaskSupervisorOptions(call, options) {
  const given = checkOptions(call, options, SUPERVISOR_OPTIONS);
  return {
    name: given.name === undefined || given.name === null ? null : checkName(call, 'option name', given.name),
    maxChildren: given.maxChildren === undefined
      ? Infinity
      : checkCount(call, 'option maxChildren', given.maxChildren, { unbounded: true }),
    ...checkIntensity(call, given),
  };
}

export function taskSupervisorChildSpec(options) {
  const settings = checkTaskSupervisorOptions('TaskSupervisor.childSpec', options);
  return makeSpec({
    id: settings.name ?? 'TaskSupervisor',
    start: Object.freeze({ ...settings }),
    restart: 'permanent',
    shutdown: Infinity,
    type: 'supervisor',
  }, { settings });
}

export function checkChildSpecs(call, children) {
  if (children === null || children === undefined || typeof children[Symbol.iterator] !== 'function') {
    throw new TypeError(`${call}: children must be an iterable of child specs; got ${describe(children)}`);
  }
  const ids = new Set();
  const specs = [...children];
  for (const [index, spec] of specs.entries()) {
    if (typeof spec !== 'object' || spec === null || spec[START] === undefined) {
      throw new TypeError(
        `${call}: children[${index}] must be what Task.childSpec or TaskSupervisor.childSpec gave; ` +
          `got ${describe(spec)}`,
      );
    }
    checkSpec(`${call}: children[${index}]`, spec);
    if (ids.has(spec.id)) {
      throw new RangeError(`${call}: children[${index}] has the id ${describe(spec.id)}, which another child has`);
    }
    ids.add(spec.id);
  }
  return specs;
}

/** A spec may be a changed copy of one made here. */
function checkSpec(call, spec) {
  checkId(call, spec.id, null);
  checkRestart(call, 'restart', spec.restart, null);
  checkShutdown(call, 'shutdown', spec.shutdown);
  if (spec.type === 'supervisor' && (spec.restart !== 'permanent' || spec.shutdown !== Infinity)) {
    throw new RangeError(
      `${call}: a task supervisor must have restart 'permanent' and shutdown Infinity in this version`,
    );
  }
}
