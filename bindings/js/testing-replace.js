/** Properties that are replaced for a while, and how they were. */
export class Replacements {
  #undo = [];

  set(holder, name, value) {
    const own = Object.getOwnPropertyDescriptor(holder, name);
    Object.defineProperty(holder, name, {
      value, writable: true, configurable: true, enumerable: own?.enumerable ?? false,
    });
    this.#undo.push(() => {
      if (own === undefined) delete holder[name];
      else Object.defineProperty(holder, name, own);
    });
  }

  /** Those of `values` in whose place there is something. */
  setThose(holder, values) {
    for (const [name, value] of Object.entries(values)) {
      if (name in holder) this.set(holder, name, value);
    }
  }

  /** Has `undo` called when it is its turn. */
  add(undo) {
    this.#undo.push(undo);
  }

  /** The last one first; all of them, also when one cannot be undone. */
  restore() {
    const failures = [];
    while (this.#undo.length > 0) {
      try {
        this.#undo.pop()();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
