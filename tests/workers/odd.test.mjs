// Odd arguments, results and failures: each concerns its own task, and no other.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloneError, createRuntime, WorkerError } from 'belay-tasks';
import { rejection, scenario, until } from './harness.mjs';

const odd = new URL('./odd.mjs', import.meta.url);

/** A scenario whose functions are those of odd.mjs. */
const oddly = (name, body, workers) =>
  scenario(name, (all) => {
    const start = (...given) => all.TaskSupervisor.asyncNolink(all.supervisor, odd, ...given);
    const run = (...given) => all.Task.await(start(...given), Infinity);
    return body({ ...all, start, run });
  }, workers);

const refusing = () => ({
  get part() {
    throw new Error('refused');
  },
});

oddly('an argument that cannot be looked at fails its task, also when its worker was busy', async ({ start, run, Task }) => {
  const words = new Int32Array(new SharedArrayBuffer(8));
  const held = start('hold', [words]);
  const bad = start('echo', [refusing()]);
  const good = start('echo', [1]);
  await until(() => Atomics.load(words, 0) === 1);
  Atomics.store(words, 1, 1);
  Atomics.notify(words, 1);
  await Task.await(held, Infinity);
  const error = await rejection(Task.await(bad, Infinity));
  assert.ok(error instanceof CloneError);
  assert.equal(error.path, 'args[0] ({ part: … })');
  assert.equal(error.cause.message, 'refused');
  assert.equal(await Task.await(good, Infinity), 1);
  const proxy = new Proxy({}, { ownKeys: () => assert.fail(), getPrototypeOf: () => assert.fail() });
  assert.ok((await rejection(run('echo', [proxy]))) instanceof CloneError);
}, { max: 1 });

oddly('what waits at a worker keeps its function when a later message cannot be sent', async ({ start, run, Task }) => {
  for (const name of ['first', 'echo', 'second']) for (let time = 0; time < 20; time++) await run(name); // they are short
  const words = new Int32Array(new SharedArrayBuffer(8));
  const held = start('hold', [words]);
  await until(() => Atomics.load(words, 0) === 1);
  const before = Array.from({ length: 10 }, () => start('first'));
  await new Promise((resolve) => setImmediate(resolve)); // they are handed over
  const bad = start('echo', [() => {}]);
  const after = Array.from({ length: 30 }, () => start('second'));
  assert.ok((await rejection(Task.await(bad, Infinity))) instanceof CloneError);
  Atomics.store(words, 1, 1);
  Atomics.notify(words, 1);
  assert.equal(await Task.await(held, Infinity), undefined);
  assert.deepEqual(await Task.awaitMany(before, Infinity), Array(10).fill('first'));
  assert.deepEqual(await Task.awaitMany(after, Infinity), Array(30).fill('second'));
}, { max: 1 });

oddly('a result that cannot be looked at fails its task, and the worker goes on', async ({ run, inspect }) => {
  for (const name of ['gives', 'givesLater', 'exitsWith']) {
    for (const kind of ['proxy', 'getter']) {
      const error = await rejection(run(name, [kind]));
      assert.ok(error instanceof CloneError, `${name} ${kind}: ${error}`);
    }
  }
  assert.equal(inspect().workers.started, 1);
}, { max: 1 });

oddly('what is wrong with a list of what is to be moved is told', async ({ run, TaskSupervisor, supervisor }) => {
  assert.match((await rejection(run('transfersNoList'))).message, /list must be an array .*got undefined/);
  assert.match((await rejection(run('transfersTwice'))).message, /result of transfersTwice cannot be sent .*DataCloneError/);
  assert.match((await rejection(run('echo', [1], { transfer: [5] }))).message, /argument of echo cannot be sent .*TypeError/);
  const entries = await TaskSupervisor.asyncStreamNolink(supervisor, [5, null], odd, 'echo', [], { transfer: (item) => item }).toArray();
  assert.equal(entries[0].reason.name, 'TypeError');
  assert.match(entries[0].reason.message, /function of option transfer must give an array .*it gave 5/);
  assert.equal(entries[1].value, null);
});

oddly('errors that cannot be looked at arrive as far as they can', async ({ run }) => {
  assert.equal(await rejection(run('fails', ['proxy'])), 'a value that could not be looked at');
  const error = await rejection(run('fails', ['getter']));
  assert.equal(error.constructor, RangeError);
  assert.deepEqual([error.message, error.part, error.kept], ['seen', 'a value that could not be looked at', 1]);
});

oddly('an error that contains itself many times arrives', async ({ run }) => {
  const error = await rejection(run('fails', ['itself']));
  assert.equal(error.constructor, AggregateError);
  assert.equal(error.errors.length, 4);
  assert.equal(error.cause.message, 'contains itself');
});

oddly('an error of a class with errors of its own keeps them', async ({ run }) => {
  const error = await rejection(run('fails', ['fields']));
  assert.equal(error.name, 'Invalid');
  assert.equal(error.task, 'a field of its own');
  assert.deepEqual(error.errors[0], { path: 'a' });
  assert.equal(error.errors[1].constructor, TypeError);
});

oddly('a worker that ends by what cannot be made a text settles its task', async ({ run }) => {
  for (const kind of ['object', 'name']) {
    const error = await rejection(run('throwsLater', [kind]));
    assert.ok(error instanceof WorkerError);
    assert.equal(error.reason, 'crash');
    assert.equal(await run('echo', [kind]), kind);
  }
}, { max: 1 });

oddly('what was moved to a worker that ends before it begins is not run without it', async ({ start, run, Task, inspect }) => {
  const words = new Int32Array(new SharedArrayBuffer(8));
  await run('endsIdle', [words]);
  const buffer = new ArrayBuffer(8);
  const moved = start('lengthOf', [buffer], { transfer: [buffer] });
  await until(() => inspect().workers.busy === 1);
  Atomics.store(words, 1, 1);
  Atomics.notify(words, 1);
  const error = await rejection(Task.await(moved, Infinity));
  assert.ok(error instanceof WorkerError, String(error));
  assert.equal(error.reason, 'exit');
  assert.equal(await run('lengthOf', [new ArrayBuffer(8)]), 8);
}, { max: 1 });

oddly('a port that was moved before is refused', async ({ run }) => {
  const { port2: port } = new MessageChannel();
  await run('first', [port], { transfer: [port] });
  const error = await rejection(run('first', [port], { transfer: [port] }));
  assert.ok(error instanceof CloneError);
  assert.match(error.path, /^args\[0\]/);
});

oddly('a port that was moved before is refused also within an object, and where it is not to be moved', async ({ run }) => {
  const { port2: port } = new MessageChannel();
  await run('first', [{ port }], { transfer: [port] });
  const again = await rejection(run('first', [{ list: [1, { port }] }], { transfer: [port] }));
  assert.ok(again instanceof CloneError);
  assert.match(again.path, /^args\[0\]\.list\[1\]\.port/);
  const unmoved = await rejection(run('first', [port]));
  assert.ok(unmoved instanceof CloneError);
  assert.match(unmoved.cause.message, /moved, not copied/);
});

oddly('a port that is refused does not concern the jobs that were handed over with it', async ({ start, run, Task }) => {
  for (let time = 0; time < 20; time++) await run('echo', [time]);
  const { port2: port } = new MessageChannel();
  const tasks = Array.from({ length: 30 }, (_, index) => start('echo', [index === 7 ? port : index]));
  for (const [index, task] of tasks.entries()) {
    if (index === 7) assert.ok((await rejection(Task.await(task, Infinity))) instanceof CloneError);
    else assert.equal(await Task.await(task, Infinity), index);
  }
}, { max: 1 });

oddly('a function does not find the port over which its worker talks', async ({ run }) => {
  assert.deepEqual(await run('findsOwn'), []);
});

oddly('a worker that says what no worker says is ended, and its function fails', async ({ run, inspect }) => {
  for (const kind of ['text', 'time', 'failure']) {
    const error = await rejection(run('talksGarbage', [kind]));
    assert.equal(error.name, 'WorkerError', kind);
    assert.ok(['messageError', 'lost'].includes(error.reason), `${kind}: ${error.reason}`); // it may know that it had returned
    assert.equal(await run('first'), 'first');
  }
  assert.equal(inspect().workers.crashed, 3);
}, { max: 1 });

scenario('CommonJS modules have the exports that can be seen without running them, and default', async ({ Task }) => {
  const at = (name) => new URL(`./${name}.cjs`, import.meta.url);
  assert.equal(await Task.await(Task.async(at('named'), 'add', [1, 2]), Infinity), 3);
  assert.equal(await Task.await(Task.async(at('named'), 'given'), Infinity), true);
  assert.equal(await Task.await(Task.async(at('single'), 'default', [4]), Infinity), 8);
  const error = await rejection(Task.await(Task.async(at('computed'), 'add', [1, 2]), Infinity));
  assert.match(error.message, /has no export "add"; its exports are: "default"/);
}, { max: 1 });

test('many exports, some of them several times, are each called by their own name', async () => {
  const runtime = createRuntime({ workers: { max: 1 } });
  const { Task } = runtime;
  try {
    const address = (number) => `data:text/javascript,export const number = () => ${number}`;
    const items = Array.from({ length: 1500 }, (_, index) => index % 1100);
    const tasks = items.map((number) => Task.async(address(number), 'number'));
    assert.deepEqual(await Task.awaitMany(tasks, Infinity), items);
  } finally {
    runtime.dispose();
  }
});
