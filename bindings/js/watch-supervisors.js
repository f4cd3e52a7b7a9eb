/**
 * The states of supervisors and of the children of general ones. The kernel
 * does not tell each change of them; so those that an event or a command has
 * to do with are looked at once the kernel has done its work, and what is
 * another than before is told.
 */
import { specsOf } from './inspect.js';
import { formatPid } from './pid.js';
import { EVENT, KIND } from './protocol.js';
import { isSupervisor, stateName } from './shapes.js';

const same = (one, other) => Object.keys(one).every((key) => one[key] === other[key]);

export class SupervisorWatch {
  #runtime;
  #tell;
  /** Those that live, by pid. */
  #known = new Map();
  /** The supervisors that a process has started, by its pid. */
  #startedBy = new Map();
  /** Whose child a process is, for those of general supervisors. */
  #parents = new Map();
  #dirty = new Set();

  /** @param tell is called with an event's type, pid, label and fields */
  constructor(runtime, tell) {
    this.#runtime = runtime;
    this.#tell = tell;
    for (const info of runtime.processes()) {
      if (!isSupervisor(info.kind)) continue;
      const known = this.#add(info.low, info.high, info.kind, formatPid(info.ownerLow, info.ownerHigh));
      known.state = stateName(info.state);
      for (const spec of specsOf(runtime, info)) this.#place(known, spec);
    }
  }

  #add(low, high, kind, owner) {
    const pid = formatPid(low, high);
    const known = { low, high, pid, kind, owner, state: 'running', specs: new Map() };
    this.#known.set(pid, known);
    if (!this.#startedBy.has(owner)) this.#startedBy.set(owner, new Set());
    this.#startedBy.get(owner).add(pid);
    return known;
  }

  #remove(pid) {
    const known = this.#known.get(pid);
    if (known === undefined) return;
    this.#known.delete(pid);
    const others = this.#startedBy.get(known.owner);
    others.delete(pid);
    if (others.size === 0) this.#startedBy.delete(known.owner);
    for (const spec of known.specs.values()) this.#parents.delete(spec.pid);
  }

  #place(known, spec) {
    this.#parents.delete(known.specs.get(spec.id)?.pid);
    known.specs.set(spec.id, spec);
    if (spec.pid !== null) this.#parents.set(spec.pid, known.pid);
  }

  /** Something was done with a process that may be a supervisor. */
  touch(low, high) {
    this.#mark(formatPid(low, high));
  }

  #mark(pid) {
    if (this.#known.has(pid)) this.#dirty.add(pid);
  }

  /** An event of the kernel, before it is handled. */
  see(event) {
    const pid = formatPid(event.low, event.high);
    if (event.kind === EVENT.SPAWNED && isSupervisor(event.extra)) {
      this.#add(event.low, event.high, event.extra, formatPid(event.otherLow, event.otherHigh));
    }
    if (event.kind === EVENT.EXITED) {
      this.#mark(this.#parents.get(pid));
      this.#mark(this.#runtime.cells.find(event.low, event.high)?.supervisorPid);
      for (const below of this.#startedBy.get(pid) ?? []) this.#mark(below);
      this.#remove(pid);
    }
    this.#mark(pid);
    if (event.otherLow !== 0) this.#mark(formatPid(event.otherLow, event.otherHigh));
  }

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
    const { pid } = known;
    const label = this.#runtime.cells.find(known.low, known.high)?.label ?? '';
    if (known.kind === KIND.SUPERVISOR) {
      const specs = specsOf(this.#runtime, info);
      const ids = new Set(specs.map(({ id }) => id));
      for (const { id, pid: child } of [...known.specs.values()]) {
        if (ids.has(id)) continue;
        known.specs.delete(id);
        this.#parents.delete(child);
        this.#tell('childDropped', pid, label, { id });
      }
      for (const spec of specs) {
        const before = known.specs.get(spec.id);
        if (before !== undefined && same(before, spec)) continue;
        this.#place(known, spec);
        this.#tell('childChanged', pid, label, { child: spec });
      }
    }
    const state = stateName(info.state);
    if (state !== known.state) {
      known.state = state;
      this.#tell('stateChanged', pid, label, { state });
    }
  }
}
