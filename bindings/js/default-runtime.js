/**
 * The runtime of the functions that are imported as they are: made when
 * something is first asked of it. A simulation with globals stands in for it.
 */
import { makeRuntime } from './create-runtime.js';
import { standIn } from './stand-in.js';

let made = null;

/** Stands for the root process of the default runtime. */
export const defaultRoot = {
  enter() {
    if (standIn !== null) return standIn.root.enter();
    made ??= makeRuntime({});
    return made.root.enter();
  },
  enterSettled() {
    return this.enter().enterSettled();
  },
  peek() {
    return this.enter();
  },
};
