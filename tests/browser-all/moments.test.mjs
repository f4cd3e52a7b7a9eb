// The rows of a result, and the moments of the run that they come from.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load } from '../browser/engine.mjs';
import { ranLesson } from '../browser/lesson-runs.mjs';
import { runToEnd, tabTo, useSite, writeProgram } from '../browser/support.mjs';

const { momentsOf } = await load('/src/model/moments.ts');
const { withPage } = useSite();

async function run(id) {
  const { trace, outcome } = await ranLesson(id);
  return { trace, result: outcome.result };
}

const javascriptOf = ({ entries }) => entries.map(({ javascript }) => javascript);
const told = (moments) => moments.map((moment) => moment && `${moment.what} ${Math.floor(moment.time)}`);

describe('a row of a result', () => {
  it('has the moment at which its part of the stream ended, whatever was handed over when', async () => {
    const { trace, result } = await run('B3');
    const moments = momentsOf(trace, javascriptOf(result));
    assert.equal(moments.length, 6);
    for (const [at, { time, what }] of moments.entries()) {
      const line = [...trace.lines.values()].find(({ label }) => label === `page ${at + 1}`);
      assert.equal(time, line.end.time);
      assert.equal(what, `page ${at + 1} ${line.end.look.word}`);
    }
    assert.equal(told(moments)[1], 'page 2 timed out 300');
  });

  it('is told apart by the name of its column, and by the order of an unordered stream', async () => {
    const { trace, result } = await run('B2');
    const { names, rows } = result.columns;
    const column = (name) => momentsOf(trace, rows.map((row) => row[names.indexOf(name)]), name);
    assert.deepEqual(told(column('ordered')).map((text) => text.split(' ')[1]), ['1', '2', '3']);
    assert.deepEqual(told(column('unordered')).map((text) => text.split(' ')[1]), ['2', '3', '1']);
  });

  it('of promises has theirs', async () => {
    const { trace, result } = await run('F1');
    const moments = result.columns.names.map((name, at) =>
      momentsOf(trace, result.columns.rows.map((row) => row[at]), name),
    );
    assert.ok(moments.flat().every((moment) => moment !== null));
    assert.deepEqual(moments[0].map(({ what }) => what.slice(0, 9)), ['promise 1', 'promise 2', 'promise 3']);
  });

  it('has none where the run has no such list, or more than one', async () => {
    const { trace, result } = await run('B3');
    const cells = javascriptOf(result);
    assert.deepEqual(momentsOf(trace, cells.slice(1)), Array(5).fill(null), 'of another length');
    assert.deepEqual(momentsOf(trace, cells.toReversed()).filter(Boolean), [], 'ends elsewhere');
    assert.deepEqual(momentsOf(trace, cells.map(() => '1')).filter(Boolean), [], 'values, and no name');
    const two = await run('F1');
    const settled = ["{ status: 'fulfilled' }", "{ status: 'rejected' }", "{ status: 'fulfilled' }"];
    assert.deepEqual(momentsOf(two.trace, settled), [null, null, null], 'three lists end so');
    const names = await run('A2');
    assert.deepEqual(momentsOf(names.trace, ["'slow'", "'quick'", "'middle'"], 'awaited').filter(Boolean), []);
  });

  it('leads there by the keyboard, and stays in sight', () =>
    withPage('#B3', {}, async (page) => {
      await runToEnd(page);
      const links = await page.$$eval('.entries .came', (buttons) => buttons.map(({ ariaLabel }) => ariaLabel));
      assert.equal(links.length, 6);
      assert.equal(links[1], 'at 300 ms: to where page 2 timed out');
      const at = () => page.$eval('.scrub', (range) => Math.floor(Number(range.value)));
      assert.notEqual(await at(), 300);
      await tabTo(page, '.entries .came', { word: 'page 2 timed out', back: true });
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => Math.floor(Number(document.querySelector('.scrub').value)) === 300);
      assert.equal(await page.evaluate(() => document.activeElement.ariaLabel), links[1]);
      assert.ok(await page.$('.later > .entries'), 'the rest of the result is still to come');
    }));

  it('has none in edited code, which may have put them in an order of its own', () =>
    withPage('#B3', {}, async (page) => {
      await writeProgram(
        page,
        `export async function main({ Task, sleep }) {
          const came = await Task.asyncStream([30, 10, 20], async (ms) => { await sleep(ms); return ms; }).toArray();
          return came.toSorted((a, b) => a.value - b.value);
        }`,
      );
      await runToEnd(page);
      assert.match(await page.$eval('.entries tbody', ({ textContent }) => textContent), /value: 10.*value: 20.*value: 30/);
      assert.deepEqual(await page.$$('.entries .came'), []);
    }));

  it('without a moment in the run has no link', () =>
    withPage('#A2', {}, async (page) => {
      await runToEnd(page);
      assert.equal((await page.$$('.entries tbody tr')).length, 3);
      assert.deepEqual(await page.$$('.entries .came'), []);
    }));
});
