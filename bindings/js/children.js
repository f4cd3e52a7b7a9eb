/**
 * The children of general supervisors. Users know a child by its id, a string;
 * the kernel by a number, which each id of a supervisor has for as long as a
 * child with it is there or asked for.
 */
import { FLAG, KIND } from './protocol.js';
import { RESTARTS, SupervisorInfo } from './supervised.js';

/** What the binding keeps of one general supervisor. */
export class GeneralInfo extends SupervisorInfo {
  /** The child whose start the kernel waits for, until its start function is called. */
  starting = null;
  /** The first children are being started, by the call that starts the supervisor. */
  initializing = true;
  /** How many of them have been started. */
  initialized = 0;
  /** The first of them that could not be: { child, cause }. */
  initFailure = null;
  /** Why the supervisor ended before they were all started, as the table of reasons has it. */
  initEnd = null;
  /** The start that the kernel is being told the failure of: its cause. */
  cause = undefined;
  /** The supervisor as a caller, once a start function has needed it. */
  caller = null;
  #ids = new Map();
  #last = 0;

  constructor({ autoShutdown }, parent, startedAt) {
    super(KIND.SUPERVISOR, {});
    this.autoShutdown = autoShutdown;
    /** The process it is linked to as its child, or null. */
    this.parent = parent;
    this.startedAt = startedAt;
  }

  /** The number of an id, or 0, which is no child's. */
  numberOf(id) {
    return this.#ids.get(id)?.number ?? 0;
  }

  /** The same for one more child with that id. */
  take(id) {
    let entry = this.#ids.get(id);
    if (entry === undefined) {
      this.#last++;
      entry = { number: this.#last, users: 0 };
      this.#ids.set(id, entry);
    }
    entry.users++;
    return entry.number;
  }

  drop(id) {
    const entry = this.#ids.get(id);
    entry.users--;
    if (entry.users === 0) this.#ids.delete(id);
  }

  ended() {
    super.ended();
    this.starting = null;
    this.caller?.end();
  }
}

/** A child of a general supervisor, from the moment that it is asked for. */
export class GeneralChild {
  /** The kernel has asked for its start; from then on it says when the child is dropped. */
  started = false;
  /** How often it has been started again. */
  restarts = 0;
  /** That of its last process. */
  label = '';
  #known = true;

  /** @param isInitial one of the children that the supervisor is started with */
  constructor(place, info, spec, isInitial) {
    this.place = place;
    this.info = info;
    this.id = spec.id;
    this.start = spec.start;
    this.isInitial = isInitial;
    this.number = info.take(spec.id);
    this.restart = RESTARTS[spec.restart];
    this.shutdown = spec.shutdown;
    this.flags = (spec.significant ? FLAG.SIGNIFICANT : 0) |
      (spec.type === 'supervisor' ? FLAG.SUPERVISOR : 0);
    this.tag = place.runtime.children.add(this);
  }

  /** The kernel has no such child, or not any more. */
  forget() {
    if (!this.#known) return;
    this.place.runtime.children.take(this.tag);
    this.dropped();
  }

  /** The same, when the table of children knows it already. */
  dropped() {
    this.#known = false;
    this.info.drop(this.id);
  }
}
