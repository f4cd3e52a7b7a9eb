// The pool: how many workers there are, what they are given, what they keep alive.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import threads from 'node:worker_threads';
import { CloneError, createRuntime } from 'belay-tasks';
import { SimulationError, simulate } from 'belay-tasks/testing';
import { Known } from '../../bindings/js/workers/known.js';
import { flag, rejection, scenario, until, work } from './harness.mjs';

/** A module that ends every worker but the first in which it is loaded. */
function diesAsSpare() {
  const source = `
    import { existsSync, writeFileSync } from 'node:fs';
    if (existsSync(MARK)) process.exit(1);
    writeFileSync(MARK, '');
    export const value = () => 1;
    export function spin(words) { Atomics.store(words, 0, 1); for (;;); }`;
  const mark = join(mkdtempSync(join(tmpdir(), 'belay-spare-')), 'loaded');
  return new URL(`data:text/javascript,${encodeURIComponent(source.replaceAll('MARK', JSON.stringify(mark)))}`);
}

scenario('there are no workers before they are needed, and never more than max', async ({ inspect, run, start, Task }) => {
  assert.equal(inspect().workers, null);
  assert.equal(await run('add', [1, 2]), 3);
  const tasks = Array.from({ length: 20 }, () => start('busy', [2]));
  await Task.awaitMany(tasks, Infinity);
  const { size, max, min, kind, started } = inspect().workers;
  assert.deepEqual({ max, min, kind }, { max: 3, min: 0, kind: 'worker_threads' });
  assert.ok(size <= 3 && started <= 3);
}, { max: 3 });

scenario('min workers are started with the runtime, and stay', async ({ inspect }) => {
  await until(() => inspect().workers.idle === 2);
  assert.equal(inspect().workers.started, 2);
}, { min: 2, max: 3, idleTimeout: 1 });

scenario('workers that have nothing to do for long are given up', async ({ inspect, start, Task }) => {
  await Task.awaitMany([start('busy', [5]), start('busy', [5])], Infinity);
  await until(() => inspect().workers.size === 0);
  assert.equal(inspect().workers.killed, 0);
  assert.equal(inspect().workers.crashed, 0);
  assert.equal(await Task.await(start('add', [1, 2]), Infinity), 3);
}, { idleTimeout: 5, max: 2 });

scenario('a spare is there while another works, where there is room', async ({ inspect, start, Task }) => {
  const { words, raised } = flag();
  const task = start('spin', [words]);
  await raised();
  await until(() => inspect().workers.spare === 1);
  await Task.shutdown(task, 'brutalKill');
}, { max: 2 });

scenario('without hotSpare there is none', async ({ inspect, start, Task, sleep }) => {
  const { words, raised } = flag();
  const task = start('spin', [words]);
  await raised();
  await Task.yield(task, 30);
  assert.equal(inspect().workers.size, 1);
  await Task.shutdown(task, 'brutalKill');
}, { max: 2, hotSpare: false });

scenario('a spare that dies before it is used is not started again and again', async ({ inspect, run, start, Task }) => {
  assert.equal(await run('value'), 1);
  const { words, raised } = flag();
  const task = start('spin', [words]);
  await raised();
  await until(() => inspect().workers.crashed >= 1);
  await Task.yield(task, 100);
  assert.ok(inspect().workers.started <= 3, String(inspect().workers.started));
  await Task.shutdown(task, 'brutalKill');
}, { max: 2, module: diesAsSpare() });

/** Lets it be known how long `busy` takes: not that short that several would be handed over at once. */
async function getToKnow(run) {
  for (let time = 0; time < 20; time++) await run('busy', [3]);
}

scenario('a worker that computes has been given the next jobs, which are done elsewhere when it is killed', async ({ inspect, run, start, Task }) => {
  await getToKnow(run);
  const { words, raised } = flag();
  const endless = start('busy', [1e9, words]);
  const others = [1, 2, 3].map((ms) => start('busy', [ms]));
  await raised();
  assert.ok(inspect().workers.queued < 3); // 1, or 2 on a busy machine
  await Task.shutdown(endless, 'brutalKill');
  assert.deepEqual(await Task.awaitMany(others, Infinity), [1, 2, 3]);
  assert.equal(inspect().workers.started, 2);
}, { max: 1 });

/** How many of ten jobs are not handed over while the first one runs, and after each that is done. */
async function waiting({ inspect, run, start, Task }) {
  await getToKnow(run);
  const { words, raised } = flag();
  const tasks = [start('busy', [40, words])];
  for (let number = 1; number < 10; number++) tasks.push(start('busy', [number]));
  await raised();
  const left = [inspect().workers.queued];
  for (const task of tasks) {
    await Task.await(task, Infinity);
    left.push(inspect().workers.queued);
  }
  return left;
}

scenario('a worker that computes holds a few jobs, and is given two more when two are left', async (all) => {
  let left = await waiting(all);
  // On a busy machine the jobs before may have taken so long that fewer are handed over.
  for (let again = 0; again < 10 && left[0] !== 7; again++) left = await waiting(all);
  assert.equal(left[0], 7);
  assert.ok(new Set(left).size <= 5, `at least two at a time: ${left}`); // 7, 5, 3, 1, 0 at most
}, { max: 1 });

scenario('nothing is handed ahead while a worker may still be started for it', async ({ inspect, run, start, Task }) => {
  await getToKnow(run);
  const endless = start('busy', [1e9]);
  assert.equal(await run('busy', [1]), 1);
  assert.equal(inspect().workers.size, 2);
  await Task.shutdown(endless, 'brutalKill');
}, { max: 2, hotSpare: false });

scenario('what waits behind a job that takes too long does not wait for all that came later', async ({ inspect, run, start, Task }) => {
  await Task.awaitMany([start('busy', [20]), start('busy', [20])], Infinity);
  await until(() => inspect().workers.idle === 2);
  await getToKnow(run);
  const done = [];
  const follow = (number) => {
    const task = start('busy', [3]);
    return Task.await(task, Infinity).then(() => done.push(number));
  };
  const endless = start('busy', [1e9]);
  const follows = Array.from({ length: 200 }, (_, number) => follow(number));
  await Promise.all(follows);
  assert.ok(done.indexOf(1) < 190 && done.indexOf(2) < 190, `${done.indexOf(1)} ${done.indexOf(2)}`);
  await Task.shutdown(endless, 'brutalKill');
}, { max: 2 });

scenario('without hotSpare, what was handed ahead of one that takes too long is given a worker', async ({ inspect, run, start, Task }) => {
  await until(() => inspect().workers.idle === 1);
  for (let time = 0; time < 50; time++) await run('spinIf', [false]);
  const { words, raised } = flag();
  const endless = start('spinIf', [true, words]);
  const behind = start('spinIf', [false]);
  await raised();
  assert.equal(await Task.await(behind, Infinity), 'done');
  await Task.shutdown(endless, 'brutalKill');
}, { min: 1, max: 2, hotSpare: false });

/** Calls `before` whenever a worker is to be started, until what it gives is called. */
function beforeStarts(before) {
  const { Worker } = threads;
  threads.Worker = class extends Worker {
    constructor(...given) {
      before();
      super(...given);
    }
  };
  return () => {
    threads.Worker = Worker;
  };
}

scenario('what waits while others work has another attempt where a worker could not be started', async ({ start, run, Task }) => {
  let starts = 0;
  const restore = beforeStarts(() => {
    if (++starts === 2) throw new Error('no thread is left');
  });
  try {
    const { words, raised } = flag();
    const endless = start('spin', [words]);
    await raised();
    assert.equal(await run('add', [1, 2]), 3);
    assert.equal(starts, 3);
    await Task.shutdown(endless, 'brutalKill');
  } finally {
    restore();
  }
}, { max: 2, hotSpare: false });

scenario('dispose starts no worker in place of those that it stops', async ({ start, runtime }) => {
  let starts = 0;
  const restore = beforeStarts(() => starts++);
  try {
    const { words, raised } = flag();
    start('spin', [words]);
    for (let number = 0; number < 5; number++) start('add', [number, 1]);
    await raised();
    runtime.dispose();
    assert.equal(starts, 1);
  } finally {
    restore();
  }
}, { max: 1, idle: false });

test('what is known of exports is bounded', () => {
  const known = new Known();
  const targets = Array.from({ length: 3000 }, (_, number) => ({ key: `${number}` }));
  for (const target of targets) known.took({ target, args: ['a'] }, 5);
  known.took({ target: targets[2999], args: [] }, 10);
  assert.deepEqual([known.of(targets[0]), known.of(targets[2000]).ms, known.of(targets[2999]).ms], [undefined, 5, 6]);
  assert.deepEqual(known.recent, targets.slice(-32).map((target) => ({ target, count: 1 })));
});

test('options are checked at the call', () => {
  const refused = (workers, text, kind = RangeError) =>
    assert.throws(() => createRuntime({ workers }), (error) => error instanceof kind && text.test(error.message));
  refused({ max: 0 }, /workers\.max/);
  refused({ min: 3, max: 2 }, /workers\.max \(at least min\)/);
  refused({ min: -1 }, /workers\.min/);
  refused({ idleTimeout: Number.NaN }, /workers\.idleTimeout/);
  refused({ hotSpare: 1 }, /workers\.hotSpare/, TypeError);
  refused({ linger: 11 }, /workers\.linger must be a number of ms from 0 to 10; got 11/);
  refused({ linger: Number.NaN }, /workers\.linger/);
  refused({ linger: '1' }, /workers\.linger/, TypeError);
  refused({ resourceLimits: { maxOldGenerationSizeMb: 0 } }, /maxOldGenerationSizeMb/);
  refused({ resourceLimits: { stackSizeMb: 0.3 } }, /stackSizeMb must be at least 0\.5; got 0\.3/);
  refused({ resourceLimits: { memory: 1 } }, /unknown option "memory"/, TypeError);
  refused({ threads: 1 }, /unknown option "threads"/, TypeError);
  refused({ script: 5 }, /workers\.script/, TypeError);
  refused({ script: './belay-worker.js' }, /workers\.script must be .*got "\.\/belay-worker\.js".*new URL\('\.\/belay-worker\.js', import\.meta\.url\)/, TypeError);
  refused({ script: 'ftp://host/worker.js' }, /workers\.script/, TypeError);
});

test('what is no body is refused with all that could be one', () => {
  const { Task } = createRuntime();
  const accepted = /body must be a function, a job in C, or the address of a module \(a URL or a string\); got 5/;
  assert.throws(() => Task.async(5), accepted);
  assert.throws(() => Task.asyncStream([1], 5), accepted);
});

/** The exit code and the output of a program with Task and the module's address. */
function program(source, ...flags) {
  const index = new URL('../../bindings/js/index.js', import.meta.url);
  const text = `import { Task, createRuntime } from '${index}'; const work = new URL('${work}');\n${source}`;
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, '--input-type=module', '-e', text], { encoding: 'utf8', timeout: 60_000 });
  return { status, stdout, stderr };
}

test('a program ends though workers are there; one that works keeps it alive', () => {
  const idle = program(`const own = createRuntime({ workers: { idleTimeout: Infinity, min: 2 } });
    console.log(await own.Task.await(own.Task.async(work, 'add', [1, 2]), Infinity));`);
  assert.deepEqual(idle, { status: 0, stdout: '3\n', stderr: '' });
  const waiting = program(`console.log(await Task.await(Task.async(work, 'later', [50, 'ok']), Infinity));`);
  assert.deepEqual(waiting, { status: 0, stdout: 'ok\n', stderr: '' });
  const unheard = program(`Task.start(work, 'later', [50, 1]); process.on('exit', () => console.log('end'));`);
  assert.deepEqual(unheard, { status: 0, stdout: 'end\n', stderr: '' });
});

test('flags of Node come to workers also where the program was given as text', () => {
  const source = `const flags = new URL('data:text/javascript,export const flags = () => process.execArgv');
    console.log((await Task.await(Task.async(flags, 'flags'), Infinity)).join(' '));`;
  assert.deepEqual(program(source, '--conditions=belay'), { status: 0, stdout: '--conditions=belay\n', stderr: '' });
  // One that Node refuses for a worker: the others are not given either.
  assert.equal(program(source, '--conditions=belay', '--expose-gc').status, 0);
});

test('a Node without process.getBuiltinModule has workers as well', () => {
  const old = program(`process.getBuiltinModule = undefined; console.log(await Task.await(Task.async(work, 'add', [1, 2]), Infinity));`);
  assert.deepEqual(old, { status: 0, stdout: '3\n', stderr: '' });
});

/* ---- Simulations. -------------------------------------------------------- */

test('a simulation calls the exports of modules that it is given, with copies, on virtual time', async () => {
  const module = await import(work.href);
  const { value, elapsed } = await simulate(async ({ Task }) => {
    const given = { list: [1] };
    const echoed = await Task.await(Task.async(work, 'echo', [given]));
    const late = await Task.await(Task.async(work, 'later', [4000, 'ok']));
    return [echoed, echoed !== given, late];
  }, { modules: { [work.href]: module } });
  assert.deepEqual(value, [{ list: [1] }, true, 'ok']);
  assert.equal(elapsed, 4000);
});

test('a simulation moves what is to be moved, and refuses what could not be sent', async () => {
  const module = await import(work.href);
  const { value } = await simulate(async ({ Task }) => {
    const buffer = new ArrayBuffer(8);
    const moved = await Task.await(Task.async(work, 'echo', [buffer], { transfer: [buffer] }));
    return [buffer.byteLength, moved.byteLength];
  }, { modules: { [work.href]: module } });
  assert.deepEqual(value, [0, 8]);
  for (const [name, args, path] of [['echo', [() => {}], 'args[0] (a function)'], ['givesFunction', [], 'result.inner.call (function call)']]) {
    const failing = ({ Task, TaskSupervisor }) => Task.await(TaskSupervisor.asyncNolink(TaskSupervisor.start(), work, name, args));
    const error = await rejection(simulate(failing, { modules: { [work.href]: module } }));
    assert.ok(error instanceof CloneError, String(error));
    assert.equal(error.path, path);
  }
});

test('a simulation refuses exports of other modules, with what to do', async () => {
  const error = await rejection(simulate(({ Task }) => Task.await(Task.async(work, 'add', [1, 2]))));
  assert.ok(error instanceof SimulationError);
  assert.match(error.message, /would run on a worker, in real time.*modules: \{ \[url\.href\]: await import/);
});
