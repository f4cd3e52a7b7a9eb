// A run that was cut off, of which `--resume` keeps the cases that were measured.

import { existsSync, readFileSync } from 'node:fs';

/* Results of two machines or versions are no one run. */
const SAME = ['cpu', 'cores', 'system', 'node', 'belay', 'measured', 'rounds', 'by'];

/**
 * What each case of the run at `path` has taken, by its name, for one with the
 * `found` machine and settings. Throws, and says why, when it was not such a run.
 */
export function takenBefore(path, found) {
  if (!existsSync(path)) throw new Error(`--resume: there is no run to go on with at ${path}`);
  const earlier = JSON.parse(readFileSync(path, 'utf8'));
  const different = SAME.find((name) => earlier[name] !== found[name]);
  if (different !== undefined) {
    throw new Error(`--resume: ${different} was ${earlier[different]} in ${path}, and is ${found[different]}`);
  }
  return new Map(earlier.cases.map((one) => [one.case, one.runs]));
}
