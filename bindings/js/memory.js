/**
 * The only file that touches linear memory.
 *
 * The kernel reads one command from a fixed place and leaves one answer at
 * another; both, the view and the events are read through a single typed array.
 * That array is detached whenever the memory grows, so it is looked at again
 * at the start of each access. A u64 is handled as two words, never as BigInt:
 * a pid is (low, high), a time is a number that both words are made from.
 *
 * The array is of signed words: engines keep those as small integers, while
 * an unsigned word can need a box. So the low word of a pid may be negative
 * here, which matters to nobody but pid.js.
 */
import { TIME_MAX } from './protocol.js';

const TWO_32 = 4294967296;

/* Word offsets within belay_command, belay_answer, belay_event, belay_view. */
const AT_FLAGS = 1, AT_PID = 2, AT_OTHER = 4, AT_TIME = 6, AT_SHUTDOWN = 8, AT_SCOPE = 10;
const AT_TAG = 12, AT_REASON = 13, AT_COUNT = 14, AT_LIMIT = 15, AT_KIND = 16, AT_EXTRA = 17;
const VIEW_EVENTS = 4, VIEW_PENDING = 5, VIEW_READY = 6, VIEW_FRESH = 7, VIEW_TIMERS = 8;
const VIEW_PROCESSES = 9, VIEW_ABANDONED = 10, VIEW_KEPT = 11, VIEW_BYTES = 12;

/** The event that was taken last; valid until the next call of the kernel. */
export class EventView {
  #words;
  #at;

  point(words, at) {
    this.#words = words;
    this.#at = at;
  }

  get kind() {
    return this.#words[this.#at];
  }

  get tag() {
    return this.#words[this.#at + 1];
  }

  get low() {
    return this.#words[this.#at + 2];
  }

  get high() {
    return this.#words[this.#at + 3];
  }

  get otherLow() {
    return this.#words[this.#at + 4];
  }

  get otherHigh() {
    return this.#words[this.#at + 5];
  }

  get time() {
    return (this.#words[this.#at + 6] >>> 0) + (this.#words[this.#at + 7] >>> 0) * TWO_32;
  }

  get reason() {
    return this.#words[this.#at + 8];
  }

  get extra() {
    return this.#words[this.#at + 9];
  }
}

export class Memory {
  #memory;
  #i32;
  #command;
  #answer;
  #view;
  #words;
  #info;
  #streamInfo;
  #childInfo;

  constructor(exports) {
    this.#memory = exports.memory;
    this.#i32 = new Int32Array(this.#memory.buffer);
    this.#command = exports.belay_wasm_command() >>> 2;
    this.#answer = exports.belay_wasm_answer() >>> 2;
    this.#view = exports.belay_wasm_view() >>> 2;
    this.#words = exports.belay_wasm_words() >>> 2;
    this.#info = exports.belay_wasm_info() >>> 2;
    this.#streamInfo = exports.belay_wasm_stream_info() >>> 2;
    this.#childInfo = exports.belay_wasm_child_info() >>> 2;
  }

  #fresh() {
    if (this.#i32.length === 0) this.#i32 = new Int32Array(this.#memory.buffer);
    return this.#i32;
  }

  get byteLength() {
    return this.#memory.buffer.byteLength;
  }

  /* ---- The command: `begin` first, then the fields the operation names. */

  begin(op, flags) {
    const i32 = this.#fresh();
    i32[this.#command] = op;
    i32[this.#command + AT_FLAGS] = flags;
  }

  pid(low, high) {
    this.#i32[this.#command + AT_PID] = low;
    this.#i32[this.#command + AT_PID + 1] = high;
  }

  other(low, high) {
    this.#i32[this.#command + AT_OTHER] = low;
    this.#i32[this.#command + AT_OTHER + 1] = high;
  }

  scope(low, high) {
    this.#i32[this.#command + AT_SCOPE] = low;
    this.#i32[this.#command + AT_SCOPE + 1] = high;
  }

  time(ms) {
    this.#duration(AT_TIME, ms);
  }

  shutdown(ms) {
    this.#duration(AT_SHUTDOWN, ms);
  }

  /** Milliseconds, Infinity (all ones), or 'brutalKill' (one less). */
  #duration(at, ms) {
    const place = this.#command + at;
    if (ms === Infinity || ms === 'brutalKill') {
      this.#i32[place] = ms === Infinity ? 0xffffffff : 0xfffffffe;
      this.#i32[place + 1] = 0xffffffff;
    } else {
      const held = ms > TIME_MAX ? TIME_MAX : ms;
      this.#i32[place] = held;
      this.#i32[place + 1] = held / TWO_32;
    }
  }

  /** That of the command as it stands. */
  get givenTag() {
    return this.#fresh()[this.#command + AT_TAG];
  }

  /** Sets it without `begin` before. */
  freshTag(value) {
    this.#fresh()[this.#command + AT_TAG] = value;
  }

  tag(value) {
    this.#i32[this.#command + AT_TAG] = value;
  }

  reason(value) {
    this.#i32[this.#command + AT_REASON] = value;
  }

  count(value) {
    this.#i32[this.#command + AT_COUNT] = value;
  }

  limit(value) {
    this.#i32[this.#command + AT_LIMIT] = value;
  }

  kind(value) {
    this.#i32[this.#command + AT_KIND] = value;
  }

  extra(value) {
    this.#i32[this.#command + AT_EXTRA] = value;
  }

  /* ---- The answer. */

  get answerLow() {
    return this.#fresh()[this.#answer];
  }

  get answerHigh() {
    return this.#fresh()[this.#answer + 1];
  }

  get answerValue() {
    return this.#fresh()[this.#answer + 2];
  }

  get answerExtra() {
    return this.#fresh()[this.#answer + 3];
  }

  get answerTag() {
    return this.#fresh()[this.#answer + 4];
  }

  /* ---- The view. */

  get now() {
    return this.#number(this.#view);
  }

  get deadline() {
    const i32 = this.#fresh();
    const high = i32[this.#view + 3];
    return high === -1 ? Infinity : (i32[this.#view + 2] >>> 0) + high * TWO_32;
  }

  get events() {
    return this.#fresh()[this.#view + VIEW_EVENTS];
  }

  get pending() {
    return this.#fresh()[this.#view + VIEW_PENDING];
  }

  get ready() {
    return this.#fresh()[this.#view + VIEW_READY];
  }

  get fresh() {
    return this.#fresh()[this.#view + VIEW_FRESH];
  }

  get timers() {
    return this.#fresh()[this.#view + VIEW_TIMERS];
  }

  get processes() {
    return this.#fresh()[this.#view + VIEW_PROCESSES];
  }

  get abandoned() {
    return this.#fresh()[this.#view + VIEW_ABANDONED];
  }

  get kept() {
    return this.#fresh()[this.#view + VIEW_KEPT];
  }

  get bytes() {
    return this.#number(this.#view + VIEW_BYTES);
  }

  #number(place) {
    const i32 = this.#fresh();
    return (i32[place] >>> 0) + (i32[place + 1] >>> 0) * TWO_32;
  }

  /* ---- Events. */

  /** Points `event` to the one at `pointer`. */
  pointEvent(pointer, event) {
    event.point(this.#fresh(), pointer >>> 2);
  }

  /* ---- The word area. */

  /** Puts a pid into the `index`-th pair of words. */
  putPid(index, low, high) {
    const words = this.#fresh();
    words[this.#words + 2 * index] = low;
    words[this.#words + 2 * index + 1] = high;
  }

  /** Moves `count` pids from the `from`-th pair of words on to the first. */
  movePids(from, count) {
    const start = this.#words + 2 * from;
    this.#fresh().copyWithin(this.#words, start, start + 2 * count);
  }

  /** Puts the pids of the first `count` records into the word area. */
  putPidsOf(records, count) {
    const words = this.#fresh();
    let at = this.#words;
    for (let index = 0; index < count; index++) {
      const record = records[index];
      words[at++] = record.low;
      words[at++] = record.high;
    }
  }

  /** The reverse: gives the pids of the word area to the records. */
  givePidsTo(records, count) {
    const words = this.#fresh();
    let at = this.#words;
    for (let index = 0; index < count; index++) {
      const record = records[index];
      record.low = words[at++];
      record.high = words[at++];
    }
  }

  pidLow(index) {
    return this.#fresh()[this.#words + 2 * index];
  }

  pidHigh(index) {
    return this.#fresh()[this.#words + 2 * index + 1];
  }

  /* ---- Inspection. */

  readInfo() {
    const i32 = this.#fresh();
    const at = this.#info;
    return {
      low: i32[at], high: i32[at + 1],
      ownerLow: i32[at + 2], ownerHigh: i32[at + 3],
      supervisorLow: i32[at + 4], supervisorHigh: i32[at + 5],
      started: this.#number(at + 6),
      kind: i32[at + 8], state: i32[at + 9], tag: i32[at + 10], trapExit: i32[at + 11] === 1,
      links: i32[at + 12], monitors: i32[at + 13], restart: i32[at + 14],
      restarts: i32[at + 15], children: i32[at + 16], stream: i32[at + 17],
    };
  }

  readChildInfo() {
    const i32 = this.#fresh();
    const at = this.#childInfo;
    return {
      low: i32[at], high: i32[at + 1],
      tag: i32[at + 2], id: i32[at + 3], restart: i32[at + 4], restarts: i32[at + 5],
      state: i32[at + 6], type: i32[at + 7], significant: i32[at + 8] === 1, next: i32[at + 9],
    };
  }

  readStreamInfo() {
    const i32 = this.#fresh();
    const at = this.#streamInfo;
    return {
      low: i32[at], high: i32[at + 1],
      consumerLow: i32[at + 2], consumerHigh: i32[at + 3],
      tag: i32[at + 4], limit: i32[at + 5], running: i32[at + 6], kept: i32[at + 7],
      abandoned: i32[at + 8], started: i32[at + 9] >>> 0, delivered: i32[at + 10] >>> 0,
      closed: i32[at + 11] === 1,
    };
  }
}
