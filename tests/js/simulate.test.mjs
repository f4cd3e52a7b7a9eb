/** Simulations: virtual time, seeds, the events of a run, and its end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { simulate } from 'belay-tasks/testing';
import { rejection } from './harness.mjs';
import { everything } from './simulated-programs.mjs';

const HOUR = 3_600_000;
const silent = { onLog() {} };

const run = (seed, options = {}) => simulate(everything, { seed, ...silent, ...options });

test('the same seed gives the same value, time and events, byte for byte', async () => {
  const first = await run(42);
  const second = await run(42);
  assert.deepEqual(second.value, first.value);
  assert.equal(second.elapsed, first.elapsed);
  assert.equal(JSON.stringify(second.events), JSON.stringify(first.events));
  assert.ok(first.events.length > 40);
});

test('other seeds give other runs', async () => {
  const bytes = new Set();
  for (const seed of [1, 2, 3, 4, 5]) bytes.add(JSON.stringify((await run(seed)).events));
  assert.equal(bytes.size, 5);
});

test('traced starts are in no event, so that machines agree', async () => {
  const traced = await run(7, { trace: true });
  const untraced = await run(7, { trace: false });
  assert.equal(JSON.stringify(traced.events), JSON.stringify(untraced.events));
});

test('the seed is 1 unless given, and is in the result as it was given', async () => {
  const draw = ({ random }) => [random(), random.int(1, 1000)];
  assert.deepEqual((await simulate(draw)).value, (await simulate(draw, { seed: 1 })).value);
  assert.equal((await simulate(draw)).seed, 1);
  assert.equal((await simulate(draw, { seed: 'ada' })).seed, 'ada');
  assert.equal((await simulate(draw, { seed: -(2 ** 53 - 1) })).seed, -(2 ** 53 - 1));
});

test('a number and its digits are the same seed', async () => {
  const draw = ({ random }) => Array.from({ length: 5 }, random);
  assert.deepEqual(
    (await simulate(draw, { seed: 123456789012 })).value,
    (await simulate(draw, { seed: '123456789012' })).value,
  );
});

test('a simulation takes hours of virtual time and says how many', async () => {
  const { value, elapsed } = await simulate(async ({ sleep, now }) => {
    const began = now();
    await sleep(5 * HOUR);
    const afterFive = now();
    await sleep(0.5);
    return [began, afterFive, now()];
  });
  assert.deepEqual(value, [0, 5 * HOUR, 5 * HOUR + 1]);
  assert.equal(elapsed, 5 * HOUR + 1);
});

test('a wait longer than any timer of a platform ends at its time', async () => {
  const years = 10 * 365 * 24 * HOUR;
  const { elapsed } = await simulate(({ sleep }) => sleep(years), { maxTime: Infinity });
  assert.equal(elapsed, years);
});

test('timeouts are those of virtual time', async () => {
  const { value, elapsed } = await simulate(async ({ Task, now }) => {
    const task = Task.async((context) => context.sleep(HOUR), { label: 'slow' });
    const error = await Task.await(task).catch((reason) => reason);
    const at = now();
    await Task.await(task, Infinity);
    return [error.name, error.timeout, at];
  });
  assert.deepEqual(value, ['TimeoutError', 5000, 5000]);
  assert.equal(elapsed, HOUR);
});

test('main gets the whole API, bound to its root process', async () => {
  const { value } = await simulate(async (scope) => {
    const { Task, Process, runtime, subscribe, inspect } = scope;
    const types = [];
    const unsubscribe = subscribe(({ type }) => types.push(type));
    await Task.await(Task.async(() => 1));
    await scope.sleep(1);
    unsubscribe();
    return {
      names: Object.keys(scope).sort(),
      isFrozen: Object.isFrozen(scope),
      root: inspect().root === Process.self(),
      same: runtime.Task === Task,
      types,
    };
  });
  assert.deepEqual(value, {
    names: [
      'Process', 'Supervisor', 'Task', 'TaskSupervisor', 'inspect', 'now', 'random', 'runtime', 'sleep', 'subscribe',
    ],
    isFrozen: true,
    root: true,
    same: true,
    types: ['spawned', 'waiting', 'started', 'settled', 'waited', 'waiting', 'waited'],
  });
});

test('events have type, time and pid, and come in the order of their times', async () => {
  const { events } = await run(3);
  for (const event of events) {
    assert.equal(typeof event.type, 'string');
    assert.match(event.pid, /^<\d+\.\d+>$/);
    assert.ok(Number.isInteger(event.time));
  }
  const times = events.map(({ time }) => time);
  assert.deepEqual(times, [...times].sort((a, b) => a - b));
});

test('listeners and the list of events tell the same, however many there are', async () => {
  const heard = [];
  const { events } = await simulate(async ({ Task, subscribe, random }) => {
    await Task.await(Task.async(() => 'before'));
    const unsubscribe = subscribe((event) => heard.push(event));
    const tasks = Array.from({ length: 1000 }, (_, index) => Task.async(async (context) => {
      await context.sleep(index % 3 === 0 ? Infinity : random.int(0, HOUR));
    }, { label: `number ${index}` }));
    await Task.yieldMany(tasks, { timeout: HOUR / 2, onTimeout: 'killTask' });
    unsubscribe();
    await Task.await(Task.async(() => 'after'));
  });
  assert.ok(heard.length > 5000);
  const first = events.findIndex(({ label }) => label === 'number 0');
  assert.deepEqual(heard, events.slice(first, first + heard.length));
});

test('the events of a run are one list, made once', async () => {
  const result = await simulate(({ sleep }) => sleep(1));
  assert.equal(result.events, result.events);
  assert.deepEqual({ ...result }, { value: undefined, elapsed: 1, seed: 1, events: result.events });
  assert.deepEqual(JSON.parse(JSON.stringify(result)).events, result.events);
});

test('a value, a promise and nothing at all are values of main', async () => {
  assert.equal((await simulate(() => 7)).value, 7);
  assert.equal((await simulate(async () => 8)).value, 8);
  assert.equal((await simulate(() => {})).value, undefined);
  assert.equal((await simulate(() => ({ then: (resolve) => resolve(9) }))).value, 9);
});

test('main begins after the call has returned', async () => {
  const order = [];
  const promise = simulate(() => order.push('main'));
  order.push('called');
  await promise;
  assert.deepEqual(order, ['called', 'main']);
});

test('what main leaves running stands still, and nothing of it is heard of', async () => {
  const heard = [];
  const { events, elapsed } = await simulate(async ({ Task, sleep }) => {
    const note = async (promise) => promise.then(() => heard.push('value'), () => heard.push('error'));
    note(Task.await(Task.async((context) => context.sleep(1000)), Infinity));
    note((async () => {
      for (;;) await sleep(10); // nobody handles how this ends
    })());
    Task.asyncStream([1], () => sleep(Infinity), { timeout: Infinity }).toArray();
    await sleep(50);
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(heard, []);
  assert.equal(elapsed, 50);
  assert.equal(events.filter(({ type }) => type === 'settled').length, 0);
});

test('a runtime that is used after its simulation says so', async () => {
  const { value } = await simulate(({ runtime, Task }) => ({ runtime, task: Task.async(() => 1) }));
  assert.throws(() => value.runtime.Task.async(() => 1), { name: 'DisposedError' });
  assert.throws(() => value.runtime.Task.await(value.task), { name: 'DisposedError' });
});

test('streams run four items at once on every machine unless told', async () => {
  const { value } = await simulate(async ({ Task, inspect }) => {
    const stream = Task.asyncStream(Array.from({ length: 9 }), () => inspect().streams[0].limit);
    return (await stream.toArray())[0].value;
  });
  assert.equal(value, 4);
});

test('equal times fire in the order in which they were set', async () => {
  const { value } = await simulate(async ({ Task }) => {
    const order = [];
    const tasks = [3, 1, 2].map((name) => Task.async(async ({ sleep }) => {
      await sleep(100);
      order.push(name);
    }));
    await Task.awaitMany(tasks);
    return order;
  });
  assert.deepEqual(value, [3, 1, 2]);
});

test('real immediates of Node are waited for and take no virtual time', async () => {
  const { value } = await simulate(async ({ sleep, now }) => {
    for (let count = 0; count < 20; count++) await new Promise((resolve) => setImmediate(resolve));
    const at = now();
    await sleep(3);
    return [at, now()];
  });
  assert.deepEqual(value, [0, 3]);
});

test('process.nextTick and microtasks take no virtual time', async () => {
  const { value } = await simulate(async ({ Task, sleep, now }) => {
    const task = Task.async((context) => context.sleep(1));
    for (let count = 0; count < 50; count++) {
      await new Promise((resolve) => process.nextTick(resolve));
      await new Promise((resolve) => queueMicrotask(resolve));
    }
    const at = now();
    await Task.await(task);
    await sleep(0);
    return [at, now()];
  });
  assert.deepEqual(value, [0, 1]);
});

test('a crash goes to onLog, and is an event', async () => {
  const logged = [];
  const { events } = await simulate(async ({ Task, sleep }) => {
    Task.start(() => {
      throw new Error('boom');
    }, { label: 'worker' });
    await sleep(1);
  }, { onLog: (event) => logged.push(event.message) });
  assert.deepEqual(logged, ['task <1.1> "worker" (started by <0.1>) crashed: Error: boom']);
  assert.deepEqual(
    events.map(({ type }) => type),
    ['spawned', 'waiting', 'started', 'settled', 'logged', 'waited'],
  );
});

test('errors tell where their task was started, unless trace is off', async () => {
  const program = async ({ Task }) => {
    const task = Task.async((context) => context.sleep(10));
    return Task.await(task, 5).catch((error) => error.startedAt);
  };
  assert.match((await simulate(program)).value, /simulate\.test\.mjs/);
  assert.equal((await simulate(program, { trace: false })).value, undefined);
});

/* ---- Any program of sleeps. --------------------------------------------- */

const node = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.record({ sleep: fc.integer({ min: 0, max: 100_000 }) }),
    fc.record({ inOrder: fc.array(tie('node'), { maxLength: 4 }) }),
    fc.record({ atOnce: fc.array(tie('node'), { maxLength: 4 }) }),
  ),
})).node;

/** How long a program takes, by thinking. */
function lengthOf({ sleep, inOrder, atOnce }) {
  if (sleep !== undefined) return sleep;
  if (inOrder !== undefined) return inOrder.reduce((sum, each) => sum + lengthOf(each), 0);
  return Math.max(0, ...atOnce.map(lengthOf));
}

async function perform({ sleep, inOrder, atOnce }, context) {
  if (sleep !== undefined) await context.sleep(sleep);
  else if (inOrder !== undefined) {
    for (const each of inOrder) await perform(each, context);
  } else {
    const { Task } = context;
    await Task.awaitMany(atOnce.map((each) => Task.async((inner) => perform(each, inner))), Infinity);
  }
}

test('any program of sleeps ends at the time that thinking gives', async () => {
  await fc.assert(fc.asyncProperty(node, async (program) => {
    const { elapsed } = await simulate((scope) => perform(program, scope), { maxTime: Infinity });
    assert.equal(elapsed, lengthOf(program));
  }), { numRuns: 200 });
});

test('any program of sleeps has the same events each time', async () => {
  await fc.assert(fc.asyncProperty(node, fc.integer(), async (program, seed) => {
    const runs = [];
    for (let count = 0; count < 2; count++) runs.push(await simulate((scope) => perform(program, scope), { seed }));
    assert.equal(JSON.stringify(runs[1].events), JSON.stringify(runs[0].events));
  }), { numRuns: 50 });
});

/* ---- Random numbers. ---------------------------------------------------- */

test('random gives numbers from 0 up to 1, evenly', async () => {
  const { value } = await simulate(({ random }) => Array.from({ length: 20_000 }, random));
  const tenths = Array(10).fill(0);
  for (const each of value) {
    assert.ok(each >= 0 && each < 1);
    tenths[Math.floor(each * 10)]++;
  }
  // 2000 are expected in each; a standard deviation is 42.
  for (const count of tenths) assert.ok(Math.abs(count - 2000) < 250, `tenths ${tenths}`);
  assert.equal(new Set(value).size, value.length);
});

test('seeds that are alike give numbers that are not', async () => {
  const firsts = [];
  for (let seed = 0; seed < 200; seed++) firsts.push((await simulate(({ random }) => random(), { seed })).value);
  const mean = firsts.reduce((sum, each) => sum + each, 0) / firsts.length;
  assert.ok(Math.abs(mean - 0.5) < 0.1, `mean ${mean}`);
  assert.equal(new Set(firsts).size, 200);
});

test('random.int gives every number from min to max, both included', async () => {
  const { value } = await simulate(({ random }) => Array.from({ length: 500 }, () => random.int(-1, 3)));
  assert.deepEqual([...new Set(value)].sort((a, b) => a - b), [-1, 0, 1, 2, 3]);
  assert.equal((await simulate(({ random }) => random.int(5, 5))).value, 5);
});

test('random.int refuses what is no range of whole numbers', async () => {
  for (const [least, most, type] of [
    [1.5, 2, RangeError], [1, NaN, RangeError], ['1', 2, TypeError], [1, undefined, TypeError], [3, 2, RangeError],
    [-(2 ** 53 - 1), 2 ** 53 - 1, RangeError],
  ]) {
    assert.ok(await rejection(simulate(({ random }) => random.int(least, most))) instanceof type, `${least}, ${most}`);
  }
});

test('the numbers of a seed stay the same from version to version', async () => {
  const { value } = await simulate(({ random }) => [random(), random(), random.int(1, 1_000_000)], { seed: 1 });
  assert.deepEqual(value, [0.5321610435507466, 0.1795924679186841, 683_238]);
});
