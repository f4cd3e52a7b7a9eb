/**
 * Jobs on the threads of one instance, whose memory is shared.
 *
 * Runs that have been handed over have a number, the low bits of which are a
 * place: there are as many as may be handed over, so that many more may wait
 * here at little cost. Memory shows which of them have begun; when the instance
 * is set aside, those that have not are handed to the next one.
 *
 * A run has returned when its job has, and the jobs of all that it has started.
 * Memory shows how many of these run on though their processes have ended.
 */
import { JobLostError, JobTrapError } from './job-errors.js';
import { Instance } from './job-instance.js';
import { JobMemory } from './job-memory.js';
import { JobPool } from './job-pool.js';
import { ABANDONED, PLACES, STRAYS } from './job-shown.js';
import { ELEMENTS } from './job-values.js';

const IN_VAIN_MAX = 3;
const LOOK_MS_MIN = 100;

/* An instance that does not even open is tried again only for new jobs. */
export class ThreadPool extends JobPool {
  mode = 'threads';
  #instance = null;
  #memory = null;
  #runs = new Map();
  #places = [];
  #serial = 0;
  #asks = new Map();
  #inVain = 0; // instances in a row that told of no job, and were broken by none

  begin(first = null) {
    const instance = new Instance(this.files, 'threads', this.settings, {
      opened: () => {
        this.#memory = new JobMemory(instance);
        first?.resolve();
        this.pump();
      },
      entry: (entry) => this.#entry(entry),
      taken: () => this.pump(),
      failed: (told, number, ran) => this.#failed(instance, told, number, ran, first),
    });
    this.#instance = instance;
    this.#places = Array.from({ length: PLACES }, (_, place) => PLACES - 1 - place);
    instance.keep(true);
  }

  /* ---- Runs. */

  pump() {
    if (this.#instance === null) this.begin();
    if (this.#instance.isOpen) this.#handOver();
    this.#keep();
  }

  #handOver() {
    let next = 0;
    while (next < this.queue.length && this.#places.length > 0) this.#start(this.queue[next++]);
    if (next > 0) this.queue = this.queue.slice(next);
  }

  #start(run) {
    run.place = this.#places.pop();
    this.#serial = (this.#serial + 1) % 0x3fffff;
    run.number = (this.#serial + 1) * PLACES + run.place;
    this.#runs.set(run.number, run);
    this.started++;
    this.#instance.tell(['start', run.number, run.job.index, run.valuesFor(this.#memory)]);
  }

  #release(run) {
    this.#runs.delete(run.number);
    this.#places.push(run.place);
    clearTimeout(run.timer);
  }

  /** Its process has ended: its job is told, and hears it at its next look. */
  kill(run) {
    run.killed = true;
    if (run.number === 0) {
      this.withdraw(run);
      run.returned();
    } else if (this.#runs.has(run.number)) {
      this.#instance.tell(['cancel', run.number]);
      this.#watch(run, run.hardKill);
    }
    this.#keep();
  }

  /** Its process has ended: what goes on of it has so long to return. */
  #watch(run, ms) {
    clearTimeout(run.timer);
    if (run.hardKill !== Infinity) run.timer = setTimeout(() => this.#killHard(run), ms);
  }

  #killHard(run) {
    this.#instance?.take();
    if (this.#runs.get(run.number) !== run) return;
    const isCalm = this.#abandonedOf(run) === 0;
    if (isCalm || run.calm) {
      // Processes that it started to outlive it; these may be ended later, and then have their time too.
      run.calm = isCalm;
      this.#watch(run, isCalm ? Math.max(run.hardKill, LOOK_MS_MIN) : run.hardKill);
      return;
    }
    const what = run.killed ? `job ${run.job.name}` : `a task that job ${run.job.name} had started`;
    this.#replace(`${what} went on ${run.hardKill} ms after it was told to stop`, undefined, null);
  }

  /** How many jobs of a run go on though their processes have ended; itself from the kill on. */
  #abandonedOf(run) {
    const shown = this.#instance.shownAt(ABANDONED + run.place);
    return run.killed && !run.over ? Math.max(1, shown) : shown;
  }

  #entry([kind, key, ...rest]) {
    if (kind === 'allocated') {
      this.#allocated(key, rest[0]);
      return;
    }
    const run = this.#runs.get(key);
    if (run === undefined) return;
    this.#inVain = 0;
    switch (kind) {
      case 'ended': {
        const [code, reason, failure, value, returned] = rest;
        run.over = true;
        if (returned) this.#release(run);
        else if (!run.killed) this.#watch(run, run.hardKill);
        if (!run.killed) run.ended(code, reason, failure, this.#valueOf(value));
        else if (returned) run.returned();
        break;
      }
      case 'returned':
        this.#release(run);
        run.returned();
        break;
      case 'report':
        run.reported(this.#valueOf(rest[0]));
        break;
      default:
        this.#release(run);
        run.refused(rest[0]);
    }
  }

  #valueOf(value) {
    return value?.address === undefined ? value : this.#memory.view(value);
  }

  /* ---- The end of an instance. */

  #failed(instance, told, number, ran, first) {
    // What has ended before has ended, though it was not told of yet.
    if (instance === this.#instance) instance.take();
    if (instance !== this.#instance) return;
    if (instance.isOpen) {
      const culprit = this.#runs.get(number) ?? null;
      const name = culprit === null ? null : culprit.job.name;
      this.#inVain = ran ? 0 : this.#inVain + 1;
      const blamed = name === null ? `it ${ran ? 'was broken by a job' : 'failed'}` : `job ${name} broke it`;
      const why = `${blamed}: ${told.message}`;
      this.#replace(why, culprit === null ? told : new JobTrapError(name, told), culprit);
      return;
    }
    instance.end();
    this.#instance = null;
    const error = new Error(`the instance could not be opened: ${told.message}`, { cause: told });
    first?.reject(error);
    this.failQueue(error);
    this.#failAsks(error);
  }

  /** Sets the instance aside: what had begun there is lost, the rest goes on in another. */
  #replace(why, cause, culprit) {
    const instance = this.#instance;
    const runs = [...this.#runs.values()];
    const again = [];
    this.#runs.clear();
    this.#instance = null;
    this.#memory = null;
    this.setAside++;
    for (const run of runs) {
      clearTimeout(run.timer);
      if (run.killed) run.returned();
      else if (run === culprit) run.failed(cause);
      else if (run.settled) continue;
      else if (instance.shownAt(run.place) === run.number) run.failed(new JobLostError(run.job.name, why, cause));
      else again.push(run);
    }
    for (const run of again) run.number = 0;
    this.queue = [...again, ...this.queue];
    instance.end();
    if (this.#inVain >= IN_VAIN_MAX) this.#giveUp(why, cause);
    this.#failAsks(new Error(`there is no memory: the instance was set aside because ${why}`));
    if (this.queue.length > 0 || this.settings.min > 0) this.pump();
  }

  /** Nothing runs in any instance: who waits is told; new jobs try again. */
  #giveUp(why, cause) {
    this.#inVain = 0;
    const error = new Error(`jobs could not be run: ${IN_VAIN_MAX} instances in a row were set aside before any job was done; the last because ${why}`, { cause });
    this.failQueue(error);
  }

  /* ---- Memory. */

  allocate(Elements, count) {
    if (this.error !== null) return Promise.reject(this.error);
    if (this.#instance === null) this.begin();
    const id = ++this.#serial;
    const bytes = count * Elements.BYTES_PER_ELEMENT;
    return new Promise((resolve, reject) => {
      this.#asks.set(id, { resolve, reject, bytes, element: ELEMENTS.indexOf(Elements) });
      this.#instance.tell(['allocate', id, bytes]);
      this.#keep();
    });
  }

  #allocated(id, address) {
    const { resolve, reject, bytes, element } = this.#asks.get(id);
    this.#asks.delete(id);
    if (address === 0) reject(new RangeError(`memory.allocate: there is no memory for ${bytes} bytes`));
    else resolve(this.#memory.view({ address, bytes, element }));
    this.#keep();
  }

  #failAsks(error) {
    for (const { reject } of this.#asks.values()) reject(error);
    this.#asks.clear();
  }

  /** Whether a view is in the memory that jobs share now. */
  shares(view) {
    return this.#memory !== null && this.#memory.has(view);
  }

  /** The job that may still use the memory at a view, or null. */
  userOf(view) {
    const end = view.byteOffset + view.byteLength;
    const uses = (value) => ArrayBuffer.isView(value) && this.shares(value) &&
      value.byteOffset < end && view.byteOffset < value.byteOffset + value.byteLength;
    const runs = [...this.#runs.values(), ...this.queue];
    return runs.find((run) => run.values.some(uses))?.job.name ?? null;
  }

  free(view) {
    this.#instance.tell(['free', view.byteOffset]);
  }

  /* ---- The rest. */

  resized() {
    const { min, max } = this.settings;
    this.#instance?.tell(['resize', min, max]);
  }

  get isBusy() {
    return this.queue.length > 0 || this.#runs.size > 0 || this.#asks.size > 0;
  }

  #keep() {
    this.#instance?.keep(this.isBusy);
  }

  counts() {
    const { threads, idle, waiting } = this.#instance?.counts ?? { threads: 0, idle: 0, waiting: 0 };
    const goOn = [...this.#runs.values()].map((run) => this.#abandonedOf(run)).filter((count) => count > 0);
    const abandoned = goOn.reduce((sum, count) => sum + count, this.#strays());
    return { limit: this.settings.limit, threads, idle, waiting, running: this.#runs.size - goOn.length, abandoned };
  }

  /** Jobs of runs that had returned before. */
  #strays() {
    return this.#instance?.isOpen ? this.#instance.shownAt(STRAYS) : 0;
  }

  end(error) {
    for (const run of this.#runs.values()) {
      clearTimeout(run.timer);
      if (run.killed) run.returned();
      else run.failed(error);
    }
    this.#runs.clear();
    this.#failAsks(error);
    this.#instance?.end();
    this.#instance = null;
  }
}
