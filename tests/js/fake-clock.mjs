/** A clock for `createRuntime` that only moves when it is told to. */
export class FakeClock {
  #now = 0;
  #timers = [];
  #sequence = 0;

  now() {
    return this.#now;
  }

  setTimeout(run, ms) {
    const timer = { run, at: this.#now + ms, sequence: this.#sequence++ };
    this.#timers.push(timer);
    return timer;
  }

  clearTimeout(timer) {
    this.#timers = this.#timers.filter((each) => each !== timer);
  }

  /** How many timers are set. */
  get pending() {
    return this.#timers.length;
  }

  /** Moves `ms` ahead, timer by timer, with everything done in between. */
  async advance(ms) {
    const end = this.#now + ms;
    await quiet();
    for (;;) {
      const due = this.#timers
        .filter((timer) => timer.at <= end)
        .sort((a, b) => a.at - b.at || a.sequence - b.sequence)[0];
      if (due === undefined) break;
      this.clearTimeout(due);
      this.#now = Math.max(this.#now, due.at);
      due.run();
      await quiet();
    }
    this.#now = end;
    await quiet();
  }
}

/** Resolves when no microtask is left: whatever needs no time is done. */
export const quiet = () => new Promise((resolve) => setImmediate(resolve));
