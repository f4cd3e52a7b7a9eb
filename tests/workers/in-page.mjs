// What runs in a page; each function is one test, and throws when it fails.

const work = new URL('./work.mjs', import.meta.url);
/* As it is installed, in a few files: each worker loads them anew. */
const belay = import(new URL('../../build/in-page/node_modules/belay-tasks/dist/index.js', import.meta.url).href);

function equal(given, wanted) {
  const [a, b] = [JSON.stringify(given), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${a} instead of ${b}`);
}

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

/** Resolves once `isSo` is. */
async function until(isSo) {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
}

async function open(workers = { max: 2 }) {
  const { createRuntime } = await belay;
  const runtime = createRuntime({ workers, onLog: () => {} });
  const { Task, TaskSupervisor } = runtime;
  const supervisor = TaskSupervisor.start();
  const start = (...given) => TaskSupervisor.asyncNolink(supervisor, work, ...given);
  return { ...runtime, runtime, start, run: (...given) => Task.await(start(...given), Infinity) };
}

export async function runs() {
  const { run, inspect, runtime } = await open();
  equal(await run('add', [1, 2]), 3);
  equal(await run('withChildren').then(({ values }) => values), [1, 4, 9]);
  equal(inspect().workers.kind, 'Worker');
  runtime.dispose();
}

export async function streams() {
  const { Task, runtime } = await open();
  const items = Array.from({ length: 300 }, (_, index) => index);
  const entries = await Task.asyncStream(items, work, 'times', [2], { maxConcurrency: 20 }).toArray();
  equal(entries.map(({ value }) => value), items.map((item) => item * 2));
  runtime.dispose();
}

export async function kills() {
  const { Task, start, run, inspect, subscribe, runtime } = await open();
  for (let round = 0; round < 2; round++) {
    // Where memory can be shared, a job that has not begun needs no kill.
    const begun = isIsolated() ? new Int32Array(new SharedArrayBuffer(4)) : null;
    const task = start('spin', [begun]);
    await until(() => (begun === null ? inspect().workers?.busy === 1 : Atomics.load(begun, 0) === 1));
    equal(await Task.shutdown(task, 'brutalKill'), null);
    equal(await run('add', [round, 1]), round + 1);
  }
  await until(() => inspect().abandoned === 0);
  equal(inspect().workers.killed, 2);
  const told = [];
  subscribe(({ type, value }) => type === 'progress' && told.push(value));
  const task = start('untilAborted', ['begun']);
  await until(() => told.length > 0);
  equal(await Task.shutdown(task, 60_000), null);
  await until(() => inspect().abandoned === 0);
  equal(inspect().workers.killed, 2);
  runtime.dispose();
}

/** Jobs that wait behind one that is killed are run once, with and without shared memory. */
export async function loses() {
  const { Task, start, run, runtime } = await open({ max: 1 });
  for (let index = 0; index < 20; index++) await run('spinIf', [false]);
  for (let round = 0; round < 2; round++) {
    const endless = start('spinIf', [true]);
    const others = Array.from({ length: 100 }, (_, index) => start('times', [index, 3]));
    await Task.yield(endless, 20);
    await Task.shutdown(endless, 'brutalKill');
    equal(await Task.awaitMany(others, Infinity), others.map((_, index) => index * 3));
  }
  runtime.dispose();
}

export async function fails() {
  const { run, runtime } = await open();
  const { BelayError, ChildStartError, CloneError, MaxChildrenError, ModuleError, WorkerError } = await belay;
  const full = await failure(run('provokes', ['maxChildren']));
  equal([full instanceof MaxChildrenError, full instanceof BelayError, full.limit], [true, true, 1]);
  const unstarted = await failure(run('provokes', ['childStart']));
  equal([unstarted instanceof ChildStartError, unstarted.id, unstarted.cause instanceof RangeError], [true, 'database', true]);
  const own = await failure(run('fails', ['own']));
  equal([own.name, own.message, own.item, own.cause instanceof RangeError], ['OutOfStock', 'no more', { id: 7 }, true]);
  const type = await failure(run('fails', ['type']));
  equal([type.constructor.name, type.message, type.cause.message, type.cause.cause], ['TypeError', 'wrong', 'deep', 'deeper']);
  const stacks = type.stack.split('in a worker; its task was started');
  equal([stacks.length, stacks[0].includes('work.mjs'), stacks[1]?.includes('in-page.mjs')], [2, true, true]);
  equal((await failure(run('fails', ['dom']))).name, 'AbortError');
  equal(await failure(run('echo', [() => {}])) instanceof CloneError, true);
  equal(await failure(run('givesFunction')) instanceof CloneError, true);
  equal(await failure(run('nothing')) instanceof ModuleError, true);
  for (const name of ['throwsLater', 'rejectsUnheard']) {
    const others = Array.from({ length: 4 }, (_, index) => run('later', [5, index]));
    const error = await failure(run(name));
    equal([error instanceof WorkerError, error.reason], [true, 'crash']);
    equal(/in a timer|nobody handles it/.test(error.message), true);
    equal(await Promise.all(others), [0, 1, 2, 3]);
  }
  equal(await run('add', [1, 2]), 3);
  runtime.dispose();
}

/** A worker that closes itself, as one of Node exits: its task is told, and no other one. */
export async function closes() {
  const { run, inspect, runtime } = await open();
  const { WorkerError } = await belay;
  const others = Array.from({ length: 4 }, (_, index) => run('later', [5, index]));
  const error = await failure(run('closes'));
  equal([error instanceof WorkerError, error.reason, error.exitCode], [true, 'exit', null]);
  equal(error.message, 'the worker ended by close()');
  equal(await Promise.all(others), [0, 1, 2, 3]);
  equal(await run('add', [1, 2]), 3);
  equal(inspect().workers.crashed, 1);
  runtime.dispose();
}

/** What a function is given and gives otherwise than by copies, and workers of a worker. */
export async function moves() {
  const { Task, run, runtime } = await open();
  const { ExitError } = await belay;
  const buffer = new ArrayBuffer(8);
  const moved = await run('moves', [buffer], { transfer: [buffer] });
  equal([buffer.byteLength, new Uint8Array(moved)[0]], [0, 1]);
  const items = [new ArrayBuffer(4), new ArrayBuffer(4)];
  const entries = await Task.asyncStream(items, work, 'moves', [], { transfer: (item) => [item] }).toArray();
  equal([entries.map(({ value }) => value.byteLength), items.map(({ byteLength }) => byteLength)], [[4, 4], [0, 0]]);
  const exit = await failure(run('exits', ['closed']));
  equal([exit instanceof ExitError, exit.reason], [true, 'closed']);
  equal(await run('nested', [work.href]), 42);
  runtime.dispose();
}

/** What stops functions besides a kill: a timeout of a stream, leaving it early, the end of an owner. */
export async function stops() {
  const { Task, TaskSupervisor, run, inspect, runtime } = await open();
  await Promise.all([run('later', [50, 0]), run('later', [50, 1])]); // two workers are up
  const options = { maxConcurrency: 2, timeout: 4000, onTimeout: 'killTask' };
  const entries = await Task.asyncStream([false, true, false], work, 'spinIf', [], options).toArray();
  equal(entries.map(({ value, reason }) => value ?? reason.reason), ['done', 'timeout', 'done']);
  await until(() => inspect().abandoned === 0 && inspect().workers.killed === 1);
  for await (const { value } of Task.asyncStream([false, true], work, 'spinIf', [], { maxConcurrency: 2, timeout: Infinity })) {
    equal(value, 'done');
    await until(() => inspect().workers.busy === 1 && inspect().workers.queued === 0);
    break;
  }
  await until(() => inspect().abandoned === 0 && inspect().workers.busy === 0);
  const owner = TaskSupervisor.asyncNolink(TaskSupervisor.start(), async (inner) => {
    inner.Task.async(work, 'spin');
    await until(() => inspect().workers.busy === 1 && inspect().workers.queued === 0);
    throw new Error('owner failed');
  });
  equal((await failure(Task.await(owner, Infinity))).message, 'owner failed');
  await until(() => inspect().abandoned === 0 && inspect().workers.busy === 0);
  equal(await run('add', [1, 2]), 3);
  runtime.dispose();
}

/** In a page that forbids workers. */
export async function cannotStart() {
  const { run, inspect, runtime } = await open();
  const { WorkerError } = await belay;
  for (let attempt = 1; attempt <= 3; attempt++) {
    const error = await failure(run('add', [1, 2]));
    equal([error instanceof WorkerError, error.reason], [true, 'start']);
    equal(inspect().workers.started, attempt);
  }
  runtime.dispose();
}

export const isIsolated = () => globalThis.crossOriginIsolated === true;
