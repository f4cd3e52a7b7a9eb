// Case 13: functions on worker threads, beside the pools that people use. All
// have as many workers as there are processors.

import { availableParallelism } from 'node:os';
import { belay, floor, number, ours, peer, valueOf } from './shared.mjs';
import { must } from '../../scripts/lib/shell.mjs';
import { threadTime } from '../measuring.mjs';
import { load } from '../package.mjs';
import { compute } from '../workers/jobs.mjs';

const at = (name) => new URL(`../workers/${name}`, import.meta.url);
const jobs = at('jobs.mjs');
const SIZE = availableParallelism();
/* What so many processors are to give of what they could, on an idle machine: with two 1.9 times one thread. */
const OF_IDEAL = 0.95;

/* Each gives { run(name, item), kill(words), ... }: kill starts `spin` and gives
 * what stops it. */

async function openBelay(workers = {}) {
  const { createRuntime } = await belay();
  const runtime = createRuntime({ workers: { max: SIZE, ...workers } });
  const { Task } = runtime;
  return {
    runtime,
    run: (name, item) => Task.await(Task.async(jobs, name, [item]), Infinity),
    all: async (name, items) =>
      (await Task.asyncStream(items, jobs, name, [], { maxConcurrency: 512, timeout: Infinity }).toArray()).map(valueOf),
    spin: (words) => {
      const task = Task.async(jobs, 'spin', [words]);
      return () => Task.shutdown(task, 'brutalKill');
    },
  };
}

/** Jobs in C, on so many threads. They are built when they are first asked for. */
async function openJobs(max) {
  must(process.execPath, ['scripts/build-jobs.mjs', 'bench/jobs'], { stdio: 'ignore' });
  const { createRuntime } = await belay();
  const { loadJobs } = await load('threads');
  const jobs = await loadJobs(new URL('../../build/jobs/bench-jobs/bench_jobs.mjs', import.meta.url), { max });
  const { Task } = createRuntime();
  return {
    all: async (name, items) =>
      (await Task.asyncStream(items, jobs[name], [], { maxConcurrency: 512, timeout: Infinity }).toArray()).map(valueOf),
  };
}

const everyAtOnce = (run) => (name, items) => Promise.all(items.map((item) => run(name, item)));

/** Piscina and tinypool are used in the same way. */
function poolOf(pool) {
  const run = (name, item) => pool.run(item, { name });
  return {
    run,
    all: everyAtOnce(run),
    spin: (words) => {
      const controller = new AbortController();
      const done = pool.run(words, { name: 'spin', signal: controller.signal }).catch(() => {});
      return () => {
        controller.abort();
        return done;
      };
    },
  };
}

async function openPiscina(least = SIZE) {
  const { Piscina } = await import('piscina');
  return poolOf(new Piscina({ filename: jobs.href, minThreads: least, maxThreads: SIZE }));
}

async function openTinypool(least = SIZE) {
  const { Tinypool } = await import('tinypool');
  return poolOf(new Tinypool({ filename: jobs.href, minThreads: least, maxThreads: SIZE }));
}

async function openWorkerpool(least = SIZE) {
  const { default: workerpool } = await import('workerpool');
  const { fileURLToPath } = await import('node:url');
  const pool = workerpool.pool(fileURLToPath(at('jobs-workerpool.mjs')), {
    minWorkers: least,
    maxWorkers: SIZE,
    workerType: 'thread',
    workerTerminateTimeout: 1,
  });
  const run = (name, item) => pool.exec(name, [item]);
  return {
    run,
    all: everyAtOnce(run),
    spin: (words) => {
      const promise = pool.exec('spin', [words]);
      const done = Promise.resolve(promise).catch(() => {});
      return () => {
        promise.cancel();
        return done;
      };
    },
  };
}

async function openBare() {
  const { Worker } = await import('node:worker_threads');
  const worker = new Worker(at('bare.mjs'));
  let settle;
  worker.on('message', (value) => settle(value));
  return {
    run: (name, item) =>
      new Promise((resolve) => {
        settle = resolve;
        worker.postMessage([name, item]);
      }),
  };
}

const peers = { piscina: openPiscina, tinypool: openTinypool, workerpool: openWorkerpool };

/** One row for Belay and for each peer, all measured by `measure(pool, count)`. */
const rowsOf = (measure, label = 'Belay', least = SIZE) => ({
  belay: ours(label, async () => ({ measure: async (count) => measure(await openBelay(), count) })),
  ...Object.fromEntries(Object.entries(peers).map(([name, open]) =>
    [name, peer(name, async () => ({ measure: async (count) => measure(await open(least), count) }))])),
});

const range = (count) => Array.from({ length: count }, (_, index) => index);
const quantile = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
const sortedNumbers = (list) => list.toSorted?.((a, b) => a - b) ?? [...list].sort((a, b) => a - b);

function checkAll(results, count) {
  if (results.length !== count || results.some((value, index) => value !== index)) throw new Error('a wrong result');
}

/** One job after the other, each awaited. */
async function trips({ run }, count) {
  for (let index = 0; index < count; index++) await run('same', index);
  const times = [];
  for (let index = 0; index < count; index++) {
    const began = performance.now();
    if ((await run('same', index)) !== index) throw new Error('a wrong result');
    times.push(performance.now() - began);
  }
  const sorted = sortedNumbers(times);
  return { us: quantile(sorted, 0.5) * 1000, p99: quantile(sorted, 0.99) * 1000 };
}

/* Runs of all jobs in a process: the first ones are not counted, as with the other cases, since compilers still work. */
const RUNS = { before: 2, counted: 3 };

/** Many jobs, several times: the middle one of those that count. */
async function severalTimes(run) {
  const times = [];
  for (let index = 0; index < RUNS.before + RUNS.counted; index++) {
    const began = performance.now();
    await run();
    if (index >= RUNS.before) times.push(performance.now() - began);
  }
  return { ms: quantile(sortedNumbers(times), 0.5) };
}

/** Many that do nothing, all handed over at once. */
async function short({ all }, count) {
  const { ms } = await severalTimes(async () => checkAll(await all('same', range(count)), count));
  return { us: (ms * 1000) / count };
}

const computing = ({ all }, count) => severalTimes(async () => checkAll(await all('compute', range(count)), count));

/* So many runs by turns, and before them so many of each: more code has to be compiled for our pool than for the smallest. */
const PAIRS = { before: 5, counted: 16 };

/** Two pools in one process, by turns, since two processes differ by more than they do: how many % less ours takes. */
async function beside(ours, theirs, count) {
  const pools = [ours, theirs];
  const timed = async ({ all }) => {
    await pause(20);
    const began = performance.now();
    checkAll(await all('compute', range(count)), count);
    return performance.now() - began;
  };
  const leads = [];
  for (let pair = 0; pair < PAIRS.before + PAIRS.counted; pair++) {
    const times = new Map();
    for (const pool of pair % 2 === 0 ? pools : [...pools].reverse()) times.set(pool, await timed(pool));
    if (pair >= PAIRS.before) leads.push(100 * (1 - times.get(ours) / times.get(theirs)));
  }
  const lead = sum(leads) / PAIRS.counted;
  const variance = sum(leads.map((one) => (one - lead) ** 2)) / (PAIRS.counted - 1);
  return { lead, error: Math.sqrt(variance / PAIRS.counted) };
}

const besideRows = (prefix, what, openOurs) =>
  Object.fromEntries(Object.entries({ piscina: openPiscina, tinypool: openTinypool, workerpool: openWorkerpool }).map(([name, open]) => [
    `${prefix}${name}`,
    ours(`${what} beside ${name}`, async () => ({
      measure: async (count) => beside(await openOurs(), await open(), count),
    })),
  ]));

/** How long each worker stood still between two jobs, in ms. */
function gapsOf(spans) {
  const ends = new Map();
  const gaps = [];
  for (const [thread, began, ended] of [...spans].sort((one, other) => one[1] - other[1])) {
    if (ends.has(thread)) gaps.push(began - ends.get(thread));
    ends.set(thread, ended);
  }
  return gaps;
}

/** This thread's time on a processor, which the system knows exactly after a sleep. */
async function timeOfThread() {
  await pause(20);
  return threadTime();
}

const sum = (list) => list.reduce((total, value) => total + value, 0);

/** What jobs that compute cost besides: of the workers' time, of this thread's, and by the clock. */
async function between({ all }, count) {
  await all('timed', range(SIZE * 4));
  const before = await timeOfThread();
  const start = performance.now();
  const spans = await all('timed', range(count));
  const took = performance.now() - start;
  const ms = (await timeOfThread()) - before;
  const gaps = gapsOf(spans);
  const computed = sum(spans.map(([, began, ended]) => ended - began));
  return {
    us: (sum(gaps) / gaps.length) * 1000,
    worst: Math.max(...gaps) * 1000,
    threadUs: (ms / count) * 1000,
    beyondMs: took - computed / SIZE,
  };
}

const oneThread = (count) => severalTimes(() => checkAll(range(count).map(compute), count));

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A function that never ends is stopped, and the next job done. Between two of
 * them there is time to start a worker, for everybody. */
async function kills({ run, spin }, count) {
  const times = [];
  await run('same', 0);
  for (let index = 0; index < count; index++) {
    const words = new Int32Array(new SharedArrayBuffer(4));
    const stop = spin(words);
    while (Atomics.load(words, 0) === 0) await pause(1);
    await pause(150);
    const began = performance.now();
    stop();
    if ((await run('same', index)) !== index) throw new Error('a wrong result');
    times.push(performance.now() - began);
    await pause(150);
  }
  const sorted = sortedNumbers(times);
  return { ms: quantile(sorted, 0.5), worst: sorted.at(-1) };
}

const LOOKS = 10;

/** What many kills leave behind, after as many: allocators keep what they had for the first ones. */
async function leftovers(count) {
  const { run, spin, runtime } = await openBelay({ min: SIZE });
  const { inspect } = runtime;
  const wave = async () => {
    for (let round = 0; round < count; round++) {
      const words = new Int32Array(new SharedArrayBuffer(4));
      const stop = spin(words);
      while (Atomics.load(words, 0) === 0) await pause(1);
      await stop();
    }
    while (inspect().abandoned > 0 || inspect().workers.ending > 0) await pause(1);
    while (inspect().workers.idle < SIZE) await pause(1); // the same number each time
    // A thread that has just ended gives its memory back a little later.
    const looks = [];
    for (let look = 0; look < LOOKS; look++) {
      if ((await run('same', 7)) !== 7) throw new Error('a wrong result');
      await pause(20);
      globalThis.gc();
      looks.push(process.memoryUsage.rss());
    }
    return Math.min(...looks);
  };
  const before = await wave();
  const after = await wave();
  return { kib: (after - before) / 1024 / count };
}

const BESIDE = { ...besideRows('', 'Belay', () => openBelay()), ...besideRows('jobs-', 'jobs in C', () => openJobs(SIZE)) };

export const workerCases = {
  'worker-trip': {
    number: 13,
    title: 'round trip of a function that does nothing on a worker, one after the other',
    items: 5_000,
    floor: 'bare',
    judged: 'us',
    columns: [['us', 'µs, median'], ['p99', 'µs, 99 of 100']],
    rows: {
      bare: floor('worker_threads by hand', async () => ({ measure: async (count) => trips(await openBare(), count) })),
      ...rowsOf(trips),
    },
    targets: [{ row: 'belay', over: 'best', atMost: 0.8 }],
  },
  'worker-short': {
    number: 13,
    title: 'many functions that do nothing on workers, all at once',
    items: 20_000,
    floor: 'belay',
    judged: 'us',
    columns: [['us', 'µs per job']],
    rows: rowsOf(short, 'Belay asyncStream'),
    targets: [{ row: 'best', over: 'belay', atLeast: 5 }],
  },
  'worker-cpu': {
    number: 13,
    title: `jobs that compute for about 20 ms, on ${number(SIZE)} processors`,
    items: 64,
    quickItems: 64,
    floor: 'one',
    judged: 'ms',
    columns: [['ms', 'ms for all']],
    rows: {
      one: floor('one thread', async () => ({ measure: oneThread })),
      ...rowsOf(computing, 'Belay asyncStream'),
      'jobs-one': ours('jobs in C, one thread', async () => ({ measure: async (count) => computing(await openJobs(1), count) })),
      jobs: ours('jobs in C', async () => ({ measure: async (count) => computing(await openJobs(SIZE), count) })),
    },
    targets: [
      { row: 'one', over: 'belay', atLeast: Math.max(1, OF_IDEAL * SIZE) },
      { row: 'belay', over: 'best', atMost: 1 },
      { row: 'jobs-one', over: 'jobs', atLeast: Math.max(1, OF_IDEAL * SIZE) },
      { row: 'jobs', over: 'best', atMost: 1 },
    ],
  },
  'worker-beside': {
    number: 13,
    title: `the same jobs, in turn with each pool in one process, on ${number(SIZE)} processors`,
    items: 64,
    quickItems: 64,
    roundsMax: 3,
    absolute: true,
    judged: 'lead',
    columns: [['lead', '% less time than theirs, mean'], ['error', 'its standard error']],
    rows: BESIDE,
    targets: Object.keys(BESIDE).map((row) => ({ row, atLeast: 0 })),
  },
  'worker-idle': {
    number: 13,
    title: `how long a worker stands still between two such jobs, on ${number(SIZE)} processors`,
    items: 256,
    quickItems: 64,
    floor: 'belay',
    judged: 'us',
    columns: [['us', 'µs, mean'], ['worst', 'µs, worst'], ['threadUs', 'µs of the main thread per job'], ['beyondMs', 'ms beyond the computing']],
    rows: rowsOf(between, 'Belay asyncStream'),
    targets: [{ row: 'belay', over: 'best', atMost: 1 }],
  },
  'worker-kill': {
    number: 13,
    title: '`while (true) {}` is killed and the next job done',
    items: 10,
    quickItems: 5,
    floor: 'belay',
    judged: 'ms',
    columns: [['ms', 'ms, median'], ['worst', 'ms, worst']],
    rows: {
      // As Belay's, their pools are started by need.
      ...rowsOf(kills, 'Belay with a spare', 1),
      'piscina-full': peer('piscina, all workers started before', async () => ({ measure: async (count) => kills(await openPiscina(), count) })),
      'tinypool-full': peer('tinypool, all workers started before', async () => ({ measure: async (count) => kills(await openTinypool(), count) })),
    },
    targets: [
      { row: 'belay', atMost: 2 },
      { row: 'piscina', over: 'belay', atLeast: 20 },
      { row: 'tinypool', over: 'belay', atLeast: 20 },
    ],
  },
  'worker-memory': {
    number: 13,
    title: 'what kills in a row leave behind',
    items: 1_000,
    roundsMax: 1,
    absolute: true,
    judged: 'kib',
    columns: [['kib', 'KiB of RSS per kill']],
    // The engine's room for new objects grows in steps of 8 and 16 MB, when it likes to.
    flags: ['--max-semi-space-size=2'],
    rows: { belay: ours('Belay', async () => ({ measure: leftovers })) },
    // A worker takes about 8 MB.
    targets: [{ row: 'belay', atMost: 4 }],
  },
};
