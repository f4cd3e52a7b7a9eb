// An immediate of Node's own, which is there for a moment only: the simulation
// does not wait for it for ever. Node counts those among what is open, as for
// cleaning up after a collection of garbage. Here one is added to what Node
// says, before the simulation learns how to ask.
import assert from 'node:assert/strict';
import { AsyncResource } from 'node:async_hooks';
import { test } from 'node:test';

const resources = process.getActiveResourcesInfo.bind(process);
let isThere = false;
process.getActiveResourcesInfo = () => (isThere ? [...resources(), 'Immediate'] : resources());
const { simulate } = await import('belay-tasks/testing');

test('one that goes by while others are set again and again is not waited for', async () => {
  let isOver = false;
  const outside = () => {
    isThere = false;
    if (!isOver) setImmediate(outside);
  };
  setImmediate(outside);
  const { value, elapsed } = await simulate(async ({ sleep }) => {
    await sleep(10);
    isThere = true;
    new AsyncResource('noise').emitDestroy();
    for (let count = 0; count < 300; count++) await sleep(1);
    return isThere;
  }, { maxSteps: 10_000 }).finally(() => {
    isOver = true;
  });
  assert.deepEqual([value, elapsed], [false, 310]);
});

test('an immediate of Node that goes by between two batches of turns is not waited for', async () => {
  /* Runs between batches, as all of the outside does. */
  const outside = () => {
    if (isThere) isThere = false;
    else setImmediate(outside);
  };
  setImmediate(outside);
  const { value, elapsed } = await simulate(async ({ sleep }) => {
    await sleep(10);
    isThere = true;
    new AsyncResource('noise').emitDestroy(); // so that the simulation looks
    for (let count = 0; count < 300; count++) await sleep(1);
    return isThere;
  }, { maxSteps: 10_000 });
  assert.deepEqual([value, elapsed], [false, 310]);
});
