// Programs that go wild: the page goes on, what they did up to then can be
// looked through, and no text is lost.
//
// How long a page stands still depends on what else the machine does. So what
// is measured is the processor time of the longest task of the page's thread.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clickVisible, ended, scrub, text, useSite, writeProgram } from '../browser/support.mjs';
import { watchThread } from './thread.mjs';

const TASK_MS = 50;

const { withPage } = useSite();

const storms = {
  'for (;;) {}': 'export async function main({ sleep }) { await sleep(50); for (;;) {} }',
  'for (;;) await null': 'export async function main() { for (;;) await null; }',
  'a loop around sleep(0)': 'export async function main({ sleep }) { for (;;) await sleep(0); }',
  'a storm of timers':
    'export async function main() { for (let n = 0; n < 200; n += 1) setInterval(() => {}, 0); await new Promise(() => {}); }',
  '100,000 tasks at once':
    'export async function main({ Task }) { const all = []; for (let n = 0; n < 100_000; n += 1) all.push(Task.async(({ sleep }) => sleep(100))); await Task.awaitMany(all); }',
  '100,000 items':
    'export const main = ({ Task }) => Task.asyncStream(Array.from({ length: 100_000 }, (_, n) => n), (n) => n, { maxConcurrency: 1000 }).toArray();',
  'long lines':
    "export async function main({ sleep }) { for (;;) { console.log('x'.repeat(5000)); await sleep(1); } }",
  'a million lines':
    "export function main() { for (let n = 0; n < 1e6; n += 1) console.log('line', n); }",
};

describe('the page goes on through', () => {
  for (const [name, source] of Object.entries(storms)) {
    it(name, (t) =>
      withPage('#A1', {}, async (page) => {
        await writeProgram(page, source);
        const watched = await watchThread(page);
        await clickVisible(page, '.run');
        await page.waitForFunction(
          () =>
            document.querySelector('.slow .stop') !== null ||
            /^(Finished|Failed|Stopped)/.test(document.querySelector('.status').textContent),
        );
        const bar = await page.$('.slow .stop');
        const back = bar === null ? null : await page.evaluate(stopAndWait);
        await ended(page);
        const { count, longest } = await watched();
        t.diagnostic(
          `longest task ${longest.toFixed(1)} ms of ${count} tasks, back after ${back?.toFixed(0) ?? '-'} ms`,
        );
        assert.ok(count > 20, 'its tasks are seen');
        assert.ok(longest > 0 && longest <= TASK_MS, `${longest} ms of processor time`);

        assert.equal(await page.$eval('textarea.plain', ({ value }) => value), source);
        for (const share of [0, 0.5, 1]) await scrub(page, share);
        const { count: looks, longest: look } = await lookAtLog(page);
        assert.ok(looks > 0 && look <= TASK_MS, `the log: ${look} ms of processor time`);
        assert.ok((await text(page, '.log')).length > 0);

        await writeProgram(page, "export const main = () => 'well again';");
        await clickVisible(page, '.run');
        await page.waitForFunction(() =>
          /^Finished/.test(document.querySelector('.status').textContent),
        );
        await page.$eval('[aria-label="To the end"]', (button) => button.click());
        await page.click('#stage-results');
        assert.match(await text(page, '.results'), /'well again'/);
      }),
    );
  }
});

async function lookAtLog(page) {
  const watched = await watchThread(page);
  await page.click('#stage-log');
  return watched();
}

/** In the page: presses Stop, and gives the ms until it says that it has stopped. */
function stopAndWait() {
  const began = performance.now();
  document.querySelector('.slow .stop')?.click();
  return new Promise((resolve) => {
    const look = () =>
      /^(Stopped|Finished)/.test(document.querySelector('.status').textContent)
        ? resolve(performance.now() - began)
        : requestAnimationFrame(look);
    look();
  });
}
