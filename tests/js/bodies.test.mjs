// Bodies of another kind than functions: how each call takes them apart.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FOREIGN } from '../../bindings/js/bodies.js';
import { createRuntime } from '../../bindings/js/index.js';
import { Context } from '../../bindings/js/context.js';

/** A body that is told what it is called with, and takes an option `extra`. */
function foreign({ ended = () => {} } = {}) {
  const take = ([args, { extra, ...options } = {}]) => ({ args, extra, options });
  return {
    [FOREIGN]: {
      asBody(call, rest) {
        const { args, extra, options } = take(rest);
        const body = (context) => {
          if (args[0] !== 'hang') return [call, ...args, extra];
          return new Promise((resolve) => {
            Context.whenEnded(context, () => resolve(ended()));
          });
        };
        return { body, options };
      },
      asItem(call, rest) {
        const { args, extra, options } = take(rest);
        return { body: (input, context) => [call, input, ...args, extra, context instanceof Context], options };
      },
    },
  };
}

test('every call that starts a process takes a foreign body, its arguments and its options', async () => {
  const runtime = createRuntime();
  const { Task, TaskSupervisor, Supervisor } = runtime;
  const sup = TaskSupervisor.start();
  const seen = [];
  const body = foreign();
  assert.deepEqual(await Task.await(Task.async(body, [1], { extra: 2, label: 'x' })), ['Task.async', 1, 2]);
  assert.deepEqual(await Task.await(TaskSupervisor.async(sup, body, [1])), ['TaskSupervisor.async', 1, undefined]);
  const nolink = TaskSupervisor.asyncNolink(sup, body, [1]);
  assert.deepEqual(await Task.await(nolink), ['TaskSupervisor.asyncNolink', 1, undefined]);
  for (const start of [Task.start, Task.startLink]) {
    const recorder = { [FOREIGN]: { asBody: (call, rest) => ({ body: () => seen.push(call), options: rest[1] }) } };
    start.call(Task, recorder, [], { label: 'y' });
    TaskSupervisor.startChild(sup, recorder, [], { restart: 'temporary' });
  }
  const spec = Task.childSpec(body, [1], { id: 'one' });
  assert.equal(spec.id, 'one');
  await Supervisor.start([spec], { strategy: 'oneForOne' }).stop();
  const stream = await Task.asyncStream([5], body, [6], { extra: 7, maxConcurrency: 1 }).toArray();
  assert.deepEqual(stream[0].value, ['Task.asyncStream', 5, 6, 7, true]);
  assert.deepEqual(seen.sort(), ['Task.start', 'Task.startLink', 'TaskSupervisor.startChild', 'TaskSupervisor.startChild']);
  runtime.dispose();
});

test('a foreign body is told when its process ends first, and counts as abandoned until it returns', async () => {
  const runtime = createRuntime();
  const { Task, inspect } = runtime;
  let abandoned = null;
  const body = foreign({
    ended() {
      abandoned = inspect().abandoned;
    },
  });
  const task = Task.async(body, ['hang']);
  await Task.yield(task, 0);
  assert.equal(await Task.shutdown(task, 'brutalKill'), null);
  assert.equal(abandoned, 1);
  await Task.await(Task.async(() => {}));
  assert.equal(inspect().abandoned, 0);
  runtime.dispose();
});

test('what is neither a function nor a foreign body is refused', () => {
  const runtime = createRuntime();
  const { Task } = runtime;
  for (const body of [null, undefined, 1, {}]) assert.throws(() => Task.async(body), TypeError);
  runtime.dispose();
});
