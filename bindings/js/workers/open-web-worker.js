/**
 * The script of browsers' workers. Bundlers know the form of this expression:
 * they make a file of the worker, and put its address here.
 */
export const openWebWorker = (script) =>
  (script === undefined
    ? new Worker(new URL('./belay-worker.js', import.meta.url), { type: 'module', name: 'belay' })
    : new Worker(script, { type: 'module', name: 'belay' }));
