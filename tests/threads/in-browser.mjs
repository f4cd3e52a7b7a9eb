// C jobs in a real browser, with and without shared memory.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { useCaller } from '../workers/pages.mjs';

const TESTS = ['values', 'streams', 'kills', 'traps', 'hardKills', 'isForced', 'ticks'];

/** The tests, in `name`: `Chromium` or `Firefox`. */
export function jobsIn(name) {
  describe(name, { concurrency: false }, () => {
    const call = useCaller(name, 'tests/threads/in-page.mjs');
    for (const kind of ['isolated', 'plain']) {
      for (const wanted of TESTS) {
        it(`${kind}: ${wanted}`, async () => assert.deepEqual(await call(kind, wanted), { value: 'passed' }));
      }
    }
    it('starts a thread again whose files could not be loaded', async () => {
      assert.deepEqual(await call('flaky', 'ticks'), { value: 'passed' });
    });
    it('tells the tasks when no thread can be started', async () => {
      assert.deepEqual(await call('broken', 'isTold'), { value: 'passed' });
    });
    it("runs where a Content-Security-Policy allows scripts of 'self' and WebAssembly", async () => {
      assert.deepEqual(await call('strict', 'streams'), { value: 'passed' });
    });
  });
}
