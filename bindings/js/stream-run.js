/**
 * One enumeration of a stream: reads the input when the kernel asks for it,
 * starts an item for each element, and hands results to its consumer.
 *
 * The consumer has `entry(result, number)`, called for each result in the
 * order in which the kernel hands them over, and `closed(error, isQuiet)`, called
 * once at the end; `error` is undefined when all went well.
 *
 *   new --open--> open --halt, end of input, failure--> closed --> finished
 *
 * `closed` is when the kernel says so; `finished` is when the input, where it
 * was left early, has been told and has cleaned up.
 */
import {
  LimitError, MaxChildrenError, NoProcError, setStart, TimeoutError, withoutStack,
} from './errors.js';
import { CELL } from './cell.js';
import { failure } from './kernel.js';
import { Held } from './held.js';
import { describe } from './options.js';
import { originOf } from './origin.js';
import { formatPid } from './pid.js';
import { CLOSED, CODE, FLAG, INDEX_MASK, OUTCOME, STATE, UNBOUNDED, WORDS_MAX } from './protocol.js';
import { errorOf } from './reasons.js';

const CHUNK = WORDS_MAX / 2;
/* So many elements are read while the consumer asks; more are the pump's. */
const AT_ONCE_MAX = 32;
const NEW = 0, OPEN = 1, CLOSING = 2, FINISHED = 3;

export class StreamRun {
  low = 0;
  high = 0;
  id = 0;
  #plan;
  #caller;
  #runtime;
  /** For its AbortSignal (signals.js). */
  following = null;
  number = 0;
  #consumer;
  #takesValues;
  #state = NEW;
  #tag = 0;
  #scope = null;
  /** The node of its supervisor (origin.js). */
  #above = null;
  #iterator = null;
  /** An input that is an array is read by index, as its iterator would. */
  #array = null;
  #arrayAt = 0;
  /** For one that takes its results one by one (held.js). */
  #held = null;
  #isAsync = false;
  #reading = false;
  #inputDone = false;
  #asked = 0;
  #queued = false;
  #number = 0;
  /** Its items are in places between these: there may be many others. */
  #firstPlace = Infinity;
  #lastPlace = -1;
  /** Elements that were read and not yet started. */
  #ahead = [];
  /** Items that have returned, in a stream that cycles: the first so many. */
  #returned = [];
  #returnedCount = 0;
  /** The first of them that the kernel has not been told of. */
  #untold = 0;
  #followed = [];
  /**
   * Whether to let the next elements follow in the places of items that return,
   * by one command for many: when the consumer takes what is ready together.
   */
  cycles = false;
  /** How many results were asked for and have not come. */
  #wanted = 0;
  #wantsAll = false;
  /** Elements are read as soon as the kernel asks for them. */
  #atOnce = false;
  /** Why it is halted, when that is an error: { error }. */
  #halted = null;
  #orphaned = false;

  /**
   * One that is never opened, and a result. Engines forget the shape of objects,
   * and with it the code compiled for them, when the last one of them has been
   * collected. So classes of which each stream or task has an object keep one.
   */
  static #kept = [new StreamRun(null, { runtime: null }, null), { status: 'fulfilled', value: 0 }];

  constructor(plan, caller, consumer) {
    this.#plan = plan;
    this.#caller = caller;
    this.#runtime = caller.runtime;
    this.#consumer = consumer;
    this.#takesValues = consumer?.takesValues === true;
  }

  get body() {
    return this.#plan.body;
  }

  /** Whether the body can do without a context. */
  get isSimple() {
    return this.#plan.isSimple === true;
  }

  /** Whether elements are needed after their items have begun. */
  get keepsInput() {
    return this.#plan.zipInputOnExit;
  }

  get label() {
    return this.#plan.label;
  }

  get consumerPid() {
    return this.#caller.pid;
  }

  /** What its items come from: see originsOf. */
  get origins() {
    const callers = this.#caller.origin;
    return { callers, ancestors: this.#above ?? callers };
  }

  /** Words of its supervisor's pid, or null. */
  get scope() {
    return this.#scope;
  }

  get supervisorPid() {
    return this.#scope === null ? null : formatPid(this.#scope.low, this.#scope.high);
  }

  /** Whether failures of its items reach somebody. */
  get receives() {
    return !this.#orphaned;
  }

  get isNew() {
    return this.#state === NEW;
  }

  /** Throws when it cannot be opened, for want of a supervisor, say. */
  open() {
    const plan = this.#plan;
    const { signal } = plan;
    if (signal !== null && signal.aborted) {
      this.#finishAtOnce(signal.reason);
      return;
    }
    this.#scope = plan.findScope === null ? null : plan.findScope(this.#caller);
    if (this.#scope !== null) this.#above = originOf(this.#runtime, this.#scope.low, this.#scope.high);
    this.id = this.#runtime.unique();
    this.#tag = this.#runtime.streams.add(this);
    const code = this.#runtime.kernel.streamOpen(
      this.#caller.low, this.#caller.high, this.#tag,
      plan.flags,
      this.#scope === null ? 0 : this.#scope.low, this.#scope === null ? 0 : this.#scope.high, plan,
    );
    if (code !== CODE.OK) {
      this.#runtime.streams.take(this.#tag);
      throw this.#openFailure(code);
    }
    this.low = this.#runtime.kernel.answerLow;
    this.high = this.#runtime.kernel.answerHigh;
    this.#state = OPEN;
    this.#runtime.watch?.streamOpened(this, plan);
    this.#runtime.drain();
    if (signal !== null) this.#runtime.signals.add(signal, this);
  }

  #openFailure(code) {
    const { call } = this.#plan;
    if (code === CODE.GONE) return this.#noProc();
    if (code === CODE.NOT_SUPERVISOR) {
      return new TypeError(`${call}: process ${this.#scope.text} is not a task supervisor`);
    }
    return failure(code, call);
  }

  #noProc() {
    const { call, startedAt } = this.#plan;
    return withoutStack(() => new NoProcError(
      `${call}: there is no task supervisor ${this.#scope?.text ?? ''}`.trimEnd(),
      { pid: this.supervisorPid, startedAt },
    ));
  }

  /** The consumer wants all results. */
  askAll() {
    if (this.#state !== OPEN) return;
    this.#wantsAll = true;
    this.cycles = this.#mayCycle;
    this.#runtime.kernel.streamNext(this.low, this.high, UNBOUNDED, false);
    this.#runtime.drain();
    this.#runtime.schedule();
  }

  /**
   * The consumer wants `count` more results. Elements of an array are read here
   * and now, so that the next result may be there when this returns.
   */
  ask(count, together = false) {
    if (this.#state !== OPEN) return;
    const runtime = this.#runtime;
    this.#wanted += count;
    this.cycles = together && this.#mayCycle;
    this.#atOnce = this.#array !== null && !this.#reading;
    runtime.kernel.streamNext(this.low, this.high, count, together);
    runtime.drain();
    if (this.#atOnce) this.#pullAtOnce();
    runtime.scheduleSoon(this.#plan.limit);
  }

  /**
   * Takes one result and starts an item for the next element of an array, if
   * that is what the kernel would do next; else undefined. Elements are read as
   * it asks for them: so after that, and if reading fails, nothing is taken.
   */
  take() {
    if (this.#reading || this.#array === null || this.#wanted > 0 || this.#ahead.length > 0 ||
        this.#arrayAt >= this.#array.length || this.#state !== OPEN) return undefined;
    this.#held ??= new Held(this.#runtime, this, (this.#plan.flags & FLAG.ORDERED) !== 0);
    const cell = this.#held.take();
    if (cell === null) return undefined;
    const value = this.#plan.zipInputOnExit ? cell.value : cell.work;
    cell.renew(undefined, this.#number++);
    this.#runtime.beginLater(cell);
    if (!this.#readFor(cell)) return undefined;
    this.#runtime.scheduleSoon(this.#plan.limit);
    return { status: 'fulfilled', value };
  }

  /** Reads the next element of the array for an item; false when that was the end of the stream. */
  #readFor(cell) {
    this.#reading = true; // an element may be a getter, which asks for more
    try {
      cell.work = this.#array[this.#arrayAt++];
    } catch (error) {
      this.#inputFailed(error);
    }
    this.#reading = false;
    if (this.#asked > 0) this.#queue();
    return this.#state === OPEN;
  }

  /** The consumer waits for what was asked for. */
  goOn() {
    this.#runtime.schedule();
  }

  /** Else an element could be read before the kernel lets it start. */
  get #mayCycle() {
    const { items, maxBuffered, maxAbandoned } = this.#plan;
    return maxBuffered === 0 && maxAbandoned === UNBOUNDED &&
      this.#scope === null && typeof items[Symbol.asyncIterator] !== 'function';
  }

  #pullAtOnce() {
    this.#reading = true; // an element may be a getter, which asks for more
    try {
      while (this.#asked > 0 && this.#asked <= AT_ONCE_MAX && !this.#queued && this.#state === OPEN) this.#readChunk(null);
    } catch (error) {
      this.#inputFailed(error);
    }
    this.#reading = false;
    this.#atOnce = false;
    if (this.#asked > 0) this.#queue();
  }

  /** Has `run` called when all events at hand have been handled. */
  afterwards(run) {
    this.#runtime.effect(run);
  }

  /** Kills what runs and drops what is kept; `closed` follows. */
  halt(halted = null) {
    if (this.#state !== OPEN) return;
    this.#state = CLOSING;
    this.#halted = halted;
    this.#runtime.settleInbox();
    this.#runtime.kernel.streamHalt(this.low, this.high);
    this.#runtime.drain();
    this.#runtime.schedule();
  }

  /** Its AbortSignal has aborted. */
  abort() {
    this.halt({ error: this.#plan.signal.reason });
  }

  /* ---- The input ------------------------------------------------------ */

  /** The kernel asks for so many elements. */
  pulled(count) {
    this.#asked = count;
    if (!this.#atOnce) this.#queue();
  }

  #queue() {
    if (this.#queued || this.#reading) return;
    this.#queued = true;
    this.#runtime.pull(this);
  }

  /** Reads what was asked for; false when the pump's budget is used up. */
  pull(pump) {
    this.#queued = false;
    try {
      if (this.#iterator === null && this.#state === OPEN) this.#openInput();
      if (this.#isAsync) {
        this.#readNext();
        return true;
      }
      while (this.#asked > 0 && this.#state === OPEN) {
        if (this.#readChunk(pump)) {
          this.#queued = true;
          return false;
        }
      }
    } catch (error) {
      this.#inputFailed(error);
    }
    return true;
  }

  #openInput() {
    const { call, items } = this.#plan;
    this.#isAsync = typeof items[Symbol.asyncIterator] === 'function';
    if (isPlainArray(items)) this.#array = items;
    const iterator = this.#isAsync ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
    if (!isObject(iterator) || typeof iterator.next !== 'function') {
      const method = this.#isAsync ? 'Symbol.asyncIterator' : 'Symbol.iterator';
      throw new TypeError(`${call}: items[${method}]() must give an iterator, which has next(); got ${describe(iterator)}`);
    }
    this.#iterator = iterator;
  }

  /** True when the pump should yield. @param pump null when it is not the pump that reads */
  #readChunk(pump) {
    const most = Math.min(this.#asked, CHUNK, this.#room);
    const elements = [];
    let over = false;
    while (elements.length < most && !over && this.#readInto(elements)) over = pump !== null && pump.spend(1);
    this.#push(elements);
    if (this.#inputDone && this.#ahead.length === 0) this.#endInput();
    return over && this.#asked > 0 && this.#state === OPEN;
  }

  /**
   * How many elements are sure to be started. One that the supervisor refuses
   * is the last that is read.
   */
  get #room() {
    const scope = this.#scope;
    if (scope === null) return CHUNK;
    const info = this.#runtime.kernel.infoOf(scope.low, scope.high);
    if (info === null || info.state === STATE.STOPPING) return 1;
    const most = this.#runtime.supervisorInfo(scope)?.maxChildren ?? 0;
    return Math.max(1, most - info.children);
  }

  /** At most so many of the next elements of an array. */
  #slice(most) {
    const elements = this.#array.slice(this.#arrayAt, this.#arrayAt + most);
    this.#arrayAt += elements.length;
    return elements;
  }

  /** Reads one element; false at the end of the input. */
  #readInto(elements) {
    if (this.#ahead.length > 0) {
      elements.push(this.#ahead.shift());
      return true;
    }
    if (this.#inputDone) return false;
    if (this.#array !== null) {
      if (this.#arrayAt < this.#array.length) {
        elements.push(this.#array[this.#arrayAt++]);
        return true;
      }
      this.#inputDone = true;
      return false;
    }
    const step = checkStep(this.#iterator.next());
    if (step.done) {
      this.#inputDone = true;
      return false;
    }
    elements.push(step.value);
    return true;
  }

  /* ---- Items that follow in the place of others ------------------------ */

  /** How many have returned. */
  get size() {
    return this.#returnedCount;
  }

  returned(cell) {
    if (this.#returnedCount === 0) this.#runtime.cycle(this);
    this.#returned[this.#returnedCount++] = cell;
  }

  /** The long way: the kernel is told that they have returned. */
  settleReturned(from = 0) {
    const runtime = this.#runtime;
    this.#untold = from;
    while (this.#untold < this.#returnedCount) {
      const cell = this.#returned[this.#untold++];
      runtime.settle(cell);
      if (cell.detached) runtime.cells.freeLater(cell);
    }
    this.#untold = 0;
    this.#returnedCount = 0;
  }

  /** Reads an element for each item that has returned, and starts it there. */
  cycle() {
    if (!this.#wantsAll && this.#returnedCount >= this.#wanted) this.#consumer.lastComes();
    let elements = [];
    try {
      const most = this.#state === OPEN ? Math.min(this.#returnedCount, CHUNK, this.#followersMax) : 0;
      if (this.#array !== null && this.#ahead.length === 0) elements = this.#slice(most);
      while (elements.length < most && this.#readInto(elements));
    } catch (error) {
      this.#inputFailed(error);
    }
    const count = elements.length;
    // Reading has run code of the user's, which may have settled or ended all, or put others into the words.
    this.#runtime.settlePut();
    const follows = count > 0 && this.#state === OPEN && this.#returnedCount >= count;
    const done = follows ? this.#follow(elements) : 0;
    if (done < count) this.#ahead = elements.slice(done).concat(this.#ahead);
    const cells = this.#returned;
    this.settleReturned(done);
    // Two lists take turns: bodies that return at once go into the other one.
    this.#returned = this.#followed;
    this.#followed = cells;
    this.#runtime.drain();
    this.#runtime.beginAll(cells, done);
  }

  /** After the last result that is wanted the kernel lets none start. */
  get #followersMax() {
    return this.#wantsAll ? CHUNK : Math.max(0, this.#wanted - 1);
  }

  /** How many elements have got the places of items that have returned. */
  #follow(elements) {
    const cells = this.#returned;
    const { kernel } = this.#runtime;
    if (kernel.streamCycle(this.low, this.high, cells, elements.length) !== CODE.OK) return 0;
    const done = kernel.answerValue;
    const { labelOf, zipInputOnExit } = this.#plan;
    const consumer = this.#consumer;
    let number = this.#number;
    this.#number += done;
    if (this.#takesValues) {
      for (let index = 0; index < done; index++) {
        const cell = cells[index];
        consumer.value(zipInputOnExit ? cell.value : cell.work);
        cell.renew(elements[index], number++);
      }
    } else {
      for (let index = 0; index < done; index++) {
        const cell = cells[index];
        const value = zipInputOnExit ? cell.value : cell.work;
        consumer.entry({ status: 'fulfilled', value }, cell.number);
        cell.renew(elements[index], number++);
      }
    }
    if (labelOf !== undefined) {
      for (let index = 0; index < done; index++) cells[index].label = labelOf(elements[index]);
    }
    if (!this.#wantsAll) this.#wanted -= done;
    return done;
  }

  #readNext() {
    if (this.#reading || this.#asked === 0 || this.#state !== OPEN) return;
    this.#reading = true;
    const step = this.#iterator.next();
    Promise.resolve(step).then(this.#onStep, this.#onInputError);
  }

  #onStep = (step) => {
    this.#reading = false;
    if (this.#runtime.disposed) return;
    this.#runtime.touch();
    try {
      if (checkStep(step).done) {
        this.#inputDone = true;
        this.#endInput();
        return;
      }
      if (this.#state !== OPEN) return; // read in vain
      this.#push([step.value]);
      this.#readNext();
    } catch (error) {
      this.#inputFailed(error);
    }
    this.#runtime.schedule();
  };

  #onInputError = (error) => {
    this.#reading = false;
    if (!this.#runtime.disposed) this.#inputFailed(error);
  };

  #inputFailed(error) {
    this.#inputDone = true;
    this.#asked = 0;
    this.halt({ error });
  }

  #endInput() {
    if (this.#state !== OPEN) return;
    this.#asked = 0;
    this.#runtime.kernel.streamEnd(this.low, this.high);
    this.#runtime.drain();
    this.#runtime.schedule();
  }

  /** Starts an item for each element. */
  #push(elements) {
    const { kernel } = this.#runtime;
    let done = 0;
    this.#runtime.settleInbox();
    while (done < elements.length && this.#state === OPEN) {
      const code = kernel.streamPush(this.low, this.high, elements.length - done);
      if (code !== CODE.OK) {
        this.#pushFailed(code);
        return;
      }
      const count = kernel.answerValue;
      for (let index = 0; index < count; index++) {
        const cell = this.#runtime.cells.claim(kernel.pidLow(index), kernel.pidHigh(index));
        const place = cell.low & INDEX_MASK;
        if (place < this.#firstPlace) this.#firstPlace = place;
        if (place > this.#lastPlace) this.#lastPlace = place;
        cell.stream = this;
        cell.label = this.#plan.labelOf?.(elements[done + index]) ?? this.#plan.label;
        cell.work = elements[done + index];
        cell.number = this.#number++;
        this.#runtime.beginLater(cell);
      }
      this.#asked -= count;
      done += count;
      this.#runtime.drain();
    }
  }

  #pushFailed(code) {
    if (code === CODE.GONE) return; // closed meanwhile
    const error = code === CODE.LIMIT || code === CODE.NO_MEMORY
      ? withoutStack(() => failure(code, this.#plan.call))
      : failure(code, this.#plan.call);
    if (error instanceof LimitError) setStart(error, this.#plan.startedAt);
    this.halt({ error });
  }

  /* ---- From the kernel ------------------------------------------------ */

  /** A result is handed over. */
  item(event, cell) {
    const { number } = cell;
    let result;
    if (event.extra === OUTCOME.OK) result = { status: 'fulfilled', value: cell.value };
    else {
      result = { status: 'rejected', reason: this.#itemError(event, cell) };
      if (this.#plan.zipInputOnExit) result.input = cell.input;
    }
    cell.clearItem();
    if (!this.#wantsAll) this.#wanted--;
    this.#consumer.entry(result, number);
  }

  #itemError(event, { label }) {
    const about = { pid: formatPid(event.low, event.high), label, startedAt: this.#plan.startedAt };
    return event.extra === OUTCOME.TIMEOUT
      ? withoutStack(() => new TimeoutError(this.#plan.timeout, about))
      : errorOf(this.#runtime.reasons.entry(event.reason), about);
  }

  /** The kernel's last word. */
  closed(kind, entry) {
    this.#state = CLOSING;
    this.#asked = 0;
    this.#runtime.streams.take(this.#tag);
    if (this.following !== null) this.#runtime.signals.remove(this);
    this.#orphaned = kind === CLOSED.OWNER;
    const end = this.#endOf(kind, entry);
    if (kind !== CLOSED.DONE) this.#letGoOfItems();
    this.#ahead = [];
    if (this.#iterator === null || this.#inputDone) this.#finish(end, kind);
    else this.#runtime.effect(() => this.#closeInput(end, kind));
  }

  /** Those of its items. */
  *cells() {
    for (const cell of this.#runtime.cells.within(this.#firstPlace, this.#lastPlace)) {
      if (cell.stream === this) yield cell;
    }
  }

  /** Items that go on belong to no stream; results that wait reach nobody. */
  #letGoOfItems() {
    // These have returned, but their processes live until the kernel knows.
    for (let index = this.#untold; index < this.#returnedCount; index++) this.#returned[index].detach();
    for (const cell of this.cells()) {
      if (cell.detached) continue;
      if (cell.state === CELL.READY || cell.state === CELL.RUNNING) cell.detach();
      else cell.clear();
    }
  }

  /**
   * The item whose time was up. All have equal times, so it is the first of
   * those that have ended and not been handed over.
   */
  #lateItem() {
    let late = null;
    for (const cell of this.cells()) {
      if (cell.detached || cell.state !== CELL.ENDED) continue;
      if (late === null || cell.number < late.number) late = cell;
    }
    const { low, high, label, number: index } = late;
    return { pid: formatPid(low, high), label, index, what: `for item ${index} of a stream was not done` };
  }

  /** { error } for the end with an error, else null. */
  #endOf(kind, entry) {
    const { label, startedAt, timeout } = this.#plan;
    switch (kind) {
      case CLOSED.HALTED:
        return this.#halted;
      case CLOSED.TIMEOUT:
        return { error: withoutStack(() => new TimeoutError(timeout, { startedAt, ...this.#lateItem() })) };
      case CLOSED.CRASH:
      case CLOSED.OWNER:
        return { error: errorOf(entry, {
          pid: kind === CLOSED.OWNER ? this.#caller.pid : null, label, startedAt,
        }) };
      case CLOSED.CHILDREN: {
        const limit = this.#runtime.supervisorInfo(this.#scope)?.maxChildren ?? null;
        return { error: withoutStack(() => new MaxChildrenError(this.#scope.text, limit, startedAt)) };
      }
      case CLOSED.NOPROC:
        return { error: this.#noProc() };
      default:
        return null;
    }
  }

  /**
   * Tells the input that no more is wanted, and waits until it has cleaned up;
   * not when it is in the middle of a read, which may never end.
   */
  #closeInput(end, kind) {
    const iterator = this.#iterator;
    const failed = (error) => this.#finish(end ?? { error }, kind);
    try {
      const returned = typeof iterator.return === 'function' ? iterator.return() : undefined;
      if (!this.#isAsync) this.#finish(end, kind);
      else if (this.#reading) {
        Promise.resolve(returned).catch(() => {});
        this.#finish(end, kind);
      } else Promise.resolve(returned).then(() => this.#finish(end, kind), failed);
    } catch (error) {
      failed(error);
    }
  }

  #finish(end, kind) {
    if (this.#state === FINISHED) return;
    this.#state = FINISHED;
    this.#consumer.closed(end, kind === CLOSED.OWNER);
  }

  #finishAtOnce(error) {
    this.#state = FINISHED;
    this.#consumer.closed({ error }, false);
  }

  /** The runtime is at its end. */
  disposed(error) {
    if (this.#state === FINISHED) return;
    this.#state = FINISHED;
    if (this.#iterator !== null && !this.#inputDone) {
      try {
        Promise.resolve(this.#iterator.return?.()).catch(() => {});
      } catch {
        // The input's own failure to close has nobody to go to.
      }
    }
    this.#consumer.closed({ error }, true);
  }

}

const arrayIterator = Object.getPrototypeOf([][Symbol.iterator]());
const { next: arrayNext } = arrayIterator;
const arrayValues = Array.prototype[Symbol.iterator];

/** An array that nobody has taught to be iterated in another way. */
export function isPlainArray(items) {
  return Array.isArray(items) && items.constructor === Array && items[Symbol.iterator] === arrayValues &&
    items[Symbol.asyncIterator] === undefined && arrayIterator.next === arrayNext;
}

const isObject = (value) => (typeof value === 'object' ? value !== null : typeof value === 'function');

/** What an iterator's `next` must give. */
function checkStep(step) {
  if (!isObject(step)) {
    throw new TypeError(`the input's next() gave ${String(step)}, which is not an object`);
  }
  return step;
}
