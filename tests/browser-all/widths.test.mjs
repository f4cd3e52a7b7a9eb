// Each lesson at every width: nothing runs out of the side, and lanes are seen at once where they may.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openSources } from '../../web/tools/sources.mjs';
import { desk, runToEnd, useSite } from '../browser/support.mjs';

const sources = await openSources();
const { readLessonFiles } = await sources.load('/tools/lessons.ts');
const ids = readLessonFiles(sources.lessons).map(({ id }) => id);
await sources.close();

const { withPage } = useSite();
const WIDTHS = [320, 360, 375, 390, 768, 1024, 1060, 1280, 1400, 1440, 1680];

/** By how much the page is too wide, at each width and in each of its parts. */
async function overs(page, when) {
  const found = [];
  for (const width of WIDTHS) {
    await page.setViewport({ width, height: 844 });
    for (const button of await page.$$('.parts button')) {
      await button.evaluate((element) => element.click());
      const over = await page.evaluate(
        () =>
          new Promise((done) =>
            requestAnimationFrame(() => done(document.documentElement.scrollWidth - innerWidth)),
          ),
      );
      if (over !== 0) {
        const part = await button.evaluate((element) => element.textContent);
        found.push(`${over} px at ${width}, ${part}, ${when}`);
      }
    }
  }
  return found;
}

describe('at a desk', () => {
  for (const id of ['B1', 'B4', 'D2', 'F1', 'F2', 'F3']) {
    it(`all lanes of ${id} are seen at once`, () =>
      withPage(`#${id}`, { viewport: desk }, async (page) => {
        await runToEnd(page);
        const below = await page.evaluate(() => {
          const bottom = (part) => document.querySelector(part).getBoundingClientRect().bottom;
          return bottom('.lanes [role=row]:last-child .hit') - bottom('.tasks .panel-body');
        });
        assert.ok(below <= 0, `${below} px are below the edge`);
      }));
  }
});

describe('the header', () => {
  it('has all of its parts at every width', () =>
    withPage('#A1', {}, async (page) => {
      const cut = {};
      for (const width of WIDTHS) {
        await page.setViewport({ width, height: 844 });
        const found = await page.$$eval('.header, .header *', (all) =>
          all
            .filter((part) => part.checkVisibility() && part.closest('.unseen, input') === null)
            .filter(({ scrollWidth, clientWidth }) => clientWidth > 0 && scrollWidth > clientWidth)
            .map(({ className, textContent }) => `${className}: ${textContent}`),
        );
        if (found.length > 0) cut[width] = found;
      }
      assert.deepEqual(cut, {});
    }));
});

describe('nothing runs out of the side', () => {
  for (const id of ids) {
    it(`in ${id}`, () =>
      withPage(`#${id}`, {}, async (page) => {
        const before = await overs(page, 'before the run');
        await runToEnd(page);
        assert.deepEqual([...before, ...(await overs(page, 'after it'))], []);
      }));
  }
});
