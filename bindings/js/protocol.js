/**
 * The numbers of the kernel's door (src/belay.h).
 *
 * Codes, reasons, events and commands come from the tables that the build
 * reads out of the kernel itself. The enums below have no such table; a test
 * holds each of them against the header.
 */
import { tables } from './core.generated.js';

const numbersOf = (table) => {
  const numbers = {};
  for (const { name, number } of table) numbers[name] = number;
  return Object.freeze(numbers);
};

export const CODE = /* @__PURE__ */ numbersOf(tables.codes);
export const REASON = /* @__PURE__ */ numbersOf(tables.reasons);
export const EVENT = /* @__PURE__ */ numbersOf(tables.events);
export const COMMAND = /* @__PURE__ */ numbersOf(tables.commands);

export const codeText = (code) =>
  tables.codes.find((entry) => entry.number === code)?.text ?? `code ${code}`;

export const REASON_HOST = 64;
export const INDEX_BITS = 24;
export const INDEX_MASK = 0xffffff;
/** Of a pid's low word: the next generation, and how far that goes without the high one. */
export const GENERATION = 1 << INDEX_BITS;
export const GENERATION_LOW_MAX = 0xff;
export const PROCESSES_MAX = 0xfffffe;
export const WORDS_MAX = 2048;
export const TIME_MAX = 0xffffffffffff;
export const RESTARTS_MAX = 100000;
export const SECONDS_MAX = 0x7fffffff;
/** A count without a bound (STREAM_NEXT, max_children, max_abandoned). */
export const UNBOUNDED = 0xffffffff;

export const CLASS = Object.freeze({ CRASH: 0, SHUTDOWN: 1 });
export const FLAG = Object.freeze({
  LINK: 1, ORPHAN: 2, ON: 4, ORDERED: 8, KILL_TASK: 16, NOLINK: 32,
  TOGETHER: 64, ANY_SIGNIFICANT: 128, ALL_SIGNIFICANT: 256, SIGNIFICANT: 512, SUPERVISOR: 1024,
});
export const RESTART = Object.freeze({ TEMPORARY: 0, TRANSIENT: 1, PERMANENT: 2 });
export const SUP = Object.freeze({ TASK: 0, ONE_FOR_ONE: 1, ONE_FOR_ALL: 2, REST_FOR_ONE: 3 });
export const ASK = Object.freeze({
  TERMINATE_PID: 0, TERMINATE: 1, RESTART: 2, DELETE: 3, START: 4, INIT: 5,
});
export const STARTED = Object.freeze({ UP: 0, IGNORED: 1, FAILED: 2 });
export const REPORT = Object.freeze({
  CHILD_TERMINATED: 0, SHUTDOWN_ERROR: 1, START_ERROR: 2, INTENSITY: 3,
});
export const WAIT = Object.freeze({ AWAIT: 0, YIELD: 1, SHUTDOWN: 2, SLEEP: 3, STOP: 4 });
export const EXITED = Object.freeze({
  NEVER_RAN: 1, BODY_RUNNING: 2, ITEM: 4, SUPERVISOR: 8, VALUE: 16,
});
export const OUTCOME = Object.freeze({
  OK: 0, EXIT: 1, NONE: 2, TIMEOUT: 3, CRASH: 4, OWNER: 5, REFUSED: 6, FAILED: 7,
});
export const CLOSED = Object.freeze({
  DONE: 0, HALTED: 1, TIMEOUT: 2, CRASH: 3, OWNER: 4, CHILDREN: 5, NOPROC: 6,
});
export const KIND = Object.freeze({
  ROOT: 0, TASK: 1, ITEM: 2, TASK_SUPERVISOR: 3, SUPERVISOR: 4,
});
export const STATE = Object.freeze({
  READY: 1, RUNNING: 2, ENDING: 3, KEPT: 4, STOPPING: 5, BUSY: 6,
});
export const CHILD = Object.freeze({ NONE: 0, UP: 1, RESTARTING: 2, STARTING: 3 });
