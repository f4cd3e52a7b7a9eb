// What becomes of a function on a worker, in every way that it can end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloneError, ExitError, ModuleError, Task, WorkerError } from 'belay-tasks';
import { flag, rejection, scenario, until, work } from './harness.mjs';

scenario('an export is called with its arguments, and gives its value', async ({ Task, run }) => {
  assert.equal(await run('add', [1, 2]), 3);
  assert.equal(await Task.await(Task.async(work, 'add', [3, 4]), Infinity), 7);
  assert.equal(await Task.await(Task.async(work.href, 'add', ['a', 'b']), Infinity), 'ab');
  assert.equal(await run('later', [1, 'slow']), 'slow');
  const value = { list: [1n, new Date(0)], map: new Map([['a', new Set([1])]]), bytes: new Uint8Array([1, 2]) };
  assert.deepEqual(await run('echo', [value]), value);
});

scenario('every call that starts a task takes the address of a module', async ({ Task, TaskSupervisor, Supervisor, supervisor, logged }) => {
  assert.equal(await Task.await(TaskSupervisor.async(supervisor, work, 'add', [1, 2]), Infinity), 3);
  for (const stream of [
    Task.asyncStream([1, 2, 3], work, 'times', [10]),
    TaskSupervisor.asyncStream(supervisor, [1, 2, 3], work, 'times', [10]),
    TaskSupervisor.asyncStreamNolink(supervisor, [1, 2, 3], work, 'times', [10], { maxConcurrency: 2 }),
  ]) {
    assert.deepEqual((await stream.toArray()).map(({ value }) => value), [10, 20, 30]);
  }
  const runs = new Int32Array(new SharedArrayBuffer(16));
  Task.start(work, 'count', [0, runs]);
  Task.startLink(work, 'count', [1, runs]);
  TaskSupervisor.startChild(supervisor, work, 'count', [2, runs], { label: 'counted' });
  const spec = Task.childSpec(work, 'count', [3, runs], { id: 'one' });
  assert.equal(spec.id, 'one');
  const top = Supervisor.start([spec], { strategy: 'oneForOne' });
  await until(() => runs.every((times) => times === 1));
  await top.stop();
  assert.deepEqual(logged, []);
});

scenario('a child that crashes is started again, as often as allowed', async ({ TaskSupervisor, logged, supervisor }) => {
  const other = TaskSupervisor.start({ maxRestarts: 2 });
  TaskSupervisor.startChild(other, work, 'fails', ['own'], { restart: 'permanent', label: 'broken' });
  await until(() => logged.length === 3);
  assert.deepEqual(logged.map(({ label, reason }) => [label, reason.name]), Array(3).fill(['broken', 'OutOfStock']));
  assert.equal(TaskSupervisor.children(supervisor).length, 0);
});

/* ---- Failures. ----------------------------------------------------------- */

scenario('an error of a built-in class keeps it, with message, cause and both stacks', async ({ run }) => {
  const error = await rejection(run('fails', ['type']));
  assert.equal(error.constructor, TypeError);
  assert.equal(error.message, 'wrong');
  assert.equal(error.cause.message, 'deep');
  assert.equal(error.cause.cause, 'deeper');
  const [inWorker, here] = error.stack.split('in a worker; its task was started');
  assert.ok(inWorker.includes('work.mjs'), inWorker);
  assert.match(here, /outcomes\.test\.mjs|harness\.mjs/);
});

scenario('an error of another class keeps its name and its own properties', async ({ run }) => {
  const error = await rejection(run('fails', ['own']));
  assert.ok(error instanceof Error);
  assert.equal(error.name, 'OutOfStock');
  assert.deepEqual(error.item, { id: 7 });
  assert.equal(error.cause.constructor, RangeError);
});

scenario('errors of several, errors of the platform and other values arrive as what they are', async ({ run }) => {
  const several = await rejection(run('fails', ['aggregate']));
  assert.equal(several.constructor, AggregateError);
  assert.deepEqual([several.errors[0].constructor, several.errors[1]], [TypeError, 'two']);
  const dom = await rejection(run('fails', ['dom']));
  assert.ok(dom instanceof DOMException);
  assert.equal(dom.name, 'AbortError');
  assert.equal(await rejection(run('fails', ['string'])), 'just text');
});

scenario('ctx.exit ends the task with the reason', async ({ run }) => {
  const error = await rejection(run('exits', ['closed']));
  assert.ok(error instanceof ExitError);
  assert.equal(error.reason, 'closed');
});

scenario('what is wrong with the module or the export is told', async ({ run, TaskSupervisor, Task, supervisor }) => {
  const missing = await rejection(run('nothing'));
  assert.ok(missing instanceof ModuleError);
  assert.match(missing.message, /no export "nothing"; its exports are: .*"add"/);
  assert.match((await rejection(run('notAFunction'))).message, /must be a function; it is 42/);
  const gone = new URL('./not-there.mjs', import.meta.url);
  const error = await rejection(Task.await(TaskSupervisor.asyncNolink(supervisor, gone, 'add'), Infinity));
  assert.ok(error instanceof ModuleError);
  assert.equal(error.cause.code, 'ERR_MODULE_NOT_FOUND');
  assert.equal(await run('add', [1, 1]), 2);
});

test('bad input is refused at the call', () => {
  const refused = (text, ...args) => assert.throws(() => Task.async(...args), (error) => {
    assert.ok(error instanceof TypeError, String(error));
    assert.match(error.message, text);
    return true;
  });
  refused(/module must be .*got "\.\/job\.js".*new URL\('\.\/job\.js', import\.meta\.url\)/, './job.js', 'add');
  refused(/module must be/, 'work.js', 'add');
  refused(/module must be .*got "ftp:\/\/x\/y"/, 'ftp://x/y', 'add');
  refused(/name must be the name of an export/, work);
  refused(/name must be/, work, 5);
  refused(/args must be an array of arguments; got 5/, work, 'add', 5);
  refused(/unknown option "speed"/, work, 'add', [], { speed: 1 });
  refused(/option transfer must be an array/, work, 'add', [], { transfer: 1 });
  refused(/options must be an object/, work, 'add', [], 5);
  assert.throws(() => Task.childSpec(work, 'add', [], { transfer: [] }), RangeError);
});

/* ---- What is sent. ------------------------------------------------------- */

scenario('what cannot be cloned is named, and only that task fails', async ({ run }) => {
  const others = Array.from({ length: 8 }, (_, index) => run('add', [index, 1]));
  const error = await rejection(run('echo', [{ a: [1, { onDone() {} }] }]));
  assert.ok(error instanceof CloneError);
  assert.equal(error.path, 'args[0].a[1].onDone (function onDone)');
  assert.equal(error.cause.name, 'DataCloneError');
  const result = await rejection(run('givesFunction'));
  assert.ok(result instanceof CloneError);
  assert.match(result.message, /result of givesFunction .*result\.inner\.call/);
  assert.deepEqual(await Promise.all(others), [1, 2, 3, 4, 5, 6, 7, 8]);
});

scenario('buffers are moved there and back', async ({ Task }) => {
  const buffer = new ArrayBuffer(8);
  const result = await Task.await(Task.async(work, 'moves', [buffer], { transfer: [buffer] }), Infinity);
  assert.equal(buffer.byteLength, 0);
  assert.equal(new Uint8Array(result)[0], 1);
  const items = [new ArrayBuffer(4), new ArrayBuffer(4)];
  const entries = await Task.asyncStream(items, work, 'moves', [], { transfer: (item) => [item] }).toArray();
  assert.deepEqual(entries.map(({ value }) => value.byteLength), [4, 4]);
  assert.deepEqual(items.map(({ byteLength }) => byteLength), [0, 0]);
});

/* ---- In the worker. ------------------------------------------------------ */

scenario('reports arrive as events, in order, before the end of their task', async ({ run, subscribe }) => {
  const events = [];
  subscribe((event) => events.push(event));
  assert.equal(await run('reports', [3]), 3);
  const told = events.filter(({ type, label }) => label === 'reports' && ['progress', 'settled'].includes(type));
  assert.deepEqual(told.map(({ type, value }) => value?.index ?? type), [0, 1, 2, 'settled']);
});

scenario('a function starts and awaits tasks of its own; self is its task', async ({ start, Task }) => {
  const task = start('withChildren');
  assert.deepEqual(await Task.await(task, Infinity), { self: task.pid, values: [1, 4, 9], stream: [10, 11] });
});

scenario('tasks that a function leaves behind end with it', async ({ run }) => {
  assert.equal(await run('leavesChild'), 'parent returned');
  for (let stopped = 0; stopped === 0;) stopped = await run('stoppedChildren');
}, { max: 1 });

scenario('a child that crashes takes the function with it, and the thread', async ({ run, inspect }) => {
  const error = await rejection(run('crashingChild'));
  assert.equal(error.constructor, RangeError);
  assert.equal(error.message, 'the child has failed');
  assert.equal(await run('add', [1, 1]), 2);
  assert.equal(inspect().workers.killed, 1);
});

scenario('a worker can have workers', async ({ run }) => {
  assert.equal(await run('nested', [work.href]), 42);
});

/* ---- Stopping. ----------------------------------------------------------- */

scenario('a loop without end is killed; it counts as abandoned until its thread has stopped', async ({ start, run, Task, inspect }) => {
  const { words, raised } = flag();
  const task = start('spin', [words]);
  await raised();
  assert.equal(await Task.shutdown(task, 'brutalKill'), null);
  assert.equal(inspect().abandoned, 1);
  assert.equal(await run('add', [1, 2]), 3);
  await until(() => inspect().abandoned === 0);
  assert.equal(inspect().workers.killed, 1);
});

scenario('a task that is asked to stop has its grace, and its worker goes on when it returns', async ({ start, run, Task, subscribe, inspect }) => {
  const told = [];
  subscribe(({ type, value }) => type === 'progress' && told.push(value));
  const task = start('untilAborted', ['begun']);
  await until(() => told.length === 1);
  assert.equal(await Task.shutdown(task, 60_000), null);
  await until(() => inspect().abandoned === 0);
  assert.equal(await run('add', [1, 2]), 3);
  assert.equal(inspect().workers.killed, 0);
});

scenario('one that does not return within its grace is terminated', async ({ start, Task, inspect }) => {
  for (const stop of [(task) => Task.shutdown(task, 1), (task) => Task.shutdown(task, 0)]) {
    const { words, raised } = flag();
    const task = start('spin', [words]);
    await raised();
    await stop(task);
    await until(() => inspect().abandoned === 0);
  }
  assert.equal(inspect().workers.killed, 2);
});

scenario('an AbortSignal and the end of a supervisor stop it', async ({ Task, TaskSupervisor, inspect }) => {
  const one = flag();
  const controller = new AbortController();
  const aborted = Task.async(work, 'spin', [one.words], { signal: controller.signal, shutdown: 1 });
  await one.raised();
  controller.abort(new Error('enough'));
  assert.equal((await rejection(Task.await(aborted, Infinity))).message, 'enough');
  const two = flag();
  const other = TaskSupervisor.start();
  TaskSupervisor.startChild(other, work, 'spin', [two.words], { shutdown: 'brutalKill' });
  await two.raised();
  await other.stop();
  await until(() => inspect().abandoned === 0);
  assert.equal(inspect().workers.killed, 2);
});

scenario('the end of its owner stops it', async ({ Task, TaskSupervisor, supervisor, inspect }) => {
  const { words, raised } = flag();
  const owner = TaskSupervisor.asyncNolink(supervisor, async ({ Task }) => {
    Task.async(work, 'spin', [words]);
    await raised();
    throw new Error('owner failed');
  });
  assert.equal((await rejection(Task.await(owner, Infinity))).message, 'owner failed');
  await until(() => inspect().abandoned === 0 && inspect().workers.killed === 1);
});

scenario('a timeout of a stream stops the item alone; leaving early stops all', async ({ Task, run, inspect }) => {
  await Promise.all(Array.from({ length: 4 }, () => run('later', [50, null]))); // the start of a thread is not what is timed
  const stream = Task.asyncStream([false, true, false, false], work, 'spinIf', [], { maxConcurrency: 4, timeout: 1500, onTimeout: 'killTask' });
  const entries = await stream.toArray();
  assert.deepEqual(entries.map(({ value, reason }) => value ?? reason.reason), ['done', 'timeout', 'done', 'done']);
  await until(() => inspect().abandoned === 0);
  assert.equal(inspect().workers.killed, 1);
  for await (const { value } of Task.asyncStream([false, true, true], work, 'spinIf', [], { timeout: Infinity })) {
    assert.equal(value, 'done');
    break;
  }
  await until(() => inspect().abandoned === 0);
}, { max: 4 });

/* ---- Workers that end by themselves. ------------------------------------- */

for (const [name, args, reason, text] of [
  ['exitsProcess', [3], 'exit', /process\.exit\(3\)/],
  ['exitsProcess', [0], 'exit', /process\.exit\(0\)/],
  ['throwsLater', [], 'crash', /in a timer/],
  ['rejectsUnheard', [], 'crash', /nobody handles it/],
  ['fillsMemory', [], 'memory', /out of memory/],
]) {
  scenario(`${name}(${args}) settles its task with the reason '${reason}', and no other`, async ({ run, inspect }) => {
    const others = Array.from({ length: 4 }, (_, index) => run('later', [5, index]));
    const error = await rejection(run(name, args));
    assert.ok(error instanceof WorkerError, String(error));
    assert.equal(error.reason, reason);
    assert.match(error.message, text);
    if (reason === 'exit') assert.equal(error.exitCode, args[0]);
    else assert.ok(error.cause instanceof Error);
    assert.deepEqual(await Promise.all(others), [0, 1, 2, 3]);
    assert.equal(await run('add', [1, 2]), 3);
    assert.equal(inspect().workers.crashed, 1);
  }, { resourceLimits: { maxOldGenerationSizeMb: 24 } });
}

scenario('a worker that crashes while it has nothing to do is replaced', async ({ run, inspect }) => {
  assert.equal(await run('leavesTimer'), 'left');
  await until(() => inspect().workers.crashed === 1);
  assert.equal(await run('add', [1, 2]), 3);
}, { max: 1 });

scenario('workers that cannot start fail what waits, and are tried once for each task', async ({ run, inspect }) => {
  for (let attempt = 1; attempt <= 3; attempt++) {
    const [one, two] = await Promise.all([rejection(run('add', [1, 2])), rejection(run('add', [1, 2]))]);
    for (const error of [one, two]) {
      assert.ok(error instanceof WorkerError);
      assert.equal(error.reason, 'start');
    }
    assert.ok(inspect().workers.started <= attempt * 2, String(inspect().workers.started));
  }
}, { script: new URL('./not-there.mjs', import.meta.url) });

scenario('dispose terminates all workers, also those that loop', async ({ start, runtime, Task }) => {
  const { words, raised } = flag();
  const task = start('spin', [words]);
  const waiting = rejection(Task.await(task, Infinity));
  await raised();
  runtime.dispose();
  assert.equal((await waiting).code, 'BELAY_DISPOSED');
}, { idle: false });
