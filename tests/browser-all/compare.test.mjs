// One run held against another: the figures, and the page.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load } from '../browser/engine.mjs';
import { axeFindings, ended, phone, runToEnd, tabTo, text, useSite, withAxe } from '../browser/support.mjs';

const { comparisonSentence, deltasOf, differencesOf } = await load('/src/model/compare.ts');

const base = {
  seed: 1, wall: 1000, peak: 12, outcome: 'returned', ends: { ok: 12 }, timeouts: 0, lost: 1,
  gaveUp: 0, atLimit: 0, restarts: 0, requests: 12, failed: 0,
};

describe('two runs', () => {
  it('differ by their figures, and it is said which is better where one is', () => {
    const now = { ...base, wall: 620, peak: 4, lost: 0, ends: { ok: 11, 'timed out': 1 }, timeouts: 1 };
    const deltas = deltasOf(base, now);
    const of = (name) => deltas.find((delta) => delta.name === name);
    assert.deepEqual(of('wall time'), { name: 'wall time', before: '1.00 s', now: '620 ms', by: '−38 %', better: true });
    assert.deepEqual(of('tasks at once, at most'), { name: 'tasks at once, at most', before: '12', now: '4', by: '−8', better: null });
    assert.deepEqual([of('work lost').by, of('work lost').better], ['−1', true]);
    assert.deepEqual([of('tasks ok').by, of('tasks ok').better], ['−1', false]);
    assert.deepEqual([of('deadlines missed').by, of('deadlines missed').better], ['+1', false]);
    assert.equal(of('restarts'), undefined, 'what is 0 in both is left out');
    assert.equal(of('requests').by, 'same');
    assert.equal(
      comparisonSentence(deltas),
      'wall time −38 %; tasks at once, at most 12 → 4; work lost 1 → 0; tasks ok 12 → 11; tasks timed out 0 → 1; deadlines missed 0 → 1',
    );
  });

  it('that are alike are told to be', () => {
    const deltas = deltasOf(base, { ...base, seed: 2 });
    assert.ok(deltas.every(({ by, better }) => by === 'same' && better === null));
    assert.equal(comparisonSentence(deltas), 'the same figures');
    assert.equal(deltasOf({ ...base, wall: 0 }, base)[0].by, '+1.00 s');
  });

  it('tell what they were made of, where that differs', () => {
    const knobs = [{ id: 'limit', label: 'At once' }, { id: 'n', label: 'Pages' }];
    const input = { program: { source: 'a' }, seed: 1, knobs: { limit: 4, n: 2 }, changes: [] };
    const { changes: _, ...without } = input;
    assert.deepEqual(differencesOf(input, without, knobs), []);
    const other = { ...input, program: { source: 'b' }, seed: 9, knobs: { limit: 2, n: 2 }, changes: [{}] };
    assert.deepEqual(differencesOf(input, other, knobs), [
      'another program', 'At once: 4, then 2', 'seed: 1, then 9', 'broken: nothing, then 1',
    ]);
  });
});

describe('a pinned run', () => {
  const { withPage } = useSite();
  const settled = (page) => page.waitForFunction(() => !/^Running/.test(document.querySelector('.status').textContent));
  const outlines = (page) => page.$$eval('.outlines > g', (all) => all.length);
  async function openCompare(page) {
    await tabTo(page, '.stage-tabs [role=tab]');
    await page.keyboard.press('End');
    await page.waitForSelector('.compare-body');
  }
  const press = async (page, name) => {
    await tabTo(page, '.compare-body .button', { word: name });
    await page.keyboard.press('Enter');
  };
  const twice = (page) =>
    page.$eval('.knobs input[type=range]', (range) => {
      range.value = '1';
      range.dispatchEvent(new Event('input', { bubbles: true }));
    });

  it('stays as outlines under the next one, with the figures beside it', () =>
    withPage('#B1', withAxe, async (page) => {
      await openCompare(page);
      assert.match(await text(page, '.compare-body .empty'), /^Run it, and pin the run/);
      await runToEnd(page);
      await press(page, 'Pin this run');
      assert.match(await text(page, '.compare-body .empty'), /^This run is pinned/);
      assert.equal(await outlines(page), 0, 'a run has no outlines of itself');
      await twice(page);
      await page.waitForSelector('.compare-table');
      await settled(page);
      assert.match(await text(page, '.compare-body > p'), /^wall time \+\d+ %; tasks at once, at most 4 → 1/);
      assert.match(await text(page, '.compare-differences'), /At once: 4, then 1/);
      await page.waitForSelector('.outlines > g');
      assert.match(await text(page, '.outline-word'), /^Outlines: the pinned run/);
      assert.deepEqual(await axeFindings(page), []);
      await press(page, 'Unpin');
      assert.equal(await outlines(page), 0);
      assert.equal(await page.$('.compare-table'), null);
    }));

  it('is of one lesson alone', () =>
    withPage('#B1', { viewport: phone }, async (page) => {
      await runToEnd(page);
      await openCompare(page);
      await press(page, 'Pin this run');
      await page.evaluate(() => (location.hash = '#B2'));
      await page.waitForFunction(() => document.querySelector('h1').textContent !== '' && /Run it/.test(document.querySelector('.compare-body').textContent));
      await page.evaluate(() => (location.hash = '#B1'));
      await page.waitForFunction(() => /This run is pinned/.test(document.querySelector('.compare-body').textContent));
      assert.match(await ended(page), /^Finished/);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), phone.width);
    }));
});
