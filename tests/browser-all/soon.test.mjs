// How soon there is something to see: after the page is asked for, after Run, after Stop.
//
// A clock also tells how busy the machine is: what counts is the median of seven
// measurements while it is quiet (quiet.mjs).
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clickVisible, useSite, writeProgram } from '../browser/support.mjs';
import { isInTime } from './quiet.mjs';
import { wild } from './wild.mjs';

const shared = useSite();

/** In the page: presses `button`, and gives the ms until a frame shows the status that is wanted. */
function pressAndWait([button, wanted]) {
  const status = document.querySelector('.status');
  const pressed = [...document.querySelectorAll(button)].find((one) => one.checkVisibility());
  return new Promise((done) => {
    const began = performance.now();
    const seen = new MutationObserver(() => {
      if (new RegExp(wanted).test(status.textContent)) {
        seen.disconnect();
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => done(performance.now() - began);
          port2.postMessage(0); // after the frame
        });
      }
    });
    seen.observe(status, { childList: true, characterData: true, subtree: true });
    pressed.click();
  });
}

describe('there is something to see', () => {
  it('500 ms after the page was asked for', (t) =>
    isInTime(t, 500, async () => {
      const context = await shared.browser.createBrowserContext();
      const page = await context.newPage();
      await page.goto(shared.site.url);
      await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
      const painted = await page.evaluate(
        () => performance.getEntriesByName('first-contentful-paint')[0].startTime,
      );
      assert.match(await page.$eval('h1', ({ textContent }) => textContent), /^A1/);
      await context.close();
      return painted;
    }));

  it('100 ms after Run', (t) =>
    shared.withPage('#B3', {}, (page) =>
      isInTime(t, 100, async () => {
        const took = await page.evaluate(pressAndWait, ['.run', '^Finished']);
        assert.ok(await page.$('.lanes:not(.fresh) .end-place'));
        await page.click('[aria-label="Pause"]');
        return took;
      }),
    ));

  it('100 ms after Stop, with a program that never yields', (t) =>
    shared.withPage('#A1', {}, async (page) => {
      await writeProgram(page, 'export const main = () => { for (;;) {} };');
      await isInTime(t, 100, async () => {
        await clickVisible(page, '.run');
        await page.waitForSelector('.slow .stop');
        return page.evaluate(pressAndWait, ['.slow .stop', '^Stopped']);
      });
    }));
});

describe('how a large run has ended', () => {
  const ways = {
    'of itself': [
      `export async function main({ Task }) {
        return (await Task.asyncStream(Array.from({ length: 20_000 }, (_, n) => n), (n) => n, { maxConcurrency: 1000 }).toArray()).length;
      }`,
      /^Finished\. Its picture follows$/,
      /^Finished, /,
    ],
    'with an error': [
      `export async function main({ Task }) {
        await Task.asyncStream(Array.from({ length: 20_000 }, (_, n) => n), (n) => n, { maxConcurrency: 1000 }).toArray();
        throw new Error('no');
      }`,
      /^Failed\. Its picture follows$/,
      /^Failed, /,
    ],
    'at a limit': [
      wild['100,000 items'],
      /^Stopped at 200,000 events, at \d\.\d{3} s\. Its picture follows$/,
      /^Stopped at a limit, /,
    ],
  };
  for (const [way, [program, first, last]] of Object.entries(ways)) {
    it(`${way} is told before its picture is made, and there is nothing to stop any more`, () =>
      shared.withPage('#A1', {}, async (page) => {
        await writeProgram(page, program);
        const { told, said } = await page.evaluate(runAndListen);
        const at = told.findIndex(({ status }) => first.test(status));
        assert.ok(at >= 0, JSON.stringify(told));
        assert.equal(told[at].stoppable, false);
        assert.match(told[at + 1].status, last);
        assert.ok(said.includes(`${told[at].status}.`), said.join('\n'));
      }));
  }
});

/** In the page: runs it, and gives all that was told until its picture was there. */
function runAndListen() {
  const status = document.querySelector('.status');
  const region = document.querySelector('[aria-live=polite]');
  const told = [];
  const said = [];
  const options = { childList: true, characterData: true, subtree: true };
  new MutationObserver(() => said.push(region.textContent)).observe(region, options);
  return new Promise((done) => {
    const seen = new MutationObserver(() => {
      told.push({
        status: status.textContent,
        stoppable: document.querySelector('.slow .stop, .run-buttons .stop[aria-disabled=false]') !== null,
      });
      if (/^[^.]*, \d/.test(status.textContent)) {
        seen.disconnect();
        done({ told, said });
      }
    });
    seen.observe(status, options);
    [...document.querySelectorAll('.run')].find((one) => one.checkVisibility()).click();
  });
}
