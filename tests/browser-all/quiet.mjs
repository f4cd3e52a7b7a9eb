// Times by the clock. Others on the machine make them longer, now and then, and never
// shorter. So of the page's gaps only that counts in which its thread had a processor; and
// other measurements count only when this process got its own turns meanwhile: where it
// never does, the test is skipped and says so.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { clickVisible } from '../browser/support.mjs';
import { threadOf, watchProcessor } from './processor.mjs';

const QUIET_MS = 25; // the longest time between two turns of this process, in a try that counts
const PAUSE_MS = 400; // after a try that was not quiet; each time that much longer
const GAP_MS = 50;
const BACK_MS = 100;
const TRIES = 4;
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
  seen.some(({ gap }) => gap.own <= GAP_MS) &&
  seen.some(({ back }) => back === null || back.own <= BACK_MS);

/**
 * Runs the program that is shown, a few times: the page goes on, and Stop brings it back at
 * once. Of a time what counts is the part in which the page's thread had a processor
 * (processor.mjs): for the rest it waited for one, which others had.
 */
export async function goesOn(t, page) {
  const thread = await threadOf(page);
  if (thread === null) {
    t.skip('this system does not tell the processor time of a thread');
    return;
  }
  const seen = [];
  while (seen.length < TRIES && !isGood(seen)) seen.push(await runOnce(page, thread));
  const say = ({ own, wall }) => `${own.toFixed(0)} (by the clock ${wall.toFixed(0)})`;
  const told = seen
    .map(({ gap, back }) => `gap ${say(gap)}, back ${back === null ? '-' : say(back)}`)
    .join('; ');
  t.diagnostic(`${told} ms`);
  assert.ok(seen.some(({ turns }) => turns > 20), 'the page had its turns');
  assert.ok(isGood(seen), `${told} ms`);
}

/** Runs it, and stops it when it is slow: the longest gap of the page, and how long Stop took. */
async function runOnce(page, thread) {
  const watched = watchProcessor(thread);
  await page.evaluate(watchTurns);
  await clickVisible(page, '.run');
  await page.waitForFunction(
    () => document.querySelector('.slow .stop') !== null || globalThis.hasEnded(),
  );
  const back = await page.evaluate(stopAndWait);
  /* Until its picture is made. */
  await page.waitForFunction(() => /^[^.]*, \d/.test(document.querySelector('.status').textContent));
  const { turns, gaps } = await page.evaluate(() => globalThis.turnsSeen());
  const timeOf = await watched();
  const all = gaps.map(timeOf);
  const gap = all.reduce((most, one) => (one.own > most.own ? one : most), { own: 0, wall: 0 });
  return { turns, gap, back: back === null ? null : timeOf(back) };
}

/** In the page: looks at the clock in each of its turns, until it is asked for the gaps: [from, to], by Date.now(). */
function watchTurns() {
  const { port1, port2 } = new MessageChannel();
  const gaps = [];
  let last = Date.now();
  let turns = 0;
  let on = true;
  port1.onmessage = () => {
    const now = Date.now();
    turns += 1;
    if (now - last > 10) gaps.push([last, now]);
    last = now;
    if (on) setTimeout(() => port2.postMessage(0), 2);
  };
  port2.postMessage(0);
  globalThis.turnsSeen = () => {
    on = false;
    return { turns, gaps };
  };
  globalThis.hasEnded = () =>
    /^(Finished|Failed|Stopped)/.test(document.querySelector('.status').textContent);
}

/** In the page: presses Stop and gives when, and when it said that it had stopped; null when it had ended before. */
function stopAndWait() {
  const stop = document.querySelector('.slow .stop');
  if (stop === null) return null;
  const began = Date.now();
  stop.click();
  return new Promise((resolve) => {
    const look = () =>
      globalThis.hasEnded() ? resolve([began, Date.now()]) : requestAnimationFrame(look);
    look();
  });
}
