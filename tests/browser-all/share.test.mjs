// The share menu, the help, the lesson that is found, and what the page remembers.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  axeFindings,
  clickVisible,
  desk,
  ended,
  phone,
  runToEnd,
  scrub,
  tabTo,
  text,
  useSite,
  withAxe,
  writeProgram,
} from '../browser/support.mjs';

const shared = useSite();
const { withPage } = shared;

const press = (page, word) =>
  page.evaluate((wanted) => {
    [...document.querySelectorAll('dialog button, .notice button, .lessons button')]
      .find(({ textContent }) => textContent.startsWith(wanted))
      .click();
  }, word);

async function openShare(page) {
  await clickVisible(page, '.tool-share');
  await page.waitForSelector('dialog[open] .choice');
}

const said = (page, pattern) =>
  page.waitForFunction(
    (wanted) => new RegExp(wanted).test(document.querySelector('.dialog-said').textContent),
    {},
    pattern,
  );

/** Files that the page would save, as texts by name; none reaches the disk. */
const catchFiles = (page) =>
  page.evaluateOnNewDocument(() => {
    globalThis.saved = {};
    const blobs = new Map();
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob) => {
      const address = make.call(URL, blob);
      blobs.set(address, blob);
      return address;
    };
    HTMLAnchorElement.prototype.click = function () {
      blobs.get(this.href)?.text().then((content) => (globalThis.saved[this.download] = content));
    };
  });

async function savedFile(page, name) {
  await page.waitForFunction((wanted) => globalThis.saved[wanted] !== undefined, {}, name);
  return page.evaluate((wanted) => globalThis.saved[wanted], name);
}

const noClipboard = (page) =>
  page.evaluateOnNewDocument(() => {
    Object.defineProperty(navigator, 'clipboard', {
      value: { writeText: () => Promise.reject(new DOMException('denied', 'NotAllowedError')) },
    });
  });

const clipboard = (page) =>
  page.evaluateOnNewDocument(() => {
    Object.defineProperty(navigator, 'clipboard', {
      value: {
        async writeText(content) {
          globalThis.copied = content;
        },
      },
    });
  });

describe('the share menu', () => {
  it('copies a link to the run, and one to the moment, that lead there', () =>
    withPage('#B3', { before: clipboard }, async (page) => {
      await runToEnd(page);
      await scrub(page, 0.5);
      await openShare(page);
      await press(page, 'Copy link to this moment');
      await said(page, 'copied');
      const moment = await page.evaluate(() => globalThis.copied);
      assert.match(moment, /#v1;l=B3;t=\d+(\.\d+)?$/);
      await press(page, 'Copy link to this run');
      await page.waitForFunction(() => globalThis.copied.endsWith('#B3'));
      const at = await page.$eval('.scrub', ({ value }) => Number(value));
      await page.goto('about:blank');
      await page.goto(moment);
      await ended(page);
      await page.waitForFunction(
        (wanted) => Math.abs(Number(document.querySelector('.scrub').value) - wanted) < 1,
        {},
        at,
      );
    }));

  it('carries edited code, and says when that is too long', () =>
    withPage('#A1', { before: clipboard }, async (page) => {
      await writeProgram(page, "export const main = () => 'mine';\n");
      await openShare(page);
      await press(page, 'Copy link to this run');
      await page.waitForFunction(() => /;c=[\w-]+$/.test(globalThis.copied));
      await page.keyboard.press('Escape');
      await writeProgram(page, `// ${'x'.repeat(60_000)}\nexport const main = () => 1;\n`);
      await openShare(page);
      await press(page, 'Copy link to this run');
      await said(page, 'too long for a link');
    }));

  it('shows the link, selected, where copying is not allowed', () =>
    withPage('#B3', { before: noClipboard }, async (page) => {
      await runToEnd(page);
      await openShare(page);
      await press(page, 'Copy link to this moment');
      await page.waitForSelector('.by-hand:focus');
      const field = await page.evaluate(() => {
        const area = document.querySelector('.by-hand');
        return {
          focused: document.activeElement === area,
          selected: area.value.slice(area.selectionStart, area.selectionEnd),
        };
      });
      assert.ok(field.focused);
      assert.match(field.selected, /#v1;l=B3;t=end$/);
    }));

  it('copies the tasks as a table of text', () =>
    withPage('#B3', { before: clipboard }, async (page) => {
      await runToEnd(page);
      await openShare(page);
      await press(page, 'Copy as a text table');
      await said(page, 'copied');
      const table = await page.evaluate(() => globalThis.copied);
      assert.match(table, /^B3 Timeouts that kill \(seed \d+\), at its end/);
      assert.match(table, /^ +page 2 +0 ms +300 ms +timed out/m);
      assert.match(table, /^Returned \[/m);
      const [head, ...rows] = table.split('\n').slice(2, 9);
      for (const row of rows) assert.match(row.slice(head.indexOf('State')), /^[a-z]/, row);
    }));

  it('saves the picture as an SVG that stands alone', () =>
    withPage('#B3', { before: catchFiles }, async (page) => {
      await runToEnd(page);
      await openShare(page);
      await press(page, 'Save the picture');
      const picture = await savedFile(page, 'belay-B3-1.svg');
      const { root, texts, styled, wrong, dots } = await page.evaluate((content) => {
        const parsed = new DOMParser().parseFromString(content, 'image/svg+xml');
        return {
          root: parsed.documentElement.localName,
          texts: [...parsed.querySelectorAll('text')].map((element) => element.textContent),
          styled: [...parsed.querySelectorAll('rect')].filter((rect) => /fill: rgb/.test(rect.getAttribute('style'))).length,
          wrong: parsed.querySelectorAll('[class], [role=button], script, [onclick], foreignObject').length,
          dots: [document, parsed].map((all) => all.querySelectorAll('svg path[d="M-6 0h.1M0 0h.1M6 0h.1"]').length),
        };
      }, picture);
      assert.equal(root, 'svg');
      assert.ok(texts.includes('page 6'));
      assert.ok(styled > 10);
      assert.equal(wrong, 0);
      assert.ok(dots[0] > 0 && dots[1] === 0, `buttons of rows: ${dots}`);
    }));

  it('saves the trace as Perfetto reads it', () =>
    withPage('#B3', { before: catchFiles }, async (page) => {
      await runToEnd(page);
      await openShare(page);
      await press(page, 'Save the trace');
      const { traceEvents } = JSON.parse(await savedFile(page, 'belay-B3-1.json'));
      const names = traceEvents.filter(({ name }) => name === 'thread_name').map(({ args }) => args.name);
      assert.deepEqual(names.slice(0, 2), ['main', 'page 1']);
      const life = traceEvents.find(({ ph, name }) => ph === 'X' && name === 'page 2');
      assert.deepEqual([life.ts, life.dur, life.args.end], [0, 300_000, 'timed out']);
      const opened = traceEvents.filter(({ ph }) => ph === 'b');
      const closed = traceEvents.filter(({ ph }) => ph === 'e');
      assert.ok(opened.length > 0);
      for (const { id } of closed) assert.ok(opened.some((begun) => begun.id === id), id);
      for (const event of traceEvents) assert.ok(Number.isInteger(event.ts) && event.pid === 1);
      const most = Math.max(...traceEvents.filter(({ ph }) => ph === 'C').map(({ args }) => args.tasks));
      assert.equal(most, 4);
    }));

  it('is worked with the keyboard, and gives the focus back', () =>
    withPage('#B3', { before: clipboard }, async (page) => {
      await tabTo(page, '.tool-share');
      await page.keyboard.press('Enter');
      await page.waitForSelector('dialog[open] .choice');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await said(page, 'copied');
      await page.keyboard.press('Escape');
      await page.waitForFunction(() => document.querySelector('.dialog') === null);
      assert.ok(await page.evaluate(() => document.activeElement.classList.contains('tool-share')));
    }));
});

describe('a lesson', () => {
  const openFind = async (page) => {
    await page.keyboard.down('Control');
    await page.keyboard.press('k');
    await page.keyboard.up('Control');
    await page.waitForSelector('.find-field:focus');
  };

  it('is found by its words, from anywhere, with the keyboard alone', () =>
    withPage('#A1', {}, async (page) => {
      await openFind(page);
      await page.keyboard.type('back press');
      assert.deepEqual(
        await page.$$eval('.found li', (items) => items.map((item) => item.querySelector('span').textContent)),
        ['B4'],
      );
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.querySelector('h1').textContent.startsWith('B4'));
      await openFind(page);
      await page.keyboard.type('zzzz');
      assert.match(await text(page, '.dialog-said'), /No lesson/);
      await page.keyboard.press('Escape');
    }));

  it('is chosen with the arrows', () =>
    withPage('#A1', {}, async (page) => {
      await openFind(page);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      const chosen = await text(page, '.found [aria-selected=true] .lessons-mark');
      await page.keyboard.press('Enter');
      await page.waitForFunction((mark) => document.querySelector('h1').textContent.startsWith(mark), {}, chosen);
    }));
});

describe('other languages', () => {
  it('are taken along as a notebook and as scripts, with the seed and the knobs that are shown', () =>
    withPage('#v1;l=B1;s=7;k.limit=2', { before: catchFiles }, async (page) => {
      await ended(page);
      const take = (word) =>
        page.evaluate(
          (wanted) =>
            [...document.querySelectorAll('.take-along button')]
              .find(({ textContent }) => textContent.includes(wanted))
              .click(),
          word,
        );
      await page.click('#tab-elixir');
      await page.waitForSelector('.take-along button');
      await take('.livemd');
      const notebook = await savedFile(page, 'belay-B1.livemd');
      assert.match(notebook, /^# B1 A bounded stream\n/);
      assert.match(notebook, /"knobs" => %\{"limit" => 2, /);
      assert.match(notebook, /max_concurrency: Api\.knob\("limit"\)/);
      await take('.exs');
      assert.match(await savedFile(page, 'belay-B1.exs'), /IO\.inspect\(outcome/);
      await page.click('#tab-python');
      await take('.py');
      assert.match(await savedFile(page, 'belay-B1.py'), /asyncio\.run\(main\(/);
    }));
});

describe('the address', () => {
  it('is not written over while another one is about to be followed', () =>
    withPage('#A1', {}, async (page) => {
      await runToEnd(page);
      await page.waitForFunction(() => /^#v1;l=A1/.test(location.hash));
      await page.evaluate(() => {
        location.hash = 'B3';
        dispatchEvent(new Event('pagehide')); // writes at once, before hashchange is told
      });
      await page.waitForFunction(() => /^B3/.test(document.querySelector('h1').textContent), { timeout: 5000 });
    }));
});

describe('keys', () => {
  it('are all told, and those of one letter can be turned off for good', () =>
    withPage('#B3', {}, async (page) => {
      await runToEnd(page);
      await scrub(page, 0.5);
      const at = () => page.$eval('.scrub', ({ value }) => Number(value));
      await tabTo(page, '#stage-panel');
      const before = await at();
      await page.keyboard.press('.');
      assert.ok((await at()) > before);
      await page.keyboard.press('?');
      await page.waitForSelector('.help');
      assert.ok((await page.$$('.help kbd')).length > 15);
      await page.click('.help input');
      await page.keyboard.press('Escape');
      await tabTo(page, '#stage-panel');
      const there = await at();
      await page.keyboard.press('.');
      assert.equal(await at(), there);
      await page.keyboard.press('?');
      assert.equal(await page.$('.help'), null);
      await page.keyboard.press('Home');
      assert.equal(await at(), 0, 'keys with a name go on working');
      await page.reload();
      await page.waitForFunction(() => document.documentElement.dataset.alive === 'true');
      await tabTo(page, '#stage-panel');
      await page.keyboard.press('?');
      await clickVisible(page, '.tool-help');
      await page.waitForSelector('.help input');
      assert.equal(await page.$eval('.help input', ({ checked }) => checked), false);
    }));
});

describe('room', () => {
  it('is given to the text, to neither, or to the stage, and stays so', () =>
    withPage('#B3', {}, async (page) => {
      const widths = () =>
        page.evaluate(() =>
          ['.reading', '.stage'].map((part) => document.querySelector(part).getBoundingClientRect().width),
        );
      const [text1, stage1] = await widths();
      await page.click('.view input[value=read]');
      const [text2, stage2] = await widths();
      await page.click('.view input[value=stage]');
      const [text3, stage3] = await widths();
      assert.ok(text2 > text1 && text1 > text3);
      assert.ok(stage2 < stage1 && stage1 < stage3);
      await page.reload();
      await page.waitForFunction(() => document.documentElement.dataset.alive === 'true');
      assert.ok(await page.$eval('.view input[value=stage]', ({ checked }) => checked));
    }));
});

describe('reset all', () => {
  it('forgets runs and edits when it is confirmed, and keeps how the page looks', () =>
    withPage('#v1;l=B1;s=7', {}, async (page) => {
      await page.click('.theme input[value=dark]');
      await ended(page);
      await writeProgram(page, 'export const main = () => 1;\n');
      assert.match(await text(page, '.lessons-count'), /^1 of/);
      await press(page, 'Reset all');
      await page.waitForFunction(() => document.querySelector('.reset-all p') !== null);
      await press(page, 'Keep them');
      await page.waitForFunction(() => document.querySelector('.reset-all p') === null);
      await press(page, 'Reset all');
      await page.waitForFunction(() => document.querySelector('.reset-all p') !== null);
      await Promise.all([page.waitForNavigation(), press(page, 'Forget all')]);
      await page.waitForFunction(() => document.documentElement.dataset.alive === 'true');
      assert.match(await text(page, '.lessons-count'), /^0 of/);
      assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).toSorted()), ['belay:editor', 'belay:theme']);
      assert.equal(await page.evaluate(() => location.hash), '');
    }));
});

describe('a browser that keeps nothing', () => {
  it('is told of once, and all works', () =>
    withPage(
      '#A1',
      {
        before: (page) =>
          page.evaluateOnNewDocument(() => {
            Storage.prototype.setItem = () => {
              throw new DOMException('blocked', 'SecurityError');
            };
          }),
      },
      async (page) => {
        assert.match(await runToEnd(page), /^Finished/);
        await page.waitForSelector('.notice');
        assert.match(await text(page, '.notice'), /keeps nothing/);
        await press(page, 'Close');
        await runToEnd(page);
        assert.equal(await page.$('.notice'), null);
      },
    ));
});

describe('what opens over the page', () => {
  for (const [name, viewport, scheme] of [
    ['desk', desk, 'light'],
    ['phone', phone, 'dark'],
  ]) {
    it(`has nothing that axe finds, ${name}, ${scheme}`, () =>
      withPage('#v1;l=B3;zz=1', { viewport, scheme, ...withAxe }, async (page) => {
        await page.waitForSelector('.notice');
        assert.deepEqual(await axeFindings(page), [], 'with a notice');
        await openShare(page);
        assert.deepEqual(await axeFindings(page), [], 'share');
        await page.keyboard.press('Escape');
        for (const [key, selector] of [['find', '.find-field'], ['help', '.help']]) {
          await page.evaluate((tool) => document.querySelector(`.tool-${tool}`).click(), key);
          await page.waitForSelector(selector);
          assert.deepEqual(await axeFindings(page), [], key);
          assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
          await page.keyboard.press('Escape');
        }
      }));
  }
});
