/**
 * What the binding keeps for one process: one cell per place in the kernel's
 * table, used again by whoever gets the place next.
 *
 * A cell has a pair of functions that are handed to each body's promise, so
 * that a task costs none of its own. When a process is ended while its
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
  RETIRED: 5, // no process's any more; its body goes on
});

/* Functions that are bound to a cell take two thirds of what closures would. */
function bodyReturned(value) {
  this.runtime.bodyReturned(this, value);
}

function bodyThrew(error) {
  this.runtime.bodyThrew(this, error);
}

/* Of all processes of a simulation that is over. */
const FROZEN = Object.freeze({ context: null, why: null, low: 0, high: 0, label: '' });

/* The number of an item that is detached. */
const NO_NUMBER = -1;

/**
 * What only few processes have: the child of a supervisor that they are, that
 * supervisor, and of a supervisor its info; `above` is what it comes from once
 * that is no longer to be asked (origin.js), and `log` a line for the log that
 * may yet turn out to be received by somebody. `origin` is the node of who
 * started it (origin.js), where there is no record to tell.
 */
export const detailsOf = ({ child = null, supervisor = null, info = null, origin = null }) =>
  ({ child, supervisor, info, origin, above: null, log: null });

/** What is kept of an item that has returned, where elements are told with failures. */
class Kept {
  /** See StreamRun. */
  static #kept = new Kept(undefined, undefined);
  #isKept = true;

  constructor(input, value) {
    this.input = input;
    this.value = value;
  }

  static is(work) {
    return typeof work === 'object' && work !== null && #isKept in work;
  }
}

/* Not a method of its own: those take room in each object. */
const keepsInput = ({ stream }) => stream !== null && stream.keepsInput;

/* What is looked at for each item of a stream comes first, close together. */
export class Cell {
  /** See StreamRun. */
  static #kept = new Cell(null);
  /** The pair of functions, once a body has given a promise. */
  ok = null;
  err = null;
  runtime;
  state = CELL.FREE;
  low = 0;
  high = 0;
  /** A stream's item: its place in the input. Of a task: its place in `following`. */
  number = 0;
  /** A task's body, or the element of an item, until that has begun, or where it is kept; then what the body has returned. */
  work = undefined;
  /** The stream that an item belongs to. */
  stream = null;
  context = null;
  label = '';
  /** The TaskRecord that handles look at, of those that have one. */
  record = null;
  /** See detailsOf; of a retired one, whose body goes on, and why: { context, why, low, high, label }. */
  details = null;
  /** Who else follows its AbortSignal (signals.js). */
  following = null;

  constructor(runtime) {
    this.runtime = runtime;
  }

  /** The body goes on though its process has ended. */
  get retired() {
    return this.state === CELL.RETIRED;
  }

  /** An item whose stream has closed without it: its result goes nowhere. */
  get detached() {
    return this.number === NO_NUMBER;
  }

  /** The same of a retired one: it counts for no stream any more. */
  detach() {
    if (this.retired) this.stream = null;
    else this.number = NO_NUMBER;
  }

  /** A task's or supervisor's: the node of who started it (origin.js). */
  get origin() {
    const { record } = this;
    return record === null ? this.details?.origin ?? null : record.caller.node;
  }

  /** Its body has returned. */
  keep(value) {
    this.work = keepsInput(this) ? new Kept(this.work, value) : value;
  }

  get value() {
    return keepsInput(this) ? this.work.value : this.work;
  }

  /** The element of an item, where it is kept. */
  get input() {
    return Kept.is(this.work) ? this.work.input : this.work;
  }

  /** Its body has given a promise: waits for that. */
  follow(promise) {
    if (this.ok === null) {
      this.ok = bodyReturned.bind(this);
      this.err = bodyThrew.bind(this);
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
    this.work = undefined;
    this.stream = null;
    if (this.details !== null) this.details = null;
  }

  /** The next item of the same stream, in the same place. */
  renew(input, number) {
    this.state = CELL.READY;
    this.work = input;
    this.number = number;
  }

  /** Frees the cell of a task that was held back to its end, which had no more than this (late.js). */
  leaveLate() {
    this.state = CELL.FREE;
    this.work = undefined;
    this.record = null;
    this.context = null;
  }

  clear() {
    this.clearItem();
    this.number = 0;
    this.label = '';
    this.record = null;
    this.context = null;
  }

  /** A cell that takes this one's place, for a process that is ending. */
  heir() {
    const heir = new Cell(this.runtime);
    heir.state = this.state;
    heir.low = this.low;
    heir.high = this.high;
    heir.number = this.number;
    heir.work = this.work;
    heir.label = this.label;
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
    this.state = CELL.RETIRED;
    this.details = { context, why, low, high, label };
  }

  /** A simulation is over: nothing comes of what its body does. */
  freeze() {
    this.state = CELL.RETIRED;
    this.details = FROZEN;
  }

  /** The pid of its supervisor, or null. */
  get supervisorPid() {
    if (this.stream !== null) return this.stream.supervisorPid;
    const supervisor = this.details?.supervisor ?? null;
    return supervisor === null ? null : formatPid(supervisor.low, supervisor.high);
  }

  /** Why the process of `context` was ended while its body runs; else null. */
  whyEnded(context) {
    return this.retired && this.details.context === context ? this.details.why : null;
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
