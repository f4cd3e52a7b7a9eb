/**
 * The world of a lesson: what its network is like, and what the learner may
 * change about it. Plain data and pure functions.
 *
 * All chance comes from counter-based dice: what the third request for
 * `/users` meets is a function of the seed, `/users` and 3, never of what
 * was drawn before. So moving one knob does not reroll what it says nothing
 * about: with another limit each request takes as long as before.
 */

/** How long an answer takes. */
export interface Latency {
  /**
   * fixed      `ms`, always
   * uniform    evenly from `ms` less to `ms` more by `spread` (0.5 is half of it)
   * logNormal  half of them below `ms`; `spread` is the sigma
   * longTail   half of them below `ms`, some far above, up to `factor` times
   * bimodal    `ms`, but `factor` times that for a `share` of them
   */
  readonly kind: 'fixed' | 'uniform' | 'logNormal' | 'longTail' | 'bimodal';
  readonly ms: number;
  /** 0.5 unless given. */
  readonly spread?: number;
  /** From 0 to 1; 0.1 unless given. */
  readonly share?: number;
  /** 8 unless given. */
  readonly factor?: number;
}

/** One endpoint; rates are from 0 to 1, and 0 unless given. */
export interface Endpoint {
  readonly latency: Latency;
  /** The share of requests that are answered with `status`. */
  readonly fail?: number;
  /** Of failures: 500 unless given; 0 breaks the connection. */
  readonly status?: number;
  /** The share of requests that are never answered. */
  readonly hang?: number;
  /** Turn about up and down (503), so many virtual ms each; `first` is how it begins, up unless given. */
  readonly flap?: { readonly up: number; readonly down: number; readonly first?: 'up' | 'down' };
  /** Ms of a server's core for each answer; requests queue for the cores. */
  readonly cpu?: number;
  /** More than so many requests in flight are answered with 429 at once. */
  readonly capacity?: number;
  /**
   * What is answered, as JSON; an object that names the path unless given. In a
   * text `{name}` stands for the last part of the path.
   */
  readonly body?: unknown;
}

export interface World {
  /** By path; one that ends in `*` stands for all that begin so. The first that fits counts. */
  readonly endpoints: Readonly<Record<string, Endpoint>>;
  /** Cores that the answers' `cpu` is spent on; 1 unless given. */
  readonly cores?: number;
}

export type KnobValue = number | boolean | string;
export type Knobs = Readonly<Record<string, KnobValue>>;

interface KnobBase {
  /** The name by which `main` gets the value. */
  readonly id: string;
  readonly label: string;
  /** Parts of the world that the value is put into: `["*", "latency", "ms"]` of every endpoint. */
  readonly sets?: readonly (readonly string[])[];
}

export type Knob =
  | (KnobBase & {
      readonly kind: 'number';
      readonly value: number;
      readonly min: number;
      readonly max: number;
      readonly step?: number;
      /** '%' puts a hundredth of the value into the world; a switch puts 1 or 0. */
      readonly unit?: 'ms' | '%' | '';
    })
  | (KnobBase & {
      readonly kind: 'choice';
      readonly value: string;
      readonly options: readonly { readonly value: string; readonly label: string }[];
    })
  | (KnobBase & { readonly kind: 'switch'; readonly value: boolean });

/** A number from 0 up to 1 that depends on these four and nothing else. */
export function dice(seed: number, path: string, attempt: number, draw: string): number {
  let a = mix(seed >>> 0, Math.floor(seed / 2 ** 32));
  let b = mix(0x9e3779b9, attempt);
  for (const text of [path, draw]) {
    for (let index = 0; index < text.length; index += 1) {
      a = mix(a, text.charCodeAt(index));
      b = mix(b ^ a, index);
    }
    a = mix(a, 0x10001);
  }
  a = mix(a, b);
  b = mix(b, a);
  return ((a >>> 5) * 2 ** 26 + (b >>> 6)) / 2 ** 53;
}

/** Every bit of either changes about half of the bits that come out. */
function mix(state: number, value: number): number {
  let h = (state ^ Math.imul(value | 0, 0xcc9e2d51)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) + 0x7f4a7c15;
}

/** Virtual ms that an answer takes, at least 1. `roll` gives the dice by name. */
export function latencyOf(latency: Latency, roll: (draw: string) => number): number {
  const { kind, ms, spread = 0.5, share = 0.1, factor = 8 } = latency;
  const drawn = {
    fixed: () => ms,
    uniform: () => ms * (1 + spread * (2 * roll('latency') - 1)),
    logNormal: () => ms * Math.exp(spread * normal(roll)),
    longTail: () => ms * Math.min(factor, ((1 - roll('latency')) * 2) ** (-1 / 1.6)),
    bimodal: () => (roll('latency') < share ? ms * factor : ms),
  }[kind]();
  return Math.max(1, Math.round(drawn));
}

function normal(roll: (draw: string) => number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - roll('latency')));
  return radius * Math.cos(2 * Math.PI * roll('angle'));
}

export function endpointOf(world: World, path: string): Endpoint | null {
  for (const [pattern, endpoint] of Object.entries(world.endpoints)) {
    const fits = pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
    if (fits) {
      return endpoint;
    }
  }
  return null;
}

/** What one request meets. */
export interface Fate {
  readonly latency: number;
  readonly hangs: boolean;
  readonly fails: boolean;
}

export function fateOf(endpoint: Endpoint, seed: number, path: string, attempt: number): Fate {
  const roll = (draw: string) => dice(seed, path, attempt, draw);
  return {
    latency: latencyOf(endpoint.latency, roll),
    hangs: roll('hang') < (endpoint.hang ?? 0),
    fails: roll('fail') < (endpoint.fail ?? 0),
  };
}

/** Whether it answers 503 at this virtual time. */
export function isDown({ flap }: Endpoint, now: number): boolean {
  if (flap === undefined) {
    return false;
  }
  const { up, down, first = 'up' } = flap;
  return (now + (first === 'down' ? up : 0)) % (up + down) >= up;
}

export function bodyOf({ body }: Endpoint, path: string, attempt: number): unknown {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return typeof body === 'string' ? body.replaceAll('{name}', name) : (body ?? { path, attempt });
}

export const presets = (knobs: readonly Knob[]): Knobs =>
  Object.fromEntries(knobs.map(({ id, value }) => [id, value]));

/** A value that the knob can have, as near as it goes to the one given. */
export function fitted(knob: Knob, value: unknown): KnobValue {
  switch (knob.kind) {
    case 'number': {
      const number = Number(value);
      if (!Number.isFinite(number) || typeof value === 'boolean') {
        return knob.value;
      }
      const step = knob.step ?? 1;
      const stepped = knob.min + Math.round((number - knob.min) / step) * step;
      return Math.min(knob.max, Math.max(knob.min, stepped));
    }
    case 'choice':
      return knob.options.some((option) => option.value === value) ? (value as string) : knob.value;
    case 'switch':
      return typeof value === 'boolean' ? value : knob.value;
  }
}

/** The world with the knobs' values put into it. */
export function worldWith(world: World, knobs: readonly Knob[], values: Knobs): World {
  const changed = structuredClone(world) as World;
  for (const knob of knobs) {
    const value = fitted(knob, values[knob.id]);
    const put =
      knob.kind === 'switch'
        ? Number(value) // a rate: always, or never
        : knob.kind === 'number' && knob.unit === '%'
          ? Number(value) / 100
          : value;
    for (const [pattern, ...path] of knob.sets ?? []) {
      for (const [name, endpoint] of Object.entries(changed.endpoints)) {
        if (pattern === '*' || pattern === name) {
          setPath(endpoint as unknown as Record<string, unknown>, path, put);
        }
      }
    }
  }
  return changed;
}

function setPath(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name, ...rest] = path;
  if (name === undefined) {
    return;
  }
  if (rest.length === 0) {
    target[name] = value;
    return;
  }
  setPath((target[name] ??= {}) as Record<string, unknown>, rest, value);
}
