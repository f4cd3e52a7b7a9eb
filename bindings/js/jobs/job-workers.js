/**
 * Jobs where memory cannot be shared: each in an instance of its own, which has
 * a worker of its own. One job at a time; killing it ends the worker.
 */
import { JobTrapError } from './job-errors.js';
import { Instance } from './job-instance.js';
import { JobPool } from './job-pool.js';

/* A worker that could not be started is tried again after a while: so often in
 * a row before those that wait are told so, when no other works. */
const STARTS_MAX = 4;
const AGAIN_MS = 20;
const AGAIN_MS_MAX = 1000;

export class WorkerPool extends JobPool {
  mode = 'workers';
  /** { instance, run, timer } */
  #members = new Set();
  #numbers = 0;
  #failedStarts = 0; // in a row
  #again = null; // the timer, while none is started

  begin(first = null) {
    const member = { instance: null, run: null, timer: null };
    // The limit is of threads, and max may have been raised above it.
    member.instance = new Instance(this.files, 'workers', { ...this.settings, limit: 0 }, {
      opened: () => {
        this.#failedStarts = 0;
        first?.resolve();
        this.pump();
      },
      entry: (entry) => this.#entry(member, entry),
      failed: (told) => this.#failed(member, told, first),
    });
    this.#members.add(member);
    member.instance.keep(true);
  }

  /* ---- Runs. */

  pump() {
    for (const member of this.#members) {
      if (this.queue.length === 0) break;
      if (member.run === null && member.instance.isOpen) this.#give(member, this.queue.shift());
    }
    let coming = 0;
    for (const { run, instance } of this.#members) if (run === null && !instance.isOpen) coming++;
    while (this.#again === null && this.#members.size < this.settings.max && coming < this.queue.length) {
      this.begin();
      coming++;
    }
    for (const member of this.#members) this.#rest(member);
  }

  #give(member, run) {
    clearTimeout(member.timer);
    member.timer = null;
    member.run = run;
    run.number = ++this.#numbers;
    run.member = member;
    this.started++;
    member.instance.tell(['start', run.number, run.job.index, run.valuesFor(null)]);
  }

  /** An idle one keeps nothing alive, and goes after its time. */
  #rest(member) {
    const isIdle = member.run === null && this.queue.length === 0;
    member.instance.keep(!isIdle);
    if (!isIdle || member.timer !== null) return;
    member.timer = setTimeout(() => {
      member.timer = null;
      if (member.run === null && this.#members.size > this.settings.min) this.#remove(member);
    }, this.settings.idleTimeout);
    member.timer.unref?.();
  }

  #remove(member) {
    clearTimeout(member.timer);
    this.#members.delete(member);
    member.instance.end();
  }

  #free(member, run) {
    member.run = null;
    if (this.#members.size > this.settings.max) this.#remove(member);
    return run;
  }

  kill(run) {
    run.killed = true;
    if (run.number === 0) this.withdraw(run);
    else if (run.member.run === run) {
      this.setAside++;
      this.#remove(run.member);
    }
    run.returned();
    this.pump();
  }

  #entry(member, [kind, number, ...rest]) {
    const { run } = member;
    if (run === null || run.number !== number) return;
    switch (kind) {
      case 'ended':
        this.#free(member, run).ended(...rest);
        break;
      case 'report':
        run.reported(rest[0]);
        return;
      case 'refused':
        this.#free(member, run).refused(rest[0]);
        break;
      default:
        return;
    }
    this.pump();
  }

  #failed(member, told, first) {
    if (!this.#members.has(member)) return;
    const { run } = member;
    this.#remove(member);
    if (run !== null) {
      this.setAside++;
      run.failed(new JobTrapError(run.job.name, told));
    } else if (!member.instance.isOpen) {
      const error = new Error(`an instance could not be opened: ${told.message}`, { cause: told });
      this.#failedStarts++;
      if (first !== null) first.reject(error);
      else if (this.#members.size > 0 || this.#failedStarts < STARTS_MAX) this.#tryAgain();
      else {
        this.#failedStarts = 0;
        this.failQueue(error);
      }
    }
    this.pump();
  }

  #tryAgain() {
    clearTimeout(this.#again);
    this.#again = setTimeout(() => {
      this.#again = null;
      this.pump();
    }, Math.min(AGAIN_MS * 2 ** (this.#failedStarts - 1), AGAIN_MS_MAX));
  }

  /* ---- Memory: its own, copied each time. */

  async allocate(Elements, count) {
    if (this.error !== null) throw this.error;
    return new Elements(count);
  }

  shares() {
    return false;
  }

  userOf() {
    return null;
  }

  free() {}

  /* ---- The rest. */

  resized() {
    for (const member of this.#members) {
      if (this.#members.size > this.settings.max && member.run === null) this.#remove(member);
    }
    this.pump();
  }

  counts() {
    const running = [...this.#members].filter(({ run }) => run !== null).length;
    const threads = this.#members.size;
    return { limit: this.settings.max, threads, idle: threads - running, waiting: 0, running, abandoned: 0 };
  }

  end(error) {
    clearTimeout(this.#again);
    const runs = [...this.#members].map(({ run }) => run).filter((run) => run !== null);
    for (const member of this.#members) this.#remove(member);
    for (const run of runs) run.failed(error);
  }
}
