// Loading job modules: options, modes, what an idle pool does.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadJobs } from '../../bindings/js/threads.js';
import { MODES, testBoth, testIn, testModule, until } from './support.mjs';

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
  assert.throws(() => jobs.resize({ max: 0 }), RangeError);
  assert.throws(() => jobs.resize({ min: 2, max: 1 }), RangeError);
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
