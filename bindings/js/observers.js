/**
 * Those who look on: subscribers, Node's diagnostics channel, the log. While
 * somebody does, a Watch turns what happens into events; else there is none,
 * and the kernel keeps its trace to itself.
 */
import { EventLog } from './event-log.js';
import { crashEntry, logToConsole } from './log.js';
import { report } from './report.js';
import { Watch } from './watch.js';

const CHANNEL = 'belay:event';

/* Tells the runtimes of a program apart on the channel that they share. */
let runtimes = 0;

function nodeChannel() {
  const load = globalThis.process?.getBuiltinModule;
  if (typeof load !== 'function') return null;
  return load.call(globalThis.process, 'node:diagnostics_channel')?.channel(CHANNEL) ?? null;
}

export class Observers {
  #runtime;
  #onLog;
  #reports;
  #number = ++runtimes;
  #listeners = new Map();
  #channel = nodeChannel();
  /** What has happened; a simulation keeps it, else it is for those who listen. */
  #log;
  #isKept;
  #reader = EventLog.reader();
  /** There is somebody who listens. */
  #heard = false;
  #delivering = false;

  /** @param kept the log of a simulation, or null */
  constructor(runtime, onLog, reports, kept) {
    this.#runtime = runtime;
    this.#onLog = onLog ?? logToConsole;
    this.#reports = reports;
    this.#log = kept ?? new EventLog();
    this.#isKept = kept !== null;
    this.lookAround();
  }

  /** From now on, until what it gives is called. */
  subscribe(listener) {
    this.deliver();
    const key = {};
    this.#listeners.set(key, listener);
    this.lookAround();
    return () => {
      this.deliver();
      this.#listeners.delete(key);
      if (!this.#runtime.disposed) this.lookAround();
    };
  }

  clear() {
    this.#listeners.clear();
    this.#runtime.watch = null;
  }

  /** Begins or ends to watch, as there is somebody to look. */
  lookAround() {
    const heard = this.#listeners.size > 0 || (this.#channel !== null && this.#channel.hasSubscribers);
    if (heard !== this.#heard) {
      this.#heard = heard;
      if (!this.#delivering) this.#pass();
      this.#log.wake = heard ? this.#wake : null;
    }
    const wanted = heard || this.#isKept;
    const runtime = this.#runtime;
    if (wanted === (runtime.watch !== null)) return;
    runtime.late?.tell(); // what has happened before is not seen
    runtime.kernel.tellHeld();
    runtime.watch = wanted ? new Watch(runtime, this.#log) : null;
    runtime.kernel.trace(wanted);
  }

  /* ---- The log. --------------------------------------------------------- */

  /** A crash that nobody received. */
  crashed(crash) {
    const entry = crashEntry(this.#runtime, crash);
    if (this.#runtime.watch !== null) this.#log.add(entry);
    this.#onLog(entry);
  }

  /** What a supervisor has to say; `make` gives the entry. */
  reported(make) {
    if (!this.#reports && this.#runtime.watch === null) return;
    const entry = make();
    if (this.#runtime.watch !== null) this.#log.add(entry);
    if (this.#reports) this.#runtime.effect(() => this.#onLog(entry));
  }

  /* ---- To those who look on. ------------------------------------------ */

  #wake = () => this.#runtime.effect(() => this.deliver());

  /** Hands out the events at hand. Those that listeners cause come later. */
  deliver() {
    const log = this.#log;
    const reader = this.#reader;
    if (this.#delivering || reader.count === log.size) return;
    if (!this.#heard) {
      this.#pass();
      return;
    }
    const end = log.size;
    log.wake = this.#wake;
    this.#delivering = true;
    try {
      while (reader.count < end) this.#hand(log.read(reader));
    } finally {
      this.#delivering = false;
    }
    if (reader.count === log.size) this.#pass();
  }

  /** What there is has been told, or is nobody's to be told. */
  #pass() {
    if (this.#isKept) this.#log.skip(this.#reader);
    else {
      this.#log.clear();
      this.#reader = EventLog.reader();
    }
  }

  #hand(event) {
    for (const [key, listener] of [...this.#listeners]) {
      if (!this.#listeners.has(key)) continue;
      try {
        listener(event);
      } catch (error) {
        report(error);
      }
    }
    if (this.#channel === null || !this.#channel.hasSubscribers) return;
    this.#channel.publish({ ...event, runtime: this.#number });
  }
}
