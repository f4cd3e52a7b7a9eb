// On a phone a tap on a task tells of it in a sheet.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { axeFindings, phone, runToEnd, text, useSite, withAxe } from '../browser/support.mjs';

const { withPage } = useSite();

const cellOf = (label) => `.lanes .cell[aria-label^="${label},"]`;
const at = (page) => page.$eval('.scrub', ({ value }) => Number(value));
const facts = (page) =>
  page.$eval('.inspect dl', (list) => {
    const [names, values] = ['dt', 'dd'].map((part) => [...list.querySelectorAll(part)].map((one) => one.textContent.trim()));
    return Object.fromEntries(names.map((name, index) => [name, values[index]]));
  });
const open = async (page, label) => {
  await page.tap(`${cellOf(label)} .bar`);
  await page.waitForSelector('.inspect[open]');
};

describe('the sheet of a task', () => {
  for (const scheme of ['light', 'dark']) {
    it(`tells what the lane does, and leads to its start, its end and the ways to break it: ${scheme}`, () =>
      withPage('#B3', { viewport: phone, scheme, ...withAxe }, async (page) => {
        await runToEnd(page);
        const says = await page.$eval(cellOf('page 3'), ({ ariaLabel }) => ariaLabel);
        await open(page, 'page 3');
        assert.equal(await text(page, '.inspect h2'), 'page 3');
        const told = await facts(page);
        assert.ok(says.includes(`then ${told.Ended}`), `${says}: ${told.Ended}`);
        assert.ok(says.includes(`to ${told.To}`), `${says}: ${told.To}`);
        assert.match(told.Owner, /^(linked to|watched by) main$/);
        assert.equal(told[`At ${told.To}`], told.Ended, 'the playhead is at its end');
        assert.deepEqual(await axeFindings(page), []);
        const [edge, heights] = await page.evaluate(() => [
          document.querySelector('.inspect').getBoundingClientRect().bottom - innerHeight,
          [...document.querySelectorAll('.inspect .button')].map((one) => one.getBoundingClientRect().height),
        ]);
        assert.ok(Math.abs(edge) < 1, 'at the foot');
        assert.ok(heights.every((height) => height >= 44), heights.join());

        const end = await at(page);
        await page.tap('.inspect-ways .button');
        await page.waitForFunction((was) => Number(document.querySelector('.scrub').value) < was, {}, end);
        assert.match((await facts(page))[`At ${told.From}`] ?? '', /waiting|queued/);
        await page.$$eval('.inspect-ways .button', (all) => all.at(-1).click());
        await page.waitForSelector('.break-menu [role=menuitem]:focus');
        assert.equal(await page.$('.inspect[open]'), null);
        assert.match(await text(page, '.break-menu p'), /^Break page 3 at /);
      }));
  }

  it('is closed by its button, by Escape and by a tap beside it, and comes again', () =>
    withPage('#B3', { viewport: phone }, async (page) => {
      await runToEnd(page);
      for (const close of [
        () => page.tap('.inspect .sheet-head .button'),
        () => page.keyboard.press('Escape'),
        () => page.touchscreen.tap(phone.width / 2, 20),
      ]) {
        await open(page, 'page 1');
        await close();
        await page.waitForFunction(() => document.querySelector('.inspect') === null);
      }
    }));

  it('is not there where the rest of the page stands beside the picture', () =>
    withPage('#B3', {}, async (page) => {
      await runToEnd(page);
      await page.click(`${cellOf('page 1')} .bar`);
      await page.waitForSelector('.cell.picked');
      await page.evaluate(async () => {
        for (let frame = 0; frame < 30; frame += 1) await new Promise(requestAnimationFrame);
      });
      assert.equal(await page.$('.inspect'), null);
    }));
});
