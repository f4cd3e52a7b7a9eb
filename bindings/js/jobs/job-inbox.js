/**
 * What happens in an instance whose memory is shared, read from there: a thread
 * that ends a job wakes this one, and no other. Where that cannot be waited for
 * without blocking (Atomics.waitAsync), the instance's worker tells by messages.
 *
 * A message of the instance (src/jobs/jobs.h) lies in a list that is emptied here,
 * and is then laid into another one, from which the worker gives it back before it
 * starts the next job. What is large the worker reads, so that nobody waits here
 * while it is copied; then it tells what follows for the same run, too.
 */
import { HAPPENED, NEWS, PLACES, TAKEN } from './job-shown.js';
import { ARRAY, NEXT, REPORT, STRING, VALUE, isOwned, readMessage } from './job-values.js';

/* Strings and arrays of more bytes than this are read by the worker; */
const LARGE = 65_536;
/* of more than this, they are given back at once; */
const HEAVY = 4096;
/* and so are this many reports, of which there may be four times as many. */
const REPORTS = 256;
/* After so many looks without a wait other things have their turn. */
const LOOKS_MAX = 16;
/* Two of each run, and reports (BELAY_JOBS_REPORTS_MAX): more are not there at a time. */
const MESSAGES_MAX = 2 * PLACES + 4 * REPORTS;
const GROWN_LOOKS_MAX = 1_000_000;

export class Inbox {
  #memory;
  #shown;
  #on;
  #over = false;
  #reports = 0;
  /** Of each run of which the worker is to tell something: how many times. */
  #left = new Map();
  #words = null;
  #view = null;

  static get canWait() {
    return typeof Atomics.waitAsync === 'function';
  }

  /**
   * @param memory a WebAssembly.Memory @param shown where in it is what the instance
   *   shows, in words
   * @param on has entry(entry) and tell(entry), as in job-worker.js, taken(), after
   *   the entries of one look, and failed(error), when memory makes no sense
   */
  constructor(memory, shown, on) {
    this.#memory = memory;
    this.#shown = shown;
    this.#on = on;
    this.#wait();
  }

  /** Memory may have grown since it was last looked at. */
  #look() {
    const { buffer } = this.#memory;
    if (this.#words?.buffer === buffer) return;
    this.#words = new Uint32Array(buffer);
    this.#view = new DataView(buffer);
  }

  /** Takes what is there until nothing is, then waits. */
  #wait = () => {
    try {
      this.#waitOn();
    } catch (error) {
      this.#on.failed(error);
    }
  };

  #waitOn() {
    for (let looks = 0; looks < LOOKS_MAX; looks++) {
      this.#look();
      const words = new Int32Array(this.#words.buffer);
      const news = Atomics.load(words, this.#shown + NEWS);
      this.take();
      if (this.#over) return;
      const waited = Atomics.waitAsync(words, this.#shown + NEWS, news);
      if (waited.async) {
        waited.value.then(this.#wait);
        return;
      }
    }
    setTimeout(this.#wait, 0);
  }

  /** Nothing is taken any more. */
  close() {
    if (this.#over) return;
    this.#over = true;
    // A wait that never ends would keep the memory.
    const words = new Int32Array(this.#memory.buffer);
    Atomics.add(words, this.#shown + NEWS, 1);
    Atomics.notify(words, this.#shown + NEWS);
  }

  /** Takes all that has happened by now. */
  take() {
    this.#look();
    const list = [];
    let at = this.#over ? 0 : Atomics.exchange(this.#words, this.#shown + HAPPENED, 0);
    for (; at !== 0; at = this.#words[(at + NEXT) / 4]) {
      this.#reach(at + NEXT);
      if (list.push(at) > MESSAGES_MAX) throw new RangeError('the list of what has happened has no end');
    }
    if (list.length === 0) return;
    while (list.length > 0 && !this.#over) this.#read(list.pop());
    if (!this.#over) this.#on.taken();
  }

  /** Memory that has grown on another thread may be seen a little later here. */
  #reach(at) {
    for (let looks = 0; at >= this.#words.byteLength; looks++) {
      if (looks === GROWN_LOOKS_MAX) throw new RangeError('what has happened lies outside of the memory');
      this.#look();
    }
  }

  #read(at) {
    const number = this.#view.getUint32(at + 4, true);
    if (this.#left.has(number) || this.#isLarge(at)) {
      this.#left.set(number, (this.#left.get(number) ?? 0) + 1);
      this.#on.tell(['tell', at]);
      return;
    }
    const entry = readMessage(this.#view, at, true);
    this.#giveBack(at);
    this.#on.entry(entry);
  }

  /** The worker has told one of those that were left to it. */
  told([, number]) {
    const left = this.#left.get(number);
    if (left === 1) this.#left.delete(number);
    else if (left !== undefined) this.#left.set(number, left - 1);
  }

  #giveBack(at) {
    const words = this.#words;
    const isReport = words[at / 4] === REPORT;
    const isHeavy = this.#bytesAt(at + VALUE) > HEAVY;
    const taken = this.#shown + TAKEN;
    let first;
    do {
      first = Atomics.load(words, taken);
      words[(at + NEXT) / 4] = first;
    } while (Atomics.compareExchange(words, taken, first, at) !== first);
    if (isReport) this.#reports++;
    if (!isHeavy && this.#reports < REPORTS) return;
    this.#reports = 0;
    this.#on.tell(['giveBack']);
  }

  /** Of a string or array that belongs to nobody else. */
  #bytesAt(at) {
    const type = this.#view.getUint8(at);
    return (type === STRING || type === ARRAY) && isOwned(this.#view, at) ? this.#view.getUint32(at + 16, true) : 0;
  }

  /** To be read by the worker: also what lies in memory that is not seen here yet. */
  #isLarge(at) {
    const bytes = this.#bytesAt(at + VALUE);
    return bytes > LARGE || (bytes > 0 && this.#view.getUint32(at + VALUE + 8, true) + bytes > this.#view.byteLength);
  }
}
