/**
 * The time in ms, from any beginning. In Node `performance` is made of ten modules, which it
 * loads when somebody first looks at it: more than a millisecond of the start of each thread.
 */

/** By the functions that the platform has now. */
export function clockNow() {
  const { process } = globalThis;
  const { hrtime } = process ?? {};
  if (typeof hrtime === 'function') return () => inMs(hrtime.call(process));
  const { performance } = globalThis;
  return performance.now.bind(performance);
}

/** By those that it has at each call. */
export const now = typeof globalThis.process?.hrtime === 'function' ? () => inMs(process.hrtime()) : () => performance.now();

const inMs = ([seconds, nanoseconds]) => seconds * 1000 + nanoseconds / 1e6;
