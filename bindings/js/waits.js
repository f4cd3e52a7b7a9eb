/**
 * What the binding keeps for each WAIT of the kernel: how its one WAIT_DONE
 * becomes the fate of a promise.
 *
 * Every wait has `done(outcome, failure, event)`, failure being the reason's
 * entry, and `fail(error)` for the end of the runtime. Those that users began
 * have `about`, for who looks on: `{ what, low, high, timeout }`, which is what
 * they wait for, whom, and how long. It is one object, to be read at once.
 */
import { NoProcError, TimeoutError, withoutStack } from './errors.js';
import { parsePid } from './pid.js';
import { OUTCOME } from './protocol.js';
import { errorOf } from './reasons.js';
import { quiet } from './record.js';

/** To keep the shape of what `make` gives: see StreamRun. Numbers have two forms, and so has a timeout. */
export const withBothTimeouts = (make) => [5000, Infinity].map(make);

/** The same for waits. A field that has held only numbers has a box for each object's; null makes it one for any value. */
const withAnyTimeout = (make) => [5000, Infinity, null].map(make);

/* One for all: each wait of a program that is watched is looked at twice. */
const about = { what: '', low: 0, high: 0, timeout: 0 };

export function tellAbout(what, low, high, timeout) {
  about.what = what;
  about.low = low;
  about.high = high;
  about.timeout = timeout;
  return about;
}

const aboutTask = (what, { low, high }, timeout) => tellAbout(what, low, high, timeout);

/* Of the functions of a promise only the resolver is kept: a rejection is the
 * resolution with a rejected promise, which saves a closure per wait. The function
 * that takes it is one of its own each time, for engines leave that out again, while
 * a variable for all would be old, and have each new resolver noted in it. */

export class Wait {
  /** By which the kernel knows it; 0 when it does not. */
  tag = 0;

  constructor(caller) {
    this.caller = caller;
    this.promise = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  /** The kernel has begun it: told to those who may cancel it, by this reference. */
  begun() {}

  reject(error) {
    this.resolve(Promise.reject(error));
  }

  /** Nobody may be listening any more: who waited has ended. */
  fail(error) {
    quiet(this.promise);
    this.reject(error);
  }

  ownerEnded(failure) {
    this.fail(errorOf(failure, { pid: this.caller.pid }));
  }
}

/**
 * A Wait by its prototype only: a class that `extends` another one calls its
 * constructor, which engines do not inline.
 */
export class AwaitWait {
  /** See StreamRun. */
  static #kept = withAnyTimeout((timeout) => new AwaitWait(null, null, null, timeout));
  tag = 0;

  constructor(caller, record, task, timeout) {
    this.caller = caller;
    this.promise = new Promise((resolve) => {
      this.resolve = resolve;
    });
    this.record = record;
    this.task = task;
    this.timeout = timeout;
  }

  get about() {
    return aboutTask('await', this.record, this.timeout);
  }

  done(outcome, failure) {
    const { record } = this;
    switch (outcome) {
      case OUTCOME.OK:
        this.resolve(record.value);
        break;
      case OUTCOME.TIMEOUT:
        this.reject(timeoutOf(record, this.task, this.timeout));
        break;
      case OUTCOME.OWNER:
        this.ownerEnded(failure);
        break;
      default:
        if (outcome === OUTCOME.CRASH) record.crashed = true;
        this.reject(record.error);
    }
  }
}

Object.setPrototypeOf(AwaitWait.prototype, Wait.prototype);

export const timeoutOf = (record, task, timeout) =>
  withoutStack(() => new TimeoutError(timeout, {
    pid: record.pid, label: record.label, task, startedAt: record.startedAt,
  }));

export class YieldWait extends Wait {
  /** See StreamRun. */
  static #kept = withAnyTimeout((timeout) => new YieldWait(null, null, timeout));

  constructor(caller, record, timeout) {
    super(caller);
    this.record = record;
    this.timeout = timeout;
  }

  get about() {
    return aboutTask('yield', this.record, this.timeout);
  }

  done(outcome, failure) {
    const { record } = this;
    if (outcome === OUTCOME.OWNER) this.ownerEnded(failure);
    else if (outcome === OUTCOME.TIMEOUT) this.resolve(null);
    else if (outcome === OUTCOME.CRASH) {
      record.crashed = true;
      this.reject(record.error);
    } else this.resolve(record.outcome());
  }
}

/** `Task.shutdown`: null when it ended as asked. */
export class ShutdownWait extends Wait {
  /** @param shutdown what was given: after so long it is killed */
  constructor(caller, record, shutdown) {
    super(caller);
    this.record = record;
    this.shutdown = shutdown;
  }

  get about() {
    return aboutTask('shutdown', this.record, this.shutdown === 'brutalKill' ? 0 : this.shutdown);
  }

  done(outcome, failure) {
    if (outcome === OUTCOME.OWNER) this.ownerEnded(failure);
    else if (outcome === OUTCOME.NONE) this.resolve(null);
    else this.resolve(this.record.ending());
  }
}

export class SleepWait extends Wait {
  /** See StreamRun. */
  static #kept = withAnyTimeout((timeout) => new SleepWait(null, timeout));

  constructor(caller, timeout) {
    super(caller);
    this.timeout = timeout;
  }

  get about() {
    return tellAbout('sleep', 0, 0, this.timeout);
  }

  done(outcome, failure) {
    if (outcome === OUTCOME.OWNER) this.ownerEnded(failure);
    else this.resolve(undefined);
  }
}

/** An ignored task never answers: waits its time in vain. */
export class VainWait extends Wait {
  constructor(caller, record, task, timeout) {
    super(caller);
    this.record = record;
    this.task = task;
    this.timeout = timeout;
  }

  get about() {
    return aboutTask(this.task === null ? 'yield' : 'await', this.record, this.timeout);
  }

  done(outcome, failure) {
    if (outcome === OUTCOME.OWNER) this.ownerEnded(failure);
    else if (this.task === null) this.resolve(null);
    else this.reject(timeoutOf(this.record, this.task, this.timeout));
  }
}

/** Until a supervisor is gone. */
export class StopWait extends Wait {
  constructor(caller, { pid, label, kind }, timeout) {
    super(caller);
    this.pid = pid;
    this.label = label;
    this.kind = kind;
    this.timeout = timeout;
  }

  get about() {
    return aboutTask('stop', parsePid(this.pid), this.timeout);
  }

  done(outcome, failure) {
    if (outcome === OUTCOME.OWNER) this.ownerEnded(failure);
    else if (outcome === OUTCOME.TIMEOUT) {
      const { pid, label, kind } = this;
      this.reject(withoutStack(() => new TimeoutError(this.timeout, { pid, label, kind, what: 'did not stop' })));
    } else this.resolve(undefined);
  }
}

/** One of several waits with one answer; the group decides what it means. */
export class GroupWait {
  /** See StreamRun. */
  static #kept = new GroupWait(null, null, 0);
  /** Words of the reference by which the kernel cancels it. */
  low = 0;
  high = 0;
  tag = 0;

  constructor(caller, group, index) {
    this.caller = caller;
    this.group = group;
    this.index = index;
  }

  begun(low, high) {
    this.low = low;
    this.high = high;
  }

  get about() {
    const { what, records, timeout } = this.group;
    return aboutTask(what, records[this.index], timeout);
  }

  done(outcome, failure) {
    this.tag = 0;
    if (outcome === OUTCOME.OWNER) {
      this.group.fail(errorOf(failure, { pid: this.caller.pid }));
    } else this.group.answer(this.index, outcome);
  }

  fail(error) {
    this.tag = 0;
    this.group.fail(error);
  }
}

/** A monitor that has not fired. */
export class MonitorEntry {
  /** @param of the pid that is watched */
  constructor(caller, ref, of) {
    this.caller = caller;
    this.ref = ref;
    this.of = of;
    this.low = 0;
    this.high = 0;
    this.down = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  fail(error) {
    quiet(this.down);
    this.resolve(Promise.reject(error));
  }

  /** Who watched has ended; nobody is told any more. */
  ownerEnded() {
    this.caller.runtime.monitorRefs.delete(this.ref);
    this.fail(new NoProcError(`process ${this.caller.pid}, which watched, has ended`, { pid: this.caller.pid }));
  }
}
