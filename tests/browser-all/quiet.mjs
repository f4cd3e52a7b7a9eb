// Times by the clock. Others on the machine make them longer, now and then, and never
// shorter. So a measurement counts against the page only when this process got its own
// turns meanwhile; where it never does, the test is skipped and says so.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { clickVisible } from '../browser/support.mjs';

const QUIET_MS = 25; // the longest time between two turns of this process, in a try that counts
const TRIES = 14;
const PAUSE_MS = 400; // after a try that was not quiet; each time that much longer
const GAP_MS = 50;
const BACK_MS = 100;
const BAD = 3; // quiet tries without a good one: it is the page
const MEDIAN_OF = 7;

const isQuiet = ({ own }) => own <= QUIET_MS;

/** The longest time between two turns of this process, from now until it is asked for. */
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

/** Measures until `isEnough` of what was seen, with pauses while others are busy; gives it. */
async function measure(once, isEnough, tries) {
  const seen = [];
  while (seen.length < tries && !isEnough(seen)) {
    if (seen.length > 0 && !isQuiet(seen.at(-1))) await sleep(PAUSE_MS * seen.length);
    const here = watchHere();
    const found = await once();
    seen.push({ ...found, own: here() });
  }
  return seen;
}

const skip = (t, seen, told) =>
  t.skip(`the machine was quiet in ${seen.filter(isQuiet).length} of ${seen.length} tries: ${told} ms`);

/** The median of seven measurements that count is less than `limit` ms. */
export async function isInTime(t, limit, once) {
  const quiet = (seen) => seen.filter(isQuiet).map(({ took }) => took);
  const seen = await measure(
    async () => ({ took: await once() }),
    (all) => quiet(all).length >= MEDIAN_OF,
    3 * MEDIAN_OF,
  );
  const told = seen.map(({ took, own }) => `${took.toFixed(0)} (here ${own.toFixed(0)})`).join(', ');
  t.diagnostic(`${told} ms`);
  const counted = quiet(seen).sort((a, b) => a - b);
  if (counted.length < MEDIAN_OF) skip(t, seen, told);
  else assert.ok(counted[(MEDIAN_OF - 1) / 2] < limit, `${told} ms, wanted less than ${limit}`);
}

/** Each of the two in some try, not both in the same one. */
const isGood = (seen) =>
  seen.some(({ gap }) => gap <= GAP_MS) &&
  seen.some(({ back }) => back === null || back <= BACK_MS);

/** Runs the program that is shown, a few times: the page goes on, and Stop brings it back at once. */
export async function goesOn(t, page) {
  const seen = await measure(
    () => runOnce(page),
    (all) => isGood(all) || all.filter(isQuiet).length >= BAD,
    TRIES,
  );
  const told = seen
    .map(({ gap, back, own }) => `gap ${gap.toFixed(0)}, back ${back?.toFixed(0) ?? '-'}, here ${own.toFixed(0)}`)
    .join('; ');
  t.diagnostic(`${told} ms`);
  if (!isGood(seen) && !seen.some(isQuiet)) skip(t, seen, told);
  else assert.ok(isGood(seen), `${told} ms`);
}

/** Runs it, and stops it when it is slow: the longest gap of the page, and the ms that Stop took. */
async function runOnce(page) {
  await page.evaluate(watchTurns);
  await clickVisible(page, '.run');
  await page.waitForFunction(
    () => document.querySelector('.slow .stop') !== null || globalThis.hasEnded(),
  );
  const back = await page.evaluate(stopAndWait);
  await page.waitForFunction(() => globalThis.hasEnded());
  return { gap: await page.evaluate(() => globalThis.longestGap()), back };
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
