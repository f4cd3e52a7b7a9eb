// The end of a large or long run is told first and drawn in parts: in the end there is
// what would be there without them, whatever was pressed meanwhile.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clickVisible, ended, openPage, scrub, text, useSite, writeProgram } from '../browser/support.mjs';

const shared = useSite();
const { withPage } = shared;

/* More events, tasks and lines of output than are drawn at once. */
const LARGE = `export async function main({ Task, sleep }) {
  const item = async (n) => {
    await sleep(10 + (n % 7));
    console.log('line', n);
  };
  await Task.asyncStream(Array.from({ length: 200 }, (_, n) => n), item, { maxConcurrency: 20 }).toArray();
  return 'all of them';
}`;
const still = [{ name: 'prefers-reduced-motion', value: 'reduce' }];
const frames = (page, count) =>
  page.evaluate(async (left) => {
    for (; left > 0; left -= 1) await new Promise(requestAnimationFrame);
  }, count);

/** What the page shows of its run, without how long it was held up, which is the machine's. */
const stage = (page) =>
  page.evaluate(() => {
    const copy = document.querySelector('.stage').cloneNode(true);
    copy.querySelectorAll('.gap').forEach((part) => part.remove());
    return copy.innerHTML;
  });

/** In the page: what was there, and how many tasks were drawn, whenever that had changed. */
function watchDrawing() {
  globalThis.seen = { says: new Set(), cells: new Set() };
  new MutationObserver(() => {
    globalThis.seen.says.add(document.querySelector('.status').textContent);
    globalThis.seen.cells.add(document.querySelectorAll('.lanes:not(.fresh) .cell').length);
  }).observe(document.querySelector('.stage'), { subtree: true, childList: true, characterData: true });
}
const seen = (page) => page.evaluate(() => ({ says: [...globalThis.seen.says], cells: [...globalThis.seen.cells] }));

async function runLarge(page) {
  await writeProgram(page, LARGE);
  await page.evaluate(watchDrawing);
  await clickVisible(page, '.run');
  assert.match(await ended(page), /^Finished/);
  await frames(page, 30);
  return { ...(await seen(page)), stage: await stage(page) };
}

const follows = (says) => says.some((text) => /Its picture follows/.test(text));

describe('the end of a large run', () => {
  it('is, when all of it is drawn, what it is without parts', async () => {
    /* Where what makes the parts cannot be had, all is drawn at once. */
    const plain = await openPage(shared.browser, `${shared.site.url}#A1`, {
      before: async (fresh) => {
        await fresh.emulateMediaFeatures(still);
        await fresh.setBypassServiceWorker(true);
        await fresh.setRequestInterception(true);
        fresh.on('request', (request) =>
          /\/prepared-/.test(request.url()) ? request.abort() : request.continue(),
        );
      },
    });
    const atOnce = await runLarge(plain).finally(() => plain.close());
    await withPage('#A1', { before: (page) => page.emulateMediaFeatures(still) }, async (page) => {
      const inParts = await runLarge(page);
      assert.ok(follows(inParts.says), 'its end is told before');
      assert.ok(inParts.cells.length >= 4, `${inParts.cells} tasks were drawn`);
      assert.equal(Math.max(...inParts.cells), 201);
      assert.equal((await page.$$('.printed li')).length, 100);
      assert.match(await text(page, '.returned'), /all of them/);
      assert.equal(inParts.stage, atOnce.stage);
    });
  });

  it('has a log whose lines are drawn from the playhead on', () =>
    withPage('#A1', {}, async (page) => {
      await runLarge(page);
      await scrub(page, 0.5);
      await page.evaluate(() => {
        globalThis.lines = [];
        new MutationObserver(() => {
          const { length } = document.querySelectorAll('.event');
          const isThere = document.querySelector('.event[aria-current]') !== null;
          if (length > 0) globalThis.lines.push([length, isThere]);
        }).observe(document.querySelector('#stage-panel'), { subtree: true, childList: true });
      });
      await page.click('#stage-log');
      await page.waitForFunction(() => document.querySelectorAll('.event').length === 100);
      const [first, ...others] = await page.evaluate(() => globalThis.lines);
      assert.deepEqual(first, [25, true]);
      assert.ok(others.every(([length, isThere], at) => isThere && length >= (others[at - 1]?.[0] ?? 25)));
      await frames(page, 2);
      const [line, box] = await page.evaluate(() =>
        ['.event[aria-current]', '#stage-panel'].map((part) => document.querySelector(part).getBoundingClientRect().toJSON()),
      );
      assert.ok(line.top >= box.top && line.bottom <= box.bottom, `${line.top} to ${line.bottom} of ${box.top} to ${box.bottom}`);
    }));

  it('is drawn only for the run that was asked for last: one may be begun before', () =>
    withPage('#A1', {}, async (page) => {
      await writeProgram(page, LARGE);
      await page.evaluate(runAgainOnce);
      await clickVisible(page, '.run');
      await writeProgram(page, "export const main = () => 'the next';");
      await page.waitForFunction(() => globalThis.again);
      assert.match(await ended(page), /^Finished/);
      await frames(page, 60);
      await page.$eval('[aria-label="To the end"]', (button) => button.click());
      assert.equal(await text(page, '.returned'), "'the next'");
      assert.equal((await page.$$('.lanes .cell')).length, 1);
      assert.match(await text(page, '.status'), /^Finished, 0 ms$/);
    }));
});

/** In the page: presses Run as soon as it is told that a picture follows. */
function runAgainOnce() {
  globalThis.again = false;
  const status = document.querySelector('.status');
  new MutationObserver((_, observer) => {
    if (/Its picture follows/.test(status.textContent)) {
      observer.disconnect();
      globalThis.again = true;
      [...document.querySelectorAll('.run')].find((button) => button.checkVisibility()).click();
    }
  }).observe(status, { subtree: true, childList: true, characterData: true });
}

const LASTING = `export async function main({ Task, sleep }) {
  await Promise.all(Array.from({ length: 10 }, () => Task.await(Task.async(() => sleep(5)))));
  for (;;) await null;
}`;

describe('a run that is stopped', () => {
  it('is told to be at once; Stop, pressed again while its end is drawn, changes nothing of that', () =>
    withPage('#A1', {}, async (page) => {
      await writeProgram(page, LASTING);
      await clickVisible(page, '.run');
      await page.waitForSelector('.slow .stop');
      await page.evaluate(stopTwice);
      await page.waitForFunction(() => globalThis.stops === 2);
      assert.match(await ended(page), /^Stopped, 5 ms/);
      await frames(page, 30);
      assert.equal((await page.$$('.lanes .cell')).length, 11);
      assert.match(await text(page, '.results'), /was stopped here/);
      assert.equal(await page.$('.slow'), null);
      await writeProgram(page, "export const main = () => 'well again';");
      await clickVisible(page, '.run');
      assert.match(await ended(page), /^Finished/);
      await page.$eval('[aria-label="To the end"]', (button) => button.click());
      assert.equal(await text(page, '.returned'), "'well again'");
    }));
});

/** In the page: presses Stop, and once more when the picture is still to follow. */
function stopTwice() {
  globalThis.stops = 0;
  const status = document.querySelector('.status');
  const press = () => {
    globalThis.stops += 1;
    document.querySelector('.slow .stop, .run-buttons .stop').click();
  };
  new MutationObserver((_, observer) => {
    if (/Its picture follows/.test(status.textContent)) {
      observer.disconnect();
      press();
    }
  }).observe(status, { subtree: true, childList: true, characterData: true });
  press();
}
