// Case 4: the results one at a time by `for await`, in the order of the input.

import { belay, floor, loops, noop, ours, peer, timing, valueOf } from './shared.mjs';

const CONCURRENCY = 100;
const options = { maxConcurrency: CONCURRENCY, timeout: Infinity };

/** Takes what `open` gives one by one, as most programs do. */
const oneByOne = (open, more) => ({
  run: async (items) => {
    const results = [];
    for await (const result of open(items)) {
      results.push(result);
    }
    return results;
  },
  ...more,
});

const entries = { values: (list) => list.map(valueOf) };

export const streamCases = {
  stream: {
    number: 4,
    title: `ordered stream by for await, ${CONCURRENCY} at once`,
    items: 1_000_000,
    quickItems: 200_000,
    floor: 'loop',
    judged: 'ns',
    columns: timing,
    guarded: ['belay', 'belay-batches'],
    rows: {
      loop: floor('hand-written loops (all at the end)', loops(CONCURRENCY, noop)),
      belay: ours('Belay asyncStream, for await', async () => {
        const { Task } = await belay();
        return oneByOne((items) => Task.asyncStream(items, noop, options), entries);
      }),
      'belay-unordered': ours('Belay asyncStream, ordered: false', async () => {
        const { Task } = await belay();
        const open = (items) => Task.asyncStream(items, noop, { ...options, ordered: false });
        return oneByOne(open, { ...entries, ordered: false });
      }),
      'belay-batches': ours('Belay asyncStream, .batches()', async () => {
        const { Task } = await belay();
        return {
          run: async (items) => {
            const results = [];
            for await (const batch of Task.asyncStream(items, noop, options).batches()) {
              for (const entry of batch) {
                results.push(entry);
              }
            }
            return results;
          },
          ...entries,
        };
      }),
      pMapIterable: peer('p-map pMapIterable', async () => {
        const { pMapIterable } = await import('p-map');
        return oneByOne((items) => pMapIterable(items, noop, { concurrency: CONCURRENCY }));
      }),
      parallelMap: peer('streaming-iterables parallelMap', async () => {
        const { parallelMap } = await import('streaming-iterables');
        return oneByOne((items) => parallelMap(CONCURRENCY, noop, items));
      }),
      transform: peer('streaming-iterables transform (unordered)', async () => {
        const { transform } = await import('streaming-iterables');
        return oneByOne((items) => transform(CONCURRENCY, noop, items), { ordered: false });
      }),
      readable: peer(
        'Node Readable.map',
        async () => {
          const { Readable } = await import('node:stream');
          return oneByOne((items) => Readable.from(items).map(noop, { concurrency: CONCURRENCY }));
        },
        { items: 100_000, quickItems: 20_000 },
      ),
    },
    targets: [
      { row: 'belay', over: 'loop', atMost: 3.5 },
      { row: 'pMapIterable', over: 'belay', atLeast: 3 },
      { row: 'readable', over: 'belay', atLeast: 7 },
      { row: 'belay-batches', over: 'loop', atMost: 1.8 },
    ],
  },
};
