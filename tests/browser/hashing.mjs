// Runs lessons in a browser, in the worker of the page's own frame, and holds
// their traces against those that Node gives, seed by seed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createServer } from 'vite';
import { openSources } from '../../web/tools/sources.mjs';
import { launchBrowser, web } from './support.mjs';

const sources = await openSources();
const { inputOf, readLessonFiles } = await sources.load('/tools/lessons.ts');
const { runInNode } = await sources.load('/src/engine/node.ts');
const { changesOf } = await sources.load('/src/model/changes.ts');
const { traceHash } = await sources.load('/src/model/hash.ts');
const lessons = readLessonFiles(sources.lessons);

/** Lessons that are broken on the way: requests, sleeps and processes. */
const broken = [];
for (const [id, text] of [
  ['A3', '50.0.slow.2.1.sleep.1,60.0.crash.1.1'],
  ['B3', '40.0.slow.1.1.request.1.%2Fpages%2F1,50.0.hang.4.1.request.1.%2Fpages%2F4,60.0.kill.3.1'],
]) {
  const own = inputOf(lessons.find((files) => files.id === id));
  const input = { ...own, changes: changesOf(text).changes };
  broken.push({ id, input, ran: await runInNode(input) });
}
await sources.close();

const EMPTY = '/empty.html';

/* A page of nothing: that of the playground would run each lesson before it is served. */
const emptyPage = {
  name: 'an empty page',
  configureServer: ({ middlewares }) => {
    middlewares.use(EMPTY, (_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><title>empty</title><body>');
    });
  },
};

/** A test for each lesson that `isTested`, all unless given, in the browser of this name. */
export function testHashes(name, isTested = () => true) {
  let server;
  let browser;
  let page;

  before(async () => {
    server = await createServer({
      root: web,
      logLevel: 'error',
      plugins: [emptyPage],
      server: { port: 0, hmr: false },
    });
    await server.listen();
    browser = await launchBrowser(name);
    page = await browser.newPage();
    /* One runner for all: the same way that the page takes. */
    await page.goto(new URL(EMPTY, server.resolvedUrls.local[0]).href);
    await page.evaluate(async () => {
      const load = (path) => import(new URL(path, location.origin).href);
      const [{ Frame }, { Runner }, { traceHash, traceOrder }, { sandbox }] = await Promise.all(
        [
          '/src/engine/frame.ts',
          '/src/engine/runner.ts',
          '/src/model/hash.ts',
          '/@id/__x00__virtual:sandbox',
        ].map(load),
      );
      let told;
      const runner = new Runner(new Frame(sandbox), {
        slow() {},
        ended: (outcome, { events }) =>
          told({ outcome, hash: traceHash(events), order: traceOrder(events) }),
        refused: (reason) => told({ refused: reason }),
      });
      window.runOnce = (input) =>
        new Promise((resolve) => {
          told = resolve;
          runner.run(input);
        });
    });
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  for (const { id, input, ran } of broken) {
    test(`${id}, when it is broken, gives the same trace in ${name} and in Node`, async () => {
      const done = ran.events.filter(({ type }) => type === 'changed').map((event) => event.done);
      assert.deepEqual(done, input.changes.map(() => true));
      const there = await page.evaluate((given) => window.runOnce(given), input);
      assert.equal(there.hash, traceHash(ran.events), JSON.stringify(there));
    });
  }

  for (const files of lessons.filter(({ id }) => isTested(id))) {
    const isReal = files.world.clock === 'real';
    const what = isReal ? 'outcome and order' : 'traces';
    test(`${files.id} gives the same ${what} in ${name} and in Node`, async () => {
      const { outcome, traces, order } = files.expected.belay;
      for (const [seed, hash] of Object.entries(traces)) {
        const there = await page.evaluate(
          (input) => window.runOnce(input),
          inputOf(files, Number(seed)),
        );
        assert.equal(there.hash, hash, `seed ${seed}: ${JSON.stringify(there)}`);
      }
      const own = await page.evaluate((input) => window.runOnce(input), inputOf(files));
      assert.deepEqual({ returned: own.outcome.result.plain }, outcome);
      if (isReal) assert.deepEqual(own.order, order);
    });
  }
}
