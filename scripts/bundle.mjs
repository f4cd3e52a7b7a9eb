// Makes what the npm package is imported by: its entries, bundled.
//
//   node scripts/bundle.mjs                      into dist/, as `npm pack` does
//   node scripts/bundle.mjs --out build/package  elsewhere, for the benchmarks
//
// Importing the sources reads some sixty files, which takes Node longer than
// all that is done until the first task has given its value. So what all entries
// share is one file; workers are another, which is loaded when the first is
// needed. In a clone the entries lead to the sources: see scripts/build.mjs.
import { readFileSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { ENTRIES, SOURCES } from './lib/entries.mjs';
import { root, run } from './lib/shell.mjs';

const sources = join(root, SOURCES);

/** These, and all that they need, are what all entries share. */
const SHARED = ['public-runtime.js', 'clock.js', 'stand-in.js', 'workers/pool-on-demand.js', 'workers/settings.js'];

const parts = [...Object.values(ENTRIES), 'workers/pool.js'].filter((file) => file !== ENTRIES.index);

/** Has each part import all of it: else each group of them would share another file. */
const shared = {
  name: 'shared',
  setup({ onResolve, onLoad }) {
    onLoad({ filter: /\.js$/ }, ({ path }) => {
      if (!parts.includes(relative(sources, path))) return null;
      const imports = SHARED.map((file) => `import ${JSON.stringify(join(sources, file))};\n`);
      return { contents: `${readFileSync(path, 'utf8')}\n${imports.join('')}` };
    });
    // Such an import counts only if it may have an effect.
    onResolve({ filter: /^\.{0,2}\// }, ({ path, resolveDir }) => ({ path: resolve(resolveDir, path), sideEffects: true }));
  },
};

await run(async () => {
  const { out } = parseArgs({ options: { out: { type: 'string', default: 'dist' } } }).values;
  const outdir = join(root, out);
  rmSync(outdir, { recursive: true, force: true });
  await build({
    entryPoints: Object.fromEntries(Object.entries(ENTRIES).map(([name, file]) => [name, join(sources, file)])),
    plugins: [shared],
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    external: ['node:*'],
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    chunkNames: 'part-[hash]',
    logLevel: 'warning',
  });
});
