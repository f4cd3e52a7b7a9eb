// The lessons as people meet them: guess, run, turn the knobs, read the others.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { itInFull } from './in-full.mjs';
import { clickVisible, ended, phone, runToEnd, scrub, tabTo, text, useSite } from './support.mjs';

const { withPage } = useSite();

const cells = (page) => page.$$eval('[role=gridcell]', (all) => all.map((cell) => cell.ariaLabel));

describe('a lesson', () => {
  it('is guessed, run, and then tells its rule', () =>
    withPage('#A1', {}, async (page) => {
      assert.equal(await text(page, '.status'), 'Ready to run');
      assert.equal(await page.$('.takeaway'), null);
      await page.click('.predict label:nth-of-type(1) input');
      await page.click('.predict button');
      assert.match(await text(page, '.because'), /^Not so\./);
      assert.deepEqual(
        await page.$$eval('.predict .verdict-word', (words) =>
          words.map(({ textContent }) => textContent),
        ),
        ['your guess', 'right'],
      );
      assert.match(await text(page, '.takeaway .rule'), /slowest, not the sum/);
      assert.match(await runToEnd(page), /^Finished, 300 ms/);
      assert.match(await text(page, '.results'), /'3 users', '12 orders', '7 in stock'/);
      assert.match(await text(page, '.lessons-count'), /^1 of/);
      await page.reload({ waitUntil: 'networkidle0' });
      assert.match(await text(page, '.lessons-count'), /^1 of/, 'which is kept');
    }));

  it('is played from its beginning when it is run', () =>
    withPage('#B3', {}, async (page) => {
      await clickVisible(page, '.run');
      await ended(page);
      await page.waitForSelector('[aria-label="Pause"]');
      assert.ok(await page.$eval('.scrub', ({ value, max }) => Number(value) < Number(max)));
    }));

  it('runs again when a knob is turned, and stays where it was', () =>
    withPage('#B1', {}, async (page) => {
      await runToEnd(page);
      const limit = () => text(page, '.flight-label');
      assert.equal(await limit(), '4 of 4');
      await scrub(page, 0.5);
      const before = await page.$eval('.scrub', ({ value }) => Number(value));
      await page.evaluate(() => {
        const range = document.querySelector('#knob-limit');
        range.value = '2';
        range.dispatchEvent(new Event('input', { bubbles: true }));
      });
      await page.waitForFunction(
        () => document.querySelector('.flight-label').textContent === '2 of 2',
      );
      assert.equal(await page.$eval('.scrub', ({ value }) => Number(value)), before);
      assert.equal(await page.$eval('.knob-number input', ({ value }) => value), '2');
      await clickVisible(page, '.knobs .link:not(.knobs-open)');
      await page.waitForFunction(
        () => document.querySelector('.flight-label').textContent === '4 of 4',
      );
    }));

  itInFull('draws each request as before when only the limit changes, and anew with another seed', () =>
    withPage('#B1', {}, async (page) => {
      const widths = async () => {
        await runToEnd(page);
        return (await cells(page)).flatMap((label) => {
          const [, from, to] = /^page \d+, waiting (\d+) ms to (\d+) ms/.exec(label) ?? [];
          return from === undefined ? [] : [to - from];
        });
      };
      const four = await widths();
      await page.$eval('#knob-limit', (range) => {
        range.value = '12';
        range.dispatchEvent(new Event('input', { bubbles: true }));
      });
      assert.deepEqual(await widths(), four);
      await page.click('[aria-label="New seed"]');
      assert.notDeepEqual(await widths(), four);
      assert.notEqual(await page.$eval('.seed input', ({ value }) => value), '1');
    }));

  it('fails on purpose, and the failure is shown where it belongs', () =>
    withPage('#B3', {}, async (page) => {
      await page.select('#knob-onTimeout', 'exit');
      await page.waitForFunction(() =>
        /^Failed/.test(document.querySelector('.status').textContent),
      );
      await clickVisible(page, '[aria-label="To the end"]');
      assert.match(await text(page, '.results'), /The program threw\s+TimeoutError/);
      assert.ok(
        (await cells(page)).some((label) => /then (killed|died by a link|timed out)/.test(label)),
      );
    }));

  it('says of the Elixir and the Python what the record says', () =>
    withPage('#A4', {}, async (page) => {
      await page.click('#tab-elixir');
      await page.waitForSelector('.badge');
      assert.match(await text(page, '.badge'), /^≠ Elixir 1\.\d+.*The reply is one message/);
      await page.click('.lessons a[href="#B3"]');
      await page.waitForFunction(() => /^B3/.test(document.querySelector('h1').textContent));
      await page.waitForSelector('.badge.same'); // its texts come after its title
      assert.match(await text(page, '.badge'), /^= Elixir 1\.\d+ ✓/);
      await page.click('#tab-python');
      assert.match(await text(page, '.badge'), /^= Python 3\.\d+ ✓/);
    }));

  it('dims what was proved where knobs, seed or code are others', () =>
    withPage('#B3', {}, async (page) => {
      const shows = async (kind, sentence, why) => {
        await page.waitForSelector(`.badge.${kind}`);
        assert.match(await text(page, '.badge'), sentence, why);
        assert.equal((await page.$$('.badge')).length, 1, why);
      };
      const isProved = (why) =>
        shows('same', /^= Elixir 1\.\d+ ✓\s*executed; its outcome is the same$/, why);
      const isDimmed = (why) =>
        shows(
          'past',
          /^= Elixir 1\.\d+ ✓\s*was proved for the lesson's own knobs, seed and code: executed/,
          why,
        );
      const reset = () =>
        page.evaluate(() =>
          [...document.querySelectorAll('.knobs button')]
            .find(({ textContent }) => textContent.trim() === 'Reset')
            .click(),
        );
      await page.click('#tab-elixir');
      await isProved('its own settings');
      await page.select('#knob-onTimeout', 'exit');
      await isProved('settings that were proved as well');
      await page.$eval('#knob-limit', (range) => {
        range.value = '1';
        range.dispatchEvent(new Event('input', { bubbles: true }));
      });
      await isDimmed('a knob');
      await page.click('#tab-all');
      await page.waitForSelector('.code-all .badge.past');
      assert.equal((await page.$$('.code-all .badge.past')).length, 2, 'in both languages');
      await page.click('#tab-elixir');
      await reset();
      await isProved('its own knobs again');
      await page.click('[aria-label="New seed"]');
      await isDimmed('a seed');
      await reset();
      await isProved('its own seed again');
      await page.click('#tab-javascript');
      await page.evaluate(() =>
        [...document.querySelectorAll('.code-foot button')]
          .find(({ textContent }) => textContent === 'Plain text')
          .click(),
      );
      await page.waitForSelector('textarea.plain');
      await page.type('textarea.plain', '// mine');
      await page.click('#tab-elixir');
      await isDimmed('code');
    }));

  itInFull('dims what was proved where the run is broken', () =>
    withPage('#v1;l=B3;x=640.2.kill.12.1', {}, async (page) => {
      await page.click('#tab-python');
      await page.waitForSelector('.badge.past');
    }));

  it('lights up the region that is at work, in every language', () =>
    withPage('#A3', {}, async (page) => {
      await runToEnd(page);
      const isLit = (wanted) =>
        page.waitForFunction(
          (line) =>
            [...document.querySelectorAll('.line.lit')].some(
              ({ textContent }) => textContent.trim() === line,
            ),
          {},
          wanted,
        );
      await scrub(page, 0.5);
      await isLit('await sleep(300);');
      await page.click('#tab-elixir');
      await isLit('Process.sleep(300)');
      await scrub(page, 1);
      await isLit('{:DOWN, ^ref, :process, ^caller, reason} -> reason');

      await page.click('#tab-python');
      await page.keyboard.press('ArrowRight');
      assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), 'All');
      await page.waitForSelector('.code-all .line');
      const names = await page.$$eval('.code-all h2', (all) => all.map(({ firstChild }) => firstChild.textContent));
      assert.deepEqual(names, ['JavaScript', 'Elixir', 'Python']);
      assert.equal((await page.$$('.code-all .badge')).length, 2);
      await scrub(page, 0.5);
      for (const line of ['await sleep(300);', 'Process.sleep(300)', 'await asyncio.sleep(0.3)']) {
        await isLit(line);
      }
    }));

  itInFull('draws restarts and how many are left, ties, refusals and grace', async () => {
    await withPage('#C3', {}, async (page) => {
      await runToEnd(page);
      const gauge = () => text(page, '.gauge text');
      assert.equal(await gauge(), '3 of 3 restarts in 5 s: gave up');
      await scrub(page, 0.6);
      assert.equal(await gauge(), '2 of 3 restarts in 5 s');
      assert.equal((await page.$$('.lanes .event-mark')).length, 3);
      assert.ok(
        (await cells(page)).some((label) => /^pool, .*started feed again at 100 ms/.test(label)),
      );
      await page.click('#stage-tree');
      assert.match(await text(page, '.tree'), /pool.*2 of 3 restarts in 5 s/);
      await page.click('.tasks .switch label:nth-of-type(2)');
      assert.match(await text(page, '.lanes-table'), /2 of 3 restarts in 5 s/);
    });
    await withPage('#D1', {}, async (page) => {
      await runToEnd(page);
      const count = async (selector) => (await page.$$(`.lanes ${selector}`)).length;
      assert.deepEqual(
        [await count('.tie.link'), await count('.tie.monitor'), await count('.tie.exit')],
        [1, 1, 2],
      );
      await page.click('.lessons a[href="#C4"]');
      await page.waitForFunction(() => /^C4/.test(document.querySelector('h1').textContent));
      await runToEnd(page);
      assert.deepEqual([await count('.refused'), await count('.flight-limit')], [2, 1]);
      await page.click('.lessons a[href="#C5"]');
      await page.waitForFunction(() => /^C5/.test(document.querySelector('h1').textContent));
      await runToEnd(page);
      assert.deepEqual([await count('rect.grace'), await count('.tie.kill')], [2, 2]);
    });
  });

  itInFull('counts what is left over, in the picture and in the table', () =>
    withPage('#G3', {}, async (page) => {
      await runToEnd(page);
      const labels = () =>
        page.$$eval('.flight-label', (all) => all.map(({ textContent }) => textContent));
      assert.deepEqual(await labels(), ['at most 4', 'left over 3']);
      assert.match(await text(page, '.facts'), /at most 4 at once; at most 3 left over\./);
      await scrub(page, 0.3);
      assert.doesNotMatch(await text(page, '.results'), /stillRunning/);
      await scrub(page, 0.5);
      assert.match(await text(page, '.results'), /stillRunning: 3/, 'main has returned by then');
      await clickVisible(page, '.tasks .switch label:nth-of-type(2) input');
      assert.match(await text(page, '.lanes-table caption'), /^State at 625 ms:.*, 3 left over$/);
      await clickVisible(page, '.tasks .switch label:nth-of-type(1) input');
      await clickVisible(page, '#knob-cancel');
      await page.waitForFunction(() => document.querySelectorAll('.flight-label').length === 1);
    }));

  itInFull('is at its end when the playhead is drawn there', () =>
    withPage('#A4', {}, async (page) => {
      await runToEnd(page);
      await scrub(page, 0.5);
      assert.doesNotMatch(await text(page, '.results'), /OwnerError/);
      await scrub(page, 1);
      assert.match(await text(page, '.results'), /stranger: 'OwnerError'/);
    }));

  itInFull('shows who belongs to whom at the playhead', () =>
    withPage('#A3', {}, async (page) => {
      await runToEnd(page);
      await page.click('#stage-tree');
      await scrub(page, 0.5);
      const items = () =>
        page.$$eval('[role=treeitem]', (all) =>
          all.map((item) => [item.ariaLevel, item.querySelector('.tree-label').textContent]),
        );
      assert.deepEqual(await items(), [
        ['1', 'main'],
        ['1', 'caller'],
        ['2', 'work'],
        ['2', 'boom'],
      ]);
      await tabTo(page, '[role=treeitem]');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowRight');
      assert.equal(
        await page.evaluate(() => document.activeElement.querySelector('.tree-label').textContent),
        'work',
      );
    }));
});

describe('a lesson on a phone', () => {
  it('has its question, its code and its run one at a time, and its knobs when they are asked for', () =>
    withPage('#B1', { viewport: phone }, async (page) => {
      const visible = (selector) => page.$eval(selector, (element) => element.checkVisibility());
      await page.waitForSelector('.predict');
      assert.ok(await visible('.predict'));
      assert.ok(!(await visible('.tasks')));
      await clickVisible(page, '.transport .run');
      await ended(page);
      assert.ok(await visible('.lanes'));
      assert.match(await text(page, '.knobs-summary'), /^At once 4 · Pages 12/);
      assert.ok(!(await visible('#knob-limit')));
      await page.tap('.knobs-open');
      assert.ok(await visible('#knob-limit'));
    }));
});
