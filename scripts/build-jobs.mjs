// Builds job modules with belay_add_jobs, as an application would:
//
//   node scripts/build-jobs.mjs FOLDER...   each into build/jobs/<its name>
//   ... --target NAME                       this one of their modules alone
//
// FOLDER has a CMakeLists.txt that calls belay_add_jobs.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Complaint, quietly, root, run } from './lib/shell.mjs';
import { buildEnvironment, onPath } from './lib/tools.mjs';

/** The name of the folder, or of the one above it when it is just called jobs. */
function nameOf(folder) {
  const name = basename(folder);
  return name === 'jobs' ? `${basename(dirname(folder))}-jobs` : name;
}

/** Whether `build` was configured, to the end, and for this very folder. */
function isConfigured(build, folder) {
  const cache = join(build, 'CMakeCache.txt');
  if (!existsSync(cache) || !['build.ninja', 'Makefile'].some((name) => existsSync(join(build, name)))) return false;
  return readFileSync(cache, 'utf8').includes(`CMAKE_HOME_DIRECTORY:INTERNAL=${folder}\n`);
}

async function build(given, module) {
  const folder = resolve(root, given);
  const target = join(root, 'build/jobs', nameOf(folder));
  const env = buildEnvironment();
  if (!isConfigured(target, folder)) {
    rmSync(target, { recursive: true, force: true });
    await quietly('emcmake', ['cmake', '-S', folder, '-B', target], { env });
  }
  const wanted = module === undefined ? [] : ['--target', module];
  await quietly('cmake', ['--build', target, '-j', '2', ...wanted], { env });
}

await run(async () => {
  if (onPath('emcmake') === null) throw new Complaint('no emcmake on the search path: install Emscripten');
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { target: { type: 'string' } } });
  for (const folder of positionals) await build(folder, values.target);
});
