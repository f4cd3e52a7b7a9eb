// One measurement of memory or of the event loop in a process of its own:
//
//   node --expose-gc memory-case.mjs <heap|hold|tasks|items> [count]
//
// Prints one line of JSON. memory.mjs runs these and judges the figures.

import { PerformanceObserver, monitorEventLoopDelay } from 'node:perf_hooks';
import { createRuntime } from '../bindings/js/index.js';
import { threadTime } from './measuring.mjs';

const CONCURRENCY = 100;
const TIMEOUT = 5_000;

const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function* numbers(count) {
  for (let number = 0; number < count; number++) {
    yield number;
  }
}

/** What the process holds once the garbage is gone. */
async function settledMemory(runtime) {
  for (let turn = 0; turn < 3; turn++) {
    await later(5);
    globalThis.gc();
  }
  return memory(runtime);
}

function memory(runtime) {
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  const kernel = runtime?.memory();
  return { heapUsed, external, arrayBuffers, rss, ...kernel };
}

/** Takes `count` items through a stream by `for await`, keeping none. */
async function consume(runtime, count, onEntry) {
  const body = async (number) => number;
  const entries = runtime.Task.asyncStream(numbers(count), body, {
    maxConcurrency: CONCURRENCY,
    timeout: TIMEOUT,
  });
  let taken = 0;
  let sum = 0;
  for await (const entry of entries) {
    if (entry.status !== 'fulfilled') {
      throw new Error(`entry ${taken} was ${entry.status}`);
    }
    sum += entry.value;
    taken++;
    onEntry?.(taken);
  }
  if (taken !== count || sum !== (count * (count - 1)) / 2) {
    throw new Error(`${taken} entries of ${count} with the sum ${sum}`);
  }
}

/** The heap over the length of a stream: after each twentieth the garbage is
 * collected and what is left is noted. */
async function heap(count) {
  const runtime = createRuntime();
  await consume(runtime, count / 20);
  const samples = [];
  await consume(runtime, count, (taken) => {
    if (taken % (count / 20) === 0) {
      globalThis.gc();
      samples.push({ taken, ...memory(runtime) });
    }
  });
  const left = await settledMemory(runtime);
  runtime.dispose();
  return { count, samples, left };
}

/** The longest time for which the event loop did not turn. Two watchers: a
 * chain of setImmediate calls, one for each turn, and Node's own histogram.
 * Of each gap in the chain it is noted what the thread spent on a processor,
 * and when garbage was collected: a thread that works never sleeps, so the
 * rest is what the machine, busy elsewhere, made it wait. */
async function hold(count) {
  const runtime = createRuntime();
  await consume(runtime, Math.min(count, 30_000));
  globalThis.gc();
  await later(20);

  const collections = [];
  const observer = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      collections.push({ from: startTime, to: startTime + duration });
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();

  const gaps = [];
  let watching = true;
  let last = performance.now();
  let lastTime = threadTime();
  const turn = () => {
    const now = performance.now();
    const time = threadTime();
    if (now - last >= 1) {
      gaps.push({ from: last, to: now, time: time - lastTime });
    }
    last = now;
    lastTime = time;
    if (watching) {
      setImmediate(turn);
    }
  };
  setImmediate(turn);

  const cpuBefore = threadTime();
  const before = performance.now();
  await consume(runtime, count);
  const elapsed = performance.now() - before;
  const cpu = threadTime() - cpuBefore;
  watching = false;
  await later(20);
  histogram.disable();
  observer.disconnect();
  runtime.dispose();

  const overlap = (gap) =>
    collections.reduce(
      (sum, { from, to }) => sum + Math.max(0, Math.min(to, gap.to) - Math.max(from, gap.from)),
      0,
    );
  const longest = (of) => gaps.reduce((most, gap) => Math.max(most, of(gap)), 0);
  const length = ({ from, to }) => to - from;
  const worked = (gap) => Math.min(length(gap), gap.time);
  return {
    count,
    elapsed,
    cpu,
    gaps: gaps.length,
    longest: longest(length),
    worked: longest(worked),
    workedApart: longest((gap) => Math.min(worked(gap), length(gap) - overlap(gap))),
    longestCollection: collections.reduce((most, { from, to }) => Math.max(most, to - from), 0),
    histogram: histogram.max / 1e6,
  };
}

/** Tasks of their own, each with a handle that is awaited later. */
async function spawnTasks({ Task }, count, body) {
  const handles = Array.from({ length: count }, () => Task.async(body));
  return async () => {
    for (const handle of handles) {
      await Task.await(handle, Infinity);
    }
  };
}

/** Items of one stream that lets all of them run at once. */
async function spawnItems({ Task }, count, body) {
  const entries = Task.asyncStream(numbers(count), body, {
    maxConcurrency: count,
    timeout: 600_000,
  }).toArray();
  return async () => {
    const { length } = await entries;
    if (length !== count) {
      throw new Error(`${length} entries of ${count}`);
    }
  };
}

/** Starts them all, measures while every body runs, lets them end. */
async function wave(runtime, spawn, count) {
  let running = 0;
  let open;
  const gate = new Promise((resolve) => (open = resolve));
  const finish = await spawn(runtime, count, () => {
    running++;
    return gate;
  });
  for (let turn = 0; running < count; turn++) {
    if (turn > 1_000) {
      throw new Error(`${running} of ${count} bodies have started`);
    }
    await later(10);
  }
  const during = await settledMemory(runtime);
  open();
  await finish();
  return during;
}

/** Many alive at once, and what is left when they have ended. Two waves:
 * what the first leaves behind on purpose, tables kept for reuse, the second
 * has to make do with. */
async function alive(spawn, count) {
  const runtime = createRuntime();
  const before = await settledMemory(runtime);
  const during = await wave(runtime, spawn, count);
  const afterFirst = await settledMemory(runtime);
  await wave(runtime, spawn, count);
  const afterSecond = await settledMemory(runtime);
  const found = runtime.inspect();
  const left = {
    processes: found.processes.length - 1,
    streams: found.streams.length,
    timers: found.timers,
    abandoned: found.abandoned,
    buffered: found.buffered,
  };
  runtime.dispose();
  return { count, before, during, afterFirst, afterSecond, left };
}

const [name, words] = process.argv.slice(2);
const cases = {
  heap: [heap, 1_000_000],
  hold: [hold, 1_000_000],
  tasks: [(count) => alive(spawnTasks, count), 100_000],
  items: [(count) => alive(spawnItems, count), 100_000],
};
if (!Object.hasOwn(cases, name)) {
  const names = Object.keys(cases).join('|');
  console.error(`usage: node --expose-gc memory-case.mjs <${names}> [count]`);
  process.exit(2);
}
const [run, usual] = cases[name];
console.log(JSON.stringify(await run(Number(words ?? usual))));
