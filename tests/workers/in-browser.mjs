// Bodies on workers in a real browser, with and without shared memory.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { root } from '../../scripts/lib/shell.mjs';
import { installPackage } from './packed.mjs';
import { useCaller } from './pages.mjs';

/* What is killed runs on for a while in Chromium: so kills come last. */
const TESTS = ['runs', 'streams', 'fails', 'closes', 'moves', 'loses', 'kills', 'stops'];

/** The tests, in `name`: `Chromium` or `Firefox`. */
export function workersIn(name) {
  describe(name, { concurrency: false }, () => {
    before(() => installPackage(join(root, 'build/in-page')));
    const call = useCaller(name, 'tests/workers/in-page.mjs');

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
