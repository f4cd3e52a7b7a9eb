// The package as users get it: what `npm pack` makes, installed in a folder.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hashOf } from '../../scripts/lib/hash.mjs';
import { collect, root } from '../../scripts/lib/shell.mjs';

const INPUTS = [
  'bindings', 'src', 'scripts', 'docs', 'examples', 'CMakeLists.txt', 'CMakePresets.json', 'package.json', 'README.md', 'CHANGELOG.md',
];
const archives = join(root, 'build/packed');

async function good(command, ...args) {
  const { code, output } = await collect(command, args, { cwd: root });
  assert.equal(code, 0, `${command} ${args.join(' ')}\n${output}`);
}

/** The archive of the package, made anew when something has changed of which it is made. */
async function packed() {
  const own = `${hashOf(INPUTS)}.tgz`;
  const archive = join(archives, own);
  if (existsSync(archive)) return archive;
  await mkdir(archives, { recursive: true });
  const folder = await mkdtemp(join(archives, 'new-'));
  await good('npm', 'pack', '--pack-destination', folder);
  const [name] = await readdir(folder);
  // Another suite may have made the same one meanwhile, and be reading it.
  const older = (await readdir(archives)).filter((file) => file.endsWith('.tgz') && file !== own);
  await rename(join(folder, name), archive);
  for (const file of [folder, ...older.map((one) => join(archives, one))]) await rm(file, { recursive: true, force: true });
  return archive;
}

/** Gives the folder of the package. */
export async function installPackage(folder) {
  const installed = join(folder, 'node_modules/belay-tasks');
  await mkdir(installed, { recursive: true });
  await good('tar', '-xzf', await packed(), '-C', installed, '--strip-components=1');
  return installed;
}
