// Case 7: what a running task takes whose timeout is armed. The function's own
// promise is part of it, as it is for everybody; the row `gate` tells it alone.

import { restingHeap } from '../memory-use.mjs';
import { belay, floor, ours, peer, withTimer } from './shared.mjs';

const TIMEOUT = 600_000;
const same = (value) => value;

/** Starts `count` bodies that all wait at one gate, measures, opens it. */
const held = (load) => async () => {
  const { start, use = () => 0 } = await load();
  const wave = async (count) => {
    let running = 0;
    let open;
    const gate = new Promise((resolve) => (open = resolve));
    const items = Array.from({ length: count }, (_, index) => index);
    const before = (await restingHeap()) + use();
    const results = start(items, () => {
      running++;
      return gate.then(same);
    });
    for (let turn = 0; running < count; turn++) {
      if (turn > 10_000) {
        throw new Error(`${running} of ${count} bodies have started`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const bytes = (await restingHeap()) + use() - before;
    open();
    const { length } = await results;
    if (length !== count) {
      throw new Error(`${length} results for ${count} items`);
    }
    return bytes / count;
  };
  return {
    measure: async (count) => {
      // Tables that stay at their size are part of what a task takes, so the
      // first wave counts; only code is warmed up.
      await wave(100);
      return { bytes: await wave(count) };
    },
  };
};

export const runningCases = {
  running: {
    number: 7,
    title: 'running tasks, each with a timeout',
    items: 100_000,
    quickItems: 20_000,
    judged: 'bytes',
    columns: [['bytes', 'bytes per running task']],
    guarded: ['belay'],
    rows: {
      gate: floor(
        'the promise of the function alone',
        held(async () => ({ start: (items, body) => Promise.all(items.map(body)) })),
      ),
      loop: floor(
        'hand-written, setTimeout for each',
        held(async () => ({
          start: (items, body) => Promise.all(items.map(withTimer(body, TIMEOUT))),
        })),
      ),
      belay: ours(
        'Belay asyncStream',
        held(async () => {
          const { createRuntime } = await belay();
          const runtime = createRuntime();
          return {
            start: (items, body) =>
              runtime.Task.asyncStream(items, body, {
                maxConcurrency: items.length,
                timeout: TIMEOUT,
              }).toArray(),
            use: () => runtime.memory().kernelBytes,
          };
        }),
      ),
      'belay-task': ours(
        'Belay Task.async, awaited with a timeout',
        held(async () => {
          const { createRuntime } = await belay();
          const runtime = createRuntime();
          const { Task } = runtime;
          return {
            start: (items, body) =>
              Promise.all(items.map(() => Task.await(Task.async(body), TIMEOUT))),
            use: () => runtime.memory().kernelBytes,
          };
        }),
      ),
      async: peer(
        'async mapLimit + timeout',
        held(async () => {
          const { mapLimit, timeout } = await import('async');
          return {
            start: (items, body) =>
              mapLimit(items, items.length, timeout(async (item) => body(item), TIMEOUT)),
          };
        }),
      ),
      effect: peer(
        'Effect.forEach + Effect.timeout',
        held(async () => {
          const { Effect } = await import('effect');
          return {
            start: (items, body) =>
              Effect.runPromise(
                Effect.forEach(
                  items,
                  (item) => Effect.promise(() => body(item)).pipe(Effect.timeout(TIMEOUT)),
                  { concurrency: items.length },
                ),
              ),
          };
        }),
      ),
      'p-map': peer(
        'p-map + p-timeout',
        held(async () => {
          const { default: pMap } = await import('p-map');
          const { default: pTimeout } = await import('p-timeout');
          return {
            start: (items, body) =>
              pMap(items, (item) => pTimeout(body(item), { milliseconds: TIMEOUT }), {
                concurrency: items.length,
              }),
          };
        }),
        { items: 50_000 },
      ),
    },
    targets: [{ row: 'belay', figure: 'bytes', atMost: 550 }],
  },
};
