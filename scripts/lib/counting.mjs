// How counts of instructions are held against stored ones.

/** By how much a count may differ: five per cent. */
export const TOLERANCE = 0.05;

/** What `valgrind --tool=callgrind` says it has counted, or null. */
export function collected(output) {
  const found = /Collected\s*:\s*(\d+)/.exec(output);
  return found ? Number(found[1]) : null;
}

/** Instructions for one operation, from two runs with different counts. */
export const perOperation = (few, many) =>
  Number(((many.instructions - few.instructions) / (many.count - few.count)).toFixed(1));

/**
 * Holds found counts against stored ones: { worse, better }, sentences. What
 * is only on one side is worse, for the file is then out of date.
 */
export function judgeCounts(stored, found) {
  const verdict = { worse: [], better: [] };
  for (const name of new Set([...Object.keys(stored), ...Object.keys(found)])) {
    const [then, now] = [stored[name], found[name]];
    if (now === undefined) {
      verdict.worse.push(`${name}: stored is ${then}, but there is no such operation`);
    } else if (then === undefined) {
      verdict.worse.push(`${name}: found ${now} instructions, but nothing is stored`);
    } else {
      const change = now / then - 1;
      const percent = `${change > 0 ? '+' : ''}${(100 * change).toFixed(1)} %`;
      const sentence = `${name}: stored ${then} instructions, found ${now} (${percent})`;
      if (now > then * (1 + TOLERANCE)) {
        verdict.worse.push(sentence);
      } else if (now < then * (1 - TOLERANCE)) {
        verdict.better.push(sentence);
      }
    }
  }
  return verdict;
}
