/** What general supervisors are asked for: how the kernel's answer becomes a promise's fate. */
import { AlreadyStartedError, ChildError, ChildStartError, ExitError } from './errors.js';
import { failure } from './kernel.js';
import { formatPid, formatPidOrNull } from './pid.js';
import { ASK, CODE, OUTCOME } from './protocol.js';
import { Wait } from './waits.js';

/** The codes with which a supervisor refuses, as `state` of a ChildError. */
const STATES = new Map([
  [CODE.RUNNING, 'running'],
  [CODE.RESTARTING, 'restarting'],
  [CODE.PRESENT, 'alreadyPresent'],
  [CODE.NOT_FOUND, 'notFound'],
]);

const endedFirst = (call, place, { value }) =>
  new ExitError(value, {
    pid: formatPid(place.low, place.high),
    message: `${call}: supervisor ${place.text} ended before it answered`,
  });

/** One question. */
export class AskWait extends Wait {
  #call;
  #place;

  constructor(call, caller, place) {
    super(caller);
    this.#call = call;
    this.#place = place;
  }

  get call() {
    return this.#call;
  }

  get about() {
    const { low, high } = this.#place;
    return { what: this.#call.slice(this.#call.indexOf('.') + 1), low, high, timeout: Infinity };
  }

  get place() {
    return this.#place;
  }

  done(outcome, entry, event) {
    switch (outcome) {
      case OUTCOME.NONE:
        this.granted(formatPidOrNull(event.low, event.high));
        break;
      case OUTCOME.REFUSED:
        this.refused(event.reason, event);
        break;
      case OUTCOME.FAILED:
        this.failed(entry);
        break;
      case OUTCOME.OWNER:
        this.ownerEnded(entry);
        break;
      default:
        this.reject(endedFirst(this.#call, this.#place, entry));
    }
  }
}

/** To stop or forget a child: true, or false when there is none such. */
export class RemovalWait extends AskWait {
  #id;

  /** @param id null for a child that is named by its pid */
  constructor(call, caller, place, id = null) {
    super(call, caller, place);
    this.#id = id;
  }

  granted() {
    this.resolve(true);
  }

  refused(code) {
    if (code === CODE.NOT_FOUND) this.resolve(false);
    else this.reject(new ChildError(this.call, this.place.text, this.#id, STATES.get(code)));
  }
}

/** To start a child, a new one or one that has no process: its pid, or null. */
export class StartWait extends AskWait {
  #id;
  #info;
  #child;

  /** @param child a new one, or null */
  constructor(call, caller, place, info, id, child = null) {
    super(call, caller, place);
    this.#id = id;
    this.#info = info;
    this.#child = child;
  }

  granted(pid) {
    this.resolve(pid);
  }

  refused(code, event) {
    this.#child?.forget();
    const { text } = this.place;
    const state = STATES.get(code);
    if (code === CODE.ALREADY) {
      const pid = formatPid(event.low, event.high);
      this.reject(new AlreadyStartedError(null, pid, { id: this.#id, supervisor: text }));
    } else if (state === undefined) this.reject(failure(code, this.call));
    else this.reject(new ChildError(this.call, text, this.#id, state));
  }

  failed() {
    const { cause, startedAt } = this.#info;
    this.reject(new ChildStartError(this.#id, cause, { supervisor: this.place.text, startedAt }));
  }

  done(outcome, entry, event) {
    super.done(outcome, entry, event);
    if (outcome === OUTCOME.EXIT) this.#child?.forget();
    else if (outcome === OUTCOME.OWNER && this.#child !== null) this.#fence();
  }

  /**
   * Who asked has ended, so nobody will be told if the supervisor refuses the
   * child. What it answers to a further question, it answers after that.
   */
  #fence() {
    const child = this.#child;
    const { runtime } = this.place;
    runtime.effect(() => {
      if (child.started) return;
      if (this.#info.gone) {
        child.forget();
        return;
      }
      const wait = new FenceWait(runtime.root, () => {
        if (!child.started) child.forget();
      });
      const { low, high } = runtime.root;
      const code = runtime.ask(wait, (tag) =>
        runtime.kernel.supervisorAsk(low, high, this.place, ASK.TERMINATE, tag, 0));
      if (code !== CODE.OK) child.forget();
    });
  }
}

/** Until a supervisor has got as far as this. */
class FenceWait {
  tag = 0;
  #then;

  constructor(caller, then) {
    this.caller = caller;
    this.#then = then;
  }

  done() {
    this.#then();
  }

  fail() {}
}

/** For one of the children that a supervisor is started with. */
export class InitWait {
  tag = 0;
  #child;

  constructor(caller, child) {
    this.caller = caller;
    this.#child = child;
  }

  done(outcome, entry, event) {
    const child = this.#child;
    const { info } = child;
    if (outcome === OUTCOME.NONE) {
      child.isInitial = false;
      info.initialized++;
    } else if (outcome === OUTCOME.REFUSED) {
      child.forget();
      info.initFailure ??= { child, cause: failure(event.reason, 'a child') };
    } else if (outcome !== OUTCOME.FAILED) {
      child.forget();
      info.initEnd ??= entry;
    }
  }

  fail() {}
}
