// Cases 6 and 7: what a task takes that waits to be started, with a promise
// for its result, and what one takes that runs and has a timeout.

import { collectedHeap, restingHeap } from '../memory-use.mjs';
import { threadTime } from '../measuring.mjs';
import { belay, noop, ours, peer, valueOf } from './shared.mjs';

const CONCURRENCY = 100;
const A_LONG_TIME = 600_000;

const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Many tasks are handed over in one go. `open` gives the promise of one; all
 * of them wait until we give way, and only then run. */
const queued = (load) => async () => {
  const { open, use = () => 0, values } = await load();
  const once = async (count, measured) => {
    const promises = new Array(count);
    const before = measured ? collectedHeap() + use() : 0;
    const cpu = threadTime();
    const began = performance.now();
    for (let index = 0; index < count; index++) {
      promises[index] = open(index);
    }
    const handed = performance.now() - began;
    const bytes = measured ? collectedHeap() + use() - before : 0;
    const resumed = performance.now();
    const results = await Promise.all(promises);
    const elapsed = handed + performance.now() - resumed;
    await later(2);
    const used = threadTime() - cpu;
    results.forEach((result, index) => {
      if ((values ? values(result) : result) !== index) {
        throw new Error(`result ${index} is ${String(result)}`);
      }
    });
    return {
      bytes: bytes / count,
      ns: (elapsed * 1e6) / count,
      cpuNs: (used * 1e6) / count,
    };
  };
  return {
    measure: async (count) => {
      await once(Math.min(count, 50_000), false);
      const { bytes } = await once(count, true);
      // A full collection in the middle would also be a gift to the run.
      await restingHeap();
      return { ...(await once(count, false)), bytes };
    },
  };
};

async function bigRuntime() {
  const { createRuntime } = await belay();
  return createRuntime({ maxTasks: 2_000_000 });
}

/** One task for each item; `ask` gives the promise of one, `values` what its result holds. */
const tasks = (ask, values) =>
  queued(async () => {
    const runtime = await bigRuntime();
    const { Task } = runtime;
    return {
      open: (index) =>
        ask(
          Task,
          Task.async(() => noop(index)),
        ),
      use: () => runtime.memory().kernelBytes,
      values,
    };
  });

/** The whole input at once, of which all but a few items wait. The bytes are
 * those of what waits, so `list` makes what the library has to be given. */
const bounded = (load) => async () => {
  const { list, start, use = () => 0, count: countOf = (results) => results.length } = await load();
  return {
    measure: async (count) => {
      let open;
      const gate = new Promise((resolve) => (open = resolve));
      const before = (await restingHeap()) + use();
      const results = start(list(count, () => gate));
      const bytes = (await restingHeap()) + use() - before;
      open();
      const ended = countOf(await results);
      if (ended !== count) {
        throw new Error(`${ended} results for ${count} items`);
      }
      return { bytes: bytes / count };
    },
  };
};

function* lazily(count, body) {
  for (let index = 0; index < count; index++) {
    yield body;
  }
}

const stream = async () => {
  const runtime = await bigRuntime();
  return {
    list: lazily,
    use: () => runtime.memory().kernelBytes,
    start: async (bodies) => {
      let ended = 0;
      const options = { maxConcurrency: CONCURRENCY, timeout: A_LONG_TIME };
      for await (const entry of runtime.Task.asyncStream(bodies, (body) => body(), options)) {
        ended += entry.status === 'fulfilled' ? 1 : 0;
      }
      return ended;
    },
    count: (ended) => ended,
  };
};

const settled = async () => {
  const runtime = await bigRuntime();
  return {
    list: (count, body) => Array.from(lazily(count, body)),
    use: () => runtime.memory().kernelBytes,
    start: (bodies) => runtime.Task.allSettled(bodies, { maxConcurrency: CONCURRENCY }),
  };
};

const waiting = {
  number: 6,
  title: 'tasks that wait to be started, with a promise for the result of each',
  items: 1_000_000,
  quickItems: 100_000,
  judged: 'ns',
  columns: [
    ['bytes', 'bytes per waiting task'],
    ['ns', 'ns per task, all in all'],
    ['cpuNs', 'CPU ns per task'],
  ],
  rows: {
    belay: ours(
      'Belay Task.await(Task.async(...), Infinity)',
      tasks((Task, task) => Task.await(task, Infinity)),
    ),
    'belay-timeout': ours(
      'Belay, with a timeout on each await',
      tasks((Task, task) => Task.await(task, A_LONG_TIME)),
    ),
    'belay-yield': ours(
      'Belay Task.yield(Task.async(...), Infinity)',
      tasks((Task, task) => Task.yield(task, Infinity), valueOf),
    ),
    'p-limit': peer(
      'p-limit',
      queued(async () => {
        const { default: pLimit } = await import('p-limit');
        const limit = pLimit(CONCURRENCY);
        return { open: (index) => limit(noop, index) };
      }),
    ),
    'p-queue': peer(
      'p-queue',
      queued(async () => {
        const { default: PQueue } = await import('p-queue');
        const queue = new PQueue({ concurrency: CONCURRENCY });
        return { open: (index) => queue.add(() => noop(index)) };
      }),
      { items: 200_000, quickItems: 50_000 },
    ),
  },
  guarded: ['belay'],
  floor: 'p-limit',
  targets: [
    { row: 'belay', figure: 'bytes', atMost: 350 },
    { row: 'p-limit', over: 'belay', figure: 'ns', atLeast: 2.5 },
  ],
};

const lazy = {
  number: 6,
  title: `items that wait behind ${CONCURRENCY} running ones, without a promise for each`,
  items: 1_000_000,
  quickItems: 100_000,
  judged: 'bytes',
  columns: [['bytes', 'bytes per waiting item']],
  guarded: [],
  rows: {
    belay: ours('Belay asyncStream, lazily pulled input', bounded(stream)),
    'belay-settled': ours('Belay allSettled of a list of functions', bounded(settled)),
  },
  targets: [{ row: 'belay', figure: 'bytes', atMost: 0.5 }],
};

export const waitingCases = { waiting, lazy };

