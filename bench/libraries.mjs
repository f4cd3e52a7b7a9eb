// How each library does each case, written as that library's own
// documentation recommends. A library is loaded only by the process that
// measures it. Every entry resolves to the plain list of results, so that
// `case.mjs` can check them; turning Belay's entries into values is part of
// the check, not of the measured time.

export const CONCURRENCY = 100;
export const TIMEOUT = 5_000;

/** The no-op: an asynchronous function that answers its argument. */
const noop = async (item) => item;

const belay = () => import('../bindings/js/index.js');

const valueOf = (entry) => {
  if (entry.status !== 'fulfilled') {
    throw new Error(`unexpected entry: ${JSON.stringify(entry)}`);
  }
  return entry.value;
};

const stream = (options) => async () => {
  const { Task } = await belay();
  return {
    run: (items) => Task.asyncStream(items, noop, options).toArray(),
    values: (entries) => entries.map(valueOf),
  };
};

/** The same entries, taken one by one as most programs take them. */
const forAwait = (options) => async () => {
  const { Task } = await belay();
  return {
    run: async (items) => {
      const entries = [];
      for await (const entry of Task.asyncStream(items, noop, options)) {
        entries.push(entry);
      }
      return entries;
    },
    values: (entries) => entries.map(valueOf),
  };
};

/** N asynchronous loops over one shared index: the floor of any library. */
const loops = (body) => async () => ({
  run: async (items) => {
    const results = new Array(items.length);
    let next = 0;
    const loop = async () => {
      while (next < items.length) {
        const index = next++;
        results[index] = await body(items[index]);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, loop));
    return results;
  },
});

/** The usual hand-written timeout: one host timer for each task. */
const withTimer = (item) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('timeout')), TIMEOUT);
    noop(item).then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });

/** One after the other: `one` is run for each item and awaited. */
const sequential = (load) => async () => {
  const one = await load();
  return {
    run: async (items) => {
      const results = new Array(items.length);
      for (let index = 0; index < items.length; index++) {
        results[index] = await one(items[index]);
      }
      return results;
    },
  };
};

const map = {
  belay: stream({ maxConcurrency: CONCURRENCY, timeout: Infinity }),
  'belay-defaults': stream({ maxConcurrency: CONCURRENCY }),
  'belay-unordered': stream({
    maxConcurrency: CONCURRENCY,
    timeout: Infinity,
    ordered: false,
  }),
  'belay-for-await': forAwait({ maxConcurrency: CONCURRENCY, timeout: Infinity }),
  loops: loops(noop),
  async: async () => {
    const { mapLimit } = await import('async');
    return { run: (items) => mapLimit(items, CONCURRENCY, noop) };
  },
  effect: async () => {
    const { Effect } = await import('effect');
    return {
      run: (items) =>
        Effect.runPromise(
          Effect.forEach(items, (item) => Effect.promise(() => noop(item)), {
            concurrency: CONCURRENCY,
          }),
        ),
    };
  },
  'p-map': async () => {
    const { default: pMap } = await import('p-map');
    return { run: (items) => pMap(items, noop, { concurrency: CONCURRENCY }) };
  },
  'p-limit': async () => {
    const { default: pLimit } = await import('p-limit');
    return { run: (items) => pLimit(CONCURRENCY).map(items, noop) };
  },
  'Promise.allSettled': async () => ({
    run: (items) => Promise.allSettled(items.map(noop)),
    values: (entries) => entries.map(valueOf),
  }),
};

const timed = {
  belay: stream({ maxConcurrency: CONCURRENCY, timeout: TIMEOUT }),
  'belay-kill': stream({
    maxConcurrency: CONCURRENCY,
    timeout: TIMEOUT,
    onTimeout: 'killTask',
  }),
  loops: loops(withTimer),
  effect: async () => {
    const { Effect } = await import('effect');
    const body = (item) => Effect.promise(() => noop(item)).pipe(Effect.timeout(TIMEOUT));
    return {
      run: (items) => Effect.runPromise(Effect.forEach(items, body, { concurrency: CONCURRENCY })),
    };
  },
  'p-map': async () => {
    const { default: pMap } = await import('p-map');
    const { default: pTimeout } = await import('p-timeout');
    const body = (item) => pTimeout(noop(item), { milliseconds: TIMEOUT });
    return { run: (items) => pMap(items, body, { concurrency: CONCURRENCY }) };
  },
};

const single = {
  belay: sequential(async () => {
    const { Task } = await belay();
    return (item) => Task.await(Task.async(() => noop(item)));
  }),
  'belay-no-timeout': sequential(async () => {
    const { Task } = await belay();
    return (item) =>
      Task.await(
        Task.async(() => noop(item)),
        Infinity,
      );
  }),
  'plain call': sequential(async () => noop),
  'new Promise': sequential(async () => (item) => new Promise((resolve) => resolve(noop(item)))),
  'p-limit': sequential(async () => {
    const { default: pLimit } = await import('p-limit');
    const limit = pLimit(CONCURRENCY);
    return (item) => limit(noop, item);
  }),
  'p-timeout': sequential(async () => {
    const { default: pTimeout } = await import('p-timeout');
    return (item) => pTimeout(noop(item), { milliseconds: TIMEOUT });
  }),
  effect: sequential(async () => {
    const { Effect } = await import('effect');
    return (item) => Effect.runPromise(Effect.promise(() => noop(item)));
  }),
};

/**
 * The cases. `base` is the library that every ratio is taken against;
 * `targets` names how many times slower than `base` another has to be.
 */
export const cases = {
  map: {
    title: `(a) no-op asynchronous function, ${CONCURRENCY} at once`,
    items: 300_000,
    base: 'belay',
    libraries: map,
    targets: { 'p-map': 4 },
  },
  timed: {
    title: `(b) the same, each task with a timeout of ${TIMEOUT} ms`,
    items: 300_000,
    base: 'belay',
    libraries: timed,
    targets: { 'p-map': 30 },
  },
  single: {
    title: '(c) start one and await it, one after the other',
    items: 100_000,
    base: 'belay',
    libraries: single,
    targets: {},
  },
};

/** How a row is called, when its key does not say enough. */
export const labels = {
  map: {
    belay: 'Belay asyncStream, timeout: Infinity',
    'belay-defaults': 'Belay asyncStream, default options',
    'belay-unordered': 'Belay asyncStream, ordered: false',
    'belay-for-await': 'Belay asyncStream, for await',
    loops: 'hand-written loops',
    async: 'async mapLimit',
    effect: 'Effect.forEach',
    'p-limit': 'p-limit map',
    'Promise.allSettled': 'Promise.allSettled (unbounded)',
  },
  timed: {
    belay: 'Belay asyncStream',
    'belay-kill': "Belay asyncStream, onTimeout: 'killTask'",
    loops: 'hand-written loops + setTimeout',
    effect: 'Effect.forEach + Effect.timeout',
    'p-map': 'p-map + p-timeout',
  },
  single: {
    belay: 'Belay Task.async + Task.await',
    'belay-no-timeout': 'Belay, await with timeout: Infinity',
    'plain call': 'await noop()',
    'new Promise': 'await new Promise(...)',
    effect: 'Effect.runPromise',
  },
};
