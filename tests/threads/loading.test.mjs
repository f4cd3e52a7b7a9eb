// Loading job modules: options, modes, what an idle pool does.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { simulate } from '../../bindings/js/testing.js';
import { JobTrapError, loadJobs } from '../../bindings/js/threads.js';
import { functionSizes } from '../js/function-sizes.mjs';
import { MODES, opened, outcome, testBoth, testIn, testModule, until } from './support.mjs';

test('a module is loaded by its URL, its namespace or its default export', async () => {
  const namespace = await import(testModule);
  for (const module of [testModule, String(testModule), namespace, namespace.default]) {
    const jobs = await loadJobs(module);
    assert.equal(jobs.mode, 'threads');
    assert.equal(typeof jobs.countPrimes, 'function');
    jobs.dispose();
  }
});

test('wrong modules and options are refused', async () => {
  const wrong = [
    [[{}], /module must be what belay_add_jobs made, or its URL; got \{\}/],
    [[null], /got null/],
    [['./test_jobs.mjs'], /loadJobs: module must be a URL, or .* got "\.\/test_jobs\.mjs".* give new URL\('\.\/test_jobs\.mjs', import\.meta\.url\)/],
    [[{ belayJobs: 99 }], /built for another version/],
    [[testModule, { mode: 'fibers' }], /option mode must be one of 'threads', 'workers'/],
    [[testModule, { max: 0 }], /option max \(at least min\) must be a whole number, 1 or more/],
    [[testModule, { max: NaN }], /got NaN/],
    [[testModule, { min: 3, max: 2 }], /option max \(at least min\)/],
    [[testModule, { max: 3, limit: 2 }], /option limit \(at least max\)/],
    [[testModule, { idleTimeout: -1 }], /option idleTimeout/],
    [[testModule, { stackSize: 1 }], /option stackSize/],
    [[testModule, { hardKill: -1 }], /option hardKill/],
    [[testModule, { threads: 2 }], /unknown option "threads"/],
  ];
  for (const [given, message] of wrong) await assert.rejects(loadJobs(...given), message);
});

test('a module whose files are not there says which', async () => {
  const { default: module } = await import(testModule);
  const missing = new URL('./no-such.wasm', testModule);
  await assert.rejects(loadJobs({ ...module, threads: { ...module.threads, wasm: missing } }), /no-such.wasm/);
  const glue = new URL('./no-such.mjs', testModule);
  await assert.rejects(
    loadJobs({ ...module, threads: { ...module.threads, glue } }), /could not be opened.*no-such.mjs/s);
});

test('a module without threads runs in workers', async () => {
  const { default: module } = await import(testModule);
  const jobs = await loadJobs({ ...module, threads: null });
  assert.equal(jobs.mode, 'workers');
  assert.equal(jobs.inspect().mode, 'workers');
  jobs.dispose();
  await assert.rejects(loadJobs({ ...module, threads: null }, { mode: 'threads' }), /built without threads/);
});

testBoth('inspect tells the mode and the counts', { min: 1, max: 3 }, async ({ Task, jobs, mode }) => {
  await Task.await(Task.async(jobs.add, [1]));
  const { module, mode: told, min, max, started, queued, running, abandoned, setAside } = jobs.inspect();
  assert.deepEqual([module, told, min, max], ['test_jobs', mode, 1, 3]);
  assert.deepEqual([started, queued, running, abandoned, setAside], [1, 0, 0, 0, 0]);
});

testBoth('idle threads end after their time', { idleTimeout: 20 }, async ({ Task, jobs }) => {
  await Task.await(Task.async(jobs.add, [1]));
  await until(async () => {
    // The counts of an instance come with its messages.
    if (jobs.mode === 'threads') jobs.memory.free(await jobs.memory.allocate(Uint8Array, 1));
    return jobs.inspect().threads === 0;
  }, 'no thread is left');
  assert.equal(await Task.await(Task.async(jobs.add, [1])), 1);
});

testBoth('the pool is resized while jobs run', async ({ Task, jobs }) => {
  const tasks = Array.from({ length: 200 }, (_, index) => Task.async(jobs.add, [index]));
  jobs.resize({ max: 4 });
  const more = Array.from({ length: 200 }, (_, index) => Task.async(jobs.add, [index]));
  jobs.resize({ max: 1 });
  const values = await Task.awaitMany([...tasks, ...more], 60_000);
  assert.equal(values.length, 400);
});

testBoth('a size that is wrong is refused, with what is accepted', { min: 2, limit: 4 }, async ({ jobs, mode }) => {
  const wrong = [
    [undefined, /^TypeError: resize: option max \(at least min, which is 2\) must be a whole number, 2 or more; got undefined$/],
    [{ min: 1 }, /^TypeError: resize: option max/],
    [null, /^TypeError: resize: options must be an object; got null$/],
    [{ max: 4, limit: 9 }, /^TypeError: resize: unknown option "limit"; accepted are min, max$/],
    [{ min: 0, max: 0 }, /^RangeError: resize: option max \(at least min\) must be a whole number, 1 or more; got 0$/],
    [{ min: 3, max: 2 }, /^RangeError: resize: option max \(at least min\) must be a whole number, 3 or more; got 2$/],
    [{ max: 1 }, /^RangeError: resize: option max \(at least min, which is 2\) must be a whole number, 2 or more; got 1$/],
    [{ max: 5000 }, /^RangeError: resize: option max .* at most 4096; got 5000$/],
  ];
  if (mode === 'threads') {
    wrong.push([{ max: 8 }, /^RangeError: resize: option max must be at most 4, which is the option limit of loadJobs; got 8$/]);
  }
  for (const [size, message] of wrong) assert.throws(() => jobs.resize(size), message);
  assert.deepEqual([jobs.inspect().min, jobs.inspect().max], [2, 2]);
  jobs.resize({ max: 3 });
  assert.deepEqual([jobs.inspect().min, jobs.inspect().max], [2, 3]);
  jobs.resize({ min: 1, max: 4 });
  assert.deepEqual([jobs.inspect().min, jobs.inspect().max], [1, 4]);
});

testBoth('an instance that follows one that was set aside has the size that was set', { limit: 4 }, async (given) => {
  const { jobs, mode } = given;
  // Above the limit it is refused for threads, and allowed for workers.
  if (mode === 'threads') assert.throws(() => jobs.resize({ max: 8 }), RangeError);
  const max = mode === 'threads' ? 4 : 8;
  jobs.resize({ max });
  assert.ok((await outcome(given, jobs.unreachable)).error instanceof JobTrapError);
  assert.equal((await outcome(given, jobs.add, [1, 1])).value, 2);
  assert.equal(jobs.inspect().max, max);
});

testBoth('a simulation refuses a job, and says what to do', async ({ jobs }) => {
  await assert.rejects(
    simulate(async ({ Task }) => Task.await(Task.async(jobs.pause, [30]))),
    (error) => error.name === 'SimulationError' && /^simulate: job pause would run on a thread, in real time\. Have/.test(error.message),
  );
});

/** Modules whose n-th worker starts only if `starts(n)`; `told` is how many there were. */
async function withWorkers(starts, run) {
  const folder = await mkdtemp(join(tmpdir(), 'belay-workers-'));
  const { default: module } = await import(testModule);
  const counter = join(folder, 'count');
  const script = join(folder, 'worker.mjs');
  await writeFile(counter, '');
  await writeFile(script, `import { appendFileSync, readFileSync } from 'node:fs';
    appendFileSync(${JSON.stringify(counter)}, '.');
    const starts = ${starts};
    if (!starts(readFileSync(${JSON.stringify(counter)}).length)) throw new Error('not this time');
    await import(${JSON.stringify(module.worker.href)});`);
  try {
    await run({ ...module, worker: pathToFileURL(script) }, async () => (await readFile(counter)).length);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('workers: a start that fails is tried again while others work', () => withWorkers('(n) => n < 2 || n > 7', (module, count) =>
  opened('workers', { max: 2 }, async ({ Task, jobs }) => {
    let running = 0;
    const start = () => Task.async(jobs.untilCancelled, [], { onReport: () => running++ });
    const tasks = [start(), start()];
    await until(() => running === 2, 'both run');
    assert.equal(await count(), 8);
    for (const task of tasks) await Task.shutdown(task, 'brutalKill');
  }, module)));

test('workers: when none can be started those that wait are told, and later ones tried', () => withWorkers('(n) => n < 2 || n > 5', (module, count) =>
  opened('workers', { max: 1 }, async (given) => {
    const { jobs } = given;
    assert.ok((await outcome(given, jobs.unreachable)).error instanceof JobTrapError);
    assert.match((await outcome(given, jobs.add, [1])).error.message, /an instance could not be opened: not this time/);
    assert.equal(await count(), 5);
    assert.equal((await outcome(given, jobs.add, [1])).value, 1);
  }, module)));

testBoth('as many jobs run at once as the size that was set last says', { max: 1 }, async ({ Task, jobs, mode }) => {
  let running = 0;
  const tasks = Array.from({ length: 3 }, () => Task.async(jobs.untilCancelled, [], { onReport: () => running++ }));
  await until(() => running === 1, 'one runs');
  jobs.resize({ max: 3 });
  await until(() => running === 3, 'all of them run');
  await Promise.all(tasks.map((task) => Task.shutdown(task, 'brutalKill')));
  jobs.resize({ max: 1 });
  const few = Array.from({ length: 8 }, () => Task.async(jobs.howManyWork, [300_000]));
  if (mode === 'workers') assert.ok(jobs.inspect().running <= 1);
  assert.deepEqual(await Task.awaitMany(few, 60_000), few.map(() => 1));
});

testIn(['threads'], 'no more jobs run at once than max', { max: 2 }, async ({ Task, jobs }) => {
  const tasks = Array.from({ length: 6 }, () => Task.async(jobs.countPrimes, [100_000]));
  await Task.awaitMany(tasks, 60_000);
  assert.ok(jobs.inspect().threads <= 2);
});

for (const mode of MODES) {
  test(`${mode}: idle jobs do not keep Node alive, running ones do`, () => {
    const script = fileURLToPath(new URL('./idle.mjs', import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, mode], { encoding: 'utf8', timeout: 60_000 });
    assert.equal(stderr, '');
    assert.equal(stdout, '78498\n');
    assert.equal(status, 0);
  });
}

/* malloc of libc, which is not ours, has 6,100. */
const FUNCTION_BYTES_MAX = 7000;

test('no function of a module is so large that to compile it would hold up jobs', async () => {
  const { default: { threads, single } } = await import(testModule);
  for (const { wasm } of [threads, single]) {
    const sizes = functionSizes(await readFile(wasm));
    assert.ok(sizes.length > 100, `${sizes.length} functions in ${wasm}`);
    const largest = Math.max(...sizes);
    assert.ok(largest <= FUNCTION_BYTES_MAX, `a function of ${largest} bytes in ${wasm}`);
  }
});
