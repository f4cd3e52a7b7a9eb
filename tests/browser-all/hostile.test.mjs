// Programs and visitors that mean harm, or take no care: the page stays, says
// what is the matter, and goes on.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  clickVisible,
  ended,
  runToEnd,
  scrub,
  text,
  useSite,
  writeProgram,
} from '../browser/support.mjs';

const { withPage } = useSite();

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
