/**
 * Bodies in other modules, as Elixir's module, function and arguments:
 *
 *   Task.async(new URL('./work.js', import.meta.url), 'name', [1, 2], options)
 *
 * The export is called on a worker with the arguments and, last, its context.
 * To the rest of the binding such a body is a function that returns a promise.
 */
import { contextInside } from '../context-inside.js';
import { checkOptions, checkShutdown, describe } from '../options.js';
import { checkAddress } from './address.js';
import { Job } from './job.js';

/** Whether a body is the address of a module. */
export const isAddress = (body) => typeof body === 'string' || body instanceof URL;

function checkName(call, name) {
  if (typeof name === 'string' && name !== '') return name;
  throw new TypeError(`${call}: name must be the name of an export, a string that is not empty; got ${describe(name)}`);
}

function checkArguments(call, args) {
  if (args === undefined) return [];
  if (Array.isArray(args)) return args;
  throw new TypeError(`${call}: args must be an array of arguments; got ${describe(args)}`);
}

function checkTransfer(call, transfer, functions) {
  if (transfer === undefined) return null;
  if (Array.isArray(transfer) || (functions && typeof transfer === 'function')) return transfer;
  const accepted = `an array of transferable objects${functions ? ', or a function of an item that gives one' : ''}`;
  throw new TypeError(`${call}: option transfer must be ${accepted}; got ${describe(transfer)}`);
}

/** What a function of an item gives to be moved. */
function checkMoved(call, list) {
  if (list === undefined || list === null) return null;
  if (Array.isArray(list)) return list;
  throw new TypeError(`${call}: the function of option transfer must give an array of transferable objects; it gave ${describe(list)}`);
}

const targetOf = (address, name) => ({ address, name, key: `${name} ${address}` });

/** Takes apart what stands in a call from the module on. */
function take(call, module, [name, args, options], forItems) {
  const target = targetOf(checkAddress(call, 'module', module), checkName(call, name));
  const list = checkArguments(call, args);
  const { transfer, ...rest } = checkOptions(call, options, null);
  if (rest.label === undefined || rest.label === null) rest.label = target.name;
  return {
    target,
    list,
    transfer: checkTransfer(call, transfer, forItems),
    grace: checkShutdown(call, 'option shutdown', rest.shutdown),
    options: rest,
  };
}

/** Where a task is started: the text is made when an error needs it. */
function markStart(below) {
  if (typeof Error.captureStackTrace !== 'function') return new Error();
  const holder = {};
  Error.captureStackTrace(holder, below);
  return holder;
}

/** As takeBody of bodies.js. */
export function takeModuleBody(call, module, rest) {
  const { target, list, transfer, grace, options } = take(call, module, rest, false);
  const start = markStart(takeModuleBody);
  const isOnce = options.restart === undefined || options.restart === 'temporary';
  if (transfer !== null && (!isOnce || call === 'Task.childSpec')) {
    throw new RangeError(`${call}: option transfer must not be given for what may be started again: it can be sent once`);
  }
  return { options, body: (context) => run(context, new Job(target, list, transfer, grace, start)) };
}

/** As takeItemBody. The item is the first argument. */
export function takeModuleItemBody(call, module, rest) {
  const { target, list, transfer, grace, options } = take(call, module, rest, true);
  const start = markStart(takeModuleItemBody);
  return {
    options,
    body: (input, context) => {
      const moved = typeof transfer === 'function' ? checkMoved(call, transfer(input)) : transfer;
      return run(context, new Job(target, [input, ...list], moved, grace, start));
    },
  };
}

function run(context, job) {
  const { pool } = contextInside.runtimeOf(context);
  if (pool.isHere) return pool.run(job, context); // a simulation
  return new Promise((resolve, reject) => {
    job.open(context, pool, resolve, reject);
    pool.submit(job);
  });
}
