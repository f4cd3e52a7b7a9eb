/**
 * Names of processes. The kernel knows a name as a number; the words are here.
 * A number is kept for good: there are only so many names in a program.
 */
import { AlreadyStartedError, NoProcError } from './errors.js';
import { failure } from './kernel.js';
import { formatPid } from './pid.js';
import { CODE } from './protocol.js';

export class Names {
  #runtime;
  #kernel;
  #numbers = new Map();

  constructor(runtime) {
    this.#runtime = runtime;
    this.#kernel = runtime.kernel;
  }

  /** The words of the process that has the name, or null. */
  get(name) {
    const number = this.#numbers.get(name);
    if (number === undefined || this.#kernel.nameGet(number) !== CODE.OK) return null;
    return { low: this.#kernel.answerLow, high: this.#kernel.answerHigh };
  }

  /** Throws AlreadyStartedError when somebody has the name. */
  mustBeFree(name) {
    const holder = this.get(name);
    if (holder !== null) throw new AlreadyStartedError(name, formatPid(holder.low, holder.high));
  }

  set(call, name, low, high) {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      const code = this.#kernel.nameNew();
      if (code !== CODE.OK) throw failure(code, call);
      number = this.#kernel.answerValue;
      this.#numbers.set(name, number);
    }
    const code = this.#kernel.nameSet(low, high, number);
    if (code === CODE.ALREADY) {
      throw new AlreadyStartedError(name, formatPid(this.#kernel.answerLow, this.#kernel.answerHigh));
    }
    if (code === CODE.GONE) {
      throw new NoProcError(`${call}: there is no process ${formatPid(low, high)}`, { pid: formatPid(low, high) });
    }
    if (code !== CODE.OK) throw failure(code, call);
    const { watch } = this.#runtime;
    if (watch === null) return;
    this.#runtime.drain(); // it may have been spawned just now
    watch.named('registered', name, { low, high });
  }

  /** False when nobody has it. */
  drop(name) {
    const holder = this.get(name);
    if (holder === null) return false;
    this.#kernel.nameDrop(this.#numbers.get(name));
    this.#runtime.watch?.named('unregistered', name, holder);
    return true;
  }

  /** All names in use, by the pid of who has them. */
  byPid() {
    const names = new Map();
    for (const name of this.#numbers.keys()) {
      const holder = this.get(name);
      if (holder !== null) names.set(formatPid(holder.low, holder.high), name);
    }
    return names;
  }
}
