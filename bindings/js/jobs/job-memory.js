/** Memory of an instance that is handed to jobs without copying. */
import { elementOf } from './job-signature.js';
import { ELEMENTS } from './job-values.js';

export class JobMemory {
  #instance;
  /** Memory that grows gets a new buffer each time; all of them begin at address 0. */
  #buffers = new WeakSet();

  constructor(instance) {
    this.#instance = instance;
  }

  /** The view that a place stands for. */
  view({ address, bytes, element }) {
    const { buffer } = this.#instance.memory;
    this.#buffers.add(buffer);
    const Elements = ELEMENTS[element];
    return new Elements(buffer, address, Math.floor(bytes / Elements.BYTES_PER_ELEMENT));
  }

  has(view) {
    return this.#buffers.has(view.buffer);
  }

  /** { address, bytes, element } of a view into this memory; undefined for others. */
  placeOf(view) {
    if (!this.has(view)) return undefined;
    return { address: view.byteOffset, bytes: view.byteLength, element: elementOf(view) };
  }
}
