// What the tests of the page share: the page as it is shipped, behind a
// server that knows nothing but files, and a browser.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { build } from 'vite';
import { launch } from '../workers/pages.mjs';

export const web = fileURLToPath(new URL('../../web', import.meta.url));

/** The page lies in a folder, so an address that assumes the root fails. */
export const FOLDER = '/any/folder/';

/** ms until a wait is given up: long, for a busy machine is slow and a fault shows all the same. */
const PATIENCE = 60_000;
const AGAIN_AFTER = 15; // ms

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** A folder of our own with the page: a copy of what the suite has built (scripts/lib/with-page.mjs), or built now. */
async function pageFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'belay-page-'));
  const { BELAY_PAGE: built, NODE_ENV: before } = process.env;
  if (built) {
    await cp(built, folder, { recursive: true });
    return folder;
  }
  await build({ root: web, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
  /* Vite's build says that this is production: a server that a test makes would believe it. */
  if (before === undefined) delete process.env.NODE_ENV;
  else process.env.NODE_ENV = before;
  return folder;
}

/** Serves the page as it is shipped: { url, folder, close }; nobody is answered while `down` is set. */
export async function servePage() {
  const folder = await pageFolder();
  const site = { folder, down: false };
  const server = createServer(async (request, response) => {
    if (site.down) {
      request.socket.destroy();
      return;
    }
    const { pathname } = new URL(request.url, 'http://localhost');
    const name = pathname === FOLDER ? 'index.html' : normalize(pathname).slice(FOLDER.length);
    try {
      if (!pathname.startsWith(FOLDER)) throw new Error('outside of the folder');
      const body = await readFile(join(folder, name));
      response.writeHead(200, {
        'content-type': types[extname(name)] ?? 'application/octet-stream',
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(site, {
    url: `http://127.0.0.1:${server.address().port}${FOLDER}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  });
}

/** `Chromium`, which may have more arguments, or `Firefox`. */
export const launchBrowser = (name = 'Chromium', args = []) => launch(name, args);

export const desk = { width: 1280, height: 800 };
export const phone = { width: 390, height: 844, isMobile: true, hasTouch: true };

/**
 * A page at `address`, and what must stay empty: complaints on its console,
 * and requests that leave its own folder.
 */
export async function openPage(
  browser,
  address,
  { viewport = desk, scheme = 'light', before } = {},
) {
  const page = patient(await browser.newPage());
  const complaints = [];
  const strays = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warn') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  const home = new URL('.', address).href;
  page.on('request', (request) => {
    const url = request.url();
    if (
      !url.startsWith(home) &&
      !url.startsWith(`blob:${new URL(home).origin}/`) &&
      !url.startsWith('blob:null/') && // of the frame in which programs run
      !url.startsWith('data:')
    )
      strays.push(url);
  });
  await page.setViewport(viewport);
  if (scheme !== 'light') {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  }
  await before?.(page);
  /* A server that builds the page while it serves it may take a minute on a busy machine. */
  await page.goto(address, { waitUntil: 'load', timeout: 120_000 });
  await page.waitForNetworkIdle({ idleTime: 100, timeout: 120_000 });
  if (page.isJavaScriptEnabled()) {
    await page.waitForFunction(() => document.documentElement.dataset.alive === 'true');
    /* The texts of the lesson that the address names come a moment later, or are refused. */
    await page.waitForSelector('#code-text, .exercise-step, .exercise [role=alert], .refusal');
  }
  return Object.assign(page, { complaints, strays });
}

/**
 * Has waitForFunction look until what it waits for is so. Puppeteer's own stops
 * looking, and waits to its end, when the function has thrown once: an element
 * that is not there for a moment was enough.
 */
function patient(page) {
  page.setDefaultTimeout(PATIENCE);
  page.waitForFunction = async (wanted, { timeout = PATIENCE } = {}, ...args) => {
    const end = performance.now() + timeout;
    for (;;) {
      const seen = await page.evaluate(wanted, ...args).catch((error) => error);
      if (seen && !(seen instanceof Error)) return;
      if (performance.now() > end) {
        throw new Error(`waited ${timeout} ms for ${wanted}`, { cause: seen });
      }
      await sleep(AGAIN_AFTER);
    }
  };
  return page;
}

/**
 * The page for the tests of a file: built and served before them. Gives
 * `withPage(address, options, use)`: a page for one test, which must not
 * complain and ask nobody else; and what else there is of site and browser.
 */
export function useSite(name = 'Chromium', args = []) {
  const shared = { site: null, browser: null, withPage };
  before(async () => {
    [shared.site, shared.browser] = await Promise.all([servePage(), launchBrowser(name, args)]);
  });
  after(async () => {
    await shared.browser?.close();
    await shared.site?.close();
  });
  async function withPage(address, options, use) {
    const page = await openPage(shared.browser, shared.site.url + address, options);
    try {
      await use(page);
      assert.deepEqual(page.complaints, []);
      assert.deepEqual(page.strays, []);
    } finally {
      /* The next test begins as a first visit does. */
      await page.evaluate(() => localStorage.clear()).catch(() => {});
      await page.close();
    }
  }
  return shared;
}

/** The element that can be seen, of several that say the same. */
export async function clickVisible(page, selector) {
  const clicked = await page.evaluate((given) => {
    const element = [...document.querySelectorAll(given)].find((candidate) =>
      candidate.checkVisibility(),
    );
    element?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
    return element !== undefined;
  }, selector);
  if (!clicked) throw new Error(`nothing to be seen of ${selector}`);
}

/**
 * Goes on with Tab, or back with Shift and Tab, until the focus is on what is wanted: an
 * element that fits `selector`, with `word` in its text or its label.
 */
export async function tabTo(page, selector, { word = '', back = false } = {}) {
  for (let presses = 0; ; presses += 1) {
    const there = await page.evaluate(
      (wanted, part) => {
        const { activeElement: at } = document;
        return at.matches(wanted) && `${at.ariaLabel ?? ''} ${at.textContent}`.includes(part);
      },
      selector,
      word,
    );
    if (there) return;
    assert.ok(presses < 100, `Tab does not reach ${selector} ${word}`);
    await chord(page, back ? 'Shift+Tab' : 'Tab');
  }
}

/** Presses a key while others are held: `Control+Shift+z`. */
export async function chord(page, keys) {
  const [last, ...held] = keys.split('+').reverse();
  for (const key of held) await page.keyboard.down(key);
  await page.keyboard.press(last);
  for (const key of held.reverse()) await page.keyboard.up(key);
}

/** The text of an element, which may come with the lesson's text, a moment after the page. */
export async function text(page, selector) {
  await page.waitForSelector(selector);
  return page.$eval(selector, (element) => element.textContent.trim());
}

export async function ended(page) {
  await page.waitForFunction(
    () =>
      /^(Finished|Failed|Stopped)(?!.*picture follows)/.test(
        document.querySelector('.status')?.textContent ?? '',
      ),
  );
  return text(page, '.status');
}

/** Runs what is shown; the playhead then stands at the end. */
export async function runToEnd(page) {
  await clickVisible(page, '.run');
  const status = await ended(page);
  await page.$eval('[aria-label="To the end"]', (button) => button.click());
  return status;
}

/**
 * Presses a link under the code, the first of these names that is there, which it is when the
 * lesson's text is; not when `there` is.
 */
export async function pressCodeLink(page, names, there = '') {
  await page.waitForFunction(
    (wanted, already) => {
      if (already !== '' && document.querySelector(already) !== null) {
        return true;
      }
      const links = [...document.querySelectorAll('.code-foot .link')];
      const [link] = wanted.flatMap((name) => links.filter(({ textContent }) => textContent === name));
      link?.click();
      return link !== undefined;
    },
    {},
    [names].flat(),
    there,
  );
}

/** Types a program over the one that is shown, as plain text. */
export async function writeProgram(page, source) {
  await pressCodeLink(page, ['Plain text', 'Edit'], 'textarea.plain'); // the first is gone once it was chosen
  await page.waitForSelector('textarea.plain');
  await page.evaluate((text) => {
    const area = document.querySelector('textarea.plain');
    area.value = text;
    area.dispatchEvent(new Event('input', { bubbles: true }));
  }, source);
}

/** Moves the playhead to a share of the run. */
export function scrub(page, share) {
  return page.evaluate((part) => {
    const range = document.querySelector('.scrub');
    range.value = String(Number(range.max) * part);
    range.dispatchEvent(new Event('input', { bubbles: true }));
    return new Promise((done) => setTimeout(done, 50));
  }, share);
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Options of a page that axe can be put into. */
export const withAxe = { before: (page) => page.setBypassCSP(true) };

/** What axe finds on the page as it stands: a text for each finding. */
export async function axeFindings(page) {
  await page.evaluate(axe);
  const found = [];
  for (const finding of await findings(page)) {
    if (!isCovered(finding) || (await staysCovered(page, finding))) found.push(finding.text);
  }
  return found;
}

const isCovered = ({ text }) => /^target-size:[^]*obscured/.test(text);

/* A bar at the edge covers a part of what is just there, and no more when that is in the middle. */
async function staysCovered(page, { target }) {
  await page.$eval(target, (element) => element.scrollIntoView({ block: 'center', inline: 'center' }));
  const there = await findings(page);
  return there.some((finding) => isCovered(finding) && finding.target === target);
}

async function findings(page) {
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, target, failureSummary }) => ({
      text: `${id}: ${html}\n${failureSummary}`,
      target: target.join(' '),
    })),
  );
}

/** No part of the page is wider than its window, before and after a run. */
export async function nothingRunsOut(page) {
  const over = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  const check = async (when) => {
    const by = await over();
    if (by !== 0) throw new Error(`${by} px too wide ${when}`);
  };
  await check('before the run');
  await runToEnd(page);
  for (const button of await page.$$('.parts button')) {
    await button.evaluate((element) => element.click());
    await check(`at ${await button.evaluate((element) => element.textContent)}`);
  }
  await check('after the run');
}
