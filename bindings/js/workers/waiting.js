/**
 * The jobs that wait, in their order. Of those that have ended, it holds no more
 * than of those that wait, or a few: with a job go its arguments and its result.
 */
import { Fifo } from './fifo.js';

/* So many that have ended do not matter. */
const ENDED_MAX = 32;

export class Waiting {
  #jobs = new Fifo();
  /** How many of them have ended. */
  #ended = 0;

  /** How many wait. */
  get size() {
    return this.#jobs.length - this.#ended;
  }

  push(job) {
    job.waits = true;
    this.#jobs.push(job);
  }

  /** They come before all others. */
  putBack(jobs) {
    for (const job of jobs) job.waits = true;
    this.#jobs.unshift(jobs);
  }

  /** The next one, or null. */
  peek() {
    let job = this.#jobs.first;
    while (job?.done) {
      this.#ended--;
      this.#shift();
      job = this.#jobs.first;
    }
    return job ?? null;
  }

  /** Takes out the next one; null when there is none. */
  take() {
    return this.peek() === null ? null : this.#shift();
  }

  /** A job has ended before it was given to a worker. */
  hasEnded(job) {
    if (!job.waits) return;
    this.#ended++;
    if (this.#ended <= ENDED_MAX || this.#ended <= this.size) return;
    this.#jobs.filter(({ done }) => !done);
    this.#ended = 0;
  }

  clear() {
    this.#jobs.clear();
    this.#ended = 0;
  }

  #shift() {
    const job = this.#jobs.shift();
    job.waits = false;
    return job;
  }
}
