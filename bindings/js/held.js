/**
 * What a consumer has taken of a stream, and the kernel has not been told of yet.
 *
 * Who takes one result after the other (`for await`) finds most of them there,
 * and for each the next element starts in the place of the one that returned.
 * Once the kernel has said so of one result (STREAM_TAKE), and as long as
 * nothing else is asked of it, it would say the same of the next: the oldest
 * item, or in a stream that is not ordered the first that returned. So the
 * kernel is not asked. It hears of all of them by one command before anything
 * else, or at the end of the turn of the event loop; then of those that have
 * returned and that nobody has taken, as of any others.
 *
 * An item whose end may end others, by what it has begun, is none of these: the
 * kernel is told of it in its turn, and of those before it (runtime.js).
 *
 * Those that the kernel had been told of before come first, one by one.
 */
import { failure } from './kernel.js';
import { CODE, GENERATION, GENERATION_LOW_MAX, INDEX_BITS, WORDS_MAX } from './protocol.js';

const TAKEN_MAX = WORDS_MAX / 2;
/* So many places of a list that were left are given up together. */
const LEFT_MAX = 1024;

export class Held {
  /** See StreamRun. */
  static #kept = new Held({ kernel: null }, null, true);
  #runtime;
  #kernel;
  #ordered;
  /** Whose results these are. */
  run;
  /** Items that have returned and were not taken, in this order, from one place to another. */
  #cells = [];
  #at = 0;
  #end = 0;
  /** How many were taken; their pids stand in the word area. */
  #taken = 0;
  /** How many results that the kernel knows of wait there. */
  #waiting = 0;
  /** The number of the item whose turn it is. */
  #next = 0;

  constructor(runtime, run, ordered) {
    this.#runtime = runtime;
    this.#kernel = runtime.kernel;
    this.run = run;
    this.#ordered = ordered;
  }

  returned(cell) {
    this.#cells[this.#end++] = cell;
  }

  /** Takes a result: gives the cell, whose pid is that of the next element's item; null when there is none to be taken so. */
  take() {
    if (this.#kernel.held !== this || this.#waiting > 0) return this.#takeTold();
    if (this.#at === this.#end) return null;
    const cell = this.#cells[this.#at];
    if (this.#ordered && cell.number !== this.#next) return null;
    const { low } = cell;
    if (low >>> INDEX_BITS === GENERATION_LOW_MAX) return null;
    this.#next = cell.number + 1;
    this.#leave();
    if (this.#taken === TAKEN_MAX) this.#makeRoom();
    this.#kernel.view.putPid(this.#taken++, low, cell.high);
    cell.low = (low + GENERATION) | 0;
    return cell;
  }

  #leave() {
    this.#at++;
    if (this.#at === this.#end) {
      this.#at = 0;
      this.#end = 0;
    } else if (this.#at >= LEFT_MAX && 2 * this.#at >= this.#end) {
      this.#cells.copyWithin(0, this.#at, this.#end);
      this.#end -= this.#at;
      this.#at = 0;
    }
  }

  /** The same of one that the kernel knows of; from then on it is told later. */
  #takeTold() {
    const { run } = this;
    const runtime = this.#runtime;
    // Pids that wait to be settled stand in the same words.
    const after = runtime.inboxCount === 0 && runtime.putsOff() ? this : null;
    if (this.#kernel.streamTake(run.low, run.high, after) !== CODE.OK) return null;
    const { view } = this.#kernel;
    if (view.answerValue === 0) return null;
    const low = view.answerLow;
    const cell = runtime.cells.at(low);
    cell.low = low;
    cell.high = view.answerHigh;
    cell.details = null;
    this.#waiting = view.answerExtra;
    this.#next = cell.number + 1;
    return cell;
  }

  /** There are as many as one command takes: tells of them, and goes on. */
  #makeRoom() {
    const kernel = this.#kernel;
    kernel.held = null; // or the commands of those that are told one by one would have all told
    this.#tellTaken();
    kernel.held = this;
  }

  /** The kernel, which has no `held` any more, is told of all. */
  tell() {
    this.#tellTaken();
    const runtime = this.#runtime;
    const end = this.#end;
    if (end === 0) return;
    for (let index = this.#at; index < end; index++) runtime.settle(this.#cells[index]);
    this.#at = 0;
    this.#end = 0;
    runtime.schedule();
  }

  #tellTaken() {
    const count = this.#taken;
    if (count === 0) return;
    const kernel = this.#kernel;
    const { low, high } = this.run;
    this.#taken = 0;
    this.#must(kernel.streamTaken(low, high, count));
    const done = kernel.answerValue;
    if (done < count) this.#tellEach(done, count);
  }

  /** Items that others know of, by a link or a monitor, say: their ends are told first. */
  #tellEach(done, count) {
    const kernel = this.#kernel;
    const { low, high } = this.run;
    const pids = [];
    for (let index = done; index < count; index++) pids.push([kernel.pidLow(index), kernel.pidHigh(index)]);
    for (const pid of pids) {
      kernel.putSettled(0, pid[0], pid[1]);
      this.#must(kernel.settle(1));
      kernel.drain();
      this.#must(kernel.streamTake(low, high, null));
      this.#must(kernel.answerValue === 1 ? CODE.OK : CODE.GONE);
    }
  }

  #must(code) {
    if (code !== CODE.OK) throw failure(code, 'take');
  }
}
