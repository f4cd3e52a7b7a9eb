// On a phone nothing that has the focus is hidden behind what sticks to the edges.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openSources } from '../../web/tools/sources.mjs';
import { phone, runToEnd, useSite } from '../browser/support.mjs';

const sources = await openSources();
const { readLessonFiles } = await sources.load('/tools/lessons.ts');
const ids = readLessonFiles(sources.lessons).map(({ id }) => id);
await sources.close();

const { withPage } = useSite();

/** What has the focus, when nothing of it can be seen for the bars above and below. */
const hiddenFocus = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    const { top, bottom } = element.getBoundingClientRect();
    if (element === document.body || element.closest('.header, .notices, .transport, .lessons, .parts, .skip')) return null;
    const above = document.querySelector('.parts').getBoundingClientRect().bottom;
    const below = document.querySelector('.transport').getBoundingClientRect().top;
    return bottom <= above || top >= below ? element.outerHTML.slice(0, 120) : null;
  });

describe('on a phone, with a keyboard', () => {
  for (const part of ['read', 'watch']) {
    it(`all that Tab reaches can be seen: ${part}`, () =>
      withPage('#B1', { viewport: phone }, async (page) => {
        await runToEnd(page);
        if (part === 'read') await page.$eval('.parts button', (button) => button.click());
        const seen = new Set();
        for (const back of [false, true]) {
          for (let presses = 0; presses < 40; presses += 1) {
            if (back) await page.keyboard.down('Shift');
            await page.keyboard.press('Tab');
            if (back) await page.keyboard.up('Shift');
            assert.equal(await hiddenFocus(page), null);
            seen.add(await page.evaluate(() => document.activeElement.outerHTML.slice(0, 200)));
          }
        }
        assert.ok(seen.size > 12, `${seen.size} places`);
      }));
  }
});

/** In the page: lines whose first letter stands below their first row. */
function emptyRows() {
  const found = [];
  for (const line of document.querySelectorAll('#code-text .line')) {
    const texts = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    while (texts.nextNode() && texts.currentNode.data.trim() === '');
    const at = texts.currentNode.data?.search(/\S/) ?? -1;
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(texts.currentNode, at);
    range.setEnd(texts.currentNode, at + 1);
    const below = range.getBoundingClientRect().top - line.getBoundingClientRect().top;
    if (below > 12) found.push(line.textContent.trim());
  }
  return found;
}

describe('on a narrow screen', () => {
  it('Read, Code and Watch stay in sight below the name of the lesson', () =>
    withPage('#B1', { viewport: phone }, async (page) => {
      await runToEnd(page);
      const { bar, parts, scrolled } = await page.evaluate(async () => {
        scrollTo(0, document.documentElement.scrollHeight);
        await new Promise(requestAnimationFrame);
        const [bar, parts] = ['.lessons', '.parts'].map((part) =>
          document.querySelector(part).getBoundingClientRect().toJSON(),
        );
        return { bar, parts, scrolled: scrollY };
      });
      assert.ok(scrolled > 100, `${scrolled} px are scrolled`);
      assert.ok(Math.abs(parts.top - bar.bottom) < 2, `${parts.top} and ${bar.bottom}`);
    }));

  for (const width of [320, 390]) {
    it(`no line of a program begins with an empty row, at ${width}`, () =>
      withPage('#A1', { viewport: { width, height: 844 } }, async (page) => {
        await page.$eval('.parts button:nth-of-type(2)', (button) => button.click());
        const found = {};
        for (const id of ids) {
          await page.evaluate((name) => (location.hash = name), id);
          await page.waitForFunction(
            (name) => document.querySelector('h1').textContent.startsWith(name) && document.querySelector('#code-text .line') !== null,
            {},
            id,
          );
          for (const language of ['javascript', 'elixir', 'python']) {
            await page.click(`#tab-${language}`);
            const empty = await page.evaluate(emptyRows);
            if (empty.length > 0) found[`${id} ${language}`] = empty;
          }
        }
        assert.deepEqual(found, {});
      }));
  }

  it('what turns a knob is as large as a finger', () =>
    withPage('#B3', { viewport: phone }, async (page) => {
      await runToEnd(page);
      await page.tap('.knobs-open');
      await page.waitForFunction(() => document.querySelector('#knob-limit').checkVisibility());
      const targets = '.knobs .link, .knob, .knob input[type=range], .knob-number input, .knob select';
      const heights = await page.$$eval(targets, (all) =>
        all.filter((part) => part.checkVisibility()).map((part) => [part.className, part.getBoundingClientRect().height]),
      );
      assert.ok(heights.length >= 12, `${heights.length} parts`);
      assert.deepEqual(heights.filter(([, height]) => height < 44), []);
    }));

  it('how many restarts are used stands within the picture', () =>
    withPage('#G7', { viewport: phone }, async (page) => {
      await runToEnd(page);
      const [text, right] = await page.evaluate(() => {
        const gauge = document.querySelector('.gauge text');
        const edge = document.querySelector('.lanes svg').getBoundingClientRect().right;
        return [gauge.textContent, edge - gauge.getBoundingClientRect().right];
      });
      assert.match(text, /gave up/);
      assert.ok(right >= 2, `${right} px are free to the right of it`);
    }));

  for (const width of [760, 768, 900]) {
    it(`the playhead has a way to go, and Run is there, at ${width}`, () =>
      withPage('#H', { viewport: { width, height: 844 } }, async (page) => {
        const [scrub, run] = await page.evaluate(() =>
          ['.transport .scrub', '.transport .run'].map((part) =>
            document.querySelector(part).getBoundingClientRect().toJSON(),
          ),
        );
        assert.ok(scrub.width >= 80, `${scrub.width} px`);
        assert.ok(run.right <= width, `${run.right} of ${width}`);
      }));
  }
});
