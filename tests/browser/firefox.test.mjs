// A short way through the page in Firefox; tests/browser-all has the long one.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clickVisible, ended, runToEnd, scrub, text, useSite, writeProgram } from './support.mjs';

const { withPage } = useSite('Firefox');

describe('in Firefox', () => {
  it('a lesson is guessed, run, scrubbed and changed', () =>
    withPage('#B1', {}, async (page) => {
      await page.click('.predict label:nth-of-type(1) input');
      await page.click('.predict button');
      assert.match(await runToEnd(page), /^Finished/);
      assert.equal(await text(page, '.flight-label'), '4 of 4');
      await scrub(page, 0.5);
      assert.notEqual(await page.$('.event-list, .results'), null);
      await page.$eval('#knob-limit', (range) => {
        range.value = '2';
        range.dispatchEvent(new Event('input', { bubbles: true }));
      });
      await page.waitForFunction(() => document.querySelector('.flight-label').textContent === '2 of 2');
      await page.waitForFunction(() => location.hash.includes('k.limit=2'));
    }));

  it('a program is typed and run, and one that spins is stopped', () =>
    withPage('#A1', {}, async (page) => {
      await writeProgram(page, "export const main = () => 'typed';\n");
      assert.match(await runToEnd(page), /^Finished/);
      assert.equal(await text(page, '.returned'), "'typed'");
      await writeProgram(page, 'export function main() { for (;;); }\n');
      await clickVisible(page, '.run');
      await page.waitForSelector('.slow');
      await clickVisible(page, '.slow .stop');
      assert.match(await ended(page), /^Stopped/);
    }));

  it('edited code of a link is offered, and runs when it is asked for', () =>
    withPage('#v1;l=A1;c=S60oyC8qUUjOzysuUchNzMxTsFXQ0FSwtVNQz09TKMlIVcjJzMtWt-YCAA', {}, async (page) => {
      await page.waitForSelector('.notice .primary');
      assert.equal(await text(page, '.status'), 'Ready to run');
      await page.click('.notice .primary');
      assert.match(await ended(page), /^Finished/);
    }));
});
