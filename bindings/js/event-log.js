/**
 * Events as rows of numbers, until somebody reads them.
 *
 * A program that is watched makes millions of events, most of a few kinds. As
 * objects they cost more than what they tell of, and those of a simulation are
 * kept until its end, and perhaps never read. So the frequent kinds are written
 * as numbers, of which the objects are made one by one; the others are objects
 * from the beginning.
 *
 * A row begins with one number: its kind, three small ones that depend on it,
 * and the number of the label.
 */
import { formatPid } from './pid.js';
import { finite } from './shapes.js';

const END = 0, OBJECT = 1, SPAWNED = 2, STARTED = 3, RETURNED = 4, WAITING = 5, WAITED = 6;
/* Of items of streams. */
const ITEM_SPAWNED = 7, ITEM_RETURNED = 8, ITEM_DELIVERED = 9;

/* The row's first number: kind, how, what, from the right; then the label. */
const HOW_AT = 16, WHAT_AT = 16 * 16, LABEL_AT = 16 * 16 * 32;

/* How long rows are, by kind, and the longest. Rows do not go across chunks. */
const LENGTHS = [];
LENGTHS[OBJECT] = 2;
LENGTHS[SPAWNED] = 6;
LENGTHS[STARTED] = 3;
LENGTHS[RETURNED] = 3;
LENGTHS[WAITING] = 6;
LENGTHS[WAITED] = 5;
LENGTHS[ITEM_SPAWNED] = 9;
LENGTHS[ITEM_RETURNED] = 5;
LENGTHS[ITEM_DELIVERED] = 5;
const ROW_MAX = 9;
const CHUNK_MIN = 512;
const CHUNK_MAX = 32768;

const KEPT_MAX = 256;

const HIGH = 2 ** 32;

/** Both words of a pid as one number: generations have 29 bits. */
export const packPid = (low, high) => high * HIGH + (low >>> 0);
const pidOf = (packed) => formatPid(packed % HIGH, Math.floor(packed / HIGH));
const pidOrNull = (packed) => (packed === 0 ? null : pidOf(packed));

/** A number for each value, and back. Runs of the same one are frequent. */
class Numbers {
  #values = [];
  #numbers = new Map();
  #last = null;
  #lastNumber = -1;

  of(value) {
    if (value === this.#last) return this.#lastNumber;
    let number = this.#numbers.get(value);
    if (number === undefined) {
      number = this.#values.push(value) - 1;
      this.#numbers.set(value, number);
    }
    this.#last = value;
    this.#lastNumber = number;
    return number;
  }

  at(number) {
    return this.#values[number];
  }

  /** Forgets what nobody may need any more, unless that is little. */
  clear() {
    if (this.#values.length < KEPT_MAX) return;
    this.#values = [];
    this.#numbers.clear();
    this.#last = null;
    this.#lastNumber = -1;
  }
}

const numberIn = (words, word) => {
  const number = words.indexOf(word);
  return number === -1 ? words.push(word) - 1 : number;
};

/** A place in a log up to which somebody has read. */
class Reader {
  chunk = 0;
  at = 0;
  /** How many rows have been read. */
  count = 0;
}

export class EventLog {
  #chunk = new Float64Array(CHUNK_MIN);
  #at = 0;
  /** Those that are full; each ends with END. */
  #full = [];
  #objects = [];
  #labels = new Numbers();
  /** Lists of pids, which are shared by all processes from one place. */
  #lists = new Numbers();
  /** What is waited for, and the kinds of processes; how waits ended. Few words. */
  #whats = [];
  #outcomes = [];
  /** How many rows there are. */
  size = 0;
  /** Is called, once, before the next row is written; null for nobody. */
  wake = null;

  /** Room for one more row: its first place. */
  #place() {
    this.size++;
    if (this.wake !== null) {
      const { wake } = this;
      this.wake = null;
      wake();
    }
    const at = this.#at;
    if (at + ROW_MAX < this.#chunk.length) return at;
    this.#chunk[at] = END;
    this.#full.push(this.#chunk);
    this.#chunk = new Float64Array(Math.min(CHUNK_MAX, this.#chunk.length * 4));
    this.#at = 0;
    return 0;
  }

  /** The same with what all rows of numbers begin with. */
  #begin(kind, time, pid, label, what, how) {
    const at = this.#place();
    const chunk = this.#chunk;
    this.#at = at + LENGTHS[kind];
    chunk[at] = this.#labels.of(label) * LABEL_AT + what * WHAT_AT + how * HOW_AT + kind;
    chunk[at + 1] = time;
    chunk[at + 2] = pid;
    return at;
  }

  /** An event of any kind. */
  add(event) {
    const at = this.#place();
    this.#at = at + 2;
    this.#chunk[at] = OBJECT;
    this.#chunk[at + 1] = this.#objects.push(event) - 1;
  }

  /** One that has no supervisor and is no item. */
  spawned(time, pid, label, kind, linked, parent, callers, ancestors) {
    const at = this.#begin(SPAWNED, time, pid, label, numberIn(this.#whats, kind), linked ? 1 : 0);
    const chunk = this.#chunk;
    chunk[at + 3] = parent;
    chunk[at + 4] = this.#lists.of(callers);
    chunk[at + 5] = this.#lists.of(ancestors);
  }

  /** An item; `supervisor` is 0 when it has none. Only its stream is linked to it. */
  itemSpawned(time, pid, label, kind, parent, callers, ancestors, stream, index, supervisor) {
    const at = this.#begin(ITEM_SPAWNED, time, pid, label, numberIn(this.#whats, kind), 0);
    const chunk = this.#chunk;
    chunk[at + 3] = parent;
    chunk[at + 4] = this.#lists.of(callers);
    chunk[at + 5] = this.#lists.of(ancestors);
    chunk[at + 6] = stream;
    chunk[at + 7] = index;
    chunk[at + 8] = supervisor;
  }

  /** The end of an item whose body has returned a value. */
  itemReturned(time, pid, label, stream, index) {
    this.#ofItem(ITEM_RETURNED, time, pid, label, stream, index);
  }

  /** The stream has handed that value over. */
  itemDelivered(time, pid, label, stream, index) {
    this.#ofItem(ITEM_DELIVERED, time, pid, label, stream, index);
  }

  #ofItem(kind, time, pid, label, stream, index) {
    const at = this.#begin(kind, time, pid, label, 0, 0);
    this.#chunk[at + 3] = stream;
    this.#chunk[at + 4] = index;
  }

  started(time, pid, label) {
    this.#begin(STARTED, time, pid, label, 0, 0);
  }

  /** The end of a process whose body has returned a value; no item's. */
  returned(time, pid, label) {
    this.#begin(RETURNED, time, pid, label, 0, 0);
  }

  waiting(time, pid, label, wait, what, whom, timeout) {
    const at = this.#begin(WAITING, time, pid, label, numberIn(this.#whats, what), 0);
    const chunk = this.#chunk;
    chunk[at + 3] = wait;
    chunk[at + 4] = whom;
    chunk[at + 5] = timeout;
  }

  waited(time, pid, label, wait, what, whom, outcome) {
    const how = numberIn(this.#outcomes, outcome);
    const at = this.#begin(WAITED, time, pid, label, numberIn(this.#whats, what), how);
    const chunk = this.#chunk;
    chunk[at + 3] = wait;
    chunk[at + 4] = whom;
  }

  /** Forgets all events. */
  clear() {
    this.#at = 0;
    this.#full = [];
    this.#objects = [];
    this.#labels.clear();
    this.#lists.clear();
    this.size = 0;
  }

  /* ---- Reading. --------------------------------------------------------- */

  /** Who reads from the first row on. */
  static reader() {
    return new Reader();
  }

  /** The next event for a reader; there must be one. */
  read(reader) {
    let chunk = this.#chunkAt(reader.chunk);
    if (chunk[reader.at] === END) {
      reader.chunk++;
      reader.at = 0;
      chunk = this.#chunkAt(reader.chunk);
    }
    const { at } = reader;
    const kind = chunk[at] % HOW_AT;
    reader.at = at + LENGTHS[kind];
    reader.count++;
    return this.#event(chunk, at, kind);
  }

  /** Takes a reader to the end. */
  skip(reader) {
    reader.chunk = this.#full.length;
    reader.at = this.#at;
    reader.count = this.size;
  }

  /** All events, from the first one on. */
  all() {
    const events = [];
    for (const reader = new Reader(); reader.count < this.size;) events.push(this.read(reader));
    return events;
  }

  #chunkAt(number) {
    return number < this.#full.length ? this.#full[number] : this.#chunk;
  }

  #event(chunk, at, kind) {
    if (kind === OBJECT) return this.#objects[chunk[at + 1]];
    const first = chunk[at];
    const label = this.#labels.at(Math.floor(first / LABEL_AT));
    const whatNumber = Math.floor(first / WHAT_AT) % (LABEL_AT / WHAT_AT);
    const how = Math.floor(first / HOW_AT) % (WHAT_AT / HOW_AT);
    const what = this.#whats[whatNumber];
    const time = chunk[at + 1];
    const pid = pidOf(chunk[at + 2]);
    switch (kind) {
      case SPAWNED:
        return {
          type: 'spawned', time, pid, label, kind: what, parent: pidOrNull(chunk[at + 3]), supervisor: null,
          linked: how === 1, callers: this.#lists.at(chunk[at + 4]), ancestors: this.#lists.at(chunk[at + 5]),
        };
      case ITEM_SPAWNED: {
        const event = {
          type: 'spawned', time, pid, label, kind: what, parent: pidOrNull(chunk[at + 3]),
          supervisor: pidOrNull(chunk[at + 8]), linked: false,
          callers: this.#lists.at(chunk[at + 4]), ancestors: this.#lists.at(chunk[at + 5]),
          stream: chunk[at + 6], index: chunk[at + 7],
        };
        if (event.supervisor !== null) event.restart = 'temporary';
        return event;
      }
      case ITEM_RETURNED:
        return {
          type: 'settled', time, pid, label, status: 'fulfilled', by: 'body', abandoned: false,
          stream: chunk[at + 3], index: chunk[at + 4],
        };
      case ITEM_DELIVERED:
        return {
          type: 'delivered', time, pid, label, stream: chunk[at + 3], index: chunk[at + 4], status: 'fulfilled',
        };
      case STARTED:
        return { type: 'started', time, pid, label };
      case RETURNED:
        return { type: 'settled', time, pid, label, status: 'fulfilled', by: 'body', abandoned: false };
      case WAITING: {
        const timeout = chunk[at + 5];
        return {
          type: 'waiting', time, pid, label, wait: chunk[at + 3], what, for: pidOrNull(chunk[at + 4]),
          timeout: finite(timeout), until: finite(time + timeout),
        };
      }
      default:
        return {
          type: 'waited', time, pid, label, wait: chunk[at + 3], what, for: pidOrNull(chunk[at + 4]),
          outcome: this.#outcomes[how],
        };
    }
  }
}
