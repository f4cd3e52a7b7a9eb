/**
 * The time in ms, from any beginning. In Node `performance` is made of ten modules, which it
 * loads when somebody first looks at it: more than a millisecond of each worker's start.
 */
const { process } = globalThis;

export const now = typeof process?.hrtime === 'function' ? ofNode : () => performance.now();

function ofNode() {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
