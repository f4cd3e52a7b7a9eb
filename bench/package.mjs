// What is measured of Belay: the package as `npm pack` makes it, since that is what
// ships. It is bundled into build/package before the first case, when the sources are
// no longer those that it was made of; the processes of cases only load it.
//
// `--sources` measures bindings/js in its place, whose names a profiler can show. It
// comes to the processes of cases by a variable of the environment.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { hashOf } from '../scripts/lib/hash.mjs';
import { root } from '../scripts/lib/shell.mjs';

const VARIABLE = 'BELAY_MEASURED';
const SOURCES = 'bindings/js';
const PACKAGE = 'build/package';
/** What the package is made of; the lock file has the version of the bundler. */
const INPUTS = [SOURCES, 'scripts/bundle.mjs', 'scripts/lib/entries.mjs', 'package-lock.json'];

const addressOf = (path) => new URL(`../${path}`, import.meta.url);

/** "package" or "sources"; undefined in a process that no run has started. */
export const measured = () => process.env[VARIABLE];

/** An entry of Belay: "index", "testing" or "threads". */
export const load = (name) => import(addressOf(`${measured() === 'sources' ? SOURCES : PACKAGE}/${name}.js`));

/**
 * Says what is measured, "package" or "sources", here and in the processes that this one
 * starts, and has it ready.
 */
export function chooseMeasured(what) {
  if (!existsSync(addressOf(`${SOURCES}/core.generated.js`))) {
    throw new Error('Belay is not built: run `npm run build` first.');
  }
  process.env[VARIABLE] = what;
  bundle(PACKAGE); // Its size is measured in either case.
}

/** Bundles the sources into `folder`, unless it is made of them already. Gives whether it was made. */
export function bundle(folder) {
  const stamp = addressOf(`${folder}.stamp`);
  const hash = hashOf(INPUTS);
  const isFresh = existsSync(addressOf(`${folder}/index.js`)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
  if (isFresh) return false;
  const { status } = spawnSync(process.execPath, ['scripts/bundle.mjs', '--out', folder], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('The package could not be bundled.');
  writeFileSync(stamp, hash);
  return true;
}
