// Programs and visitors that mean harm, or take no care: the page stays, says
// what is the matter, and goes on.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import {
  clickVisible,
  ended,
  openPage,
  pressCodeLink,
  runToEnd,
  text,
  useSite,
  writeProgram,
} from '../browser/support.mjs';

const shared = useSite();
const { withPage } = shared;

const packed = (source) => deflateRawSync(source, { level: 9 }).toString('base64url');

const works = async (page) => {
  await writeProgram(page, "export const main = () => 'well again';");
  assert.match(await runToEnd(page), /^Finished/);
  assert.equal(await text(page, '.returned'), "'well again'");
};

describe('a program that has a hand in what its worker tells', () => {
  const element = `{
    constructor: undefined, type: 'b', key: null, ref: null,
    props: { dangerouslySetInnerHTML: { __html: '<meta http-equiv="refresh" content="0;url=about:blank"><i id="hit">hit</i>' } },
  }`;
  const ways = {
    'puts markup in the place of a text': `if (item?.type === 'printed') item.text = ${element};`,
    'puts markup in the place of a label': `if (item?.type === 'spawned') item.label = ${element};`,
    'puts a number in the place of a text': "if (item?.type === 'printed') item.text = 5;",
    'leaves out what a view needs': "if (item?.type === 'printed') item.type = 'threw';",
    'tells of times that are none': 'if (item?.type) item.time = NaN;',
    'tells of what nobody knows': "if (item?.type) item.type = '__proto__';",
  };
  for (const [name, act] of Object.entries(ways)) {
    it(`is stopped when it ${name}`, () =>
      withPage('#A1', {}, async (page) => {
        await writeProgram(
          page,
          `const { push } = Array.prototype;
          export async function main({ Task, sleep }) {
            Array.prototype.push = function (...items) {
              for (const item of items) { ${act} }
              return push.apply(this, items);
            };
            console.log('a line');
            await Task.await(Task.async(() => sleep(5), { label: 'a task' }));
          }`,
        );
        await clickVisible(page, '.run');
        assert.match(await ended(page), /^Stopped/);
        await clickVisible(page, '[aria-label="To the end"]');
        await page.click('#stage-log');
        assert.match(await text(page, '.log'), /its worker told what no run tells/);
        assert.equal(await page.$('#hit, meta[http-equiv=refresh]'), null);
        await page.click('#stage-results');
        await works(page);
      }));
  }
});

describe('a link that is well formed and means harm', () => {
  const evil = encodeURIComponent('<img id="hit" src="x" onerror="document.title=1">');
  const changes = [
    '0.0.kill.0.1', // main
    '0.1.stop.1.1', // no supervisor
    '5.0.hang.999.1.sleep.1', // nobody
    `6.0.hang.-.request.1.${encodeURIComponent(evil)}`,
    `${Number.MAX_SAFE_INTEGER}.${Number.MAX_SAFE_INTEGER}.crash.1.1`,
    ...Array.from({ length: 200 }, (_, at) => `7.${at}.kill.2.1`),
  ];

  it('breaks what can be broken, says what cannot, and puts no markup anywhere', () =>
    withPage(`#v1;l=A1;x=${changes.join(',')};t=end`, {}, async (page) => {
      assert.match(await ended(page), /^(Finished|Failed)/);
      await page.click('#stage-log');
      await page.click('[aria-label="To the beginning"]');
      const log = await text(page, '.log');
      assert.match(log, /main is the root process, which cannot be ended/);
      assert.match(log, /it is not a supervisor/);
      assert.equal(await page.$('#hit'), null);
      assert.match(await page.title(), /Belay playground/);
      await page.click('#stage-results');
      await works(page);
    }));

  it('that asks for a step of the exercise that is not there gets one that is', () =>
    withPage('#v1;l=H;e=9', {}, async (page) => {
      await page.waitForSelector('.exercise-step');
      assert.equal((await page.$$('.exercise-step')).length, 1);
      assert.match(await text(page, '.exercise-step'), /\S/);
    }));
});

describe('a failure that nobody can catch', () => {
  const failures = {
    'of a microtask': 'queueMicrotask(() => { throw new Error("uncaught") });',
    'of a message': 'const { port1, port2 } = new MessageChannel(); port1.onmessage = () => { throw new Error("uncaught") }; port2.postMessage(0);',
    'that is reported': 'reportError(new Error("uncaught"));',
    'of an event': 'const target = new EventTarget(); target.addEventListener("x", () => { throw new Error("uncaught") }); target.dispatchEvent(new Event("x"));',
    'of a timer': 'setTimeout(() => { throw new Error("uncaught") }, 5);',
    'of a promise': 'Promise.reject(new Error("uncaught"));',
  };
  for (const [name, statement] of Object.entries(failures)) {
    it(`is told as one of the program: ${name}`, () =>
      withPage('#A1', {}, async (page) => {
        await writeProgram(page, `export async function main({ sleep }) { ${statement} await sleep(50); }`);
        assert.match(await runToEnd(page), /^(Finished|Failed)/);
        assert.match(await text(page, '.printed'), /(Nobody handled|The program threw) Error: uncaught/);
        await works(page);
      }));
  }
});

describe('a run that is too large to be drawn as others are', () => {
  it('has a chart of its server all the same', () =>
    withPage('#G1', {}, async (page) => {
      await writeProgram(
        page,
        `export async function main({ fetch, sleep }) {
          for (let n = 0; n < 700; n += 1) {
            for (let m = 0; m < 95; m += 1) fetch('/users/' + m).catch(() => {});
            await sleep(1);
          }
          await sleep(900);
        }`,
      );
      assert.match(await runToEnd(page), /^Finished/);
      await page.waitForSelector('.tasks .turned-away');
      await works(page);
    }));
});

describe('what was written', () => {
  const press = (page, name) =>
    page.$$eval('.notice button', (all, wanted) => all.find(({ textContent }) => textContent === wanted)?.click(), name);
  const own = "export const main = () => 'my own';\n";
  /* As plain text, which is remembered. */
  const written = async (page) => {
    await page.waitForSelector('textarea.plain');
    return page.$eval('textarea.plain', ({ value }) => value);
  };
  const says = (page, word) =>
    page.waitForFunction((wanted) => document.querySelector('textarea.plain')?.value.includes(wanted), {}, word);

  it('is kept when the code of one link after another takes its place', () =>
    withPage('#A1', {}, async (page) => {
      await writeProgram(page, own);
      for (const name of ['first', 'second', 'third']) {
        const code = packed(`export const main = () => 'of the ${name} link';\n`);
        await page.evaluate((to) => (location.hash = to), `#v1;l=A1;c=${code}`);
        await page.waitForSelector('.notice .primary');
        await page.click('.notice .primary');
        await ended(page);
        await writeProgram(page, `export const main = () => 'of the ${name} link, changed';\n`);
      }
      await page.reload();
      const seen = new Set();
      for (let times = 0; times < 8 && seen.size < 4; times += 1) {
        await page.waitForSelector('.notice');
        seen.add(/'(.*)'/.exec(await written(page))?.[1]);
        await press(page, 'Show my edit');
        await new Promise((done) => setTimeout(done, 100));
      }
      assert.deepEqual([...seen].toSorted(), [
        'my own',
        ...['first', 'second', 'third'].map((name) => `of the ${name} link, changed`),
      ]);
    }));

  it('is kept in two tabs, the one beside the other', () =>
    withPage('#A1', {}, async (page) => {
      const other = await openPage(shared.browser, `${shared.site.url}#A1`);
      await writeProgram(page, "export const main = () => 'of one tab';\n");
      await writeProgram(other, "export const main = () => 'of the other';\n");
      await other.close();
      await page.waitForFunction(() => location.hash.includes(';c=')); // which a tab that is loaded anew is of
      await page.reload();
      await says(page, 'of one tab');
      const asked = await page.$$eval('.notice button', (all) => all.map(({ textContent }) => textContent));
      assert.deepEqual(asked, ['Show my edit', 'Forget it', 'Close']); // nobody else's code, to be run or not
      await press(page, 'Show my edit');
      await says(page, 'of the other');
      const third = await openPage(shared.browser, `${shared.site.url}#A1`);
      await says(third, 'of the other');
      await third.waitForSelector('.notice');
      await press(third, 'Show my edit');
      await says(third, 'of one tab');
      await third.close();
    }));

  it('is written as plain text from then on where one tab has chosen that, whatever another one knows', () =>
    withPage('#A1', {}, async (page) => {
      const other = await openPage(shared.browser, `${shared.site.url}#A1`);
      await writeProgram(page, own);
      await pressCodeLink(other, 'Edit');
      await other.waitForSelector('.cm-content');
      await other.reload();
      await says(other, 'my own');
      await other.close();
    }));

  it('stays on the page when there is no room for it', () =>
    withPage(
      '#A1',
      {
        before: (page) =>
          page.evaluateOnNewDocument(() => {
            const { setItem } = Storage.prototype;
            Storage.prototype.setItem = function (key, value) {
              if (value.length > 60) throw new DOMException('full', 'QuotaExceededError');
              setItem.call(this, key, value);
            };
          }),
      },
      async (page) => {
        await writeProgram(page, own);
        const longer = `${own}// ${'x'.repeat(100)}\n`;
        await writeProgram(page, longer);
        await page.waitForSelector('.notice');
        assert.match(await text(page, '.notice'), /keeps nothing/);
        assert.match(await runToEnd(page), /^Finished/);
        assert.equal(await page.$eval('textarea.plain', ({ value }) => value), longer);
      },
    ));

  it('can be written where the editor cannot be had', async () => {
    const page = await openPage(shared.browser, `${shared.site.url}#A1`, {
      before: async (fresh) => {
        await fresh.setBypassServiceWorker(true); // which may have it from a visit before
        await fresh.setRequestInterception(true);
        fresh.on('request', (request) =>
          /codemirror/.test(request.url()) ? request.abort() : request.continue(),
        );
      },
    });
    try {
      await pressCodeLink(page, 'Edit');
      await page.waitForSelector('textarea.plain:focus');
      await page.keyboard.type('// by hand\n');
      assert.match(await page.$eval('textarea.plain', ({ value }) => value), /by hand/);
    } finally {
      await page.close();
    }
  });
});

describe('a link that is followed while another one is opened', () => {
  it('is the one that counts', () =>
    withPage(
      '#A1',
      {
        before: (page) =>
          page.evaluateOnNewDocument(() => {
            /* What a link carries takes its time. */
            const { arrayBuffer } = Blob.prototype;
            Blob.prototype.arrayBuffer = async function () {
              await new Promise((done) => setTimeout(done, 300));
              return arrayBuffer.call(this);
            };
          }),
      },
      async (page) => {
        const code = packed('export const main = () => 1;');
        await page.evaluate((to) => (location.hash = to), `#v1;l=B3;s=7;c=${code}`);
        await page.evaluate(() => (location.hash = '#C1'));
        await new Promise((done) => setTimeout(done, 1000));
        assert.match(await text(page, 'h1'), /^C1/);
        assert.equal(await page.evaluate(() => location.hash), '#C1');
        assert.equal(await page.$('.notice'), null);
      },
    ));
});

describe('a seed that is none', () => {
  it('is not shown as if it were one', () =>
    withPage('#B1', {}, async (page) => {
      for (const typed of ['-1', '1e30', '', '1.5', '4294967297']) {
        await page.$eval('.seed input', (field, value) => {
          field.value = value;
          field.dispatchEvent(new Event('change', { bubbles: true }));
        }, typed);
        await page.waitForFunction(() => document.querySelector('.seed input').value === '1');
      }
    }));
});
