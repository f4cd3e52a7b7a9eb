// What kills leave in memory, in a process of its own:
//
//   node --expose-gc --max-semi-space-size=2 tests/workers/kept.mjs 200
//
// kills so many functions, then as many again, and prints what the second ones
// have added, in KiB for each: { rss, heapUsed, external }. What caches and
// allocators keep for good, they have after the first ones.
import { createRuntime } from 'belay-tasks';
import { until, work } from './harness.mjs';

const WORKERS = 2;

const kills = Number(process.argv[2]);
const runtime = createRuntime({ workers: { min: WORKERS, max: WORKERS } });
const { Task, inspect } = runtime;

async function kill() {
  const begun = new Int32Array(new SharedArrayBuffer(4));
  const task = Task.async(work, 'spin', [begun]);
  await until(() => Atomics.load(begun, 0) === 1);
  await Task.shutdown(task, 'brutalKill');
}

/**
 * The least of several looks, with the same number of workers each time: a thread
 * that has just ended gives its memory back a little later.
 */
async function memory() {
  await until(() => inspect().abandoned === 0 && inspect().workers.ending === 0);
  await until(() => inspect().workers.idle === WORKERS);
  const looks = [];
  for (let look = 0; look < 10; look++) {
    await Task.await(Task.async(work, 'add', [1, 2]), Infinity);
    await new Promise((resolve) => setTimeout(resolve, 20));
    globalThis.gc();
    looks.push(process.memoryUsage());
  }
  return (name) => Math.min(...looks.map((look) => look[name]));
}

async function wave() {
  for (let count = 0; count < kills; count++) await kill();
  return memory();
}

const before = await wave();
const after = await wave();
const kept = (name) => (after(name) - before(name)) / 1024 / kills;
console.log(JSON.stringify({ rss: kept('rss'), heapUsed: kept('heapUsed'), external: kept('external') }));
runtime.dispose();
