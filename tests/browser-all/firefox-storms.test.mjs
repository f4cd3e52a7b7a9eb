// Programs that go wild, in Firefox: its page goes on, Stop brings it back at
// once, and no text is lost.
//
// Firefox tells nobody how long a task has held its thread; what is taken is the
// longest time between two turns of the page (quiet.mjs).
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clickVisible, ended, text, useSite, writeProgram } from '../browser/support.mjs';
import { goesOn } from './quiet.mjs';
import { wild } from './wild.mjs';

const { withPage } = useSite('Firefox');

describe('in Firefox the page goes on through', () => {
  for (const [name, source] of Object.entries(wild)) {
    it(name, (t) =>
      withPage('#A1', {}, async (page) => {
        await writeProgram(page, source);
        await goesOn(t, page);
        page.complaints.length = 0; // what nobody handles is told to the driver, whoever has heard it
        assert.equal(await page.$eval('textarea.plain', ({ value }) => value), source);
        await writeProgram(page, "export const main = () => 'well again';");
        await clickVisible(page, '.run');
        assert.match(await ended(page), /^Finished/);
        await page.$eval('[aria-label="To the end"]', (button) => button.click());
        assert.equal(await text(page, '.returned'), "'well again'");
      }));
  }
});
