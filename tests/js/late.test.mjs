/**
 * The task that the kernel hears of later (bindings/js/late.js): nothing may
 * tell it from one that the kernel was told of at once.
 */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { createRuntime, LimitError } from 'belay-tasks';
import { insideOf } from '../../bindings/js/public-runtime.js';
import { randomOf } from './random.mjs';
import { assertIdle, rejection } from './harness.mjs';

const noop = async (value) => value;

/** Whether the kernel has not been told of the task that was started last. */
const isHeldBack = (runtime) => insideOf(runtime).late.some;

/** A runtime on the real clock in which the next task is held back. */
async function warm(options) {
  const runtime = createRuntime(options);
  assert.equal(await runtime.Task.await(runtime.Task.async(() => noop(1))), 1);
  return runtime;
}

function late(name, body, options) {
  test(name, async () => {
    const runtime = await warm(options);
    try {
      await body(runtime, runtime);
      await assertIdle(runtime);
    } finally {
      runtime.dispose();
    }
  });
}

late('tasks that are awaited one after the other are held back, and give their values', async (runtime, { Task }) => {
  for (let index = 0; index < 100; index++) {
    const task = Task.async(() => noop(index));
    assert.equal(isHeldBack(runtime), true);
    assert.equal(await Task.await(task), index);
    assert.equal(task.state, 'fulfilled');
    assert.equal(await Task.await(task), index);
  }
});

late('a command that hurries it on keeps a tag of its own', async (runtime, { Task }) => {
  // Two streams: the tags of the second one and of the wait are not the same number.
  const first = Task.asyncStream([1, 2], noop, { maxConcurrency: 1 })[Symbol.asyncIterator]();
  assert.equal((await first.next()).value.value, 1);
  for (let round = 0; round < 3; round++) await Task.await(Task.async(() => noop(0)));
  const task = Task.async(() => noop(3));
  const promise = Task.await(task);
  assert.equal(isHeldBack(runtime), true);
  assert.deepEqual(await Task.asyncStream([4], noop).toValues(), [4]);
  assert.equal(await promise, 3);
  await first.return();
});

late('a plain value and a failure come to the owner as well', async (runtime, { Task }) => {
  assert.equal(await Task.await(Task.async(() => 5)), 5);
  assert.equal(await Task.await(Task.async(() => noop(6))), 6);
  const error = new Error('boom');
  const task = Task.async(async () => { throw error; });
  assert.equal(isHeldBack(runtime), true);
  assert.equal(await rejection(Task.await(task)), error);
});

late('the body does not begin inside of the call', async (runtime, { Task }) => {
  let began = false;
  const task = Task.async(() => { began = true; });
  const promise = Task.await(task);
  assert.equal(isHeldBack(runtime), true);
  assert.equal(began, false);
  await promise;
  assert.equal(began, true);
});

late('each has a pid of its own, whenever it is asked for', async (runtime, { Task, Process }) => {
  const pids = new Set();
  for (let index = 0; index < 20; index++) {
    let inside = null;
    const task = Task.async(async (context) => {
      if (index % 4 === 1) inside = context.self;
      return context;
    });
    if (index % 4 === 2) pids.add(task.pid);
    const context = await Task.await(task);
    assert.equal(context.self, task.pid);
    if (inside !== null) assert.equal(inside, task.pid);
    assert.equal(Process.alive(task.pid), false);
    pids.add(task.pid);
  }
  assert.equal(pids.size, 20);
});

test('pids go on as those of tasks that the kernel is told of at once, however many are owed', async () => {
  const found = [];
  for (const holdsBack of [true, false]) {
    const runtime = await warm();
    const { Task, Process } = runtime;
    const { kernel } = insideOf(runtime);
    let lives = 0;
    const { life } = kernel;
    kernel.life = (...words) => {
      lives++;
      return life.apply(kernel, words);
    };
    if (!holdsBack) Object.defineProperty(kernel, 'roomy', { get: () => false, set() {} });
    const pids = [];
    for (let index = 0; index < 700; index++) {
      const task = Task.async(() => noop(index));
      await Task.await(task);
      pids.push(task.pid);
      if (index === 40 || index === 600) pids.push(Task.start(() => noop(index)));
      if (index === 300) assert.equal(Process.alive(task.pid), false);
    }
    assert.equal(new Set(pids).size, 702);
    assert.ok(holdsBack ? lives > 4 && lives < 20 : lives === 0, `${lives} commands`);
    found.push(pids);
    await assertIdle(runtime);
    runtime.dispose();
  }
  assert.deepEqual(found[0], found[1]);
});

late('two owners in turn have pids of their own', async (runtime, { Task }) => {
  const pids = new Set();
  const inner = Task.async(async ({ Task: own }) => {
    for (let index = 0; index < 50; index++) {
      const task = own.async(() => noop(index));
      await own.await(task);
      pids.add(task.pid);
    }
  });
  for (let index = 0; index < 50; index++) {
    const task = Task.async(() => noop(index));
    await Task.await(task);
    pids.add(task.pid);
  }
  await Task.await(inner);
  assert.equal(pids.size, 100);
});

late('looking on shows it as what it is', async (runtime, { Task, Process }) => {
  const task = Task.async(() => noop(1));
  const promise = Task.await(task, 1000);
  assert.equal(isHeldBack(runtime), true);
  const [, seen] = runtime.inspect().processes;
  assert.deepEqual([seen.pid, seen.state], [task.pid, 'ready']);
  assert.equal(task.owner, Process.self());
  assert.equal(isHeldBack(runtime), false);
  assert.equal(await promise, 1);
});

late('it can be killed, shut down and ignored', async (runtime, { Task, Process }) => {
  for (const end of [
    (task) => Task.shutdown(task, 'brutalKill'),
    (task) => Task.ignore(task),
    (task) => { Process.unlink(task.pid); Process.exit(task.pid, 'kill'); return rejection(Task.await(task)); },
  ]) {
    assert.equal(await Task.await(Task.async(() => noop(1))), 1);
    const task = Task.async(() => noop(2));
    assert.equal(isHeldBack(runtime), true);
    await end(task);
  }
});

late('one under an AbortSignal is ended by it, before its body begins, while it runs, and not after', async (runtime, { Task }) => {
  let began = 0;
  let finish;
  const body = () => {
    began++;
    return new Promise((resolve) => {
      finish = resolve;
    });
  };
  for (const turns of [0, 2]) {
    assert.equal(await Task.await(Task.async(() => noop(1))), 1);
    const controller = new AbortController();
    const task = Task.async(body, { signal: controller.signal });
    assert.equal(isHeldBack(runtime), true);
    const ended = rejection(Task.await(task));
    for (let turn = 0; turn < turns; turn++) await noop();
    assert.equal(isHeldBack(runtime), true);
    controller.abort('enough');
    assert.equal(task.state, 'rejected');
    assert.equal(await ended, 'enough');
  }
  assert.equal(began, 1);
  finish();
  const controller = new AbortController();
  assert.equal(await Task.await(Task.async(() => noop(1), { signal: controller.signal })), 1);
  const task = Task.async(() => noop(2), { signal: controller.signal });
  assert.equal(isHeldBack(runtime), true);
  assert.equal(await Task.await(task), 2);
  const other = Task.async(() => noop(3)); // in the same cell
  controller.abort();
  assert.deepEqual([await Task.await(other), task.state], [3, 'fulfilled']);
  assert.equal(await rejection(Task.await(Task.async(() => 4, { signal: AbortSignal.abort('no') }))), 'no');
});

late('many in turn under one AbortSignal give it one listener, which goes with the turn of the event loop', async (runtime, { Task }) => {
  const { signal } = new AbortController();
  let added = 0;
  const { addEventListener } = signal;
  signal.addEventListener = (...rest) => {
    added++;
    addEventListener.apply(signal, rest);
  };
  for (let index = 0; index < 50; index++) {
    assert.equal(await Task.await(Task.async(() => noop(index), { signal })), index);
  }
  assert.equal(insideOf(runtime).counts().signals, 0);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(getEventListeners(signal, 'abort').length, 0);
  assert.equal(added, 1);
});

late('bodies begin in the order of their starts', async (runtime, { Task }) => {
  const order = [];
  const tasks = [0, 1, 2].map((number) => Task.async(async () => order.push(number)));
  await Task.awaitMany(tasks);
  assert.deepEqual(order, [0, 1, 2]);
});

late('one that nobody awaits is told of', async (runtime, { Task }) => {
  const task = Task.async(() => noop(3));
  assert.equal(isHeldBack(runtime), true);
  await noop();
  await noop();
  assert.equal(await Task.await(task), 3);
});

late('one that goes on beyond the turn of the event loop is told of', async (runtime, { Task }) => {
  let finish;
  const promise = Task.await(Task.async(() => new Promise((resolve) => { finish = resolve; })), 5000);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isHeldBack(runtime), false);
  assert.equal(insideOf(runtime).counts().timers, 1);
  finish(8);
  assert.equal(await promise, 8);
});

late('an owner that traps exits hears of each', async (runtime, { Task, Process }) => {
  const heard = [];
  Process.flag('trapExit', true);
  const off = Process.onExit(({ from, reason }) => heard.push([from, reason]));
  const pids = [];
  for (let index = 0; index < 3; index++) {
    const task = Task.async(() => noop(index));
    await Task.await(task);
    pids.push(task.pid);
  }
  await noop();
  Process.flag('trapExit', false);
  off();
  assert.deepEqual(heard, pids.map((pid) => [pid, 'normal']));
});

late('who subscribes while it is held back sees what comes after that', async (runtime, { Task }) => {
  const types = [];
  const promise = Task.await(Task.async(() => noop(1)));
  const off = runtime.subscribe(({ type }) => types.push(type));
  assert.equal(isHeldBack(runtime), false);
  await promise;
  off();
  assert.equal(types.includes('spawned'), false);
  assert.equal(types.includes('started'), true);
});

late('maxTasks holds', async (runtime, { Task }) => {
  const task = Task.async(() => noop(1));
  assert.equal(isHeldBack(runtime), true);
  assert.throws(() => Task.async(() => noop(2)), LimitError);
  assert.equal(await Task.await(task), 1);
  assert.equal(await Task.await(Task.async(() => noop(3))), 3);
}, { maxTasks: 1 });

test('the end of the runtime reaches who waits', async () => {
  const runtime = await warm();
  const promise = runtime.Task.await(runtime.Task.async(() => noop(1)));
  assert.equal(isHeldBack(runtime), true);
  runtime.dispose();
  assert.equal((await rejection(promise)).name, 'DisposedError');
});

/* ---- The same programs with and without. -------------------------------- */

/** Lets tasks be started, awaited, left and ended at random; gives what happened. */
async function play(seed, holdsBack) {
  const runtime = createRuntime({ onLog() {} });
  const { kernel } = insideOf(runtime);
  if (!holdsBack) Object.defineProperty(kernel, 'roomy', { get: () => false, set() {} });
  const { below } = randomOf(seed);
  const story = [];
  let held = 0;
  let controller = new AbortController();
  async function act({ Task, Process }, depth) {
    const open = [];
    for (let step = 0; step < 8; step++) {
      const number = story.length;
      const spawn = () => {
        const kind = below(6);
        const task = Task.async((context) => {
          story.push(['begins', number]);
          if (kind === 0) throw new Error(`failure ${number}`);
          if (kind === 1 && depth < 2) return act(context, depth + 1);
          if (kind === 2) story.push(['self', context.self]);
          return kind === 3 ? number : noop(number);
        }, below(3) === 0 ? { signal: controller.signal } : undefined);
        held += isHeldBack(runtime);
        if (kind === 0) Process.unlink(task.pid);
        return task;
      };
      const settle = async (promise) => {
        const [{ status, value, reason }] = await Promise.allSettled([promise]);
        story.push([status, typeof value === 'object' ? 'object' : value, reason?.message]);
      };
      switch (below(10)) {
        case 0: open.push(spawn()); break;
        case 1: {
          const task = spawn();
          story.push(['pid', task.pid]);
          await settle(Task.await(task));
          break;
        }
        case 2: {
          const task = spawn();
          const promise = Task.await(task, 5000);
          story.push(['state', task.state, Process.info(task.pid)?.state]);
          await settle(promise);
          break;
        }
        case 3: if (open.length > 0) await settle(Task.yield(open.pop(), 0)); break;
        case 5: {
          const task = spawn();
          const promise = Task.await(task);
          if (below(2) === 0) await noop();
          controller.abort(number);
          controller = new AbortController();
          await settle(promise);
          break;
        }
        case 4: if (open.length > 0) await settle(Task.shutdown(open.pop(), 'brutalKill')); break;
        default: {
          const task = spawn();
          await settle(Task.await(task, below(2) === 0 ? Infinity : 5000));
          story.push(['pid', task.pid, task.state]);
        }
      }
    }
    for (const task of open) await Promise.allSettled([Task.await(task)]);
    return depth;
  }
  await act(runtime, 0);
  const { check } = insideOf(runtime).counts();
  const told = story.slice(); // bodies that were killed may go on
  runtime.dispose();
  return { story: told, held, check };
}

test('random programs run alike whether tasks are held back or not', async () => {
  let held = 0;
  for (let seed = 1; seed <= 150; seed++) {
    const one = await play(seed, true);
    const other = await play(seed, false);
    assert.deepEqual(one.story, other.story, `seed ${seed}`);
    assert.deepEqual([one.check, other.check, other.held], [0, 0, 0]);
    held += one.held;
  }
  assert.ok(held > 500, `${held} were held back`);
});
