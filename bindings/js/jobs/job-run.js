/** One run of a job: of a task's body, or of an item of a stream. */
import { LimitError, withoutStack } from '../errors.js';
import { JobError } from './job-errors.js';
import { elementOf } from './job-signature.js';
import { ELEMENTS } from './job-values.js';
import { CODE } from '../protocol.js';
import { report } from '../report.js';

/* belay_reason */
const REASONS = [null, 'normal', 'shutdown', 'kill', 'killed', 'noproc', 'timeout', 'noconnection'];

export class Run {
  /** In the pool: its number and where it runs. */
  number = 0;
  place = -1;
  /** Its process has ended before its job has returned. */
  killed = false;
  settled = false;
  /** Its process has ended, as its instance told; what it has started may go on. */
  over = false;
  /** Nothing of it went on after its end when that was last looked at. */
  calm = false;
  /** When it is to be ended in earnest; see hardKill. */
  timer = null;
  #context;
  #onReport;

  /**
   * @param job { name, index }
   * @param values as Signature.check gives them
   * @param own the options that only jobs have
   */
  constructor(job, values, own, context) {
    this.job = job;
    this.values = values;
    this.hardKill = own.hardKill;
    this.#onReport = own.onReport;
    this.#context = context;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Its body has ended, in whatever way. */
  #settle(act) {
    if (this.settled) return;
    this.settled = true;
    act();
  }

  returned(value) {
    this.#settle(() => this.resolve(value));
  }

  failed(error) {
    this.#settle(() => this.reject(error));
  }

  /** As the instance tells it. */
  ended(code, reason, failure, value) {
    if (code === CODE.OK) {
      if (value?.problem === undefined || ArrayBuffer.isView(value)) this.returned(value);
      else this.failed(new TypeError(`job ${this.job.name} returned ${value.problem}`));
    } else if (REASONS[reason] === undefined || REASONS[reason] === null) {
      this.failed(withoutStack(() => new JobError(this.job.name, failure, value ?? '')));
    } else this.#exited(REASONS[reason]);
  }

  /** belay_exit: the task's process ends with that reason. */
  #exited(reason) {
    try {
      this.#context.exit(reason);
    } catch (request) {
      this.failed(request);
    }
  }

  refused(code) {
    this.failed(new LimitError(
      code === CODE.LIMIT
        ? `job ${this.job.name}: its instance has as many processes as it may have`
        : `job ${this.job.name}: there is no memory for its arguments`,
    ));
  }

  reported(value) {
    if (this.killed || this.over) return;
    this.#context.report?.(value);
    if (this.#onReport === null) return;
    try {
      this.#onReport(value, { pid: this.#context.self });
    } catch (error) {
      report(error);
    }
  }

  /** The arguments for an instance: arrays in its own memory go by their place. */
  valuesFor(memory) {
    return this.values.map((value) => {
      if (!ArrayBuffer.isView(value)) return value;
      return memory?.placeOf(value) ?? (value.buffer instanceof ArrayBuffer ? value : copyOf(value));
    });
  }
}

/** A typed array of belay's that is a copy, whatever it was before. */
export function copyOf(value) {
  const Elements = ELEMENTS[elementOf(value)];
  return new Elements(value);
}
