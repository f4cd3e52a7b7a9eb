/**
 * Whose a signal and a sleep are. A program's function gets its own process as
 * an object (`{ signal, sleep, ... }`), and what it reads of that is noted here.
 * Nothing else tells whose a request is: JavaScript does not say who calls.
 */
import { createRuntime } from 'belay-tasks';
import type { Pid } from '../model/events.ts';
import type { Holds, Sleep } from './holds.ts';

interface Context {
  readonly self: Pid;
  readonly signal: AbortSignal;
  readonly sleep: Sleep;
}

/** What all such objects have in common: taken from a task of a runtime of its own. */
async function findPrototype(): Promise<object> {
  const runtime = createRuntime();
  const { Task } = runtime;
  try {
    return (await Task.await(Task.async((context) => Object.getPrototypeOf(context)))) as object;
  } finally {
    runtime.dispose();
  }
}

let prototype: Promise<object> | null = null;

export interface Owners {
  readonly ownerOf: (signal: AbortSignal | null) => Pid | null;
  /** Notes nothing any more. */
  readonly end: () => void;
}

/** Takes part in every function of a task that is called from now on. */
export async function watchOwners(holds: Holds): Promise<Owners> {
  prototype ??= findPrototype();
  const target = await prototype;
  const owners = new WeakMap<AbortSignal, Context>();
  const { signal, sleep } = Object.getOwnPropertyDescriptors(target) as unknown as Record<
    'signal' | 'sleep',
    PropertyDescriptor & { get(this: unknown): unknown }
  >;
  Object.defineProperty(target, 'signal', {
    ...signal,
    get(this: Context) {
      const own = signal.get.call(this) as AbortSignal;
      owners.set(own, this);
      return own;
    },
  });
  Object.defineProperty(target, 'sleep', {
    ...sleep,
    get(this: Context) {
      return holds.sleeper(sleep.get.call(this) as Sleep, () => this.self);
    },
  });
  return {
    ownerOf: (given) => (given === null ? null : (owners.get(given)?.self ?? null)),
    end() {
      Object.defineProperties(target, { signal, sleep });
    },
  };
}
