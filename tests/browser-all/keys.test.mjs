// All keys that the help lists, by the list itself, and the ways that are gone with them
// alone. Nothing here is clicked or given the focus by a script.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chord, ended, tabTo, text, useSite } from '../browser/support.mjs';

const { withPage } = useSite();

const press = (page, key) => page.keyboard.press(key);
const at = (page) => page.$eval('.scrub', ({ value }) => Number(value));
const focused = (page) => page.evaluate(() => document.activeElement.ariaLabel ?? '');
const gone = (page, selector) =>
  page.waitForFunction((wanted) => document.querySelector(wanted) === null, {}, selector);
const chips = (page) => page.$$eval('.transport > .break .break-chip', (all) => all.length);
const chipsAre = (page, count) =>
  page.waitForFunction(
    (wanted) =>
      document.querySelectorAll('.transport > .break .break-chip').length === wanted &&
      !/^Running/.test(document.querySelector('.status').textContent),
    {},
    count,
  );
const current = (page, part) =>
  page.$eval('.event[aria-current]', (line, of) => line.querySelector(of)?.textContent ?? '', part);

async function runByKeys(page) {
  await chord(page, 'Control+Enter');
  await ended(page);
  await tabTo(page, '.scrub');
  await press(page, 'End');
}

/** With the log open and the focus on the playhead, at its beginning. */
async function toBeginning(page) {
  await tabTo(page, '.scrub');
  await press(page, '3');
  await page.waitForSelector('#stage-log[aria-selected=true]');
  await press(page, 'Home');
  assert.equal(await at(page), 0);
}

/** The focus is on the last row of the picture. */
async function toLast(page) {
  await tabTo(page, '[role=gridcell]', { back: true });
  await press(page, 'End');
}

async function closeMenu(page) {
  await page.waitForSelector('.break-menu [role=menu]');
  await press(page, 'Escape');
  await gone(page, '.break-menu');
}

/** What each key does, by the names that the help has for them: several together, one after the other. */
const deeds = {
  'Ctrl Enter': (page) => runByKeys(page),
  'Ctrl K': async (page) => {
    await chord(page, 'Control+k');
    await page.waitForSelector('dialog[open] input');
    await press(page, 'Escape');
    await gone(page, 'dialog[open]');
  },
  'Ctrl Z, Ctrl Shift Z': async (page) => {
    await toBeginning(page);
    await toLast(page);
    await press(page, 'Enter'); // chosen, and at its end: the event before, it is alive
    await press(page, ',');
    await press(page, 'b');
    await page.waitForSelector('.break-menu [role=menu]');
    await press(page, 'Enter');
    await chipsAre(page, 1);
    await chord(page, 'Control+z');
    await chipsAre(page, 0);
    await chord(page, 'Control+Shift+z');
    await chipsAre(page, 1);
    await chord(page, 'Control+z');
    await chipsAre(page, 0);
    await toLast(page);
    await press(page, 'Enter');
    await gone(page, '.chip');
  },
  '?': async (page) => {
    await press(page, '?');
    await page.waitForSelector('dialog[open] .help');
    await press(page, 'Escape');
    await gone(page, 'dialog[open]');
  },
  'Esc, Tab': async (page) => {
    await tabTo(page, '.code-foot .link', { word: 'Edit' });
    await press(page, 'Enter');
    await page.waitForSelector('.cm-content:focus');
    await press(page, 'x');
    await press(page, 'Escape');
    await press(page, 'Tab');
    assert.equal(await page.evaluate(() => document.activeElement.closest('.cm-editor')), null);
    await tabTo(page, '.code-foot .link', { word: 'Reset' });
    await press(page, 'Enter');
  },
  Space: async (page) => {
    await toBeginning(page);
    await press(page, 'Space');
    await page.waitForSelector('[aria-label="Pause"]');
    await press(page, 'Space');
    await page.waitForSelector('[aria-label="Play"]');
  },
  ',, .': async (page) => {
    await toBeginning(page);
    const places = [];
    for (const key of ['.', '.', ',']) {
      await press(page, key);
      places.push(await at(page));
    }
    assert.ok(places[0] > 0 && places[1] > places[0] && places[2] === places[0], String(places));
  },
  '<, >': async (page) => {
    await toLast(page);
    await press(page, 'Enter');
    const whose = (await focused(page)).split(',')[0];
    await page.waitForSelector('.chip'); // the log shows it alone
    const end = await at(page);
    await press(page, '<');
    const before = await at(page);
    assert.ok(before < end, `${before} of ${end}`);
    assert.equal(await current(page, '.event-who'), whose);
    await press(page, '>');
    assert.equal(await at(page), end);
    await press(page, 'Enter');
    await gone(page, '.chip');
  },
  '[, ]': async (page) => {
    await toBeginning(page);
    const isTrouble = () =>
      page.$eval('.event[aria-current]', ({ classList }) => classList.contains('trouble'));
    await press(page, ']');
    const first = await at(page);
    assert.ok(await isTrouble());
    await press(page, ']');
    assert.ok((await at(page)) > first);
    await press(page, '[');
    assert.equal(await at(page), first);
    assert.ok(await isTrouble());
  },
  'Home, End': async (page) => {
    await toBeginning(page);
    await press(page, 'End');
    assert.ok(await page.$eval('.scrub', ({ value, max }) => Math.abs(max - value) < 1e-6));
  },
  '-, =': async (page) => {
    await toBeginning(page);
    const speed = () => page.$eval('.speed select', ({ value }) => Number(value));
    const usual = await speed();
    await press(page, '=');
    const faster = await speed();
    await press(page, '-');
    assert.ok(faster > usual, `${faster} of ${usual}`);
    assert.equal(await speed(), usual);
  },
  '+, _, 0': async (page) => {
    await toBeginning(page);
    const shown = () => page.evaluate(() => document.querySelector('.window')?.ariaValueText ?? 'all of it');
    const changed = async (key, before) => {
      await press(page, key);
      await page.waitForFunction(
        (was) => (document.querySelector('.window')?.ariaValueText ?? 'all of it') !== was,
        {},
        before,
      );
      return shown();
    };
    const half = await changed('+', 'all of it');
    await changed('+', half);
    assert.equal(await changed('_', await shown()), half);
    assert.equal(await changed('0', half), 'all of it');
  },
  r: async (page) => {
    await toBeginning(page);
    const seed = () => page.$eval('.seed input', ({ value }) => value);
    const before = await seed();
    await press(page, 'r');
    await page.waitForFunction(
      (was) => document.querySelector('.seed input').value !== was,
      {},
      before,
    );
    await ended(page);
  },
  b: async (page) => {
    await toBeginning(page);
    await press(page, 'b');
    await closeMenu(page);
  },
  '↑, ↓, ←, →': async (page) => {
    await tabTo(page, '[role=gridcell]', { back: true });
    await press(page, 'Home');
    const first = await focused(page);
    await press(page, 'ArrowDown');
    assert.notEqual(await focused(page), first);
    await press(page, 'ArrowUp');
    assert.equal(await focused(page), first);
    /* On the lane of one that was started again there are several. */
    let before;
    let after;
    do {
      await press(page, 'ArrowDown');
      before = await focused(page);
      await press(page, 'ArrowRight');
      after = await focused(page);
    } while (after === before && !(await page.$('[role=row]:last-child > [role=gridcell]:focus')));
    assert.notEqual(after, before, 'no lane has several');
    await press(page, 'ArrowLeft');
    assert.equal(await focused(page), before);
  },
  Enter: async (page) => {
    await toLast(page);
    await press(page, 'Enter');
    assert.equal(await page.$eval('[role=gridcell]:focus', (cell) => cell.ariaSelected), 'true');
    await press(page, 'Enter');
    assert.equal(await page.$eval('[role=gridcell]:focus', (cell) => cell.ariaSelected), 'false');
  },
  'Shift F10': async (page) => {
    for (const keys of ['Shift+F10', 'ContextMenu']) {
      await tabTo(page, '[role=gridcell]', { back: true });
      await chord(page, keys);
      await closeMenu(page);
    }
  },
};

describe('with keys alone', () => {
  it('each that the help lists does what it says, and digits choose a tab', () =>
    withPage('#C2', {}, async (page) => {
      await runByKeys(page);
      await press(page, '?');
      await page.waitForSelector('dialog[open] .help kbd');
      const listed = await page.$$eval('.help dt:has(kbd)', (all) =>
        all.map((dt) => [...dt.querySelectorAll('kbd')].map((kbd) => kbd.textContent).join(', ')),
      );
      await press(page, 'Escape');
      await gone(page, 'dialog[open]');
      assert.deepEqual(listed, Object.keys(deeds));
      for (const [keys, deed] of Object.entries(deeds)) {
        await deed(page).catch((cause) => {
          throw new Error(`${keys}: ${cause.message}`, { cause });
        });
      }
      await tabTo(page, '.scrub');
      for (const [index, id] of ['results', 'tree', 'log', 'seeds', 'compare'].entries()) {
        await press(page, String(index + 1));
        await page.waitForSelector(`#stage-${id}[aria-selected=true]`);
      }
      assert.equal(await chips(page), 0);
    }));

  it('a run is shared: the menu is reached, and what it offers', () =>
    withPage('#B3', {}, async (page) => {
      await runByKeys(page);
      await tabTo(page, '.tool-share', { back: true });
      await press(page, 'Enter');
      await page.waitForSelector('dialog[open] .choice');
      await tabTo(page, 'dialog .choice', { word: 'Copy link to this run' });
      await press(page, 'Enter');
      await page.waitForFunction(() => document.querySelector('.dialog-said').textContent !== '');
      assert.match(await text(page, '.dialog-said'), /copied|link/i);
      await press(page, 'Escape');
      await gone(page, 'dialog[open]');
    }));
});
