/**
 * The workers of a runtime, as it holds them. Their code is a module of its own
 * (pool.js), which is loaded with the first job, or at once where some workers
 * are always to be there: most programs have none, and would load it in vain.
 */
import { WorkerError } from '../errors.js';

export class PoolOnDemand {
  #settings;
  /** The Pool, once it has been loaded. */
  #pool = null;
  #isLoading = false;
  #isDisposed = false;
  /** Jobs that came before it. */
  #jobs = [];

  /** @param settings as checked by settings.js, with `openWeb`, which makes a browser's Worker */
  constructor(settings) {
    this.#settings = settings;
    if (settings.min > 0) this.#load();
  }

  submit(job) {
    if (this.#pool !== null) {
      this.#pool.submit(job);
      return;
    }
    this.#jobs.push(job);
    this.#load();
  }

  /** The task of a job has ended before it. */
  cancel(job, reason, grace) {
    if (this.#pool !== null) this.#pool.cancel(job, reason, grace);
    else if (!job.done && !this.#isDisposed) {
      job.cancelled = true;
      job.stopped();
    }
  }

  #load() {
    if (this.#isLoading) return;
    this.#isLoading = true;
    import('./pool.js').then((module) => this.#loaded(module), (cause) => this.#failed(cause));
  }

  #loaded({ Pool }) {
    if (this.#isDisposed) return;
    this.#pool = new Pool(this.#settings);
    for (const job of this.#takeJobs()) this.#pool.submit(job);
  }

  /** Each later job makes another attempt. */
  #failed(cause) {
    this.#isLoading = false;
    const error = new WorkerError(`the code for workers could not be loaded: ${cause?.message}`, { reason: 'start', cause });
    for (const job of this.#takeJobs()) job.threw(error);
  }

  /** Those whose tasks are still there. */
  #takeJobs() {
    const jobs = this.#jobs.filter(({ done }) => !done);
    this.#jobs = [];
    return jobs;
  }

  /** Terminates all of them; nothing of theirs is heard any more. */
  dispose() {
    this.#isDisposed = true;
    this.#jobs = [];
    this.#pool?.dispose();
  }

  /** For `inspect()`. */
  describe() {
    if (this.#pool !== null) return this.#pool.describe();
    const { min, max } = this.#settings;
    const none = { size: 0, busy: 0, idle: 0, spare: 0, starting: 0, ending: 0 };
    const queued = this.#jobs.filter(({ done }) => !done).length;
    return { kind: null, min, max, ...none, queued, started: 0, killed: 0, crashed: 0 };
  }
}
