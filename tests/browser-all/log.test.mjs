// The log by kinds of events: chosen with the keyboard, on a desk and on a phone.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load } from '../browser/engine.mjs';
import { ranLesson } from '../browser/lesson-runs.mjs';
import { axeFindings, chord, desk, ended, phone, runToEnd, tabTo, text, useSite, withAxe } from '../browser/support.mjs';

const { kindOf, kindsIn, kindWords } = await load('/src/model/kinds.ts');
const { traceOf } = await load('/src/model/trace.ts');

describe('events are of kinds', () => {
  it('each of one, in a fixed order, and those that a run has not are not offered', async () => {
    const seen = new Set();
    for (const id of ['A1', 'B3', 'C2', 'C5', 'D1']) {
      const { events } = await ranLesson(id);
      const counts = kindsIn(traceOf(events));
      assert.equal([...counts.values()].reduce((sum, count) => sum + count, 0), events.length, id);
      assert.deepEqual([...counts.keys()], Object.keys(kindWords).filter((kind) => counts.has(kind)));
      for (const [kind, count] of counts) {
        assert.equal(events.filter((event) => kindOf(event) === kind).length, count, `${id}: ${kind}`);
        seen.add(kind);
      }
    }
    assert.deepEqual([...seen].toSorted(), Object.keys(kindWords).toSorted());
    assert.equal(kindsIn(traceOf([])).size, 0);
  });
});

const { withPage } = useSite();
const shown = (page) => page.$$eval('.event .event-what', (all) => all.map(({ textContent }) => textContent.trim()));
const wait = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));

describe('the log', () => {
  it('shows one kind of events alone, chosen with the keyboard', () =>
    withPage('#B3', {}, async (page) => {
      await chord(page, 'Control+Enter');
      await ended(page);
      await tabTo(page, '.scrub');
      await page.keyboard.press('End');
      await page.keyboard.press('3');
      await tabTo(page, '.log-kind select', { back: true });
      const all = (await shown(page)).length;
      const offered = await page.$$eval('.log-kind option', (options) => options.map(({ textContent }) => textContent));
      assert.equal(offered[0], 'all kinds');
      await page.keyboard.type('requests');
      await wait(page);
      const requests = await shown(page);
      assert.ok(requests.length > 0 && requests.length < all, `${requests.length} of ${all}`);
      assert.ok(requests.every((what) => /^(asked|answered|given up)/.test(what)), requests.join());
      assert.ok(offered.includes(`requests, ${requests.length}`), offered.join());
      await tabTo(page, '.log-filters input');
      await page.keyboard.press('Space');
      await wait(page);
      assert.equal(await text(page, '.log .empty'), 'No such events in this run.');
      await tabTo(page, '.log-kind select', { back: true });
      await page.keyboard.type('all');
      await wait(page);
      assert.ok((await shown(page)).length > 0, 'its trouble, of all kinds');
    }));

  for (const [name, viewport] of Object.entries({ desk, phone, narrow: { width: 320, height: 256 } })) {
    it(`has room for what it can be chosen by: ${name}`, () =>
      withPage('#B3', { viewport, scheme: 'dark', ...withAxe }, async (page) => {
        await runToEnd(page);
        await page.$eval('#stage-log', (tab) => tab.click());
        await page.$eval('.lanes .cell:nth-of-type(2)', (cell) => cell.dispatchEvent(new MouseEvent('click', { bubbles: true })));
        await page.waitForSelector('.chip');
        if (name !== 'desk') {
          await page.waitForSelector('.inspect[open]'); // it tells of the task, and lies over the log
          await page.keyboard.press('Escape');
        }
        const cut = await page.$$eval('.log-filters > *', (parts) =>
          parts.filter((part) => part.getBoundingClientRect().right > innerWidth || part.getBoundingClientRect().left < 0).length,
        );
        assert.equal(cut, 0);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
        if (name === 'phone') {
          assert.ok(await page.$eval('.log-kind select', (select) => select.getBoundingClientRect().height >= 44));
        }
        assert.deepEqual(await axeFindings(page), []);
      }));
  }
});
