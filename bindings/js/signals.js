/**
 * AbortSignals that users gave. One listener per signal, whatever the number
 * of tasks: engines keep listeners in a list, and a listener per task would
 * make a shared signal quadratic.
 *
 * Who follows a signal is in a ring of links that begins and ends at the
 * signal's own one, so that following and leaving it take a few stores, in the
 * order in which they are to be told.
 */

/** The place of one who may follow a signal. */
export class SignalLink {
  /** Its neighbours in the ring; null while no signal is followed. */
  before = null;
  after = null;

  /** @param target has `abort(reason)`, which takes the number of the reason */
  constructor(target) {
    this.target = target;
  }
}

export class Signals {
  #runtime;
  /** The ring of each signal: a link whose target is what the signal calls. */
  #rings = new Map();

  constructor(runtime) {
    this.#runtime = runtime;
  }

  get size() {
    return this.#rings.size;
  }

  /** Has the target of a link, which follows no signal so far, aborted with the signal. */
  add(signal, link) {
    const ring = this.#rings.get(signal) ?? this.#open(signal);
    const last = ring.before;
    link.before = last;
    link.after = ring;
    last.after = link;
    ring.before = link;
  }

  /** The target need not be told any more, if it still follows a signal. */
  remove(link) {
    const { before, after } = link;
    if (after === null) return;
    unlink(link);
    if (before === after) this.#close(before); // only the ring's own one is left
  }

  clear() {
    for (const ring of this.#rings.values()) this.#close(ring);
  }

  #open(signal) {
    const listener = () => this.#abort(signal, ring);
    const ring = new SignalLink({ signal, listener });
    ring.before = ring;
    ring.after = ring;
    this.#rings.set(signal, ring);
    signal.addEventListener('abort', listener);
    return ring;
  }

  #close({ target: { signal, listener } }) {
    signal.removeEventListener('abort', listener);
    this.#rings.delete(signal);
  }

  #abort(signal, ring) {
    if (this.#rings.get(signal) !== ring) return;
    this.#close(ring);
    this.#runtime.withReason(
      (reasons) => reasons.aborted(signal.reason),
      (number) => {
        // One that ends because of another one leaves the ring.
        while (ring.after !== ring) {
          const { after } = ring;
          unlink(after);
          after.target.abort(number);
        }
      },
    );
  }
}

function unlink(link) {
  const { before, after } = link;
  before.after = after;
  after.before = before;
  link.before = null;
  link.after = null;
}
