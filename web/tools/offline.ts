/** Emits `sw.js`, the service worker, which knows all files that the page is made of. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { SINGLE } from './single.ts';

const WORKER = fileURLToPath(new URL('../src/offline-worker.js', import.meta.url));
const PUBLIC = new URL('../public/', import.meta.url);

export function offlinePlugin(): Plugin {
  return {
    name: 'belay:offline',
    apply: ({ build }, { command, mode }) =>
      command === 'build' && mode !== SINGLE && build?.ssr !== true,
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const parts = [
          ...Object.values(bundle).map((part) => ({
            name: part.fileName,
            content: part.type === 'chunk' ? part.code : part.source,
          })),
          ...readdirSync(PUBLIC).map((name) => ({
            name,
            content: readFileSync(new URL(name, PUBLIC)),
          })),
        ].toSorted((a, b) => (a.name < b.name ? -1 : 1));
        if (!parts.some(({ name }) => name === 'index.html')) {
          return; // a part of the page that is built by itself
        }
        const worker = readFileSync(WORKER, 'utf8');
        const hash = createHash('sha256').update(worker);
        parts.forEach(({ name, content }) => hash.update(name).update(content));
        const files = parts.map(({ name }) => (name === 'index.html' ? './' : `./${name}`));
        this.emitFile({
          type: 'asset',
          fileName: 'sw.js',
          source: worker
            .replace('__VERSION__', hash.digest('hex').slice(0, 16))
            .replace('__FILES__', JSON.stringify(files, null, 2)),
        });
      },
    },
  };
}
