// What is still held of things that are over: for this thread and for workers.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');

/** Tells how many of the objects that it was shown are still there. */
export class Watched {
  #refs = [];

  watch(object) {
    this.#refs.push(new WeakRef(object));
    return object;
  }

  /** After a turn of the event loop: until then, what was shown is held. */
  async held() {
    await new Promise((resolve) => setTimeout(resolve, 0));
    gc();
    return this.#refs.filter((ref) => ref.deref() !== undefined).length;
  }
}
