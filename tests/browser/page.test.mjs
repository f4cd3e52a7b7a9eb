// The page as people meet it: built, in a folder of some server, in Chromium.
import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { examples } from '../../examples/lesson/index.mjs';
import { itInFull } from './in-full.mjs';
import { FIRST, RUNAWAY, ids } from './shown.mjs';
import {
  clickVisible,
  ended,
  openPage,
  pressCodeLink,
  runToEnd,
  scrub,
  text,
  useSite,
  writeProgram,
} from './support.mjs';

const shared = useSite();
const { withPage } = shared;

describe('each example', () => {
  for (const [at, id] of ids.entries()) {
    (at % 3 === 0 ? it : itInFull)(`${id} runs to its end and shows what happened`, () =>
      withPage(`#${id}`, {}, async (page) => {
        assert.equal(await text(page, 'h1'), examples[at].title);
        assert.match(await runToEnd(page), /^Finished/);
        const printed = await page.$$eval('.printed li', (lines) => lines.length);
        assert.ok(printed > 0, 'it prints something');
        assert.ok((await text(page, '.takeaway .rule')).endsWith(examples[at].rule));
        assert.deepEqual(
          await page.$$eval('.lanes [role=gridcell]', (cells) =>
            cells
              .map((cell) => cell.ariaLabel)
              .filter((label) => label.includes('no end recorded')),
          ),
          [],
        );
        assert.match(await text(page, 'body > #page > [role=status]'), /^Finished: /);
      }));
  }

  it('shows exactly the text that runs', () =>
    withPage(FIRST, {}, async (page) => {
      const shown = await page.$$eval('#code-text .line', (lines) =>
        lines.map((line) => line.textContent).join(''),
      );
      const file = readFileSync(
        new URL('../../examples/lesson/01-async-await.mjs', import.meta.url),
        'utf8',
      );
      assert.ok(file.includes(shown.trimEnd()), 'a part of the file, letter by letter');
      assert.ok(shown.includes('export async function main('));
    }));
});

describe('a program that goes wrong', () => {
  const wrong = (name, source, check) =>
    it(name, () =>
      withPage(FIRST, {}, async (page) => {
        await writeProgram(page, source);
        await check(page, await runToEnd(page));
      }),
    );

  wrong(
    'fails by its own error, which is shown',
    "export function main() { throw new Error('no such luck') }",
    async (page, status) => {
      assert.match(status, /^Failed/);
      assert.match(await text(page, '.printed'), /The program threw\s+Error: no such luck/);
    },
  );

  wrong(
    'fails with the task that nobody awaited, as its caller would in Elixir',
    'export async function main({ Task, sleep }) { Task.async(() => { throw new Error("unseen") }, { label: "lonely" }); await sleep(50) }',
    async (page, status) => {
      assert.match(status, /^Failed/);
      assert.match(await text(page, '.printed'), /The program threw\s+Error: unseen/);
      assert.match(
        await page.$eval('[role=gridcell][aria-label^=lonely]', (cell) => cell.ariaLabel),
        /then crashed: Error: unseen/,
      );
    },
  );

  wrong(
    'is told who waits when nothing is left to happen',
    'export async function main({ Task }) { await Task.await(Task.async(() => new Promise(() => {}), { label: "stuck" }), Infinity) }',
    async (page, status) => {
      assert.match(status, /^Failed/);
      assert.match(
        await text(page, '.printed'),
        /deadlock at 0 ms[^]*main <0\.1> awaits task <1\.1> "stuck"/,
      );
    },
  );

  it('finds no network but the simulated one, and no way out of its worker', async () => {
    let asked = 0;
    const outside = createHttpServer((_, response) => {
      asked += 1;
      response
        .writeHead(200, { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' })
        .end();
    });
    await new Promise((resolve) => outside.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${outside.address().port}/module.js`;
    const page = await openPage(shared.browser, shared.site.url + FIRST);
    try {
      await writeProgram(
        page,
        `const names = ['XMLHttpRequest', 'WebSocket', 'EventSource', 'postMessage', 'indexedDB', 'caches', 'BroadcastChannel', 'Worker', 'importScripts'];
        const seen = [names.filter((name) => globalThis[name] !== undefined), globalThis.origin];
        await import('${address}').catch(({ name }) => seen.push(name));
        export async function main({ fetch, log }) {
          await fetch('https://example.com/').catch(({ message }) => log(message));
          return seen;
        }`,
      );
      await runToEnd(page);
      assert.match(await text(page, '.printed'), /simulated and knows .* only/);
      assert.equal(await text(page, '.returned'), "[[], 'null', 'TypeError']");
      assert.equal(asked, 0);
    } finally {
      await page.close();
      outside.closeAllConnections();
      outside.close();
    }
  });

  wrong(
    'shows settled entries in both notations',
    "export const main = () => Promise.allSettled([1, Promise.reject('timeout')])",
    async (page) => {
      assert.deepEqual(
        await page.$$eval('.entries td:last-child', (cells) =>
          cells.map((cell) => cell.textContent),
        ),
        ['{:ok, 1}', '{:exit, :timeout}'],
      );
    },
  );

  itInFull('keeps the last picture, and says that it is of another text, when it cannot start', () =>
    withPage(FIRST, {}, async (page) => {
      await runToEnd(page);
      const lanes = await page.$$eval('[role=gridcell]', (cells) => cells.length);
      await writeProgram(page, 'export function main( {');
      await clickVisible(page, '.run');
      await page.waitForSelector('.fault');
      assert.match(await text(page, '.fault'), /cannot start.*SyntaxError/);
      assert.match(await text(page, '.status'), /of an earlier text/);
      assert.equal(await page.$$eval('[role=gridcell]', (cells) => cells.length), lanes);
    }));
});

describe('what is typed', () => {
  it('runs, is kept for the next visit, and can be given up', () =>
    withPage(FIRST, {}, async (page) => {
      const mine =
        "import { Task } from 'belay-tasks';\nexport const main = () => Task.await(Task.async(() => 'mine'));\n";
      await writeProgram(page, mine);
      assert.match(await runToEnd(page), /^Finished/);
      assert.equal(await text(page, '.returned'), "'mine'");
      await page.reload({ waitUntil: 'networkidle0' });
      await pressCodeLink(page, 'In colour');
      await page.waitForSelector('.cm-content');
      assert.match(await text(page, '.cm-content'), /'mine'/);
      assert.match(await runToEnd(page), /^Finished/);
      assert.equal(await text(page, '.returned'), "'mine'");
      await page.evaluate(() => {
        [...document.querySelectorAll('.code-foot .link')]
          .find(({ textContent }) => textContent === 'Reset')
          .click();
      });
      await page.waitForFunction(() => document.querySelector('.cm-content') === null);
      assert.match(await text(page, '#code-text'), /export async function main\(/);
    }));

  itInFull('goes into the editor however soon it is asked for, and the editor is closed with the example', () =>
    withPage(
      '#map',
      {
        before: (page) =>
          page.evaluateOnNewDocument(() => {
            /* Nothing that the page puts off is done before it is clicked at. */
            const { requestAnimationFrame: frame, setTimeout: timer } = window;
            const held = [];
            window.requestAnimationFrame = (act) => held.push(() => frame(act));
            window.setTimeout = (act, ms) => held.push(() => timer(act, ms));
            new MutationObserver((_, observer) => {
              if (document.documentElement.dataset.alive === 'true') {
                observer.disconnect();
                [...document.querySelectorAll('.code-foot .link')]
                  .find(({ textContent }) => textContent === 'Edit')
                  .click();
                Object.assign(window, { requestAnimationFrame: frame, setTimeout: timer });
                held.forEach((act) => act());
              }
            }).observe(document, { attributes: true, subtree: true });
          }),
      },
      async (page) => {
        await page.waitForSelector('.cm-content');
        for (const id of ['B3', 'map']) {
          await page.evaluate((name) => (location.hash = name), id);
          await page.waitForFunction(() => document.querySelector('#code-text > pre') !== null);
        }
      },
    ));

  it('goes into the editor, and Escape, then Tab leaves it', () =>
    withPage(FIRST, {}, async (page) => {
      await pressCodeLink(page, 'Edit');
      await page.waitForFunction(() => document.activeElement?.classList.contains('cm-content'));
      await page.keyboard.type('// hello\n');
      assert.match(await text(page, '#tab-javascript'), /edited/);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement.closest('.cm-editor')), null);

      /* As plain text it begins where it begins, too. */
      await pressCodeLink(page, 'Plain text', 'textarea.plain');
      await page.waitForSelector('textarea.plain:focus');
      const scrolled = await page.$eval('textarea.plain', (area) => [
        area.value.slice(0, 8),
        area.selectionStart,
        area.scrollTop,
        area.parentElement.scrollTop,
      ]);
      assert.deepEqual(scrolled, ['// hello', 0, 0, 0]);
    }));

  itInFull('is plain text where that was chosen, in the next visit and in another lesson, until it is no more', () =>
    withPage(FIRST, {}, async (page) => {
      const visitAgain = async () => {
        await page.reload({ waitUntil: 'networkidle0' });
        await page.waitForFunction(() => document.documentElement.dataset.alive === 'true');
      };
      const links = () =>
        page.$$eval('.code-foot .link', (all) => all.map(({ textContent }) => textContent));
      assert.deepEqual(await links(), ['Edit', 'Plain text']);
      await pressCodeLink(page, 'Plain text');
      await page.waitForSelector('textarea.plain:focus');
      assert.deepEqual(await links(), ['In colour']);
      await visitAgain();
      assert.deepEqual(await links(), ['Edit']);
      await pressCodeLink(page, 'Edit');
      await page.waitForSelector('textarea.plain:focus');
      await page.keyboard.type('// mine\n');
      await page.evaluate(() => (location.hash = 'B3'));
      await page.waitForFunction(() => /^B3/.test(document.querySelector('h1').textContent));
      await pressCodeLink(page, 'Edit');
      await page.waitForSelector('textarea.plain:focus');
      await pressCodeLink(page, 'In colour');
      await page.waitForSelector('.cm-content:focus');
      await visitAgain();
      assert.deepEqual(await links(), ['Edit', 'Plain text']);
      await page.evaluate((first) => (location.hash = first), FIRST);
      await page.waitForSelector('.cm-content');
      assert.match(await text(page, '.cm-content'), /^\/\/ mine/);
    }));
});

describe('a body that never yields', () => {
  it('leaves the page usable, is stopped, and the next example runs', () =>
    withPage(`#${RUNAWAY}`, {}, async (page) => {
      await page.evaluate(() => {
        window.frames = 0;
        const count = () => {
          window.frames += 1;
          requestAnimationFrame(count);
        };
        requestAnimationFrame(count);
      });
      await clickVisible(page, '.run');
      await page.waitForSelector('.slow');
      assert.match(await text(page, '.slow'), /Still running after 1 s/);

      const drawn = await page.evaluate(() => window.frames);
      await page.click('.theme input[value=dark]');
      assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
      await page.waitForFunction((earlier) => window.frames > earlier + 2, {}, drawn);

      await clickVisible(page, '.slow .stop');
      assert.match(await ended(page), /^Stopped/);
      assert.equal(await page.$('.slow'), null);
      assert.deepEqual(
        await page.$$eval('.lane-label title', (labels) =>
          labels.map((label) => label.textContent),
        ),
        ['main', 'polite, under main', 'spinning, under main'],
      );
      await page.click('[aria-label="To the end"]');
      assert.match(await text(page, '.facts'), /2 stopped/);
      assert.match(await text(page, '.results'), /was stopped here/);

      await page.click('.theme input[value=system]');
      await page.click(`.lessons a[href="#${ids[0]}"]`);
      assert.match(await runToEnd(page), /^Finished/);
    }));

  itInFull('is ended by itself when nobody asks for more time', () =>
    withPage(`#${RUNAWAY}`, {}, async (page) => {
      await clickVisible(page, '.run');
      assert.match(await ended(page), /^Stopped/);
      await page.click('#stage-log');
      assert.match(await text(page, '.log'), /stopped\s+gave no sign of life/);
    }));

  itInFull('goes on when the learner prefers to wait', () =>
    withPage(`#${RUNAWAY}`, {}, async (page) => {
      await clickVisible(page, '.run');
      await page.waitForSelector('.slow');
      await (await page.waitForSelector('.slow .button:not(.stop)')).click();
      await page.waitForFunction(() => document.querySelector('.slow') === null);
      assert.match(await text(page, '.status'), /^Running/);
      await clickVisible(page, '.stop');
      assert.match(await ended(page), /^Stopped/);
    }));

  itInFull('is given up for another example that is run', () =>
    withPage(`#${RUNAWAY}`, {}, async (page) => {
      await clickVisible(page, '.run');
      await page.waitForSelector('.slow');
      await page.click(`.lessons a[href="#${ids[1]}"]`);
      assert.match(await runToEnd(page), /^Finished/);
    }));
});

describe('the picture and its table', () => {
  const read = (page) =>
    page.evaluate(async () => {
      const settle = () => new Promise((done) => setTimeout(done, 50));
      const [picture, table] = document.querySelectorAll('.tasks .switch input');
      const lanes = [...document.querySelectorAll('[role=gridcell]')].map((cell) => ({
        pid: cell.dataset.pid,
        label: cell.ariaLabel,
      }));
      const endsNow = document.querySelectorAll('.ends > :not(.later)').length;
      table.click();
      await settle();
      const rows = [...document.querySelectorAll('.lanes-table tbody tr')].map((row) => ({
        pid: row.dataset.pid,
        label: row.cells[0].textContent,
        to: row.cells[2].textContent,
        state: row.cells[3].textContent.trim(),
      }));
      picture.click();
      await settle();
      return { lanes, endsNow, rows };
    });

  for (const id of [ids[1], ids[3], ids[8]]) {
    (id === ids[1] ? it : itInFull)(`say the same of ${id} at every time`, () =>
      withPage(`#${id}`, {}, async (page) => {
        await runToEnd(page);
        for (const share of [0, 0.2, 0.5, 0.8, 1]) {
          await scrub(page, share);
          const { lanes, endsNow, rows } = await read(page);
          assert.deepEqual(
            rows.map(({ pid }) => pid),
            lanes.map(({ pid }) => pid),
          );
          rows.forEach(({ label }, at) =>
            assert.ok(lanes[at].label.startsWith(`${label},`), lanes[at].label),
          );
          assert.equal(rows.filter(({ to }) => to !== '–').length, endsNow, `ends at ${share}`);
          if (share === 1) {
            rows.forEach(({ state }, at) =>
              assert.ok(
                lanes[at].label.includes(`then ${/^[a-z ]+/.exec(state)[0]}`),
                `${lanes[at].label}: ${state}`,
              ),
            );
          }
        }
      }));
  }

  itInFull('have lanes that are shared when there are many tasks', () =>
    withPage(`#${ids[6]}`, {}, async (page) => {
      await runToEnd(page);
      const { cells, rows } = await page.evaluate(() => ({
        cells: document.querySelectorAll('[role=gridcell]').length,
        rows: document.querySelectorAll('[role=grid] > [role=row]').length,
      }));
      assert.ok(cells > rows, `${cells} tasks on ${rows} lanes`);
    }));
});

describe('what is sent', () => {
  const sizeOf = (names) =>
    names.reduce(
      (sum, name) =>
        sum + gzipSync(readFileSync(join(shared.site.folder, name)), { level: 9 }).length,
      0,
    );
  /** Files, and what they import at once: what import() asks for comes later. */
  const withImports = (names) => {
    const all = new Set(names);
    for (const name of all) {
      const code = readFileSync(join(shared.site.folder, name), 'utf8');
      for (const [, file] of code.matchAll(/(?:\bfrom|\bimport)\s*["'`]\.\/([^"'`]+\.js)["'`]/g))
        all.add(`assets/${file}`);
    }
    return [...all];
  };
  const sizes = () => {
    const html = readFileSync(join(shared.site.folder, 'index.html'), 'utf8');
    const linked = (pattern) => [...html.matchAll(pattern)].map(([, name]) => name);
    const assets = readdirSync(join(shared.site.folder, 'assets')).map((name) => `assets/${name}`);
    return {
      text: sizeOf(['index.html', ...linked(/href="\.\/(assets\/[^"]+\.css)"/g)]),
      script: sizeOf(withImports(linked(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g))),
      worker: sizeOf(assets.filter((name) => name.includes('/_virtual_sandbox-'))),
      editor: sizeOf(assets.filter((name) => name.includes('/codemirror-'))),
      font: sizeOf(assets.filter((name) => name.endsWith('.woff2'))),
    };
  };

  for (const [part, most] of Object.entries({
    text: 25_000,
    script: 45_000,
    worker: 100_000,
    editor: 140_000,
    font: 18_000,
  })) {
    it(`is at most ${most} bytes of ${part}, compressed`, () => {
      const size = sizes()[part];
      assert.ok(size > 0 && size <= most, `${size} bytes`);
    });
  }

  it('is at most 130,000 bytes before what runs programs, which comes when the page is idle', () => {
    const { text: html, script, font } = sizes();
    const assets = readdirSync(join(shared.site.folder, 'assets'));
    const lesson = assets.filter((name) => name.startsWith('A1-')).map((name) => `assets/${name}`);
    assert.equal(lesson.length, 1);
    const all = html + script + font + sizeOf(lesson);
    assert.ok(all <= 130_000, `${all} bytes`);
  });

  it('is at most 6,000 bytes for a lesson, compressed', () => {
    const assets = readdirSync(join(shared.site.folder, 'assets'));
    const lessons = assets.filter((name) => /^[A-H]\d-/.test(name));
    assert.ok(lessons.length >= 10);
    for (const name of lessons) {
      const size = sizeOf([`assets/${name}`]);
      assert.ok(size <= 6000, `${name}: ${size} bytes`);
    }
  });
});
