// Cases 1 and 2: a function that does nothing over many items, so many at a
// time, without and with a timeout on each.

import {
  TIMEOUT,
  belay,
  collected,
  floor,
  loops,
  noop,
  ours,
  peer,
  settlingLoops,
  timing,
  valueOf,
  withTimer,
} from './shared.mjs';

/* The cost of one item grows with their number in these (a queue that is
 * shifted, garbage that stays), so that fewer items are to their advantage;
 * case `fair` shows it. */
const SLOW = { items: 100_000, quickItems: 20_000 };
const QUADRATIC = { items: 50_000, quickItems: 10_000 };

const toPairs = (items) => items.map((item) => () => noop(item));

/** The rows for libraries, each used as its documentation recommends. */
export const mapPeers = (concurrency) => ({
  async: peer('async mapLimit', async () => {
    const { mapLimit } = await import('async');
    return { run: (items) => mapLimit(items, concurrency, noop) };
  }),
  effect: peer('Effect.forEach', async () => {
    const { Effect } = await import('effect');
    const body = (item) => Effect.promise(() => noop(item));
    return { run: (items) => Effect.runPromise(Effect.forEach(items, body, { concurrency })) };
  }),
  transform: peer('streaming-iterables transform', async () => {
    const { collect, transform } = await import('streaming-iterables');
    return { run: (items) => collect(transform(concurrency, noop, items)), ordered: false };
  }),
  'p-map': peer('p-map', async () => {
    const { default: pMap } = await import('p-map');
    return { run: (items) => pMap(items, noop, { concurrency }) };
  }),
  'p-limit': peer(
    'p-limit map',
    async () => {
      const { default: pLimit } = await import('p-limit');
      return { run: (items) => pLimit(concurrency).map(items, noop) };
    },
    SLOW,
  ),
  'p-queue': peer(
    'p-queue addAll',
    async () => {
      const { default: PQueue } = await import('p-queue');
      return { run: (items) => new PQueue({ concurrency }).addAll(toPairs(items)) };
    },
    SLOW,
  ),
  readable: peer(
    'Node Readable.map',
    async () => {
      const { Readable } = await import('node:stream');
      return { run: (items) => Readable.from(items).map(noop, { concurrency }).toArray() };
    },
    SLOW,
  ),
  rxjs: peer(
    'rxjs mergeMap',
    async () => {
      const { from, lastValueFrom, mergeMap, toArray } = await import('rxjs');
      return {
        run: (items) =>
          lastValueFrom(from(items).pipe(mergeMap((item) => noop(item), concurrency), toArray())),
        ordered: false,
      };
    },
    QUADRATIC,
  ),
});

const unbounded = {
  all: floor('Promise.all (unbounded)', async () => ({
    run: (items) => Promise.all(items.map(noop)),
  })),
  allSettled: floor('Promise.allSettled (unbounded)', async () => ({
    run: (items) => Promise.allSettled(items.map(noop)),
    values: (entries) => entries.map(valueOf),
  })),
};

/** Functions in a list, the only form of the platform's own shape. */
const settledFunctions = (maxConcurrency) => async () => {
  const { Task } = await belay();
  return {
    run: (items) => Task.allSettled(toPairs(items), { maxConcurrency }),
    values: (entries) => entries.map(valueOf),
  };
};

const mapCase = (concurrency) => ({
  number: 1,
  title: `map of a no-op async function, ${concurrency} at once`,
  items: 1_000_000,
  quickItems: 200_000,
  floor: 'loop',
  judged: 'ns',
  columns: timing,
  guarded: ['belay'],
  rows: {
    loop: floor('hand-written loops', loops(concurrency, noop)),
    settling: floor('hand-written loops, an entry each', settlingLoops(concurrency, noop)),
    belay: ours(
      'Belay asyncStream, timeout: Infinity',
      collected({ maxConcurrency: concurrency, timeout: Infinity }),
    ),
    'belay-values': ours('Belay asyncStream, toValues', async () => {
      const { Task } = await belay();
      const options = { maxConcurrency: concurrency, timeout: Infinity };
      return { run: (items) => Task.asyncStream(items, noop, options).toValues() };
    }),
    'belay-defaults': ours(
      'Belay asyncStream, default timeout',
      collected({ maxConcurrency: concurrency }),
    ),
    'belay-unordered': ours(
      'Belay asyncStream, ordered: false',
      collected({ maxConcurrency: concurrency, timeout: Infinity, ordered: false }),
    ),
    'belay-settled': ours('Belay allSettled of functions', settledFunctions(concurrency), SLOW),
    ...mapPeers(concurrency),
    ...(concurrency === 100 ? unbounded : {}),
  },
  targets: [
    ...['belay', 'belay-values'].flatMap((row) => [
      { row, over: 'loop', atMost: 1.15 },
      { row: 'best', over: row, atLeast: 1.8 },
      { row: 'p-map', over: row, atLeast: 8 },
      { row: 'p-limit', over: row, atLeast: 25 },
    ]),
  ],
});

const CONCURRENCY = 100;

const timedPeers = {
  async: peer('async mapLimit + timeout', async () => {
    const { mapLimit, timeout } = await import('async');
    return { run: (items) => mapLimit(items, CONCURRENCY, timeout(noop, TIMEOUT)) };
  }),
  effect: peer('Effect.forEach + Effect.timeout', async () => {
    const { Effect } = await import('effect');
    const body = (item) => Effect.promise(() => noop(item)).pipe(Effect.timeout(TIMEOUT));
    return {
      run: (items) => Effect.runPromise(Effect.forEach(items, body, { concurrency: CONCURRENCY })),
    };
  }),
  'p-map': peer('p-map + p-timeout', async () => {
    const { default: pMap } = await import('p-map');
    const { default: pTimeout } = await import('p-timeout');
    const body = (item) => pTimeout(noop(item), { milliseconds: TIMEOUT });
    return { run: (items) => pMap(items, body, { concurrency: CONCURRENCY }) };
  }),
  'p-queue': peer(
    'p-queue with timeout',
    async () => {
      const { default: PQueue } = await import('p-queue');
      const options = { concurrency: CONCURRENCY, timeout: TIMEOUT };
      return { run: (items) => new PQueue(options).addAll(toPairs(items)) };
    },
    SLOW,
  ),
  rxjs: peer(
    'rxjs mergeMap + timeout',
    async () => {
      const { from, lastValueFrom, mergeMap, timeout, toArray } = await import('rxjs');
      const body = (item) => from(noop(item)).pipe(timeout(TIMEOUT));
      return {
        run: (items) => lastValueFrom(from(items).pipe(mergeMap(body, CONCURRENCY), toArray())),
        ordered: false,
      };
    },
    QUADRATIC,
  ),
};

const timed = {
  number: 2,
  title: `the same, ${CONCURRENCY} at once, each with a timeout of ${TIMEOUT} ms`,
  items: 300_000,
  quickItems: 100_000,
  floor: 'loop',
  judged: 'ns',
  columns: timing,
  guarded: ['belay'],
  rows: {
    loop: floor('hand-written loops + setTimeout', loops(CONCURRENCY, withTimer(noop))),
    belay: ours(
      'Belay asyncStream',
      collected({ maxConcurrency: CONCURRENCY, timeout: TIMEOUT }),
    ),
    'belay-kill': ours(
      "Belay asyncStream, onTimeout: 'killTask'",
      collected({ maxConcurrency: CONCURRENCY, timeout: TIMEOUT, onTimeout: 'killTask' }),
    ),
    ...timedPeers,
  },
  targets: [
    { row: 'belay', over: 'loop', atMost: 0.35 },
    { row: 'best', over: 'belay', atLeast: 3.5 },
    { row: 'effect', over: 'belay', atLeast: 30 },
    { row: 'p-map', over: 'belay', atLeast: 90 },
  ],
};

/** Whether a slow peer gains by taking fewer items: the same at two sizes. */
const fair = {
  number: 1,
  title: 'what one item costs the slow peers, by the number of items; 100 at once',
  items: 100_000,
  roundsMax: 3,
  judged: 'ns',
  columns: timing,
  rows: Object.fromEntries(
    ['p-limit', 'p-queue', 'readable', 'rxjs'].flatMap((key) => {
      const { label, load, items } = mapPeers(CONCURRENCY)[key];
      return [items, items * 4].map((size) => [
        `${key}-${size}`,
        peer(label, load, { items: size }),
      ]);
    }),
  ),
  targets: [],
};

export const mapCases = {
  'map-10': mapCase(10),
  'map-100': mapCase(100),
  'map-1000': mapCase(1_000),
  fair,
  timed,
};
