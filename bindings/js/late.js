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
 *
 * Nor need the kernel hear of each life at once. It tells the pid of one; those
 * of the same owner that follow it, with nothing in between, have the next
 * generations of the same place. They are owed, and told together by one command
 * before anything else is. One that needs a new word of the pid is told by itself.
 *
 * There is one cell for all of them, which has no place among the others. As it
 * is old, and engines note each new object that is put into an old one, it
 * gets what is needed and no more: the rest when the kernel is told.
 */
import { CELL } from './cell.js';
import { Context } from './context.js';
import { failure } from './kernel.js';
import { CODE, FLAG, GENERATION, GENERATION_LOW_MAX, INDEX_BITS, OUTCOME, WAIT } from './protocol.js';
import { NORMAL } from './reasons.js';

const NONE = 0, READY = 1, BEGUN = 2;

export class Late {
  #runtime;
  #kernel;
  #state = NONE;
  #cell;
  /** The wait for it, once it is awaited. */
  #wait = null;
  #grace = 0;
  /** Whose task lived last, when nothing has been asked of the kernel since, and its pid; else null. */
  #owner = null;
  #low = 0;
  #high = 0;
  /** How many lives the kernel has not been told of, that one included. */
  #owed = 0;

  constructor(runtime) {
    this.#runtime = runtime;
    this.#kernel = runtime.kernel;
    this.#kernel.late = this;
    this.#cell = this.#prepared(runtime.cells.spare());
  }

  /** A free cell, made ready. Its functions are called faster than bound ones, which take less memory. */
  #prepared(cell) {
    const runtime = this.#runtime;
    cell.ok = (value) => runtime.bodyReturned(cell, value);
    cell.err = (error) => runtime.bodyThrew(cell, error);
    return cell;
  }

  /** Whether there is one. */
  get some() {
    return this.#state !== NONE;
  }

  /** Whether there is one whose body has not begun. */
  get isReady() {
    return this.#state === READY;
  }

  /** Whether a cell whose body goes on is that of the one that is held back. */
  isOf(cell) {
    return cell === this.#cell;
  }

  /** Holds back a task that is linked to who starts it. Gives its cell. */
  hold(record, body, grace) {
    const cell = this.#cell;
    cell.state = CELL.READY;
    cell.work = body;
    cell.record = record;
    this.#grace = grace;
    this.#state = READY;
    return cell;
  }

  /** Whether `wait`, for the end of `record`, is held back as well. */
  holdWait(record, wait) {
    if (this.#state === NONE || this.#cell.record !== record || this.#wait !== null) return false;
    this.#wait = wait;
    return true;
  }

  /** Begins its body, nobody's turn being before it. */
  begin() {
    this.#state = BEGUN;
    this.#runtime.begin(this.#cell);
  }

  /** Tells the kernel of it as it is by now, after all that has lived. */
  tell() {
    if (this.#owed > 0) this.#tellLives(this.#owner);
    this.#owner = null;
    if (this.#state !== NONE) this.#tell(this.#cell, this.#wait, this.#state === BEGUN);
  }

  #tell(cell, wait, begun) {
    const kernel = this.#kernel;
    const { cells, waits } = this.#runtime;
    const { record } = cell;
    const { low: ownerLow, high: ownerHigh } = record.caller;
    this.#state = NONE;
    this.#wait = null;
    this.#must(kernel.spawnTask(ownerLow, ownerHigh, FLAG.LINK, this.#grace), 'spawn');
    cell.low = kernel.answerLow;
    cell.high = kernel.answerHigh;
    cell.label = record.label;
    record.place(cell.low, cell.high);
    this.#cell = this.#prepared(cells.adopt(cell) ?? cells.spare());
    if (cell.context !== null) Context.place(cell.context, cell);
    if (wait !== null) {
      wait.tag = waits.add(wait);
      this.#must(
        kernel.waitFor(ownerLow, ownerHigh, cell.low, cell.high, WAIT.AWAIT, wait.timeout, wait.tag), 'wait',
      );
    }
    if (begun) this.#must(kernel.run(), 'run');
  }

  /**
   * Its body has returned: tells of its life. False when it has to go the long
   * way, the kernel having been told of it.
   */
  returned(value) {
    const cell = this.#cell;
    const wait = this.#wait;
    const { record, context } = cell;
    const kernel = this.#kernel;
    if (wait === null) {
      this.tell();
      return false;
    }
    if (!this.#owes(record.caller) && !this.#lives(record.caller)) {
      this.tell();
      return false;
    }
    record.place(this.#low, this.#high);
    record.fulfil(value);
    Context.place(context, record);
    cell.unfollowSignal();
    cell.leaveLate();
    this.#state = NONE;
    this.#wait = null;
    wait.done(OUTCOME.OK, NORMAL, null);
    return true;
  }

  /** Whether the kernel can be told later of one more life; its pid is known. */
  #owes(owner) {
    if (this.#owner !== owner || this.#low >>> INDEX_BITS === GENERATION_LOW_MAX) return false;
    this.#low = (this.#low + GENERATION) | 0;
    this.#owed++;
    return true;
  }

  /** Tells the kernel of a life; false when the task has to go the long way. */
  #lives(owner) {
    const kernel = this.#kernel;
    if (this.#owed > 0) this.#tellLives(this.#owner);
    this.#must(kernel.life(owner.low, owner.high, 0), 'life');
    if (kernel.answerValue === 0) return false;
    this.#owner = owner;
    this.#low = kernel.answerLow;
    this.#high = kernel.answerHigh;
    return true;
  }

  #tellLives({ low, high }) {
    const kernel = this.#kernel;
    const more = this.#owed - 1;
    this.#owed = 0;
    this.#must(kernel.life(low, high, more), 'life');
    // Their pids have been given out.
    this.#must(kernel.answerValue === 1 && kernel.answerLow === this.#low ? CODE.OK : CODE.GONE, 'life');
  }

  #must(code, what) {
    if (code !== CODE.OK) throw failure(code, what);
  }
}
