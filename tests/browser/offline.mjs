// After one visit the page needs no network, and a new version of it waits to be asked for.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { itInFull } from './in-full.mjs';
import { clickVisible, ended, launchBrowser, openPage, pressCodeLink, runToEnd, servePage, text } from './support.mjs';

/** The tests, in `name`: `Chromium` or `Firefox`. */
export function offlineIn(name) {
  describe(`in ${name}`, () => {
    let site;
    let browser;
    before(async () => {
      [site, browser] = await Promise.all([servePage(), launchBrowser(name)]);
    });
    after(async () => {
      await browser?.close();
      await site?.close();
    });

    const kept = (page) =>
      page.evaluate(async () => {
        const { active } = await navigator.serviceWorker.ready;
        while (active.state !== 'activated') {
          await new Promise((done) => active.addEventListener('statechange', done, { once: true }));
        }
        while (navigator.serviceWorker.controller === null) {
          await new Promise((done) =>
            navigator.serviceWorker.addEventListener('controllerchange', done, { once: true }),
          );
        }
      });
    const alive = (page) => page.waitForFunction(() => document.documentElement.dataset.alive === 'true');

    it('the page opens, runs, is edited and shared without a network after one visit', async () => {
      const first = await openPage(browser, `${site.url}#B3`);
      await kept(first);
      await first.close();
      site.down = true;
      try {
        const page = await openPage(browser, `${site.url}#B3`);
        await page.waitForFunction(() => document.querySelector('h1').textContent.startsWith('B3'));
        assert.match(await runToEnd(page), /^Finished/);
        await pressCodeLink(page, 'Edit');
        await page.waitForSelector('.cm-content');
        await clickVisible(page, '.tool-share');
        await page.waitForSelector('dialog[open] .choice');
        await page.keyboard.press('Escape');
        await page.evaluate(() => (location.hash = 'D1'));
        await page.waitForFunction(() => document.querySelector('h1').textContent.startsWith('D1'));
        await page.waitForFunction(() => document.querySelector('#code-text').textContent.length > 100);
        assert.match(await runToEnd(page), /^(Finished|Failed)/);
        assert.deepEqual(page.complaints, []);
        await page.close();
      } finally {
        site.down = false;
      }
    });

    itInFull('a new version is told of, and taken when the learner says so', async () => {
      const page = await openPage(browser, `${site.url}#B3`);
      await kept(page);
      const [html, worker] = ['index.html', 'sw.js'].map((file) => join(site.folder, file));
      await writeFile(html, (await readFile(html, 'utf8')).replace('<html lang="en"', '<html data-new lang="en"'));
      await writeFile(worker, (await readFile(worker, 'utf8')).replace(/VERSION = '\w+'/, "VERSION = 'newer'"));
      await page.reload();
      await alive(page);
      assert.equal(await page.evaluate(() => 'new' in document.documentElement.dataset), false);
      await page.waitForSelector('.notice');
      assert.match(await text(page, '.notice'), /new version of this page/);
      await clickVisible(page, '.run');
      await ended(page); // what is under way goes on
      await clickVisible(page, '.notice .button');
      await page.waitForFunction(() => 'new' in document.documentElement.dataset);
      await alive(page);
      assert.match(await text(page, 'h1'), /^B3/);
      await page.close();
    });
  });
}
