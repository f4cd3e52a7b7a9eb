// The project's own files: what git tracks or would track.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ask, root } from './shell.mjs';

const FOREIGN = new Set(['.git', 'node_modules', 'build', 'dist']);

function walk(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      return FOREIGN.has(entry.name) ? [] : walk(path);
    }
    return entry.isFile() ? [path] : [];
  });
}

/** All paths relative to the root, sorted. */
export function ownFiles() {
  const args = ['-C', root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const listed = existsSync(join(root, '.git')) ? ask('git', args) : '';
  const files = listed === '' ? walk('') : listed.split('\0').filter(Boolean);
  return [...new Set(files)].filter((file) => existsSync(join(root, file))).sort();
}

/** Those below `folder`, whose names end with one of `endings`. */
export function filesOf(files, folder, ...endings) {
  return files.filter(
    (file) => file.startsWith(`${folder}/`) && endings.some((ending) => file.endsWith(ending)),
  );
}

export const isC = (file) => file.endsWith('.c') || file.endsWith('.h');
