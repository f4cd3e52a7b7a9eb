// C jobs in real browsers, with and without shared memory.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { browsers, launch, servePages } from '../workers/pages.mjs';

const TESTS = ['values', 'streams', 'kills', 'traps', 'hardKills', 'isForced', 'ticks'];

let pages;
before(async () => {
  pages = await servePages();
});
after(() => pages.close());

/** Calls a function of in-page.mjs in a page of its own. */
async function call(browser, kind, name) {
  const page = await browser.newPage();
  try {
    await page.goto(pages.address(kind));
    return await page.evaluate(async (address, wanted) => {
      try {
        await (await import(address))[wanted]();
        return 'passed';
      } catch (error) {
        return `${error?.message}\n${error?.stack}`;
      }
    }, pages.address(kind, 'tests/threads/in-page.mjs'), name);
  } finally {
    await page.close();
  }
}

for (const name of browsers) {
  describe(name, { concurrency: false }, () => {
    let browser;
    before(async () => {
      browser = await launch(name);
    });
    after(() => browser.close());
    for (const kind of ['isolated', 'plain']) {
      for (const wanted of TESTS) {
        it(`${kind}: ${wanted}`, async () => assert.equal(await call(browser, kind, wanted), 'passed'));
      }
    }
    it('starts a thread again whose files could not be loaded', async () => {
      assert.equal(await call(browser, 'flaky', 'ticks'), 'passed');
    });
    it('tells the tasks when no thread can be started', async () => {
      assert.equal(await call(browser, 'broken', 'isTold'), 'passed');
    });
    it("runs where a Content-Security-Policy allows scripts of 'self' and WebAssembly", async () => {
      assert.equal(await call(browser, 'strict', 'streams'), 'passed');
    });
  });
}
