// Case 10: how many bytes travel, and how long it takes in a fresh process
// until the first task has given its value.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { load } from '../package.mjs';
import { noop, ours, peer } from './shared.mjs';

const folder = new URL('../../build/package/', import.meta.url);
const kernel = new URL('../../bindings/js/core.wasm', import.meta.url);
const zipped = (bytes) => gzipSync(bytes, { level: 9 }).length;

/* The module, embedded as text. */
const KERNEL_TEXT = /"AGFzb[\w+/=]+"/;

/**
 * One entry, bundled and minified as an application's bundler does it. The
 * kernel is left out: it is a row of its own. Code that is loaded when the first
 * worker is needed goes into another file there, and is left out as well.
 */
async function bundle(entry, { withKernel = false, withWorkers = false } = {}) {
  const { build } = await import('esbuild');
  const parts = {
    name: 'parts',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /part-/ }, ({ path, kind }) => (kind === 'dynamic-import' && !withWorkers ? { path, external: true } : null));
      onLoad({ filter: /part-\w+\.js$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        return { contents: withKernel ? text : text.replace(KERNEL_TEXT, '""') };
      });
    },
  };
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: fileURLToPath(folder) },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    external: ['node:*'],
    plugins: [parts],
  });
  const { contents, text } = outputFiles[0];
  if (KERNEL_TEXT.test(text) !== withKernel) throw new Error('the kernel is not where it was expected');
  return contents;
}

const size = (label, bytes) =>
  ours(label, async () => ({
    measure: async () => {
      const content = await bytes();
      return { bytes: content.length, gzip: zipped(content) };
    },
  }));

const everything = "export * from './index.js';";
const onlyTask = "export { Task } from './index.js';";

/** In this very process, which has loaded nothing else. */
const start = (kind, label, load) =>
  kind(label, async () => ({
    measure: async () => {
      const began = performance.now();
      const usedBefore = process.cpuUsage();
      const first = await load();
      const loaded = performance.now() - began;
      if ((await first(42)) !== 42) {
        throw new Error('a wrong value');
      }
      const readyMs = performance.now() - began;
      const { user, system } = process.cpuUsage(usedBefore);
      return { importMs: loaded, readyMs, usedMs: (user + system) / 1000 };
    },
  }));

export const sizeCases = {
  size: {
    number: 10,
    title: 'size',
    items: 1,
    quickItems: 1,
    judged: 'gzip',
    absolute: true,
    columns: [
      ['gzip', 'bytes, gzip -9'],
      ['bytes', 'bytes, minified'],
    ],
    roundsMax: 1,
    guarded: ['kernel', 'belay'],
    rows: {
      kernel: size('core.wasm', async () => readFileSync(kernel)),
      belay: size('JavaScript of belay-tasks, without the kernel and workers', () => bundle(everything)),
      'belay-task': size('JavaScript when only { Task } is imported', () => bundle(onlyTask)),
      'belay-workers': size('the same with workers', () => bundle(everything, { withWorkers: true })),
      'belay-all': size('kernel, JavaScript and workers in one file', () => bundle(everything, { withKernel: true, withWorkers: true })),
    },
    targets: [
      { row: 'kernel', figure: 'gzip', atMost: 16 * 1024 },
      { row: 'belay', figure: 'gzip', atMost: 12 * 1024 },
    ],
  },
  start: {
    number: 10,
    title: 'import in a fresh process, until the first task has given its value, ms',
    items: 1,
    quickItems: 1,
    judged: 'readyMs',
    columns: [
      ['importMs', 'import'],
      ['readyMs', 'first value'],
      ['usedMs', 'CPU, first value'],
    ],
    guarded: [],
    rows: {
      belay: start(ours, 'belay-tasks', async () => {
        const { Task } = await load('index');
        return (item) => Task.await(Task.async(() => noop(item)));
      }),
      'p-limit': start(peer, 'p-limit', async () => {
        const { default: pLimit } = await import('p-limit');
        return (item) => pLimit(1)(noop, item);
      }),
      'p-map': start(peer, 'p-map', async () => {
        const { default: pMap } = await import('p-map');
        return async (item) => (await pMap([item], noop))[0];
      }),
      'p-queue': start(peer, 'p-queue', async () => {
        const { default: PQueue } = await import('p-queue');
        return (item) => new PQueue().add(() => noop(item));
      }),
      async: start(peer, 'async', async () => {
        const { mapLimit } = await import('async');
        return async (item) => (await mapLimit([item], 1, noop))[0];
      }),
      rxjs: start(peer, 'rxjs', async () => {
        const { from, lastValueFrom } = await import('rxjs');
        return (item) => lastValueFrom(from(noop(item)));
      }),
      effect: start(peer, 'effect', async () => {
        const { Effect } = await import('effect');
        return (item) => Effect.runPromise(Effect.promise(() => noop(item)));
      }),
    },
    targets: [{ row: 'belay', figure: 'readyMs', atMost: 10 }],
  },
};
