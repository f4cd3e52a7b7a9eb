// The exercise's tests: timeouts and crashes are simulated by endpoints that
// hang or throw, on a clock that jumps to the next deadline as soon as
// nothing else can run. No test waits.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRuntime } from 'belay-tasks';
import { aggregate, refresh } from '../../examples/lesson/aggregator.mjs';

/** A clock that stands still while something runs, and jumps when not. */
function jumpingClock() {
  const timers = new Map(); // handle -> { at, callback }
  let now = 0;
  let handles = 0;
  let waiting = false;

  const jump = () => {
    waiting = false;
    let next;
    for (const [handle, { at }] of timers) {
      if (next === undefined || at < timers.get(next).at) next = handle;
    }
    if (next === undefined) return;
    const { at, callback } = timers.get(next);
    timers.delete(next);
    now = Math.max(now, at);
    callback();
    wait();
  };
  // Promises and the runtime's own turns come first: a few turns are enough
  // for bodies that do nothing but sleep.
  const wait = (turns = 5) => {
    if (turns === 5) {
      if (waiting || timers.size === 0) return;
      waiting = true;
    }
    setImmediate(() => (turns === 1 ? jump() : wait(turns - 1)));
  };

  return {
    now: () => now,
    setTimeout(callback, ms) {
      handles += 1;
      timers.set(handles, { at: now + ms, callback });
      wait();
      return handles;
    },
    clearTimeout: (handle) => timers.delete(handle),
  };
}

/** A test with a runtime of its own that must be empty at the end. */
function simulated(sentence, body) {
  test(sentence, { timeout: 20_000 }, async () => {
    const clock = jumpingClock();
    const logs = [];
    const runtime = createRuntime({ clock, onLog: (log) => logs.push(log) });
    const alive = () => {
      const { root, processes } = runtime.inspect();
      return processes.filter(({ pid }) => pid !== root);
    };
    try {
      const { Task, TaskSupervisor, Process, sleep } = runtime;
      await body({
        runtime, Task, TaskSupervisor, Process, sleep, clock, alive, logs,
      });
      assert.deepEqual(alive().map(({ label }) => label), []);
    } finally {
      runtime.dispose();
    }
  });
}

/** Endpoints of every kind; `signals` of those that were asked. */
function world() {
  const signals = {};
  const endpoint = (name, load, more) => ({
    name,
    load(ctx) {
      signals[name] = ctx.signal;
      return load(ctx);
    },
    ...more,
  });
  return {
    signals,
    answers: (name, ms, value = `${name} is here`) =>
      endpoint(name, async ({ sleep }) => {
        await sleep(ms);
        return value;
      }),
    hangs: (name, more) => endpoint(name, ({ sleep }) => sleep(Infinity), more),
    crashes: (name, error) => endpoint(name, async ({ sleep }) => {
      await sleep(10);
      throw error;
    }),
    endpoint,
  };
}

simulated('endpoints are asked at the same time',
  async ({ runtime, clock }) => {
    const { answers } = world();
    await aggregate(runtime,
      [answers('a', 100), answers('b', 200), answers('c', 150)]);
    assert.equal(clock.now(), 200);
  });

simulated('not more are asked at once than maxConcurrency',
  async ({ runtime }) => {
    let running = 0;
    let peak = 0;
    const endpoints = [1, 2, 3, 4, 5, 6].map((n) => ({
      name: `endpoint ${n}`,
      async load({ sleep }) {
        running += 1;
        peak = Math.max(peak, running);
        await sleep(10 * n);
        running -= 1;
        return n;
      },
    }));
    await aggregate(runtime, endpoints, { maxConcurrency: 2 });
    assert.equal(peak, 2);
  });

simulated('the response has an entry for each endpoint, in their order',
  async ({ runtime }) => {
    const { answers } = world();
    const response = await aggregate(runtime,
      [answers('slow', 90), answers('quick', 10), answers('other', 50)]);
    assert.deepEqual(Object.entries(response), [
      ['slow', { source: 'live', value: 'slow is here' }],
      ['quick', { source: 'live', value: 'quick is here' }],
      ['other', { source: 'live', value: 'other is here' }],
    ]);
  });

simulated('live answers are remembered', async ({ runtime }) => {
  const cache = new Map();
  const { answers, crashes } = world();
  await aggregate(runtime,
    [answers('a', 10), crashes('b', new Error('no'))], { cache });
  assert.deepEqual([...cache], [['a', 'a is here']]);
});

simulated('a timeout is a structured error with the fallback beside it',
  async ({ runtime }) => {
    const { answers, hangs } = world();
    const response = await aggregate(runtime,
      [answers('a', 10), hangs('b', { fallback: 'of old' }), answers('c', 20)],
      { timeout: 300 });
    assert.deepEqual(response, {
      a: { source: 'live', value: 'a is here' },
      b: {
        source: 'fallback',
        value: 'of old',
        error: { kind: 'timeout', endpoint: 'b', reason: 'timeout' },
      },
      c: { source: 'live', value: 'c is here' },
    });
  });

simulated('a hanging endpoint costs its timeout and no more',
  async ({ runtime, clock }) => {
    const { answers, hangs } = world();
    await aggregate(runtime, [hangs('a'), answers('b', 20)], { timeout: 300 });
    assert.equal(clock.now(), 300);
  });

simulated('a late request is cancelled, the others are not',
  async ({ runtime }) => {
    const { answers, hangs, signals } = world();
    await aggregate(runtime, [hangs('a'), answers('b', 20)], { timeout: 300 });
    assert.equal(signals.a.aborted, true);
    assert.equal(signals.b.aborted, false);
  });

simulated('a fallback may be a value that counts as false',
  async ({ runtime }) => {
    const { hangs } = world();
    const { a } = await aggregate(runtime, [hangs('a', { fallback: 0 })],
      { timeout: 10 });
    assert.equal(a.source, 'fallback');
    assert.equal(a.value, 0);
  });

simulated('without a fallback a timeout is an error only',
  async ({ runtime }) => {
    const { hangs } = world();
    assert.deepEqual(await aggregate(runtime, [hangs('a')], { timeout: 10 }), {
      a: {
        source: 'none',
        error: { kind: 'timeout', endpoint: 'a', reason: 'timeout' },
      },
    });
  });

simulated('what answered before is a better fallback than the fixed one',
  async ({ runtime }) => {
    const cache = new Map();
    const { answers, hangs } = world();
    await aggregate(runtime, [answers('a', 10)], { cache, timeout: 100 });
    const { a } = await aggregate(runtime, [hangs('a', { fallback: 'fixed' })],
      { cache, timeout: 100 });
    assert.equal(a.value, 'a is here');
  });

for (const [what, error, reason] of [
  ['an error', new Error('on fire'), 'on fire'],
  ['a string', 'on fire', 'on fire'],
  ['nothing', undefined, 'undefined'],
]) {
  simulated(`a crash that throws ${what} is a structured error`,
    async ({ runtime }) => {
      const { answers, crashes } = world();
      const response = await aggregate(runtime,
        [answers('a', 30), crashes('b', error), answers('c', 20)]);
      assert.deepEqual(response, {
        a: { source: 'live', value: 'a is here' },
        b: { source: 'none', error: { kind: 'crash', endpoint: 'b', reason } },
        c: { source: 'live', value: 'c is here' },
      });
    });
}

simulated('a crash before the first await is a structured error',
  async ({ runtime }) => {
    const { answers, endpoint } = world();
    const broken = endpoint('b', () => { throw new Error('at once'); });
    const { a, b } = await aggregate(runtime, [answers('a', 30), broken]);
    assert.equal(a.source, 'live');
    assert.equal(b.error.reason, 'at once');
  });

simulated('an endpoint that exits is a structured error',
  async ({ runtime }) => {
    const { answers, endpoint } = world();
    const leaving = endpoint('b', ({ exit }) => exit('no_route'));
    const { a, b } = await aggregate(runtime, [answers('a', 30), leaving]);
    assert.equal(a.source, 'live');
    assert.deepEqual(b.error,
      { kind: 'crash', endpoint: 'b', reason: 'no_route' });
  });

simulated('everything at once is answered at the timeout',
  async ({ runtime, clock, alive, logs }) => {
    const { answers, hangs, crashes } = world();
    const response = await aggregate(runtime, [
      answers('a', 120), hangs('b'), crashes('c', new Error('no')),
    ], { timeout: 200 });
    assert.deepEqual(Object.values(response).map(({ source }) => source),
      ['live', 'none', 'none']);
    assert.equal(clock.now(), 200);
    assert.deepEqual(alive(), []);
    assert.deepEqual(logs, []);
  });

simulated('no endpoints are an empty response', async ({ runtime }) => {
  assert.deepEqual(await aggregate(runtime, []), {});
});

simulated('a strange name is a name like any other', async ({ runtime }) => {
  const { answers } = world();
  const response = await aggregate(runtime, [answers('__proto__', 1)]);
  assert.deepEqual(Object.keys(response), ['__proto__']);
});

for (const [what, endpoints] of [
  ['without a name', [{ load() {} }]],
  ['with the same name twice', [
    { name: 'a', load() {} }, { name: 'a', load() {} }]],
  ['without load', [{ name: 'a' }]],
]) {
  simulated(`endpoints ${what} are refused`, async ({ runtime }) => {
    await assert.rejects(aggregate(runtime, endpoints), TypeError);
  });
}

simulated('requests die with the task that asks',
  async ({ Task, sleep, clock }) => {
    const { hangs, signals } = world();
    const asking = Task.async((ctx) =>
      aggregate(ctx, [hangs('a'), hangs('b')], { timeout: 1_000 }));
    await sleep(100);
    await Task.shutdown(asking, 'brutalKill');
    assert.equal(signals.a.aborted, true);
    assert.equal(signals.b.aborted, true);
    assert.equal(clock.now(), 100);
  });

simulated('a late endpoint is refreshed by a child of the supervisor',
  async ({ runtime, TaskSupervisor, Process }) => {
    const supervisor = TaskSupervisor.start();
    const { hangs } = world();
    const { a } = await aggregate(runtime, [hangs('a')],
      { timeout: 100, supervisor });
    assert.equal(a.refreshing, true);
    const [pid] = TaskSupervisor.children(supervisor);
    assert.equal(Process.info(pid).label, 'refresh a');
    assert.equal(Process.info(pid).supervisor, supervisor.pid);
    await supervisor.stop();
  });

simulated('only late endpoints are refreshed',
  async ({ runtime, TaskSupervisor }) => {
    const supervisor = TaskSupervisor.start();
    const { answers, crashes } = world();
    const response = await aggregate(runtime,
      [answers('a', 10), crashes('b', new Error('no'))], { supervisor });
    assert.ok(!('refreshing' in response.a));
    assert.ok(!('refreshing' in response.b));
    assert.deepEqual(TaskSupervisor.children(supervisor), []);
    await supervisor.stop();
  });

simulated('a refresh outlives the task that asked for it',
  async ({ Task, TaskSupervisor, Process }) => {
    const cache = new Map();
    const supervisor = TaskSupervisor.start();
    const { answers } = world();
    const asking = Task.async(async (ctx) => {
      await aggregate(ctx, [answers('a', 500)],
        { timeout: 100, supervisor, cache });
      await ctx.sleep(Infinity);
    });
    await Process.sleep(150);
    const [pid] = TaskSupervisor.children(supervisor);
    const { down } = Process.monitor(pid);
    await Task.shutdown(asking, 'brutalKill');
    assert.equal(Process.alive(pid), true);
    assert.equal(await down, 'normal');
    assert.deepEqual([...cache], [['a', 'a is here']]);
    await supervisor.stop();
  });

simulated('an endpoint is refreshed by one task at a time',
  async ({ runtime, TaskSupervisor }) => {
    const supervisor = TaskSupervisor.start();
    const { hangs } = world();
    const options = { timeout: 100, supervisor };
    await aggregate(runtime, [hangs('a')], options);
    await aggregate(runtime, [hangs('a'), hangs('b')], options);
    assert.equal(TaskSupervisor.children(supervisor).length, 2);
    await supervisor.stop();
  });

simulated('a refresh tries again after a failure, with growing pauses',
  async ({ runtime, TaskSupervisor, Process, clock }) => {
    const cache = new Map();
    const supervisor = TaskSupervisor.start();
    const times = [];
    const flapping = {
      name: 'a',
      async load() {
        times.push(clock.now());
        if (times.length < 3) throw new Error('down');
        return 'up';
      },
    };
    const pid = refresh(runtime, supervisor, flapping, { cache, pause: 100 });
    assert.equal(await Process.monitor(pid).down, 'normal');
    assert.deepEqual(times, [0, 100, 300]);
    assert.equal(cache.get('a'), 'up');
    await supervisor.stop();
  });

simulated('a refresh gives up without troubling its supervisor',
  async ({ runtime, TaskSupervisor, Process, logs }) => {
    const supervisor = TaskSupervisor.start({ maxRestarts: 0 });
    const { hangs } = world();
    const pid = refresh(runtime, supervisor, hangs('a'),
      { cache: new Map(), timeout: 50, attempts: 2 });
    assert.deepEqual(await Process.monitor(pid).down, [
      'shutdown', { kind: 'timeout', endpoint: 'a', reason: 'timeout' }]);
    await Process.sleep(10);
    assert.deepEqual(TaskSupervisor.children(supervisor), []);
    assert.equal(Process.alive(supervisor.pid), true);
    assert.deepEqual(logs, []);
    await supervisor.stop();
  });

simulated('a refresh that is killed is started again and goes to its end',
  async ({ runtime, TaskSupervisor, Process }) => {
    const cache = new Map();
    const supervisor = TaskSupervisor.start();
    const { answers } = world();
    const first = refresh(runtime, supervisor, answers('a', 200), { cache });
    await Process.sleep(100);
    Process.exit(first, 'kill');
    await Process.sleep(10);
    const [second] = TaskSupervisor.children(supervisor);
    assert.notEqual(second, first);
    assert.equal(await Process.monitor(second).down, 'normal');
    assert.equal(cache.get('a'), 'a is here');
    await supervisor.stop();
  });

simulated('a refresh stops with its supervisor, inside its grace',
  async ({ runtime, TaskSupervisor, clock }) => {
    const supervisor = TaskSupervisor.start();
    const { hangs, signals } = world();
    refresh(runtime, supervisor, hangs('a'), { cache: new Map() });
    await runtime.sleep(100);
    await supervisor.stop();
    assert.equal(signals.a.aborted, true);
    assert.ok(clock.now() <= 600, `at ${clock.now()} ms`);
  });

simulated('a full supervisor costs freshness, not the response',
  async ({ runtime, TaskSupervisor }) => {
    const supervisor = TaskSupervisor.start({ maxChildren: 1 });
    const { hangs } = world();
    const { a, b } = await aggregate(runtime,
      [hangs('a', { fallback: 1 }), hangs('b', { fallback: 2 })],
      { timeout: 100, supervisor });
    assert.deepEqual([a.value, a.refreshing], [1, true]);
    assert.deepEqual([b.value, b.refreshing], [2, false]);
    await supervisor.stop();
  });

simulated('a supervisor that is gone costs freshness, not the response',
  async ({ runtime }) => {
    const { hangs } = world();
    const { a } = await aggregate(runtime, [hangs('a', { fallback: 1 })],
      { timeout: 100, supervisor: 'nobody' });
    assert.deepEqual([a.value, a.refreshing], [1, false]);
  });
