// The page on screens of all widths, light and dark, and where something is missing.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FIRST, RUNAWAY, ids } from '../browser/shown.mjs';
import {
  axeFindings,
  clickVisible,
  desk,
  ended,
  nothingRunsOut,
  phone,
  runToEnd,
  scrub,
  text,
  useSite,
  withAxe,
} from '../browser/support.mjs';

const { withPage } = useSite();

describe('on every screen', () => {
  for (const [name, viewport, scheme] of [
    ['desk', desk, 'light'],
    ['phone', phone, 'dark'],
  ]) {
    it(`axe finds nothing, ${name}, ${scheme}`, () =>
      withPage(`#${ids[1]}`, { viewport, scheme, ...withAxe }, async (page) => {
        assert.deepEqual(await axeFindings(page), [], 'before the run');
        await runToEnd(page);
        await scrub(page, 0.6);
        assert.deepEqual(await axeFindings(page), [], 'after the run');
        await page.evaluate(() => document.querySelectorAll('.tasks .switch input')[1].click());
        assert.deepEqual(await axeFindings(page), [], 'as a table');
        for (const tab of ['tree', 'log']) {
          await page.evaluate((id) => document.getElementById(id).click(), `stage-${tab}`);
          assert.deepEqual(await axeFindings(page), [], tab);
        }
      }));

    it(`axe finds nothing while a body spins, ${name}, ${scheme}`, () =>
      withPage(`#${RUNAWAY}`, { viewport, scheme, ...withAxe }, async (page) => {
        await clickVisible(page, '.run');
        await page.waitForSelector('.slow');
        assert.deepEqual(await axeFindings(page), []);
        assert.match(await ended(page), /^Stopped/);
      }));
  }

  for (const width of [320, 390, 1280]) {
    it(`nothing runs out of the side at ${width}`, () =>
      withPage(`#${ids[9]}`, { viewport: { width, height: 844 } }, (page) => nothingRunsOut(page)));
  }

  it('the narrow page has targets of 44 px and its run at the foot', () =>
    withPage(FIRST, { viewport: phone }, async (page) => {
      const small = await page.$$eval(
        '.transport button, .parts button, .lessons-open',
        (buttons) =>
          buttons
            .filter((button) => button.checkVisibility())
            .map((button) => [button.textContent, button.getBoundingClientRect().height])
            .filter(([, height]) => height < 44),
      );
      assert.deepEqual(small, []);
      await clickVisible(page, '.transport .run');
      assert.match(await ended(page), /^Finished/);
      assert.ok(
        await page.$eval('.lanes', (lanes) => lanes.checkVisibility()),
        'running shows the tasks',
      );
    }));
});

describe('light and dark', () => {
  it('follow the system, until one is chosen, and the choice is kept', () =>
    withPage(FIRST, { scheme: 'dark' }, async (page) => {
      const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      assert.equal(await background(), 'rgb(20, 22, 26)');
      await page.click('.theme input[value=light]');
      assert.equal(await background(), 'rgb(251, 250, 247)');
      await page.reload({ waitUntil: 'networkidle0' });
      assert.equal(await background(), 'rgb(251, 250, 247)');
      assert.ok(await page.$eval('.theme input[value=light]', (input) => input.checked));
      await page.click('.theme input[value=system]');
      assert.equal(await background(), 'rgb(20, 22, 26)');
    }));
});

describe('where something is missing', () => {
  it('the lesson can be read without JavaScript, and its run can be seen', () =>
    withPage('', { before: (page) => page.setJavaScriptEnabled(false) }, async (page) => {
      assert.match(await text(page, 'h1'), /^A1/);
      assert.match(await text(page, '#code-text'), /export async function main/);
      assert.deepEqual(
        await page.$$eval('.lane-label title', (labels) =>
          labels.map((label) => label.textContent),
        ),
        ['main', '/users, under main', '/orders, under main', '/stock, under main'],
      );
      assert.match(await text(page, 'noscript'), /can be read without/);
    }));

  it('a browser without WebAssembly is told why nothing runs', () =>
    withPage(
      FIRST,
      {
        before: (page) =>
          page.evaluateOnNewDocument(() => Reflect.deleteProperty(globalThis, 'WebAssembly')),
      },
      async (page) => {
        assert.match(await text(page, '.tasks'), /cannot be run here/);
        assert.match(await text(page, '.refusal'), /no WebAssembly/);
      },
    ));

  it('a browser that refuses workers is told why nothing runs', () =>
    withPage(
      FIRST,
      {
        before: (page) =>
          page.evaluateOnNewDocument(() => {
            globalThis.Worker = class {
              constructor() {
                throw new Error('no workers here');
              }
            };
          }),
      },
      async (page) => {
        await page.waitForSelector('.refusal');
        assert.match(await text(page, '.refusal'), /no workers here/);
        assert.match(await text(page, '#code-text'), /export async function main/);
      },
    ));
});
