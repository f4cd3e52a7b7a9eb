// What the cases share. A library is loaded only by the process that measures
// it, so every row is a function that loads.

import { load } from '../package.mjs';

export const TIMEOUT = 5_000;

/** The no-op: an asynchronous function that answers its argument. */
export const noop = async (item) => item;

export const belay = () => load('index');

export const valueOf = (entry) => {
  if (entry.status !== 'fulfilled') {
    throw new Error(`unexpected entry: ${JSON.stringify(entry)}`);
  }
  return entry.value;
};

/* The kinds of rows: what Belay is held against as a floor, Belay itself in
 * its several forms, and other libraries. */
export const floor = (label, load, more) => ({ kind: 'floor', label, load, ...more });
export const ours = (label, load, more) => ({ kind: 'belay', label, load, ...more });
export const peer = (label, load, more) => ({ kind: 'peer', label, load, ...more });

/** A stream that is collected at once. */
export const collected = (options, body = noop) => async () => {
  const { Task } = await belay();
  return {
    run: (items) => Task.asyncStream(items, body, options).toArray(),
    values: (entries) => entries.map(valueOf),
    ordered: options.ordered ?? true,
  };
};

/** N asynchronous loops over one shared index: the floor of any library. */
export const loops = (concurrency, body) => async () => ({
  run: async (items) => {
    const results = new Array(items.length);
    let next = 0;
    const loop = async () => {
      while (next < items.length) {
        const index = next++;
        results[index] = await body(items[index]);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, loop));
    return results;
  },
});

/** The same, with an entry for each result, as `Promise.allSettled` has them. */
export const settlingLoops = (concurrency, body) => async () => ({
  run: async (items) => {
    const results = new Array(items.length);
    let next = 0;
    const loop = async () => {
      while (next < items.length) {
        const index = next++;
        try {
          results[index] = { status: 'fulfilled', value: await body(items[index]) };
        } catch (reason) {
          results[index] = { status: 'rejected', reason };
        }
      }
    };
    await Promise.all(Array.from({ length: concurrency }, loop));
    return results;
  },
  values: (entries) => entries.map(valueOf),
});

/** The usual hand-written timeout: one host timer for each task. */
export const withTimer =
  (body, milliseconds = TIMEOUT) =>
  (item) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('timeout')), milliseconds);
      body(item).then(
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

/** The columns of a case that is timed by case.mjs. */
export const timing = [
  ['ns', 'ns per item'],
  ['cpuNs', 'CPU ns per item'],
  ['rssMb', 'RSS + MB'],
];

/** "100,000". */
export const number = (value) => value.toLocaleString('en-US');
