/**
 * What `inspect()` shows, made of events alone: of those since the runtime
 * began, a picture of the moment after the last one. For who has a recording.
 *
 * Nothing here is told by the runtime itself; a rule for each event is all.
 */
import { completePicture, COUNTED, placeOf, ROOT_PID } from './shapes.js';

function newProcess({ pid, label, kind, parent, supervisor, callers, ancestors, settings = null, time }) {
  return {
    pid, label, kind, parent, supervisor, callers, ancestors, settings,
    spawned: time,
    state: kind === 'task' || kind === 'item' ? 'ready' : 'running',
    trapExit: kind === 'taskSupervisor' || kind === 'supervisor',
    /** Pids of those it is linked to. */
    links: new Set(),
    /** References of the monitors it has a part in. */
    monitors: new Set(),
    /** Of a supervisor: the pids of its children. */
    below: new Set(),
    /** Of a general one: what it knows of its children, by id. */
    specs: kind === 'supervisor' ? new Map() : null,
    restart: null,
    restarts: 0,
    name: null,
    /** Of an item, until its stream closes. */
    stream: null,
    index: 0,
  };
}

export class EventFold {
  #time = 0;
  #processes = new Map([[ROOT_PID, newProcess({
    pid: ROOT_PID, label: 'root', kind: 'root', parent: null, supervisor: null, callers: [], ancestors: [], time: 0,
  })]]);
  #streams = new Map();
  #waits = new Map();
  /** Monitors: who watches whom, by reference. */
  #monitors = new Map();
  /** Bodies that run on, by the pid of their process: their stream or null. */
  #abandoned = new Map();

  constructor() {
    this.#processes.get(ROOT_PID).state = 'running';
  }

  /** Takes note of one more event; gives the fold. */
  add(event) {
    const { type, time, pid } = event;
    if (time > this.#time) this.#time = time;
    if (Object.hasOwn(this.#anyway, type)) this.#anyway[type](event);
    else if (Object.hasOwn(this.#alive, type)) this.#alive[type](this.#find(event, pid), event);
    return this;
  }

  #find({ type }, pid) {
    const process = this.#processes.get(pid);
    if (process !== undefined) return process;
    throw new RangeError(
      `foldEvents: a process ${pid} is not known at its event '${type}'; ` +
        'all events since the runtime was made are needed, in their order',
    );
  }

  /* What each event means. One that is not here changes nothing to be seen. */

  /** Those about a process that lives. */
  #alive = {
    started: (process) => {
      process.state = 'running';
    },
    settled: (process, event) => this.#settled(process, event),
    restarted: (process, { restarts }) => {
      process.restarts = restarts;
    },
    flagged: (process, { value }) => {
      process.trapExit = value;
    },
    registered: (process, { name }) => {
      process.name = name;
    },
    unregistered: (process) => {
      process.name = null;
    },
    linked: (process, event) => link(process, this.#find(event, event.other)),
    unlinked: (process, event) => unlink(process, this.#find(event, event.other)),
    monitored: (process, event) => this.#monitor(event.ref, process, this.#find(event, event.watched)),
    streamOpened: (_, event) => this.#streamOpened(event),
    stateChanged: (process, { state }) => {
      process.state = state;
    },
    childChanged: (process, { child }) => this.#childChanged(process, child),
    childDropped: (process, { id }) => {
      process.specs.delete(id);
    },
  };

  /** Those that may come after its end, or are its beginning. */
  #anyway = {
    spawned: (event) => this.#spawned(event),
    bodyReturned: ({ pid }) => this.#returned(pid),
    demonitored: ({ ref }) => this.#demonitor(ref),
    waiting: ({ wait, pid, what, for: whom, timeout }) => {
      this.#waits.set(wait, { pid, what, for: whom, timeout });
    },
    waited: ({ wait }) => {
      this.#waits.delete(wait);
    },
    delivered: ({ stream }) => {
      const open = this.#streams.get(stream);
      open.buffered--;
      open.delivered++;
    },
    streamClosed: ({ stream }) => this.#streamClosed(stream),
  };

  /* ---- Processes. ------------------------------------------------------- */

  #spawned(event) {
    const process = newProcess(event);
    this.#processes.set(event.pid, process);
    if (event.supervisor !== null) this.#adopt(process, event.supervisor, event.restart);
    if (event.linked) link(process, this.#find(event, event.parent));
    if (event.stream === undefined) return;
    const stream = this.#streams.get(event.stream);
    process.stream = event.stream;
    process.index = event.index;
    stream.items.add(process);
    stream.started++;
    stream.inFlight++;
  }

  #adopt(process, supervisor, restart) {
    process.supervisor = supervisor;
    process.restart = restart;
    this.#find({ type: 'spawned' }, supervisor).below.add(process.pid);
  }

  #settled(process, { pid, abandoned }) {
    this.#processes.delete(pid);
    for (const other of [...process.links]) unlink(process, this.#processes.get(other));
    for (const ref of [...process.monitors]) this.#demonitor(ref);
    this.#processes.get(process.supervisor)?.below.delete(pid);
    for (const child of process.below) {
      const orphan = this.#processes.get(child);
      orphan.supervisor = null;
      orphan.restart = null;
      orphan.restarts = 0;
    }
    const stream = this.#streams.get(process.stream);
    if (abandoned) {
      this.#abandoned.set(pid, process.stream);
      if (stream !== undefined) stream.abandoned++;
    }
    if (stream === undefined) return;
    stream.items.delete(process);
    stream.inFlight--;
    stream.buffered++;
  }

  #returned(pid) {
    const stream = this.#streams.get(this.#abandoned.get(pid));
    this.#abandoned.delete(pid);
    if (stream !== undefined) stream.abandoned--;
  }

  #monitor(ref, watcher, watched) {
    this.#monitors.set(ref, { watcher, watched });
    watcher.monitors.add(ref);
    watched.monitors.add(ref);
  }

  #demonitor(ref) {
    const { watcher, watched } = this.#monitors.get(ref);
    this.#monitors.delete(ref);
    watcher.monitors.delete(ref);
    watched.monitors.delete(ref);
  }

  /* ---- Streams. --------------------------------------------------------- */

  #streamOpened({ stream, pid, label, supervisor, limit }) {
    this.#streams.set(stream, {
      id: stream, consumer: pid, label, supervisor, limit, inFlight: 0, buffered: 0, abandoned: 0,
      started: 0, delivered: 0, items: new Set(),
    });
  }

  /** What still runs of it goes on by itself. */
  #streamClosed(stream) {
    for (const item of this.#streams.get(stream).items) item.stream = null;
    this.#streams.delete(stream);
  }

  /* ---- Supervisors. ----------------------------------------------------- */

  #childChanged(supervisor, child) {
    supervisor.specs.set(child.id, child);
    const process = this.#processes.get(child.pid);
    if (process === undefined) return;
    unlink(process, supervisor);
    this.#adopt(process, supervisor.pid, child.restart);
    process.restarts = child.restarts;
  }

  /* ---- The picture. ----------------------------------------------------- */

  #watching(process) {
    let count = 0;
    for (const ref of process.monitors) if (this.#monitors.get(ref).watched === process) count++;
    return Math.min(count, COUNTED);
  }

  #describe(process, time) {
    const {
      spawned, links, monitors, below, specs, restart, name, stream, index, settings, ...shown
    } = process;
    shown.age = Math.max(0, time - spawned);
    shown.links = Math.min(links.size, COUNTED);
    shown.monitors = this.#watching(process);
    if (restart !== null) shown.restart = restart;
    if (name !== null) shown.name = name;
    if (stream !== null) Object.assign(shown, { stream, index });
    if (settings !== null) shown.settings = settings;
    if (specs !== null) shown.specs = [...specs.values()];
    return shown;
  }

  /** The time of the last event, in milliseconds. */
  get time() {
    return this.#time;
  }

  /** What `inspect()` would show at `time`, had nothing happened since the last event. */
  picture(time = this.#time) {
    const processes = [...this.#processes.values()].map((process) => this.#describe(process, time));
    const streams = [...this.#streams.values()].map(({ items, ...stream }) => stream);
    const places = new Map(processes.map(({ pid }) => [pid, placeOf(pid)]));
    processes.sort((a, b) => places.get(a.pid) - places.get(b.pid));
    return completePicture({
      time,
      root: ROOT_PID,
      processes,
      streams,
      waits: [...this.#waits.values()].map((wait) => ({ ...wait })),
      abandoned: this.#abandoned.size,
      buffered: streams.reduce((sum, { buffered }) => sum + buffered, 0),
    });
  }
}

function link(process, other) {
  process.links.add(other.pid);
  other.links.add(process.pid);
}

function unlink(process, other) {
  process.links.delete(other?.pid);
  other?.links.delete(process.pid);
}

/**
 * Folds the events of a runtime since its beginning into the picture that
 * `inspect()` gave after the last of them.
 */
export function foldEvents(events, { time } = {}) {
  if (events === null || events === undefined || typeof events[Symbol.iterator] !== 'function') {
    throw new TypeError('foldEvents: events must be an iterable of events');
  }
  const fold = new EventFold();
  for (const event of events) fold.add(event);
  return fold.picture(time);
}
