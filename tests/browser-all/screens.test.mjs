// Each lesson on every screen: two themes, two widths, nothing that axe finds.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openSources } from '../../web/tools/sources.mjs';
import { axeFindings, desk, phone, runToEnd, scrub, useSite, withAxe } from '../browser/support.mjs';

const sources = await openSources();
const { readLessonFiles } = await sources.load('/tools/lessons.ts');
const ids = readLessonFiles(sources.lessons).map(({ id }) => id);
await sources.close();

const { withPage } = useSite();

/** What axe finds on the page as it stands, in both themes. */
async function nothingFound(page, when) {
  for (const value of ['light', 'dark']) {
    /* Without motion, or colours would be seen on their way from one theme to the other. */
    await page.emulateMediaFeatures([
      { name: 'prefers-color-scheme', value },
      { name: 'prefers-reduced-motion', value: 'reduce' },
    ]);
    assert.deepEqual(await axeFindings(page), [], `${when}, ${value}`);
  }
}

describe('a lesson in all languages at once', () => {
  for (const [name, viewport] of Object.entries({ desk, phone })) {
    it(`has nothing that axe finds, ${name}`, () =>
      withPage('#F3', { viewport, ...withAxe }, async (page) => {
        await runToEnd(page);
        await page.$eval('.parts button:nth-of-type(2)', (button) => button.click());
        await page.$eval('#tab-all', (tab) => tab.click());
        await scrub(page, 0.1);
        await nothingFound(page, 'in the middle of the run');
      }));
  }
});

describe('each lesson', () => {
  for (const id of ids) {
    for (const [name, viewport] of Object.entries({ desk, phone })) {
      it(`${id} has nothing that axe finds, ${name}`, () =>
        withPage(`#${id}`, { viewport, ...withAxe }, async (page) => {
          await nothingFound(page, 'before the run');
          await page.$eval('.predict input', (input) => input.click());
          await page.$eval('.predict button', (button) => button.click());
          await runToEnd(page);
          await scrub(page, 0.6);
          await nothingFound(page, 'in the middle of the run');
          await scrub(page, 1);
          for (const tab of ['results', 'tree', 'log']) {
            await page.evaluate((tabId) => document.getElementById(tabId).click(), `stage-${tab}`);
            await nothingFound(page, tab);
          }
        }));
    }
  }
});
