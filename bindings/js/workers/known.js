/**
 * What is known of the exports that were run: how long they take, so how many of
 * them a worker may hold, and which of them a new worker loads at once.
 */
import { HELD_MAX } from './messages.js';

/* So much work a worker may hold besides what it is at, in ms. */
export const AHEAD_MS = 2;
/* To wait for the next job costs some tens of µs: nothing beside jobs that are longer than this. */
const LONG_MS = 200;
/* Of longer jobs a worker holds so many at most, and two are given in one message: each takes time of this thread. */
const LONG_HELD_MAX = 4;
/* How much the last job says about how long the next one takes. */
const WEIGHT = 0.2;
/* Of so many exports it is kept; the first of them are forgotten. */
const KNOWN_MAX = 1000;
/* So many exports a new worker loads before it is asked to. */
const RECENT_MAX = 32;

/** Of one export. What is asked before each job is worked out once for each result. */
class Estimate {
  /** How long the next job should take. */
  ms;
  /** How many a worker may hold. */
  window = 1;
  /** The same where no more workers can be had. */
  windowWhenFull = 1;

  constructor(ms) {
    this.set(ms);
  }

  set(ms) {
    this.ms = ms;
    const several = Math.min(HELD_MAX, Math.floor(AHEAD_MS / Math.max(ms, 0.001)));
    this.window = Math.max(1, several);
    if (several > 1) this.windowWhenFull = several;
    else if (ms >= LONG_MS) this.windowWhenFull = 1;
    else this.windowWhenFull = Math.max(2, Math.min(LONG_HELD_MAX, Math.floor(LONG_MS / 2 / ms)));
  }
}

export class Known {
  /** Estimates by the target's key; exports whose jobs differ much in time are rare. */
  #estimates = new Map();
  /** Exports that have given a value, the last ones: { target, count }, with how many arguments. */
  recent = [];

  took({ target, args }, ms) {
    const { key } = target;
    const known = this.#estimates.get(key);
    if (known !== undefined) {
      known.set(known.ms + (ms - known.ms) * WEIGHT);
      return;
    }
    this.#estimates.set(key, new Estimate(ms));
    if (this.#estimates.size > KNOWN_MAX) this.#estimates.delete(this.#estimates.keys().next().value);
    if (this.recent.push({ target, count: args.length }) > RECENT_MAX) this.recent.shift();
  }

  /** Undefined where none has given a value. */
  of({ key }) {
    return this.#estimates.get(key);
  }
}
