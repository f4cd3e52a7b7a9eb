/**
 * `virtual:sandbox`: the worker of a run as one text, belay-tasks and all.
 * The page hands it to the frame, which has no address to load it from.
 */
import { fileURLToPath } from 'node:url';
import { build, type InlineConfig, type Plugin, type Rollup } from 'vite';

const ID = 'virtual:sandbox';
const ELSEWHERE = fileURLToPath(new URL('../src/engine/elsewhere.ts', import.meta.url));

/** Modules of belay-tasks that no run in a page can use. */
const UNUSED = /^\.\.?\/(?:.*\/)?(?:testing-node|host-node|trace-events)\.js$/;

const ENTRY = fileURLToPath(new URL('../src/engine/worker.ts', import.meta.url));

/** `shared` is the part of the configuration that the worker's modules need. */
export function sandboxPlugin(shared: InlineConfig): Plugin {
  return {
    name: 'belay:sandbox',
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    async load(id) {
      if (id !== `\0${ID}`) {
        return undefined;
      }
      const { code, modules } = await bundle(shared);
      modules.forEach((file) => this.addWatchFile(file));
      return `export const sandbox = ${JSON.stringify(code)};`;
    },
  };
}

const unused: Plugin = {
  name: 'belay:unused',
  enforce: 'pre',
  resolveId: (id) => (UNUSED.test(id) ? ELSEWHERE : null),
};

async function bundle(shared: InlineConfig): Promise<{ code: string; modules: string[] }> {
  const result = (await build({
    ...shared,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    plugins: [unused],
    build: {
      write: false,
      target: ['chrome123', 'firefox128', 'safari17.5'],
      lib: { entry: ENTRY, formats: ['iife'], name: 'belayRun' },
      minify: true,
    },
  })) as Rollup.RollupOutput[];
  const chunk = result[0]?.output[0];
  if (chunk === undefined || chunk.type !== 'chunk') {
    throw new Error('the worker of a run was not built');
  }
  return { code: chunk.code, modules: chunk.moduleIds.filter((file) => file.startsWith('/')) };
}
