/** The cells of a runtime: one for each place in the kernel's table. */
import { CELL, Cell } from './cell.js';
import { INDEX_MASK } from './protocol.js';

export class Cells {
  #runtime;
  #cells = [];
  /** Of processes that have ended, until all has been told about them. */
  #ended = [];

  constructor(runtime) {
    this.#runtime = runtime;
  }

  /** The cell for a process that has just been made. */
  claim(low, high) {
    const index = low & INDEX_MASK;
    while (this.#cells.length <= index) this.#cells.push(null);
    let cell = this.#cells[index];
    if (cell === null) {
      cell = new Cell(this.#runtime);
      this.#cells[index] = cell;
    }
    cell.claim(low, high);
    return cell;
  }

  /** A cell of no process and no place so far. */
  spare() {
    return new Cell(this.#runtime);
  }

  /** The cell in the place of a process, whose pid it may not have yet. */
  at(low) {
    return this.#cells[low & INDEX_MASK];
  }

  /** Puts a cell that has become a process's into its place; gives the one that was there if it is free, or null. */
  adopt(cell) {
    const index = cell.low & INDEX_MASK;
    while (this.#cells.length <= index) this.#cells.push(null);
    const old = this.#cells[index];
    this.#cells[index] = cell;
    return old !== null && old.state === CELL.FREE ? old : null;
  }

  /** The cell of a process that is known here, or null. */
  find(low, high) {
    const cell = this.#cells[low & INDEX_MASK];
    return cell !== undefined && cell !== null && cell.low === low && cell.high === high ? cell : null;
  }

  /**
   * Puts another cell into the place of one whose body goes on; that one is
   * for its late settle only. Gives the new one.
   */
  replace(cell, why) {
    const heir = cell.heir();
    this.#cells[cell.low & INDEX_MASK] = heir;
    cell.retire(why);
    return heir;
  }

  /** Has a cell freed when the events that may still name it are handled. */
  freeLater(cell) {
    this.#ended.push({ cell, low: cell.low, high: cell.high });
  }

  get someEnded() {
    return this.#ended.length > 0;
  }

  freeEnded() {
    const ended = this.#ended;
    this.#ended = [];
    for (const { cell, low, high } of ended) {
      // A place may already be another process's.
      if (cell.low === low && cell.high === high) cell.clear();
    }
  }

  /** Those of processes; a process may have ended and wait to be freed. */
  [Symbol.iterator]() {
    return this.within(0, this.#cells.length - 1);
  }

  /** The same for the places from `first` to `last`. */
  *within(first, last) {
    for (let index = first; index <= last && index < this.#cells.length; index++) {
      const cell = this.#cells[index];
      if (cell !== null && cell.low !== 0) yield cell;
    }
  }

  clear() {
    this.#cells = [];
    this.#ended = [];
  }
}
