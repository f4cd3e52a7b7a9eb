// Simulations in a browser: the same bytes as in Node, and what only browsers
// have on virtual time.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { simulate } from 'belay-tasks/testing';
import * as programs from '../js/simulated-programs.mjs';
import { launchBrowser } from '../browser/support.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const types = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript' };
const SEEDS = [1, 2, 'three', -4];

let server;
let browser;
let page;

/** The package's modules as they are, and an empty page. */
async function serve() {
  const made = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const isModule = /^\/(bindings\/js|tests\/js)\//.test(pathname);
    try {
      const body = isModule ? await readFile(join(root, normalize(pathname))) : '<!doctype html>';
      response.writeHead(200, { 'content-type': types[isModule ? extname(pathname) : '.html'] }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => made.listen(0, '127.0.0.1', resolve));
  return made;
}

before(async () => {
  server = await serve();
  browser = await launchBrowser();
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
});

after(async () => {
  await browser?.close();
  server.closeAllConnections();
  server.close();
});

/**
 * Runs a program in the page: { json } of its events, { value, elapsed } or
 * { name, message, kind }. `main` is a function that needs nothing from here.
 */
function inPage(main, options = {}) {
  const given = { main: typeof main === 'string' ? main : `(${main})`, isNamed: typeof main === 'string', options };
  return page.evaluate(runInPage, given);
}

/* Sent to the page as text, so it stands by itself. */
async function runInPage({ main, isNamed, options }) {
  const { simulate: run } = await import('/bindings/js/testing.js');
  const program = isNamed
    ? (await import('/tests/js/simulated-programs.mjs'))[main]
    : new Function(`return ${main}`)();
  try {
    const { value, events, elapsed } = await run(program, { onLog() {}, ...options });
    return { value: JSON.stringify(value), json: JSON.stringify(events), elapsed };
  } catch ({ name, message, kind, code }) {
    return { name, message, kind, code };
  }
}

for (const [name, options] of [['everything', {}], ['platform', { globals: true }]]) {
  test(`Node and the browser give the same bytes: ${name}`, async () => {
    for (const seed of SEEDS) {
      const here = await simulate(programs[name], { onLog() {}, ...options, seed });
      const there = await inPage(name, { ...options, seed });
      assert.equal(there.json, JSON.stringify(here.events), `seed ${seed}`);
      assert.equal(there.value, JSON.stringify(here.value), `seed ${seed}`);
      assert.equal(there.elapsed, here.elapsed);
      assert.ok(here.events.length > 10);
    }
  });

  test(`a worker gives the same bytes: ${name}`, async () => {
    const here = await simulate(programs[name], { onLog() {}, ...options });
    const there = await page.evaluate(async (body, given) => {
      const url = URL.createObjectURL(new Blob([
        // Imports of a blob need whole addresses.
        `${body.replaceAll("import('/", `import('${location.origin}/`)}
        onmessage = async ({ data }) => postMessage(await runInPage(data));`,
      ], { type: 'text/javascript' }));
      const worker = new Worker(url);
      const answer = new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
      });
      worker.postMessage(given);
      const result = await answer;
      worker.terminate();
      return result;
    }, runInPage.toString(), { main: name, isNamed: true, options });
    assert.equal(there.json, JSON.stringify(here.events));
    assert.equal(there.value, JSON.stringify(here.value));
  });
}

test('frames and idle time are virtual', async () => {
  const { value } = await inPage(async ({ now, sleep }) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const seen = [await frame(), await frame()];
    await sleep(5);
    cancelAnimationFrame(requestAnimationFrame(() => seen.push('cancelled')));
    cancelIdleCallback(requestIdleCallback(() => seen.push('cancelled')));
    seen.push(await frame(), now());
    await new Promise((resolve) => requestIdleCallback(({ didTimeout, timeRemaining }) => {
      seen.push(now(), didTimeout, timeRemaining());
      resolve();
    }));
    return seen;
  }, { globals: true });
  assert.deepEqual(JSON.parse(value), [16, 32, 48, 48, 49, false, 50]);
});

test('timers are numbers, and clear what was cleared', async () => {
  const { value } = await inPage(async ({ sleep, now }) => {
    const fired = [];
    const timer = setTimeout(() => fired.push('cleared'), 10);
    clearTimeout(timer);
    clearTimeout('not one');
    setTimeout(function check() {
      fired.push(this === globalThis, now());
    }, 20);
    await sleep(100);
    return [typeof timer, ...fired];
  }, { globals: true });
  assert.deepEqual(JSON.parse(value), ['number', true, 20]);
});

test('tasks of the platform\'s scheduler take virtual time', async (t) => {
  if (!(await page.evaluate(() => typeof scheduler === 'object'))) return t.skip('there is none');
  const { value } = await inPage(async ({ now }) => {
    const seen = [await scheduler.postTask(() => ['soon', now()])];
    seen.push(await scheduler.postTask(() => ['later', now()], { delay: 500 }));
    await scheduler.yield?.();
    const failed = await scheduler.postTask(() => {
      throw new Error('its own');
    }).catch(({ message }) => message);
    const aborted = await scheduler.postTask(() => 1, { delay: 5, signal: AbortSignal.abort('no') })
      .catch((reason) => reason);
    return [...seen, failed, aborted, now()];
  }, { globals: true });
  return assert.deepEqual(JSON.parse(value), [['soon', 0], ['later', 500], 'its own', 'no', 500]);
});

test('Temporal.Now is virtual', async (t) => {
  if (!(await page.evaluate(() => typeof Temporal === 'object'))) return t.skip('there is none');
  const { value } = await inPage(async ({ sleep }) => {
    await sleep(3_600_000);
    return [
      Temporal.Now.instant().toString(), Temporal.Now.zonedDateTimeISO('UTC').hour,
      Temporal.Now.plainDateTimeISO('UTC').toString(), Temporal.Now.plainDateISO('UTC').toString(),
      Temporal.Now.plainTimeISO('UTC').toString(),
    ];
  }, { globals: true });
  return assert.deepEqual(JSON.parse(value), [
    '2000-01-01T01:00:00Z', 1, '2000-01-01T01:00:00', '2000-01-01', '01:00:00',
  ]);
});

const network = {
  fetch: () => fetch('/'),
  XMLHttpRequest: () => new XMLHttpRequest(),
  WebSocket: () => new WebSocket('ws://127.0.0.1/'),
  EventSource: () => new EventSource('/'),
  Worker: () => new Worker('/'),
};

for (const [kind, main] of Object.entries(network)) {
  test(`with globals the network ends the run: ${kind}`, async () => {
    const { name, code, kind: found } = await inPage(main, { globals: true });
    assert.deepEqual([name, code, found], ['RealIoError', 'BELAY_REAL_IO', kind]);
  });
}

test('without globals, a real timer that main awaits ends the run', async () => {
  const { name, kind } = await inPage(() => new Promise((resolve) => setTimeout(resolve, 20)));
  assert.deepEqual([name, kind], ['RealIoError', 'unknown']);
});

test('a deadlock tells who waits', async () => {
  const { name, message } = await inPage(({ Task }) =>
    Task.await(Task.async(() => new Promise(() => {}), { label: 'stuck' }), Infinity));
  assert.equal(name, 'DeadlockError');
  assert.match(message, /main <0\.1> awaits task <1\.1> "stuck"/);
});

test('an endless run ends', async () => {
  const { name } = await inPage(async ({ sleep }) => {
    for (;;) await sleep(0);
  }, { maxSteps: 10_000 });
  assert.equal(name, 'UnboundedError');
});

test('a linked failure that nobody awaits is no unhandled rejection of the page', async () => {
  const complaints = [];
  const listen = (error) => complaints.push(error);
  page.on('pageerror', listen);
  const { name, message } = await inPage(async ({ Task, sleep }) => {
    Task.async(() => {
      throw new RangeError('boom');
    });
    await sleep(100);
  });
  assert.deepEqual([name, message], ['RangeError', 'boom']);
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 20)));
  page.off('pageerror', listen);
  assert.deepEqual(complaints, []);
});

test('the page has its own globals afterwards', async () => {
  const names = [
    'setTimeout', 'setInterval', 'clearTimeout', 'Date', 'requestAnimationFrame', 'requestIdleCallback', 'fetch',
    'WebSocket', 'Worker',
  ];
  const same = await page.evaluate(async (list) => {
    const { simulate: run } = await import('/bindings/js/testing.js');
    const look = () => [
      ...list.map((name) => Object.getOwnPropertyDescriptor(globalThis, name)?.value),
      Math.random, performance.now, crypto.randomUUID, AbortSignal.timeout,
    ];
    const before = look();
    const { value } = await run(() => look().every((each, index) => each !== before[index]), { globals: true });
    const own = [performance, crypto].flatMap((holder) => Object.getOwnPropertyNames(holder));
    return { replaced: value, restored: look().every((each, index) => each === before[index]), own };
  }, names);
  assert.deepEqual(same, { replaced: true, restored: true, own: [] });
});
