/**
 * Turns what happens into events, while somebody looks on.
 *
 * What the kernel decides is told by its own events, which come through `see`
 * before they are handled, so that cells, waits and streams are still as they
 * were. What only the binding knows (waits, links, names, streams) is told by
 * the calls below. What neither tells, the states of supervisors and of their
 * children, is looked at once the kernel has done its work.
 *
 * The events are complete: EventFold makes of them what `inspect()` shows.
 */
import { packPid } from './event-log.js';
import { ancestorsFrom, callersFrom, originsOf } from './origin.js';
import { formatPid, formatPidOrNull } from './pid.js';
import {
  CLOSED, EVENT, EXITED, FLAG, OUTCOME, REASON, RESTART,
} from './protocol.js';
import { COUNTED, finite, isSupervisor, kindName, restartName, settingsOf } from './shapes.js';
import { SupervisorWatch } from './watch-supervisors.js';

const UNUSUAL = EXITED.NEVER_RAN | EXITED.BODY_RUNNING;

/** Of a process without a supervisor, which is none itself. */
const isUsual = (details) =>
  details === null || (details.child === null && details.supervisor === null && details.info === null);

const TIMED_OUT = ['item', 'wait', 'grace'];

const OUTCOMES = [];
OUTCOMES[OUTCOME.OK] = 'ok';
OUTCOMES[OUTCOME.EXIT] = 'exit';
OUTCOMES[OUTCOME.NONE] = 'done';
OUTCOMES[OUTCOME.TIMEOUT] = 'timeout';
OUTCOMES[OUTCOME.CRASH] = 'exit';
OUTCOMES[OUTCOME.OWNER] = 'ownerEnded';
OUTCOMES[OUTCOME.REFUSED] = 'refused';
OUTCOMES[OUTCOME.FAILED] = 'failed';

const CLOSINGS = [];
CLOSINGS[CLOSED.DONE] = 'done';
CLOSINGS[CLOSED.HALTED] = 'halted';
CLOSINGS[CLOSED.TIMEOUT] = 'timeout';
CLOSINGS[CLOSED.CRASH] = 'crash';
CLOSINGS[CLOSED.OWNER] = 'ownerEnded';
CLOSINGS[CLOSED.CHILDREN] = 'maxChildren';
CLOSINGS[CLOSED.NOPROC] = 'noproc';

export class Watch {
  #runtime;
  #log;
  #supervisors;
  /** By the tag of a wait that was told: its number, else 0. */
  #numbers = [];
  #waitCount = 0;
  /** Flags of the SPAWN that the next SPAWNED tells about. */
  #flags = 0;

  constructor(runtime, log) {
    this.#runtime = runtime;
    this.#log = log;
    this.#supervisors = new SupervisorWatch(runtime, (type, pid, label, fields) =>
      this.#emit(type, this.#now, pid, label, fields));
  }

  get #now() {
    return this.#runtime.kernel.view.now;
  }

  #emit(type, time, pid, label, fields) {
    this.#log.add({ type, time, pid, label, ...fields });
  }

  /** About a process that lives, or whose cell is not free yet. */
  #about(type, time, low, high, fields) {
    this.#emit(type, time, formatPid(low, high), this.#labelOf(low, high), fields);
  }

  #labelOf(low, high) {
    const { root, cells } = this.#runtime;
    if (low === root.low && high === root.high) return 'root';
    return cells.find(low, high)?.label ?? '';
  }

  /** Of something that the binding has done just now. */
  #tell(type, { low, high }, fields) {
    this.#about(type, this.#now, low, high, fields);
  }

  /* ---- From the kernel. ------------------------------------------------ */

  see(event) {
    this.#supervisors.see(event);
    switch (event.kind) {
      case EVENT.SPAWNED:
        this.#spawned(event);
        break;
      case EVENT.STARTED:
        this.#started(event);
        break;
      case EVENT.EXITED:
        this.#exited(event);
        break;
      case EVENT.TIMED_OUT:
        this.#of('timedOut', event, { what: TIMED_OUT[event.extra] });
        break;
      case EVENT.TERMINATED:
        this.#of('terminated', event, { supervisor: formatPid(event.otherLow, event.otherHigh) });
        break;
      case EVENT.RESTARTED:
        this.#restarted(event);
        break;
      case EVENT.WAIT_DONE:
        this.#waitDone(event);
        break;
      case EVENT.DOWN:
        this.#down(event);
        break;
      case EVENT.EXIT_MESSAGE:
        this.#of('trapped', event, {
          from: formatPidOrNull(event.otherLow, event.otherHigh),
          reason: this.#runtime.reasons.raw(event.reason),
        });
        break;
      case EVENT.UNHANDLED:
        this.#of('surfaced', event, { reason: this.#runtime.reasons.raw(event.reason) });
        break;
      case EVENT.PULL:
        this.#ofStream('pulled', event, { count: event.extra });
        break;
      case EVENT.ITEM:
        this.#delivered(event);
        break;
      case EVENT.STREAM_CLOSED:
        this.#streamClosed(event);
        break;
    }
  }

  /** The kernel has done its work: what it does not tell can be looked at. */
  settle() {
    this.#supervisors.settle();
  }

  #of(type, event, fields) {
    this.#about(type, event.time, event.low, event.high, fields);
  }

  #spawned(event) {
    const { cells, children } = this.#runtime;
    const cell = cells.find(event.low, event.high);
    // One that its supervisor starts again has no cell yet.
    const child = cell === null ? children.get(event.tag) : cell.details?.child ?? null;
    const who = cell ?? child;
    const { callers, ancestors } = originsOf(this.#runtime, cell, child);
    if (cell !== null && isUsual(cell.details)) {
      this.#spawnedUsual(event, cell, callersFrom(callers), ancestorsFrom(ancestors));
      return;
    }
    const fields = {
      kind: kindName(event.extra),
      parent: formatPidOrNull(event.otherLow, event.otherHigh),
      supervisor: cell === null ? formatPid(child.supervisor.low, child.supervisor.high) : cell.supervisorPid,
      linked: (this.#flags & FLAG.LINK) !== 0,
      callers: callersFrom(callers),
      ancestors: ancestorsFrom(ancestors),
    };
    this.#flags = 0;
    if (isSupervisor(event.extra)) {
      fields.linked = fields.parent !== null;
      fields.settings = settingsOf(cell.details.info);
    }
    if (fields.supervisor !== null) fields.restart = restartName(child?.restart ?? RESTART.TEMPORARY);
    this.#emit('spawned', event.time, formatPid(event.low, event.high), who.label, fields);
  }

  /** What most are: an item, or a task without a supervisor. */
  #spawnedUsual({ time, low, high, otherLow, otherHigh, extra }, { label, stream, number }, callers, ancestors) {
    const pid = packPid(low, high);
    const parent = packPid(otherLow, otherHigh);
    const kind = kindName(extra);
    if (stream === null) {
      const linked = (this.#flags & FLAG.LINK) !== 0;
      this.#flags = 0;
      this.#log.spawned(time, pid, label, kind, linked, parent, callers, ancestors);
      return;
    }
    const { scope } = stream;
    const supervisor = scope === null ? 0 : packPid(scope.low, scope.high);
    this.#log.itemSpawned(time, pid, label, kind, parent, callers, ancestors, stream.id, number, supervisor);
  }

  /** The kernel holds an item to begin when it is spawned; see `started`. */
  #started({ time, low, high }) {
    const { stream, label } = this.#runtime.cells.find(low, high);
    if (stream === null) this.#log.started(time, packPid(low, high), label);
  }

  #exited(event) {
    const { extra, reason } = event;
    const fulfilled = (extra & EXITED.VALUE) !== 0;
    if (fulfilled && (extra & UNUSUAL) === 0) {
      this.#returned(event);
      return;
    }
    const bySignal = (extra & (EXITED.NEVER_RAN | EXITED.BODY_RUNNING)) !== 0;
    if (bySignal && reason === REASON.KILLED) this.#of('killed', event, {});
    const fields = { status: fulfilled ? 'fulfilled' : 'rejected' };
    if (!fulfilled) fields.reason = this.#runtime.reasons.raw(reason);
    fields.by = bySignal ? 'signal' : 'body';
    fields.abandoned = (extra & EXITED.BODY_RUNNING) !== 0;
    const cell = this.#runtime.cells.find(event.low, event.high);
    if (cell !== null && cell.stream !== null && !cell.detached) {
      fields.stream = cell.stream.id;
      fields.index = cell.number;
    }
    this.#of('settled', event, fields);
  }

  #returned({ time, low, high }) {
    const pid = packPid(low, high);
    const cell = this.#runtime.cells.find(low, high);
    if (cell === null) this.#log.returned(time, pid, '');
    else if (cell.stream === null || cell.detached) this.#log.returned(time, pid, cell.label);
    else this.#log.itemReturned(time, pid, cell.label, cell.stream.id, cell.number);
  }

  #restarted(event) {
    const { cells, children } = this.#runtime;
    const child = children.get(event.tag);
    const label = (cells.find(event.low, event.high) ?? child).label;
    this.#emit('restarted', event.time, formatPid(event.low, event.high), label, {
      previous: formatPid(event.otherLow, event.otherHigh),
      restarts: child.restarts + 1,
    });
  }

  #down(event) {
    const entry = this.#runtime.monitors.get(event.tag);
    if (entry === null) return;
    this.#about('down', event.time, event.otherLow, event.otherHigh, {
      ref: entry.ref,
      watched: formatPid(event.low, event.high),
      reason: this.#runtime.reasons.raw(event.reason),
    });
  }

  /* ---- Streams. --------------------------------------------------------- */

  #ofStream(type, event, fields) {
    const run = this.#runtime.streams.get(event.tag);
    this.#emit(type, event.time, run.consumerPid, run.label, { stream: run.id, ...fields });
  }

  streamOpened(run, { limit, flags, timeout, maxBuffered }) {
    this.#emit('streamOpened', this.#now, run.consumerPid, run.label, {
      stream: run.id,
      limit,
      ordered: (flags & FLAG.ORDERED) !== 0,
      linked: (flags & FLAG.NOLINK) === 0,
      timeout: finite(timeout),
      maxBuffered: maxBuffered === 0 ? null : maxBuffered,
      supervisor: run.supervisorPid,
    });
  }

  #delivered(event) {
    const { time, low, high, extra, reason } = event;
    const { stream, number, label } = this.#runtime.cells.find(low, high);
    if (extra === OUTCOME.OK) {
      this.#log.itemDelivered(time, packPid(low, high), label, stream.id, number);
      return;
    }
    this.#of('delivered', event, {
      stream: stream.id,
      index: number,
      status: 'rejected',
      reason: extra === OUTCOME.TIMEOUT ? 'timeout' : this.#runtime.reasons.raw(reason),
    });
  }

  #streamClosed(event) {
    const fields = { how: CLOSINGS[event.extra] };
    if (event.extra === CLOSED.CRASH || event.extra === CLOSED.OWNER) {
      fields.reason = this.#runtime.reasons.raw(event.reason);
    }
    this.#ofStream('streamClosed', event, fields);
  }

  /* ---- Processes. ------------------------------------------------------- */

  /** A process is about to be spawned with these flags. */
  spawning(flags) {
    this.#flags = flags;
  }

  /** An item's body begins; that of a task is told by the kernel. */
  started({ low, high, label }) {
    this.#log.started(this.#now, packPid(low, high), label);
  }

  /** A body has returned at last; its process had ended before. */
  returned({ low, high, label }, stream) {
    const fields = stream === null ? {} : { stream: stream.id };
    this.#emit('bodyReturned', this.#now, formatPid(low, high), label, fields);
  }

  /** A body tells something of its work. */
  progress(process, value) {
    this.#tell('progress', process, { value });
  }

  refused(caller, supervisor) {
    this.#tell('refused', caller, { supervisor: formatPid(supervisor.low, supervisor.high) });
  }

  ignored(record) {
    this.#tell('ignored', record, {});
  }

  /** A process's AbortSignal ends it, which may unlink it from its owner. */
  aborting(cell, number, act) {
    this.#tell('aborted', cell, { reason: this.#runtime.reasons.raw(number) });
    const info = this.#runtime.kernel.infoOf(cell.low, cell.high);
    const owner = info === null ? null : { low: info.ownerLow, high: info.ownerHigh };
    if (owner === null) act();
    else this.relinking('unlinked', owner, cell, act);
  }

  signalled(from, low, high, number) {
    if (this.#runtime.kernel.infoOf(low, high) === null) return; // it goes nowhere
    this.#supervisors.touch(low, high);
    this.#about('signalled', this.#now, low, high, {
      from: formatPid(from.low, from.high),
      reason: this.#runtime.reasons.raw(number),
    });
  }

  trapExit(process, value) {
    this.#tell('flagged', process, { flag: 'trapExit', value });
  }

  named(type, name, place) {
    this.#tell(type, place, { name });
  }

  /** One that is gone has been told of already, by `down`. */
  monitored({ caller, ref, low, high }, watched) {
    if (low !== 0 || high !== 0) this.#tell('monitored', caller, { ref, watched });
  }

  demonitored({ caller, ref }) {
    this.#tell('demonitored', caller, { ref });
  }

  /* ---- Links. ------------------------------------------------------------ */

  /** How many links a process has, 0 when it has ended. */
  #links(low, high) {
    return this.#runtime.kernel.infoOf(low, high)?.links ?? 0;
  }

  /**
   * Carries out what may make or end the link between two processes. A process
   * that is ended by it has no links: `settled` says all.
   */
  relinking(type, a, b, act) {
    // One of the two may have more links than are counted.
    const side = this.#links(b.low, b.high) < COUNTED ? b : a;
    const before = this.#links(side.low, side.high);
    const result = act();
    const { kernel } = this.#runtime;
    if (kernel.infoOf(a.low, a.high) === null || kernel.infoOf(b.low, b.high) === null) return result;
    const after = this.#links(side.low, side.high);
    if (after !== before || after === COUNTED) {
      this.#tell(type, a, { other: formatPid(b.low, b.high) });
    }
    return result;
  }

  /* ---- Waits. ------------------------------------------------------------ */

  /** A wait of the kernel has begun. */
  waiting(wait) {
    const { about, caller } = wait;
    if (about === undefined) return;
    const { what, low, high, timeout } = about;
    const number = ++this.#waitCount;
    caller.label ??= this.#labelOf(caller.low, caller.high);
    while (this.#numbers.length <= wait.tag) this.#numbers.push(0);
    this.#numbers[wait.tag] = number;
    this.#supervisors.touch(low, high);
    this.#log.waiting(
      this.#now, packPid(caller.low, caller.high), caller.label, number, what, packPid(low, high), timeout,
    );
  }

  #waitDone({ tag, time, extra }) {
    const wait = this.#runtime.waits.get(tag);
    if (wait === null) return;
    const owner = wait.caller.gone && extra !== OUTCOME.OK;
    this.#waited(wait, tag, time, OUTCOMES[owner ? OUTCOME.OWNER : extra]);
  }

  /** A wait has been given up. */
  cancelled(wait) {
    this.#waited(wait, wait.tag, this.#now, 'cancelled');
  }

  #waited({ about, caller }, tag, time, outcome) {
    const number = this.#numbers[tag] ?? 0;
    if (number === 0) return; // begun before anybody looked
    this.#numbers[tag] = 0;
    const { what, low, high } = about;
    const label = caller.gone ? this.#labelOf(caller.low, caller.high) : caller.label;
    this.#log.waited(time, packPid(caller.low, caller.high), label, number, what, packPid(low, high), outcome);
  }

  /** A general supervisor was told what came of the start of a child. */
  childAnswered({ place: { low, high }, id }) {
    this.#supervisors.touch(low, high, id);
  }
}
