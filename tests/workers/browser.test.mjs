// Bodies on workers in real browsers, with and without shared memory.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { browsers, callInPage, launch, servePages } from './pages.mjs';

const TESTS = ['runs', 'streams', 'kills', 'loses', 'fails'];

let pages;
before(async () => {
  pages = await servePages();
});
after(() => pages.close());

const call = (browser, kind, name) =>
  callInPage(browser, (path) => pages.address(kind, path), 'tests/workers/in-page.mjs', name);

for (const name of browsers) {
  describe(name, { concurrency: false }, () => {
    let browser;
    before(async () => {
      browser = await launch(name);
    });
    after(() => browser.close());

    for (const kind of ['plain', 'isolated']) {
      it(`${kind}: memory ${kind === 'plain' ? 'cannot' : 'can'} be shared`, async () => {
        assert.deepEqual(await call(browser, kind, 'isIsolated'), { value: kind === 'isolated' });
      });
      for (const wanted of TESTS) {
        it(`${kind}: ${wanted}`, async () => assert.deepEqual(await call(browser, kind, wanted), { value: 'passed' }));
      }
    }
    it("runs where a Content-Security-Policy allows scripts of 'self' and WebAssembly", async () => {
      assert.deepEqual(await call(browser, 'strict', 'runs'), { value: 'passed' });
    });
    it('says so where a Content-Security-Policy forbids workers', async () => {
      assert.deepEqual(await call(browser, 'forbidden', 'cannotStart'), { value: 'passed' });
    });
  });
}
