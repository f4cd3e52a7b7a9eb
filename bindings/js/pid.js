/**
 * Pids. To users a string like "<12.1>": index and generation, comparable and
 * good as the key of a Map. To the kernel two words: the index in the low 24
 * bits, the generation above.
 */
import { INDEX_BITS, INDEX_MASK } from './protocol.js';

const GENERATION_LOW = 0xff;

export const formatPid = (low, high) =>
  `<${low & INDEX_MASK}.${(low >>> INDEX_BITS) + high * (GENERATION_LOW + 1)}>`;

/** Null for the words of no process. */
export const formatPidOrNull = (low, high) => (low === 0 && high === 0 ? null : formatPid(low, high));

/** The words of a pid that has been checked for its form. */
export function parsePid(pid) {
  const [index, generation] = pid.slice(1, -1).split('.').map(Number);
  // An index beyond 24 bits names nobody; 0.0 is nobody's pid.
  if (index > INDEX_MASK || generation > 0x1fffffff) return { low: 0, high: 0 };
  return {
    low: (generation & GENERATION_LOW) << INDEX_BITS | index,
    high: generation >>> 8,
  };
}
