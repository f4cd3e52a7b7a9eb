/**
 * The host's event loop, as a simulation sees it: turn after turn of it, and
 * what of the outside world is going on. All functions are taken from the
 * globals when this module is loaded, for a simulation may replace them.
 *
 * Turns come in batches. Between two immediates that were set in one go Node
 * runs microtasks only, and browsers deliver messages in the order in which they
 * were sent. So what runs between two turns of a batch was caused by the
 * simulation; only after the last one others have theirs. The first turn of the
 * next batch is asked for before anything that the simulation may set, so that
 * its immediates, too, run within a batch.
 */
const { MessageChannel, setTimeout } = globalThis;
/* Where tests run in an imitation of a browser, Node's are not among the globals. */
const { setImmediate, clearImmediate } = typeof globalThis.setImmediate === 'function'
  ? globalThis
  : globalThis.process?.getBuiltinModule?.('node:timers') ?? {};
const activeResources = globalThis.process?.getActiveResourcesInfo?.bind(globalThis.process) ?? null;
const AsyncResource = globalThis.process?.getBuiltinModule?.('node:async_hooks')?.AsyncResource ?? null;

/* The more turns a run takes, the more of them come before others have one. */
const BATCH_MIN = 2;
const BATCH_MAX = 64;

class Turns {
  #turn;
  #size = BATCH_MIN;
  /** How many turns of this batch are still to come. */
  #left = BATCH_MIN;
  #stopped = false;
  /** How many turns have been asked for and not come. */
  pending = 0;

  /** @param turn called with whether it is the first and the last of a batch */
  constructor(turn) {
    this.#turn = turn;
  }

  begin() {
    this.#ask(this.#size);
  }

  #ask(count) {
    this.pending += count;
    for (let index = 0; index < count; index++) this.post();
  }

  next = () => {
    if (this.#stopped) return;
    this.pending--;
    const isFirst = this.#left === this.#size;
    if (isFirst) this.#ask(1);
    const isLast = --this.#left === 0;
    this.#turn(isFirst, isLast);
    if (!isLast || this.#stopped) return;
    if (this.#size < BATCH_MAX) this.#size *= 2;
    this.#left = this.#size;
    this.#ask(this.#size - 1);
  };

  stop() {
    this.#stopped = true;
  }
}

/** Those that are still to come at the end do nothing, in the next turn. */
class ImmediateTurns extends Turns {
  post() {
    setImmediate(this.next);
  }
}

class MessageTurns extends Turns {
  #channel = new MessageChannel();

  constructor(turn) {
    super(turn);
    this.#channel.port1.onmessage = this.next;
  }

  post() {
    this.#channel.port2.postMessage(0);
  }

  stop() {
    super.stop();
    this.#channel.port1.close();
  }
}

export const makeTurns = (turn) =>
  (typeof setImmediate === 'function' ? new ImmediateTurns(turn) : new MessageTurns(turn));

/* How long the outside may take to make itself felt where it cannot be seen. */
const GRACE_MS = 250;

/** Has `run` called when the outside has had time to make itself felt. */
export function afterGrace(run) {
  setTimeout(run, GRACE_MS);
}

/* What writing to a console opens; nothing comes back from there. */
const HARMLESS = new Set([
  'TTYWrap', 'PipeWrap', 'WriteWrap', 'ShutdownWrap', 'CloseReq', 'SignalWrap',
]);

const COUNTED = { requireManualDestroy: true };

/**
 * Node numbers all that is asynchronous, what is open among it, in the order of
 * its making. So where the number of the next one is the next number, nothing
 * was opened in between, which is much faster than to look at what there is.
 */
class Counter {
  #last = 0;
  /** Some that take Node's place do not count. */
  #counts = AsyncResource !== null && this.#works();

  #works() {
    const one = this.#next();
    clearImmediate(setImmediate(() => {}));
    return this.#next() === one + 2;
  }

  #next() {
    return new AsyncResource('BelayCount', COUNTED).asyncId();
  }

  /** Takes what there is as known. */
  note() {
    if (this.#counts) this.#last = this.#next();
  }

  /** Whether something may have been made since the last call. */
  get hasMoved() {
    if (!this.#counts) return true;
    const next = this.#next();
    const moved = next !== this.#last + 1;
    this.#last = next;
    return moved;
  }
}

/** What is open in this process, in Node: real timers, files, sockets. */
export class OpenResources {
  #counter = new Counter();
  /** How many immediates there were at the last look. */
  #immediates = 0;
  #list = [];

  /** How many immediates there are besides `count`; none where they cannot be seen. */
  immediatesBesides(count) {
    return activeResources === null ? 0 : this.#immediates - count;
  }

  /** Looks; true when there is something else than at the last look. */
  #look() {
    if (activeResources === null) return false;
    const list = activeResources();
    let length = list.length;
    while (length > 0 && list[length - 1] === 'Immediate') length--;
    this.#immediates = list.length - length;
    list.length = length;
    const same = length === this.#list.length && list.every((kind, index) => kind === this.#list[index]);
    if (!same) this.#list = list;
    return !same;
  }

  /** Takes what there is as given. */
  note() {
    this.#look();
    this.#counter.note();
  }

  /** Whether there may be something else than at the last look. */
  get mayDiffer() {
    return activeResources !== null && this.#counter.hasMoved;
  }

  /** A kind of which there are more than at the last look, or null. */
  opened() {
    const last = this.#list;
    if (!this.#look()) return null;
    const left = new Map();
    for (const kind of last) left.set(kind, (left.get(kind) ?? 0) + 1);
    for (const kind of this.#list) {
      const count = left.get(kind) ?? 0;
      if (count === 0 && !HARMLESS.has(kind)) return kind;
      left.set(kind, count - 1);
    }
    return null;
  }
}
