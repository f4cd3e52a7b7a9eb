import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { ExitError, TimeoutError } from 'belay-tasks';
import { deferred, failed, ok, quiet, rejection, scenario, stateOf } from './harness.mjs';

scenario('without functions it answers what Promise.allSettled answers', async ({ Task }) => {
  const thenable = { then: (resolve) => resolve('t') };
  const items = () => [1, Promise.resolve(2), Promise.reject(3), thenable, undefined, null, 'text'];
  assert.deepEqual(await Task.allSettled(items()), await Promise.allSettled(items()));
  assert.deepEqual(await Task.allSettled([]), []);
  assert.deepEqual(await Task.allSettled(new Set([1])), [ok(1)]);
});

scenario('functions are started and stand in their place', async ({ Task, logged }) => {
  const error = new Error('boom');
  const results = await Task.allSettled([
    () => 1,
    2,
    async ({ self }) => typeof self,
    () => { throw error; },
    Promise.reject(error),
    ({ exit }) => exit('because'),
  ]);
  assert.deepEqual(results.slice(0, 5), [ok(1), ok(2), ok('string'), failed(error), failed(error)]);
  assert.ok(results[5].reason instanceof ExitError);
  assert.equal(results[5].reason.reason, 'because');
  assert.deepEqual(logged, []);
});

scenario('maxConcurrency bounds the functions', async ({ Task }) => {
  const gates = Array.from({ length: 5 }, () => deferred());
  const began = [];
  const all = Task.allSettled(gates.map((gate, index) => () => {
    began.push(index);
    return gate.promise;
  }), { maxConcurrency: 2 });
  await quiet();
  assert.deepEqual(began, [0, 1]);
  gates[1].resolve('b');
  await quiet();
  assert.deepEqual(began, [0, 1, 2]);
  for (const gate of gates) gate.resolve('x');
  assert.deepEqual(await all, [ok('x'), ok('b'), ok('x'), ok('x'), ok('x')]);
});

scenario('a timeout rejects functions that run too long and promises not there in time', async ({ Task, clock }) => {
  const gate = deferred();
  const all = Task.allSettled([() => gate.promise, gate.promise, () => 1, 2], { timeout: 50 });
  await clock.advance(49);
  assert.equal(await stateOf(all), 'pending');
  await clock.advance(1);
  const results = await all;
  for (const { reason } of results.slice(0, 2)) {
    assert.ok(reason instanceof TimeoutError);
    assert.equal(reason.timeout, 50);
  }
  assert.deepEqual(results.slice(2), [ok(1), ok(2)]);
  gate.reject(new Error('late'));
});

scenario('a timeout of 0 looks once: values and settled promises are there', async ({ Task }) => {
  const thenable = { then: (resolve) => resolve('t') };
  const gate = deferred();
  const items = [1, Promise.resolve(2), Promise.reject(3), () => 4, gate.promise, thenable, () => gate.promise];
  const results = await Task.allSettled(items, { timeout: 0 });
  assert.deepEqual(results.slice(0, 4), [ok(1), ok(2), failed(3), ok(4)]);
  for (const { reason } of results.slice(4)) assert.ok(reason instanceof TimeoutError);
  assert.deepEqual(await Task.allSettled([1], { timeout: 0 }), [ok(1)]);
  gate.resolve();
});

scenario('a promise that cannot be followed rejects the whole, as with Promise.allSettled', async ({ Task }) => {
  const error = new Error('unreadable');
  const bad = Object.defineProperty(Promise.resolve(), 'constructor', { get() { throw error; } });
  let began = false;
  const all = Task.allSettled([Promise.reject(1), bad, () => { began = true; }], { timeout: 10 });
  assert.equal(await rejection(all), error);
  assert.equal(await rejection(Promise.allSettled([bad])), error);
  assert.equal(began, false);
});

scenario('a signal rejects what has no outcome; the promise itself is fulfilled', async ({ Task, Process }) => {
  const controller = new AbortController();
  const gate = deferred();
  const began = [];
  const all = Task.allSettled([
    () => 1,
    () => {
      began.push(1);
      return gate.promise;
    },
    () => began.push(2),
    gate.promise,
  ], { maxConcurrency: 1, signal: controller.signal });
  await quiet();
  controller.abort('enough');
  assert.deepEqual(await all, [ok(1), failed('enough'), failed('enough'), failed('enough')]);
  assert.deepEqual(began, [1]);
  await quiet();
  assert.deepEqual(Process.list(), [Process.self()]);
  gate.resolve();
});

scenario('there is one listener on the signal of many functions, and none at the end', async ({ Task }) => {
  const controller = new AbortController();
  const { signal } = controller;
  const never = new Promise(() => {});
  const waiting = Task.allSettled(new Array(100).fill(() => never), { maxConcurrency: 10, signal });
  assert.equal(getEventListeners(signal, 'abort').length, 1);
  controller.abort('enough');
  assert.deepEqual(await waiting, new Array(100).fill({ status: 'rejected', reason: 'enough' }));
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

scenario('an aborted signal starts nothing', async ({ Task }) => {
  let began = false;
  const results = await Task.allSettled([
    () => {
      began = true;
    },
    Promise.reject(new Error('not reported')),
  ], { signal: AbortSignal.abort('no') });
  assert.deepEqual(results, [failed('no'), failed('no')]);
  assert.equal(began, false);
});

scenario('who asked ends: the functions are stopped', async ({ Task, Process }) => {
  const gate = deferred();
  const task = Task.async((context) => context.Task.allSettled([() => gate.promise, gate.promise]));
  const waiting = rejection(Task.await(task));
  await quiet();
  assert.equal(Process.list().length, 3);
  Process.exit(task.pid, 'because');
  await quiet();
  assert.deepEqual(Process.list(), [Process.self()]);
  assert.equal((await waiting).reason, 'because');
  gate.resolve();
});
