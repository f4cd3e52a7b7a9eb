// The ways through the page in Firefox: each lesson, with the keyboard, links, wild programs.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openSources } from '../../web/tools/sources.mjs';
import {
  chord,
  clickVisible,
  ended,
  runToEnd,
  scrub,
  text,
  useSite,
  writeProgram,
} from '../browser/support.mjs';

const sources = await openSources();
const { readLessonFiles } = await sources.load('/tools/lessons.ts');
const ids = readLessonFiles(sources.lessons).map(({ id }) => id);
await sources.close();

const { withPage } = useSite('Firefox');

/** By how much the page is wider than its window, which has a scroll bar. */
const tooWide = (page) =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });

describe('each lesson in Firefox', () => {
  for (const id of ids) {
    it(`${id} runs to its end, is scrubbed, and nothing runs out of the side`, () =>
      withPage(`#${id}`, {}, async (page) => {
        assert.match(await runToEnd(page), /^(Finished|Failed)/);
        const cells = await page.$$eval('[role=gridcell]', (all) => all.length);
        assert.ok(cells > 0);
        for (const share of [0, 0.5, 1]) await scrub(page, share);
        for (const tab of ['results', 'tree', 'log']) {
          await page.evaluate((name) => document.getElementById(`stage-${name}`).click(), tab);
        }
        for (const width of [320, 390, 1280]) {
          await page.setViewport({ width, height: 844 });
          assert.equal(await tooWide(page), 0, `at ${width}`);
        }
      }));
  }
});

describe('with the keyboard alone in Firefox', () => {
  const focused = (page) =>
    page.evaluate(
      () =>
        document.activeElement.getAttribute('aria-label') ??
        document.activeElement.textContent.trim(),
    );
  /* Beyond the last element Firefox goes on in its own bars: what stands before is reached by going back. */
  const tabTo = async (page, wanted, { back = false } = {}) => {
    for (let presses = 0; presses < 200; presses += 1) {
      await chord(page, back ? 'Shift+Tab' : 'Tab');
      if (wanted.test((await focused(page)) ?? '')) return;
    }
    assert.fail(`Tab does not reach ${wanted}`);
  };

  it('a lesson is found, run, stepped, shared, and edited, and the editor is left', () =>
    withPage('#A1', {}, async (page) => {
      await page.keyboard.down('Control');
      await page.keyboard.press('k');
      await page.keyboard.up('Control');
      await page.waitForSelector('.find-field:focus');
      await page.keyboard.type('B3');
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.querySelector('h1').textContent.startsWith('B3'));
      await page.waitForFunction(() => document.querySelector('.dialog') === null);
      await page.keyboard.down('Control');
      await page.keyboard.press('Enter');
      await page.keyboard.up('Control');
      assert.match(await ended(page), /^Finished/);
      await tabTo(page, /^Time$/);
      await page.keyboard.press('Home');
      await page.keyboard.press('.');
      assert.ok((await page.$eval('.scrub', ({ value }) => Number(value))) > 0);
      await tabTo(page, /^Share$/, { back: true });
      await page.keyboard.press('Enter');
      await page.waitForSelector('dialog[open] .choice');
      await page.keyboard.press('Escape');
      await page.waitForFunction(() => document.querySelector('.dialog') === null);
      assert.equal(await focused(page), 'Share');
      await tabTo(page, /^Edit$/);
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.activeElement?.classList.contains('cm-content'));
      await page.keyboard.type('// here\n');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement.closest('.cm-editor')), null);
      assert.match(await text(page, '#tab-javascript'), /edited/);
    }));
});

describe('what fails in Firefox', () => {
  it('leads to the line on which it was made', () =>
    withPage('#A1', {}, async (page) => {
      await writeProgram(page, "export async function main({ Task, sleep }) {\n  await Task.await(Task.async(async () => {\n    await sleep(5);\n    throw new Error('here');\n  }));\n}\n");
      await runToEnd(page);
      assert.equal(await text(page, '.printed .line-link'), 'line 4');
      await page.$eval('.printed .line-link', (link) => link.click());
      await page.waitForSelector('textarea.plain:focus');
      const chosen = await page.$eval('textarea.plain', ({ value, selectionStart, selectionEnd }) => value.slice(selectionStart, selectionEnd));
      assert.equal(chosen.trim(), "throw new Error('here');");
    }));
});

describe('programs that go wild in Firefox', () => {
  const storms = {
    'spins': ['export function main() { for (;;); }', /^Stopped/],
    'waits for ever without waiting': [
      'export async function main() { for (;;) await null; }',
      /^Stopped/,
    ],
    'sets timers without end': [
      'export function main({ sleep }) { const tick = () => setTimeout(tick, 1); tick(); return sleep(1e9); }',
      /^(Stopped|Failed)/,
    ],
  };
  for (const [name, [source, wanted]] of Object.entries(storms)) {
    it(`one that ${name} is stopped, and the next one runs`, () =>
      withPage('#A1', {}, async (page) => {
        await writeProgram(page, source);
        await clickVisible(page, '.run');
        const slow = await page.waitForSelector('.slow .stop', { timeout: 10_000 }).catch(() => null);
        await slow?.click();
        assert.match(await ended(page), wanted);
        await writeProgram(page, 'export const main = () => 7;\n');
        assert.match(await runToEnd(page), /^Finished/);
        assert.equal(await text(page, '.returned'), '7');
      }));
  }
});

describe('links in Firefox', () => {
  it('lead to the moment and back', () =>
    withPage('#v1;l=B3;s=5;k.limit=2;t=300', {}, async (page) => {
      await ended(page);
      await page.waitForFunction(
        () => Math.abs(Number(document.querySelector('.scrub').value) - 300) < 1,
      );
      await page.waitForFunction(() => location.hash === '#v1;l=B3;s=5;k.limit=2;t=300');
    }));

  it('that are hostile open a lesson and do nothing', () =>
    withPage('#v1;l=A1;s=%3Cimg%20src%3Dx%20onerror%3D%22hit%3D1%22%3E;c=AAAA', {}, async (page) => {
      await page.waitForSelector('.notice');
      assert.match(await text(page, '.notice'), /Not all of the link/);
      assert.equal(await page.evaluate(() => globalThis.hit), undefined);
      assert.equal(await page.$('.notices img'), null);
    }));
});
