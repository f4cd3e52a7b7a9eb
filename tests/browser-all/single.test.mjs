// The page as one file, opened from the disk: nothing is asked of anybody.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { clickVisible, launchBrowser, openPage, runToEnd, text, web, writeProgram } from '../browser/support.mjs';

let folder;
let file;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'belay-single-'));
  await build({
    root: web,
    mode: 'single',
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  });
  file = pathToFileURL(join(folder, 'belay-playground.html')).href;
});
after(() => rm(folder, { recursive: true }));

describe('the page as one file', () => {
  it('is one file, which names no other', async () => {
    assert.deepEqual(await readdir(folder), ['belay-playground.html']);
    const html = await readFile(join(folder, 'belay-playground.html'), 'utf8');
    const page = html.replaceAll(/<script[\s\S]*?<\/script>|<style[\s\S]*?<\/style>/g, '');
    assert.doesNotMatch(page, /(?:src|href)="(?!data:|#)/);
    assert.match(page, /Content-Security-Policy" content="default-src 'none'/);
  });

  for (const name of ['Chromium', 'Firefox']) {
    describe(`from the disk in ${name}`, () => {
      let browser;
      before(async () => {
        browser = await launchBrowser(name);
      });
      after(() => browser?.close());

      it('runs a lesson, runs what is typed, opens a link and keeps an edit', async () => {
        const page = await openPage(browser, `${file}#v1;l=B3;s=5;t=end`);
        await page.waitForFunction(() => /^Finished/.test(document.querySelector('.status').textContent));
        assert.match(await text(page, 'h1'), /^B3/);
        assert.match(await runToEnd(page), /^Finished/);
        await writeProgram(page, "export const main = () => 'from a disk';\n");
        assert.match(await runToEnd(page), /^Finished/);
        assert.equal(await text(page, '.returned'), "'from a disk'");
        await page.waitForFunction(() => location.hash.includes(';c='));
        await clickVisible(page, '.tool-share');
        await page.waitForSelector('dialog[open] .choice');
        await page.keyboard.press('Escape');
        assert.deepEqual(page.complaints, []);
        assert.deepEqual(page.strays.filter((url) => !url.startsWith(file)), []);
        await page.close();
      });
    });
  }

  it('works on a host as well, where its policy still lets nothing else in', async () => {
    const { servePages } = await import('../workers/pages.mjs');
    await writeFile(join(folder, 'beside.js'), 'globalThis.hit = 1;');
    const server = await servePages(folder);
    const browser = await launchBrowser();
    try {
      const page = await openPage(browser, server.address('plain', 'belay-playground.html'));
      assert.match(await runToEnd(page), /^Finished/);
      assert.deepEqual([page.complaints, page.strays], [[], []]);
      await page.evaluate(() => {
        const script = document.createElement('script');
        script.src = './beside.js';
        document.head.append(script);
        return new Promise((done) => (script.onerror = script.onload = done));
      });
      assert.equal(await page.evaluate(() => globalThis.hit), undefined);
    } finally {
      await browser.close();
      await server.close();
    }
  });
});
