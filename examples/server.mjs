// A small HTTP server with every kind of bad day an endpoint can have.
//
// The lesson's examples run against it: real sockets, real fetch, real
// cancellation. It counts what it sees, so that an example can show that a
// killed task's request was truly given up and not merely forgotten.
//
//   node examples/server.mjs [--port N]
//
// It listens on 127.0.0.1 only and everything in it is bounded: delays,
// bodies, records, keys, connections. Asking for more than a bound is an
// answer of 400 that names the bound.

import { createServer } from 'node:http';
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { realpathSync } from 'node:fs';

export const endpoints = `\
GET    /users/:id?ms=20             a user: { id, name, email }, after ms
GET    /delay?ms=100                { waited } after ms
GET    /hang                        no answer at all, until the client goes
GET    /fail?status=500&ms=0        { error } with that status (400 to 599)
GET    /reset?ms=0                  cuts the connection instead of answering
GET    /stream?chunks=5&ms=20       lines of text, one every ms
GET    /flap?key=name&down=2        503 for the key's first requests, then 200
GET    /limited?max=20&ms=20        429 while max such requests are in flight
POST   /emails?down=0&ms=0          keeps the JSON body: 201 { id, duplicate };
POST   /orders?down=0&ms=0            503 for the first requests of its
                                      Idempotency-Key, and one record per key
GET    /emails, GET /orders         { records }: what has been kept
GET    /stats                       { requests, inFlight, peakInFlight,
                                      cancelled } without /stats itself
DELETE /stats                       counts afresh from here on
GET    /                            this table
`;

export const limits = Object.freeze({
  delay: 10_000, // ms, of one wait
  hang: 60_000, // ms, then the connection is cut
  chunks: 100,
  body: 16 * 1024, // bytes
  records: 1_000, // of each collection
  keys: 1_000, // remembered by /flap, /emails and /orders together
  connections: 2_000,
});

// A client that hangs up is noticed a few turns of the event loop later, so
// /stats answers when the counters have been still for so many ms since it
// was asked, and at the latest after QUIET_MAX.
const QUIET = 20;
const QUIET_MAX = 250;

// When the machine stalls, waits of different lengths are over at once. So
// each lasts some turns of the event loop longer, one for each of its
// milliseconds, and what comes of a shorter one is seen before a longer one
// ends.
const TURNS_MAX = 100;

/** What a request asked for that the server will not do. */
class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * Starts the server on 127.0.0.1.
 *
 * `stats` is live: requests, inFlight, peakInFlight, cancelled (requests
 * whose client went away before it had the whole answer). `close()` cuts
 * every connection and resolves when nothing is left open.
 */
export async function startServer({ port = 0 } = {}) {
  const stats = { requests: 0, inFlight: 0, peakInFlight: 0, cancelled: 0 };
  const attempts = new Map(); // key -> requests so far
  const collections = { emails: new Map(), orders: new Map() };
  let limited = 0; // requests inside /limited
  let changed = performance.now(); // when a counter last moved
  let closing = false;

  const number = (url, name, preset, min, max) => {
    const text = url.searchParams.get(name) ?? String(preset);
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (!(value >= min && value <= max)) {
      throw new Refused(400,
        `${name}: a whole number from ${min} to ${max}, not ${text}`);
    }
    return value;
  };
  const milliseconds = (url, preset) =>
    number(url, 'ms', preset, 0, limits.delay);

  /** Counts one more request for the key, and says how many came before. */
  const attempted = (key) => {
    const before = attempts.get(key) ?? 0;
    if (before === 0 && attempts.size >= limits.keys) {
      throw new Refused(400, `no more than ${limits.keys} keys`);
    }
    attempts.set(key, before + 1);
    return before;
  };

  const routes = {
    async 'GET /'({ text }) {
      text(200, endpoints);
    },

    async 'GET /users/:id'({ url, id, wait, json }) {
      await wait(milliseconds(url, 20));
      json(200, { id, name: `User ${id}`, email: `user${id}@example.com` });
    },

    async 'GET /delay'({ url, wait, json }) {
      const ms = milliseconds(url, 100);
      await wait(ms);
      json(200, { waited: ms });
    },

    async 'GET /hang'({ wait, cut }) {
      await wait(limits.hang);
      cut();
    },

    async 'GET /fail'({ url, wait, json }) {
      const status = number(url, 'status', 500, 400, 599);
      await wait(milliseconds(url, 0));
      json(status, { error: `status ${status}, as asked` });
    },

    async 'GET /reset'({ url, wait, cut }) {
      await wait(milliseconds(url, 0));
      cut();
    },

    async 'GET /stream'({ url, wait, response }) {
      const chunks = number(url, 'chunks', 5, 1, limits.chunks);
      const ms = milliseconds(url, 20);
      response.writeHead(200, { 'content-type': 'text/plain' });
      for (let chunk = 1; chunk <= chunks; chunk++) {
        await wait(ms);
        response.write(`chunk ${chunk} of ${chunks}\n`);
      }
      response.end();
    },

    async 'GET /flap'({ url, json }) {
      const key = url.searchParams.get('key') ?? '';
      const down = number(url, 'down', 2, 0, limits.keys);
      const before = attempted(`flap ${key}`);
      if (before < down) {
        json(503, { error: `down, request ${before + 1}` });
      } else {
        json(200, { up: true, request: before + 1 });
      }
    },

    async 'GET /limited'({ url, wait, json }) {
      const max = number(url, 'max', 20, 1, limits.connections);
      const ms = milliseconds(url, 20);
      if (limited >= max) {
        json(429, { error: `more than ${max} at once` });
        return;
      }
      limited += 1;
      try {
        await wait(ms);
        json(200, { waited: ms });
      } finally {
        limited -= 1;
      }
    },

    async 'GET /emails'({ json }) {
      json(200, { records: [...collections.emails.values()] });
    },

    async 'GET /orders'({ json }) {
      json(200, { records: [...collections.orders.values()] });
    },

    'POST /emails': (exchange) => keep('emails', exchange),
    'POST /orders': (exchange) => keep('orders', exchange),

    async 'GET /stats'({ json }) {
      await stillness();
      json(200, stats);
    },

    async 'DELETE /stats'({ response }) {
      await stillness();
      stats.requests = 0;
      stats.cancelled = 0;
      stats.peakInFlight = stats.inFlight;
      response.writeHead(204).end();
    },
  };

  async function stillness() {
    const asked = performance.now();
    for (;;) {
      const now = performance.now();
      if (now - Math.max(asked, changed) >= QUIET) return;
      if (now - asked >= QUIET_MAX) return;
      await delay(5);
    }
  }

  /** Keeps a record once per Idempotency-Key, after `down` failures of it. */
  async function keep(name, { url, request, wait, json }) {
    const collection = collections[name];
    const down = number(url, 'down', 0, 0, limits.keys);
    const ms = milliseconds(url, 0);
    const record = await readJson(request);
    const key = request.headers['idempotency-key'] ??
      `unnamed ${collection.size}`;
    const before = attempted(`${name} ${key}`);
    await wait(ms);
    if (before < down) {
      json(503, { error: `down, request ${before + 1}` });
      return;
    }
    const duplicate = collection.has(key);
    if (!duplicate) {
      if (collection.size >= limits.records) {
        throw new Refused(400, `no more than ${limits.records} records`);
      }
      collection.set(key, record);
    }
    json(201, { id: key, duplicate });
  }

  async function serve(request, response) {
    const url = new URL(request.url, 'http://127.0.0.1');
    const user = /^\/users\/([^/]+)$/.exec(url.pathname);
    const path = user ? '/users/:id' : url.pathname;
    const route = routes[`${request.method} ${path}`];
    const gone = new AbortController(); // aborted when the client is

    if (path !== '/stats') count(response, gone);

    const exchange = {
      url,
      request,
      response,
      id: user?.[1],
      async wait(ms) {
        await delay(ms, undefined, { signal: gone.signal });
        for (let left = Math.min(ms, TURNS_MAX); left > 0; left--) {
          await turn(undefined, { signal: gone.signal });
        }
      },
      cut() {
        response.cut = true;
        request.socket.resetAndDestroy();
      },
      json(status, value) {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(`${JSON.stringify(value)}\n`);
      },
      text(status, value) {
        response.writeHead(status, { 'content-type': 'text/plain' });
        response.end(value);
      },
    };

    try {
      if (route === undefined) {
        throw new Refused(404, `no ${request.method} ${url.pathname} here`);
      }
      await route(exchange);
    } catch (error) {
      if (gone.signal.aborted || response.headersSent) return;
      if (!(error instanceof Refused)) throw error;
      exchange.json(error.status, { error: error.message });
    }
  }

  function count(response, gone) {
    stats.requests += 1;
    stats.inFlight += 1;
    stats.peakInFlight = Math.max(stats.peakInFlight, stats.inFlight);
    changed = performance.now();
    response.once('close', () => {
      stats.inFlight -= 1;
      if (!response.writableFinished && !response.cut && !closing) {
        stats.cancelled += 1;
      }
      changed = performance.now();
      gone.abort();
    });
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error) => response.destroy(error));
  });
  server.maxConnections = limits.connections;
  server.requestTimeout = limits.delay;
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', limits.connections, resolve);
  });

  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stats,
    close() {
      closing = true;
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      return closed;
    },
  };
}

async function readJson(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > limits.body) {
      throw new Refused(413, `a body of more than ${limits.body} bytes`);
    }
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Refused(400, 'the body is not JSON');
  }
}

const USAGE = `usage: node examples/server.mjs [--port N]

--port N   the port on 127.0.0.1, 0 to 65535; without it a free one is taken

${endpoints}`;

async function commandLine(words) {
  const given = words.length === 2 && words[0] === '--port' ? words[1] : '';
  const help = words.length === 1 && /^(-h|--help)$/.test(words[0]);
  const port = words.length === 0 ? 0 : /^\d{1,5}$/.test(given) ? +given : NaN;
  if (help) {
    console.log(USAGE);
    return;
  }
  if (!(port <= 65_535)) {
    console.error(`not understood: ${words.join(' ')}\n\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  try {
    const server = await startServer({ port });
    console.log(`${server.url}\n\n${endpoints}\nCtrl-C ends it.`);
    process.once('SIGINT', () => server.close());
    process.once('SIGTERM', () => server.close());
  } catch (error) {
    console.error(`cannot listen on 127.0.0.1:${port}: ${error.message}`);
    process.exitCode = 1;
  }
}

const script = process.argv[1];
if (script && import.meta.url === pathToFileURL(realpathSync(script)).href) {
  await commandLine(process.argv.slice(2));
}
