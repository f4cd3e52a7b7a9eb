// Lanes that many tasks share are taken apart: a lane for each, where there is room.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load } from '../browser/engine.mjs';
import { axeFindings, chord, ended, phone, runToEnd, tabTo, text, useSite, withAxe, writeProgram } from '../browser/support.mjs';

const { apart } = await load('/src/model/apart.ts');
const { lanesOf, LANES_MAX } = await load('/src/model/lanes.ts');
const { traceOf } = await load('/src/model/trace.ts');

/** A run of two tasks, each of which has `count` of its own, of which `limit` are there at once. */
function crowd(count, limit) {
  const events = [{ type: 'began', time: 0, pid: 'main' }];
  const spawn = (pid, parent, time) => {
    events.push({ type: 'spawned', time, pid, parent, supervisor: null, kind: 'task', label: pid, linked: true });
    events.push({ type: 'started', time, pid });
  };
  for (const owner of ['a', 'b']) spawn(owner, 'main', 0);
  for (let n = 0; n < count; n += 1) {
    for (const owner of ['a', 'b']) {
      if (n >= limit) {
        events.push({ type: 'settled', time: n, pid: `${owner}${n - limit}`, status: 'fulfilled', by: 'body' });
      }
      spawn(`${owner}${n}`, owner, n);
    }
  }
  return traceOf(events, count);
}

const pidsOf = (lanes) => lanes.map(({ lines }) => lines.map(({ pid }) => pid));

describe('lanes that are shared', () => {
  it('are taken apart for the tasks of one owner, in the order in which they came', () => {
    const packed = lanesOf(crowd(30, 3));
    assert.equal(packed.hidden, 0);
    const { drawn, hidden } = apart(packed, 'a');
    assert.equal(hidden, 0);
    assert.deepEqual(pidsOf(drawn.slice(0, 2)), [['main'], ['a']]);
    assert.deepEqual(pidsOf(drawn.slice(2, 32)), Array.from({ length: 30 }, (_, n) => [`a${n}`]));
    assert.ok(drawn.slice(2, 32).every(({ shared, label, lines }) => !shared && label === lines[0].pid));
    assert.deepEqual(drawn.slice(32), packed.drawn.slice(-4), 'those of the other stay as they are');
    assert.deepEqual(apart(packed, 'nobody'), packed);
  });

  it('are never more than are drawn, and each task is on one of them or is counted', () => {
    for (const [count, limit] of [[100, 3], [300, 100], [41, 41]]) {
      const trace = crowd(count, limit);
      const { drawn, hidden } = apart(lanesOf(trace), 'a');
      const pids = pidsOf(drawn).flat();
      assert.ok(drawn.length <= LANES_MAX, `${drawn.length} lanes`);
      assert.equal(new Set(pids).size, pids.length);
      assert.equal(pids.length + hidden, trace.lines.size, `${count} of each, ${limit} at once`);
    }
  });
});

const { withPage } = useSite();

/* 60 items, four at once; each has its own length. */
const ITEMS = `export async function main({ Task, sleep }) {
  const all = Array.from({ length: 60 }, (_, n) => n);
  await Task.asyncStream(all, (n) => sleep(10 + (n % 7)), { maxConcurrency: 4 }).toArray();
}`;
const MANY = `export async function main({ Task, sleep }) {
  await Promise.all(Array.from({ length: 900 }, (_, n) => Task.await(Task.async(() => sleep(n % 300)))));
}`;

const rows = (page) => page.$$eval('.lanes [role=row]', (all) => all.length);
const waitForRows = (page, count) =>
  page.waitForFunction((wanted) => document.querySelectorAll('.lanes [role=row]').length === wanted, {}, count);
const focused = (page) => page.evaluate(() => document.activeElement.dataset?.pid ?? document.activeElement.ariaLabel);
const said = (page) => text(page, 'body > #page > [role=status]');

describe('a packed row', () => {
  it('is taken apart by Enter and put together by Escape, and the focus stays with the task', () =>
    withPage('#A1', withAxe, async (page) => {
      await writeProgram(page, ITEMS);
      await chord(page, 'Control+Enter');
      await ended(page);
      await tabTo(page, '.scrub');
      await page.keyboard.press('End');
      await tabTo(page, '.lanes .cell', { back: true });
      assert.equal(await rows(page), 5);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowRight');
      const pid = await focused(page);
      assert.equal(await page.evaluate(() => document.activeElement.ariaExpanded), 'false');
      await page.keyboard.press('Enter');
      await waitForRows(page, 61);
      assert.equal(await said(page), 'Each task of main has a lane of its own.');
      await page.waitForFunction((wanted) => document.activeElement.dataset?.pid === wanted, {}, pid);
      assert.equal(await page.$('.lanes .cell[aria-selected=true]'), null, 'it is not chosen by that');
      assert.deepEqual(await axeFindings(page), []);

      await page.keyboard.press('ArrowUp');
      const above = await focused(page);
      assert.notEqual(above, pid);
      await page.keyboard.press('Enter');
      await page.waitForFunction((wanted) => document.querySelector('.lanes .cell[aria-selected=true]')?.dataset.pid === wanted, {}, above);
      assert.equal(await rows(page), 61);
      await page.keyboard.press('Escape');
      await waitForRows(page, 5);
      await page.waitForFunction((wanted) => document.activeElement.dataset?.pid === wanted, {}, above);
      assert.deepEqual(await axeFindings(page), []);
    }));

  it('is taken apart by a click on its name or on a task, and by a button, which puts it together, too', () =>
    withPage('#A1', {}, async (page) => {
      await writeProgram(page, ITEMS);
      await runToEnd(page);
      for (const place of ['.lanes .packed text', '.lanes [role=row]:nth-of-type(3) .cell:nth-of-type(5)']) {
        await page.click(place);
        await waitForRows(page, 61);
        assert.deepEqual(
          await page.$$eval('.lanes .lane-label text', (all) => all.map(({ textContent }) => textContent)),
          ['main', ...Array.from({ length: 60 }, (_, n) => `item ${n + 1}`)],
        );
        await page.click('[aria-label="Fewer lanes"]');
        await waitForRows(page, 5);
      }
      await page.click('[aria-label="A lane for each task"]');
      await waitForRows(page, 61);
      assert.equal(await focused(page), 'Fewer lanes', 'the button keeps the focus');
      await page.click('[aria-label="New seed"]');
      await ended(page);
      await waitForRows(page, 5);
    }));

  it('has a lane for each of as many as there is room for', () =>
    withPage('#A1', { viewport: phone }, async (page) => {
      await writeProgram(page, MANY);
      await runToEnd(page);
      assert.match(await text(page, '.tasks .empty'), /processes; the others ran while all of these did\.$/);
      const height = await page.$eval('[aria-label="A lane for each task"]', (button) => button.getBoundingClientRect().height);
      assert.ok(height >= 44, `${height} px`);
      await page.tap('[aria-label="A lane for each task"]');
      await page.waitForFunction(() => document.querySelectorAll('.lanes .cell').length === 120);
      assert.match(await text(page, '.tasks .empty'), /^Showing 120 of 901 processes\.$/);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
    }));
});
