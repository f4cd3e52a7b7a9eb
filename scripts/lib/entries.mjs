// What the npm package is imported by: files in dist/, and the sources that
// each of them is made of.

export const SOURCES = 'bindings/js';

export const ENTRIES = {
  index: 'index.js',
  testing: 'testing.js',
  threads: 'threads.js',
  'belay-worker': 'workers/belay-worker.js',
  'belay-worker-node': 'workers/belay-worker-node.js',
};
