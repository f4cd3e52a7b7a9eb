/**
 * To fall asleep and to be woken costs two threads some tens of µs, much more than a
 * short job takes. So both sides look out for a moment, before they sleep, for what
 * should come at once: a worker that has run out of jobs for the next message, and the
 * runtime, while its event loop turns, for the result of a job that is known to be short.
 * Both then go back to their loop in any case, where all else goes on: timers, promises,
 * other ports. Who looks in vain does so ever more seldom.
 */
import { now } from '../now.js';

/* So many times at most one does not look, after it has looked in vain. */
const REST_MAX = 63;
/* Messages that follow one another closely come within one turn of a worker's event loop; after so long it has another. */
const AWAKE_MS = 5;
/* To ask for the time takes longer than to look. */
const LOOKS = 50;
/*
 * Between two looks at the time less than a µs passes. Where it was longer, another thread has had the processor: it
 * is wanted, and what has come since may have come just for that.
 */
const PREEMPTED_MS = 0.01;

/** How long to look, and when not to. */
class Lookout {
  #ms;
  #end = 0;
  #at = 0;
  #left = 0;
  #rest = 0;

  /** @param ms at most, 0 for never */
  constructor(ms) {
    this.#ms = ms;
  }

  /** Whether to look, from `began` on. */
  begin(began) {
    if (this.#ms === 0) return false;
    if (this.#left > 0) {
      this.#left--;
      return false;
    }
    this.#at = began;
    this.#end = began + this.#ms;
    return true;
  }

  /** Whether to look on. */
  goesOn() {
    const before = this.#at;
    this.#at = now();
    if (this.#at < this.#end && this.#at - before < PREEMPTED_MS) return true;
    this.#rest = Math.min(REST_MAX, this.#rest * 2 + 1);
    this.#left = this.#rest;
    return false;
  }

  /** It has come. */
  found() {
    if (!this.goesOn()) return;
    this.#rest >>= 1;
    this.#left = this.#rest;
  }
}

/** Of a worker, for the next message. */
export class Linger {
  #tally;
  #lookout;
  /** Since when its event loop has had no turn, as far as one knows; else NaN. */
  #awakeSince = NaN;

  /** @param tally of what it is sent @param ms how long it looks at most, 0 for not at all */
  constructor(tally, ms) {
    this.#tally = tally;
    this.#lookout = new Lookout(tally.isShared ? ms : 0);
  }

  /** Returns when there is a message, or soon. */
  linger() {
    const began = now();
    if (began - this.#awakeSince > AWAKE_MS || !this.#isMet(began)) this.#awakeSince = NaN;
    else if (Number.isNaN(this.#awakeSince)) this.#awakeSince = began;
  }

  #isMet(began) {
    if (this.#tally.isBehind) return true;
    if (!this.#lookout.begin(began)) return false;
    do {
      for (let looks = 0; looks < LOOKS; looks++) {
        if (!this.#tally.isBehind) continue;
        this.#lookout.found();
        return true;
      }
    } while (this.#lookout.goesOn());
    return false;
  }
}

/** Of the runtime, for an answer, while its event loop turns. */
export class Expectation {
  #tally;
  #take;
  #lookout;
  #isOpen = false;
  #isQueued = false;

  /** @param tally of what it is sent @param take hears what is there @param ms how long it looks at most, 0 for not at all */
  constructor(tally, take, ms) {
    this.#tally = tally;
    this.#take = take;
    this.#lookout = new Lookout(tally.isShared ? ms : 0);
  }

  /** There should be an answer at once. */
  open() {
    if (this.#isOpen || !this.#lookout.begin(now())) return;
    this.#isOpen = true;
    this.#queue();
  }

  /** Something was heard. */
  met() {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#lookout.found();
  }

  #queue() {
    if (this.#isQueued) return;
    this.#isQueued = true;
    setImmediate(this.#look);
  }

  #look = () => {
    this.#isQueued = false;
    if (!this.#isOpen) return;
    if (this.#tally.isBehind) this.#take();
    else if (this.#lookout.goesOn()) this.#queue();
    else this.#isOpen = false;
  };
}
