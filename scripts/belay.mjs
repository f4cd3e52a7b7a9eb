// The program `belay` (src/cli) under Node's WASI, built first if need be:
//
//   npm run belay -- list
//   npm run belay -- sim --seed 7 --seeds 100
import { spawnSync } from 'node:child_process';
import { cmakeBuild } from './lib/cmake.mjs';
import { must, root, run } from './lib/shell.mjs';

await run(async () => {
  must(process.execPath, ['scripts/setup.mjs', 'build']);
  await cmakeBuild('wasm', ['cli']);
  const command = ['--no-warnings', 'scripts/run-wasi.mjs', 'build/wasm/belay.wasm'];
  const options = { cwd: root, stdio: 'inherit' };
  const done = spawnSync(process.execPath, [...command, ...process.argv.slice(2)], options);
  process.exitCode = done.status ?? 1;
});
