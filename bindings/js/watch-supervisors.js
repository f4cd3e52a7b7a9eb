/**
 * The states of supervisors and of the children of general ones. The kernel
 * does not tell each change of them; so those that an event or a command has
 * to do with are looked at once the kernel has done its work, and what is
 * another than before is told.
 */
import { specOf } from './inspect.js';
import { formatPid } from './pid.js';
import { EVENT, KIND } from './protocol.js';
import { isSupervisor, stateName } from './shapes.js';
import { describeChild } from './supervised.js';

const same = (one, other) => Object.keys(one).every((key) => one[key] === other[key]);

/** Children in these states may change without an event that names them. */
const isMoving = ({ state }) => state === 'starting' || state === 'restarting';

/** What was told last of one supervisor. */
class Known {
  state = 'running';
  /** Children of a general one by id: { child, spec, at }, `at` being where the kernel has it. */
  children = new Map();
  /** The entry of the one that was started last. */
  last = null;
  /** The ids of those to be looked at. */
  dirty = new Set();

  constructor(low, high, kind, owner) {
    this.low = low;
    this.high = high;
    this.kind = kind;
    this.owner = owner;
    this.pid = formatPid(low, high);
  }

  set(id, entry) {
    if (!this.children.has(id)) this.last = entry;
    this.children.set(id, entry);
  }

  delete(id) {
    const entry = this.children.get(id);
    this.children.delete(id);
    if (entry !== this.last) return;
    this.last = null;
    for (const other of this.children.values()) this.last = other;
  }
}

export class SupervisorWatch {
  #runtime;
  #tell;
  /** Those that live, by pid. */
  #known = new Map();
  /** The supervisors that a process has started, by its pid. */
  #startedBy = new Map();
  /** Whose child a process is, and by which id, for those of general supervisors. */
  #parents = new Map();
  #dirty = new Set();

  /** @param tell is called with an event's type, pid, label and fields */
  constructor(runtime, tell) {
    this.#runtime = runtime;
    this.#tell = () => {}; // what is there already is no news
    for (const info of runtime.processes()) {
      if (!isSupervisor(info.kind)) continue;
      this.#look(this.#add(info.low, info.high, info.kind, formatPid(info.ownerLow, info.ownerHigh)), info);
    }
    this.#tell = tell;
  }

  #add(low, high, kind, owner) {
    const known = new Known(low, high, kind, owner);
    this.#known.set(known.pid, known);
    if (!this.#startedBy.has(owner)) this.#startedBy.set(owner, new Set());
    this.#startedBy.get(owner).add(known.pid);
    return known;
  }

  #remove(pid) {
    const known = this.#known.get(pid);
    if (known === undefined) return;
    this.#known.delete(pid);
    const others = this.#startedBy.get(known.owner);
    others.delete(pid);
    if (others.size === 0) this.#startedBy.delete(known.owner);
    for (const { spec } of known.children.values()) this.#parents.delete(spec.pid);
  }

  /* ---- What may have changed. -------------------------------------------- */

  /** Something was done with a process that may be a supervisor, or with a child of it. */
  touch(low, high, id = null) {
    if (this.#known.size > 0) this.#mark(formatPid(low, high), id);
  }

  #mark(pid, id = null) {
    const known = this.#known.get(pid);
    if (known === undefined) return;
    this.#dirty.add(pid);
    if (id !== null) known.dirty.add(id);
  }

  /** An event of the kernel, before it is handled. */
  see(event) {
    const { kind, low, high } = event;
    if (kind === EVENT.SPAWNED) {
      if (!isSupervisor(event.extra)) return;
      this.#mark(this.#add(low, high, event.extra, formatPid(event.otherLow, event.otherHigh)).pid);
      return;
    }
    if (this.#known.size === 0) return;
    switch (kind) {
      case EVENT.EXITED:
        this.#exited(event, formatPid(low, high));
        break;
      case EVENT.CHILD_START:
      case EVENT.REPORT:
        this.#mark(formatPid(low, high), this.#idOf(event));
        break;
      case EVENT.CHILD_DROPPED:
        this.#mark(formatPid(event.otherLow, event.otherHigh), this.#idOf(event));
        break;
      case EVENT.TERMINATED:
        this.#mark(formatPid(low, high));
        this.#mark(formatPid(event.otherLow, event.otherHigh));
        break;
    }
  }

  #idOf({ tag }) {
    return this.#runtime.children.get(tag)?.id ?? null;
  }

  #exited(event, pid) {
    const parent = this.#parents.get(pid);
    if (parent !== undefined) this.#mark(parent.pid, parent.id);
    this.#mark(this.#runtime.cells.find(event.low, event.high)?.supervisorPid);
    for (const below of this.#startedBy.get(pid) ?? []) this.#mark(below);
    this.#remove(pid);
  }

  /* ---- Looking. ----------------------------------------------------------- */

  /** Looks at those that something has happened to. */
  settle() {
    if (this.#dirty.size === 0) return;
    const dirty = this.#dirty;
    this.#dirty = new Set();
    for (const pid of dirty) {
      const known = this.#known.get(pid);
      const info = known === undefined ? null : this.#runtime.kernel.infoOf(known.low, known.high);
      if (info !== null) this.#look(known, info);
    }
  }

  #look(known, info) {
    const label = this.#runtime.cells.find(known.low, known.high)?.label ?? '';
    if (known.kind === KIND.SUPERVISOR) this.#lookAtChildren(known, label);
    const state = stateName(info.state);
    if (state === known.state) return;
    known.state = state;
    this.#tell('stateChanged', known.pid, label, { state });
  }

  #lookAtChildren(known, label) {
    const { dirty } = known;
    known.dirty = new Set();
    for (const id of dirty) {
      const entry = known.children.get(id);
      if (entry !== undefined) this.#lookAt(known, entry, label);
    }
    // New ones stand behind those that are known.
    for (let at = this.#next(known); at !== null; at = this.#next(known)) {
      const info = this.#runtime.kernel.inspectChild(known.low, known.high, at);
      if (info === null) return;
      this.#place(known, { child: this.#runtime.children.get(info.tag), spec: null, at }, info, label);
    }
  }

  /** Where the kernel has the child after the last one that is known; null for nowhere. */
  #next(known) {
    const { last } = known;
    if (last === null) return 0;
    return this.#runtime.kernel.inspectChild(known.low, known.high, last.at)?.next || null;
  }

  #lookAt(known, entry, label) {
    const info = this.#runtime.kernel.inspectChild(known.low, known.high, entry.at);
    if (info !== null && this.#runtime.children.get(info.tag) === entry.child) {
      this.#place(known, entry, info, label);
      return;
    }
    const { id, pid } = entry.spec;
    known.delete(id);
    this.#parents.delete(pid);
    this.#tell('childDropped', known.pid, label, { id });
  }

  #place(known, entry, info, label) {
    const spec = specOf(describeChild(this.#runtime, info));
    if (isMoving(spec)) known.dirty.add(spec.id);
    const before = entry.spec;
    if (before !== null && same(before, spec)) return;
    this.#parents.delete(before?.pid);
    entry.spec = spec;
    known.set(spec.id, entry);
    if (spec.pid !== null) this.#parents.set(spec.pid, { pid: known.pid, id: spec.id });
    this.#tell('childChanged', known.pid, label, { child: spec });
  }
}
