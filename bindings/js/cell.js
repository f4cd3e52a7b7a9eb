/**
 * What the binding keeps for one process: one cell per place in the kernel's
 * table, used again by whoever gets the place next.
 *
 * A cell has a pair of closures that are handed to each body's promise, so
 * that a task costs no closure of its own. When a process is ended while its
 * body still runs, its cell is retired and another one takes its place: a late
 * settle then cannot reach the place's next owner.
 */
import { formatPid } from './pid.js';

export const CELL = Object.freeze({
  FREE: 0, // nobody's
  READY: 1, // its body has not begun
  RUNNING: 2,
  RETURNED: 3, // its body is done, the kernel has been or will be told
  ENDED: 4, // the kernel has said that it ended
});

/**
 * What only few processes have: the child of a supervisor that they are, that
 * supervisor, and of a supervisor its info; `above` is what it comes from once
 * that is no longer to be asked (origin.js), and `log` a line for the log that
 * may yet turn out to be received by somebody.
 */
export const detailsOf = ({ child = null, supervisor = null, info = null }) =>
  ({ child, supervisor, info, above: null, log: null });

/* What is looked at for each item of a stream comes first, close together. */
export class Cell {
  /** See StreamRun. */
  static #kept = new Cell(null);
  /** The pair of closures, once a body has given a promise. */
  ok = null;
  err = null;
  runtime;
  state = CELL.FREE;
  /** An item whose stream has closed without it: its result goes nowhere. */
  detached = false;
  low = 0;
  high = 0;
  /** A stream's item: its place in the input, and the element. Of a task `number` is its place in `following`. */
  number = 0;
  input = undefined;
  value = undefined;
  /** The stream that an item belongs to. */
  stream = null;
  context = null;
  body = null;
  label = '';
  /** A task's or supervisor's: the node of who started it (origin.js). */
  origin = null;
  /** The TaskRecord that handles look at, of those that have one. */
  record = null;
  /** See detailsOf. */
  details = null;
  /** Who else follows its AbortSignal (signals.js). */
  following = null;
  /** Whose body goes on though its process has ended, and why: of a retired one. */
  orphan = null;

  constructor(runtime) {
    this.runtime = runtime;
  }

  /** The body goes on though its process has ended. */
  get retired() {
    return this.orphan !== null;
  }

  /** Its body has given a promise: waits for that. */
  follow(promise) {
    if (this.ok === null) {
      this.ok = (value) => this.runtime.bodyReturned(this, value);
      this.err = (error) => this.runtime.bodyThrew(this, error);
    }
    promise.then(this.ok, this.err);
  }

  /** For a new process. A free cell has nothing of the last one. */
  claim(low, high) {
    if (this.state !== CELL.FREE) this.clear();
    this.state = CELL.READY;
    this.low = low;
    this.high = high;
  }

  /** Frees the cell of an item: the short way, for there may be millions. */
  clearItem() {
    this.state = CELL.FREE;
    this.low = 0;
    this.high = 0;
    this.input = undefined;
    this.value = undefined;
    this.stream = null;
    if (this.details !== null) this.details = null;
  }

  /** The next item of the same stream, in the same place. */
  renew(input, number) {
    this.state = CELL.READY;
    this.input = input;
    this.number = number;
    this.value = undefined;
  }

  /** The same, before its element is read. */
  succeed(low, high, number) {
    this.low = low;
    this.high = high;
    this.renew(undefined, number);
  }

  clear() {
    this.clearItem();
    this.detached = false;
    this.number = 0;
    this.body = null;
    this.label = '';
    this.origin = null;
    this.record = null;
    this.context = null;
  }

  /** A cell that takes this one's place, for a process that is ending. */
  heir() {
    const heir = new Cell(this.runtime);
    heir.state = this.state;
    heir.detached = this.detached;
    heir.low = this.low;
    heir.high = this.high;
    heir.number = this.number;
    heir.input = this.input;
    heir.label = this.label;
    heir.origin = this.origin;
    heir.record = this.record;
    heir.stream = this.stream;
    heir.details = this.details;
    return heir;
  }

  /** @param why makes the error that the body's signal aborts with */
  retire(why) {
    const { context, stream, low, high, label } = this;
    this.clear();
    this.stream = stream; // whose count of abandoned bodies this one is in
    this.orphan = { context, why, low, high, label };
  }

  /** The pid of its supervisor, or null. */
  get supervisorPid() {
    if (this.stream !== null) return this.stream.supervisorPid;
    const supervisor = this.details?.supervisor ?? null;
    return supervisor === null ? null : formatPid(supervisor.low, supervisor.high);
  }

  /** Why the process of `context` was ended while its body runs; else null. */
  whyEnded(context) {
    return this.orphan !== null && this.orphan.context === context ? this.orphan.why : null;
  }

  /** Its process ends when `signal` aborts. */
  followSignal(signal) {
    this.runtime.signals.add(signal, this);
  }

  unfollowSignal() {
    if (this.following !== null) this.runtime.signals.remove(this);
  }

  /** Its AbortSignal has aborted; `reason` is the number of its reason. */
  abort(reason) {
    this.runtime.abort(this, reason);
  }
}
