// From something that failed to the line on which its error was made.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load } from '../browser/engine.mjs';
import { axeFindings, chord, clickVisible, ended, phone, pressCodeLink, runToEnd, tabTo, text, useSite, withAxe, writeProgram } from '../browser/support.mjs';

const { runInNode } = await load('/src/engine/node.ts');
const { isEvent } = await load('/src/engine/messages.ts');
const { traceHash } = await load('/src/model/hash.ts');

const run = (source, more = {}) =>
  runInNode({ program: { source, files: {}, ...more }, seed: 1, world: null, knobs: {} });
const failed = (events, type) => events.filter((event) => event.type === type).map(({ reason }) => reason);

describe('the line of an error', () => {
  it('is that on which it was made, outside of tasks and in one, and is carried along', async () => {
    const { events, outcome } = await run(`import { Task } from 'belay-tasks';
      const fail = () => {
        throw new Error('here');
      };
      export async function main() {
        await Task.await(Task.async(async () => fail(), { label: 'one' }));
      }`);
    assert.deepEqual([outcome.kind, outcome.reason.line], ['threw', 3]);
    assert.deepEqual(failed(events, 'settled').map(({ line }) => line), [3]);
    const again = events.map((event) =>
      event.reason === undefined ? event : { ...event, reason: { word: event.reason.word, text: event.reason.text } },
    );
    assert.notDeepEqual(again, events);
    assert.equal(traceHash(again), traceHash(events), 'no part of what a run is told by');
  });

  it('is that of the cause where it has none of its own', async () => {
    const { outcome } = await run(`export function main() {
      const cause = new Error('below');
      throw Object.assign(Object.create(Error.prototype, { cause: { value: cause } }), { message: 'above' });
    }`);
    assert.equal(outcome.reason.line, 2);
  });

  it('is one of the program, also when something else runs it', async () => {
    const { outcome } = await run('export const work = () => {\n  null.gone;\n};', {
      harness: "import { work } from './program.js';\n\n\n\nexport const main = () => work();",
    });
    assert.equal(outcome.reason.line, 2);
  });

  it('is none for what is no error, what the library ends, and what tells nonsense', async () => {
    for (const thrown of [
      "'a text'",
      'undefined',
      "Object.defineProperty(new Error('x'), 'stack', { get() { throw new Error('no'); } })",
      "Object.assign(new Error('x'), { stack: 7 })",
      "Object.assign(new Error('x'), { stack: 'at nowhere:0:0' })",
    ]) {
      const { outcome } = await run(`export function main() { throw ${thrown}; }`);
      assert.equal(outcome.kind, 'threw');
      assert.ok(!('line' in outcome.reason), thrown);
    }
    const { events } = await run(`export async function main({ Task, sleep }) {
      await Task.shutdown(Task.async(() => sleep(1000)), 'brutalKill');
    }`);
    assert.deepEqual(failed(events, 'settled').map(({ line }) => line), [undefined]);
  });

  it('is looked for in no more errors than a run may be held up by', async () => {
    const { events } = await run(`export async function main({ TaskSupervisor, sleep }) {
      const pool = TaskSupervisor.start({});
      for (let n = 0; n < 1100; n += 1) TaskSupervisor.startChild(pool, () => { throw new Error('x'); });
      await sleep(10);
    }`);
    const lines = failed(events, 'settled').filter(({ line }) => line !== undefined);
    assert.ok(lines.length > 400 && lines.length <= 1000, `${lines.length}`);
  });

  it('is a number when a worker tells it, or the worker is not believed', () => {
    const event = (line) => ({ type: 'threw', time: 0, reason: { word: null, text: 'x', line } });
    for (const line of [1, 12, undefined]) assert.ok(isEvent(event(line)), String(line));
    for (const line of ['1', 0, -1, 1.5, {}, Number.NaN]) assert.ok(!isEvent(event(line)), String(line));
  });
});

const { withPage } = useSite();
const selected = (page) =>
  page.$eval('textarea.plain', ({ value, selectionStart, selectionEnd }) => value.slice(selectionStart, selectionEnd).trim());

const LONG = `// a program\n${'\n'.repeat(60)}export function main() {\n  throw new Error('far down');\n}\n`;

describe('from a failure', () => {
  it('the keyboard leads to the line, in the lesson as it is', () =>
    withPage('#E3', withAxe, async (page) => {
      await chord(page, 'Control+Enter');
      await ended(page);
      await tabTo(page, '.scrub');
      await page.keyboard.press('End');
      await page.keyboard.press('3');
      await page.waitForSelector('.event');
      await page.keyboard.press('[');
      for (let tries = 0; (await page.$('.event[aria-current] + .line-link')) === null; tries += 1) {
        assert.ok(tries < 20, 'no trouble with a line');
        await page.keyboard.press('[');
      }
      const name = await page.$eval('.event[aria-current] + .line-link', ({ ariaLabel }) => ariaLabel);
      const line = Number(/^Line (\d+), to where it was thrown$/.exec(name)[1]);
      await tabTo(page, '.line-link', { back: true });
      assert.deepEqual(await axeFindings(page), []);
      await page.keyboard.press('Enter');
      await page.waitForSelector('.line.thrown:focus');
      const [at, says] = await page.$$eval('#code-text .line', (lines) => {
        const found = lines.findIndex(({ classList }) => classList.contains('thrown'));
        return [found + 1, lines[found].textContent];
      });
      assert.equal(at, line);
      assert.match(says, /throw |Error\(/);
      const [box, row] = await page.evaluate(() =>
        ['#code-text', '.line.thrown'].map((part) => document.querySelector(part).getBoundingClientRect().toJSON()),
      );
      assert.ok(row.top >= box.top && row.bottom <= box.bottom, 'it is in sight');
      assert.deepEqual(await axeFindings(page), []);
    }));

  it('a throw outside of any task is marked, and leads there in plain text and in the editor', () =>
    withPage('#A1', {}, async (page) => {
      await writeProgram(page, LONG);
      await runToEnd(page);
      assert.equal(await text(page, '.printed .line-link'), 'line 63');
      await page.click('.printed .line-link');
      await page.waitForSelector('textarea.plain:focus');
      assert.equal(await selected(page), "throw new Error('far down');");
      assert.ok(await page.$eval('textarea.plain', ({ scrollTop }) => scrollTop > 100));
      await page.reload();
      await pressCodeLink(page, 'In colour');
      await page.waitForSelector('.cm-content');
      await runToEnd(page);
      await page.waitForFunction(() => document.querySelector('.printed .line-link') !== null);
      await page.click('.printed .line-link');
      await page.waitForSelector('.cm-content:focus');
      await page.waitForFunction(() => /far down/.test(document.querySelector('.cm-line.thrown')?.textContent));
      await page.keyboard.type('x');
      await page.waitForFunction(() => document.querySelector('.printed .line-link') === null);
      assert.equal(await page.$('.cm-line.thrown'), null, 'of another text nothing is told');
    }));

  it('what cannot be read is found, and what fails at the start', () =>
    withPage('#A1', {}, async (page) => {
      await writeProgram(page, 'export function main() {}\n\nconst = 1;\n');
      await clickVisible(page, '.run');
      await page.waitForSelector('.fault .line-link');
      await pressCodeLink(page, 'Reset');
      await writeProgram(page, 'export function main() {}\n\nnull.gone;\n');
      await clickVisible(page, '.run');
      await page.waitForFunction(() => document.querySelector('.fault .line-link')?.textContent === 'line 3');
      await page.click('.fault .line-link');
      await page.waitForSelector('textarea.plain:focus');
      assert.equal(await selected(page), 'null.gone;');
      await writeProgram(page, 'export function main() {}\n\n\nconst = 1;\n');
      await page.reload();
      await pressCodeLink(page, 'In colour');
      await page.waitForSelector('.cm-content');
      await clickVisible(page, '.run');
      await page.waitForFunction(() => document.querySelector('.fault .line-link')?.textContent === 'where');
      await page.click('.fault .line-link');
      await page.waitForSelector('.cm-content:focus');
      await page.waitForFunction(() => /const = 1/.test(getSelection().anchorNode?.parentElement.closest('.cm-line')?.textContent));
    }));

  it('a phone shows the code, from another language, too', () =>
    withPage('#E3', { viewport: phone }, async (page) => {
      await page.evaluate(() => document.querySelectorAll('.parts button')[1].click());
      await page.click('#tab-elixir');
      await runToEnd(page);
      await page.evaluate(() => document.querySelectorAll('.parts button')[2].click());
      await page.$eval('#stage-log', (tab) => tab.click());
      await page.waitForSelector('.line-link');
      const { width, height } = await page.$eval('.line-link', (link) => link.getBoundingClientRect().toJSON());
      assert.ok(width >= 44 && height >= 44, `${width} x ${height}`);
      await (await page.$('.line-link')).tap();
      await page.waitForSelector('.line.thrown:focus');
      assert.equal(await page.$eval('#tab-javascript', (tab) => tab.ariaSelected), 'true');
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), phone.width);
    }));
});
