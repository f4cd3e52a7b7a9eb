/**
 * Puts the page's text into index.html, so that the first paint shows the
 * lesson and its program before any script has run, and adds the policy
 * that lets nothing be loaded from elsewhere.
 */
import { createServer, type InlineConfig, type Plugin, type ViteDevServer } from 'vite';
import { withPolicy } from './policy.ts';
import { SINGLE } from './single.ts';

const PLACE = '<!--page-->';
const ENTRY = '/src/prerender.tsx';

/** `shared` is the part of the configuration that the page's modules need. */
export function prerenderPlugin(shared: InlineConfig): Plugin {
  let building = false;
  return {
    name: 'belay:prerender',
    configResolved(config) {
      /* That of the one file comes when its scripts are in it. */
      building = config.command === 'build' && config.mode !== SINGLE;
    },
    transformIndexHtml: {
      order: 'post',
      async handler(html, { server }) {
        const page = server === undefined ? await withServer(shared, render) : await render(server);
        const filled = html.replace(PLACE, () => page);
        return building ? withPolicy(filled, 'beside') : filled;
      },
    },
  };
}

async function render(server: ViteDevServer): Promise<string> {
  const { prerender } = (await server.ssrLoadModule(ENTRY)) as { prerender(): Promise<string> };
  return prerender();
}

/** A server for loading modules only; it listens nowhere. */
async function withServer<T>(
  shared: InlineConfig,
  use: (server: ViteDevServer) => Promise<T>,
): Promise<T> {
  const server = await createServer({
    ...shared,
    configFile: false,
    logLevel: 'error',
    appType: 'custom',
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
  });
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}
