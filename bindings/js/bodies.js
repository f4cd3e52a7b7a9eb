/**
 * What a task may run. A body is a function here, always: one of another kind
 * (a C job, say) is an object or function with the property FOREIGN, which
 * makes such a function of it and of what the caller gave besides.
 *
 *   asBody(call, rest)   of what follows the body in a call: { body, options },
 *                        where body(context) runs it
 *   asItem(call, rest)   the same for streams: body(input, context)
 *
 * `options` are those that all bodies have; a foreign one takes out and checks
 * its own. Both throw for what is wrong, before anything has been done.
 * The address of a module stands for one of its exports, which runs on a worker.
 */
import { checkBody } from './options.js';
import { isAddress, takeModuleBody, takeModuleItemBody } from './workers/module-body.js';

export const FOREIGN = Symbol('belay.body');

/* So many names an error lists. */
const NAMED_MAX = 30;
/** The names of foreign bodies, by what has them: a misspelt one is undefined. */
const named = new Map();

export const nameBodies = (owner, names) => named.set(owner, names);
export const forgetBodies = (owner) => named.delete(owner);

function knownNames() {
  const names = [...named.values()].flat();
  if (names.length === 0) return '';
  const more = names.length > NAMED_MAX ? ', ...' : '';
  return ` (${names.slice(0, NAMED_MAX).join(', ')}${more})`;
}

const foreignOf = (body) => (body === null || body === undefined ? undefined : body[FOREIGN]);

/** The body of a task, and its options, of the arguments from the body on. */
export function takeBody(call, body, rest) {
  const foreign = foreignOf(body);
  if (foreign !== undefined) return foreign.asBody(call, rest);
  if (isAddress(body)) return takeModuleBody(call, body, rest);
  return { body: checkBody(call, 'body', body, knownNames), options: rest[0] };
}

/** The same for the body of a stream's items. */
export function takeItemBody(call, body, rest) {
  const foreign = foreignOf(body);
  if (foreign !== undefined) return foreign.asItem(call, rest);
  if (isAddress(body)) return takeModuleItemBody(call, body, rest);
  return { body: checkBody(call, 'body', body, knownNames), options: rest[0] };
}
