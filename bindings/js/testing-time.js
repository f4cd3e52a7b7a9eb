/** Virtual time: a number of ms, and the timers that wait for it, in a heap. */

/* Cancelled timers stay in the heap until they are due, unless most are such. */
const DEAD_MIN = 64;

class Timer {
  /** See StreamRun. */
  static #kept = new Timer(0, 0, null);

  constructor(at, sequence, run) {
    this.at = at;
    this.sequence = sequence;
    /** Null when it has fired or was cancelled. */
    this.run = run;
  }
}

/** Equal times: the one that was set first. */
const before = (a, b) => a.at < b.at || (a.at === b.at && a.sequence < b.sequence);

export class VirtualTime {
  now = 0;
  #heap = [];
  #sequence = 0;
  #dead = 0;

  /** Has `run` called at the time `at`, which is not in the past. */
  set(at, run) {
    const timer = new Timer(Math.max(at, this.now), this.#sequence++, run);
    this.#heap.push(timer);
    this.#rise(this.#heap.length - 1);
    return timer;
  }

  cancel(timer) {
    if (timer.run === null) return;
    timer.run = null;
    if (++this.#dead < DEAD_MIN || this.#dead * 2 < this.#heap.length) return;
    this.#heap = this.#heap.filter(({ run }) => run !== null);
    this.#dead = 0;
    for (let at = (this.#heap.length >> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  /** When the next timer is due; Infinity when there is none. */
  get next() {
    const heap = this.#heap;
    while (heap.length > 0 && heap[0].run === null) {
      this.#dead--;
      this.#drop();
    }
    return heap.length === 0 ? Infinity : heap[0].at;
  }

  /** Moves on to the next timer, which there must be; returns what it runs. */
  jump() {
    const timer = this.#heap[0];
    const { run } = timer;
    timer.run = null;
    this.#drop();
    this.now = timer.at;
    return run;
  }

  clear() {
    for (const timer of this.#heap) timer.run = null;
    this.#heap = [];
    this.#dead = 0;
  }

  #drop() {
    const last = this.#heap.pop();
    if (this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(index) {
    const heap = this.#heap;
    const timer = heap[index];
    while (index > 0) {
      const above = (index - 1) >> 1;
      if (!before(timer, heap[above])) break;
      heap[index] = heap[above];
      index = above;
    }
    heap[index] = timer;
  }

  #sink(index) {
    const heap = this.#heap;
    const timer = heap[index];
    for (;;) {
      let below = 2 * index + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && before(heap[below + 1], heap[below])) below++;
      if (!before(heap[below], timer)) break;
      heap[index] = heap[below];
      index = below;
    }
    heap[index] = timer;
  }
}
