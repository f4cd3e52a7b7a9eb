// The exercise on every screen: two themes, two widths, nothing that axe finds,
// nothing that runs out of the side; as it is at first, with a check that has
// failed, on the stage, with hints and a solution, and when all has passed.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'node:test';
import { openSources } from '../../web/tools/sources.mjs';
import {
  axeFindings,
  clickVisible,
  desk,
  phone,
  useSite,
  withAxe,
  writeProgram,
} from '../browser/support.mjs';
import { watchThread } from './thread.mjs';

const sources = await openSources();
const { readExercise } = await sources.load('/tools/exercise.ts');
const folder = fileURLToPath(new URL('../../web/exercise', import.meta.url));
const { exercise } = readExercise(folder);
await sources.close();

const { withPage } = useSite();

async function check(page, button) {
  await clickVisible(page, button);
  /* It begins at once, and is drawn with the next frame. */
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
  await page.waitForFunction(() => document.querySelector('.check-bar') === null, {
    timeout: 60_000,
  });
}

const show = (page, part) =>
  page.evaluate((name) => {
    [...document.querySelectorAll('.parts button')]
      .find(({ textContent }) => textContent === name)
      .click();
  }, part);

/** What the exercise looks like, one after another; `look` is called with a name for each. */
async function throughAll(page, look) {
  await page.waitForSelector('.exercise-step');
  await page.evaluate(() => localStorage.clear());
  await page.reload({ waitUntil: 'networkidle0' });
  await page.waitForSelector('.exercise-step');
  await look('at first');
  for (let press = 0; press < 4; press += 1) await clickVisible(page, '.assist .link');
  await page.waitForSelector('.solution');
  await look('with the solution');
  await check(page, '.check-row .primary');
  await page.waitForSelector('.finding.failed');
  await look('with a check that has failed');
  await clickVisible(page, '.finding .button');
  await look('on the stage');
  await show(page, 'Read');
  await writeProgram(page, exercise.reference);
  await check(page, '.check-row .button:nth-child(2)');
  await page.waitForSelector('.caught');
  await look('when all has passed');
  await writeProgram(page, exercise.mutants[0].program);
  await check(page, '.check-row .primary');
  await look('with an earlier text');
}

const TASK_MS = 50;

describe('while all steps are checked', () => {
  it(`the page's own thread is never held up for more than ${TASK_MS} ms`, (t) =>
    withPage('#H', {}, async (page) => {
      await page.waitForSelector('.exercise-step');
      await writeProgram(page, exercise.reference);
      const watched = await watchThread(page);
      await check(page, '.check-row .button:nth-child(2)');
      const { count, longest } = await watched();
      t.diagnostic(`longest task ${longest.toFixed(1)} ms of ${count} tasks`);
      assert.equal((await page.$$('.caught li')).length, 6, 'all of them were checked');
      assert.ok(count > 20, 'its tasks are seen');
      assert.ok(longest > 0 && longest <= TASK_MS, `${longest} ms of processor time`);
    }));
});

describe('the exercise', () => {
  for (const [name, viewport] of Object.entries({ desk, phone })) {
    for (const scheme of ['light', 'dark']) {
      it(`has nothing that axe finds, ${name}, ${scheme}`, () =>
        withPage('#H', { viewport, scheme, ...withAxe }, (page) =>
          throughAll(page, async (what) => assert.deepEqual(await axeFindings(page), [], what)),
        ));
    }
  }

  for (const width of [320, 390, 768, 1060, 1280]) {
    it(`does not run out of the side at ${width}`, () =>
      withPage('#H', { viewport: { width, height: 844 } }, (page) =>
        throughAll(page, async (what) => {
          const over = await page.evaluate(
            () => document.documentElement.scrollWidth - innerWidth,
          );
          assert.equal(over, 0, what);
        }),
      ));
  }
});
