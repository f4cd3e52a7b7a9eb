/**
 * Puts the page's text into index.html, so that the first paint shows the
 * lesson and its program before any script has run, and adds the policy
 * that lets nothing be loaded from elsewhere.
 */
import { createHash } from 'node:crypto';
import { FRAME_SCRIPT } from '../src/engine/frame.ts';
import { createServer, type InlineConfig, type Plugin, type ViteDevServer } from 'vite';

const PLACE = '<!--page-->';
const ENTRY = '/src/prerender.tsx';

/** `shared` is the part of the configuration that the page's modules need. */
export function prerenderPlugin(shared: InlineConfig): Plugin {
  let building = false;
  return {
    name: 'belay:prerender',
    configResolved(config) {
      building = config.command === 'build';
    },
    transformIndexHtml: {
      order: 'post',
      async handler(html, { server }) {
        const page = server === undefined ? await withServer(shared, render) : await render(server);
        const filled = html.replace(PLACE, () => page);
        return building ? withPolicy(filled) : filled;
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

function withPolicy(html: string): string {
  /* The frame of the runs inherits this policy, beside its own stricter one. */
  const inline = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text ?? '');
  const hashes = [...inline, FRAME_SCRIPT].map(
    (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  );
  const policy = [
    "default-src 'none'",
    `script-src 'self' blob: 'wasm-unsafe-eval' ${hashes.join(' ')}`.trim(),
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self'",
    "img-src 'self' data:",
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return html.replace(
    '<meta charset="utf-8" />',
    `$&\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`,
  );
}
