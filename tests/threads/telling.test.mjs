// How what happens in an instance is told: read from shared memory by who works with
// it, and, where that cannot be waited for, by messages of its worker.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begun, opened, outcome, testIn, until } from './support.mjs';

/* About the sizes from which on values are given back at once, or left to the worker. */
const SIZES = [0, 1, 4095, 4097, 65_535, 65_536, 65_537, 3, 200_000, 5, 1 << 22, 0, 70_000, 70_001, 2];

const isFull = (array, size, byte) => array.length === size && array.every((one) => one === byte);

/** All of `SIZES` come, in their order, and then the job's own value. */
async function checkSizes({ Task, jobs }, rounds = 3) {
  for (let round = 0; round < rounds; round++) {
    const heard = [];
    const task = Task.async(jobs.tellSizes, [Int32Array.from(SIZES)], { onReport: (value) => heard.push(value) });
    const value = await Task.await(task, 60_000);
    assert.deepEqual(heard.map(({ length }) => length), SIZES);
    assert.ok(heard.every((array, place) => isFull(array, SIZES[place], place)));
    assert.ok(isFull(value, SIZES.at(-1), SIZES.length - 1));
    assert.ok(value.buffer instanceof ArrayBuffer);
  }
}

async function checkEach(given) {
  const { Task, jobs } = given;
  // At once they take more memory than there is at first: it grows meanwhile.
  await Promise.all(Array.from({ length: 6 }, () => checkSizes(given, 2)));
  const many = await Task.asyncStream(Array.from({ length: 3000 }, (_, index) => index), jobs.add, [1], { maxConcurrency: 2000 }).toArray();
  assert.deepEqual(many.map(({ value }) => value), many.map((_, index) => index + 1));
  const texts = ['', 'a', 'é'.repeat(3000), 'x'.repeat(100_000)];
  for (const text of texts) assert.equal(await Task.await(Task.async(jobs.echo, [text])), text);
  assert.equal((await outcome(given, jobs.fail, [7, 'no such page'])).error.failure, 7);
  let last = -1;
  const onReport = (value) => {
    assert.equal(value, last + 1);
    last = value;
  };
  await Task.await(Task.async(jobs.progress, [5000], { onReport }), 60_000);
  assert.equal(last, 4999);
}

testIn(['threads'], 'all that jobs tell arrives, in order, however large', checkEach);

/** A test in a world with another Atomics.waitAsync, or without it: for `undefined`. */
function testWith(waitAsync, name, options, run) {
  test(`threads: ${name}`, async () => {
    const usual = Object.getOwnPropertyDescriptor(Atomics, 'waitAsync');
    Object.defineProperty(Atomics, 'waitAsync', { ...usual, value: waitAsync });
    try {
      await opened('threads', options, run);
    } finally {
      Object.defineProperty(Atomics, 'waitAsync', usual);
    }
  });
}

testWith(undefined, 'where memory cannot be waited for, all arrives, in order, however large', {}, checkEach);

testWith(undefined, 'and what breaks an instance is told, and the next one runs', { hardKill: 20 }, async (given) => {
  const { Task, jobs } = given;
  assert.match((await outcome(given, jobs.unreachable)).error.message, /job unreachable was stopped by the machine/);
  const task = await begun(Task.async.bind(Task), jobs.neverEnds);
  await Task.shutdown(task, 'brutalKill');
  await until(() => jobs.inspect().setAside === 2, 'the instance is set aside');
  assert.equal(await Task.await(Task.async(jobs.add, [1, 2])), 3);
});

/* The wait does not end, so it is the look at the end of the instance that finds it. */
const neverWoken = () => ({ async: true, value: new Promise(() => {}) });

testWith(neverWoken, 'what has ended before the instance broke keeps its value', {}, async ({ TaskSupervisor, Task, jobs }) => {
  const sup = TaskSupervisor.start();
  const first = TaskSupervisor.asyncNolink(sup, jobs.add, [20, 1]);
  await until(() => jobs.inspect().idle > 0, 'a thread has ended it');
  const breaks = TaskSupervisor.asyncNolink(sup, jobs.unreachable);
  assert.deepEqual(await Task.yield(first, 60_000), { status: 'fulfilled', value: 21 });
  assert.equal((await Task.yield(breaks, 60_000)).status, 'rejected');
});

testWith(neverWoken, 'and before it was set aside', { hardKill: 20 }, async ({ TaskSupervisor, Task, jobs }) => {
  const sup = TaskSupervisor.start();
  const first = TaskSupervisor.asyncNolink(sup, jobs.add, [20, 1]);
  await until(() => jobs.inspect().idle > 0, 'a thread has ended it');
  const stuck = TaskSupervisor.asyncNolink(sup, jobs.neverEnds);
  await until(() => jobs.inspect().idle === 0, 'it has begun');
  await Task.shutdown(stuck, 'brutalKill');
  assert.deepEqual(await Task.yield(first, 60_000), { status: 'fulfilled', value: 21 });
});
