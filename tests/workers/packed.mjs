// The package as users get it: what `npm pack` makes, installed in a folder.
import assert from 'node:assert/strict';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { collect, root } from '../../scripts/lib/shell.mjs';

async function good(command, ...args) {
  const { code, output } = await collect(command, args, { cwd: root });
  assert.equal(code, 0, `${command} ${args.join(' ')}\n${output}`);
}

/** Gives the folder of the package. */
export async function installPackage(folder) {
  const installed = join(folder, 'node_modules/belay-tasks');
  await mkdir(installed, { recursive: true });
  await good('npm', 'pack', '--pack-destination', folder);
  const archive = join(folder, (await readdir(folder)).find((file) => file.endsWith('.tgz')));
  await good('tar', '-xzf', archive, '-C', installed, '--strip-components=1');
  await rm(archive);
  return installed;
}
