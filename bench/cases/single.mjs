// Case 5: start one, await it, and only then the next.

import { TIMEOUT, belay, floor, noop, ours, peer, timing } from './shared.mjs';

/** `one` is run for each item and awaited. */
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

export const singleCases = {
  single: {
    number: 5,
    title: 'spawn one task and await it, one after the other',
    items: 100_000,
    quickItems: 100_000,
    // In one process of three the engine gives back the memory of new objects in a full collection,
    // and takes it anew in the five runs that follow, which take two to five times as long.
    runs: 11,
    floor: 'new Promise',
    judged: 'ns',
    columns: timing,
    guarded: ['belay', 'belay-timeout'],
    rows: {
      'new Promise': floor(
        'await new Promise(...)',
        sequential(async () => (item) => new Promise((resolve) => resolve(noop(item)))),
      ),
      call: floor(
        'await noop()',
        sequential(async () => noop),
      ),
      belay: ours(
        'Belay Task.await(Task.async(...), Infinity)',
        sequential(async () => {
          const { Task } = await belay();
          return (item) =>
            Task.await(
              Task.async(() => noop(item)),
              Infinity,
            );
        }),
      ),
      'belay-timeout': ours(
        'Belay Task.await(Task.async(...)), timeout 5 s',
        sequential(async () => {
          const { Task } = await belay();
          return (item) => Task.await(Task.async(() => noop(item)));
        }),
      ),
      'belay-supervised': ours(
        'Belay TaskSupervisor.async + Task.await',
        sequential(async () => {
          const { Task, TaskSupervisor } = await belay();
          const supervisor = TaskSupervisor.start();
          return (item) => Task.await(TaskSupervisor.async(supervisor, () => noop(item)));
        }),
      ),
      'p-limit': peer(
        'p-limit',
        sequential(async () => {
          const { default: pLimit } = await import('p-limit');
          const limit = pLimit(100);
          return (item) => limit(noop, item);
        }),
      ),
      'p-queue': peer(
        'p-queue',
        sequential(async () => {
          const { default: PQueue } = await import('p-queue');
          const queue = new PQueue({ concurrency: 100 });
          return (item) => queue.add(() => noop(item));
        }),
      ),
      effect: peer(
        'Effect.runPromise',
        sequential(async () => {
          const { Effect } = await import('effect');
          return (item) => Effect.runPromise(Effect.promise(() => noop(item)));
        }),
      ),
      'p-timeout': peer(
        'p-timeout',
        sequential(async () => {
          const { default: pTimeout } = await import('p-timeout');
          return (item) => pTimeout(noop(item), { milliseconds: TIMEOUT });
        }),
      ),
    },
    targets: [
      { row: 'belay', over: 'new Promise', atMost: 2.5 },
      { row: 'p-limit', over: 'belay', atLeast: 2 },
      { row: 'p-timeout', over: 'belay-timeout', atLeast: 35 },
    ],
  },
};
