/**
 * Exports of modules in a simulation. A thread takes as long as it takes, so
 * none can take part in a run that is the same each time. Modules that the test
 * hands over are called on this thread instead, with copies, as any function.
 */
import { describe } from './options.js';
import { SimulationError } from './testing-errors.js';
import { cloneError } from './workers/failures.js';

/** Checks option `modules`: for each address, what `import` of it gives. */
export function checkModules(call, modules) {
  if (modules === undefined) return new Map();
  const accepted = 'an object of modules by their address: { [url.href]: await import(url.href) }';
  if (typeof modules !== 'object' || modules === null || Array.isArray(modules)) {
    throw new TypeError(`${call}: option modules must be ${accepted}; got ${describe(modules)}`);
  }
  return new Map(Object.entries(modules).map(([address, module]) => {
    if (typeof module === 'object' && module !== null) return [new URL(address).href, module];
    throw new TypeError(`${call}: option modules must be ${accepted}; ${describe(address)} is ${describe(module)}`);
  }));
}

/** As it would arrive on another thread. */
function copyOf(what, root, value, transfer) {
  try {
    return structuredClone(value, { transfer });
  } catch (cause) {
    throw cloneError(what, root, value, cause);
  }
}

/** Of what cannot be called on this thread instead. */
export function refuseThread(what) {
  throw new SimulationError(
    `simulate: ${what} would run on a thread, in real time. Have the simulated program start a function in its ` +
      'place that gives what it gives, and test the job itself outside of simulate',
  );
}

/** What takes the place of a pool of workers. */
export class ModulesHere {
  #modules;
  isHere = true;

  constructor(modules) {
    this.#modules = modules;
  }

  /** A copy of the result of the export, which is called with copies; `context` is its process's. */
  run({ target: { address, name }, args, transfer }, context) {
    const module = this.#modules.get(address);
    if (module === undefined) {
      throw new SimulationError(
        `simulate: ${describe(name)} of ${address} would run on a worker, in real time. To have it called on this ` +
          'thread, give its module: { modules: { [url.href]: await import(url.href) } }',
      );
    }
    if (typeof module[name] !== 'function') {
      throw new SimulationError(`simulate: ${describe(name)} of ${address} must be a function; it is ${describe(module[name])}`);
    }
    const call = module[name];
    const result = call(...copyOf(`an argument of ${name}`, 'args', args, transfer ?? []), context);
    const copy = (value) => copyOf(`the result of ${name}`, 'result', value, []);
    return typeof result?.then === 'function' ? Promise.resolve(result).then(copy) : copy(result);
  }

  describe() {
    return null;
  }

  dispose() {}
}
