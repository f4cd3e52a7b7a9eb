/**
 * The normal form in which outcomes are written, and what the steps of a body
 * throw. A body is interpreted, so its own failures are objects of this file;
 * anything else that is thrown is shown as it is, and differs from everything.
 */
import { ExitError, TimeoutError } from 'belay-tasks';

/** `raise "text"`, and the errors that Elixir's functions raise. */
export class Raised extends Error {
  get normal() {
    return ['error', this.message];
  }
}

/** `throw(value)`, when nobody catches it. */
export class Thrown {
  constructor(value) {
    this.value = value;
  }

  get normal() {
    return ['nocatch', this.value];
  }
}

/** `exit(reason)`; the reason is in its normal form. */
export class Exit {
  constructor(reason) {
    this.reason = reason;
  }
}

/** The process has ended: its body must do nothing more. */
export const GONE = Symbol('gone');

/** Exit reasons as Belay gives them to monitors and exit listeners. */
export function reasonOf(raw) {
  if (raw instanceof Raised || raw instanceof Thrown) return raw.normal;
  if (raw instanceof Error) return ['javascript', `${raw.name}: ${raw.message}`];
  if (Array.isArray(raw)) return raw[0] === 'failedToStartChild' ? failedStart(raw) : raw.map(reasonOf);
  return raw === undefined ? 'undefined' : raw;
}

const failedStart = ([, id, reason]) => ['failed_to_start_child', id, reasonOf(reason)];

/** The reason of a failure as `Task.await` rejects with it. */
export function failureOf(error) {
  if (error instanceof TimeoutError) return 'timeout';
  return error instanceof ExitError ? reasonOf(error.reason) : reasonOf(error);
}

/** The platform's outcome of a task, or null, as Elixir's functions give it. */
export function outcomeOf(settled) {
  if (settled === null) return null;
  return settled.status === 'fulfilled' ? ['ok', settled.value] : ['exit', failureOf(settled.reason)];
}

/** So that Elixir's defaults are whole ticks. */
export const TICK_MS = 20;

/** With the keys of objects in order, so that equal values have equal texts. */
export function canonical(value) {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, canonical(value[key])]),
  );
}

/** Compares texts as Elixir does. */
export const byText = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
