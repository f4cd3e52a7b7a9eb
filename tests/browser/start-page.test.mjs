// The page as npm start serves it.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createServer } from 'vite';
import { openPage, runToEnd, useSite, web } from './support.mjs';

const shared = useSite();

describe('the page of npm start', () => {
  it('runs an example, as it is served to who changes it', async () => {
    /* Vite's cache is its own: one that is served beside it would lose its files. */
    const cacheDir = await mkdtemp(join(tmpdir(), 'belay-vite-'));
    const server = await createServer({
      root: web,
      cacheDir,
      logLevel: 'error',
      server: { port: 0, hmr: false },
    });
    try {
      await server.listen();
      const page = await openPage(shared.browser, server.resolvedUrls.local[0]);
      assert.match(await runToEnd(page), /^Finished/);
      assert.equal(server.config.isProduction, false);
      assert.deepEqual(page.complaints, []);
      await page.close();
    } finally {
      await server.close();
      await rm(cacheDir, { recursive: true, force: true });
    }
  });
});
