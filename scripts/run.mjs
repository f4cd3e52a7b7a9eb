// Sets up, builds and runs a program of the project:
//
//   node scripts/run.mjs examples/run.mjs [arguments]
import { must, root, run } from './lib/shell.mjs';
import { spawnSync } from 'node:child_process';

/** What programs in these folders need more than the others. */
const GOALS = { bench: 'bench', tests: 'test', web: 'test' };

await run(() => {
  const [file, ...args] = process.argv.slice(2);
  must(process.execPath, ['scripts/setup.mjs', GOALS[file.split('/')[0]] ?? 'build']);
  must(process.execPath, ['scripts/build.mjs']);
  const done = spawnSync(process.execPath, [file, ...args], { cwd: root, stdio: 'inherit' });
  process.exitCode = done.status ?? 1;
});
