/**
 * Those who look on: subscribers, Node's diagnostics channel, the log. While
 * somebody does, a Watch turns what happens into events; else there is none,
 * and the kernel keeps its trace to itself.
 */
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
  #queue = [];
  #delivering = false;

  constructor(runtime, onLog, reports) {
    this.#runtime = runtime;
    this.#onLog = onLog ?? logToConsole;
    this.#reports = reports;
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
    this.#queue = [];
    this.#runtime.watch = null;
  }

  /** Begins or ends to watch, as there is somebody to look. */
  lookAround() {
    const wanted = this.#listeners.size > 0 || (this.#channel !== null && this.#channel.hasSubscribers);
    const runtime = this.#runtime;
    if (wanted === (runtime.watch !== null)) return;
    runtime.watch = wanted ? new Watch(runtime, (event) => this.#publish(event)) : null;
    runtime.kernel.trace(wanted);
  }

  /* ---- The log. --------------------------------------------------------- */

  /** A crash that nobody received. */
  crashed(crash) {
    const entry = crashEntry(this.#runtime, crash);
    if (this.#runtime.watch !== null) this.#publish(entry);
    this.#onLog(entry);
  }

  /** What a supervisor has to say; `make` gives the entry. */
  reported(make) {
    if (!this.#reports && this.#runtime.watch === null) return;
    const entry = make();
    if (this.#runtime.watch !== null) this.#publish(entry);
    if (this.#reports) this.#runtime.effect(() => this.#onLog(entry));
  }

  /* ---- To those who look on. ------------------------------------------ */

  #publish(event) {
    this.#queue.push(event);
    if (this.#queue.length === 1) this.#runtime.effect(() => this.deliver());
  }

  /** Hands out the events at hand. Those that listeners cause come later. */
  deliver() {
    if (this.#delivering || this.#queue.length === 0) return;
    const events = this.#queue;
    this.#queue = [];
    this.#delivering = true;
    try {
      for (const event of events) this.#hand(event);
    } finally {
      this.#delivering = false;
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
