/** The network of a lesson: `fetch`, as the lesson's world describes it. */
import type { PageEvent, Pid } from '../model/events.ts';
import { bodyOf, endpointOf, fateOf, isDown, type Endpoint, type World } from '../model/world.ts';
import type { Hold, Holds } from './holds.ts';
import { broken, json, requestOf, type SimulatedResponse } from './http.ts';
import type { Network, Stats } from './network.ts';

/** Relative addresses belong here; nobody can have this name. */
const BASE = 'http://network.invalid';

/** Ms in which one that is down says so, at most. */
const DOWN = 10;

/** Who is told of each request and its end. */
interface Witness {
  readonly now: () => number;
  add(event: PageEvent): void;
}

/** A network that can be broken while it is used. */
export interface ChangingNetwork extends Network {
  /** Later requests for exactly `path` meet this, on top of what the world says. */
  change(path: string, changes: Partial<Endpoint>): void;
}

/**
 * One network for one run: it counts its requests from 1. Their answers can be
 * held up by `holds`; `ownerOf` tells whose signal it is that a request came with.
 */
export function createWorld(
  world: World,
  seed: number,
  witness: Witness,
  holds: Holds,
  ownerOf: (signal: AbortSignal | null) => Pid | null,
): ChangingNetwork {
  const stats: Stats = { requests: 0, inFlight: 0, peakInFlight: 0, cancelled: 0 };
  const attempts = new Map<string, number>();
  const busy = new Map<Endpoint, number>();
  const changed = new Map<string, Endpoint>();
  const cores = new Cores(world.cores ?? 1);

  async function answer(
    path: string,
    attempt: number,
    endpoint: Endpoint,
    signal: AbortSignal | null,
    hold: Hold,
  ) {
    const { latency, hangs, fails } = fateOf(endpoint, seed, path, attempt);
    if ((busy.get(endpoint) ?? 0) > (endpoint.capacity ?? Number.POSITIVE_INFINITY)) {
      return json(429, { error: 'too many requests' }, path);
    }
    if (isDown(endpoint, witness.now())) {
      await hold.pause(Math.min(latency, DOWN), signal);
      return json(503, { error: 'down' }, path);
    }
    if (hangs) {
      hold.stretch(Number.POSITIVE_INFINITY);
      await new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    }
    await hold.pause(latency, signal);
    if (endpoint.cpu !== undefined && endpoint.cpu > 0) {
      await hold.pause(cores.take(witness.now(), endpoint.cpu), signal);
    }
    if (!fails) {
      return json(200, bodyOf(endpoint, path, attempt), path);
    }
    if (endpoint.status === 0) {
      throw broken();
    }
    return json(endpoint.status ?? 500, { error: `${path} failed` }, path);
  }

  async function serve(path: string, signal: AbortSignal | null): Promise<SimulatedResponse> {
    const endpoint = changed.get(path) ?? endpointOf(world, path);
    const attempt = (attempts.get(path) ?? 0) + 1;
    attempts.set(path, attempt);
    const about = { path, attempt };
    witness.add({ type: 'requested', time: witness.now(), ...about });
    const hold = holds.request(ownerOf(signal), path, attempt);
    stats.requests += 1;
    stats.inFlight += 1;
    stats.peakInFlight = Math.max(stats.peakInFlight, stats.inFlight);
    let status: number | null = 0;
    if (endpoint !== null) {
      busy.set(endpoint, (busy.get(endpoint) ?? 0) + 1);
    }
    try {
      const response =
        endpoint === null
          ? json(404, { error: `no ${path} in this world` }, path)
          : await answer(path, attempt, endpoint, signal, hold);
      ({ status } = response);
      return response;
    } catch (error) {
      if (signal?.aborted === true) {
        status = null;
        stats.cancelled += 1;
      }
      throw error;
    } finally {
      stats.inFlight -= 1;
      if (endpoint !== null) {
        busy.set(endpoint, (busy.get(endpoint) ?? 1) - 1);
      }
      witness.add({ type: 'answered', time: witness.now(), ...about, status });
      holds.end(hold);
    }
  }

  return {
    url: BASE,
    stats,
    async fetch(input, init) {
      const { url, signal } = requestOf(input, init, BASE);
      if (url.origin !== BASE) {
        throw new TypeError(`the network of this page is simulated; it has no ${url.origin}`);
      }
      signal?.throwIfAborted();
      return serve(url.pathname, signal);
    },
    change(path, changes) {
      const endpoint = endpointOf(world, path);
      if (endpoint === null) {
        throw new RangeError(`there is no ${path} in this world`);
      }
      changed.set(path, { ...endpoint, ...changes });
    },
    close: async () => {},
  };
}

/** The server's cores: who asks waits for the one that is free first. */
class Cores {
  readonly #free: number[];

  constructor(count: number) {
    this.#free = Array.from({ length: Math.max(1, count) }, () => 0);
  }

  /** Takes `ms` of a core; gives the ms until that is done. */
  take(now: number, ms: number): number {
    const first = this.#free.indexOf(Math.min(...this.#free));
    const done = Math.max(now, this.#free[first] as number) + ms;
    this.#free[first] = done;
    return done - now;
  }
}
