/**
 * AbortSignals that users gave. One listener per signal, whatever the number
 * of tasks: engines keep listeners in a list, and a listener per task would
 * make a shared signal quadratic.
 */
export class Signals {
  #runtime;
  #entries = new Map();

  constructor(runtime) {
    this.#runtime = runtime;
  }

  get size() {
    return this.#entries.size;
  }

  /** @param target has `abort(reason)`, which takes the number of the reason */
  add(signal, target) {
    let entry = this.#entries.get(signal);
    if (entry === undefined) {
      const listener = () => this.#abort(signal);
      entry = { listener, targets: new Set() };
      this.#entries.set(signal, entry);
      signal.addEventListener('abort', listener);
    }
    entry.targets.add(target);
  }

  remove(signal, target) {
    const entry = this.#entries.get(signal);
    if (entry === undefined) return;
    entry.targets.delete(target);
    if (entry.targets.size === 0) this.#forget(signal, entry);
  }

  clear() {
    for (const [signal, entry] of this.#entries) this.#forget(signal, entry);
  }

  #forget(signal, entry) {
    signal.removeEventListener('abort', entry.listener);
    this.#entries.delete(signal);
  }

  #abort(signal) {
    const entry = this.#entries.get(signal);
    if (entry === undefined) return;
    this.#forget(signal, entry);
    this.#runtime.withReason(
      (reasons) => reasons.aborted(signal.reason),
      (number) => {
        for (const target of entry.targets) target.abort(number);
      },
    );
  }
}
