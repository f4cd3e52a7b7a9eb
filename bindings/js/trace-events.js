/**
 * Events of a runtime in the Trace Event Format, which Perfetto and Chrome open.
 *
 * Each process is a bar on a lane, the root has a lane of its own; a lane is
 * given to the next one when it is free, so there are as many lanes as there
 * were processes at once. Arrows lead from who starts a process to its bar, and
 * from the end of a bar to who has waited for it. Waits are spans beside the
 * lanes, for a process may wait for several things at once. Counters show what
 * runs.
 */
import { ROOT_PID } from './shapes.js';

const PID = 1;
const ROOT_LANE = 1;

const microseconds = (ms) => Math.round(ms * 1000);

/** What `reason` looks like where only JSON goes. */
function shown(reason) {
  if (reason instanceof Error) return `${reason.name}: ${reason.message}`;
  return typeof reason === 'string' ? reason : JSON.stringify(reason) ?? String(reason);
}

/** Nothing lasts shorter than this, so that arrows have something to point at. */
const LEAST = 1;

class Lanes {
  /** When each is free, in microseconds; the root's is never. */
  #freeAt = [Infinity];

  take(from) {
    let lane = this.#freeAt.findIndex((freeAt) => freeAt <= from);
    if (lane < 0) lane = this.#freeAt.length;
    this.#freeAt[lane] = Infinity;
    return lane + ROOT_LANE;
  }

  give(lane, at) {
    this.#freeAt[lane - ROOT_LANE] = at;
  }

  get count() {
    return this.#freeAt.length;
  }
}

/** One process, from its beginning; `to` is when it ended. */
class Bar {
  started = null;
  to = null;
  ending = { status: 'running' };

  constructor({ pid, label, kind, type, ...rest }, from, lane) {
    this.pid = pid;
    this.name = label || pid;
    this.kind = kind;
    this.about = rest;
    this.from = from;
    this.lane = lane;
  }

  end(at, ending) {
    this.to = Math.max(at, (this.started ?? this.from) + LEAST);
    this.ending = ending;
  }

  /** The moment within the bar that is nearest to `ts`. */
  within(ts) {
    return Math.min(Math.max(ts, this.from), this.to - LEAST);
  }

  /** As events: the time before its body begins is a bar of its own. */
  *toEvents() {
    const { pid, name, kind, about: { time, ...about }, from, lane, ending } = this;
    const hasBody = kind === 'task' || kind === 'item';
    const begun = hasBody ? this.started ?? this.to : from;
    const bar = { ph: 'X', pid: PID, tid: lane, args: { pid, ...about, ...ending } };
    if (begun > from) yield { name: `${name} (ready)`, cat: 'ready', ts: from, dur: begun - from, ...bar };
    if (begun < this.to) yield { name, cat: kind, ts: begun, dur: this.to - begun, ...bar };
  }
}

class Trace {
  events = [];
  #lanes = new Lanes();
  #bars = new Map();
  #ended = [];
  #waits = new Map();
  #arrows = [];
  #arrowCount = 0;
  #streams = new Map();
  #alive = 0;
  /** Pids of those whose bodies run on. */
  #abandoned = new Set();
  #last = 0;
  /** The counters by name, so that of several values at one time the last stays. */
  #counters = new Map();

  constructor() {
    const root = { pid: ROOT_PID, label: 'root', kind: 'root', time: 0 };
    this.#bars.set(ROOT_PID, new Bar(root, 0, ROOT_LANE));
  }

  add(event) {
    const ts = microseconds(event.time);
    this.#last = Math.max(this.#last, ts);
    switch (event.type) {
      case 'spawned':
        this.#spawned(event, ts);
        break;
      case 'started':
        this.#started(event, ts);
        break;
      case 'settled':
        this.#settled(event, ts);
        break;
      case 'bodyReturned':
        this.#abandoned.delete(event.pid);
        this.#count(ts);
        break;
      case 'waiting':
        this.#waiting(event, ts);
        break;
      case 'waited':
        this.#waited(event, ts);
        break;
      case 'streamOpened':
        this.#streams.set(event.stream, { name: `stream ${event.stream}${event.label ? ` ${event.label}` : ''}`, running: 0, buffered: 0 });
        this.#countStream(event.stream, ts, 0, 0);
        break;
      case 'delivered':
        this.#countStream(event.stream, ts, 0, -1);
        break;
      case 'streamClosed':
        this.#streamClosed(event, ts);
        break;
      default:
        this.#instant(event, ts);
    }
  }

  #spawned(event, ts) {
    const bar = new Bar(event, ts, this.#lanes.take(ts));
    this.#bars.set(event.pid, bar);
    const starter = this.#bars.get(event.callers[0] ?? event.ancestors[0]);
    if (starter !== undefined) this.#arrow('start', starter, ts, bar, ts);
    this.#alive++;
    this.#count(ts);
    if (event.stream !== undefined) this.#countStream(event.stream, ts, 1, 0);
  }

  #started({ pid }, ts) {
    const bar = this.#bars.get(pid);
    if (bar !== undefined) bar.started = ts;
  }

  #settled({ pid, status, by, reason, abandoned, stream }, ts) {
    const bar = this.#bars.get(pid);
    if (bar === undefined) return; // spawned before the recording
    this.#bars.delete(pid);
    bar.end(ts, { status, by, ...(status === 'rejected' ? { reason: shown(reason) } : {}) });
    this.#lanes.give(bar.lane, bar.to);
    this.#ended.push(bar);
    for (const wait of this.#waits.values()) if (wait.whom === pid) wait.ended = bar;
    this.#alive--;
    if (abandoned) this.#abandoned.add(pid);
    this.#count(ts);
    if (stream !== undefined) this.#countStream(stream, ts, -1, 1);
  }

  /* ---- Waits and arrows. ------------------------------------------------ */

  #waiting({ wait, pid, what, for: whom, timeout }, ts) {
    const bar = this.#bars.get(pid);
    if (bar === undefined) return;
    const name = whom === null ? what : `${what} ${this.#bars.get(whom)?.name ?? whom}`;
    const span = { name, cat: 'wait', id: wait, pid: PID, tid: bar.lane };
    this.#waits.set(wait, { bar, whom, ended: null, span });
    this.events.push({ ...span, ph: 'b', ts, args: { pid, for: whom, timeout } });
  }

  #waited({ wait, outcome }, ts) {
    const known = this.#waits.get(wait);
    if (known === undefined) return;
    this.#waits.delete(wait);
    this.events.push({ ...known.span, ph: 'e', ts, args: { outcome } });
    if (known.ended !== null) this.#arrow('end', known.ended, ts, known.bar, ts);
  }

  #arrow(name, from, fromTs, to, toTs) {
    this.#arrows.push({ name, id: ++this.#arrowCount, from, fromTs, to, toTs });
  }

  /** From within one bar to within another, never back in time. */
  *#arrowEvents() {
    for (const { name, id, from, fromTs, to, toTs } of this.#arrows) {
      const ts = from.within(fromTs);
      const end = to.within(toTs);
      if (end < ts) continue;
      const flow = { name, cat: 'flow', id, pid: PID };
      yield { ...flow, ph: 's', ts, tid: from.lane };
      yield { ...flow, ph: 'f', bp: 'e', ts: end, tid: to.lane };
    }
  }

  /* ---- Instants and counters. ------------------------------------------- */

  #instant({ type, time, pid, label, reason, ...rest }, ts) {
    const args = { pid, label, ...rest };
    if (reason !== undefined) args.reason = shown(reason);
    const tid = this.#bars.get(pid)?.lane ?? ROOT_LANE;
    this.events.push({ name: type, ph: 'i', s: 't', cat: 'belay', ts, pid: PID, tid, args });
  }

  #counter(name, ts, args) {
    const last = this.#counters.get(name);
    if (last !== undefined && last.ts === ts) {
      last.args = args;
      return;
    }
    const event = { name, ph: 'C', cat: 'belay', ts, pid: PID, tid: 0, args };
    this.#counters.set(name, event);
    this.events.push(event);
  }

  #count(ts) {
    this.#counter('processes', ts, { alive: this.#alive, abandoned: this.#abandoned.size });
  }

  #countStream(id, ts, running, buffered) {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    stream.running += running;
    stream.buffered += buffered;
    this.#counter(stream.name, ts, { running: stream.running, buffered: stream.buffered });
  }

  #streamClosed(event, ts) {
    const stream = this.#streams.get(event.stream);
    if (stream !== undefined) this.#counter(stream.name, ts, { running: 0, buffered: 0 });
    this.#streams.delete(event.stream);
    this.#instant(event, ts);
  }

  /* ---- The end. ----------------------------------------------------------- */

  /** What still goes on ends with the recording. */
  finish() {
    const last = this.#last;
    for (const { span } of this.#waits.values()) {
      this.events.push({ ...span, ph: 'e', ts: last, args: { outcome: 'waiting' } });
    }
    for (const bar of this.#bars.values()) {
      bar.end(last + LEAST, { status: 'running' });
      this.#ended.push(bar);
    }
    for (const bar of this.#ended) this.events.push(...bar.toEvents());
    this.events.push(...this.#arrowEvents());
    const order = (event) => ('Xbi'.includes(event.ph) ? 0 : 1);
    this.events.sort((a, b) => a.ts - b.ts || order(a) - order(b) || (b.dur ?? 0) - (a.dur ?? 0));
    return [...namesOf(this.#lanes.count), ...this.events];
  }
}

function namesOf(count) {
  const name = (what, tid, args) => ({ name: what, ph: 'M', ts: 0, pid: PID, tid, args });
  const names = [name('process_name', 0, { name: 'belay' })];
  for (let lane = 0; lane < count; lane++) {
    const tid = lane + ROOT_LANE;
    names.push(name('thread_name', tid, { name: lane === 0 ? 'root' : `lane ${lane}` }));
    names.push(name('thread_sort_index', tid, { sort_index: tid }));
  }
  return names;
}

/** @returns the trace; `JSON.stringify` of it is a file. */
export function toTraceEvents(events) {
  if (events === null || events === undefined || typeof events[Symbol.iterator] !== 'function') {
    throw new TypeError('toTraceEvents: events must be an iterable of events');
  }
  const trace = new Trace();
  for (const event of events) trace.add(event);
  return trace.finish();
}
