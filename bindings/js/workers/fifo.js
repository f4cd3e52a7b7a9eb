/** A queue that holds nothing of what has been taken out of it. */

/* Fewer empty places are not worth a copy. */
const EMPTY_MAX = 32;

export class Fifo {
  #items = [];
  /** So many places at the beginning are empty. */
  #head = 0;

  get length() {
    return this.#items.length - this.#head;
  }

  /** The first, or undefined. */
  get first() {
    return this.#items[this.#head];
  }

  push(item) {
    this.#items.push(item);
  }

  /** Takes out the first; undefined when there is none. */
  shift() {
    if (this.#head === this.#items.length) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.#head === this.#items.length) this.clear();
    else if (this.#head > EMPTY_MAX && this.#head * 2 > this.#items.length) this.#replace(this.#items.slice(this.#head));
    return item;
  }

  /** Puts items before all others. */
  unshift(items) {
    this.#replace(items.concat(this.#items.slice(this.#head)));
  }

  /** Keeps those for which `keeps` is true. */
  filter(keeps) {
    this.#replace(this.#items.slice(this.#head).filter(keeps));
  }

  clear() {
    this.#replace([]);
  }

  #replace(items) {
    this.#items = items;
    this.#head = 0;
  }
}
