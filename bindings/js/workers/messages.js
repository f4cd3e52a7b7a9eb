/**
 * What a runtime and its workers say to one another, over a port of their own.
 *
 * A message is a list of entries, a list each, the first of which tells what it
 * is. Jobs have numbers, in the order in which one worker is given them. Where
 * memory can be shared, each job that a worker holds has a word, by which both
 * sides agree on who may have it: the worker takes it by changing HANDED to
 * BEGUN, the runtime takes it back by changing HANDED to REVOKED. Only one of
 * the two succeeds, so no job is run twice, whatever happens to the worker.
 */

/** From the runtime. */
export const TO_WORKER = Object.freeze({
  /** [JOB, number, export's number, pid, arguments] */
  JOB: 0,
  /** [EXPORT, its number, address of the module, name, to load it now: how many arguments it will be given] */
  EXPORT: 1,
  /** [ABORT, number of the job, reason] */
  ABORT: 2,
});

/** From the worker. */
export const FROM_WORKER = Object.freeze({
  /** [VALUE, number, value, ms that it took] */
  VALUE: 0,
  /** [FAILED, number, failure (failures.js)] */
  FAILED: 1,
  /** [EXITED, number, reason]: the body has called ctx.exit */
  EXITED: 2,
  /** [REPORTED, number, value] */
  REPORTED: 3,
  /** [UP]: it can be given jobs */
  UP: 4,
  /** [CRASHED, failure]: an exception that nobody caught, where that does not end the thread */
  CRASHED: 5,
  /** [GARBLED, type]: a message that could not be read, such as a 'messageerror' */
  GARBLED: 6,
  /** [ENDED, number, failure]: as FAILED, but its function goes on */
  ENDED: 7,
});

/** Whether an entry is one that a worker of ours sends: code of others may have got hold of its port. */
export function isFromWorker(entry) {
  if (!Array.isArray(entry)) return false;
  const [type, number, value, ms] = entry;
  switch (type) {
    case FROM_WORKER.VALUE:
      return ms >= 0;
    case FROM_WORKER.FAILED:
    case FROM_WORKER.ENDED:
      return isFailure(value);
    case FROM_WORKER.CRASHED:
      return isFailure(number);
    default:
      return type >= 0 && type <= FROM_WORKER.ENDED;
  }
}

const isFailure = (value) => typeof value === 'object' && value !== null;

/** The number of an export that every worker has and that does nothing, and that of a job which no runtime gives. */
export const NOTHING = 0;
export const NO_NUMBER = 0;

/** So many jobs a worker can hold; each has the word of its number, modulo this. */
export const HELD_MAX = 256;

/* In the same memory, after these words: how many messages were sent to the worker, and by it. */
const SENT = HELD_MAX;
const ANSWERED = HELD_MAX + 1;
export const WORDS = HELD_MAX + 2;

/** How many messages were sent in one direction, which both sides see at once, and how many of them were heard. */
class Tally {
  #words;
  #at;
  /** As a 32-bit number. */
  #heard = 0;

  /** @param words shared by both sides, or null */
  constructor(words, at) {
    this.#words = words;
    this.#at = at;
  }

  get isShared() {
    return this.#words !== null;
  }

  /** After each message that was sent. */
  sent() {
    if (this.#words !== null) Atomics.add(this.#words, this.#at, 1);
  }

  /** Before what a message says is done. */
  heard() {
    this.#heard = (this.#heard + 1) | 0;
  }

  /** Whether a message is there that was not heard; false where that cannot be seen. */
  get isBehind() {
    return this.#words !== null && Atomics.load(this.#words, this.#at) !== this.#heard;
  }
}

export const talliesOf = (words) => ({ toWorker: new Tally(words, SENT), fromWorker: new Tally(words, ANSWERED) });

/** What a word says, in its last two bits; the others are the job's number. */
export const STATE = Object.freeze({ HANDED: 0, BEGUN: 1, REVOKED: 2, DONE: 3 });

/* Numbers begin again after so many jobs, to fit into a word. */
const NUMBERS = 2 ** 28;

export const numberAfter = (number) => (number + 1) % NUMBERS;

/** How many numbers `later` is after `earlier`. */
export const distance = (earlier, later) => (later - earlier + NUMBERS) % NUMBERS;

export const wordOf = (number, state) => number * 4 + state;
