// Workers that look out for the next job before they sleep, and the runtime for results.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Expectation, Linger } from '../../bindings/js/workers/linger.js';
import { talliesOf, WORDS } from '../../bindings/js/workers/messages.js';
import { scenario } from './harness.mjs';

/** What has been sent, as far as a function of how often it was asked says so. */
function tallyOf(isBehind) {
  const tally = {
    isShared: true,
    asked: 0,
    get isBehind() {
      tally.asked++;
      return isBehind(tally.asked);
    },
  };
  return tally;
}

/** How many of so many calls have looked more than once. */
function looksOf(tally, count) {
  const linger = new Linger(tally, 0.05);
  let looks = 0;
  for (let call = 0; call < count; call++) {
    tally.asked = 0;
    linger.linger();
    if (tally.asked > 1) looks++;
  }
  return looks;
}

test('who looks in vain does so ever more seldom, at last once in 64 times', () => {
  const looks = looksOf(tallyOf(() => false), 6400);
  assert.ok(looks >= 100 && looks <= 110, String(looks));
});

test('who finds what it looks for goes on looking', () => {
  // Some are skipped: when the processor was another's meanwhile, and for a turn of the event loop.
  const looks = looksOf(tallyOf((asked) => asked > 3), 6400);
  assert.ok(looks > 3200, String(looks));
});

test('nothing is looked for that is there, or where it is turned off or cannot be seen', () => {
  assert.equal(looksOf(tallyOf(() => true), 100), 0);
  for (const [words, ms] of [[null, 1], [new Int32Array(new SharedArrayBuffer(WORDS * 4)), 0]]) {
    const { toWorker } = talliesOf(words);
    const linger = new Linger(toWorker, ms);
    linger.linger(); // it would go on for ever, or throw, if it looked
    assert.equal(toWorker.isBehind, false);
  }
});

test('a tally tells of what was sent and not heard, on both sides', () => {
  const words = new Int32Array(new SharedArrayBuffer(WORDS * 4));
  const here = talliesOf(words);
  const there = talliesOf(words);
  for (const [sender, hearer] of [[here.toWorker, there.toWorker], [there.fromWorker, here.fromWorker]]) {
    sender.sent();
    assert.equal(hearer.isBehind, true);
    hearer.heard();
    assert.equal(hearer.isBehind, false);
  }
});

test('an expectation takes what comes while the event loop turns, and ends by itself', async () => {
  let isThere = false;
  let taken = 0;
  const tally = tallyOf(() => isThere);
  const expectation = new Expectation(tally, () => {
    taken++;
    isThere = false;
    expectation.met();
  }, 10);
  const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expectation.open();
  expectation.open();
  isThere = true;
  await turn();
  assert.equal(taken, 1);

  await turn();
  expectation.open();
  let before;
  do {
    before = tally.asked;
    await turn();
  } while (tally.asked > before);
  isThere = true;
  await turn();
  assert.equal(taken, 1);
});

for (const linger of [0, 0.05, 10]) {
  scenario(`what a function has left behind goes on while jobs follow one another, with linger: ${linger}`, async ({ run }) => {
    const words = new Int32Array(new SharedArrayBuffer(4));
    await run('leavesTicks', [words]);
    for (let number = 0; Atomics.load(words, 0) < 20; number++) assert.equal(await run('add', [number, 1]), number + 1);
  }, { max: 1, linger });

  scenario(`jobs of which each is awaited before the next are all run, with linger: ${linger}`, async ({ run }) => {
    for (let number = 0; number < 2000; number++) assert.equal(await run('add', [number, 1]), number + 1);
  }, { max: 2, linger });
}
