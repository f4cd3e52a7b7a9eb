// The lesson that runs on the real clock, with a worker that is really ended.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { clickVisible, ended, openPage, runToEnd, scrub, text, useSite, writeProgram } from '../browser/support.mjs';

const shared = useSite();

describe('a lesson on the real clock', () => {
  it('says so, has no seed, and its recording is read at any moment', () =>
    shared.withPage('#E4', {}, async (page) => {
      assert.match(await text(page, '.real-clock'), /Real time: it will differ each run/);
      assert.deepEqual(
        await page.$$eval('.seed input, .seed button', (all) => all.map(({ disabled }) => disabled)),
        [true, true],
      );
      assert.match(await runToEnd(page), /^Finished/);
      assert.match(await text(page, '.returned'), /late: null, ended: null, next: 3, polite: 'done'/);
      const lanes = () =>
        page.$$eval('[role=gridcell]', (all) => all.map(({ ariaLabel }) => ariaLabel));
      assert.match((await lanes()).find((lane) => lane.startsWith('runaway')), /then killed/);
      const still = () => text(page, '.clock output');
      const last = await still();
      await scrub(page, 0.4);
      assert.notEqual(await still(), last);
      assert.ok(
        await page.$$eval('.break-ways button', (all) =>
          all.length > 0 && all.every(({ ariaDisabled }) => ariaDisabled === 'true'),
        ),
        'nothing can be broken',
      );
      await page.goto(new URL('#B1', page.url()).href);
      await page.waitForFunction(() => document.querySelector('.real-clock') === null);
      assert.equal(await page.$eval('.seed input', ({ disabled }) => disabled), false);
    }));

  it('has nothing broken by a link, and says so', () =>
    shared.withPage('#v1;l=E4;x=100.1.kill.2.1', {}, async (page) => {
      await page.waitForSelector('.notice');
      assert.match(await text(page, '.notice'), /nothing can be broken in real time/);
      assert.match(await ended(page), /^Finished/);
      assert.equal(await page.$('.break-chip'), null);
    }));

  it('ends its workers with it, and makes at most a hundred', () =>
    shared.withPage('#E4', {}, async (page) => {
      const workers = () => page.workers().filter((worker) => worker.url().startsWith('blob:null/')).length;
      const settled = async (wanted) => {
        for (let looks = 0; workers() !== wanted && looks < 100; looks += 1) await setTimeout(50);
        assert.equal(workers(), wanted);
      };
      await settled(2); // the one that is ready for the next run, and a spare one
      await writeProgram(
        page,
        `import { Task } from 'belay-tasks';
        const source = 'export function spin() { for (;;); }';
        export async function main() {
          const module = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
          await Promise.all([1, 2].map(() => Task.await(Task.async(module, 'spin', []))));
        }`,
      );
      await clickVisible(page, '.run');
      await settled(4);
      await page.waitForSelector('.slow .stop', { timeout: 30_000 });
      await clickVisible(page, '.slow .stop');
      assert.match(await ended(page), /^Stopped/);
      await settled(2);
      await writeProgram(
        page,
        `export function main() {
          for (let made = 0; ; made += 1) {
            try { new Worker(location.href); } catch ({ message }) { return [made, message]; }
          }
        }`,
      );
      await runToEnd(page);
      assert.equal(await text(page, '.returned'), "[100, 'a run makes at most 100 workers']");
    }));

  it('lets nothing out of the workers of its run, and makes no others', async () => {
    let asked = 0;
    const outside = createServer((_, response) => {
      asked += 1;
      response
        .writeHead(200, { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' })
        .end('export const x = 1;');
    });
    await new Promise((resolve) => outside.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${outside.address().port}/module.js`;
    const page = await openPage(shared.browser, `${shared.site.url}#E4`);
    try {
      await writeProgram(
        page,
        `import { Task } from 'belay-tasks';
        const source = \`export async function probe(address) {
          const names = ['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'postMessage', 'indexedDB', 'caches', 'BroadcastChannel', 'Worker', 'importScripts'];
          const out = await import(address).then(() => 'loaded', ({ name }) => name);
          return [names.filter((name) => globalThis[name] !== undefined), globalThis.origin, out];
        }\`;
        export async function main() {
          const module = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
          const probed = await Task.await(Task.async(module, 'probe', ['${address}']));
          let other = 'made';
          try { new Worker(module); } catch ({ name }) { other = name; }
          return [probed, other];
        }`,
      );
      await runToEnd(page);
      assert.equal(await text(page, '.returned'), "[[[], 'null', 'TypeError'], 'TypeError']");
      assert.equal(asked, 0);
    } finally {
      await page.close();
      outside.closeAllConnections();
      outside.close();
    }
  });
});
