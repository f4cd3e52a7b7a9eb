// C jobs: values that go in and come out, and those that are refused.
import assert from 'node:assert/strict';
import { begun, outcome, testBoth, testIn, until } from './support.mjs';

testBoth('a job takes numbers and gives one', async ({ Task, jobs }) => {
  assert.equal(await Task.await(Task.async(jobs.add, [1.5, 2])), 3.5);
  assert.equal(await Task.await(Task.async(jobs.add, [1])), 1);
  assert.ok(Number.isNaN(await Task.await(Task.async(jobs.add, [NaN]))));
});

testBoth('integers of 64 bits are exact; those that a number holds come as one', async ({ Task, jobs }) => {
  assert.equal(await Task.await(Task.async(jobs.addIntegers, [40, 2n])), 42);
  const most = 2n ** 63n - 1n;
  assert.equal(await Task.await(Task.async(jobs.addIntegers, [most, 0])), most);
  assert.equal(await Task.await(Task.async(jobs.addIntegers, [-most, -1n])), -(2n ** 63n));
});

testBoth('strings are UTF-8 in C', async ({ Task, jobs }) => {
  assert.equal(await Task.await(Task.async(jobs.shout, ['größe 日本 😀'])), 'GRößE 日本 😀');
  assert.equal(await Task.await(Task.async(jobs.echo, [''])), '');
});

const ARRAYS = [
  new Uint8Array([1, 2]), new Int8Array([-1]), new Uint16Array([1, 65535]), new Int16Array([-2]),
  new Uint32Array([7]), new Int32Array([-7]), new BigUint64Array([1n]), new BigInt64Array([-1n]),
  new Float32Array([0.5]), new Float64Array([Math.PI]), new Uint8ClampedArray([255]), new Float64Array(0),
];

testBoth('typed arrays of every kind are copied in and out', async ({ Task, jobs }) => {
  for (const array of ARRAYS) {
    const got = await Task.await(Task.async(jobs.echo, [array]));
    assert.deepEqual(got, array);
    assert.notEqual(got.buffer, array.buffer);
  }
});

testBoth('an array is taken as it is at the call', async ({ Task, jobs }) => {
  const array = new Float64Array([1, 2, 3]);
  const task = Task.async(jobs.sum, [array]);
  array.fill(100);
  assert.equal(await Task.await(task), 6);
});

testBoth('structs are bytes, read with a DataView', async ({ Task, jobs }) => {
  const point = new DataView(new ArrayBuffer(16));
  point.setInt32(0, 5, true);
  point.setInt32(4, 6, true);
  point.setFloat64(8, 3, true);
  for (const given of [point, point.buffer, new Uint8Array(point.buffer), Buffer.from(point.buffer)]) {
    const got = await Task.await(Task.async(jobs.mirror, [given]));
    const view = new DataView(got.buffer, got.byteOffset);
    assert.deepEqual([view.getInt32(0, true), view.getInt32(4, true), view.getFloat64(8, true)], [-5, 6, 1.5]);
  }
});

testBoth('nothing is undefined', async ({ Task, jobs }) => {
  assert.equal(await Task.await(Task.async(jobs.echo, [undefined])), undefined);
  assert.equal(await Task.await(Task.async(jobs.echo, [null])), undefined);
});

testBoth('any number of arguments, up to the most that C takes', async ({ Task, jobs }) => {
  assert.equal(await Task.await(Task.async(jobs.howMany, [])), 0);
  assert.equal(await Task.await(Task.async(jobs.howMany)), 0);
  assert.equal(await Task.await(Task.async(jobs.howMany, new Array(1000).fill('x'))), 1000);
  assert.throws(() => Task.async(jobs.howMany, new Array(65_536).fill(1)), /takes at most 65535 arguments; got 65536/);
});

testIn(['threads'], 'an array in shared memory is passed and given back without a copy', async ({ Task, jobs }) => {
  const array = await jobs.memory.allocate(Float64Array, 1000);
  array.fill(1.5);
  const got = await Task.await(Task.async(jobs.twiceInPlace, [array]));
  assert.equal(got.byteOffset, array.byteOffset);
  assert.equal(array[999], 3);
  const part = array.subarray(10, 20);
  await Task.await(Task.async(jobs.twiceInPlace, [part]));
  assert.deepEqual([array[9], array[10], array[19], array[20]], [3, 6, 6, 3]);
  jobs.memory.free(array);
});

testIn(['workers'], 'without shared memory an array is a copy each time', async ({ Task, jobs }) => {
  const array = await jobs.memory.allocate(Float64Array, 3);
  array.fill(1);
  assert.deepEqual(await Task.await(Task.async(jobs.twiceInPlace, [array])), new Float64Array([2, 2, 2]));
  assert.deepEqual(array, new Float64Array([1, 1, 1]));
  jobs.memory.free(array);
});

testIn(['threads'], 'memory that a job may still use is not freed', async ({ Task, jobs }) => {
  const flag = await jobs.memory.allocate(Int32Array, 1);
  flag[0] = 0;
  const task = await begun((...given) => Task.async(...given), jobs.untilCancelled, [flag]);
  assert.throws(() => jobs.memory.free(flag), /in use by job untilCancelled/);
  await Task.shutdown(task, 'brutalKill');
  await until(() => flag[0] === 1 && jobs.inspect().abandoned + jobs.inspect().running === 0, 'the job has returned');
  jobs.memory.free(flag);
});

testBoth('wrong arguments are refused at the call, and nothing is started', async ({ Task, jobs }) => {
  const detached = new Uint8Array(8);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  const wrong = [
    [[jobs.add, ['1']], TypeError, /argument 1 of job add must be a number; got "1"/],
    [[jobs.add, []], RangeError, /job add takes 1 to 2 arguments; got 0/],
    [[jobs.add, [1, 2, 3]], RangeError, /takes 1 to 2 arguments; got 3/],
    [[jobs.addIntegers, [1.5, 0]], RangeError, /must be a whole number or a BigInt of 64 bits; got 1.5/],
    [[jobs.addIntegers, [NaN, 0]], RangeError, /got NaN/],
    [[jobs.addIntegers, [2n ** 63n, 0]], RangeError, /BigInt of 64 bits/],
    [[jobs.shout, [7]], TypeError, /must be a string; got 7/],
    [[jobs.sum, [new Float32Array(1)]], TypeError, /must be a Float64Array/],
    [[jobs.sum, [[1, 2]]], TypeError, /must be a Float64Array/],
    [[jobs.mirror, [new Int32Array(4)]], TypeError, /must be a Uint8Array, ArrayBuffer or DataView/],
    [[jobs.mirror, [detached]], TypeError, /whose buffer was detached/],
    [[jobs.mirror, [detached.buffer]], TypeError, /whose buffer was detached/],
    [[jobs.echo, [{}]], TypeError, /must be a number, BigInt, string, typed array/],
    [[jobs.echo, [() => {}]], TypeError, /argument 1 of job echo/],
    [[jobs.echo, [true]], TypeError, /got true/],
    [[jobs.add, 5], TypeError, /args must be an array/],
    [[jobs.add, [1], { onReport: 1 }], TypeError, /onReport must be a function/],
    [[jobs.add, [1], { hardKill: 'x' }], TypeError, /hardKill must be true, false or a number/],
    [[jobs.add, [1], { other: 1 }], TypeError, /unknown option "other"/],
  ];
  for (const [given, Kind, message] of wrong) {
    assert.throws(() => Task.async(...given), (error) => error instanceof Kind && message.test(error.message), String(message));
  }
  assert.equal(jobs.inspect().started, 0);
});

testBoth('what memory.allocate is asked for is checked', async ({ jobs }) => {
  assert.throws(() => jobs.memory.allocate(Array, 1), /type must be a constructor of typed arrays/);
  for (const length of [NaN, -1, 1.5, Infinity, 2 ** 40, '1']) {
    assert.throws(() => jobs.memory.allocate(Float64Array, length), /memory.allocate: length must be a whole number/);
  }
  assert.throws(() => jobs.memory.free({}), /memory.free: array must be a typed array/);
});

testBoth('a pointer does not leave C', async (given) => {
  const { error } = await outcome(given, given.jobs.givePointer);
  assert.match(error.message, /job givePointer returned a pointer, which is for C alone/);
});

testBoth('a job that is called gives a body, bound to its arguments', async ({ Task, jobs }) => {
  assert.equal(await Task.await(Task.async(jobs.add(3, 4))), 7);
  assert.deepEqual(await Task.allSettled([jobs.add(1, 1), 5]), [
    { status: 'fulfilled', value: 2 }, { status: 'fulfilled', value: 5 },
  ]);
  assert.throws(() => jobs.add('x'), /argument 1 of job add/);
  assert.equal(jobs.countPrimes.name, 'countPrimes');
});

