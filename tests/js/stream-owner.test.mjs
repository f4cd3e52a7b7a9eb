/** Items that end in the very turn in which the consumer of their stream does. */
import assert from 'node:assert/strict';
import { deferred, quiet, scenario } from './harness.mjs';

/** A consumer that ends with `gate` and leaves a stream behind. */
const leaving = (gate, item) => ({ Task }) => {
  Task.asyncStream([1], item, { maxConcurrency: 1 }).toArray().catch(() => {});
  return gate.promise;
};

scenario('an item that returns together with its consumer leaves no process behind', async ({ Task, Process }) => {
  const gate = deferred();
  Task.start(leaving(gate, () => gate.promise));
  await quiet();
  gate.resolve();
  await quiet();
  assert.deepEqual(Process.list(), [Process.self()]);
});

scenario('an item that throws together with its consumer leaves none, and is logged', async ({ Task, Process, logged }) => {
  const gate = deferred();
  const item = deferred();
  Task.start(leaving(gate, () => item.promise));
  await quiet();
  gate.resolve();
  item.reject(new Error('late'));
  await quiet();
  assert.deepEqual(Process.list(), [Process.self()]);
  assert.deepEqual(logged.map(({ reason }) => reason.message), ['late']);
});
