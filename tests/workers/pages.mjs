// Pages for the tests in browsers: files of the repository behind a server, with
// the headers that a test wants, and the browsers.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';

const root = fileURLToPath(new URL('../..', import.meta.url));
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.mjs': 'text/javascript' };

const isolated = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/** What a page is sent with; the first part of its address chooses. */
const headers = {
  plain: {},
  isolated,
  strict: { 'content-security-policy': "default-src 'self' 'wasm-unsafe-eval'" },
  // As isolated, but the server fails now and then: see failing().
  flaky: isolated,
  broken: isolated,
  forbidden: { 'content-security-policy': "script-src 'self' 'wasm-unsafe-eval' 'unsafe-inline'; worker-src 'none'" },
};

/**
 * Whether a request fails: of flaky pages the first worker of a thread, and the
 * first module that one loads (a page's own worker has loaded it before); of
 * broken pages each worker of a thread.
 */
function failing(counts, agent, kind, name) {
  if (kind !== 'flaky' && kind !== 'broken') return false;
  const key = `${agent} ${kind} ${name}`;
  const count = (counts.get(key) ?? 0) + 1;
  counts.set(key, count);
  if (name.endsWith('threads.worker.js')) return kind === 'broken' || count === 1;
  return kind === 'flaky' && name.endsWith('threads.mjs') && count === 2;
}

/** Serves `folder`: { address(kind, path), close }. A path of '' is an empty page. */
export async function servePages(folder = root) {
  const counts = new Map();
  const server = createServer(async (request, response) => {
    const [, kind, ...path] = normalize(new URL(request.url, 'http://localhost').pathname).split('/');
    try {
      const name = path.join('/');
      if (failing(counts, request.headers['user-agent'], kind, name)) {
        response.writeHead(503, headers[kind]).end();
        return;
      }
      const body = name === '' ? '<!doctype html><title>empty</title>' : await readFile(join(folder, name));
      const type = name === '' ? types['.html'] : types[extname(name)] ?? 'application/octet-stream';
      response.writeHead(200, { 'content-type': type, ...headers[kind] });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    address: (kind, path = '') => `${origin}/${kind}/${path}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/* The last ones: pages of Chromium's own, for its field of addresses, which nobody sees, but which it makes and draws. */
const SETTINGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup',
];

const launches = {
  Chromium: (args) => puppeteer.launch({
    browser: 'chrome',
    executablePath: process.env.CHROMIUM_PATH || '/usr/bin/chromium',
    headless: true,
    args: [...SETTINGS, ...args],
  }),
  Firefox: () => puppeteer.launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX_PATH || '/usr/bin/firefox-esr',
    headless: true,
  }),
};

/**
 * @param name `Chromium` or `Firefox`
 * @param args more of them for Chromium
 */
export const launch = (name, args = []) => launches[name](args);

/**
 * Calls functions of a module in pages of a browser, of which each address has one, where the module
 * is loaded once: { value }, 'passed' where it gave none, or { error } as text.
 */
class Caller {
  #browser;
  #module;
  #pages = new Map();

  /** @param module a path, of which each page has its own address(path) */
  constructor(browser, module) {
    this.#browser = browser;
    this.#module = module;
  }

  async call(address, name) {
    const page = await this.#pageAt(address());
    return page.evaluate(async (from, wanted) => {
      try {
        return { value: (await (await import(from))[wanted]()) ?? 'passed' };
      } catch (error) {
        return { error: `${error?.message}\n${error?.stack}` };
      }
    }, address(this.#module), name);
  }

  async #pageAt(url) {
    if (!this.#pages.has(url)) {
      const page = await this.#browser.newPage();
      await page.goto(url);
      this.#pages.set(url, page);
    }
    return this.#pages.get(url);
  }
}

/**
 * For the tests of a file: a browser, `Chromium` or `Firefox`, and a function to call those of a module
 * (its path) in a page of a kind: call(kind, name).
 */
export function useCaller(browserName, module) {
  let pages;
  let browser;
  let caller;
  before(async () => {
    pages = await servePages();
    browser = await launch(browserName);
    caller = new Caller(browser, module);
  });
  after(async () => {
    await browser?.close();
    await pages?.close();
  });
  return (kind, name) => caller.call((path) => pages.address(kind, path), name);
}

/** What the page index.html in a folder says in its title, in Chromium: one for each of `kinds` of headers. */
export async function titlesOf(folder, kinds) {
  const pages = await servePages(folder);
  const browser = await launch('Chromium');
  try {
    const titles = [];
    for (const kind of kinds) {
      const page = await browser.newPage();
      await page.goto(pages.address(kind, 'index.html'));
      await page.waitForFunction(() => document.title !== '', { timeout: 60_000 });
      titles.push(await page.title());
    }
    return titles;
  } finally {
    await browser.close();
    await pages.close();
  }
}
