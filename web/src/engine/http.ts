/**
 * Answers and requests of a simulated network. They look as the platform's
 * do to a program, but nothing in them takes real time: a body is there when
 * the next microtask runs. The platform's own read a body in another turn
 * of the event loop, which a simulation cannot wait for.
 */

export class SimulatedResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly url: string;
  readonly redirected = false;
  readonly type = 'basic';
  readonly body: ReadableStream<Uint8Array> | null;
  readonly #text: string | null;
  #used = false;

  constructor(
    body: string | ReadableStream<Uint8Array> | null,
    {
      status = 200,
      headers = {},
      url = '',
    }: { status?: number; headers?: Record<string, string>; url?: string } = {},
  ) {
    this.status = status;
    this.statusText = texts[status] ?? '';
    this.headers = new Headers(headers);
    this.url = url;
    this.#text = typeof body === 'string' ? body : body === null ? '' : null;
    this.body = body === null || typeof body === 'string' ? null : body;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  get bodyUsed(): boolean {
    return this.#used;
  }

  async text(): Promise<string> {
    if (this.#used) {
      throw new TypeError('the body of this response has been read already');
    }
    this.#used = true;
    return this.#text ?? readAll(this.body as ReadableStream<Uint8Array>);
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return new TextEncoder().encode(await this.text()).buffer as ArrayBuffer;
  }
}

const texts: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  400: 'Bad Request',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

async function readAll(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let text = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}

/** What a program asked for. */
export interface SimulatedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
  readonly signal: AbortSignal | null;
}

const ADDRESS_MAX = 2000; // each request is an event, and has its address

/** Reads the arguments of `fetch`; relative addresses belong to `base`. */
export function requestOf(
  input: unknown,
  init: RequestInit | undefined,
  base: string,
): SimulatedRequest {
  const address = typeof input === 'object' && input !== null && 'url' in input ? input.url : input;
  const { method = 'GET', headers, body = '', signal = null } = init ?? {};
  if (body !== null && typeof body !== 'string') {
    throw new TypeError('fetch: the network of this page takes bodies that are strings');
  }
  const url = new URL(String(address), base);
  if (url.href.length > ADDRESS_MAX) {
    throw new TypeError(`fetch: the network of this page takes addresses of ${ADDRESS_MAX} characters at most`);
  }
  return {
    method: method.toUpperCase(),
    url,
    headers: new Headers(headers),
    body: body ?? '',
    signal,
  };
}

export function json(status: number, value: unknown, url = ''): SimulatedResponse {
  return new SimulatedResponse(`${JSON.stringify(value)}\n`, {
    status,
    headers: { 'content-type': 'application/json' },
    url,
  });
}

/** What `fetch` rejects with when a connection breaks. */
export function broken(): TypeError {
  return new TypeError('fetch failed');
}

/** Waits on whichever clock the globals are on; rejects with the signal's reason. */
export function pause(ms: number, signal: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', giveUp);
      resolve();
    }, ms);
    if (signal?.aborted === true) {
      giveUp();
    } else {
      signal?.addEventListener('abort', giveUp, { once: true });
    }
  });
}
