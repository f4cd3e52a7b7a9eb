/**
 * Names of processes. The kernel knows a name as a number; the words are here.
 *
 * The kernel does not tell that a name is free again since its process has
 * ended. So some entries are of names that nobody has any more: they are
 * dropped, and their numbers given to other names, when entries have doubled.
 */
import { AlreadyStartedError, NoProcError } from './errors.js';
import { failure } from './kernel.js';
import { formatPid } from './pid.js';
import { CODE } from './protocol.js';

const SWEPT_AT_LEAST = 32;

export class Names {
  #runtime;
  #kernel;
  /** By name: { number, pid }. */
  #entries = new Map();
  /** The names of the same entries, by pid. */
  #names = new Map();
  /** Numbers of no entry. */
  #free = [];
  #sweptAt = SWEPT_AT_LEAST;

  constructor(runtime) {
    this.#runtime = runtime;
    this.#kernel = runtime.kernel;
  }

  /** The words of the process that has the name, or null. */
  get(name) {
    const entry = this.#entries.get(name);
    if (entry === undefined || this.#kernel.nameGet(entry.number) !== CODE.OK) return null;
    return { low: this.#kernel.answerLow, high: this.#kernel.answerHigh };
  }

  /** The name that a process has, or null. */
  of(pid) {
    const name = this.#names.get(pid);
    return name === undefined || this.get(name) === null ? null : name;
  }

  /** Throws AlreadyStartedError when somebody has the name. */
  mustBeFree(name) {
    const holder = this.get(name);
    if (holder !== null) throw new AlreadyStartedError(name, formatPid(holder.low, holder.high));
  }

  set(call, name, low, high) {
    const entry = this.#entries.get(name) ?? this.#add(call, name);
    const pid = formatPid(low, high);
    const code = this.#kernel.nameSet(low, high, entry.number);
    if (code === CODE.ALREADY) throw this.#taken(name, pid);
    if (code === CODE.GONE) throw new NoProcError(`${call}: there is no process ${pid}`, { pid });
    if (code !== CODE.OK) throw failure(code, call);
    this.#names.delete(entry.pid);
    this.#names.set(pid, name);
    entry.pid = pid;
    const { watch } = this.#runtime;
    if (watch === null) return;
    this.#runtime.drain(); // it may have been spawned just now
    watch.named('registered', name, { low, high });
  }

  /** Somebody else has the name, or the process another one. */
  #taken(name, pid) {
    const holder = formatPid(this.#kernel.answerLow, this.#kernel.answerHigh);
    return this.get(name) === null
      ? new AlreadyStartedError(this.of(pid), pid, { isCalled: true })
      : new AlreadyStartedError(name, holder);
  }

  /** False when nobody has it. */
  drop(name) {
    const holder = this.get(name);
    if (holder === null) return false;
    this.#kernel.nameDrop(this.#entries.get(name).number);
    this.#forget(name);
    this.#runtime.watch?.named('unregistered', name, holder);
    return true;
  }

  #add(call, name) {
    if (this.#entries.size >= this.#sweptAt) this.#sweep();
    const entry = { number: this.#free.pop() ?? this.#newNumber(call), pid: null };
    this.#entries.set(name, entry);
    return entry;
  }

  #newNumber(call) {
    const code = this.#kernel.nameNew();
    if (code !== CODE.OK) throw failure(code, call);
    return this.#kernel.answerValue;
  }

  #sweep() {
    for (const name of this.#entries.keys()) if (this.get(name) === null) this.#forget(name);
    this.#sweptAt = Math.max(SWEPT_AT_LEAST, 2 * this.#entries.size);
  }

  #forget(name) {
    const { number, pid } = this.#entries.get(name);
    this.#entries.delete(name);
    this.#names.delete(pid);
    this.#free.push(number);
  }
}
