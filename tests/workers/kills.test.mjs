// Workers killed at random moments. BELAY_KILLS gives the number of rounds, and
// BELAY_SEED the first seed; each round tells its seed when it fails.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { randomOf } from '../js/random.mjs';
import { scenario, settled, until, work } from './harness.mjs';

const ROUNDS = Number(process.env.BELAY_KILLS ?? 10);
const SEED = Number(process.env.BELAY_SEED ?? 1);
/* A round takes a tenth of a second at most, on a busy machine. */
const TIMEOUT = 120_000 + ROUNDS * 1000;

/** Lets the event loop turn a random number of times, and each `every`th time some ms pass. */
async function pause(random, every) {
  if (random.below(every) === 0) await new Promise((resolve) => setTimeout(resolve, random.below(16 / every)));
  for (let turns = random.below(6); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
}

/** Starts so many jobs among which some never end, and kills some of each. */
async function round(seed, { start, Task, inspect }, name, jobs, every) {
  const random = randomOf(seed);
  const runs = new Int32Array(new SharedArrayBuffer(jobs * 4));
  const tasks = [];
  const killed = new Set();
  const kills = [];
  for (let index = 0; index < jobs; index++) {
    const kind = random.below(40);
    const task = kind === 0 ? start('spin') : start(name, [index, runs], { label: String(index) });
    tasks.push(task);
    if (kind !== 0 && kind > 4) continue;
    killed.add(index);
    kills.push(task);
  }
  for (const task of kills) {
    await pause(random, every);
    await Task.shutdown(task, 'brutalKill');
  }
  for (let index = 0; index < jobs; index++) {
    const times = Atomics.load(runs, index);
    assert.ok(times <= 1, `job ${index} was run ${times} times`);
    if (killed.has(index)) continue;
    assert.equal(await Task.await(tasks[index], Infinity), 0, `job ${index}`);
    assert.equal(Atomics.load(runs, index), 1, `job ${index}`);
  }
  await until(() => inspect().abandoned === 0);
}

for (const [what, workers, name = 'count', jobs = 120, every = 4] of [
  ['two workers', { max: 2 }],
  ['one worker', { max: 1 }],
  ['three without a spare', { max: 3, hotSpare: false }],
  ['functions that take 2 ms', { max: 2 }, 'countSlowly', 30, 1],
]) {
  scenario(`${ROUNDS} rounds of kills at random moments, ${what}: each job is run once or never, none is lost`, async (all) => {
    for (let number = 0; number < ROUNDS; number++) {
      const seed = SEED + number;
      try {
        await round(seed, all, name, jobs, every);
      } catch (error) {
        error.message = `seed ${seed}: ${error.message}`;
        throw error;
      }
      assert.ok(all.inspect().workers.size <= workers.max);
    }
    await settled(all.runtime);
    // Of a few, all may have been taken back before they began.
    if (ROUNDS > 20) assert.ok(all.inspect().workers.killed > 0);
  }, { ...workers, timeout: TIMEOUT });
}

scenario('jobs that were handed ahead of one that is killed are run elsewhere, once', async ({ Task, start, run, inspect }) => {
  const runs = new Int32Array(new SharedArrayBuffer(4 * 4 * 500));
  for (let index = 0; index < 100; index++) await run('spinIf', [false]); // now it is known to be short
  const killed = start('spinIf', [true]);
  const others = Array.from({ length: 500 }, (_, index) => start('count', [index, runs]));
  await until(() => inspect().workers.busy > 0);
  await Task.shutdown(killed, 'brutalKill');
  assert.deepEqual(await Task.awaitMany(others, Infinity), Array(500).fill(0));
  assert.deepEqual([...runs.subarray(0, 500)], Array(500).fill(1));
}, { max: 1 });

scenario('thousands of short jobs that follow one another in the same words are all run, once', async ({ Task, run, inspect }) => {
  const count = 3000;
  const runs = new Int32Array(new SharedArrayBuffer(4 * count));
  for (let index = 0; index < 50; index++) await run('spinIf', [false]);
  for (let round = 1; round <= 5; round++) {
    const items = Array.from({ length: count }, (_, index) => index);
    const entries = await Task.asyncStream(items, work, 'count', [runs], { maxConcurrency: 1000, timeout: Infinity }).toArray();
    assert.ok(entries.every(({ value }) => value === round - 1));
    assert.ok(runs.every((times) => times === round));
  }
  assert.equal(inspect().workers.queued, 0);
}, { max: 1 });

scenario('a worker that has nothing to do takes over what waits behind a long job', async ({ start, run, Task }) => {
  for (let index = 0; index < 50; index++) await run('spinIf', [false]);
  const endless = [start('spinIf', [true])];
  const short = Array.from({ length: 300 }, () => start('spinIf', [false]));
  assert.deepEqual(await Task.awaitMany(short, Infinity), Array(300).fill('done'));
  await Task.shutdown(endless[0], 'brutalKill');
}, { max: 2 });

/* Of so many kills one after the other, and as many before them. */
const KILLS = Math.max(40, 2 * ROUNDS);
/* What caches and allocators may have taken besides, however many: 2 MB were found, and 0.1 of the heap for code. */
const NOISE_KIB = 4 * 1024;
const HEAP_NOISE_KIB = 160;

test(`${KILLS} kills after as many others leave the memory where it was`, { timeout: TIMEOUT + KILLS * 2000 }, async () => {
  const program = fileURLToPath(new URL('./kept.mjs', import.meta.url));
  // The engine's room for new objects is fixed: it grows in steps of 8 and 16 MB, when the engine likes to.
  const flags = ['--expose-gc', '--max-semi-space-size=2'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program, String(KILLS)]);
  const { rss, heapUsed, external } = JSON.parse(stdout);
  // KiB for each kill. A thread takes about 8 MB; what is known of a worker on this side 8 KiB of the heap.
  assert.ok(heapUsed < 2 + HEAP_NOISE_KIB / KILLS, stdout);
  assert.ok(external < 2, stdout);
  assert.ok(rss < 8 + NOISE_KIB / KILLS, stdout);
});
