// What the pieces of lanes are filled with: each family of states has a pattern of its
// own, in the lanes, in their legend and in the picture that is downloaded.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runToEnd, scrub, useSite } from '../browser/support.mjs';

const { withPage } = useSite();

/* The storm of C3 has all ends: main returns, a pool gives up, and takes its worker with it. */
const STORM = '#C3';
const MANY = '#B5';

/** What is drawn on each fill: of a run's lanes, or of their legend. */
const patternsIn = (page, place) =>
  page.$$eval(`${place} .cap`, (caps) =>
    caps.map((cap) => {
      const svg = cap.nextElementSibling;
      const path = svg?.localName === 'svg' ? svg.firstElementChild : null;
      const drawn = path === null ? 'solid' : getComputedStyle(path).strokeLinecap === 'round' ? 'dots' : 'hatch';
      return [cap.classList[1], drawn];
    }),
  );

const patterns = { ok: 'solid', error: 'dots', crashed: 'hatch', stopped: 'solid' };

describe('the fill of a life', () => {
  it('has lines while it waits, and ends in the pattern of how it ended', () =>
    withPage(STORM, {}, async (page) => {
      await runToEnd(page);
      const found = await patternsIn(page, '.lanes');
      assert.deepEqual(new Set(found.map(([family]) => family)), new Set(Object.keys(patterns)));
      for (const [family, drawn] of found) assert.equal(drawn, patterns[family], family);
      const waiting = await page.$$eval('.lanes .bar.waiting', (bars) =>
        bars.map((bar) => bar.nextElementSibling.getAttribute('class')),
      );
      assert.deepEqual([...new Set(waiting)], ['bar-lines']);
    }));

  it('stands so in the legend', () =>
    withPage(STORM, {}, async (page) => {
      await runToEnd(page);
      const found = new Map(await patternsIn(page, '.legend'));
      assert.deepEqual([...found], [['crashed', 'hatch'], ['stopped', 'solid']]);
      assert.equal(await page.$$eval('.legend .bar.waiting + .bar-lines', (all) => all.length), 1);
    }));

  it('tells its end at its very end, and leaves half of it to what was before', () =>
    withPage('#C5', {}, async (page) => {
      await runToEnd(page);
      const lives = await page.$$eval('.lanes [role=gridcell]', (cells) =>
        cells.map((cell) => {
          const [bar, cap, grace] = ['.bar', '.cap', '.grace'].map((name) => {
            const box = cell.querySelector(name)?.getBBox();
            return box && { width: box.width, end: box.x + box.width };
          });
          return { of: cell.ariaLabel, bar, cap, grace };
        }),
      );
      assert.equal(lives.length, 4);
      for (const { of, bar, cap, grace } of lives) {
        assert.equal(cap.end.toFixed(2), bar.end.toFixed(2), of);
        assert.ok(cap.width <= (grace ?? bar).width / 2, `${of}: ${cap.width} px`);
      }
    }));

  it('is hidden with what it tells while its outcome is to be predicted', () =>
    withPage(STORM, { before: (page) => page.setJavaScriptEnabled(false) }, async (page) => {
      const shown = (selector) =>
        page.$$eval(selector, (all) => all.filter((one) => one.checkVisibility()).length);
      assert.ok((await shown('.fresh .bar')) > 0);
      assert.ok((await page.$$('.fresh .cap')).length > 0);
      assert.equal(await shown('.fresh .cap, .fresh .pattern'), 0);
    }));

  it('is there on lanes that many share, and none of it is drawn anew when the playhead moves', () =>
    withPage(MANY, {}, async (page) => {
      await runToEnd(page);
      const caps = await patternsIn(page, '.lanes');
      assert.ok(caps.length > 80, `${caps.length} of more than 80`);
      const changed = await page.evaluate(() => {
        globalThis.changes = 0;
        const observer = new MutationObserver((all) => (globalThis.changes += all.length));
        const grid = document.querySelector('.lanes [role=grid]');
        observer.observe(grid, { subtree: true, childList: true, attributes: true });
        return globalThis.changes;
      });
      assert.equal(changed, 0);
      await scrub(page, 0.3);
      assert.match(await page.$eval('.scrub', (range) => range.ariaValueText), /running/);
      assert.equal(await page.evaluate(() => globalThis.changes), 0);
    }));
});
