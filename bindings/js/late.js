/**
 * The task that the kernel has not been told of yet.
 *
 * Most tasks are awaited at once by who started them, and return within the
 * same turn of the event loop. Such a task is held back here: the kernel hears
 * of its whole life by one command when it is over. As soon as anybody wants
 * anything else of the kernel, it is first told of the task, by the commands
 * that it would have been given in the first place. So nothing can tell the
 * difference, and a command never overtakes another one.
 *
 * What a SPAWN may be refused for must be known at the call. So a task is held
 * back only when the command before it was a return that left room for it.
 */
import { Context } from './context.js';
import { failure } from './kernel.js';
import { CODE, FLAG, OUTCOME, WAIT } from './protocol.js';
import { NORMAL } from './reasons.js';

export class Late {
  #runtime;
  #kernel;
  #cell = null;
  /** The wait for it, once it is awaited. */
  #wait = null;
  #grace = 0;
  #begun = false;
  /** The cell for the next one. */
  #spare = null;

  constructor(runtime) {
    this.#runtime = runtime;
    this.#kernel = runtime.kernel;
  }

  /** Whether there is one. */
  get some() {
    return this.#cell !== null;
  }

  /** Whether there is one whose body has not begun. */
  get isReady() {
    return this.#cell !== null && !this.#begun;
  }

  isOf(cell) {
    return cell === this.#cell;
  }

  /** Holds back a task that is linked to who starts it. Gives its cell. */
  hold(record, body, label, grace) {
    const cell = this.#spare ?? this.#runtime.cells.spare();
    this.#spare = null;
    cell.claim(0, 0);
    cell.work = body;
    cell.label = label;
    cell.record = record;
    this.#cell = cell;
    this.#grace = grace;
    this.#begun = false;
    this.#kernel.late = this;
    return cell;
  }

  /** Whether `wait`, for the end of `record`, is held back as well. */
  holdWait(record, wait) {
    if (this.#cell === null || this.#cell.record !== record || this.#wait !== null) return false;
    this.#wait = wait;
    return true;
  }

  /** Begins its body, nobody's turn being before it. */
  begin() {
    this.#begun = true;
    this.#runtime.begin(this.#cell);
  }

  /** Tells the kernel of it as it is by now. */
  tell() {
    const cell = this.#cell;
    if (cell === null) return;
    const kernel = this.#kernel;
    const { record } = cell;
    const { low: ownerLow, high: ownerHigh } = record.caller;
    const wait = this.#wait;
    this.#forget();
    this.#must(kernel.spawnTask(ownerLow, ownerHigh, FLAG.LINK, this.#grace), 'spawn');
    cell.low = kernel.answerLow;
    cell.high = kernel.answerHigh;
    record.place(cell.low, cell.high);
    this.#spare = this.#runtime.cells.adopt(cell);
    if (cell.context !== null) Context.place(cell.context, cell);
    if (wait !== null) {
      wait.tag = this.#runtime.waits.add(wait);
      this.#must(
        kernel.waitFor(ownerLow, ownerHigh, cell.low, cell.high, WAIT.AWAIT, wait.timeout, wait.tag), 'wait',
      );
    }
    if (this.#begun) this.#must(kernel.run(), 'run');
  }

  /**
   * Its body has returned: tells of its life. False when it has to go the long
   * way, the kernel having been told of it.
   */
  returned(value) {
    const cell = this.#cell;
    const wait = this.#wait;
    const { record } = cell;
    const kernel = this.#kernel;
    if (wait === null) {
      this.tell();
      return false;
    }
    this.#must(kernel.life(record.caller.low, record.caller.high), 'life');
    if (kernel.view.answerValue === 0) {
      this.tell();
      return false;
    }
    kernel.view.placeAnswer(record);
    record.fulfil(value);
    cell.unfollowSignal();
    if (cell.context !== null) Context.place(cell.context, record);
    this.#runtime.leave(cell, null);
    this.#forget();
    cell.clear();
    this.#spare = cell;
    wait.done(OUTCOME.OK, NORMAL, null);
    return true;
  }

  #forget() {
    this.#cell = null;
    this.#wait = null;
    this.#kernel.late = null;
  }

  #must(code, what) {
    if (code !== CODE.OK) throw failure(code, what);
  }
}
