// Drives CMake's presets without noise.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { quietly, root } from './shell.mjs';
import { buildEnvironment } from './tools.mjs';

/** Whether `folder` was configured, to the end, and for this very tree. */
function isConfigured(folder) {
  const cache = join(folder, 'CMakeCache.txt');
  if (!['build.ninja', 'Makefile'].some((name) => existsSync(join(folder, name)))) {
    return false;
  }
  const home = /^CMAKE_HOME_DIRECTORY:\w+=(.*)$/m.exec(readFileSync(cache, 'utf8'))?.[1];
  return home === root;
}

/**
 * Configures `preset` if need be and builds `targets`, or everything. Output
 * is shown only when something fails.
 */
export async function cmakeBuild(preset, targets = []) {
  const env = buildEnvironment();
  const folder = join(root, 'build', preset);
  const fresh = !isConfigured(folder);
  if (fresh) {
    rmSync(folder, { recursive: true, force: true });
  }
  // make does not look for new sources when it is told a target, and does not know it then.
  if (fresh || targets.length > 0) {
    await quietly('cmake', ['--preset', preset], { env });
  }
  const wanted = targets.length > 0 ? ['--target', ...targets] : [];
  await quietly('cmake', ['--build', '--preset', preset, ...wanted], { env });
}
