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

/** A desk of 1280 by 1024, magnified four times. */
const magnified = { width: 320, height: 256 };

/** Of these the whole text stands elsewhere: in the knobs, and in the output. */
const SHORTENED = '.knobs-summary, .printed-event .event-what';

/** In the page: what is cut off by its box or its shape, and controls outside of the view. */
function clipped(shortened) {
  const found = new Set();
  const { scrollWidth } = document.documentElement;
  if (scrollWidth !== innerWidth) found.add(`the page is ${scrollWidth} px wide`);
  const styles = new Map();
  const styleOf = (element) => {
    if (!styles.has(element)) styles.set(element, getComputedStyle(element));
    return styles.get(element);
  };
  const cuts = (overflow) => overflow === 'hidden' || overflow === 'clip';
  const boxes = (element) => {
    const all = [];
    for (let box = element; box !== document.body; box = box.parentElement) {
      all.push(box);
      if (styleOf(box).position === 'fixed') break;
    }
    return all;
  };
  const seen = [...document.querySelectorAll('body *')].filter(
    (element) =>
      element.checkVisibility() &&
      element.closest(`svg, [aria-hidden=true], .unseen, ${shortened}`) === null &&
      boxes(element).every(({ offsetWidth }) => offsetWidth !== 1), // for screen readers only
  );
  for (const element of seen) {
    const within = boxes(element);
    const { left, right } = element.getBoundingClientRect();
    const scrolls = within.some((box) => ['auto', 'scroll'].includes(styleOf(box).overflowX));
    const isControl = element.matches('button, input, select, textarea, summary, a[href]');
    if (isControl && !scrolls && (left < 0 || right > innerWidth)) {
      found.add(`outside: ${element.outerHTML}`);
    }
    const range = document.createRange();
    for (const text of element.childNodes) {
      if (text.nodeType !== Node.TEXT_NODE || text.data.trim() === '') continue;
      range.selectNodeContents(text);
      for (const rect of range.getClientRects()) {
        for (const box of within) {
          const { overflowX, overflowY } = styleOf(box);
          const edge = box.getBoundingClientRect();
          /* A line is a little higher than its letters. */
          const isCut =
            (cuts(overflowX) && (rect.left < edge.left - 1 || rect.right > edge.right + 1)) ||
            (cuts(overflowY) && (rect.top < edge.top - 3 || rect.bottom > edge.bottom + 3));
          if (isCut) found.add(`cut off: ${text.data.trim()}`);
          if (['auto', 'scroll'].includes(overflowX) || ['auto', 'scroll'].includes(overflowY)) break;
        }
      }
    }
  }
  return [...found];
}

describe('magnified to 400 %, nothing is cut off and no control is out of sight', () => {
  for (const id of [...ids, 'H']) {
    it(`in ${id}`, () =>
      withPage(`#${id}`, { viewport: magnified }, async (page) => {
        const found = {};
        const look = async (where) => {
          await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
          const cut = await page.evaluate(clipped, SHORTENED);
          if (cut.length > 0) found[where] = cut;
        };
        const press = async (button, when) => {
          await button.evaluate((element) => element.click());
          await look(`${await button.evaluate(({ textContent }) => textContent)}, ${when}`);
        };
        assert.equal(await page.$('.notice'), null, 'it is the one that was asked for');
        for (const part of await page.$$('.parts button')) await press(part, 'before the run');
        if (id !== 'H') await runToEnd(page);
        for (const part of await page.$$('.parts button')) {
          await press(part, 'after it');
          for (const tab of await page.$$('[role=tab]')) {
            if (await tab.evaluate((element) => element.checkVisibility())) await press(tab, 'after it');
          }
        }
        assert.deepEqual(found, {});
      }));
  }

  it('and what is cut off, or out of sight, is found', () =>
    withPage('#A1', { viewport: magnified }, async (page) => {
      assert.deepEqual(await page.evaluate(clipped, SHORTENED), []);
      await page.evaluate(() => {
        const box = document.querySelector('.lesson');
        box.insertAdjacentHTML(
          'beforeend',
          `<p style="overflow: hidden; height: 10px">too high</p>
           <p style="overflow: clip; white-space: nowrap; width: 40px">too wide for it</p>
           <button style="position: relative; left: -60px">beside</button>`,
        );
      });
      const found = await page.evaluate(clipped, SHORTENED);
      assert.equal(found.length, 3, found.join('\n'));
    }));
});
