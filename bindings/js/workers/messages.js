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
  /** [EXPORT, its number, address of the module, name, whether to load it now] */
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

/** So many jobs a worker can hold; each has the word of its number, modulo this. */
export const HELD_MAX = 256;

/** What a word says, in its last two bits; the others are the job's number. */
export const STATE = Object.freeze({ HANDED: 0, BEGUN: 1, REVOKED: 2, DONE: 3 });

/* Numbers begin again after so many jobs, to fit into a word. */
const NUMBERS = 2 ** 28;

export const numberAfter = (number) => (number + 1) % NUMBERS;

/** How many numbers `later` is after `earlier`. */
export const distance = (earlier, later) => (later - earlier + NUMBERS) % NUMBERS;

export const wordOf = (number, state) => number * 4 + state;
