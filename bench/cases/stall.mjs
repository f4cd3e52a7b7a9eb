// Case 3: the longest time for which the event loop does not turn during a
// map: no timer, no request, no click is looked at meanwhile. A library that
// never gives way stalls it for its whole run.

import { watchLoop } from '../watch.mjs';
import { belay, floor, loops, noop, ours, peer, valueOf } from './shared.mjs';
import { mapPeers } from './map.mjs';

const sum = (results) => results.reduce((total, value) => total + value, 0);

/** Runs once to warm up and once watched. `load` is that of a timed row. */
const watched = (load) => async () => {
  const { run, values = (results) => results } = await load();
  const listOf = (count) => Array.from({ length: count }, (_, index) => index);
  const check = (results, count) => {
    const total = sum(values(results));
    if (total !== (count * (count - 1)) / 2) {
      throw new Error(`the results add up to ${total}`);
    }
  };
  return {
    measure: async (count) => {
      const few = Math.min(count, 100_000);
      check(await run(listOf(few)), few);
      const items = listOf(count);
      globalThis.gc();
      const stop = await watchLoop();
      const began = performance.now();
      const results = await run(items);
      const runMs = performance.now() - began;
      const watched = await stop(); // making the list and adding up are not the library's
      check(results, count);
      return { ...watched, runMs };
    },
  };
};

const collected = (options) =>
  watched(async () => {
    const { Task } = await belay();
    return {
      run: (items) => Task.asyncStream(items, noop, options).toArray(),
      values: (entries) => entries.map(valueOf),
    };
  });

const oneByOne = (options) =>
  watched(async () => {
    const { Task } = await belay();
    return {
      run: async (items) => {
        const results = [];
        for await (const entry of Task.asyncStream(items, noop, options)) {
          results.push(entry.value);
        }
        return results;
      },
    };
  });

const CONCURRENCY = 100;
const row = (concurrency) =>
  ours(
    `Belay asyncStream, ${concurrency} at once`,
    collected({ maxConcurrency: concurrency, timeout: Infinity }),
  );

/** What a peer needs `count` items for is seen with fewer as well. */
const peers = Object.fromEntries(
  Object.entries(mapPeers(CONCURRENCY)).map(([key, { label, load, items, quickItems }]) => [
    key,
    peer(label, watched(load), { items, quickItems }),
  ]),
);

const limits = ['belay', 'belay-10', 'belay-1000', 'belay-for-await'].flatMap((key) => [
  { row: key, figure: 'apartMs', atMost: 10, worst: true },
  { row: key, figure: 'workedMs', atMost: 25, worst: true },
]);

export const stallCases = {
  stall: {
    number: 3,
    title: 'longest stall of the event loop during a map, ms',
    items: 1_000_000,
    quickItems: 300_000,
    judged: 'apartMs',
    columns: [
      ['apartMs', "thread's work, garbage collection apart"],
      ['workedMs', "thread's work"],
      ['clockMs', 'by the clock'],
      ['collectionMs', 'longest garbage collection'],
      ['runMs', 'whole run'],
    ],
    guarded: [],
    rows: {
      loop: floor('hand-written loops', watched(loops(CONCURRENCY, noop))),
      belay: row(CONCURRENCY),
      'belay-10': row(10),
      'belay-1000': row(1_000),
      'belay-timeout': ours(
        'Belay asyncStream, default timeout',
        collected({ maxConcurrency: CONCURRENCY }),
      ),
      'belay-for-await': ours(
        'Belay asyncStream, for await',
        oneByOne({ maxConcurrency: CONCURRENCY, timeout: Infinity }),
      ),
      ...peers,
    },
    targets: limits,
  },
};
