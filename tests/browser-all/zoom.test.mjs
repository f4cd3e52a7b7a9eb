// The part of a run that the picture shows: by keys, buttons, the wheel and fingers, and
// the strip of the whole run above it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load } from '../browser/engine.mjs';
import { axeFindings, chord, desk, ended, phone, runToEnd, scrub, tabTo, text, useSite, withAxe, writeProgram } from '../browser/support.mjs';

const { fittedTo, holding, moved, SHORTEST, zoomed } = await load('/src/model/span.ts');
const { densityOf, densityRows, densitySentence } = await load('/src/model/density.ts');
const { ticks, tickText } = await load('/src/model/time.ts');
const { traceOf } = await load('/src/model/trace.ts');

describe('a span of a run', () => {
  it('is closer around a place that stays where it is, and never shorter than some ms', () => {
    assert.deepEqual(zoomed(null, 1000, 2, 500), { from: 250, to: 750 });
    assert.deepEqual(zoomed(null, 1000, 2, 0), { from: 0, to: 500 });
    assert.deepEqual(zoomed({ from: 200, to: 600 }, 1000, 2, 300), { from: 250, to: 450 });
    let shown = null;
    for (let times = 0; times < 30; times += 1) shown = zoomed(shown, 1000, 2, 1000);
    assert.deepEqual(shown, { from: 1000 - SHORTEST, to: 1000 });
  });

  it('is all of it when it is as long, and lies within the run', () => {
    assert.equal(zoomed({ from: 250, to: 750 }, 1000, 0.5, 500), null);
    assert.equal(zoomed(null, 3, 2, 1), null, 'a run that is shorter than the shortest');
    assert.deepEqual(zoomed({ from: 0, to: 100 }, 1000, 0.5, 100), { from: 0, to: 200 });
    assert.deepEqual(moved({ from: 100, to: 300 }, 1000, 900), { from: 800, to: 1000 });
    assert.deepEqual(moved({ from: 100, to: 300 }, 1000, -900), { from: 0, to: 200 });
    assert.equal(moved(null, 1000, 10), null);
    assert.deepEqual(fittedTo({ from: 700, to: 900 }, 800), { from: 600, to: 800 });
    assert.equal(fittedTo({ from: 700, to: 900 }, 150), null);
  });

  it('holds what is brought into it, and stays where it holds that already', () => {
    const shown = { from: 400, to: 600 };
    assert.equal(holding(shown, 1000, 400), shown);
    assert.equal(holding(shown, 1000, 600), shown);
    for (const time of [0, 100, 399, 601, 950, 1000]) {
      const { from, to } = holding(shown, 1000, time);
      assert.ok(from <= time && time <= to && to - from === 200, `${time}: ${from} to ${to}`);
    }
    assert.deepEqual(holding(shown, 1000, 700), { from: 680, to: 880 });
  });

  it('has round times on its axis', () => {
    assert.deepEqual(ticks(1000, 5), [0, 200, 400, 600, 800, 1000]);
    assert.deepEqual(ticks(1240, 5, 1233), [1234, 1236, 1238, 1240]);
    assert.equal(tickText(1234, 5000), '1.234 s');
    assert.equal(tickText(1500, 5000), '1.5 s');
  });
});

describe('the strip', () => {
  it('counts each event once, and the table has the same', () => {
    const events = [{ type: 'began', time: 0, pid: '<0.1>' }];
    for (let n = 0; n < 500; n += 1) events.push({ type: 'printed', time: n, text: '' });
    events.push({ type: 'threw', time: 600, reason: { word: null, text: 'x' } });
    const trace = traceOf(events, 1200);
    const { counts, troubles, most, busiest } = densityOf(trace);
    const sum = (values) => values.reduce((all, value) => all + value, 0);
    assert.deepEqual([sum(counts), sum(troubles), most, busiest], [502, 1, 11, 0]);
    const rows = densityRows(trace);
    assert.deepEqual(rows.map((row) => row.events), [101, 100, 100, 100, 100, 0, 1, 0, 0, 0, 0, 0]);
    assert.equal(sum(rows.map((row) => row.troubles)), 1);
    assert.deepEqual([rows[0].from, rows.at(-1).to], [0, 1200]);
    assert.match(densitySentence(trace), /^502 events in 1\.20 s, most of them, 11, from 0 ms to 10 ms; 1 are trouble$/);
  });
});

const { withPage } = useSite();
const window_ = (page) => page.$eval('.window', ({ ariaValueText }) => ariaValueText);
const isWhole = (page) => page.$('.window').then((found) => found === null);
const drawn = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
/** Where a lane's bar begins, and the left edge of the part that is drawn on. */
const ticksOf = (page) => page.$$eval('.tick text', (all) => all.map(({ textContent }) => textContent));
const playhead = (page) =>
  page.evaluate(() => {
    const [line, drawing] = ['.lanes .playhead path', '.lanes svg'].map((part) => document.querySelector(part));
    const x = Number(/^M([\d.]+)/.exec(line.getAttribute('d'))[1]);
    return x >= Number(drawing.dataset.left) && x <= drawing.width.baseVal.value;
  });
const offTheLabels = (page) =>
  page.$$eval('.lanes .cell, .lanes .ties, .lanes .ends, .lanes .chart', (parts) =>
    parts.every((part) => part.closest('[clip-path]') !== null),
  );

describe('with the keyboard alone', () => {
  it('the picture is closer by keys and by buttons, and follows the playhead and the focus', () =>
    withPage('#C2', {}, async (page) => {
      await chord(page, 'Control+Enter');
      await ended(page);
      await tabTo(page, '.scrub');
      await page.keyboard.press('Home');
      const whole = await ticksOf(page);
      assert.ok(await isWhole(page));
      for (let times = 0; times < 3; times += 1) await page.keyboard.press('+');
      await drawn(page);
      const at = await window_(page);
      assert.match(at, /^0 ms to \d+ ms of /);
      assert.equal(await text(page, 'body > #page > [role=status]'), at, 'and it is told');
      assert.notDeepEqual(await ticksOf(page), whole);
      assert.ok(await offTheLabels(page));

      await page.keyboard.press('End');
      await drawn(page);
      assert.notEqual(await window_(page), at, 'it has followed the playhead');
      assert.ok(await playhead(page));
      await page.keyboard.press('_');
      await drawn(page);
      assert.ok(!(await isWhole(page)));

      await tabTo(page, '.window', { back: true });
      const before = await window_(page);
      await page.keyboard.press('Home');
      await drawn(page);
      assert.match(await window_(page), /^0 ms to /);
      assert.notEqual(await window_(page), before, 'the playhead has not moved, the window has');

      await tabTo(page, '.zoom-step', { word: 'Closer', back: true });
      await page.keyboard.press('Enter');
      await page.keyboard.press('Enter');
      await tabTo(page, '[role=gridcell]');
      await page.keyboard.press('End'); // begins long after that
      await drawn(page);
      const [begin, last, left, right] = await page.$eval('[role=gridcell]:focus .bar:not(.queued)', (part) => [
        part.x.baseVal.value,
        part.x.baseVal.value + part.width.baseVal.value,
        Number(part.ownerSVGElement.dataset.left),
        part.ownerSVGElement.width.baseVal.value,
      ]);
      assert.ok(last > left && begin < right, `${begin} to ${last} of ${left} to ${right}`);

      await page.keyboard.press('0');
      await drawn(page);
      assert.ok(await isWhole(page));
      assert.deepEqual(await ticksOf(page), whole);
      assert.match(await text(page, 'body > #page > [role=status]'), /^The whole run, /);
      await tabTo(page, '.zoom-step', { word: 'Wider', back: true });
      await page.keyboard.press('Enter');
      assert.equal(await page.evaluate(() => document.activeElement.ariaDisabled), 'true', 'it keeps the focus');
    }));
});

describe('the part that is shown', () => {
  it('is closer by Ctrl and the wheel where the mouse is, and moves with the wheel to the side', () =>
    withPage('#B3', {}, async (page) => {
      await runToEnd(page);
      const box = await page.$eval('.lanes svg', (drawing) => drawing.getBoundingClientRect().toJSON());
      await page.mouse.move(box.left + box.width * 0.7, box.top + 60);
      await page.keyboard.down('Control');
      await page.mouse.wheel({ deltaY: -100 });
      await page.keyboard.up('Control');
      await page.waitForSelector('.window');
      const [from, to] = (await window_(page)).match(/\d+/g).map(Number);
      assert.ok(from > 50 && to < 330, `${from} to ${to}`);
      assert.equal(await page.evaluate(() => visualViewport.scale), 1);
      await page.mouse.wheel({ deltaX: -2000 });
      await page.waitForFunction(() => /^0 ms/.test(document.querySelector('.window').ariaValueText));
      await page.mouse.wheel({ deltaY: 100 });
      await drawn(page);
      assert.match(await window_(page), /^0 ms/, 'up and down scrolls');
    }));

  it('is closer by a pinch, moves under one finger, and a tap there moves the playhead', () =>
    withPage('#B3', { viewport: phone }, async (page) => {
      await runToEnd(page);
      const session = await page.createCDPSession();
      const touch = (type, ...points) =>
        session.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
      await page.$eval('.lanes', (lanes) => lanes.scrollIntoView({ block: 'center' }));
      const { top } = await page.$eval('.lanes svg', (drawing) => drawing.getBoundingClientRect().toJSON());
      const y = top + 50;
      await touch('touchStart', [240, y]);
      await touch('touchStart', [240, y], [260, y]);
      for (let way = 5; way <= 40; way += 5) await touch('touchMove', [240 - way, y], [260 + way, y]);
      await touch('touchEnd');
      await page.waitForSelector('.window');
      const times = async () => (await window_(page)).match(/[\d.]+/g).map(Number);
      const [from, to] = await times();
      assert.ok(from > 20 && to < 320, `${from} to ${to}`);
      const at = () => page.$eval('.scrub', ({ value }) => Number(value));
      const before = await at();
      await touch('touchStart', [220, y]);
      for (let way = 5; way <= 40; way += 5) await touch('touchMove', [220 + way, y]);
      await touch('touchEnd');
      await page.waitForFunction((was) => !document.querySelector('.window').ariaValueText.startsWith(was), {}, `${from} ms`);
      assert.ok((await times())[0] < from, 'earlier');
      assert.equal(await at(), before, 'the playhead stays');
      await touch('touchStart', [220, y]);
      await touch('touchEnd');
      await page.waitForFunction((was) => Number(document.querySelector('.scrub').value) !== was, {}, before);
      const [shownFrom, shownTo] = await times();
      assert.ok((await at()) >= shownFrom - 1 && (await at()) <= shownTo + 1);
    }));

  it('is given up with the lesson, and is that of the next run of the same one', () =>
    withPage('#B1', {}, async (page) => {
      await runToEnd(page);
      await page.click('[aria-label=Closer]');
      await page.waitForSelector('.window');
      await page.click('[aria-label="New seed"]');
      await ended(page);
      assert.ok(!(await isWhole(page)));
      await page.click('.lessons a[href="#B2"]');
      await page.waitForFunction(() => /^B2/.test(document.querySelector('h1').textContent));
      assert.ok(await isWhole(page));
    }));

  it('is all of it on paper, and what is seen in the picture that is taken along', () =>
    withPage('#B3', {}, async (page) => {
      await runToEnd(page);
      const whole = await ticksOf(page);
      await page.click('[aria-label=Closer]');
      await page.waitForSelector('.window');
      await scrub(page, 0.2);
      const shown = await window_(page);
      await page.evaluate(() => {
        addEventListener('beforeprint', () => {
          globalThis.printed = [...document.querySelectorAll('.tick text')].map(({ textContent }) => textContent);
        });
        const make = URL.createObjectURL.bind(URL);
        URL.createObjectURL = (blob) => {
          globalThis.taken = blob.text();
          return make(blob);
        };
        HTMLAnchorElement.prototype.click = () => {};
      });
      await page.pdf();
      assert.deepEqual(await page.evaluate(() => globalThis.printed), whole);
      await drawn(page);
      assert.equal(await window_(page), shown, 'which is not changed by that');
      await page.click('.tool-share');
      await page.waitForSelector('.choice');
      await page.evaluate(() => [...document.querySelectorAll('.choice')].find(({ textContent }) => /picture/i.test(textContent)).click());
      await page.waitForFunction(() => globalThis.taken !== undefined);
      const svg = await page.evaluate(() => globalThis.taken);
      assert.match(svg, /<clipPath id="span"/);
      assert.match(svg, /clip-path="url\(#span\)"/);
      assert.ok(svg.includes('>100 ms<') && !svg.includes('>300 ms<'), 'its first half');
    }));
});

const CROWD = `export async function main({ Task, sleep }) {
  await Promise.all(Array.from({ length: 900 }, (_, n) => Task.await(Task.async(() => sleep(n % 300)))));
}`;

describe('of more than the picture has room for', () => {
  it('the strip shows all, and the table has it in numbers', () =>
    withPage('#A1', withAxe, async (page) => {
      await writeProgram(page, CROWD);
      await runToEnd(page);
      assert.match(await text(page, '.tasks .empty'), /^Showing \d+ of 901 processes/);
      const says = await page.$eval('.strip svg', ({ ariaLabel }) => ariaLabel);
      const [, events] = /^([\d,]+) events in/.exec(says);
      assert.ok(Number(events.replace(',', '')) > 2700, says);
      assert.ok(await isWhole(page), 'with no window');
      assert.deepEqual(await axeFindings(page), []);
      await page.$eval('.tasks .switch label:last-of-type input', (radio) => radio.click());
      const counts = await page.$$eval('.density-table td:nth-of-type(2)', (cells) =>
        cells.map(({ textContent }) => Number(textContent.replace(',', ''))),
      );
      assert.equal(counts.length, 12);
      assert.equal(counts.reduce((sum, count) => sum + count, 0), Number(events.replace(',', '')));
      assert.equal(await page.$('.strip'), null);
      assert.deepEqual(await axeFindings(page), []);
    }));
});

describe('a picture of a part of a run', () => {
  for (const [name, viewport] of Object.entries({ desk, phone, narrow: { width: 320, height: 256 } })) {
    for (const scheme of ['light', 'dark']) {
      it(`has what it needs on a screen: ${name}, ${scheme}`, () =>
        withPage('#B3', { viewport, scheme, ...withAxe }, async (page) => {
          await runToEnd(page);
          await scrub(page, 0.5);
          await page.$eval('[aria-label=Closer]', (button) => button.click());
          await page.waitForSelector('.window');
          assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
          const parts = await page.$$eval('.zoom-step, .strip', (all) =>
            all.map((part) => part.getBoundingClientRect().toJSON()),
          );
          const least = name === 'phone' ? 44 : 28;
          for (const { left, right, width, height } of parts) {
            assert.ok(left >= 0 && right <= viewport.width && width >= least && height >= least, `${left} to ${right}, ${height}`);
          }
          assert.deepEqual(await axeFindings(page), []);
        }));
    }
  }

  it('is told in forced colours, too', () =>
    withPage('#B3', {}, async (page) => {
      await runToEnd(page);
      await page.click('[aria-label=Closer]');
      await page.waitForSelector('.window');
      const session = await page.createCDPSession();
      await session.send('Emulation.setEmulatedMedia', { features: [{ name: 'forced-colors', value: 'active' }] });
      const [stroke, ground, now] = await page.evaluate(() => [
        getComputedStyle(document.querySelector('.strip-events')).stroke,
        getComputedStyle(document.querySelector('.panel')).backgroundColor,
        getComputedStyle(document.querySelector('.strip-now')).backgroundColor,
      ]);
      assert.equal(new Set([stroke, ground, now]).size, 3, `${stroke}, ${ground}, ${now}`);
    }));
});
