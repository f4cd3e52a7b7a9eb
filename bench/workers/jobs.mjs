// What the workers of Belay, piscina and tinypool run.
import { threadId } from 'node:worker_threads';

export const same = (item) => item;

/** About 20 ms of computing, the same each time. */
export function compute(item) {
  let state = item + 1;
  for (let round = 0; round < 12_000_000; round++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
  }
  return state === 0 ? -1 : item;
}

/** The same; gives the thread, and when it began and ended, in ms. */
export function timed(item) {
  const began = performance.now();
  compute(item);
  return [threadId, began, performance.now()];
}

/** Tells that it runs, and does so for ever. */
export function spin(words) {
  Atomics.store(words, 0, 1);
  for (;;);
}
