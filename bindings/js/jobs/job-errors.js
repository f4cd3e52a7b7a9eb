/** How jobs in C can fail, beyond what ends every task. */
import { BelayError } from '../errors.js';

/** The job gave belay_fail(context, failure, message). */
export class JobError extends BelayError {
  constructor(job, failure, message) {
    super(message === '' ? `job ${job} failed with ${failure}` : message, 'BELAY_JOB');
    this.job = job;
    this.failure = failure;
  }

  get name() {
    return 'JobError';
  }
}

/**
 * The machine stopped the job: a trap (`unreachable`, an access out of bounds,
 * a full stack), abort() or exit().
 */
export class JobTrapError extends BelayError {
  /** @param told { name, message, stack } of what the engine threw */
  constructor(job, told) {
    const cause = new Error(told.message);
    Object.defineProperty(cause, 'name', { value: told.name, configurable: true, writable: true });
    if (told.stack !== null) cause.stack = told.stack;
    super(`job ${job} was stopped by the machine: ${told.message}`, 'BELAY_JOB_TRAP', { cause });
    this.job = job;
  }

  get name() {
    return 'JobTrapError';
  }
}

/**
 * The job had begun when its instance was set aside, for a reason that lay in
 * another job; it may have done any part of its work.
 */
export class JobLostError extends BelayError {
  constructor(job, why, cause) {
    super(`job ${job} was lost: its instance was set aside because ${why}`, 'BELAY_JOB_LOST', { cause });
    this.job = job;
  }

  get name() {
    return 'JobLostError';
  }
}

/** The jobs have been disposed of. */
export class JobsDisposedError extends BelayError {
  constructor(module) {
    super(`the jobs of module ${JSON.stringify(module)} have been disposed of`, 'BELAY_JOBS_DISPOSED');
  }

  get name() {
    return 'JobsDisposedError';
  }
}
