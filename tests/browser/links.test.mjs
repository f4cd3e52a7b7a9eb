// Links: what is written is read again, and what is hostile does nothing.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { openSources } from '../../web/tools/sources.mjs';
import { itInFull } from './in-full.mjs';
import { clickVisible, ended, phone, runToEnd, scrub, text, useSite, writeProgram } from './support.mjs';

let sources;
let link;
let packing;
let lessons;

before(async () => {
  sources = await openSources();
  [link, packing] = await Promise.all(
    ['/src/model/link.ts', '/src/model/pack.ts'].map((path) => sources.load(path)),
  );
  const { readLessonFiles } = await sources.load('/tools/lessons.ts');
  lessons = readLessonFiles(sources.lessons);
});
after(() => sources.close());

const packed = (source) => deflateRawSync(source, { level: 9 }).toString('base64url');

describe('a link as text', () => {
  const texts = fc.string({ unit: 'binary', maxLength: 40 });
  const name = texts.filter((value) => value !== '');
  const links = fc.record({
    lesson: name.filter((id) => !/^v\d/.test(id)),
    seed: fc.option(fc.integer({ min: 1, max: 2 ** 31 - 1 })),
    knobs: fc.dictionary(name, texts),
    changes: fc.option(texts),
    at: fc.option(
      fc.oneof(
        fc.constant('end'),
        fc.nat(600_000).chain((whole) => fc.nat(899).map((part) => whole + part / 1000)),
      ),
    ),
    step: fc.option(fc.integer({ min: 1, max: 9 })),
    code: fc.option(fc.string({ minLength: 1 }).map(packed)),
  });

  it('says all that was put into it', () =>
    fc.assert(
      fc.property(links, (given) => {
        const written = link.linkText(given);
        assert.doesNotMatch(written, /[\s"'<>#]/);
        const read = link.readLink(written);
        assert.deepEqual(read.ignored, []);
        assert.deepEqual({ ...read.link, knobs: { ...read.link.knobs } }, { ...given, knobs: { ...given.knobs } });
      }),
      { numRuns: 2000 },
    ));

  it('of any other text never throws, and gives values that a run can have', () =>
    fc.assert(
      fc.property(fc.oneof(texts, fc.array(texts).map((parts) => `v1;${parts.join(';')}`)), (given) => {
        const { link: read, ignored } = link.readLink(given);
        assert.ok(read.seed === null || Number.isInteger(read.seed));
        assert.ok(read.at === null || read.at === 'end' || Number.isFinite(read.at));
        assert.ok(ignored.length <= 5);
      }),
      { numRuns: 2000 },
    ));

  it('carries the knobs of each lesson, and only values that they can have', () => {
    for (const { world } of lessons) {
      const knobs = world.knobs ?? [];
      const given = Object.fromEntries(
        knobs.map(({ id, kind, max, value, options }) => [
          id,
          kind === 'number' ? max : kind === 'switch' ? !value : options.at(-1).value,
        ]),
      );
      const { values, ignored } = link.knobsFrom(knobs, link.knobTexts(knobs, given));
      assert.deepEqual(ignored, []);
      for (const { id, value } of knobs) assert.deepEqual(values[id] ?? value, given[id]);
    }
    const knobs = [{ id: 'limit', label: 'At once', kind: 'number', value: 4, min: 1, max: 12 }];
    for (const [text, value] of [['999', 12], ['-1', 1], ['', 4], ['x', 4], ['1e999', 4], ['2.4', 2]]) {
      const { values, ignored } = link.knobsFrom(knobs, { limit: text });
      assert.deepEqual(values, { limit: value }, text);
      assert.equal(ignored.length, 1);
    }
    assert.deepEqual(link.knobsFrom(knobs, JSON.parse('{"__proto__": "1"}')).values, {});
  });

  it('names what is not known, and reads the rest', () => {
    const { link: read, ignored } = link.readLink('v1;l=B3;s=0;t=-3;zz=1;;rubbish;%E0%A4%A;k.limit=2');
    assert.match(link.readLink('v1;l=H;e=0').ignored.join(), /"0" is no step/);
    assert.deepEqual([read.lesson, read.seed, read.at, { ...read.knobs }], ['B3', null, null, { limit: '2' }]);
    assert.equal(ignored.length, 5);
  });

  it('of a newer version gives its lesson alone', () => {
    const { link: read, ignored } = link.readLink('v2;l=B3;s=7;new=1');
    assert.deepEqual([read.lesson, read.seed], ['B3', null]);
    assert.match(ignored.join(), /version 2/);
  });

  it('is not read when it is too long', () => {
    const { ignored } = link.readLink(`v1;l=B3;c=${'A'.repeat(200_000)}`);
    assert.match(ignored.join(), /characters long/);
  });
});

describe('code in a link', () => {
  it('comes out as it went in', () =>
    fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 3000 }), async (source) => {
        const there = await packing.pack(source);
        assert.match(there, /^[\w-]+$/);
        assert.equal(await packing.unpack(there), source);
      }),
      { numRuns: 300 },
    ));

  it('is refused when it was cut short, at any place', async () => {
    const whole = await packing.pack('export const main = () => "a program of some length";');
    for (let length = 0; length < whole.length; length += 1) {
      await assert.rejects(packing.unpack(whole.slice(0, length)), Error, `${length} of ${whole.length}`);
    }
  });

  it('is refused when it is no text, or has other letters', async () => {
    await assert.rejects(packing.unpack(deflateRawSync(Buffer.from([0xff, 0xfe])).toString('base64url')), /no text/);
    await assert.rejects(packing.unpack('<script>'), /letters/);
    await assert.rejects(packing.unpack('AAAA'), Error);
  });

  it('is refused when it grows beyond all bounds, and is not unpacked to its end', async () => {
    const bomb = packed(Buffer.alloc(60_000_000, 32));
    assert.ok(bomb.length < link.LINK_MAX, `${bomb.length} characters`);
    await assert.rejects(packing.unpack(bomb), /longer than/);
  });

  it('is not packed when it is longer than a link may carry', async () => {
    assert.equal(await packing.pack('x'.repeat(packing.CODE_MAX + 1)), null);
    const most = 'é'.repeat(packing.CODE_MAX);
    assert.equal(await packing.unpack(await packing.pack(most)), most);
  });
});

const shared = useSite();
const { withPage } = shared;

const hash = (page) => page.evaluate(() => location.hash);
const written = (page, wanted) =>
  page.waitForFunction((pattern) => new RegExp(pattern).test(location.hash), {}, wanted);
const place = (page) => page.$eval('.scrub', ({ value }) => Number(value));

describe('the address', () => {
  it('follows seed, knobs and playhead, and brings them back', () =>
    withPage('#B3', {}, async (page) => {
      await runToEnd(page);
      await page.$eval('.seed input', (field) => {
        field.value = '77';
        field.dispatchEvent(new Event('change', { bubbles: true }));
      });
      await page.select('#knob-onTimeout', 'exit');
      await scrub(page, 0.5);
      await written(page, '^#v1;l=B3;s=77;k\\.onTimeout=exit;t=[\\d.]+$');
      const before = [await place(page), await text(page, '.status')];
      const address = await hash(page);
      await page.goto('about:blank');
      await page.goto(`${shared.site.url}${address}`);
      await page.waitForFunction(() => /^(Finished|Failed)/.test(document.querySelector('.status')?.textContent ?? ''));
      const [at, status] = [await place(page), await text(page, '.status')];
      assert.ok(Math.abs(at - before[0]) < 1, `${at} for ${before[0]}`);
      assert.equal(status, before[1]);
      assert.equal(await page.$eval('.seed input', ({ value }) => value), '77');
    }));

  it('stays as it is while nothing is changed, and is written when the page is left', () =>
    withPage('', {}, async (page) => {
      await new Promise((done) => setTimeout(done, 700));
      assert.equal(await hash(page), '');
      await page.evaluate(() => {
        const field = document.querySelector('.seed input');
        field.value = '5';
        field.dispatchEvent(new Event('change', { bubbles: true }));
        dispatchEvent(new PageTransitionEvent('pagehide'));
      });
      assert.match(await hash(page), /^#v1;l=A1;s=5/);
    }));

  itInFull('goes back and forth between lessons', () =>
    withPage('#A1', {}, async (page) => {
      const title = (wanted) =>
        page.waitForFunction((mark) => document.querySelector('h1').textContent.startsWith(mark), {}, wanted);
      await page.click('.lessons a[href="#B1"]');
      await title('B1');
      await page.click('.lessons a[href="#B2"]');
      await title('B2');
      await page.goBack();
      await title('B1');
      await page.goForward();
      await title('B2');
    }));

  it('shows the moment at once on a phone', () =>
    withPage('#v1;l=B3;t=300', { viewport: phone }, async (page) => {
      await ended(page);
      await page.waitForFunction(() => document.querySelector('.lanes').checkVisibility());
      assert.ok(Math.abs((await place(page)) - 300) < 1);
    }));
});

describe('edited code of a link', () => {
  const mine = "export const main = () => 'of the link';\n";
  const address = (source) => `#v1;l=A1;t=end;c=${packed(source)}`;

  it('is shown, is not run by knobs, seeds or waiting, and runs when it is asked for', () =>
    withPage(address(mine), {}, async (page) => {
      await page.waitForSelector('.notice');
      assert.match(await text(page, '.notice'), /carries edited code.*not been run/);
      assert.match(await text(page, '#code-text'), /of the link/);
      await page.click('[aria-label="New seed"]');
      await new Promise((done) => setTimeout(done, 300));
      assert.equal(await text(page, '.status'), 'Ready to run');
      await clickVisible(page, '.notice .primary');
      assert.match(await ended(page), /^Finished/);
      await clickVisible(page, '[aria-label="To the end"]');
      assert.equal(await text(page, '.returned'), "'of the link'");
      assert.equal(await page.$('.notice .primary'), null);
    }));

  itInFull('gives way to the original', () =>
    withPage(address(mine), {}, async (page) => {
      await page.waitForSelector('.notice');
      await page.evaluate(() =>
        [...document.querySelectorAll('.notice button')]
          .find(({ textContent }) => textContent === 'Show original')
          .click(),
      );
      await page.waitForFunction(() => document.querySelector('.notice') === null);
      assert.match(await runToEnd(page), /^Finished, 300 ms/);
      assert.match(await text(page, '.results'), /'3 users'/);
    }));

  itInFull('does not take the place of what the learner has written', () =>
    withPage('#A1', {}, async (page) => {
      await writeProgram(page, "export const main = () => 'my own';\n");
      await page.evaluate((to) => (location.hash = to), address(mine));
      await page.waitForSelector('.notice .primary');
      await page.click('.notice .primary');
      await ended(page);
      await writeProgram(page, "export const main = () => 'of the link, changed';\n");
      await page.reload();
      await page.waitForSelector('.notice');
      const show = () =>
        page.evaluate(() => {
          const button = [...document.querySelectorAll('.notice button')].find(
            ({ textContent }) => textContent === 'Show my edit',
          );
          button?.click();
          return button !== undefined;
        });
      const says = (word) => // as plain text, which is remembered
        page.waitForFunction((wanted) => document.querySelector('textarea.plain')?.value.includes(wanted), {}, word);
      assert.ok(await show());
      await says('my own');
      await page.waitForSelector('.notice'); // the other one is kept in its stead
      assert.ok(await show());
      await says('changed');
    }));

  itInFull('of a newer lesson is told of, and kept', () =>
    withPage(
      '#A1',
      {
        before: (page) =>
          page.evaluateOnNewDocument(() => {
            if (window === top) localStorage.setItem('belay:edit:A1:older', "export const main = () => 'long ago';");
          }),
      },
      async (page) => {
        await page.waitForSelector('.notice');
        assert.match(await text(page, '.notice'), /older version of this lesson/);
        assert.match(await text(page, '#code-text'), /export async function main/);
      },
    ));
});

describe('a hostile link', () => {
  const script = '<img src=x onerror="globalThis.hit=1"><script>globalThis.hit=1</script>';
  const fields = {
    'the lesson': `v1;l=${encodeURIComponent(script)}`,
    'no field': encodeURIComponent(script),
    'text as it is': `v1;l=A1;${script}`,
    'the seed': `v1;l=A1;s=${encodeURIComponent(script)}`,
    'a knob': `v1;l=B1;k.limit=${encodeURIComponent(script)}`,
    'a knob that is not there': `v1;l=B1;k.${encodeURIComponent(script)}=1`,
    'the time': `v1;l=A1;t=${encodeURIComponent(script)}`,
    'what is broken': `v1;l=A1;x=${encodeURIComponent(script)}`,
    'the code': `v1;l=A1;c=${encodeURIComponent(script)}`,
    'code that is markup': `v1;l=A1;c=${packed(script)}`,
    'an unknown part': `v1;l=A1;${encodeURIComponent(script)}=${encodeURIComponent(script)}`,
    'names of objects': 'v1;l=__proto__;k.__proto__=1;k.constructor=2;toString=1',
    'huge numbers': `v1;l=B1;s=${'9'.repeat(5000)};t=${'9'.repeat(5000)};k.limit=${'9'.repeat(5000)}`,
    'many parts': `v1;l=B1;${'k.limit=1;'.repeat(9000)}`,
    'a deflate bomb': `v1;l=A1;c=${packed(Buffer.alloc(60_000_000, 32))}`,
    'more than is read': `v1;l=A1;c=${'A'.repeat(300_000)}`,
    'a broken escape': '%E0%A4%A',
  };
  const QUICK = ['code that is markup', 'names of objects', 'a deflate bomb'];
  for (const [name, fragment] of Object.entries(fields)) {
    (QUICK.includes(name) ? it : itInFull)(`with ${name} opens a lesson, says what was left out, and runs nothing`, () =>
      withPage(`#${fragment}`, {}, async (page) => {
        if (name !== 'many parts') await page.waitForSelector('.notice');
        assert.match(await text(page, 'h1'), /^[AB]1/);
        assert.equal(await page.evaluate(() => globalThis.hit), undefined);
        assert.equal(await page.$('.notices img, .notices script, #code-text img'), null);
        if (name !== 'code that is markup' && name !== 'many parts') {
          assert.match(await text(page, '.notice'), /Not all of the link could be used/);
        }
        /* The page works as ever. */
        await page.click('.lessons a[href="#A2"]');
        await page.waitForFunction(() => document.querySelector('h1').textContent.startsWith('A2'));
        assert.match(await runToEnd(page), /^Finished/);
      }));
  }

  itInFull('offers its text as it came', () =>
    withPage('#v1;l=A1;zz=%3Cb%3E', {}, async (page) => {
      await page.waitForSelector('.notice details');
      await page.click('.notice summary');
      assert.equal(await text(page, '.notice pre'), 'v1;l=A1;zz=%3Cb%3E');
    }));
});
