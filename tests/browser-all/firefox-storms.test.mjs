// Programs that go wild, in Firefox: its page goes on, Stop brings it back at
// once, and no text is lost.
//
// Firefox tells nobody how long a task has held its thread, so what is taken is
// the longest time between two turns of the page. Others on the machine make
// that longer, now and then, and never shorter: the best of a few tries counts,
// and a try in which this process did not get its turns either says nothing.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clickVisible, ended, text, useSite, writeProgram } from '../browser/support.mjs';
import { wild } from './wild.mjs';

const GAP_MS = 50;
const BACK_MS = 100;
const QUIET_MS = 25; // the longest time between two turns of this process, in a try that counts
const TRIES = 8;
const BAD = 3; // tries that count, without a good one: it is the page

const { withPage } = useSite('Firefox');

const storms = {
  ...wild,
  'a rejection each millisecond':
    "export async function main({ sleep }) { for (;;) { Promise.reject(new Error('x')); await sleep(1); } }",
};

describe('in Firefox the page goes on through', () => {
  for (const [name, source] of Object.entries(storms)) {
    it(name, (t) =>
      withPage('#A1', {}, async (page) => {
        await writeProgram(page, source);
        const seen = [];
        while (seen.length < TRIES && !isGood(seen) && seen.filter(isQuiet).length < BAD) {
          seen.push(await once(page));
        }
        const told = seen
          .map(({ gap, back, own }) => `gap ${gap.toFixed(0)}, back ${back?.toFixed(0) ?? '-'}, here ${own.toFixed(0)}`)
          .join('; ');
        t.diagnostic(`${told} ms`);
        assert.ok(isGood(seen) || seen.filter(isQuiet).length < BAD, `${told} ms`);
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

const isQuiet = ({ own }) => own <= QUIET_MS;

/** Each of the two in some try, not both in the same one. */
const isGood = (seen) =>
  seen.some(({ gap }) => gap <= GAP_MS) &&
  seen.some(({ back }) => back === null || back <= BACK_MS);

/** Runs it, and stops it when it is slow: the longest gap there and here, and the ms that Stop took. */
async function once(page) {
  const here = watchHere();
  await page.evaluate(watchTurns);
  await clickVisible(page, '.run');
  await page.waitForFunction(
    () => document.querySelector('.slow .stop') !== null || globalThis.hasEnded(),
  );
  const back = await page.evaluate(stopAndWait);
  await page.waitForFunction(() => globalThis.hasEnded());
  const gap = await page.evaluate(() => globalThis.longestGap());
  return { gap, back, own: here() };
}

function watchHere() {
  let last = performance.now();
  let most = 0;
  const look = () => {
    const now = performance.now();
    most = Math.max(most, now - last);
    last = now;
  };
  const timer = setInterval(look, 2);
  return () => {
    clearInterval(timer);
    look();
    return most;
  };
}

/** In the page: looks at the clock in each of its turns, until it is asked for the longest gap. */
function watchTurns() {
  const { port1, port2 } = new MessageChannel();
  let last = performance.now();
  let most = 0;
  let on = true;
  port1.onmessage = () => {
    const now = performance.now();
    most = Math.max(most, now - last);
    last = now;
    if (on) setTimeout(() => port2.postMessage(0), 2);
  };
  port2.postMessage(0);
  globalThis.longestGap = () => {
    on = false;
    return most;
  };
  globalThis.hasEnded = () =>
    /^(Finished|Failed|Stopped)/.test(document.querySelector('.status').textContent);
}

/** In the page: presses Stop and gives the ms until it says that it has stopped; null when it had ended. */
function stopAndWait() {
  const stop = document.querySelector('.slow .stop');
  if (stop === null) return null;
  const began = performance.now();
  stop.click();
  return new Promise((resolve) => {
    const look = () =>
      globalThis.hasEnded() ? resolve(performance.now() - began) : requestAnimationFrame(look);
    look();
  });
}
