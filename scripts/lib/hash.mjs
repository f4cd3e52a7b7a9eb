// Whether what something is made of has changed.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './shell.mjs';

/** All files at or under `path`, in a fixed order. */
function filesUnder(path) {
  if (!statSync(join(root, path)).isDirectory()) {
    return [path];
  }
  const names = readdirSync(join(root, path)).sort();
  return names.flatMap((name) => filesUnder(join(path, name)));
}

/** A hash of all files at or under these paths: of their names and contents. */
export function hashOf(paths) {
  const hash = createHash('sha256');
  for (const file of paths.flatMap(filesUnder)) {
    hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}
