/**
 * The network of the lesson's examples: `fetch` for one host that exists only in this
 * worker. It answers as examples/server.mjs does, with the same endpoints,
 * counters and bounds, so that an example behaves alike on a page without a
 * server and in Node with a real one. Nothing in here opens a connection.
 */
import {
  broken,
  json,
  pause,
  requestOf,
  SimulatedResponse,
  type SimulatedRequest,
} from './http.ts';

export interface Stats {
  requests: number;
  inFlight: number;
  peakInFlight: number;
  /** Requests that were given up before the answer was complete. */
  cancelled: number;
}

export interface Network {
  readonly url: string;
  readonly stats: Stats;
  readonly fetch: (input: unknown, init?: RequestInit) => Promise<SimulatedResponse>;
  /** Cuts what is in flight. */
  close(): Promise<void>;
}

const bounds = {
  delay: 10_000,
  hang: 60_000,
  chunks: 100,
  body: 16 * 1024,
  records: 1000,
  keys: 1000,
  connections: 2000,
};

/** Asked for something that the network will not do. */
class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

interface Exchange {
  readonly url: URL;
  readonly request: SimulatedRequest;
  readonly id: string;
  /** Rejects when the client gives up. */
  wait(ms: number): Promise<void>;
  /** Keeps the request in flight until `release` is called. */
  hold(): () => void;
}

type Route = (exchange: Exchange) => Promise<SimulatedResponse>;

export function createNetwork(url = 'http://network.invalid'): Network {
  const stats: Stats = { requests: 0, inFlight: 0, peakInFlight: 0, cancelled: 0 };
  const attempts = new Map<string, number>();
  const collections = { emails: new Map<string, unknown>(), orders: new Map<string, unknown>() };
  const closing = new AbortController();
  let limited = 0;

  /** Counts one more request of the key, and says how many came before. */
  const attempted = (key: string) => {
    const before = attempts.get(key) ?? 0;
    if (before === 0 && attempts.size >= bounds.keys) {
      throw new Refused(400, `no more than ${bounds.keys} keys`);
    }
    attempts.set(key, before + 1);
    return before;
  };

  const routes: Record<string, Route> = {
    'GET /users/:id': async ({ url: asked, id, wait }) => {
      await wait(milliseconds(asked, 20));
      return json(200, { id, name: `User ${id}`, email: `user${id}@example.com` });
    },
    'GET /delay': async ({ url: asked, wait }) => {
      const ms = milliseconds(asked, 100);
      await wait(ms);
      return json(200, { waited: ms });
    },
    'GET /hang': async ({ wait }) => {
      await wait(bounds.hang);
      throw broken();
    },
    'GET /fail': async ({ url: asked, wait }) => {
      const status = number(asked, 'status', 500, 400, 599);
      await wait(milliseconds(asked, 0));
      return json(status, { error: `status ${status}, as asked` });
    },
    'GET /reset': async ({ url: asked, wait }) => {
      await wait(milliseconds(asked, 0));
      throw broken();
    },
    'GET /stream': async ({ url: asked, wait, hold }) => {
      const chunks = number(asked, 'chunks', 5, 1, bounds.chunks);
      const ms = milliseconds(asked, 20);
      return new SimulatedResponse(textStream(chunks, ms, wait, hold()), {
        headers: { 'content-type': 'text/plain' },
      });
    },
    'GET /flap': async ({ url: asked }) => {
      const before = attempted(`flap ${asked.searchParams.get('key') ?? ''}`);
      return before < number(asked, 'down', 2, 0, bounds.keys)
        ? json(503, { error: `down, request ${before + 1}` })
        : json(200, { up: true, request: before + 1 });
    },
    'GET /limited': async ({ url: asked, wait }) => {
      const max = number(asked, 'max', 20, 1, bounds.connections);
      const ms = milliseconds(asked, 20);
      if (limited >= max) {
        return json(429, { error: `more than ${max} at once` });
      }
      limited += 1;
      try {
        await wait(ms);
        return json(200, { waited: ms });
      } finally {
        limited -= 1;
      }
    },
    'GET /emails': async () => json(200, { records: [...collections.emails.values()] }),
    'GET /orders': async () => json(200, { records: [...collections.orders.values()] }),
    'POST /emails': (exchange) => keep('emails', exchange),
    'POST /orders': (exchange) => keep('orders', exchange),
    'GET /stats': async () => json(200, stats),
    'DELETE /stats': async () => {
      stats.requests = 0;
      stats.cancelled = 0;
      stats.peakInFlight = stats.inFlight;
      return new SimulatedResponse(null, { status: 204 });
    },
  };

  /** Keeps a record once for each key, after `down` failures of it. */
  async function keep(
    name: keyof typeof collections,
    { url: asked, request, wait }: Exchange,
  ): Promise<SimulatedResponse> {
    const collection = collections[name];
    const down = number(asked, 'down', 0, 0, bounds.keys);
    const ms = milliseconds(asked, 0);
    const record = parse(request.body);
    const key = request.headers.get('idempotency-key') ?? `unnamed ${collection.size}`;
    const before = attempted(`${name} ${key}`);
    await wait(ms);
    if (before < down) {
      return json(503, { error: `down, request ${before + 1}` });
    }
    const duplicate = collection.has(key);
    if (!duplicate) {
      if (collection.size >= bounds.records) {
        throw new Refused(400, `no more than ${bounds.records} records`);
      }
      collection.set(key, record);
    }
    return json(201, { id: key, duplicate });
  }

  async function serve(request: SimulatedRequest, signal: AbortSignal): Promise<SimulatedResponse> {
    const asked = request.url;
    const user = /^\/users\/([^/]+)$/.exec(asked.pathname);
    const path = user === null ? asked.pathname : '/users/:id';
    const counted = path !== '/stats';
    let held = false;
    const leave = () => {
      if (counted) {
        stats.inFlight -= 1;
      }
    };
    if (counted) {
      stats.requests += 1;
      stats.inFlight += 1;
      stats.peakInFlight = Math.max(stats.peakInFlight, stats.inFlight);
    }
    try {
      await pause(1, signal); // the way there and back
      const route = routes[`${request.method} ${path}`];
      if (route === undefined) {
        throw new Refused(404, `no ${request.method} ${asked.pathname} here`);
      }
      const wait = (ms: number) => (ms === 0 ? Promise.resolve() : pause(ms, signal));
      const hold = () => {
        held = true;
        return leave;
      };
      return await route({ url: asked, request, id: user?.[1] ?? '', wait, hold });
    } catch (error) {
      if (error instanceof Refused) {
        return json(error.status, { error: error.message });
      }
      if (signal.aborted && !closing.signal.aborted) {
        stats.cancelled += 1;
      }
      throw error;
    } finally {
      if (!held) {
        leave();
      }
    }
  }

  return {
    url,
    stats,
    fetch: async (input, init) => {
      const request = requestOf(input, init, url);
      if (request.url.origin !== new URL(url).origin) {
        throw new TypeError(`the network of this page is simulated and knows ${url} only`);
      }
      request.signal?.throwIfAborted();
      const signals = request.signal === null ? [closing.signal] : [request.signal, closing.signal];
      return serve(request, AbortSignal.any(signals));
    },
    close: async () => closing.abort(broken()),
  };
}

function parse(text: string): unknown {
  if (text.length > bounds.body) {
    throw new Refused(413, `a body of more than ${bounds.body} bytes`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused(400, 'the body is not JSON');
  }
}

function number(url: URL, name: string, preset: number, min: number, max: number): number {
  const text = url.searchParams.get(name) ?? String(preset);
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) {
    throw new Refused(400, `${name}: a whole number from ${min} to ${max}, not ${text}`);
  }
  return value;
}

function milliseconds(url: URL, preset: number): number {
  return number(url, 'ms', preset, 0, bounds.delay);
}

function textStream(
  chunks: number,
  ms: number,
  wait: (ms: number) => Promise<void>,
  release: () => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let chunk = 0;
  return new ReadableStream({
    async pull(controller) {
      try {
        await wait(ms);
      } catch (error) {
        release();
        throw error;
      }
      chunk += 1;
      controller.enqueue(encoder.encode(`chunk ${chunk} of ${chunks}\n`));
      if (chunk === chunks) {
        controller.close();
        release();
      }
    },
    cancel: release,
  });
}
