/**
 * The kernel: one WebAssembly instance and its commands.
 *
 * Each method submits one command and returns its code; what the command
 * answers is read from `answer...` before the next one. A command that finds
 * the event queue full (BUSY) drains it and tries again, so nobody above ever
 * sees BUSY. `drain` hands every event to the sink, which must not submit
 * commands itself.
 */
import { wasmBase64 } from './core.generated.js';
import { EventView, Memory } from './memory.js';
import { ASK, CODE, COMMAND, FLAG, codeText } from './protocol.js';
import { BelayError, LimitError } from './errors.js';

const { RUN, SETTLE, RETURN, LIFE, STREAM_CYCLE, STREAM_TAKE } = COMMAND;

let embedded = null;

/** The embedded kernel, decoded and compiled on first use. */
function embeddedModule() {
  embedded ??= new WebAssembly.Module(bytesOf(wasmBase64));
  return embedded;
}

/** What a text in base64 stands for. A loop that has never run takes 2 ms for it. */
function bytesOf(base64) {
  if (typeof Uint8Array.fromBase64 === 'function') return Uint8Array.fromBase64(base64);
  if (typeof globalThis.Buffer?.from === 'function') return globalThis.Buffer.from(base64, 'base64');
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}

/** @param {WebAssembly.Module | BufferSource | undefined} wasm */
function moduleOf(wasm) {
  if (wasm === undefined) return embeddedModule();
  return wasm instanceof WebAssembly.Module ? wasm : new WebAssembly.Module(wasm);
}

/** The error of a command that failed in a way no caller expects. */
export function failure(code, what) {
  if (code === CODE.LIMIT) return new LimitError(`${what}: the runtime has no room for another one (maxTasks)`);
  if (code === CODE.NO_MEMORY) return new LimitError(`${what}: the memory for another one was refused`);
  return new BelayError(`${what}: the kernel refused: ${codeText(code)}`, 'BELAY_INTERNAL');
}

export class Kernel {
  #exports;
  #memory;
  #sink;
  #event = new EventView();
  #draining = false;
  /** The task that it has not been told of, if there is one (late.js). */
  late = null;
  /** The stream of which it has not been told all, if there is one (held.js). */
  held = null;
  /** Nothing was done since a return, which has left nothing to begin, and room for a task like the one that returned. */
  roomy = false;

  /** @param {(event: EventView) => void} sink takes each event; the view is used again. */
  constructor(wasm, { processesMax, eventsMax = 0, clockSlack }, sink) {
    const { exports } = new WebAssembly.Instance(moduleOf(wasm), {});
    exports._initialize();
    const code = exports.belay_wasm_create(processesMax, eventsMax, clockSlack);
    if (code !== CODE.OK) throw failure(code, 'createRuntime');
    this.#exports = exports;
    this.#memory = new Memory(exports);
    this.#sink = sink;
    this.rootLow = exports.belay_wasm_root_lo();
    this.rootHigh = exports.belay_wasm_root_hi();
  }

  get answerLow() {
    return this.#memory.answerLow;
  }

  get answerHigh() {
    return this.#memory.answerHigh;
  }

  get answerValue() {
    return this.#memory.answerValue;
  }

  get answerExtra() {
    return this.#memory.answerExtra;
  }

  get answerTag() {
    return this.#memory.answerTag;
  }

  get view() {
    return this.#memory;
  }

  /** Words of the `index`-th pid that STREAM_PUSH has answered. */
  pidLow(index) {
    return this.#memory.pidLow(index);
  }

  pidHigh(index) {
    return this.#memory.pidHigh(index);
  }

  /** Hands out every event and lets the kernel finish its pending work. */
  drain() {
    if (this.#draining) return;
    this.#draining = true;
    const exports = this.#exports;
    try {
      for (;;) {
        while (this.#memory.events > 0) {
          this.#memory.pointEvent(exports.belay_wasm_next_event(), this.#event);
          this.#sink(this.#event);
        }
        if (this.#memory.pending === 0) return;
        exports.belay_wasm_step();
      }
    } finally {
      this.#draining = false;
    }
  }

  /** Before each command: what has been held back comes first. */
  #hurry() {
    this.roomy = false;
    this.late?.tell();
    this.tellHeld();
  }

  /** Has what is held back of a stream told. */
  tellHeld() {
    const { held } = this;
    if (held === null) return;
    this.held = null;
    held.tell();
  }

  /** The same for a command that stands ready: the tag of a wait goes through the place of its own. */
  #hurryBefore() {
    const tag = this.#memory.givenTag;
    this.#hurry();
    this.#memory.freshTag(tag);
  }

  #submit() {
    if (this.roomy || this.held !== null) this.#hurryBefore();
    const code = this.#exports.belay_wasm_submit();
    return code === CODE.BUSY ? this.#again(() => this.#exports.belay_wasm_submit()) : code;
  }

  #again(attempt) {
    for (let tries = 0; tries < 64; tries++) {
      this.drain();
      const code = attempt();
      if (code !== CODE.BUSY) return code;
    }
    throw new BelayError('the kernel stays busy with an empty queue', 'BELAY_INTERNAL');
  }

  /* ---- Time. */

  advance(now) {
    if (this.roomy || this.held !== null) this.#hurry();
    const code = this.#exports.belay_wasm_advance(now);
    return code === CODE.BUSY ? this.#again(() => this.#exports.belay_wasm_advance(now)) : code;
  }

  /* ---- Processes. */

  spawn(low, high, flags, tag, scopeLow, scopeHigh, restart, shutdown) {
    const memory = this.#memory;
    memory.begin(COMMAND.SPAWN, flags);
    memory.pid(low, high);
    memory.tag(tag);
    memory.scope(scopeLow, scopeHigh);
    memory.kind(restart);
    memory.shutdown(shutdown);
    return this.#submit();
  }

  /** The same for a task without a supervisor and a tag; `grace` in ms, finite. */
  spawnTask(low, high, flags, grace) {
    if (this.roomy || this.held !== null) this.#hurry();
    const code = this.#exports.belay_wasm_spawn(low, high, flags, grace);
    return code === CODE.BUSY
      ? this.#again(() => this.#exports.belay_wasm_spawn(low, high, flags, grace))
      : code;
  }

  run() {
    if (this.roomy || this.held !== null) this.#hurry();
    const code = this.#exports.belay_wasm_do(RUN, 0, 0, 0);
    return code === CODE.BUSY ? this.#again(() => this.#exports.belay_wasm_do(RUN, 0, 0, 0)) : code;
  }

  /** Has a body's pid wait in the word area as the `index`-th to settle. */
  putSettled(index, low, high) {
    this.#memory.putPid(index, low, high);
  }

  /** Settles the first `count` pids of the word area; answers how many it took. */
  settle(count) {
    if (this.roomy || this.held !== null) this.#hurry();
    const code = this.#exports.belay_wasm_do(SETTLE, 0, 0, count);
    return code === CODE.BUSY ? this.#again(() => this.#exports.belay_wasm_do(SETTLE, 0, 0, count)) : code;
  }

  /** Moves the pids that were not taken to the front. */
  keepUnsettled(taken, count) {
    this.#memory.movePids(taken, count - taken);
  }

  /** Settles one; answers 1 when the answer stands for its events. */
  returned(low, high) {
    if (this.roomy || this.held !== null) this.#hurry();
    let code = this.#exports.belay_wasm_do(RETURN, low, high, 0);
    if (code === CODE.BUSY) code = this.#again(() => this.#exports.belay_wasm_do(RETURN, low, high, 0));
    this.roomy = code === CODE.OK && this.#memory.answerValue === 1 && this.#memory.ready === 0;
    return code;
  }

  /** The whole life of a task that was held back, and of `more`; it leaves the room that there was. */
  life(low, high, more) {
    const code = this.#exports.belay_wasm_do(LIFE, low, high, more);
    return code === CODE.BUSY ? this.#again(() => this.#exports.belay_wasm_do(LIFE, low, high, more)) : code;
  }

  exit(low, high, reason) {
    const memory = this.#memory;
    memory.begin(COMMAND.EXIT, 0);
    memory.pid(low, high);
    memory.reason(reason);
    return this.#submit();
  }

  signal(low, high, otherLow, otherHigh, reason) {
    this.#pair(COMMAND.SIGNAL, low, high, otherLow, otherHigh);
    this.#memory.reason(reason);
    return this.#submit();
  }

  link(low, high, otherLow, otherHigh) {
    this.#pair(COMMAND.LINK, low, high, otherLow, otherHigh);
    return this.#submit();
  }

  unlink(low, high, otherLow, otherHigh) {
    this.#pair(COMMAND.UNLINK, low, high, otherLow, otherHigh);
    return this.#submit();
  }

  monitor(low, high, otherLow, otherHigh, tag) {
    this.#pair(COMMAND.MONITOR, low, high, otherLow, otherHigh);
    this.#memory.tag(tag);
    return this.#submit();
  }

  demonitor(low, high) {
    return this.#other(COMMAND.DEMONITOR, low, high);
  }

  trapExit(low, high, on) {
    this.#memory.begin(COMMAND.TRAP_EXIT, on ? FLAG.ON : 0);
    this.#memory.pid(low, high);
    return this.#submit();
  }

  abandoned(streamLow, streamHigh) {
    return this.#other(COMMAND.ABANDONED, streamLow, streamHigh);
  }

  /* ---- Waiting. */

  wait(low, high, otherLow, otherHigh, kind, time, tag, reason = 0) {
    const memory = this.#memory;
    this.#pair(COMMAND.WAIT, low, high, otherLow, otherHigh);
    memory.kind(kind);
    memory.time(time);
    memory.tag(tag);
    memory.reason(reason);
    return this.#submit();
  }

  /** The same for one that needs no reason and is no shutdown. */
  waitFor(low, high, otherLow, otherHigh, kind, time, tag) {
    if (this.roomy || this.held !== null) this.#hurry();
    const wait = this.#exports.belay_wasm_wait;
    this.#memory.freshTag(tag);
    const code = wait(low, high, otherLow, otherHigh, kind, time);
    return code === CODE.BUSY ? this.#again(() => wait(low, high, otherLow, otherHigh, kind, time)) : code;
  }

  waitCancel(low, high) {
    return this.#other(COMMAND.WAIT_CANCEL, low, high);
  }

  ignore(low, high, otherLow, otherHigh) {
    this.#pair(COMMAND.IGNORE, low, high, otherLow, otherHigh);
    return this.#submit();
  }

  abort(low, high, reason) {
    const memory = this.#memory;
    memory.begin(COMMAND.ABORT, 0);
    memory.other(low, high);
    memory.reason(reason);
    return this.#submit();
  }

  /* ---- Streams. */

  streamOpen(low, high, tag, flags, scopeLow, scopeHigh, { limit, timeout, maxBuffered, maxAbandoned, shutdown }) {
    const memory = this.#memory;
    memory.begin(COMMAND.STREAM_OPEN, flags);
    memory.pid(low, high);
    memory.tag(tag);
    memory.limit(limit);
    memory.time(timeout);
    memory.count(maxBuffered);
    memory.extra(maxAbandoned);
    memory.scope(scopeLow, scopeHigh);
    memory.shutdown(shutdown);
    return this.#submit();
  }

  /** `together`: what is ready is taken all at once. */
  streamNext(low, high, count, together) {
    const memory = this.#memory;
    memory.begin(COMMAND.STREAM_NEXT, together ? FLAG.TOGETHER : 0);
    memory.other(low, high);
    memory.count(count);
    return this.#submit();
  }

  /**
   * For the first `count` of the records, which get the pids of those that
   * follow; answers how many.
   */
  streamCycle(low, high, records, count) {
    this.#memory.putPidsOf(records, count);
    const code = this.#other(COMMAND.STREAM_CYCLE, low, high, count);
    if (code === CODE.OK) this.#memory.givePidsTo(records, this.answerValue);
    return code;
  }

  /**
   * Answers 1 when it has taken a result and started an item for a further
   * element; then `held`, of this stream, holds back what comes next.
   */
  streamTake(low, high, held) {
    if (this.roomy || (this.held !== null && this.held !== held)) this.#hurry();
    let code = this.#exports.belay_wasm_do(STREAM_TAKE, low, high, 0);
    if (code === CODE.BUSY) code = this.#again(() => this.#exports.belay_wasm_do(STREAM_TAKE, low, high, 0));
    if (code === CODE.OK && this.#memory.answerValue === 1) this.held = held;
    return code;
  }

  /**
   * Items have returned, were taken and followed; their pids are the first
   * `count` of the word area. Answers how many that could be told so.
   */
  streamTaken(low, high, count) {
    const code = this.#exports.belay_wasm_do(STREAM_CYCLE, low, high, count);
    return code === CODE.BUSY
      ? this.#again(() => this.#exports.belay_wasm_do(STREAM_CYCLE, low, high, count))
      : code;
  }

  streamPush(low, high, count) {
    return this.#other(COMMAND.STREAM_PUSH, low, high, count);
  }

  streamEnd(low, high) {
    return this.#other(COMMAND.STREAM_END, low, high);
  }

  streamHalt(low, high) {
    return this.#other(COMMAND.STREAM_HALT, low, high);
  }

  /* ---- Supervisors. */

  supervisorStart(low, high, flags, kind, { maxChildren, maxRestarts, maxSeconds }) {
    const memory = this.#memory;
    memory.begin(COMMAND.SUP_START, flags);
    memory.pid(low, high);
    memory.tag(0);
    memory.kind(kind);
    memory.limit(maxChildren);
    memory.count(maxRestarts);
    memory.extra(maxSeconds);
    memory.scope(0, 0);
    return this.#submit();
  }

  /** Asks for what concerns a child that has an id; 0 is no child's. */
  supervisorAsk(low, high, scope, kind, tag, id) {
    const memory = this.#memory;
    memory.begin(COMMAND.SUP_ASK, 0);
    memory.pid(low, high);
    memory.scope(scope.low, scope.high);
    memory.kind(kind);
    memory.tag(tag);
    memory.extra(id);
    return this.#submit();
  }

  supervisorTerminate(low, high, scope, tag, otherLow, otherHigh) {
    const memory = this.#memory;
    this.#pair(COMMAND.SUP_ASK, low, high, otherLow, otherHigh);
    memory.scope(scope.low, scope.high);
    memory.kind(ASK.TERMINATE_PID);
    memory.tag(tag);
    return this.#submit();
  }

  /** Asks for a new child; `kind` is START or INIT. */
  supervisorAdd(low, high, scope, kind, tag, { number, tag: childTag, restart, shutdown, flags }) {
    const memory = this.#memory;
    memory.begin(COMMAND.SUP_ASK, flags);
    memory.pid(low, high);
    memory.scope(scope.low, scope.high);
    memory.kind(kind);
    memory.tag(tag);
    memory.extra(number);
    memory.count(childTag);
    memory.limit(restart);
    memory.shutdown(shutdown);
    return this.#submit();
  }

  /** What came of the start that CHILD_START asked for. */
  supervisorChild(scope, kind, otherLow, otherHigh, reason = 0) {
    const memory = this.#memory;
    memory.begin(COMMAND.SUP_CHILD, 0);
    memory.scope(scope.low, scope.high);
    memory.kind(kind);
    memory.other(otherLow, otherHigh);
    memory.reason(reason);
    return this.#submit();
  }

  /* ---- Names and reasons. */

  nameNew() {
    this.#memory.begin(COMMAND.NAME_NEW, 0);
    return this.#submit();
  }

  nameSet(low, high, name) {
    this.#memory.begin(COMMAND.NAME_SET, 0);
    this.#memory.other(low, high);
    this.#memory.tag(name);
    return this.#submit();
  }

  nameDrop(name) {
    this.#memory.begin(COMMAND.NAME_DROP, 0);
    this.#memory.tag(name);
    return this.#submit();
  }

  nameGet(name) {
    this.#memory.begin(COMMAND.NAME_GET, 0);
    this.#memory.tag(name);
    return this.#submit();
  }

  reasonNew(kind) {
    this.#memory.begin(COMMAND.REASON_NEW, 0);
    this.#memory.kind(kind);
    return this.#submit();
  }

  reasonDrop(reason) {
    this.#memory.begin(COMMAND.REASON_DROP, 0);
    this.#memory.reason(reason);
    return this.#submit();
  }

  /* ---- Looking on. */

  trace(on) {
    this.#memory.begin(COMMAND.TRACE, on ? FLAG.ON : 0);
    return this.#submit();
  }

  /** The facts about one process, or null when it is not alive. */
  infoOf(low, high) {
    if (this.roomy || this.held !== null) this.#hurry();
    this.#memory.begin(0, 0);
    this.#memory.pid(low, high);
    return this.#exports.belay_wasm_info_of() === CODE.OK ? this.#memory.readInfo() : null;
  }

  /** The first process at or after `index`, or null. */
  inspect(index) {
    if (this.roomy || this.held !== null) this.#hurry();
    return this.#exports.belay_wasm_inspect(index) === CODE.OK ? this.#memory.readInfo() : null;
  }

  /** A supervisor's first child (`at` 0), or the one that `next` led to; or null. */
  inspectChild(low, high, at) {
    if (this.roomy || this.held !== null) this.#hurry();
    this.#memory.begin(0, 0);
    this.#memory.pid(low, high);
    return this.#exports.belay_wasm_inspect_child(at) === CODE.OK ? this.#memory.readChildInfo() : null;
  }

  /** The first stream at or after `index`, or null. */
  inspectStream(index) {
    if (this.roomy || this.held !== null) this.#hurry();
    return this.#exports.belay_wasm_inspect_stream(index) === CODE.OK
      ? this.#memory.readStreamInfo()
      : null;
  }

  /**
   * 0 when every invariant holds, else the number of a broken one. Only builds
   * for tests can walk the whole state.
   */
  check() {
    return this.#exports.belay_wasm_check?.() ?? 0;
  }

  #pair(op, low, high, otherLow, otherHigh) {
    const memory = this.#memory;
    memory.begin(op, 0);
    memory.pid(low, high);
    memory.other(otherLow, otherHigh);
  }

  #other(op, low, high, count = 0) {
    const memory = this.#memory;
    memory.begin(op, 0);
    memory.other(low, high);
    memory.count(count);
    return this.#submit();
  }
}

