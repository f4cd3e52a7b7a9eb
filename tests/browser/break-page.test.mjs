// Breaking a run on the page, as people do it: with the keyboard alone, with a
// pointer, on a phone.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { itInFull } from './in-full.mjs';
import { axeFindings, chord, ended, phone, runToEnd, scrub, tabTo, text, useSite, withAxe } from './support.mjs';

const { withPage } = useSite();
const settled = (page) => page.waitForFunction(() => !/^Running/.test(document.querySelector('.status').textContent));
const chips = (page) => page.$$eval('.transport > .break .break-chip', (all) => all.map((chip) => chip.ariaLabel));
const cells = (page) => page.$$eval('.lanes [role=gridcell]', (all) => all.map((cell) => cell.ariaLabel));
const outlines = (page) => page.$$eval('.outlines > g', (all) => all.length);
const focused = (page) => page.evaluate(() => document.activeElement.textContent || document.activeElement.ariaLabel);
const inStage = (page) => tabTo(page, '.scrub');

/** Tab reaches one cell of the picture, arrows the others. */
async function toCell(page, label) {
  await tabTo(page, '.lanes [role=gridcell]');
  await page.keyboard.press('Home');
  while (!(await page.evaluate((wanted) => document.activeElement.ariaLabel.startsWith(wanted), label))) {
    const before = await page.evaluate(() => document.activeElement.ariaLabel);
    await page.keyboard.press('ArrowDown');
    const after = await page.evaluate(() => document.activeElement.ariaLabel);
    assert.notEqual(after, before, `no cell of ${label}`);
  }
}

/** B1 in the middle of its run, where pages 5 to 8 are at work. */
async function atWork(page) {
  await runToEnd(page);
  await scrub(page, 0.5);
}

describe('breaking a run with the keyboard alone', () => {
  it('goes by the menu of a row, and is undone and redone', () =>
    withPage('#B1', {}, async (page) => {
      await atWork(page);
      const before = await cells(page);
      await toCell(page, 'page 6');
      await chord(page, 'Shift+F10');
      assert.match(await text(page, '.break-menu [role=menu]'), /Crash it exits/);
      assert.match(await focused(page), /^Crash it exits with an Error/);
      await page.keyboard.press('End');
      assert.match(await focused(page), /^Stop supervisor not now: it is not a supervisor/);
      await page.keyboard.press('Enter');
      assert.notEqual(await page.$('.break-menu'), null, 'what cannot be done does nothing');
      await page.keyboard.press('ArrowUp');
      assert.match(await focused(page), /^Kill/);
      await page.keyboard.press('Enter');
      await settled(page);
      assert.equal(await page.$('.break-menu'), null);
      assert.match(await focused(page), /^page 6/, 'the focus is where it was');
      const [change] = await chips(page);
      assert.match(change, /^Take back: kill page 6 at 0\.\d{3} s$/);
      assert.match((await cells(page)).find((label) => label.startsWith('page 6')), /then killed/);
      assert.match(await text(page, 'body > #page > [role=status]'), /^kill page 6 at .* Failed: /);
      await page.waitForSelector('.outlines > g'); // what would have been

      await chord(page, 'Control+z');
      await settled(page);
      assert.deepEqual(await chips(page), []);
      assert.deepEqual(await cells(page), before);
      await chord(page, 'Control+Shift+z');
      await settled(page);
      assert.deepEqual(await chips(page), [change]);
      assert.match(await text(page, 'body > #page > [role=status]'), /^Done again\./);
    }));

  it('goes by `b`, and Escape leaves it as it was', () =>
    withPage('#B1', {}, async (page) => {
      await atWork(page);
      await inStage(page);
      await page.keyboard.press('b');
      assert.match(await text(page, '.break-menu p'), /^Break page \d+ at 0\.\d{3} s$/);
      await page.keyboard.press('Escape');
      assert.equal(await page.$('.break-menu'), null);
      assert.equal(await page.evaluate(() => document.activeElement.className), 'scrub');
      assert.deepEqual(await chips(page), []);
      await page.keyboard.press('b');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press(' ');
      await settled(page);
      assert.match((await chips(page))[0], /hang page/);
      assert.match(await ended(page), /^Failed/, 'the stream has no onTimeout');
    }));

  itInFull('leaves undoing to fields and the editor while they have the focus', () =>
    withPage('#B1', {}, async (page) => {
      await atWork(page);
      await inStage(page);
      await page.keyboard.press('b');
      await page.waitForSelector('.break-menu');
      await page.keyboard.press('Enter');
      await settled(page);
      await tabTo(page, '.seed input');
      await chord(page, 'Control+z');
      assert.equal((await chips(page)).length, 1);
    }));
});

describe('the bar under the transport', () => {
  const press = (page, name) =>
    page.$$eval('.transport > .break .button', (all, wanted) => all.find((button) => button.textContent === wanted).click(), name);
  const whom = (page, label) =>
    page.$eval('.transport > .break select', (select, wanted) => {
      select.value = [...select.options].find((option) => option.text === wanted).value;
      select.dispatchEvent(new Event('change', { bubbles: true }));
    }, label);

  it('says at the control why a way is not open', () =>
    withPage('#B1', {}, async (page) => {
      await press(page, 'Crash');
      assert.equal(await text(page, '.break-why'), 'Not now: run it first.');
      await atWork(page);
      await whom(page, 'main');
      await press(page, 'Kill');
      assert.match(await text(page, '.break-why'), /^Not now: it is the program itself/);
      await press(page, 'Hang');
      assert.match(await text(page, '.break-why:last-of-type'), /Not now: it waits for no request/);
      assert.deepEqual(await chips(page), []);
    }));

  itInFull('takes back one of several changes', () =>
    withPage('#B3', {}, async (page) => {
      await runToEnd(page);
      await scrub(page, 0.02);
      for (const label of ['page 1', 'page 3']) {
        await whom(page, label);
        await press(page, 'Slow ×10');
        await settled(page);
      }
      assert.equal((await chips(page)).length, 2);
      await page.$eval('.break-chip', (chip) => chip.click());
      await settled(page);
      const ends = Object.fromEntries((await cells(page)).map((label) => [label.split(',')[0], label]));
      assert.match(ends['page 1'], /then ok/);
      assert.match(ends['page 3'], /then timed out/);
      await page.click('#stage-log');
      assert.match(await text(page, '.panel-body.log'), /page 3\s*made slow by you\s*its request for \/pages\/3 takes 10 times as long/);
    }));

  itInFull('is in the link, which breaks the run again', () =>
    withPage('#B1', {}, async (page) => {
      await atWork(page);
      await press(page, 'Kill');
      await settled(page);
      await page.waitForFunction(() => /;x=\d+\.\d+\.kill\./.test(location.hash));
      const [before, hash] = [await chips(page), await page.evaluate(() => location.hash)];
      await withPage(hash, {}, async (other) => {
        await ended(other);
        assert.deepEqual(await chips(other), before);
        assert.deepEqual(await cells(other), await cells(page));
      });
    }));

  itInFull('is in the sheet of a phone, whose picture shows the rest', () =>
    withPage('#B1', { viewport: phone, ...withAxe }, async (page) => {
      await atWork(page);
      await page.tap('.sheet-open');
      assert.deepEqual(await axeFindings(page), []);
      await page.$$eval('.sheet .break .button', (all) => all.find(({ textContent }) => textContent === 'Kill').click());
      await settled(page);
      assert.equal(await page.$eval('dialog.sheet', ({ open }) => open), false, 'it gives way to the picture');
      assert.equal((await page.$$('.sheet .break-chip')).length, 1);
      await page.evaluate(() => document.querySelector('.lanes .row-button').dispatchEvent(new MouseEvent('click', { bubbles: true })));
      await page.waitForSelector('.break-menu');
      const box = await page.$eval('.break-menu', (menu) => menu.getBoundingClientRect().toJSON());
      assert.ok(box.left >= 0 && box.right <= phone.width && box.bottom <= phone.height, JSON.stringify(box));
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), phone.width);
    }));

  for (const scheme of ['light', 'dark']) {
    (scheme === 'light' ? it : itInFull)(`axe finds nothing with a menu, a ghost and chips, ${scheme}`, () =>
      withPage('#B1', { scheme, ...withAxe }, async (page) => {
        await atWork(page);
        await press(page, 'Kill');
        await settled(page);
        await press(page, 'Stop supervisor');
        await inStage(page);
        await page.keyboard.press('b');
        assert.deepEqual(await axeFindings(page), []);
      }));
  }
});
