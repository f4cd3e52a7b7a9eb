// Bodies on workers in real browsers, with and without shared memory.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { root } from '../../scripts/lib/shell.mjs';
import { installPackage } from './packed.mjs';
import { browsers, Caller, launch, servePages } from './pages.mjs';

/* What is killed runs on for a while in Chromium: so kills come last. */
const TESTS = ['runs', 'streams', 'fails', 'moves', 'loses', 'kills', 'stops'];

let pages;
before(async () => {
  await installPackage(join(root, 'build/in-page'));
  pages = await servePages();
});
after(() => pages.close());

for (const name of browsers) {
  describe(name, { concurrency: false }, () => {
    let browser;
    let caller;
    before(async () => {
      browser = await launch(name);
      caller = new Caller(browser, 'tests/workers/in-page.mjs');
    });
    after(() => browser.close());
    const call = (kind, wanted) => caller.call((path) => pages.address(kind, path), wanted);

    for (const kind of ['plain', 'isolated']) {
      it(`${kind}: memory ${kind === 'plain' ? 'cannot' : 'can'} be shared`, async () => {
        assert.deepEqual(await call(kind, 'isIsolated'), { value: kind === 'isolated' });
      });
      for (const wanted of TESTS) {
        it(`${kind}: ${wanted}`, async () => assert.deepEqual(await call(kind, wanted), { value: 'passed' }));
      }
    }
    it("runs where a Content-Security-Policy allows scripts of 'self' and WebAssembly", async () => {
      assert.deepEqual(await call('strict', 'runs'), { value: 'passed' });
    });
    it('says so where a Content-Security-Policy forbids workers', async () => {
      assert.deepEqual(await call('forbidden', 'cannotStart'), { value: 'passed' });
    });
  });
}
