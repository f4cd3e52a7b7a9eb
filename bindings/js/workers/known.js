/** What is known of the exports that were run: how long they take, and which of them a new worker loads at once. */

/* How much the last job says about how long the next one takes. */
const WEIGHT = 0.2;
/* Of so many exports it is kept; the first of them are forgotten. */
const KNOWN_MAX = 1000;
/* So many exports a new worker loads before it is asked to. */
const RECENT_MAX = 32;

export class Known {
  /** ms by the target's key; those whose jobs differ much in time are rare. */
  #ms = new Map();
  /** Exports that have given a value, the last ones: { target, count }, with how many arguments. */
  recent = [];

  took({ target, args }, ms) {
    const { key } = target;
    const known = this.#ms.get(key);
    this.#ms.set(key, known === undefined ? ms : known + (ms - known) * WEIGHT);
    if (known !== undefined) return;
    if (this.#ms.size > KNOWN_MAX) this.#ms.delete(this.#ms.keys().next().value);
    if (this.recent.push({ target, count: args.length }) > RECENT_MAX) this.recent.shift();
  }

  /** How long the next one should take; undefined where none has given a value. */
  msOf({ key }) {
    return this.#ms.get(key);
  }
}
