// Ways through the page: along a run, by its address, with the keyboard alone, without motion.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { examples } from '../../examples/lesson/index.mjs';
import { itInFull } from './in-full.mjs';
import { FIRST, RUNAWAY, ids } from './shown.mjs';
import { chord, clickVisible, ended, runToEnd, scrub, tabTo, text, useSite, writeProgram } from './support.mjs';

const { withPage } = useSite();

describe('the playhead', () => {
  it('steps from event to event and back, and moves the log along', () =>
    withPage(FIRST, {}, async (page) => {
      await runToEnd(page);
      await page.click('#stage-log');
      const at = () => page.$eval('.scrub', (range) => Number(range.value));
      await page.click('[aria-label="To the beginning"]');
      assert.equal(await at(), 0);
      const places = [];
      for (let step = 0; step < 5; step += 1) {
        await page.click('[aria-label="Next event"]');
        places.push(await at());
      }
      places.forEach((place, index) => assert.ok(place > (places[index - 1] ?? 0), String(places)));
      const current = () =>
        page.$$eval('.event', (lines) => lines.findIndex((line) => line.ariaCurrent === 'step'));
      assert.equal(await current(), 5);
      await page.click('[aria-label="Previous event"]');
      assert.equal(await at(), places[3]);
      assert.equal(await current(), 4);
    }));

  it('goes to the beginning and resets nothing: the run, a break in it and the text stay', () =>
    withPage(FIRST, {}, async (page) => {
      await writeProgram(
        page,
        `import { Task } from 'belay-tasks';
        export const main = ({ sleep }) => Task.await(Task.async(() => sleep(50).then(() => 'told'), { label: 'one' }));`,
      );
      await runToEnd(page);
      await scrub(page, 0.5);
      await page.$$eval('.transport > .break .button', (all) => all.find(({ textContent }) => textContent === 'Crash').click());
      await page.waitForSelector('.transport > .break .break-chip');
      await ended(page);
      const shown = () =>
        page.evaluate(() => ({
          broken: document.querySelector('.break-chip').ariaLabel,
          seed: document.querySelector('.seed input').value,
          events: document.querySelector('#stage-log').textContent,
          code: document.querySelector('.code-foot').parentElement.querySelector('textarea').value,
          status: document.querySelector('.status').textContent,
          lasts: document.querySelector('.scrub').max,
        }));
      const before = await shown();
      assert.match(before.code, /told/);
      await page.click('[aria-label="To the beginning"]');
      assert.equal(await page.$eval('.scrub', ({ value }) => Number(value)), 0);
      assert.deepEqual(await shown(), before);
      await page.click('[aria-label="To the end"]');
      assert.deepEqual(await shown(), before);
    }));

  it('goes to the next trouble, to events of one task, and to the ends by keys', () =>
    withPage(`#${ids[1]}`, {}, async (page) => {
      await runToEnd(page);
      await page.click('#stage-log');
      await page.click('[aria-label="To the beginning"]');
      const trouble = () =>
        page.$eval('.event[aria-current]', (line) => line.classList.contains('trouble'));
      await tabTo(page, '#stage-panel', { back: true });
      await page.keyboard.press(']');
      assert.ok(await trouble());
      await page.keyboard.press('Home');
      assert.equal(await page.$eval('.scrub', ({ value }) => Number(value)), 0);
      await page.keyboard.press('End');
      assert.ok(await page.$eval('.scrub', ({ value, max }) => Math.abs(max - value) < 1e-6));
      await page.keyboard.press('2');
      await page.waitForSelector('[role=tree]');
      await tabTo(page, '#stage-panel');
      await page.keyboard.press('Space');
      await page.waitForSelector('[aria-label="Pause"]');
    }));

  it('plays on to the end by itself', () =>
    withPage(FIRST, {}, async (page) => {
      await runToEnd(page);
      await page.select('.speed select', '1');
      // On a busy machine it has come to the end before anybody could ask from here.
      const seen = await page.evaluateHandle(() => {
        const seen = { pause: false };
        const look = () => (seen.pause ||= document.querySelector('[aria-label="Pause"]') !== null);
        new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
        return seen;
      });
      await page.click('[aria-label="Play"]');
      await page.waitForFunction(({ pause }) => pause && document.querySelector('[aria-label="Play"]') !== null, { timeout: 30_000 }, seen);
      assert.match(await page.$eval('.scrub', (range) => range.ariaValueText), /, 0 tasks running/);
    }));

  for (const motion of ['no-preference', 'reduce']) {
    (motion === 'reduce' ? itInFull : it)(`waits while nobody sees the page; prefers-reduced-motion: ${motion}`, () =>
      withPage(FIRST, {}, async (page) => {
        await page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: motion }]);
        await runToEnd(page);
        await page.click('[aria-label="To the beginning"]');
        const hide = (isHidden) =>
          page.evaluate((value) => {
            Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
          }, isHidden);
        const at = () => page.$eval('.scrub', ({ value }) => Number(value));
        await hide(true);
        await page.click('[aria-label="Play"]');
        await page.waitForSelector('[aria-label="Pause"]');
        await page.evaluate(async () => {
          for (let frame = 0; frame < 10; frame += 1) await new Promise(requestAnimationFrame);
        });
        assert.equal(await at(), 0);
        await hide(false);
        await page.waitForFunction(() => Number(document.querySelector('.scrub').value) > 0);
      }));
  }

  it('goes where a line of the log is chosen, and the log shows one task alone', () =>
    withPage(`#${ids[1]}`, {}, async (page) => {
      await runToEnd(page);
      await page.click('#stage-log');
      await clickVisible(page, '[role=gridcell][aria-label*="timed out"]');
      await page.waitForSelector('.chip');
      const whose = await page.$$eval('.event-who', (names) => [
        ...new Set(names.map((name) => name.textContent)),
      ]);
      assert.equal(whose.length, 1);
      await page.click('.event-list li:first-child .event');
      assert.equal(
        await page.$eval('.event-list li:first-child .event', (line) => line.ariaCurrent),
        'step',
      );
      await page.click('.chip');
      assert.equal(await page.$('.chip'), null);
    }));
});

describe('the address', () => {
  itInFull('opens the example that it names', () =>
    withPage(`#${ids[4]}`, {}, async (page) => {
      assert.equal(await text(page, 'h1'), examples[4].title);
      await page.click(`.lessons a[href="#${ids[2]}"]`);
      await page.waitForFunction(
        (title) => document.querySelector('h1').textContent === title,
        {},
        examples[2].title,
      );
      await page.goBack();
      await page.waitForFunction(
        (title) => document.querySelector('h1').textContent === title,
        {},
        examples[4].title,
      );
    }));

  it('opens the first lesson when it names none that exists', () =>
    withPage('#no-such-example', {}, async (page) => {
      assert.match(await text(page, 'h1'), /^A1/);
    }));
});

describe('with the keyboard alone', () => {
  const focused = (page) =>
    page.evaluate(
      () =>
        document.activeElement.getAttribute('aria-label') ??
        document.activeElement.textContent.trim(),
    );

  it('an example is chosen, run, looked through and read as a table', () =>
    withPage(FIRST, {}, async (page) => {
      await page.keyboard.press('Tab');
      assert.equal(await focused(page), 'Skip to the lesson');
      await page.keyboard.press('Enter');
      assert.equal(await page.evaluate(() => document.activeElement.id), 'main');

      await tabTo(page, '[role=tab]', { word: 'JavaScript' });
      await page.keyboard.press('ArrowRight');
      assert.equal(await focused(page), 'Elixir');
      assert.match(await text(page, '#code-text'), /Task\.async\(fn ->/);
      await tabTo(page, '.run');
      await page.keyboard.press('Enter');
      await ended(page);

      await tabTo(page, '[role=gridcell]', { word: 'main, waiting' });
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      const lane = await focused(page);
      assert.match(lane, /^task .*then ok$/);
      await page.keyboard.press('Enter');
      assert.equal(await page.$eval('[role=gridcell]:focus', (cell) => cell.ariaSelected), 'true');

      await tabTo(page, '.stage-tabs [role=tab]');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await page.waitForSelector('#stage-log:focus');
      await tabTo(page, '.event'); // one line of the log, however many there are
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Enter');
      assert.equal(await page.evaluate(() => document.activeElement.ariaCurrent), 'step');

      await tabTo(page, '.scrub');
      const place = () => page.$eval('.scrub', ({ value }) => Number(value));
      await page.keyboard.press('Home');
      assert.equal(await place(), 0);
      await page.keyboard.press('.');
      assert.ok((await place()) > 0);

      await tabTo(page, '[name=tasks-as]', { back: true });
      await page.keyboard.press('ArrowRight');
      assert.ok(await page.$('.lanes-table'));
    }));

  it('Ctrl Enter runs from anywhere, and a runaway is stopped', () =>
    withPage(`#${RUNAWAY}`, {}, async (page) => {
      await tabTo(page, '.run', { back: true });
      await chord(page, 'Control+Enter');
      await page.waitForSelector('.slow');
      await tabTo(page, '.stop');
      await page.keyboard.press('Enter');
      assert.match(await ended(page), /^Stopped/);
    }));
});

describe('without motion', () => {
  it('playing goes from event to event', () =>
    withPage(
      FIRST,
      {
        before: (page) =>
          page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]),
      },
      async (page) => {
        await runToEnd(page);
        await page.click('#stage-log');
        await page.click('[aria-label="To the beginning"]');
        await page.click('[aria-label="Play"]');
        await page.waitForFunction(
          () => Number(document.querySelector('.clock output').textContent) > 0,
        );
        await page.click('[aria-label="Pause"]');
        const at = await text(page, '.clock output');
        const times = await page.$$eval('.event time', (all) =>
          all.map((time) => time.textContent),
        );
        assert.ok(times.includes(`+${at} s`), `${at} is the time of an event`);
      },
    ));
});
