// On a phone nothing that has the focus is hidden behind what sticks to the edges.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { phone, runToEnd, useSite } from '../browser/support.mjs';

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
