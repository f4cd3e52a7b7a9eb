/**
 * The service worker: keeps the whole page, so that it opens without a
 * network after one visit. `tools/offline.ts` puts the files and the version
 * in when the page is built.
 *
 * What is kept is one version as a whole: the page and its parts always fit
 * each other. A newer version is fetched beside it and waits until the page
 * says so, which it does when the learner asks for it. The version before
 * stays until the next one, for pages of it that are still open.
 */
const VERSION = '__VERSION__';
const FILES = __FILES__;
const PREFIX = `belay ${registration.scope} `; // several pages may share one origin
const CACHE = PREFIX + VERSION;
const PAGE = './'; // not index.html, from which some servers send one on
const KEPT = 2; // versions

addEventListener('install', (event) => event.waitUntil(fetchAll()));

addEventListener('activate', (event) => event.waitUntil(begin()));

addEventListener('message', ({ data }) => {
  if (data === 'take over') {
    skipWaiting();
  }
});

addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method === 'GET' && request.url.startsWith(registration.scope)) {
    event.respondWith(answer(request));
  }
});

/** All of it or nothing: a part that is missing refuses the version. */
async function fetchAll() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((file) => new Request(file, { cache: 'no-cache' })));
}

async function begin() {
  const own = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(own.slice(0, -(KEPT - 1)).map((name) => caches.delete(name)));
  await clients.claim(); // the first visit is enough
}

async function answer(request) {
  const page = new URL(PAGE, registration.scope).href;
  const path = request.url.replace(/[?#].*$/s, '');
  const wanted = path === page || path === `${page}index.html` ? page : request;
  const how = { ignoreSearch: true, ignoreVary: true };
  const current = await caches.open(CACHE);
  return (
    (await current.match(wanted, how)) ??
    (wanted === page ? undefined : await older(request, how)) ??
    fetch(request)
  );
}

/** A part of a version before this one; parts have their contents in their names. */
async function older(request, how) {
  for (const name of await caches.keys()) {
    const found = name.startsWith(PREFIX) && (await (await caches.open(name)).match(request, how));
    if (found) {
      return found;
    }
  }
  return undefined;
}
