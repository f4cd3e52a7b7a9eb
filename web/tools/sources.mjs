// The page's modules in Node, loaded as its build loads them, for programs
// beside the page: what records its lessons, and its tests.
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** { load(path below web), lessons (the folder), close }. */
export async function openSources() {
  const vite = await createServer({
    root: at('..'),
    configFile: false,
    logLevel: 'error',
    appType: 'custom',
    cacheDir: at('../../node_modules/.vite-sources'),
    resolve: {
      alias: {
        'belay-tasks/worker': at('../../bindings/js/workers/belay-worker.js'),
        'belay-tasks/testing': at('../../bindings/js/testing.js'),
        'belay-tasks': at('../../bindings/js/index.js'),
      },
    },
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
  });
  return {
    lessons: at('../lessons'),
    load: (path) => vite.ssrLoadModule(path),
    close: () => vite.close(),
  };
}
