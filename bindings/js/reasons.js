/**
 * Exit reasons. The kernel knows them as small numbers; the values of those
 * that are not well known are kept here, and dropped when the kernel says that
 * nobody refers to them any more.
 *
 * A reason is `bare` when awaiting rejects with the very value: what a body
 * threw, or the reason of an AbortSignal. Any other one is wrapped into an
 * ExitError, as exits are not errors by themselves.
 */
import { CLASS, CODE, REASON, REASON_HOST } from './protocol.js';
import { ExitError, withoutStack } from './errors.js';
import { failure } from './kernel.js';

const NUMBERS = Object.freeze({
  normal: REASON.NORMAL,
  shutdown: REASON.SHUTDOWN,
  kill: REASON.KILL,
  killed: REASON.KILLED,
  noproc: REASON.NOPROC,
  timeout: REASON.TIMEOUT,
  noconnection: REASON.NOCONNECTION,
});

const WELL_KNOWN = /* @__PURE__ */ (() => {
  const entries = [];
  for (const [text, number] of Object.entries(NUMBERS)) {
    entries[number] = Object.freeze({ value: text, bare: false });
  }
  return Object.freeze(entries);
})();

/** The entry of the reason with which a body returns. */
export const NORMAL = WELL_KNOWN[REASON.NORMAL];

const UNKNOWN = Object.freeze({ value: null, bare: false });

const wellKnown = (reason) =>
  typeof reason === 'string' && Object.hasOwn(NUMBERS, reason) ? NUMBERS[reason] : 0;

/** Elixir's `:shutdown` and `{:shutdown, _}`: good ends. What cannot be looked at is neither. */
export function isShutdown(reason) {
  if (typeof reason !== 'object' || reason === null) return reason === 'shutdown';
  try {
    return Array.isArray(reason) && reason.length === 2 && reason[0] === 'shutdown';
  } catch {
    return false;
  }
}

export class Reasons {
  #kernel;
  #table = new Map();

  constructor(kernel) {
    this.#kernel = kernel;
  }

  get size() {
    return this.#table.size;
  }

  /**
   * The number of an exit reason. One above REASON_HOST is held until
   * `release`, which must follow once the command that uses it is submitted.
   */
  exit(reason) {
    return wellKnown(reason) || this.#keep(reason, false, isShutdown(reason) ? CLASS.SHUTDOWN : CLASS.CRASH);
  }

  /** The number for a thrown value. */
  thrown(error) {
    const good = ExitError.is(error) && isShutdown(error.reason);
    return this.#keep(error, true, good ? CLASS.SHUTDOWN : CLASS.CRASH);
  }

  /** The number for the reason of an aborted signal. */
  aborted(reason) {
    return this.#keep(reason, true, CLASS.SHUTDOWN);
  }

  release(number) {
    if (number >= REASON_HOST) this.#kernel.reasonDrop(number);
  }

  /** The kernel says that nobody refers to it any more. */
  forget(number) {
    this.#table.delete(number);
  }

  clear() {
    this.#table.clear();
  }

  #keep(value, bare, kind) {
    const code = this.#kernel.reasonNew(kind);
    if (code !== CODE.OK) throw failure(code, 'an exit reason');
    const number = this.#kernel.answerValue;
    this.#table.set(number, { value, bare });
    return number;
  }

  /** `{ value, bare }`, which stays good when the number is freed. */
  entry(number) {
    return WELL_KNOWN[number] ?? this.#table.get(number) ?? UNKNOWN;
  }

  /** The reason as monitors and exit listeners see it. */
  raw(number) {
    return this.entry(number).value;
  }
}

/** What awaiting a process that ended with `entry` rejects with. */
export function errorOf(entry, about) {
  return entry.bare ? entry.value : withoutStack(() => new ExitError(entry.value, about));
}
