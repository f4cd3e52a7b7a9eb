// What is pointed at on one side is marked on the other: lanes, and the parts of the
// program that began them.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load } from '../browser/engine.mjs';
import { lessonOf, ranLesson } from '../browser/lesson-runs.mjs';
import { axeFindings, clickVisible, phone, runToEnd, tabTo, useSite, withAxe, writeProgram } from '../browser/support.mjs';

const { startersOf } = await load('/src/model/starters.ts');
const { withPage } = useSite();

/** By label: the parts of a lesson's JavaScript that began each line of its run. */
async function startersIn(id) {
  const files = lessonOf(id);
  const { trace } = await ranLesson(id);
  const names = [...new Set(files.program.regions)].filter((name) => name !== '');
  return Object.fromEntries(
    [...trace.lines.values()].map((line) => [line.label, startersOf(trace, line, names, files.world.regions)]),
  );
}

describe('the part of a program that began a line', () => {
  it('is where it was started, and its body', async () => {
    const { main, '/users': users } = await startersIn('A1');
    assert.deepEqual(main, [], 'nothing of the program has begun main');
    assert.deepEqual(users, ['start', 'body']);
  });

  it('of an item is its stream, and its body', async () => {
    assert.deepEqual((await startersIn('B3'))['page 2'], ['wait', 'body']);
  });

  it('is the one that is about it, of several that could be', async () => {
    const found = await startersIn('C4');
    assert.deepEqual(found['job 1'], ['start', 'body'], 'what opens the pool begins no job');
    assert.deepEqual(found.pool, [], 'a supervisor is no task');
    const streams = await startersIn('B2');
    assert.deepEqual(streams['ordered 1'], ['first', 'body']);
    assert.deepEqual(streams['unordered 1'], ['second', 'body']);
  });

  it('is that of who owns it, where it has none of its own', async () => {
    const found = await startersIn('F1');
    assert.deepEqual(found['promise 1'], ['start', 'settled'], 'the last promise of this name');
    assert.deepEqual(found['user 1'], ['start', 'stream']);
  });
});

/** What is marked: names of regions, by language, and labels of lanes. */
const marked = (page) =>
  page.evaluate(() => ({
    regions: [...new Set([...document.querySelectorAll('.line[data-pointed]')].map(({ dataset }) => dataset.region))],
    lanes: [...document.querySelectorAll('.lanes .cell[data-pointed]')].map(
      ({ ariaLabel }) => /^[^,]+/.exec(ariaLabel)[0],
    ),
  }));

const nothing = { regions: [], lanes: [] };

/** Until what follows the pointer has come, a moment after the page. */
async function ready(page) {
  await runToEnd(page);
  await page.waitForFunction(() => {
    const cell = document.querySelectorAll('.lanes .cell')[2];
    cell.dispatchEvent(new PointerEvent('pointerover', { bubbles: true, pointerType: 'mouse' }));
    return document.querySelector('[data-pointed]') !== null;
  });
  await page.mouse.move(1, 1);
  await page.waitForFunction(() => document.querySelector('[data-pointed]') === null);
}

const laneOf = (label) => `.lanes .cell[aria-label^="${label},"] .bar`;

describe('pointing', () => {
  it('with a mouse marks the other side, moves nothing, and leaves no mark behind', () =>
    withPage('#B3', {}, async (page) => {
      await ready(page);
      const places = () =>
        page.$$eval('.panel, .line, .lanes [data-pid]', (all) =>
          all.map((one) => JSON.stringify(one.getBoundingClientRect())).join('\n'),
        );
      const before = await places();
      await page.hover(laneOf('page 2'));
      assert.deepEqual(await marked(page), { regions: ['wait', 'body'], lanes: [] });
      assert.equal(await places(), before);
      await page.hover(laneOf('main'));
      assert.deepEqual(await marked(page), nothing, 'main was begun by no part');
      await page.hover('.line[data-region=body]');
      const { lanes } = await marked(page);
      assert.deepEqual(lanes, [1, 2, 3, 4, 5, 6].map((number) => `page ${number}`));
      await page.mouse.move(1, 1);
      assert.deepEqual(await marked(page), nothing);
    }));

  it('marks all languages that are shown', () =>
    withPage('#B3', {}, async (page) => {
      await ready(page);
      await page.evaluate(() => document.getElementById('tab-all').click());
      await page.waitForSelector('.code-columns .line');
      await page.hover(laneOf('page 2'));
      const panes = await page.$$eval('.code-columns section', (all) =>
        all.map((pane) => pane.querySelectorAll('[data-pointed]').length),
      );
      assert.equal(panes.length, 3);
      assert.ok(panes.every((count) => count > 0), `${panes}`);
    }));

  it('marks nothing in texts of another program than the one that has run', () =>
    withPage('#B3', {}, async (page) => {
      await ready(page);
      await writeProgram(page, `export const main = ({ Task }) => Task.await(Task.async(() => 1, { label: 'mine' }));`);
      await runToEnd(page);
      await page.click('#tab-elixir');
      await page.waitForSelector('.line[data-region=body]');
      await page.hover('.line[data-region=body]');
      assert.deepEqual((await marked(page)).lanes, []);
      await page.hover(laneOf('mine'));
      assert.deepEqual(await marked(page), nothing);
    }));

  it('with the keyboard does the same, and parts have names', () =>
    withPage('#C4', withAxe, async (page) => {
      await ready(page);
      await tabTo(page, '.lanes .cell');
      assert.deepEqual(await marked(page), nothing, 'main');
      for (let row = 0; row < 2; row += 1) await page.keyboard.press('ArrowDown');
      assert.match(await page.evaluate(() => document.activeElement.ariaLabel), /^job 1,/);
      assert.deepEqual((await marked(page)).regions, ['body', 'start']);
      await tabTo(page, '#code-text', { back: true });
      await page.keyboard.press('Tab');
      const name = await page.evaluate(() => document.activeElement.ariaLabel);
      const { regions, lanes } = await marked(page);
      assert.match(name, new RegExp(`^Part ${regions[0]}, of job`));
      assert.equal(regions.length, 1);
      assert.ok(lanes.length > 0);
      assert.ok(lanes.every((label) => label.startsWith('job')));
      assert.deepEqual(await axeFindings(page), []);
    }));

  it('names no part by a run that is gone', () =>
    withPage('#B3', {}, async (page) => {
      await ready(page);
      await page.click('#tab-elixir');
      await page.waitForSelector('.line[data-region=body]');
      await tabTo(page, '#code-text');
      const named = () => page.$$eval('.line[role=group]', (parts) => parts.map(({ ariaLabel }) => ariaLabel));
      assert.match((await named()).join(), /of page 1, page 2, page 3 and 3 more/);
      await page.click('#tab-javascript');
      await writeProgram(page, 'export const main = () => 1;');
      await page.click('#tab-elixir');
      await page.waitForSelector('.line[data-region=body]');
      await tabTo(page, '#code-text');
      assert.notDeepEqual(await named(), [], 'the run is still that of the lesson');
      await runToEnd(page);
      await page.waitForFunction(() => document.querySelector('.line[role=group]') === null);
      assert.equal(await page.$('.line[tabindex]'), null);
    }));

  it('with a finger stays until another tap', () =>
    withPage('#B3', { viewport: phone }, async (page) => {
      await clickVisible(page, '.transport .run');
      await ready(page);
      await page.evaluate(() => document.querySelectorAll('.parts button')[1].click());
      await page.waitForFunction(() => document.querySelector('.line[data-region=body]').checkVisibility());
      const part = await page.$('.line[data-region=body]');
      await part.tap();
      await page.waitForFunction(() => document.querySelector('.lanes .cell[data-pointed]') !== null);
      assert.equal((await marked(page)).lanes.length, 6);
      await page.tap('.code .tabs button');
      assert.deepEqual(await marked(page), nothing);
    }));
});
