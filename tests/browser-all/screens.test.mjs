// Each lesson on every screen: two themes, two widths, nothing that axe finds,
// nothing that runs out of the side.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openSources } from '../../web/tools/sources.mjs';
import {
  axeFindings,
  desk,
  nothingRunsOut,
  phone,
  runToEnd,
  scrub,
  useSite,
  withAxe,
} from '../browser/support.mjs';

const sources = await openSources();
const { readLessonFiles } = await sources.load('/tools/lessons.ts');
const ids = readLessonFiles(sources.lessons).map(({ id }) => id);
await sources.close();

const { withPage } = useSite();

/* So tall that nothing lies behind the playhead at the foot. */
const tall = { ...phone, height: 2600 };

describe('each lesson', () => {
  for (const id of ids) {
    for (const [name, viewport] of Object.entries({ desk, phone: tall })) {
      for (const scheme of ['light', 'dark']) {
        it(`${id} has nothing that axe finds, ${name}, ${scheme}`, () =>
          withPage(`#${id}`, { viewport, scheme, ...withAxe }, async (page) => {
            assert.deepEqual(await axeFindings(page), [], 'before the run');
            await page.$eval('.predict input', (input) => input.click());
            await page.$eval('.predict button', (button) => button.click());
            await runToEnd(page);
            await scrub(page, 0.6);
            assert.deepEqual(await axeFindings(page), [], 'in the middle of the run');
            await scrub(page, 1);
            for (const tab of ['results', 'tree', 'log']) {
              await page.evaluate(
                (tabId) => document.getElementById(tabId).click(),
                `stage-${tab}`,
              );
              assert.deepEqual(await axeFindings(page), [], tab);
            }
          }));
      }
    }
  }

  for (const width of [320, 360, 390, 768, 1024, 1060, 1280, 1440, 1680]) {
    it(`none runs out of the side at ${width}`, async () => {
      for (const id of ids) {
        await withPage(`#${id}`, { viewport: { width, height: 844 } }, (page) =>
          nothingRunsOut(page),
        );
      }
    });
  }
});
