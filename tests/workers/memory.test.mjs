// Functions that want more memory than there is: each concerns its own task, and no other.
import assert from 'node:assert/strict';
import { WorkerError } from 'belay-tasks';
import { rejection, scenario, work } from './harness.mjs';

const memory = new URL('./memory.mjs', import.meta.url);

/** Runs `attack` beside others, which must not notice. */
async function attacked({ TaskSupervisor, Task, supervisor, run }, name, args = []) {
  const others = Array.from({ length: 4 }, (_, index) => run('later', [5, index]));
  const attack = Task.await(TaskSupervisor.asyncNolink(supervisor, memory, name, args), Infinity);
  const outcome = await attack.then((value) => ({ value }), (error) => ({ error }));
  assert.deepEqual(await Promise.all(others), [0, 1, 2, 3]);
  assert.equal(await run('add', [1, 2]), 3);
  return outcome;
}

for (const [name, args] of [['arrays', []], ['entries', []], ['numbers', []], ['objects', [3_000_000]]]) {
  scenario(`the heap of a worker is bounded: ${name}`, async (all) => {
    const { error } = await attacked(all, name, args);
    assert.ok(error instanceof WorkerError, String(error));
    assert.equal(error.reason, 'memory');
    assert.equal(all.inspect().workers.crashed, 1);
  }, { max: 2, resourceLimits: { maxOldGenerationSizeMb: 24 } });
}

for (const [what, name, args, message] of [
  ['text', 'text', [], /Invalid string length/],
  ['frames', 'frames', [], /Maximum call stack size exceeded/],
  ['buffer', 'buffer', [2 ** 50], /Array buffer allocation failed|Invalid array buffer length/],
]) {
  scenario(`what the engine refuses is an error of the function: ${what}`, async (all) => {
    const { error } = await attacked(all, name, args);
    assert.ok(error instanceof RangeError, String(error));
    assert.match(error.message, message);
    assert.equal(all.inspect().workers.crashed, 0);
  }, { max: 2, resourceLimits: { maxOldGenerationSizeMb: 24, stackSizeMb: 0.5 } });
}

scenario('buffers lie outside the heap, and are not bounded by its limit', async (all) => {
  assert.deepEqual(await attacked(all, 'buffers', [8, 16]), { value: 8 * 16 * 2 ** 20 });
}, { max: 2, resourceLimits: { maxOldGenerationSizeMb: 24 } });

scenario('results of many megabytes arrive, moved or copied', async (all) => {
  const { value: copied } = await attacked(all, 'bytes', [64]);
  assert.equal(copied.byteLength, 64 * 2 ** 20);
  const { value: text } = await attacked(all, 'letters', [16]);
  assert.equal(text.length, 16 * 2 ** 20);
}, { max: 2 });

scenario('a failure with a text of many megabytes arrives', async (all) => {
  const { error } = await attacked(all, 'failsAtLength', [8]);
  assert.equal(error.message.length, 8 * 2 ** 20);
}, { max: 2 });

for (const limits of [{ maxOldGenerationSizeMb: 1 }, { maxOldGenerationSizeMb: 0.001, maxYoungGenerationSizeMb: 0.001 }]) {
  scenario(`limits in which no worker can start fail its tasks: ${JSON.stringify(limits)}`, async ({ run, inspect }) => {
    for (let attempt = 0; attempt < 2; attempt++) {
      const error = await rejection(run('add', [1, 2]));
      assert.ok(error instanceof WorkerError, String(error));
      assert.equal(error.reason, 'start');
      assert.match(error.message, /memory limit/);
    }
    assert.equal(inspect().workers.size, 0);
  }, { max: 1, resourceLimits: limits });
}

for (const limits of [{ maxYoungGenerationSizeMb: 0.1 }, { codeRangeSizeMb: 0.01 }, { stackSizeMb: 0.5 }, { stackSizeMb: 64 }]) {
  scenario(`odd limits do no harm: ${JSON.stringify(limits)}`, async ({ run }) => {
    assert.equal(await run('add', [1, 2]), 3);
  }, { max: 1, resourceLimits: limits });
}
