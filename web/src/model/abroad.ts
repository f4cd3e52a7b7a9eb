/**
 * What programs in other languages meet in the place of Belay's network: the
 * fate of each request, as the dice of the same seed give it, and what the
 * endpoints can bear. `tools/parity/api.exs` and `api.py` live by it.
 */
import type { TraceEvent } from './events.ts';
import { bodyOf, endpointOf, fateOf, type Endpoint, type Knobs, type World } from './world.ts';

const ATTEMPTS = 4; // of a path, beyond those that Belay's run made

/** path, attempt, ms, what becomes of it, body or status, endpoint */
export type FateRow = readonly [string, number, number, 'ok' | 'fail' | 'hang', unknown, string];

export interface WorldAbroad {
  readonly fates: readonly FateRow[];
  readonly endpoints: Readonly<Record<string, Pick<Endpoint, 'cpu' | 'capacity' | 'flap'>>>;
  readonly cores: number;
  readonly knobs: Knobs;
}

export interface Ground {
  /** With the knobs' values in it. */
  readonly world: World;
  readonly seed: number;
  readonly knobs: Knobs;
}

/** What each request of the run met, and later attempts would; and what its endpoint can bear. */
export function worldAbroad(
  { world, seed, knobs }: Ground,
  events: Iterable<TraceEvent>,
): WorldAbroad {
  const attempts = new Map<string, number>();
  for (const event of events) {
    if (event.type === 'requested') {
      attempts.set(event.path, event.attempt);
    }
  }
  const fates = [...attempts].flatMap(([path, made]) =>
    Array.from({ length: made + ATTEMPTS }, (_, index): FateRow => {
      const attempt = index + 1;
      const endpoint = endpointOf(world, path) as Endpoint;
      const { latency, hangs, fails } = fateOf(endpoint, seed, path, attempt);
      const fate = hangs ? 'hang' : fails ? 'fail' : 'ok';
      const body = fails ? (endpoint.status ?? 500) : bodyOf(endpoint, path, attempt);
      return [path, attempt, latency, fate, body, nameOf(world, endpoint)];
    }),
  );
  const endpoints = Object.fromEntries(
    Object.entries(world.endpoints).map(([name, { cpu, capacity, flap }]) => [
      name,
      withoutHoles({ cpu, capacity, flap }),
    ]),
  );
  return { fates, endpoints, cores: world.cores ?? 1, knobs };
}

const nameOf = (world: World, endpoint: Endpoint): string =>
  Object.keys(world.endpoints).find((name) => world.endpoints[name] === endpoint) ?? '';

type Bearing = WorldAbroad['endpoints'][string];

/** Without those that are undefined, which JSON does not know. */
const withoutHoles = (object: object): Bearing => JSON.parse(JSON.stringify(object)) as Bearing;

/** The world as a term of Elixir. */
export function elixirWorld({ fates, ...rest }: WorldAbroad): string {
  const rows = fates.map(
    ([path, attempt, ms, fate, body, name]) =>
      `{${elixirTerm(path)}, ${attempt}} => {${ms}, :${fate}, ${elixirTerm(body)}, ${elixirTerm(name)}}`,
  );
  return `Map.put(${elixirTerm(rest)}, "fates", %{\n  ${rows.join(',\n  ')}\n})`;
}

/** A value of JSON as a term of Elixir. */
export function elixirTerm(value: unknown): string {
  if (value === null) {
    return 'nil';
  }
  if (Array.isArray(value)) {
    return `[${value.map(elixirTerm).join(', ')}]`;
  }
  if (typeof value === 'object') {
    const parts = Object.entries(value as object).map(
      ([key, part]) => `${JSON.stringify(key)} => ${elixirTerm(part)}`,
    );
    return `%{${parts.join(', ')}}`;
  }
  return JSON.stringify(value).replaceAll('#{', '\\#{');
}
