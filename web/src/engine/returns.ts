/**
 * What the functions of tasks return. The runtime tells that one has returned,
 * and keeps the value for whoever waits; whether it is an error, the page has
 * to look for itself, before the end is told of.
 *
 * Each function that makes tasks is handed the program's body in a wrapping of
 * the same name. What is looked at is a value, or what the engine's own promise
 * brings: not one microtask comes in between. A body that is the address of a
 * module runs on a worker and is left as it is.
 */
import { Task, TaskSupervisor } from 'belay-tasks';
import type { Pid } from '../model/events.ts';
import { safely } from '../model/format.ts';

type Body = (...given: unknown[]) => unknown;
type Note = (pid: Pid, value: unknown) => void;

/** Where the body stands among the arguments. */
const makers = [
  [Task, { async: 0, start: 0, startLink: 0, childSpec: 0, asyncStream: 1 }],
  [
    TaskSupervisor,
    { async: 1, asyncNolink: 1, startChild: 1, asyncStream: 2, asyncStreamNolink: 2 },
  ],
] as const;

/** Looks at all that is returned from now on, until what it gives is called. */
export function watchReturns(note: Note): () => void {
  const undo: Array<() => void> = [];
  for (const [api, places] of makers) {
    const target = Object.getPrototypeOf(api) as Record<string, Body>;
    for (const [name, place] of Object.entries(places)) {
      const own = Object.getOwnPropertyDescriptor(target, name) as PropertyDescriptor;
      const make = own.value as Body;
      const value = function (this: unknown, ...given: unknown[]) {
        const body = given[place];
        return typeof body === 'function'
          ? make.apply(this, given.with(place, wrapped(body as Body, note)))
          : make.apply(this, given);
      };
      Object.defineProperty(target, name, { ...own, value: named(value, make) });
      undo.push(() => Object.defineProperty(target, name, own));
    }
  }
  return () => undo.forEach((back) => back());
}

/** Takes an item and a context, or a context alone, as all bodies do. */
function wrapped(body: Body, note: Note): Body {
  const call = (...given: unknown[]) => {
    const { self } = given.at(-1) as { readonly self: Pid };
    const result = body(...given);
    if (result instanceof Promise) {
      void then.call(result, (value) => note(self, value), () => {});
    } else {
      note(self, result);
    }
    return result;
  };
  return named(call, body);
}

const { then } = Promise.prototype;

/** Labels of tasks come of the names of their functions. */
const named = (made: Body, of: Body): Body =>
  Object.defineProperty(made, 'name', { value: safely(() => of.name, ''), configurable: true });
