// The page on paper, in forced colours, and with everything at four times its size.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clickVisible, desk, phone, runToEnd, scrub, text, useSite } from '../browser/support.mjs';

const { withPage } = useSite();

const seen = (page, selectors) =>
  page.evaluate(
    (all) =>
      all.filter((selector) => {
        const box = document.querySelector(selector)?.getBoundingClientRect();
        return box !== undefined && box.width > 1 && box.height > 1;
      }),
    selectors,
  );

describe('on paper', () => {
  for (const [name, viewport] of Object.entries({ desk, phone })) {
    it(`there are lesson, program, tasks and results, and nothing to press: ${name}`, () =>
      withPage('#B3', { viewport, scheme: 'dark' }, async (page) => {
        await runToEnd(page);
        await page.emulateMediaType('print');
        const wanted = ['h1', '.question', '.predict', '#code-text pre', '.lanes svg', '.entries', '.rule'];
        assert.deepEqual(await seen(page, wanted), wanted);
        const torn = await page.$$eval('.panel, .takeaway', (panels) =>
          panels
            .filter((panel) => panel.checkVisibility())
            .filter((panel, at, all) => {
              const { top, height } = panel.getBoundingClientRect();
              const before = all[at - 1]?.getBoundingClientRect().bottom ?? 0;
              return top < before || panel.scrollHeight > height + 1;
            })
            .map(({ className }) => className),
        );
        assert.deepEqual(torn, [], 'nothing lies over something else');
        const left = ['.transport', '.lessons', '.parts', '.header-tools', '.theme', '.run-buttons', '.code-foot', '.row-button'];
        assert.deepEqual(await seen(page, left), []);
        const grounds = await page.evaluate(() =>
          ['body', '.panel'].map((part) => getComputedStyle(document.querySelector(part)).backgroundColor),
        );
        assert.deepEqual(grounds, ['rgb(251, 250, 247)', 'rgb(255, 255, 255)'], 'light, whatever the screen has');
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
      }));
  }
});

/** In the page: what stands there for the printer, and again when it is through. */
function watchPrinting() {
  const seen = () => ({
    results: document.querySelectorAll('#stage-panel .entries tbody tr').length,
    lanes: document.querySelectorAll('.lanes .end-place').length,
    table: document.querySelectorAll('.lanes-table').length,
    tab: document.querySelector('[role=tab][aria-selected=true]').id,
    at: document.querySelector('.scrub').ariaValueText,
    facts: document.querySelector('.facts')?.textContent ?? '',
  });
  globalThis.printed = {};
  addEventListener('beforeprint', () => (globalThis.printed.during = seen()));
  globalThis.seenNow = seen;
}

describe('what is printed', () => {
  const ways = {
    'from the log': (page) => page.click('#stage-log'),
    'from the seeds': (page) => page.click('#stage-seeds'),
    'from the table': (page) => page.click('.tasks .switch label:last-of-type'),
    'at half time': (page) => scrub(page, 0.5),
    'with all of it': async (page) => {
      await page.click('#stage-tree');
      await page.click('.tasks .switch label:last-of-type');
      await scrub(page, 0.3);
    },
  };
  for (const [way, begin] of Object.entries(ways)) {
    it(`is the end of the run, as a picture and with its results: ${way}`, () =>
      withPage('#B3', {}, async (page) => {
        await runToEnd(page);
        const end = await page.$eval('.scrub', ({ ariaValueText }) => ariaValueText);
        await begin(page);
        await page.evaluate(watchPrinting);
        const before = await page.evaluate(() => globalThis.seenNow());
        await page.pdf();
        const { during } = await page.evaluate(() => globalThis.printed);
        assert.equal(during.results, 6);
        assert.ok(during.lanes >= 6, `${during.lanes} ends of lanes`);
        assert.equal(during.table, 0);
        assert.equal(during.at, end);
        assert.match(during.facts, /ok, .*timed out/);
        await page.waitForFunction(
          (wanted) => JSON.stringify(globalThis.seenNow()) === wanted,
          {},
          JSON.stringify(before),
        );
      }));
  }

  it('is no answer to what is still to be predicted', () =>
    withPage('#B3', {}, async (page) => {
      await page.evaluate(watchPrinting);
      await page.pdf();
      const { during } = await page.evaluate(() => globalThis.printed);
      assert.equal(during.results, 0);
      assert.equal(await page.$$eval('.lanes.fresh', (all) => all.length), 1);
    }));
});

describe('in forced colours', () => {
  it('what is chosen and how tasks ended can be told', () =>
    withPage('#B3', {}, async (page) => {
      await runToEnd(page);
      const session = await page.createCDPSession();
      await session.send('Emulation.setEmulatedMedia', {
        features: [{ name: 'forced-colors', value: 'active' }],
      });
      assert.ok(await page.evaluate(() => matchMedia('(forced-colors: active)').matches));
      const strokes = await page.$$eval('.end > :first-child, .end .sign path', (shapes) =>
        shapes.map((shape) => [getComputedStyle(shape).stroke, getComputedStyle(shape).fill]),
      );
      assert.ok(strokes.length > 4);
      for (const [stroke, fill] of strokes) assert.notEqual(stroke, fill);
      /* The last piece of a life keeps its fill: solid ink, another solid, and a pattern. */
      const caps = await page.$$eval('.cap', (pieces) =>
        pieces.map((piece) => [piece.classList[1], getComputedStyle(piece).fill]),
      );
      const [ok, stopped] = ['ok', 'stopped'].map(
        (family) => new Map(caps).get(family) ?? assert.fail(`no ${family}`),
      );
      const ground = await page.$eval('.bar.waiting', (bar) => getComputedStyle(bar).fill);
      assert.equal(new Set([ok, stopped, ground]).size, 3);
      const lines = await page.$eval('.bar-lines', (path) => getComputedStyle(path).stroke);
      assert.notEqual(lines, ground);
      const outlines = await page.$$eval(
        '.switch label:has(:checked), .tabs button[aria-selected=true]',
        (all) => all.map((element) => getComputedStyle(element).outlineStyle),
      );
      assert.ok(outlines.length >= 4);
      assert.deepEqual([...new Set(outlines)], ['solid']);
    }));
});

describe('in forced colours, of a run with all ends', () => {
  it('the hatch of a crash and the dots of an error stand on their fills', () =>
    withPage('#E3', {}, async (page) => {
      await runToEnd(page);
      const session = await page.createCDPSession();
      await session.send('Emulation.setEmulatedMedia', {
        features: [{ name: 'forced-colors', value: 'active' }],
      });
      for (const [family, ends] of [['crashed', 'butt'], ['error', 'round']]) {
        const [ground, stroke, cap, width] = await page.$eval(`.lanes .pattern.${family}`, (path) => {
          const { stroke: line, strokeLinecap, strokeWidth } = getComputedStyle(path);
          const { fill } = getComputedStyle(path.ownerSVGElement.previousElementSibling);
          return [fill, line, strokeLinecap, Number.parseFloat(strokeWidth)];
        });
        assert.notEqual(stroke, ground, family);
        assert.notEqual(stroke, 'none', family);
        assert.equal(cap, ends, family);
        assert.ok(width > 0, family);
      }
    }));
});

describe('at four times its size', () => {
  it('the page is read, run and shared: nothing is cut off, nothing covers the rest', () =>
    withPage('#B3', { viewport: { width: 320, height: 200 } }, async (page) => {
      await runToEnd(page);
      for (const button of await page.$$('.parts button')) {
        await button.evaluate((element) => element.click());
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
      }
      const within = await page.$$eval('.tasks .panel-body, .stage-tabs .panel-body', (boxes) =>
        boxes.map((box) => box.scrollHeight - box.clientHeight),
      );
      assert.deepEqual(within, [0, 0], 'the page scrolls, and nothing within it');
      const stuck = await page.$$eval('.lessons, .parts, .transport', (bars) =>
        bars.map((bar) => getComputedStyle(bar).position),
      );
      assert.deepEqual(stuck, ['static', 'static', 'static']);
      const cut = await page.$$eval('.header *', (all) =>
        all
          .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
          .map((element) => element.outerHTML.slice(0, 80)),
      );
      assert.deepEqual(cut, []);
      await clickVisible(page, '.tool-share');
      await page.waitForSelector('dialog[open] .choice');
      const box = await page.$eval('dialog[open]', (dialog) => {
        const { left, right, top, bottom } = dialog.getBoundingClientRect();
        return left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight;
      });
      assert.ok(box);
      assert.equal(await text(page, 'dialog[open] h2'), 'Share this run');
    }));
});
