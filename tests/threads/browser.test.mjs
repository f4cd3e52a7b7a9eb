// C jobs in real browsers, with and without shared memory.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { browsers, callInPage, launch, servePages } from '../workers/pages.mjs';

const TESTS = ['values', 'streams', 'kills', 'traps', 'hardKills', 'isForced', 'ticks'];

let pages;
before(async () => {
  pages = await servePages();
});
after(() => pages.close());

const call = (browser, kind, name) =>
  callInPage(browser, (path) => pages.address(kind, path), 'tests/threads/in-page.mjs', name);

for (const name of browsers) {
  describe(name, { concurrency: false }, () => {
    let browser;
    before(async () => {
      browser = await launch(name);
    });
    after(() => browser.close());
    for (const kind of ['isolated', 'plain']) {
      for (const wanted of TESTS) {
        it(`${kind}: ${wanted}`, async () => assert.deepEqual(await call(browser, kind, wanted), { value: 'passed' }));
      }
    }
    it('starts a thread again whose files could not be loaded', async () => {
      assert.deepEqual(await call(browser, 'flaky', 'ticks'), { value: 'passed' });
    });
    it('tells the tasks when no thread can be started', async () => {
      assert.deepEqual(await call(browser, 'broken', 'isTold'), { value: 'passed' });
    });
    it("runs where a Content-Security-Policy allows scripts of 'self' and WebAssembly", async () => {
      assert.deepEqual(await call(browser, 'strict', 'streams'), { value: 'passed' });
    });
  });
}
