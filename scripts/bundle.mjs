// Makes what the npm package is imported by: its entries, bundled.
//
//   node scripts/bundle.mjs                      into dist/, as `npm pack` does
//   node scripts/bundle.mjs --out build/package  elsewhere, for the benchmarks
//
// Importing the sources reads some sixty files, which takes Node longer than
// all that is done until the first task has given its value. So what all entries
// share is one file, and what workers need of that another; the pool of workers is
// one more, which is loaded when the first is needed. In a clone the entries lead to the sources: see scripts/build.mjs.
import { readFileSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ENTRIES, SOURCES } from './lib/entries.mjs';
import { Complaint, root, run } from './lib/shell.mjs';

const sources = join(root, SOURCES);

/** What a worker has in common with its runtime: all files have it. */
const COMMON = ['errors.js', 'now.js', 'workers/failures.js', 'workers/linger.js', 'workers/messages.js'];

/** These, and all that they need, are what all entries but workers share besides. */
const SHARED = ['public-runtime.js', 'clock.js', 'stand-in.js', 'workers/pool-on-demand.js', 'workers/settings.js'];

/** A worker reads two files: its own, and what is common. So each of the two has a copy of these. */
const COPIED = ['workers/serve.js', 'workers/job-context.js', 'workers/parameters.js'];

const { index, 'belay-worker': web, 'belay-worker-node': node, ...others } = ENTRIES;
const parts = [...Object.values(others), 'workers/pool.js', 'workers/job-process.js'];

/** What a file is to import besides what it does. */
function besides(file) {
  if (parts.includes(file)) return [...COMMON, ...SHARED];
  return [index, web, node].includes(file) ? COMMON : [];
}

/**
 * The classes that users see keep their names when all others are shortened:
 * an error would else be shown as `_ [TimeoutError]`, a task as `i [Task]`.
 */
const SEEN = /^(?:export )?class (\w+Error|\w+(?=[^]*\[Symbol\.toStringTag\]))(?: extends \w+)? \{$/gm;
const withNames = (text) => text.replace(SEEN, '$& static name = "$1";');

const shared = {
  name: 'shared',
  setup({ onResolve, onLoad }) {
    // Has each part import all of it: else each group of them would share another file.
    onLoad({ filter: /\.js$/ }, ({ path, pluginData }) => {
      const file = relative(sources, path);
      const imports = besides(file).map((one) => `import ${JSON.stringify(join(sources, one))};\n`);
      return { contents: `${withNames(readFileSync(path, 'utf8'))}\n${imports.join('')}`, pluginData: file === node ? { of: node } : pluginData };
    });
    // Such an import counts only if it may have an effect.
    onResolve({ filter: /^\.{0,2}\// }, ({ path: name, resolveDir, pluginData }) => {
      const path = resolve(resolveDir, name);
      const isCopy = pluginData?.of === node && COPIED.includes(relative(sources, path));
      return { path, sideEffects: true, ...(isCopy && { suffix: '?node', pluginData }) };
    });
  },
};

/** esbuild, which a clone has after `npm ci`; `npm run build` needs none. */
async function bundler() {
  try {
    return await import('esbuild');
  } catch (cause) {
    if (cause.code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new Complaint('the package is bundled by esbuild, which is not installed here: `npm ci` does that');
  }
}

await run(async () => {
  const { build } = await bundler();
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
    lineLimit: 160, // Node prints the whole line from which an error comes that nobody has caught
    sourcemap: 'linked',
    sourcesContent: false,
    chunkNames: 'part-[hash]',
    logLevel: 'warning',
  });
});
