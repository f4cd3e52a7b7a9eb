/**
 * The jobs that wait, in their order. It holds none that was taken out, and of those that
 * have ended no more than of those that wait, or a few: with a job go its arguments and its result.
 */

/* So many that have ended, or empty places, do not matter. */
const IDLE_MAX = 32;

export class Waiting {
  #jobs = [];
  /** So many places at the beginning are empty. */
  #head = 0;
  /** How many jobs have ended. */
  #ended = 0;

  /** How many wait. */
  get size() {
    return this.#jobs.length - this.#head - this.#ended;
  }

  push(job) {
    job.waits = true;
    this.#jobs.push(job);
  }

  /** They come before all others. */
  putBack(jobs) {
    for (const job of jobs) job.waits = true;
    this.#keep(jobs.concat(this.#rest));
  }

  /** The next one, or null. */
  peek() {
    while (this.#jobs[this.#head]?.done) {
      this.#ended--;
      this.#shift();
    }
    return this.#jobs[this.#head] ?? null;
  }

  /** Takes out the next one; null when there is none. */
  take() {
    return this.peek() && this.#shift();
  }

  /** A job has ended before it was given to a worker. */
  hasEnded(job) {
    if (!job.waits) return;
    this.#ended++;
    if (this.#ended <= IDLE_MAX || this.#ended <= this.size) return;
    this.#keep(this.#rest.filter(({ done }) => !done));
    this.#ended = 0;
  }

  clear() {
    this.#keep([]);
    this.#ended = 0;
  }

  #shift() {
    const job = this.#jobs[this.#head];
    job.waits = false;
    this.#jobs[this.#head++] = null;
    if (this.#head > IDLE_MAX && this.#head * 2 > this.#jobs.length) this.#keep(this.#rest);
    return job;
  }

  get #rest() {
    return this.#jobs.slice(this.#head);
  }

  #keep(jobs) {
    this.#jobs = jobs;
    this.#head = 0;
  }
}
