// One measurement of memory in a process of its own:
//
//   node --expose-gc memory-case.mjs <heap|tasks|items> [count]
//
// Prints one line of JSON. memory.mjs runs these and judges the figures.

import { chooseMeasured, load, measured } from './package.mjs';

if (measured() === undefined) chooseMeasured('package');
const { createRuntime } = await load('index');

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
