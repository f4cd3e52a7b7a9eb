// The exercise as people meet it: in Chromium, by keyboard, on a phone.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openSources } from '../../web/tools/sources.mjs';
import { itInFull } from './in-full.mjs';
import { clickVisible, phone, tabTo, text, useSite, writeProgram } from './support.mjs';

const sources = await openSources();
const { readExercise } = await sources.load('/tools/exercise.ts');
const folder = fileURLToPath(new URL('../../web/exercise', import.meta.url));
const { exercise, texts } = readExercise(folder);
await sources.close();
const { reference, mutants } = exercise;

const shared = useSite();

const CHECKED = { timeout: 60_000 };

/** The exercise, as somebody meets it who was never here. */
function withExercise(options, use) {
  return shared.withPage('#H', options, async (page) => {
    await page.waitForSelector('.exercise-step');
    await use(page);
  });
}

/** Everything is kept in the storage of one origin: each test begins with none of it. */
beforeEach(() =>
  shared.withPage('', {}, (page) => page.evaluate(() => localStorage.clear())),
);

const steps = (page) => page.$$eval('.step-button', (all) => all.map(({ ariaLabel }) => ariaLabel));

const words = (page) => steps(page).then((all) => all.map((label) => label.split(', ').at(-1)));

const told = (page) => text(page, 'body > #page > [role=status]');

async function checkStep(page, step) {
  await page.evaluate((at) => document.querySelectorAll('.step-button')[at - 1].click(), step);
  await page.waitForFunction(
    (at) => document.querySelector('.check-row .primary').textContent.endsWith(String(at)),
    {},
    step,
  );
  await clickVisible(page, '.check-row .primary');
  await page.waitForFunction(
    (at) =>
      new RegExp(`^Step ${at} (passed|failed)`).test(
        document.querySelector('#page > [role=status]').textContent,
      ) && document.querySelector('.check-bar') === null,
    CHECKED,
    step,
  );
}

describe('the exercise', () => {
  it('is solved by keyboard alone, which is told and kept', () =>
    withExercise({}, async (page) => {
      assert.deepEqual(await words(page), ['open', 'open', 'open', 'open', 'open']);
      await tabTo(page, '.skip');
      await page.keyboard.press('Enter');
      await tabTo(page, '.link', { word: 'Plain text' });
      await page.keyboard.press('Enter');
      await page.waitForSelector('textarea.plain:focus');
      await page.keyboard.down('Control');
      await page.keyboard.press('KeyA');
      await page.keyboard.up('Control');
      await page.keyboard.sendCharacter(reference);
      assert.equal(await page.$eval('textarea.plain', ({ value }) => value), reference);
      await tabTo(page, '.check-row .button', { word: 'Check all', back: true });
      await page.keyboard.press('Enter');
      await page.waitForSelector('.check-bar progress');
      assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Check all');
      await page.waitForFunction(
        () => /^All steps pass/.test(document.querySelector('#page > [role=status]').textContent),
        CHECKED,
      );
      assert.equal(await told(page), 'All steps pass: 5 of 5 steps solved.');
      assert.match(await text(page, '.finding'), /Your tests caught 6 of 6/);
      assert.equal((await page.$$('.caught li')).length, 6);
      assert.deepEqual(await words(page), Array.from({ length: 5 }, () => 'passed'));
      assert.ok(await page.$('.lessons a[href="#H"] .bead-ok'));

      await page.reload({ waitUntil: 'networkidle0' });
      await page.waitForSelector('.exercise-step');
      assert.deepEqual(await words(page), Array.from({ length: 5 }, () => 'passed'));
      assert.ok(await page.$('.lessons a[href="#H"] .bead-ok'));
      assert.match(await text(page, '.code .tabs'), /edited/);
    }));

  it('opens a failed check on the stage, at the moment that it is about', () =>
    withExercise({}, async (page) => {
      await writeProgram(page, mutants[3].program);
      await checkStep(page, 3);
      assert.match(await words(page).then((all) => all[2]), /failed/);
      const [, seed, path] = /Seed (\d+): (\/\w+) was still running 400 ms after you returned/.exec(
        await text(page, '.finding-text'),
      );
      await tabTo(page, '.finding .button', { word: 'Watch it', back: true });
      await page.keyboard.press('Enter');
      await page.waitForSelector('.scrub:focus');
      assert.match(await told(page), new RegExp(`seed ${seed} of step 3`));
      assert.match(await page.$eval('.scrub', (range) => range.ariaValueText), /^799 ms, 1 task/);
      assert.match(await text(page, '.status'), /^Finished, 800 ms$/);
      assert.equal((await page.$$('.cell.picked')).length, 1);
      await clickVisible(page, '.chip');
      assert.match(await text(page, '.log'), new RegExp(`${path}\\s*asked`));
    }));

  itInFull('sends a failed check as a link, which finds the same failure', async () => {
    let sent = '';
    let found = '';
    await withExercise({}, async (page) => {
      await writeProgram(page, mutants[3].program);
      await checkStep(page, 3);
      found = await text(page, '.finding-text');
      assert.match(found, /^Seed \d+: /);
      await clickVisible(page, '.finding .button');
      await page.waitForSelector('.scrub:focus');
      await page.waitForFunction(() => /;e=3;c=/.test(location.hash));
      sent = await page.evaluate(() => location.hash);
      assert.doesNotMatch(sent, /;t=/, 'a run of a check is made by the check');
      await clickVisible(page, '.tool-share');
      await page.waitForSelector('dialog[open] .choice');
      assert.match(await text(page, 'dialog[open] .choice'), /^Copy link to this check$/);
    });
    await shared.withPage('', {}, (page) => page.evaluate(() => localStorage.clear()));
    await shared.withPage(sent, {}, async (page) => {
      await page.waitForSelector('.exercise-step');
      assert.match(await text(page, '#step-title'), /^Step 3/);
      assert.equal(await page.$('.finding'), null, 'nothing runs unasked');
      await clickVisible(page, '.check-row .primary');
      await page.waitForSelector('.finding', CHECKED);
      assert.equal(await text(page, '.finding-text'), found);
    });
    await shared.withPage(sent.replace('e=3', 'e=9'), {}, async (page) => {
      await page.waitForSelector('.exercise-step');
      assert.match(await text(page, '#step-title'), /^Step 5/, 'the last one that there is');
    });
  });

  itInFull('can be broken where it failed, and is then run as the check had run it', () =>
    withExercise({}, async (page) => {
      await writeProgram(page, mutants[3].program);
      await checkStep(page, 3);
      await clickVisible(page, '.finding .button');
      await page.waitForSelector('.scrub:focus');
      const ways = () =>
        page.$$eval('.break-ways button', (all) =>
          all.filter(({ ariaDisabled }) => ariaDisabled !== 'true').map((way) => way.textContent),
        );
      assert.ok((await ways()).length > 0, 'there is a way');
      await page.evaluate(() => {
        const way = [...document.querySelectorAll('.break-ways button')].find(
          ({ ariaDisabled }) => ariaDisabled !== 'true',
        );
        way.click();
      });
      await page.waitForFunction(() =>
        /simulated again/.test(document.querySelector('#page > [role=status]').textContent),
      );
      await page.waitForFunction(() =>
        /^(Finished|Failed)/.test(document.querySelector('.status').textContent),
      );
      await clickVisible(page, '#stage-results');
      assert.match(await text(page, '.results'), /check: aggregate\(\) has returned/);
    }));

  itInFull('judges tests by what they catch, and shows what they miss', () =>
    withExercise({}, async (page) => {
      await writeProgram(
        page,
        reference.replace("assert(network.running.length === 0, 'something still runs');", ''),
      );
      await checkStep(page, 5);
      assert.match(await text(page, '.finding-text'), /^Your tests caught 5 of 6\. .*Leaked task/);
      assert.deepEqual(
        await page.$$eval('.caught li', (all) =>
          all.filter(({ textContent }) => textContent.includes('not caught')).length,
        ),
        1,
      );
      assert.ok(await page.$('.finding .button'));
    }));

  it('goes on while it checks a program that never yields, which Stop ends', () =>
    withExercise({}, async (page) => {
      await writeProgram(page, 'export function aggregate() { for (;;) {} }');
      await clickVisible(page, '.check-row .primary');
      await page.waitForSelector('.check-bar');
      await page.click('.theme input[value=dark]');
      assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
      await page.click('.theme input[value=system]');
      await clickVisible(page, '.check-row .stop');
      await page.waitForFunction(() => document.querySelector('.check-bar') === null);
      assert.equal(await told(page), 'The check was stopped.');
      assert.equal(await page.$('.finding'), null);
      await writeProgram(page, reference);
      await checkStep(page, 1);
      assert.match(await told(page), /^Step 1 passed/);
    }));

  itInFull('ends such a program by itself, and says so', () =>
    withExercise({}, async (page) => {
      await writeProgram(page, 'export function aggregate() { for (;;) {} }');
      await checkStep(page, 1);
      assert.match(await text(page, '.finding-text'), /aggregate\(\) gave no sign of life for \d s/);
    }));

  itInFull('gives three hints, then the solution, which does not count as solved', () =>
    withExercise({}, async (page) => {
      for (let hint = 1; hint <= 3; hint += 1) {
        await clickVisible(page, '.assist .link');
        await page.waitForFunction(
          (count) => document.querySelectorAll('.hints li').length === count,
          {},
          hint,
        );
      }
      assert.equal(await page.$('.solution'), null);
      await clickVisible(page, '.assist .link');
      await page.waitForSelector('.solution .line');
      await writeProgram(page, reference);
      await checkStep(page, 1);
      assert.equal((await words(page))[0], 'passed with the solution');
      assert.match(await text(page, '.standing'), /^0 of 5 steps solved, 1 more with the solution/);
      assert.equal(await page.$('.lessons a[href="#H"] .bead-ok'), null);
    }));

  itInFull('begins again when that is wanted', () =>
    withExercise({}, async (page) => {
      page.on('dialog', (dialog) => dialog.accept());
      await writeProgram(page, reference);
      await checkStep(page, 1);
      await page.waitForSelector('.finding.passed');
      await clickVisible(page, '.standing .link');
      await page.waitForFunction(() => document.querySelector('.finding') === null);
      assert.deepEqual(await words(page), ['open', 'open', 'open', 'open', 'open']);
      assert.equal(
        await page.evaluate(() =>
          Object.keys(localStorage).filter((key) => key.startsWith('belay:edit:H')).length,
        ),
        0,
      );
      assert.equal(await page.$('.standing .link'), null);
    }));

  itInFull('runs on the stage as any lesson, and what has been checked outlives a look elsewhere', () =>
    withExercise({}, async (page) => {
      await checkStep(page, 1);
      await page.click('.lessons a[href="#A1"]');
      await page.waitForSelector('.predict');
      await page.click('.lessons a[href="#H"]');
      await page.waitForSelector('.finding.failed');
      await clickVisible(page, '.run');
      await page.waitForFunction(() =>
        /^Finished/.test(document.querySelector('.status').textContent),
      );
      assert.ok(!(await page.$('.lessons a[href="#H"] .bead-ok')), 'a run does not solve it');
    }));
});

describe('code of a link to the exercise', () => {
  itInFull('is neither run nor checked until that is asked for', () =>
    shared.withPage(
      '#v1;l=H;c=S60oyC8qUUjOzysuUchNzMxTsFXQ0FSwtVNQz09TKMlIVcjJzMtWt-YCAA',
      {},
      async (page) => {
        await page.waitForSelector('.notice .primary');
        await page.waitForSelector('.exercise-step');
        assert.equal(await page.$('.finding'), null);
        assert.equal(await text(page, '.status'), '');
        await checkStep(page, 1);
        assert.match(await text(page, '.finding-text'), /exports no function aggregate/);
        assert.match(await text(page, '.code .tabs'), /edited/);
      },
    ));
});

describe('the exercise on a phone', () => {
  it('is read, written and watched one at a time', () =>
    withExercise({ viewport: phone }, async (page) => {
      const visible = (selector) => page.$eval(selector, (element) => element.checkVisibility());
      assert.ok(await visible('.check-row'));
      assert.ok(!(await visible('.code')));
      await checkStep(page, 1);
      // It is scrolled to in an effect of its own: what was found does not lie behind the playhead.
      await page.waitForFunction(() => {
        const [foot, button] = ['.transport', '.finding .button'].map((selector) =>
          document.querySelector(selector).getBoundingClientRect(),
        );
        return button.bottom < foot.top;
      });
      await page.tap('.finding .button');
      await page.waitForFunction(() => document.querySelector('.tasks').checkVisibility());
      assert.ok(!(await visible('.check-row')));
      assert.match(await text(page, '.log'), /asked/);
    }));
});

describe('what the exercise weighs', () => {
  it('is no part of the first view, and at most 20,000 bytes, compressed', () => {
    const { folder: site } = shared.site;
    const html = readFileSync(join(site, 'index.html'), 'utf8');
    const own = readdirSync(join(site, 'assets')).filter((name) => /^Exercise-/.test(name));
    assert.equal(own.length, 2, 'a script and a style sheet');
    const size = own.reduce(
      (sum, name) => sum + gzipSync(readFileSync(join(site, 'assets', name)), { level: 9 }).length,
      0,
    );
    assert.ok(size > 5000 && size <= 20_000, `${size} bytes`);
    for (const name of own) {
      assert.ok(!html.includes(name), name);
    }
    assert.ok(!html.includes(texts.source.slice(-60)), 'nor is its text');
  });
});
