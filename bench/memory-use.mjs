// How many bytes something takes: the JavaScript heap after a full collection,
// and beside it what Belay's kernel holds.

const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const heap = () => process.memoryUsage().heapUsed;

/** Collects the garbage at once; nothing else runs meanwhile. */
export function collectedHeap() {
  globalThis.gc();
  globalThis.gc();
  return heap();
}

/** The same after a while, when what runs has come to rest. */
export async function restingHeap() {
  for (let turn = 0; turn < 3; turn++) {
    await later(5);
    globalThis.gc();
  }
  return heap();
}
