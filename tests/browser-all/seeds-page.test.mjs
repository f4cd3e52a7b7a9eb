// Many seeds on the page: run, watched, searched and stopped with the keyboard.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { axeFindings, chord, nothingRunsOut, phone, runToEnd, tabTo, text, useSite, withAxe, writeProgram } from '../browser/support.mjs';

const { withPage } = useSite();

/** The tab by its number key; the focus goes to what it shows. */
async function openTab(page, key) {
  await tabTo(page, '.scrub');
  await page.keyboard.press(key);
  await page.waitForSelector('.seeds-body');
}
/** To something in the tab, which stands before the playhead. */
async function goTo(page, selector, word) {
  await tabTo(page, '.scrub');
  await tabTo(page, selector, { word, back: true });
}
const press = async (page, name) => {
  await goTo(page, '.seeds-body .button', name);
  await page.keyboard.press('Enter');
};
const done = (page) =>
  page.waitForFunction(() => /Run 500 seeds/.test(document.querySelector('.seeds-run').textContent), { timeout: 120_000 });
const seedShown = (page) => page.$eval('.seed input', ({ value }) => Number(value));
/** What is searched for, by the letters of its name. */
const want = async (page, id) => {
  await goTo(page, '.seeds-search select');
  const name = await page.$eval('.seeds-search select', ({ options }, value) =>
    [...options].find((option) => option.value === value).textContent.trim(), id);
  await page.keyboard.type(name);
  assert.equal(await page.$eval('.seeds-search select', ({ value }) => value), id);
};

describe('many seeds', () => {
  it('are run without freezing the page, and the worst of them is shown at a press', () =>
    withPage('#B3', withAxe, async (page) => {
      await runToEnd(page);
      await openTab(page, '4');
      await press(page, 'Run 500 seeds');
      await page.waitForSelector('.seeds-worst');
      const clocks = [await text(page, '.clock output')];
      await tabTo(page, '.scrub');
      await page.keyboard.press('[');
      clocks.push(await text(page, '.clock output'));
      assert.ok((await page.$('.seeds-progress')) !== null && clocks[0] !== clocks[1], 'the page goes on');
      await done(page);
      assert.match(await text(page, '.seeds-body > p:not(:empty)'), /^500 seeds, from \d+ ms to /);
      assert.equal((await page.$$('.seeds-worst button')).length, 10);
      assert.deepEqual(await axeFindings(page), []);
      const bars = await page.$$eval('.histogram rect', (all) => all.length);
      assert.ok(bars > 1 && bars <= 25, `${bars} bars`);
      await goTo(page, '.seeds-head input');
      await page.keyboard.press('ArrowRight');
      const counts = await page.$$eval('.seeds-body table:first-of-type tbody td:last-child', (cells) => cells.map((cell) => Number(cell.textContent)));
      assert.equal(counts.reduce((sum, count) => sum + count, 0), 500, 'the table has them all');
      const name = await page.$eval('.seeds-worst button', ({ ariaLabel }) => ariaLabel);
      await goTo(page, '.seeds-worst button', name);
      await page.keyboard.press('Enter');
      const [, seed, wall] = /Show seed (\d+): (\d+ m?s)/.exec(name);
      assert.equal(await seedShown(page), Number(seed));
      await page.waitForFunction((ms) => document.querySelector('.status').textContent.endsWith(ms), {}, wall);
      assert.equal(await page.$eval('.seeds-worst button', (button) => button.ariaPressed), 'true');
    }));

  it('are searched for one in which something happens', () =>
    withPage('#B3', {}, async (page) => {
      await runToEnd(page);
      await openTab(page, '4');
      await want(page, 'wall');
      await goTo(page, '.seeds-search input');
      await chord(page, 'Control+a');
      await page.keyboard.type('420');
      await press(page, 'Find');
      await page.waitForFunction(() => /^Seed \d+/.test(document.querySelector('.seeds-told').textContent), { timeout: 60_000 });
      const told = await text(page, '.seeds-told');
      const [, seed] = /^Seed (\d+): it takes longer than 420 ms\. It is shown\.$/.exec(told);
      assert.equal(await seedShown(page), Number(seed));
      await want(page, 'gaveUp');
      await press(page, 'Find');
      await page.waitForFunction(() => /^None/.test(document.querySelector('.seeds-told').textContent), { timeout: 120_000 });
      assert.equal(await text(page, '.seeds-told'), 'None of 500 seeds: a supervisor gives up.');
    }));

  it('can be stopped, and what spins is ended', () =>
    withPage('#B1', {}, async (page) => {
      await writeProgram(page, 'export function main() { for (;;); }');
      await openTab(page, '4');
      await press(page, 'Run 500 seeds');
      await press(page, 'Stop');
      await done(page);
      assert.equal(await page.$('.seeds-worst'), null);
      await press(page, 'Run 500 seeds');
      await done(page);
      assert.equal(await text(page, '.seeds-trouble'), 'Seed 1 gave no sign of life for 3 s.');
    }));

  it('have a place on a phone, and say when they are of something else', () =>
    withPage('#B1', { viewport: phone }, async (page) => {
      await nothingRunsOut(page);
      await page.$eval('#stage-seeds', (tab) => tab.click());
      await page.waitForSelector('.seeds-body');
      await press(page, 'Run 500 seeds');
      await page.waitForSelector('.seeds-worst');
      await press(page, 'Stop');
      await done(page);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), phone.width);
      assert.equal(await page.$('.seeds-trouble'), null);
      await page.$eval('.knobs input[type=range]', (range) => {
        range.value = '2';
        range.dispatchEvent(new Event('input', { bubbles: true }));
      });
      await page.waitForSelector('.seeds-trouble');
      assert.match(await text(page, '.seeds-trouble'), /earlier program/);
    }));
});
