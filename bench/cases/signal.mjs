// Case 8: many tasks under one AbortSignal: how many listeners it gets, what
// it adds to the cost of a task, and how long it takes to abort them all.

import { getEventListeners, setMaxListeners } from 'node:events';
import { median } from '../figures.mjs';
import { threadTime } from '../measuring.mjs';
import { belay, noop, ours, peer } from './shared.mjs';

const CONCURRENCY = 100;
const PAIRS = 7;

const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const listenersOf = (signal) => getEventListeners(signal, 'abort').length;

function newController() {
  const controller = new AbortController();
  // Node warns of more than ten listeners; some libraries have one for each task.
  setMaxListeners(0, controller.signal);
  return controller;
}

/** One run without and one with a signal, in turn, and the median of what the
 * signal adds. `run(items, signal)` gives a promise of the results; while it
 * is under way the listeners are counted. */
const added = (load) => async () => {
  const run = await load();
  const once = async (items, signal) => {
    globalThis.gc();
    await later(2);
    const cpu = threadTime();
    const began = performance.now();
    const results = run(items, signal);
    const listeners = signal ? listenersOf(signal) : 0;
    const { length } = await results;
    const elapsed = performance.now() - began;
    await later(2);
    if (length !== items.length) {
      throw new Error(`${length} results for ${items.length} items`);
    }
    return { elapsed, cpu: threadTime() - cpu, listeners };
  };
  return {
    measure: async (count, warmUp) => {
      const items = Array.from({ length: count }, (_, index) => index);
      const began = performance.now();
      do {
        await once(items);
        await once(items, newController().signal);
      } while (performance.now() - began < warmUp);
      const pairs = [];
      for (let pair = 0; pair < PAIRS; pair++) {
        const plain = await once(items);
        pairs.push({ plain, signalled: await once(items, newController().signal) });
      }
      const over = (name) =>
        (median(pairs.map(({ plain, signalled }) => signalled[name] - plain[name])) * 1e6) / count;
      return {
        addedNs: over('elapsed'),
        addedCpuNs: over('cpu'),
        plainNs: (median(pairs.map(({ plain }) => plain.elapsed)) * 1e6) / count,
        listeners: Math.max(...pairs.map(({ signalled }) => signalled.listeners)),
      };
    },
  };
};

/** Aborts them while none or only a few have begun. `start(count, signal)`
 * gives { told, gone }: a promise that is settled when every caller knows, and
 * a function that tells how many are still there. */
const aborted = (load) => async () => {
  const start = await load();
  const once = async (count) => {
    const controller = newController();
    const { told, gone = () => 0 } = await start(count, controller.signal);
    const listeners = listenersOf(controller.signal);
    globalThis.gc();
    await later(5);
    const began = performance.now();
    controller.abort();
    const callMs = performance.now() - began;
    const rejected = await told;
    const toldMs = performance.now() - began;
    if (rejected < count - 2 * CONCURRENCY || gone() > 0) {
      throw new Error(`${rejected} of ${count} were aborted, ${gone()} are left`);
    }
    return { callMs, toldMs, listeners };
  };
  return {
    measure: async (count) => {
      await once(Math.min(count, 2_000));
      await once(count);
      return once(count);
    },
  };
};

const rejections = async (promises) =>
  (await Promise.allSettled(promises)).filter(({ status }) => status === 'rejected').length;
const never = () => new Promise(() => {});

const tasks = async () => {
  const { Task } = await belay();
  return (items, signal) =>
    Promise.all(
      items.map((item) =>
        Task.await(
          Task.async(() => noop(item), signal && { signal }),
          Infinity,
        ),
      ),
    );
};

const signal = {
  number: 8,
  title: 'one AbortSignal for all tasks, over the same without it',
  items: 100_000,
  quickItems: 50_000,
  judged: 'addedNs',
  absolute: true,
  columns: [
    ['listeners', 'listeners'],
    ['addedNs', 'ns added per task'],
    ['addedCpuNs', 'CPU ns added per task'],
    ['plainNs', 'ns per task without'],
  ],
  guarded: [],
  rows: {
    belay: ours('Belay Task.async', added(tasks)),
    'belay-stream': ours(
      'Belay asyncStream',
      added(async () => {
        const { Task } = await belay();
        return (items, one) =>
          Task.asyncStream(items, noop, {
            maxConcurrency: CONCURRENCY,
            ...(one && { signal: one }),
          }).toArray();
      }),
    ),
    'p-map': peer(
      'p-map',
      added(async () => {
        const { default: pMap } = await import('p-map');
        return (items, one) =>
          pMap(items, noop, { concurrency: CONCURRENCY, ...(one && { signal: one }) });
      }),
    ),
    'p-queue': peer(
      'p-queue',
      added(async () => {
        const { default: PQueue } = await import('p-queue');
        return (items, one) => {
          const queue = new PQueue({ concurrency: CONCURRENCY });
          const add = (item) => queue.add(() => noop(item), one && { signal: one });
          return Promise.all(items.map(add));
        };
      }),
      { items: 2_000, quickItems: 1_000 },
    ),
  },
  targets: [
    { row: 'belay', figure: 'listeners', atMost: 1, worst: true },
    { row: 'belay-stream', figure: 'listeners', atMost: 1, worst: true },
    { row: 'belay', figure: 'addedNs', atMost: 40 },
  ],
};

const abort = {
  number: 8,
  title: 'abort all tasks by one signal, ms',
  items: 100_000,
  quickItems: 20_000,
  judged: 'toldMs',
  columns: [
    ['callMs', 'abort() returns'],
    ['toldMs', 'every caller knows'],
    ['listeners', 'listeners'],
  ],
  guarded: [],
  rows: {
    belay: ours(
      'Belay allSettled, functions that wait',
      aborted(async () => {
        const { Task } = await belay();
        return (count, one) => {
          const options = { maxConcurrency: CONCURRENCY, signal: one };
          const results = Task.allSettled(Array.from({ length: count }, () => never), options);
          return {
            told: results.then(
              (list) => list.filter(({ status }) => status === 'rejected').length,
            ),
          };
        };
      }),
    ),
    'belay-task': ours(
      'Belay Task.async, each awaited',
      aborted(async () => {
        const { createRuntime } = await belay();
        const runtime = createRuntime();
        const { Task } = runtime;
        return (count, one) => ({
          told: rejections(
            Array.from({ length: count }, () =>
              Task.await(Task.async(never, { signal: one }), Infinity),
            ),
          ),
          gone: () => runtime.memory().processes,
        });
      }),
    ),
    'p-queue': peer(
      'p-queue',
      aborted(async () => {
        const { default: PQueue } = await import('p-queue');
        return (count, one) => {
          const queue = new PQueue({ concurrency: CONCURRENCY });
          const promises = Array.from({ length: count }, () => queue.add(never, { signal: one }));
          return { told: rejections(promises) };
        };
      }),
      { items: 5_000, quickItems: 2_000 },
    ),
  },
  targets: [
    { row: 'belay', figure: 'toldMs', atMost: 30 },
    { row: 'belay', figure: 'listeners', atMost: 1, worst: true },
  ],
};

export const signalCases = { signal, abort };
