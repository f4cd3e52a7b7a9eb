// Runs that come to nothing: it is said, and the way back to the first text is there.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { axeFindings, chord, desk, ended, phone, runToEnd, tabTo, text, useSite, withAxe, writeProgram } from '../browser/support.mjs';

const { withPage } = useSite();
const NOTHING = 'export function main() {}\n';
const said = (page) => page.$$eval('.empty', (all) => all.map(({ textContent }) => textContent));
const button = (page) => page.$$eval('.tasks .button, .results .button', (all) => all.map(({ textContent }) => textContent));

describe('a run that comes to nothing', () => {
  it('leads back to the text of the lesson with the keyboard, and nothing is lost', () =>
    withPage('#A1', withAxe, async (page) => {
      await tabTo(page, '.code-foot .link', { word: 'Plain text' });
      await page.keyboard.press('Enter');
      await page.waitForSelector('textarea.plain:focus');
      await chord(page, 'Control+a');
      await page.keyboard.type(NOTHING);
      await chord(page, 'Control+Enter');
      await ended(page);
      await tabTo(page, '.scrub');
      await page.keyboard.press('End');
      await page.waitForFunction(() => /returned nothing/.test(document.querySelector('.results').textContent));
      assert.ok((await said(page)).includes('This program has started no tasks.'));
      assert.deepEqual(await axeFindings(page), []);
      await tabTo(page, '.tasks .button', { word: "Back to the lesson's program", back: true });
      await page.keyboard.press('Enter');
      await page.waitForSelector('.run:focus');
      assert.match(await text(page, '#tab-javascript'), /runs/);
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.querySelectorAll('.lanes .cell').length > 2);
      await tabTo(page, '.notice button', { word: 'Show my edit', back: true });
      await page.keyboard.press('Enter');
      await page.waitForFunction((mine) => document.querySelector('textarea.plain, .cm-content')?.textContent.trim() === mine || document.querySelector('textarea.plain')?.value.trim() === mine, {}, NOTHING.trim());
    }));

  for (const [name, viewport] of Object.entries({ desk, phone })) {
    it(`in the exercise leads back to the starter: ${name}`, () =>
      withPage('#H', { viewport, ...withAxe }, async (page) => {
        await page.waitForSelector('.exercise-step');
        await writeProgram(page, NOTHING);
        await runToEnd(page);
        assert.deepEqual(await button(page), ['Back to the starter', 'Back to the starter']);
        assert.deepEqual(await axeFindings(page), []);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
        await page.$eval('.tasks .button', (back) => back.click());
        await page.waitForSelector('.run:focus');
        assert.deepEqual(await button(page), []);
      }));
  }

  it('has no way back where the text is the lesson\'s own, nor where something came of it', () =>
    withPage('#A1', {}, async (page) => {
      await runToEnd(page);
      assert.deepEqual([await button(page), (await said(page)).filter((text_) => /no tasks|nothing/.test(text_))], [[], []]);
      await writeProgram(page, "export const main = ({ Task }) => Task.await(Task.async(() => 1));\n");
      await runToEnd(page);
      assert.deepEqual([await button(page), (await said(page)).filter((text_) => /no tasks|nothing/.test(text_))], [[], []]);
    }));
});
