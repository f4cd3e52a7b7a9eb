/**
 * Results that a consumer takes before the kernel is told (bindings/js/held.js):
 * nothing may tell them from those that the kernel handed over.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRuntime } from 'belay-tasks';
import { insideOf } from '../../bindings/js/public-runtime.js';
import { randomOf } from './random.mjs';
import { assertIdle, rejection } from './harness.mjs';

const noop = async (value) => value;
const count = (length) => Array.from({ length }, (_, index) => index);

/** Whether results may be taken before the kernel is told. */
const holdsBack = (runtime) => insideOf(runtime).kernel.held !== null;

/** Takes results, 300 or more, until they are held back, which ends with each turn of the event loop. Gives how many. */
async function takeSome(runtime, iterator) {
  for (let index = 0; ; index++) {
    if (index >= 300 && holdsBack(runtime)) return index;
    assert.equal((await iterator.next()).value.value, index);
  }
}

function held(name, body, options) {
  test(name, async () => {
    const runtime = createRuntime({ onLog() {}, ...options });
    try {
      await body(runtime, runtime);
      await assertIdle(runtime);
    } finally {
      runtime.dispose();
    }
  });
}

for (const ordered of [true, false]) {
  held(`each result comes once and in its order, ordered: ${ordered}`, async (runtime, { Task }) => {
    const values = [];
    let taken = 0;
    for await (const { value } of Task.asyncStream(count(5000), noop, { ordered, maxConcurrency: 20 })) {
      values.push(value);
      taken += holdsBack(runtime);
    }
    assert.ok(taken > 2000, `${taken} were held back`);
    assert.deepEqual(ordered ? values : values.sort((a, b) => a - b), count(5000));
  });
}

held('each item has a pid of its own, which lives as long as its body', async (runtime, { Task, Process }) => {
  const pids = new Set();
  const body = async (item, { self }) => {
    assert.equal(pids.has(self), false);
    pids.add(self);
    return self;
  };
  let last = null;
  for await (const { value } of Task.asyncStream(count(3000), body, { maxConcurrency: 40 })) {
    if (pids.size % 7 === 0) {
      assert.equal(Process.alive(value), false);
      if (last !== null) assert.equal(Process.info(last), null);
    }
    last = value;
  }
  assert.equal(pids.size, 3000);
});

held('generations go on beyond the low word of a pid', async (runtime, { Task }) => {
  const pids = new Set();
  for await (const { value } of Task.asyncStream(count(4000), async (item, { self }) => self, { maxConcurrency: 3 })) {
    pids.add(value);
  }
  assert.equal(pids.size, 4000);
});

held('an item that is watched tells its end, once', async (runtime, { Task, Process }) => {
  const downs = [];
  const values = [];
  const body = async (item, context) => {
    if (item % 50 === 0) downs.push(context.self);
    return item;
  };
  const monitors = [];
  for await (const { value } of Task.asyncStream(count(600), body, { maxConcurrency: 80 })) {
    values.push(value);
    while (downs.length > 0) monitors.push(Process.monitor(downs.pop()).down);
  }
  assert.deepEqual(values, count(600));
  const reasons = await Promise.all(monitors);
  assert.equal(reasons.length, 12);
  for (const reason of reasons) assert.ok(reason === 'normal' || reason === 'noproc', reason);
});

held('an item that is watched while it runs is told of by its own commands', async (runtime, { Task, Process }) => {
  const heard = [];
  const values = [];
  const body = async (item, { self }) => {
    // Watched within the body: then it runs, and is taken after the others.
    if (item >= 200 && item % 9 === 0) Process.monitor(self).down.then((reason) => heard.push(reason));
    return item;
  };
  for await (const { value } of Task.asyncStream(count(900), body, { maxConcurrency: 60 })) values.push(value);
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(values, count(900));
  assert.deepEqual([heard.length, new Set(heard)], [77, new Set(['normal'])]);
});

held('a failure comes after the results before it', async (runtime, { Task }) => {
  const values = [];
  const error = new Error('boom');
  const body = async (item) => {
    if (item === 700) throw error;
    return item;
  };
  const failure = await rejection((async () => {
    for await (const { value } of Task.asyncStream(count(2000), body, { maxConcurrency: 50 })) values.push(value);
  })());
  assert.equal(failure, error);
  assert.deepEqual(values, count(values.length));
  assert.ok(values.length <= 700);
});

held('a failure is an entry among the others', async (runtime, { Task }) => {
  await Task.await(Task.async(async ({ Task: own, Process }) => {
    Process.flag('trapExit', true);
    const entries = [];
    const body = async (item) => {
      if (item % 100 === 99) throw new Error(`failure ${item}`);
      return item;
    };
    for await (const entry of own.asyncStream(count(1000), body, { maxConcurrency: 30, zipInputOnExit: true })) {
      entries.push(entry.status === 'fulfilled' ? entry.value : -entry.input);
    }
    assert.deepEqual(entries, count(1000).map((item) => (item % 100 === 99 ? -item : item)));
  }));
});

held('an item that hangs is killed in its time, and the others go on', async (runtime, { Task }) => {
  const entries = [];
  let finish;
  const body = (item) => (item === 400 ? new Promise((resolve) => { finish = resolve; }) : noop(item));
  const options = { maxConcurrency: 20, timeout: 20, onTimeout: 'killTask', ordered: false };
  for await (const entry of Task.asyncStream(count(800), body, options)) entries.push(entry);
  assert.equal(entries.length, 800);
  assert.deepEqual(entries.filter(({ status }) => status === 'rejected').map(({ reason }) => reason.name), ['TimeoutError']);
  assert.equal(runtime.inspect().abandoned, 1);
  finish();
});

held('leaving early ends what runs', async (runtime, { Task }) => {
  const iterator = Task.asyncStream(count(20_000), noop, { maxConcurrency: 50 })[Symbol.asyncIterator]();
  await takeSome(runtime, iterator);
  assert.deepEqual(await iterator.return('left'), { done: true, value: 'left' });
  assert.equal(holdsBack(runtime), false);
});

held('two at a time do not get in each other\'s way', async (runtime, { Task }) => {
  const run = async (shift, options) => {
    const values = [];
    const body = async (item) => item + shift;
    for await (const { value } of Task.asyncStream(count(1500), body, options)) {
      values.push(value - shift);
      if (value % 400 === 3) await Task.await(Task.async(() => noop(value)));
    }
    assert.deepEqual(values, count(1500));
  };
  await Promise.all([
    run(0, { maxConcurrency: 30 }), run(1, { maxConcurrency: 200 }),
    Task.asyncStream(count(1500), noop, { maxConcurrency: 10 }).toValues().then((all) => assert.deepEqual(all, count(1500))),
  ]);
});

test('an input that takes from another stream leaves the others their items', async () => {
  const runtime = createRuntime({ onLog() {} });
  const { Task } = runtime;
  const inner = Task.asyncStream(count(500), noop, { maxConcurrency: 40 })[Symbol.asyncIterator]();
  const got = [];
  const outer = (function* () {
    for (let index = 0; index < 400; index++) {
      inner.next().then(({ value }) => got.push(value.value));
      yield index;
    }
  })();
  assert.deepEqual(await Task.asyncStream(outer, noop, { maxConcurrency: 30 }).toValues(), count(400));
  await inner.return();
  assert.deepEqual(got, count(400));
  await assertIdle(runtime);
  runtime.dispose();
});

test('the end of the runtime comes to who takes', async () => {
  const runtime = createRuntime({ onLog() {} });
  const iterator = runtime.Task.asyncStream(count(20_000), noop, { maxConcurrency: 40 })[Symbol.asyncIterator]();
  await takeSome(runtime, iterator);
  runtime.dispose();
  assert.equal((await rejection(iterator.next())).name, 'DisposedError');
});

held('what was taken is told at the end of the turn', async (runtime, { Task }) => {
  const iterator = Task.asyncStream(count(20_000), noop, { maxConcurrency: 40 })[Symbol.asyncIterator]();
  const taken = await takeSome(runtime, iterator);
  await new Promise((resolve) => setImmediate(resolve)); // a timer may be before the end of the turn
  assert.equal(holdsBack(runtime), false);
  const [{ started, delivered }] = runtime.inspect().streams;
  assert.deepEqual({ started, delivered }, { started: taken + 39, delivered: taken });
  await iterator.return();
});

/* ---- Items that others know of. ------------------------------------------ */

/**
 * Takes results of a stream that is not ordered until they are held back, and
 * item 50, whose body waits till then, has returned among others. `known` is
 * called with its context when it begins. Gives the iterator.
 */
async function takeKnown(runtime, { Task }, known) {
  const length = 1_000_000;
  let open = null;
  let hasReturned = false;
  const body = async (item, context) => {
    if (item !== 50) return item;
    await known(context);
    await new Promise((resolve) => { open = resolve; });
    hasReturned = true;
    return item;
  };
  const stream = Task.asyncStream(count(length), body, { maxConcurrency: 200, ordered: false, timeout: Infinity });
  const iterator = stream[Symbol.asyncIterator]();
  for (let opensAt = 0, taken = 1; taken < length / 2; taken++) {
    await iterator.next();
    if (open !== null && opensAt === 0 && taken > 1000 && holdsBack(runtime)) opensAt = taken + 20;
    if (taken === opensAt) {
      open();
      while (!hasReturned) await null;
      await null;
      return iterator;
    }
  }
  throw new Error('no results were held back');
}

held('more than one command takes are told, with those that are watched among them', async (runtime, { Task, Process }) => {
  const length = 8000;
  for (let round = 0; round < 15; round++) {
    const values = [];
    const downs = [];
    const body = async (item, { self }) => {
      if (item % 2000 === 1500) downs.push(Process.monitor(self).down);
      return item;
    };
    for await (const { value } of Task.asyncStream(count(length), body, { maxConcurrency: 300 })) values.push(value);
    assert.deepEqual(values, count(length));
    assert.deepEqual(await Promise.all(downs), ['normal', 'normal', 'normal', 'normal']);
  }
});

held('an item that has returned before a task is told of before it', async (runtime, { Task, Process }) => {
  const order = [];
  let end;
  const task = Task.async(() => new Promise((resolve) => { end = resolve; }));
  const taskDown = Process.monitor(task.pid).down.then(() => order.push('task'));
  let itemDown;
  const iterator = await takeKnown(runtime, { Task }, ({ self }) => {
    itemDown = Process.monitor(self).down.then(() => order.push('item'));
  });
  end();
  await Promise.all([taskDown, itemDown]);
  assert.deepEqual(order, ['item', 'task']);
  await Task.await(task);
  await iterator.return();
});

held('an item whose end is the consumer\'s end is told of at once', async (runtime, { Task }) => {
  let failure = null;
  const consumer = Task.async(async (own) => {
    own.Process.flag('trapExit', false);
    const iterator = await takeKnown(runtime, own, async (context) => {
      const supervisor = context.TaskSupervisor.startLink();
      context.TaskSupervisor.startChild(supervisor, async ({ Process, sleep }) => {
        Process.link(own.self);
        await sleep(Infinity);
      });
    });
    try {
      for (let taken = 0; taken < 2000; taken++) await iterator.next();
    } catch (error) {
      failure = error;
    }
  });
  assert.equal((await rejection(Task.await(consumer))).reason, 'shutdown');
  while (failure === null) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(failure.reason, 'shutdown');
});

/* ---- The same programs with and without. -------------------------------- */

/** Streams with bodies and consumers that do things at random; gives what came of them. */
async function play(seed, holds) {
  const runtime = createRuntime({ onLog() {} });
  const { Task, Process } = runtime;
  const { kernel } = insideOf(runtime);
  if (!holds) Object.defineProperty(kernel, 'held', { get: () => null, set() {} });
  const { below } = randomOf(seed);
  const limit = 2 + below(40);
  const length = 50 + below(400);
  const kinds = count(length).map(() => below(24));
  const moves = count(length).map(() => below(30));
  const story = [];
  let running = 0;
  let most = 0;
  let taken = 0;
  const body = async (item, context) => {
    running++;
    most = Math.max(most, running);
    try {
      switch (kinds[item]) {
        case 0: throw new Error(`failure ${item}`);
        case 1: return await context.Task.await(context.Task.async(() => noop(item)));
        case 2: await noop(); return item;
        case 3: Process.monitor(context.self).down.then((reason) => story.push([item, reason])); return item;
        case 4: return await new Promise((resolve) => setImmediate(() => resolve(item)));
        case 5: return Process.alive(context.self) ? item : -1;
        default: return item;
      }
    } finally {
      running--;
    }
  };
  const results = await Task.await(Task.async(async (own) => {
    own.Process.flag('trapExit', true);
    const got = [];
    const stream = own.Task.asyncStream(count(length), body, { maxConcurrency: limit });
    for await (const { status, value, reason } of stream) {
      got.push(status === 'fulfilled' ? value : reason.message);
      taken += kernel.held !== null;
      switch (moves[got.length - 1]) {
        case 0: await noop(); await noop(); await noop(); break;
        case 1: await new Promise((resolve) => setImmediate(resolve)); break;
        case 2: assert.equal(await own.Task.await(own.Task.async(() => noop(5))), 5); break;
        case 3: assert.equal(runtime.inspect().streams.length, 1); break;
        default:
      }
    }
    return got;
  }), Infinity);
  await new Promise((resolve) => setTimeout(resolve, 1));
  assert.ok(most <= limit, `${most} ran at once`);
  const { check, processes, kept } = insideOf(runtime).counts();
  assert.deepEqual({ check, processes, kept }, { check: 0, processes: 0, kept: 0 });
  runtime.dispose();
  return { results, story: story.sort(([one], [other]) => one - other), taken };
}

test('random programs give the same whether results are held back or not', async () => {
  let taken = 0;
  for (let seed = 1; seed <= 120; seed++) {
    const one = await play(seed, true);
    const other = await play(seed, false);
    assert.deepEqual([one.results, one.story], [other.results, other.story], `seed ${seed}`);
    assert.equal(other.taken, 0);
    taken += one.taken;
  }
  assert.ok(taken > 1500, `${taken} were held back`);
});
