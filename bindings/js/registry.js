/**
 * A table that gives each record a small number and takes it back: the tags by
 * which the kernel knows the waits, monitors, streams and bodies of the host.
 * 0 is never given.
 */
export class Registry {
  #records = [null];
  #free = [];

  /** How many records there are. */
  size = 0;

  add(record) {
    this.size++;
    if (this.#free.length > 0) {
      const tag = this.#free.pop();
      this.#records[tag] = record;
      return tag;
    }
    return this.#records.push(record) - 1;
  }

  get(tag) {
    return this.#records[tag] ?? null;
  }

  /** Removes and returns the record; null when there is none. */
  take(tag) {
    const record = this.#records[tag] ?? null;
    if (record !== null) {
      this.#records[tag] = null;
      this.#free.push(tag);
      this.size--;
    }
    return record;
  }

  *values() {
    for (const record of this.#records) if (record !== null) yield record;
  }

  clear() {
    this.#records = [null];
    this.#free = [];
    this.size = 0;
  }
}
