/**
 * The workers of a runtime, and who of them does what.
 *
 * Jobs are given out in the order in which they came, to a worker that has
 * nothing to do. Where those of an export have turned out to be short, a worker
 * is given several ahead in one message, for at most AHEAD_MS of work; and where
 * no more workers can be had, a few that are longer, so that a worker need not wait for
 * the next. What a worker has not begun can be taken back at any time: when it is
 * killed, when another one has nothing to do, and when the job before takes longer
 * than it should.
 */
import { now } from '../now.js';
import { loadHost } from './host.js';
import { AHEAD_MS, Known } from './known.js';
import { Lane } from './lane.js';
import { Waiting } from './waiting.js';

/* So many times as long as it should take, and AHEAD_MS: then what waits behind a job is done elsewhere. */
const OVERDUE = 2;
/* A spare is started for jobs that take longer than this. */
const SPARE_AFTER_MS = 5;
/* A result should be there sooner than this thread could fall asleep and be woken. */
const BRIEF_MS = 0.03;
/* Between attempts to start workers, after one has failed while others work. */
const RETRY_MS = 1000;

export class Pool {
  #settings;
  #host;
  /** A list: most of what is asked goes through all of it, for each job. */
  #lanes = [];
  /** Those of them that have not come up yet. */
  #starting = new Set();
  #ending = new Set();
  #waiting = new Waiting();
  #known = new Known();
  #spareTimer = null;
  #idleTimer = null;
  #retryAt = 0;
  /** No worker can take what is next, and none can be had, until something else changes than what waits. */
  #isSated = false;
  #disposed = false;
  #started = 0;
  #killed = 0;
  #crashed = 0;
  /** How many workers there were when one was killed: so many are to be again. */
  #wanted = 0;

  /**
   * @param settings as checked by settings.js, with `openWeb`, which makes a browser's Worker
   * @param host where workers come from (host.js), when that is not the platform
   */
  constructor(settings, host = null) {
    this.#settings = settings;
    this.#host = host;
    this.#wanted = settings.min;
    if (settings.min > 0) this.#withHost(() => this.#grow(settings.min));
  }

  get canShare() {
    return this.#host.canShare;
  }

  #withHost(run) {
    if (this.#host !== null) {
      run();
      return;
    }
    const host = loadHost(this.#settings.openWeb);
    if (typeof host.then !== 'function') {
      this.#host = host;
      run();
      return;
    }
    host.then((loaded) => {
      this.#host ??= loaded;
      if (!this.#disposed) run();
    });
  }

  /* ---- Jobs. -------------------------------------------------------------- */

  submit(job) {
    this.#waiting.push(job);
    if (!this.#isSated) this.#withHost(() => this.#assign());
  }

  /** Jobs that were taken back come before all others. */
  again(jobs) {
    if (jobs.length === 0 || this.#disposed) return;
    this.#waiting.putBack(jobs);
    queueMicrotask(() => this.#assign());
  }

  /** The task of a job has ended before it. */
  cancel(job, reason, grace) {
    if (job.done || this.#disposed) return;
    job.cancelled = true;
    this.#isSated = false;
    if (job.lane === null) {
      job.stopped();
      this.#waiting.hasEnded(job);
    } else {
      job.lane.cancel(job, reason, grace);
      this.#assign();
    }
  }

  /** How long a job took. */
  took(job, ms) {
    this.#known.took(job, ms);
    this.#isSated = false;
  }

  /** How many jobs of an export a worker may hold. */
  #windowOf({ target, transfer }) {
    const known = this.#known.of(target);
    // What was moved to a worker that is killed could not be sent again.
    if (known === undefined || transfer !== null) return 1;
    return this.#isFull ? known.windowWhenFull : known.window;
  }

  /** All workers that there may be have come up. */
  get #isFull() {
    return this.#lanes.length >= this.#settings.max && this.#starting.size === 0;
  }

  /** Whether what it is at takes longer than it should, and what waits could be done elsewhere. */
  #isOverdue({ current, since }, at = now()) {
    if (this.#settings.max === 1) return false;
    const ms = this.#known.of(current.target)?.ms ?? 0;
    return at - since > ms * OVERDUE + AHEAD_MS;
  }

  /** What waits behind a job that takes too long comes before all others; false when there is none. */
  #relieve() {
    const at = now();
    let relieved = false;
    for (const lane of this.#lanes) {
      if (lane.size < 2 || !this.#isOverdue(lane, at)) continue;
      this.#waiting.putBack(lane.takeBack(lane.size - 1));
      relieved = true;
    }
    return relieved;
  }

  /** Whether the runtime is to look out for a result. */
  #isBrief(jobs) {
    return jobs.length === 1 && this.#known.of(jobs[0].target)?.ms < BRIEF_MS;
  }

  #assign() {
    if (this.#disposed || this.#host === null) return;
    let lane = null;
    while (this.#waiting.size > 0) {
      lane = this.#lane();
      if (lane === null) break;
      const jobs = this.#batchFor(lane);
      if (jobs.length === 0) break;
      lane.give(jobs, this.#isBrief(jobs));
    }
    this.#isSated = false;
    if (this.#waiting.peek() === null) this.#share();
    else if (this.#isFull) this.#isSated = lane === null;
    else this.#growFor(this.#waiting.size);
    this.#look();
  }

  /** The worker that is given the next jobs: one that has none, else the one with the most room. */
  #lane() {
    let best = null;
    for (const lane of this.#lanes) {
      if (lane.canTake && (best === null || lane.size < best.size)) best = lane;
    }
    if (best === null || best.size === 0) return best;
    const first = this.#waiting.peek();
    // A few at a time are not worth a message.
    if (first === null || best.size * 2 > this.#windowOf(first) || best.room === 0) return null;
    return this.#isOverdue(best) ? null : best;
  }

  get #held() {
    let count = 0;
    for (const lane of this.#lanes) count += lane.size;
    return count;
  }

  #batchFor(lane) {
    const jobs = [];
    const { room } = lane;
    const fair = Math.ceil((this.#waiting.size + this.#held) / Math.max(1, this.#lanes.length));
    for (;;) {
      const job = this.#waiting.peek();
      if (job === null) break;
      const window = Math.min(this.#windowOf(job), Math.max(1, fair));
      if (jobs.length + lane.size >= window || jobs.length >= room) break;
      jobs.push(this.#waiting.take());
      if (job.transfer !== null) break;
    }
    return jobs;
  }

  /** Workers that have nothing to do take over what others have not begun. */
  #share() {
    for (const lane of this.#lanes) {
      if (!lane.isIdle) continue;
      let from = null;
      for (const other of this.#lanes) if (other.size > 1 && (from === null || other.size > from.size)) from = other;
      if (from === null) return;
      const jobs = from.takeBack(Math.min(lane.room, Math.ceil((from.size - 1) / 2)));
      if (jobs.length === 0) return;
      lane.give(jobs);
    }
  }

  /** All that a worker has said at a time has been handled. */
  heard(lane) {
    if (this.#disposed) return;
    if (this.#relieve() || !this.#hasEnough(lane)) this.#assign();
  }

  /** Whether a worker needs no further job now, and so nobody else does. */
  #hasEnough({ size }) {
    if (size === 0 || this.#lanes.length < this.#settings.max) return false;
    const first = this.#waiting.peek();
    return first === null || size * 2 > this.#windowOf(first);
  }

  /* ---- Workers. ----------------------------------------------------------- */

  /** Starts workers for so many jobs that wait. */
  #growFor(count) {
    this.#grow(Math.min(this.#settings.max, this.#lanes.length + count - this.#starting.size));
    for (const lane of this.#starting) lane.keepAlive(true);
  }

  #grow(size) {
    if (this.#lanes.length > 0 && now() < this.#retryAt) return;
    while (this.#lanes.length < size && !this.#disposed) {
      this.#started++;
      try {
        const lane = new Lane(this, (events) => this.#host.open(events, this.#settings));
        this.#lanes.push(lane);
        this.#starting.add(lane);
      } catch (error) {
        this.#startFailed(error);
        return;
      }
    }
  }

  cameUp(lane) {
    this.#starting.delete(lane);
    lane.warm(this.#known.recent);
    this.#assign();
  }

  /** A worker takes no more jobs; it may still run. */
  left(lane, wasStarting = false, error = null) {
    if (!this.#remove(lane)) return;
    this.#ending.add(lane);
    if (lane.killed) this.#killed++;
    else if (!wasStarting) this.#crashed++;
    if (this.#disposed) return;
    if (wasStarting) this.#startFailed(error);
    else if (!lane.killed && !lane.isUsed) {
      this.#delayStarts(); // it would be the same again
      queueMicrotask(() => this.#assign());
    } else {
      this.#wanted = Math.max(this.#wanted, Math.min(this.#settings.max, this.#lanes.length + 1));
      this.#look();
      queueMicrotask(() => this.#assign());
    }
  }

  /** Whether it was among the workers. */
  #remove(lane) {
    const place = this.#lanes.indexOf(lane);
    if (place < 0) return false;
    this.#lanes.splice(place, 1);
    this.#starting.delete(lane);
    this.#isSated = false;
    return true;
  }

  gone(lane) {
    this.#ending.delete(lane);
  }

  /**
   * Where no other worker is there, all that waits fails: another attempt would
   * fail as well, and each later job makes one. Else there is one in a while.
   */
  #startFailed(error) {
    this.#delayStarts();
    if (this.#lanes.length > 0) {
      this.#look();
      return;
    }
    for (let job = this.#waiting.take(); job !== null; job = this.#waiting.take()) job.threw(error);
  }

  #delayStarts() {
    this.#wanted = this.#settings.min;
    this.#retryAt = now() + RETRY_MS;
  }

  /** Sees to spare workers, and to those that have had nothing to do for long. */
  #look() {
    if (this.#spareTimer === null && this.#needsSpare) {
      this.#spareTimer = unref(setTimeout(this.#spare, Math.max(SPARE_AFTER_MS, this.#retryAt - now())));
    }
    if (this.#idleTimer === null && this.#settings.idleTimeout !== Infinity && this.#lanes.length > this.#settings.min) {
      this.#idleTimer = unref(setTimeout(this.#trim, Math.min(0x7fffffff, Math.max(1, this.#settings.idleTimeout))));
    }
  }

  #spare = () => {
    this.#spareTimer = null;
    if (!this.#needsSpare) return;
    const { length } = this.#lanes;
    const isWanted = this.#settings.hotSpare || length < this.#wanted || this.#isHeldUp;
    if (isWanted && now() >= this.#retryAt) this.#grow(length + 1);
    else this.#look();
  };

  /** There is room, and no worker could take over at once, which is or may be wanted; or one that was killed is to be replaced. */
  get #needsSpare() {
    const { max, hotSpare } = this.#settings;
    if (this.#disposed || this.#lanes.length >= max) return false;
    if (this.#lanes.length < this.#wanted) return true;
    if (this.#lanes.length === 0 || this.#starting.size > 0 || this.#lanes.some((lane) => lane.isIdle)) return false;
    return hotSpare || this.#waiting.size > 0 || this.#lanes.some((lane) => lane.size > 1);
  }

  /** Whether a job waits for a worker, or behind one that takes too long. */
  get #isHeldUp() {
    return this.#waiting.size > 0 || this.#lanes.some((lane) => lane.size > 1 && this.#isOverdue(lane));
  }

  #trim = () => {
    this.#idleTimer = null;
    const { min, idleTimeout } = this.#settings;
    const at = now();
    for (const lane of [...this.#lanes].reverse()) {
      if (this.#lanes.length <= min || !lane.isIdle || at - lane.since < idleTimeout - 1) continue;
      this.#remove(lane);
      this.#ending.add(lane);
      this.#wanted = min;
      lane.retire();
    }
    this.#look();
  };

  /** Terminates all of them; nothing of theirs is heard any more. */
  dispose() {
    if (this.#disposed) return;
    this.#disposed = true;
    clearTimeout(this.#spareTimer);
    clearTimeout(this.#idleTimer);
    this.#waiting.clear();
    for (const lane of [...this.#lanes]) lane.kill();
  }

  /** For `inspect()`. */
  describe() {
    let busy = 0;
    let idle = 0;
    for (const lane of this.#lanes) {
      if (lane.isIdle) idle++;
      else if (lane.state === 'up') busy++;
    }
    const size = this.#lanes.length;
    const { min, max } = this.#settings;
    return {
      kind: this.#host?.kind ?? null,
      min,
      max,
      size,
      busy,
      idle,
      spare: this.#settings.hotSpare && busy > 0 && idle > 0 ? 1 : 0,
      starting: size - busy - idle,
      ending: this.#ending.size,
      queued: this.#waiting.size,
      started: this.#started,
      killed: this.#killed,
      crashed: this.#crashed,
    };
  }
}

/** A timer that does not keep Node alive. */
function unref(timer) {
  timer.unref?.();
  return timer;
}
