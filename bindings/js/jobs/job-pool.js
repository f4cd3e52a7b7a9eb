/**
 * What both kinds of pools of jobs have: the runs that wait, and what becomes
 * of them. A kind has besides
 *
 *   begin(first)    opens an instance; `first` has who waits for it, if anybody does
 *   pump()          hands over what it can of the queue
 *   resized()       its settings have changed
 *   counts()        of inspect: limit, threads, idle, waiting, running, abandoned
 *   end(error)      ends what it has handed over, and its instances
 *   kill(run)       the run's process has ended
 */
export class JobPool {
  files;
  settings;
  queue = [];
  started = 0;
  setAside = 0;
  /** Why it runs nothing any more, or null. */
  error = null;

  constructor(files, settings) {
    this.files = files;
    this.settings = settings;
  }

  /** Opens the first instance; rejected when that fails. */
  open() {
    return new Promise((resolve, reject) => {
      this.begin({ resolve, reject });
    });
  }

  submit(run) {
    if (this.error !== null) {
      run.failed(this.error);
      return;
    }
    this.queue.push(run);
    this.pump();
  }

  /** Takes out a run that waits. */
  withdraw(run) {
    this.queue = this.queue.filter((other) => other !== run);
  }

  failQueue(error) {
    for (const run of this.queue.splice(0)) run.failed(error);
  }

  resize(min, max) {
    this.settings = { ...this.settings, min, max };
    this.resized();
  }

  inspect() {
    const { queue, started, setAside, settings: { min, max } } = this;
    const counts = this.counts();
    const atLimit = counts.threads >= counts.limit;
    return { min, max, ...counts, atLimit, queued: queue.length, started, setAside };
  }

  dispose(error) {
    if (this.error !== null) return;
    this.error = error;
    this.end(error);
    this.failQueue(error);
  }
}
