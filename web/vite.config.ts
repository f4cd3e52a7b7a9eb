/** The playground: `vite web` serves it, `vite build web` makes a folder of it. */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type InlineConfig } from 'vite';
import { firstView } from './tools/first-view.ts';
import { lessonPlugin } from './tools/plugin.ts';
import { offlinePlugin } from './tools/offline.ts';
import { prerenderPlugin } from './tools/prerender.ts';
import { sandboxPlugin } from './tools/sandbox.ts';
import { SINGLE, singlePlugin } from './tools/single.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const lesson = lessonPlugin({
  examples: at('../examples/lesson'),
  lessons: at('lessons'),
  exercise: at('exercise'),
});

/** How modules find belay-tasks: the one of this very tree. */
const resolve = {
  alias: {
    'belay-tasks/worker': at('../bindings/js/workers/belay-worker.js'),
    'belay-tasks/testing': at('../bindings/js/testing.js'),
    'belay-tasks': at('../bindings/js/index.js'),
  },
};

const sandbox = sandboxPlugin({ root: at('.'), resolve });

/** What the page's modules need, wherever they are loaded. */
const shared: InlineConfig = {
  root: at('.'),
  resolve,
  plugins: [lesson, sandbox],
};

export default defineConfig(({ mode }) => ({
  ...shared,
  plugins: [lesson, sandbox, prerenderPlugin(shared), singlePlugin(), offlinePlugin()],
  /* Every address is relative, so that any folder of any host will do. */
  base: './',
  cacheDir: at('../node_modules/.vite'),
  /* The fonts are served from node_modules, which may be a link. */
  server: { host: '127.0.0.1', fs: { allow: [at('..'), realpathSync(at('../node_modules'))] } },
  preview: { host: '127.0.0.1' },
  build: {
    outDir: mode === SINGLE ? 'dist-single' : 'dist',
    emptyOutDir: true,
    /* The page uses light-dark() and array copies by their own names. */
    target: ['chrome123', 'firefox128', 'safari17.5'],
    assetsInlineLimit: 0,
    /* What is there first is one file; what comes later is one more each, for the most part. */
    modulePreload: false,
    rolldownOptions: {
      output: {
        codeSplitting: mode !== SINGLE && { groups: [{ name: firstView }] },
      },
    },
    reportCompressedSize: true,
  },
}));
