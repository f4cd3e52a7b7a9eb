/**
 * What is known of one scenario while it runs: its processes by name and by
 * pid, who is linked to whom, and the rows of the outcome.
 *
 * A process is watched by the root process of the runtime, which has no other
 * part in the scenario, so a row's end is what `Process.monitor` tells.
 */
import { byText, reasonOf, TICK_MS } from './normal.mjs';

/** One process of the scenario, alive or not. */
export class Row {
  end = null;
  reason = null;
  /** What its body returned: { value }. */
  returned = null;
  /** An item of a stream that is not under a supervisor. */
  isHelped = false;
  /** Ends are numbered in the order in which they are told. */
  sequence = 0;
  #onEnd = [];

  constructor({ who, label, run, start, pid, kind, handle }) {
    Object.assign(this, { who, label, run, start, pid, kind, handle });
  }

  get isAlive() {
    return this.end === null;
  }

  /** Has `run` called when it has ended; at once when it has already. */
  onEnd(run) {
    if (this.isAlive) this.#onEnd.push(run);
    else run(this);
  }

  ended(tick, sequence, reason) {
    this.end = tick;
    this.sequence = sequence;
    this.reason = reason;
    for (const run of this.#onEnd) run(this);
    this.#onEnd = [];
  }
}

export class World {
  /** Ids of onpurpose.mjs that apply to this scenario. */
  purposes = new Set();
  /** Why the scenario itself makes no sense. */
  invalid = null;
  #api;
  #rows = [];
  #byPid = new Map();
  #latest = new Map();
  #attempts = new Map();
  #trace = [];
  #links = new Set();
  #streams = [];
  #sequence = 0;

  /** @param api the runtime's, for its root process: { Process, now, ... } */
  constructor(api) {
    this.#api = api;
  }

  get tick() {
    return Math.floor(this.#api.now() / TICK_MS);
  }

  /** Milliseconds from now to the beginning of the tick after `ticks` more. */
  until(ticks) {
    return (this.tick + ticks) * TICK_MS - this.#api.now();
  }

  /** The root process of the runtime, no part of the scenario. */
  get outside() {
    return this.#api.Process;
  }

  isAlive(pid) {
    return this.#api.Process.alive(pid);
  }

  /* ---- Processes ------------------------------------------------------ */

  /** A process that has run its first step, or a supervisor that has started. */
  register(label, pid, kind, handle = null) {
    const run = 1 + this.#rows.filter((row) => row.label === label).length;
    const row = new Row({
      who: run === 1 ? label : `${label}#${run}`, label, run, start: this.tick, pid, kind, handle,
    });
    this.#rows.push(row);
    this.#byPid.set(pid, row);
    this.#latest.set(label, row);
    this.watch(pid, (reason) => {
      if (reason === 'noproc') this.#noteBroken(row);
      row.ended(this.tick, this.#sequence, this.reasonOf(reason));
    });
    return row;
  }

  /** Calls `run` with the reason when a process ends. */
  watch(pid, run) {
    this.#api.Process.monitor(pid).down.then((reason) => {
      this.#sequence += 1;
      run(reason, this.#sequence);
    }, () => {});
  }

  /** A stream begins. */
  opened(stream) {
    this.#streams.push(stream);
  }

  /** A process has ended: by its stream, when the supervisor of that was gone. */
  #noteBroken(row) {
    for (const stream of this.#streams) {
      if (stream.actor.row !== row || stream.isOver) continue;
      if (stream.supervisor !== null && !stream.supervisor.isAlive) stream.brokenAt = this.tick;
    }
  }

  /**
   * A reason in its normal form. A consumer whose stream's supervisor is gone
   * ends with a bare `noproc`, and so do those linked to it; Elixir says which
   * call has failed.
   */
  reasonOf(raw) {
    if (raw !== 'noproc') return reasonOf(raw);
    return this.#streams.find(({ brokenAt }) => brokenAt === this.tick)?.whyBroken ?? raw;
  }

  /** The latest process of that name. */
  find(label) {
    return this.#latest.get(label) ?? null;
  }

  nameOf(pid) {
    return this.#byPid.get(pid)?.who ?? '?';
  }

  rowOf(pid) {
    return this.#byPid.get(pid) ?? null;
  }

  /** How often a child of that name has been started, this time included. */
  attempt(label) {
    const count = (this.#attempts.get(label) ?? 0) + 1;
    this.#attempts.set(label, count);
    return count;
  }

  /* ---- Links ---------------------------------------------------------- */

  /*
   * The public API tells how many links a process has, not to whom. So they
   * are kept here by name, and the number is compared (see `links`).
   */

  link(a, b) {
    this.#links.add(linkOf(a, b));
  }

  unlink(a, b) {
    this.#links.delete(linkOf(a, b));
  }

  /** The living processes that one is linked to. */
  linked(pid) {
    return [...this.#links]
      .map((link) => link.split(' '))
      .filter((ends) => ends.includes(pid))
      .map(([a, b]) => (a === pid ? b : a))
      .filter((other) => this.isAlive(other));
  }

  /* ---- The outcome ---------------------------------------------------- */

  emit(who, op, target, result) {
    const row = { tick: this.tick, who, op, target, result, number: this.#trace.length };
    this.#trace.push(row);
    return row;
  }

  /** Takes a row of the trace back. */
  withdraw(row) {
    row.withdrawn = true;
  }

  outcome(limit) {
    const procs = [...this.#rows]
      .sort((a, b) => a.start - b.start || byText(a.label, b.label) || a.run - b.run)
      .map((row) => (row.end === null || row.end > limit
        ? [row.who, row.start, null, 'alive']
        : [row.who, row.start, row.end, row.reason]));
    const trace = this.#trace
      .filter((row) => !row.withdrawn && row.tick <= limit)
      .sort((a, b) => a.tick - b.tick || byText(a.who, b.who) || a.number - b.number)
      .map(({ tick, who, op, target, result }) => [tick, who, op, target, result]);
    return { procs, trace };
  }
}

const linkOf = (a, b) => [a, b].sort().join(' ');
