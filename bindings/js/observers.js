/**
 * Those who look on: subscribers, Node's diagnostics channel, the log. The
 * kernel puts its trace into the queue only while somebody does.
 */
import { nameProcess } from './errors.js';
import { describe } from './options.js';
import { formatPid, formatPidOrNull } from './pid.js';
import { EVENT, EXITED, KIND, REASON } from './protocol.js';
import { report } from './report.js';

const KIND_NAMES = [];
KIND_NAMES[KIND.ROOT] = 'root';
KIND_NAMES[KIND.TASK] = 'task';
KIND_NAMES[KIND.ITEM] = 'item';
KIND_NAMES[KIND.TASK_SUPERVISOR] = 'taskSupervisor';
KIND_NAMES[KIND.SUPERVISOR] = 'supervisor';

const TIMED_OUT = ['item', 'wait', 'grace'];

export const kindName = (kind) => KIND_NAMES[kind];

function nodeChannel() {
  const load = globalThis.process?.getBuiltinModule;
  if (typeof load !== 'function') return null;
  return load.call(globalThis.process, 'node:diagnostics_channel')?.channel('belay:event') ?? null;
}

/* An Error shows its text and its stack itself; the message would repeat it. */
function logToConsole({ message, reason, pid, label }) {
  if (reason instanceof Error) console.error(`${nameProcess(pid, label || null)} crashed:`, reason);
  else console.error(message);
}

export class Observers {
  tracing = false;
  #runtime;
  #onLog;
  #listeners = new Map();
  #channel = nodeChannel();
  #queue = [];

  constructor(runtime, onLog) {
    this.#runtime = runtime;
    this.#onLog = onLog ?? logToConsole;
    this.lookAround();
  }

  subscribe(listener) {
    const key = {};
    this.#listeners.set(key, listener);
    this.lookAround();
    return () => {
      this.#listeners.delete(key);
      if (!this.#runtime.disposed) this.lookAround();
    };
  }

  clear() {
    this.#listeners.clear();
    this.#queue = [];
    this.tracing = false;
  }

  /** Switches the kernel's trace on or off as there is somebody to look. */
  lookAround() {
    const wanted = this.#listeners.size > 0 || (this.#channel !== null && this.#channel.hasSubscribers);
    if (wanted === this.tracing) return;
    this.tracing = wanted;
    this.#runtime.kernel.trace(wanted);
  }

  /* ---- From events of the kernel. ------------------------------------- */

  trace(event) {
    if (!this.tracing) return;
    switch (event.kind) {
      case EVENT.SPAWNED:
        this.#spawned(event);
        break;
      case EVENT.STARTED:
        this.#emit('started', event, {});
        break;
      case EVENT.TERMINATED:
        this.#emit('terminated', event, { supervisor: formatPid(event.otherLow, event.otherHigh) });
        break;
      case EVENT.TIMED_OUT:
        this.#emit('timedOut', event, { what: TIMED_OUT[event.extra] });
        break;
    }
  }

  #spawned(event) {
    const cell = this.#runtime.cells.find(event.low, event.high);
    const child = cell === null ? this.#runtime.children.get(event.tag) : null;
    const supervisor = cell === null ? child?.supervisor : cell.details?.supervisor;
    const fields = {
      parent: formatPidOrNull(event.otherLow, event.otherHigh),
      supervisor: supervisor ? formatPid(supervisor.low, supervisor.high) : null,
      kind: kindName(event.extra),
    };
    if (cell !== null && cell.stream !== null) {
      fields.supervisor = cell.stream.supervisorPid;
      fields.stream = cell.stream.id;
      fields.index = cell.number;
    }
    this.#emit('spawned', event, fields, cell?.label ?? child?.label);
  }

  exited(event) {
    const { extra, reason } = event;
    const fulfilled = (extra & EXITED.VALUE) !== 0;
    const bySignal = (extra & (EXITED.NEVER_RAN | EXITED.BODY_RUNNING)) !== 0;
    if (bySignal && reason === REASON.KILLED) this.#emit('killed', event, {});
    const fields = { status: fulfilled ? 'fulfilled' : 'rejected' };
    if (!fulfilled) fields.reason = this.#runtime.reasons.raw(reason);
    fields.by = bySignal ? 'signal' : 'body';
    this.#emit('settled', event, fields);
  }

  restarted(event) {
    this.#emit('restarted', event, { previous: formatPid(event.otherLow, event.otherHigh) });
  }

  /** A crash that nobody received. */
  log({ time, pid, label, reason, bare }) {
    const shown = bare ? describe(reason) : `exit with ${describe(reason)}`;
    const message = `${nameProcess(pid, label || null)} crashed: ${shown}`;
    const event = { type: 'logged', time, pid, label, reason, message };
    if (this.tracing) this.#publish(event);
    this.#onLog(event);
  }

  /* ---- To those who look on. ------------------------------------------ */

  #emit(type, { time, low, high }, fields, label = this.#runtime.cells.find(low, high)?.label) {
    this.#publish({ type, time, pid: formatPid(low, high), label: label ?? '', ...fields });
  }

  #publish(event) {
    this.#queue.push(event);
    if (this.#queue.length === 1) this.#runtime.effect(() => this.#deliver());
  }

  #deliver() {
    const events = this.#queue;
    this.#queue = [];
    for (const event of events) {
      for (const listener of this.#listeners.values()) {
        try {
          listener(event);
        } catch (error) {
          report(error);
        }
      }
      if (this.#channel !== null && this.#channel.hasSubscribers) this.#channel.publish(event);
    }
  }
}
