// Builds the playground:
//
//   npm run build:web            web/dist, a folder for any host and any sub-path
//   npm run build:web:single     web/dist-single, one file that works from a disk, too
import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { must, root, run } from './lib/shell.mjs';

await run(async () => {
  const { values } = parseArgs({ options: { single: { type: 'boolean' } } });
  must(process.execPath, ['scripts/setup.mjs', 'start']);
  must(process.execPath, ['scripts/build.mjs']);
  const { build } = await import('vite');
  const mode = values.single ? 'single' : 'production';
  await build({ root: join(root, 'web'), mode, logLevel: 'warn' });
  console.log(values.single ? 'web/dist-single/belay-playground.html' : 'web/dist/');
});
