/** `globals: true`: the platform's time and chance belong to the simulation. */
import assert from 'node:assert/strict';
import * as nodeCrypto from 'node:crypto';
import * as nodeTimers from 'node:timers';
import * as timersPromises from 'node:timers/promises';
import { test } from 'node:test';
import { promisify } from 'node:util';
import * as belay from 'belay-tasks';
import { simulate } from 'belay-tasks/testing';
import { Replacements } from '../../bindings/js/testing-replace.js';
import { rejection } from './harness.mjs';

const START = Date.UTC(2000, 0, 1);

/** What a simulation with globals gives; the globals must be back afterwards. */
async function inGlobals(main, options = {}) {
  const before = snapshot();
  try {
    return (await simulate(main, { globals: true, ...options })).value;
  } finally {
    assert.deepEqual(snapshot(), before);
  }
}

const HOLDERS = [
  [globalThis, [
    'setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate', 'Date', 'fetch',
    'queueMicrotask', 'WebSocket', 'EventSource',
  ]],
  [Date.prototype, ['constructor']],
  [Math, ['random']],
  [performance, ['now', 'timeOrigin']],
  [AbortSignal, ['timeout']],
  [crypto, ['getRandomValues', 'randomUUID']],
  [process, ['hrtime', 'uptime']],
  [nodeTimers.default, ['setTimeout', 'clearImmediate']],
  [timersPromises.default, ['setTimeout', 'setInterval']],
  [timersPromises.default.scheduler, ['wait', 'yield']],
  [nodeCrypto.default, ['randomBytes', 'randomInt', 'randomUUID', 'randomFill', 'randomFillSync']],
];

function snapshot() {
  return HOLDERS.map(([holder, names]) => names.map((name) => Object.getOwnPropertyDescriptor(holder, name)))
    .concat([[nodeTimers.setTimeout, timersPromises.setTimeout, nodeCrypto.randomUUID]]);
}

/* ---- Timers. ------------------------------------------------------------ */

test('setTimeout fires at its virtual time, with its arguments', async () => {
  assert.deepEqual(await inGlobals(({ now }) => new Promise((resolve) => {
    setTimeout((...given) => resolve([now(), ...given]), 86_400_000, 'a', 2);
  })), [86_400_000, 'a', 2]);
});

test('delays are cut to whole ms, and wrong ones count as 1', async () => {
  for (const [delay, at] of [
    [0, 1], [-5, 1], [1.9, 1], [NaN, 1], [undefined, 1], ['7', 7], [2 ** 31, 1], [2 ** 31 - 1, 2 ** 31 - 1],
  ]) {
    assert.equal(await inGlobals(({ now }) => new Promise((resolve) => {
      setTimeout(() => resolve(now()), delay);
    })), at, String(delay));
  }
});

test('timers fire in order of time, then of setting, with microtasks in between', async () => {
  assert.deepEqual(await inGlobals(async () => {
    const order = [];
    const note = (name) => () => {
      order.push(name);
      queueMicrotask(() => order.push(`after ${name}`));
    };
    setTimeout(note('c'), 20);
    setTimeout(note('a'), 10);
    setTimeout(note('b'), 10);
    setImmediate(note('now'));
    await new Promise((resolve) => setTimeout(resolve, 30));
    return order;
  }), ['now', 'after now', 'a', 'after a', 'b', 'after b', 'c', 'after c']);
});

test('timers and sleeps share one time, and equal times one order', async () => {
  assert.deepEqual(await inGlobals(async ({ sleep, now }) => {
    const order = [];
    const asleep = sleep(10).then(() => order.push(`sleep ${now()}`));
    setTimeout(() => order.push(`timer ${now()}`), 5);
    await asleep;
    await new Promise((resolve) => setTimeout(resolve, 3));
    order.push(now());
    return order;
  }), ['timer 5', 'sleep 10', 13]);
});

test('tasks that wait for timers only all end, however many there are', async () => {
  const count = 2000;
  assert.equal(await inGlobals(async ({ Task, random }) => {
    const tasks = Array.from({ length: count }, () => Task.async(async () => {
      for (let step = 0; step < 2; step++) await new Promise((resolve) => setTimeout(resolve, random.int(1, 3_600_000)));
      return 1;
    }));
    return (await Task.awaitMany(tasks, Infinity)).reduce((sum, one) => sum + one);
  }), count);
});

test('setInterval goes on until it is cleared', async () => {
  assert.deepEqual(await inGlobals(({ now }) => new Promise((resolve) => {
    const times = [];
    const timer = setInterval(() => {
      times.push(now());
      if (times.length < 3) return;
      clearInterval(timer);
      setTimeout(() => resolve(times), 1000);
    }, 100);
  })), [100, 200, 300]);
});

test('what is cleared does not fire, however it is named', async () => {
  assert.deepEqual(await inGlobals(async () => {
    const fired = [];
    const set = (name) => setTimeout(() => fired.push(name), 10);
    clearTimeout(set('object'));
    clearTimeout(+set('number'));
    clearTimeout(String(+set('digits')));
    clearInterval(set('by the other function'));
    set('by close').close();
    clearImmediate(setImmediate(() => fired.push('immediate')));
    clearTimeout(undefined);
    clearTimeout(null);
    clearTimeout(-1);
    clearTimeout('nothing');
    clearTimeout({});
    set('kept');
    await new Promise((resolve) => setTimeout(resolve, 100));
    return fired;
  }), ['kept']);
});

test('a timer of Node can be asked and refreshed', async () => {
  assert.deepEqual(await inGlobals(async ({ now, sleep }) => {
    const times = [];
    const timer = setTimeout(() => times.push(now()), 100);
    const asked = [timer.hasRef(), timer.unref().hasRef(), timer.ref().hasRef(), typeof timer[Symbol.toPrimitive]()];
    await sleep(60);
    timer.refresh();
    await sleep(300);
    timer.refresh();
    await sleep(300);
    clearTimeout(timer);
    timer.refresh();
    await sleep(300);
    const immediate = setImmediate(() => {});
    asked.push(immediate.unref().hasRef());
    return { times, asked };
  }), { times: [160, 460], asked: [true, false, true, 'number', false] });
});

test('callbacks of Node have their timer as this', async () => {
  assert.ok(await inGlobals(() => new Promise((resolve) => {
    const timer = setTimeout(function check() {
      resolve(this === timer);
    }, 1);
  })));
});

test('what is no function is refused by timers', async () => {
  for (const name of ['setTimeout', 'setInterval', 'setImmediate']) {
    const error = await rejection(inGlobals(() => globalThis[name]('code', 1)));
    assert.ok(error instanceof TypeError);
    assert.match(error.message, new RegExp(`${name}: callback must be a function; got code`));
  }
});

test('a callback that throws ends the run with its error', async () => {
  for (const set of [(run) => setTimeout(run, 5), (run) => setInterval(run, 5), (run) => setImmediate(run)]) {
    const thrown = new Error('in a callback');
    assert.equal(await rejection(inGlobals(async ({ sleep }) => {
      set(() => {
        throw thrown;
      });
      await sleep(100);
    })), thrown);
  }
});

test('promises of timers, by util.promisify and by node:timers/promises', async () => {
  assert.deepEqual(await inGlobals(async ({ now }) => {
    const values = [
      await promisify(setTimeout)(50, 'promisified'),
      await timersPromises.setTimeout(50, 'imported'),
      await promisify(setImmediate)('immediate'),
      await timersPromises.setImmediate('imported'),
      await timersPromises.scheduler.wait(100),
      await timersPromises.scheduler.yield(),
    ];
    for await (const tick of timersPromises.setInterval(10, 'tick')) {
      values.push(tick);
      if (now() >= 230) break;
    }
    return [...values, now()];
  }), ['promisified', 'imported', 'immediate', 'imported', undefined, undefined, 'tick', 'tick', 'tick', 230]);
});

test('promises of timers can be aborted', async () => {
  assert.deepEqual(await inGlobals(async ({ now }) => {
    const names = [];
    const wait = (signal) => [
      timersPromises.setTimeout(100, 1, { signal }), timersPromises.scheduler.wait(100, { signal }),
      timersPromises.setInterval(100, 1, { signal }).next(),
    ];
    const controller = new AbortController();
    const waiting = wait(controller.signal);
    setTimeout(() => controller.abort('enough'), 10);
    for (const outcome of await Promise.allSettled([...waiting, ...wait(AbortSignal.abort('enough'))])) {
      names.push([outcome.reason?.name, outcome.reason?.code, outcome.reason?.cause].join(' '));
    }
    return [new Set(names).size, names[0], now()];
  }), [1, 'AbortError ABORT_ERR enough', 10]);
});

test('functions imported from node:timers are virtual, and real afterwards', async () => {
  const { setTimeout: real } = nodeTimers;
  assert.equal(await inGlobals(({ now }) => new Promise((resolve) => {
    nodeTimers.setTimeout(() => resolve(now()), 5000);
  })), 5000);
  assert.equal(nodeTimers.setTimeout, real);
});

test('AbortSignal.timeout aborts at its virtual time', async () => {
  assert.deepEqual(await inGlobals(async ({ now }) => {
    const signal = AbortSignal.timeout(60_000);
    await new Promise((resolve) => {
      signal.onabort = resolve;
    });
    return [now(), signal.reason.name, signal.reason instanceof DOMException];
  }), [60_000, 'TimeoutError', true]);
});

test('AbortSignal.timeout shuts a task down', async () => {
  assert.deepEqual(await inGlobals(async ({ Task, now }) => {
    const task = Task.async(({ sleep }) => sleep(1000), { signal: AbortSignal.timeout(30) });
    const { reason } = await Task.yield(task);
    return [now(), reason.name];
  }), [30, 'TimeoutError']);
});

test('a timer that was set before can be cleared, and does not take part', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const others = timers();
  let fired = 0;
  const [cleared, kept] = [60_000, 60_000].map((ms) => setTimeout(() => fired++, ms));
  await inGlobals(({ sleep }) => {
    clearTimeout(cleared);
    return sleep(3_600_000);
  });
  assert.equal(timers(), others + 1);
  clearTimeout(kept);
  assert.equal(fired, 0);
});

test('what is left over never fires', async () => {
  let fired = 0;
  await inGlobals(() => {
    setTimeout(() => fired++, 1);
    setInterval(() => fired++, 1);
    setImmediate(() => fired++);
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(fired, 0);
});

/* ---- Clocks. ------------------------------------------------------------ */

test('Date begins on 1 January 2000, UTC, and goes on with virtual time', async () => {
  assert.deepEqual(await inGlobals(async ({ sleep }) => {
    const first = new Date().toISOString();
    await sleep(90_061_001);
    return [first, new Date().toISOString(), Date.now()];
  }), ['2000-01-01T00:00:00.000Z', '2000-01-02T01:01:01.001Z', START + 90_061_001]);
});

test('startTime is where Date begins, as a number or a Date', async () => {
  const start = new Date('2024-02-29T12:00:00Z');
  assert.equal(await inGlobals(() => new Date().getTime(), { startTime: start }), start.getTime());
  assert.equal(await inGlobals(() => Date.now(), { startTime: -1 }), -1);
});

test('Date is else as it was', async () => {
  const old = new Date(5);
  assert.deepEqual(await inGlobals((_, Day = class extends Date {}) => [
    old instanceof Date,
    new Date() instanceof Date,
    new Date().constructor === Date,
    new Date(2020, 1, 3).getFullYear(),
    new Date(undefined).getTime(),
    new Date(7).getTime(),
    Date.UTC(2000, 0, 1),
    Date.parse('2000-01-01T00:00:00Z'),
    Date() === new Date().toString(),
    Date.length,
    Date.name,
    new Day().getTime(),
    new Day() instanceof Day,
    Object.prototype.toString.call(new Date()),
    structuredClone(new Date()).getTime(),
  ]), [
    true, true, true, 2020, NaN, 7, START, START, true, 7, 'Date', START, true, '[object Date]', START,
  ]);
});

test('performance, hrtime and uptime tell virtual time', async () => {
  assert.deepEqual(await inGlobals(async ({ sleep }) => {
    const began = process.hrtime();
    await sleep(12_345);
    return [
      performance.now(), performance.timeOrigin, process.hrtime(), process.hrtime(began), process.hrtime.bigint(),
      process.uptime(), performance instanceof Performance,
    ];
  }), [12_345, START, [12, 345_000_000], [12, 345_000_000], 12_345_000_000n, 12.345, true]);
});

/* ---- Chance. ------------------------------------------------------------ */

const chance = () => ({
  math: [Math.random(), Math.random()],
  uuid: [crypto.randomUUID(), nodeCrypto.randomUUID()],
  values: [...crypto.getRandomValues(new Uint16Array(4)), ...nodeCrypto.webcrypto.getRandomValues(new Uint8Array(8))],
  bytes: nodeCrypto.randomBytes(8).toString('hex'),
  int: [nodeCrypto.randomInt(1000), nodeCrypto.randomInt(5, 7)],
  filled: nodeCrypto.randomFillSync(Buffer.alloc(4), 2).toString('hex'),
});

test('chance is the seed\'s', async () => {
  const first = await inGlobals(chance, { seed: 5 });
  assert.deepEqual(await inGlobals(chance, { seed: 5 }), first);
  const other = await inGlobals(chance, { seed: 6 });
  for (const name of Object.keys(first)) assert.notDeepEqual(other[name], first[name], name);
  assert.notDeepEqual(chance(), chance(), 'and the platform\'s afterwards');
});

test('Math.random and random have numbers of their own', async () => {
  const alone = await inGlobals(({ random }) => [random(), random()]);
  const mixed = await inGlobals(({ random }) => {
    const one = random();
    Math.random();
    crypto.randomUUID();
    return [one, random()];
  });
  assert.deepEqual(mixed, alone);
});

test('UUIDs are of version 4, and integers in their range', async () => {
  const { uuids, ints } = await inGlobals(() => ({
    uuids: Array.from({ length: 50 }, () => crypto.randomUUID()),
    ints: Array.from({ length: 200 }, () => nodeCrypto.randomInt(3, 6)),
  }));
  for (const uuid of uuids) assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(new Set(uuids).size, 50);
  assert.deepEqual([...new Set(ints)].sort(), [3, 4, 5]);
});

test('functions of node:crypto with a callback answer without time passing', async () => {
  assert.deepEqual(await inGlobals(async ({ now }) => {
    const bytes = await promisify(nodeCrypto.randomBytes)(3);
    const int = await promisify(nodeCrypto.randomInt)(1);
    const filled = await promisify(nodeCrypto.randomFill)(new Uint16Array(2), 1, 1);
    return [bytes.length, int, filled[0], now()];
  }), [3, 0, 0, 0]);
});

test('chance refuses what the platform refuses', async () => {
  const calls = {
    'a view of fractions': () => crypto.getRandomValues(new Float32Array(1)),
    'more than is given': () => crypto.getRandomValues(new Uint8Array(70_000)),
    'a range that is none': () => nodeCrypto.randomInt(5, 5),
    'a size that is none': () => nodeCrypto.randomBytes(-1),
  };
  for (const [what, call] of Object.entries(calls)) {
    let real;
    try {
      call();
    } catch (error) {
      real = error;
    }
    const virtual = await rejection(inGlobals(call));
    assert.equal(virtual.name, real.name, what);
    assert.equal(virtual.message, real.message, what);
  }
});

/* ---- The network, and others. ------------------------------------------- */

test('fetch ends the run, whoever catches its error', async () => {
  const error = await rejection(inGlobals(async ({ sleep }) => {
    try {
      await fetch('http://127.0.0.1:9/');
    } catch {
      await sleep(1000);
    }
  }));
  assert.equal(error.name, 'RealIoError');
  assert.equal(error.kind, 'fetch');
  assert.equal(error.simulation.elapsed, 0);
});

test('a stand-in for fetch is left alone, from before and from inside', async () => {
  const real = globalThis.fetch;
  const answer = async ({ sleep }, fetch) => {
    await sleep(1);
    return fetch('http://example.org/');
  };
  try {
    globalThis.fetch = async (url) => `before ${url}`;
    assert.equal(await inGlobals((scope) => answer(scope, fetch)), 'before http://example.org/');
  } finally {
    globalThis.fetch = real;
  }
  assert.equal(await inGlobals((scope) => {
    globalThis.fetch = async (url) => `inside ${url}`;
    return answer(scope, fetch);
  }), 'inside http://example.org/');
  assert.equal(globalThis.fetch, real);
});

test('what main replaces itself is put back', async () => {
  await inGlobals(() => {
    Date.now = () => 5;
    Math.random = () => 0;
    globalThis.setTimeout = () => {};
    delete globalThis.clearTimeout;
  });
});

test('one that cannot be put back does not keep the others', () => {
  const [first, stubborn, last] = [{ name: 1 }, { name: 2 }, {}];
  const replacements = new Replacements();
  replacements.set(first, 'name', 'new');
  replacements.set(stubborn, 'name', 'new');
  replacements.set(last, 'name', 'new');
  Object.freeze(stubborn);
  assert.throws(() => replacements.restore(), TypeError);
  assert.deepEqual([first, stubborn, last], [{ name: 1 }, { name: 'new' }, {}]);
});

test('globals are back when main fails, and when it never ends', async () => {
  for (const main of [
    () => {
      throw new Error('main');
    },
    () => new Promise(() => {}),
    async ({ sleep }) => {
      for (;;) await sleep(1000);
    },
  ]) {
    await rejection(inGlobals(main, { maxTime: 10_000 }));
  }
});

test('globals are replaced while main runs only', async () => {
  const { setTimeout: real } = globalThis;
  const promise = simulate(() => globalThis.setTimeout === real, { globals: true });
  assert.equal(globalThis.setTimeout, real);
  assert.equal((await promise).value, false);
  assert.equal(globalThis.setTimeout, real);
  assert.equal((await simulate(() => globalThis.setTimeout === real)).value, true);
});

test('an interval that masks a deadlock is without an end', async () => {
  const error = await rejection(inGlobals(() => {
    setInterval(() => {}, 1000);
    return new Promise(() => {});
  }, { maxTime: 60_000 }));
  assert.equal(error.name, 'UnboundedError');
});

test('setTimeout in a circle comes to an end by maxTime', async () => {
  const error = await rejection(inGlobals(() => new Promise(() => {
    const again = () => setTimeout(again, 0);
    again();
  }), { maxTime: 1000 }));
  assert.equal(error.limit, 'maxTime');
});

test('setImmediate in a circle comes to an end by maxSteps', async () => {
  const error = await rejection(inGlobals(() => new Promise(() => {
    const again = () => setImmediate(again);
    again();
  }), { maxSteps: 10_000 }));
  assert.equal(error.limit, 'maxSteps');
});

/* ---- Belay's own globals. ----------------------------------------------- */

test('what is imported from belay-tasks takes part', async () => {
  const production = async (urls) => {
    const results = await belay.Task.asyncStream(urls, async (url, { sleep }) => {
      await sleep(2000);
      return url.length;
    }, { maxConcurrency: 2 }).toArray();
    await belay.sleep(500);
    return results.map(({ value }) => value);
  };
  const { value, elapsed, events } = await simulate(() => production(['a', 'bb', 'ccc']), { globals: true });
  assert.deepEqual(value, [1, 2, 3]);
  assert.equal(elapsed, 4500);
  assert.equal(events.filter(({ type }) => type === 'spawned').length, 3);
  assert.equal(await belay.Task.await(belay.Task.async(() => 'real again')), 'real again');
});

test('imported and given functions are of one root process', async () => {
  assert.deepEqual(await inGlobals(async ({ Task, Process }) => [
    belay.Process.self() === Process.self(),
    await Task.await(belay.Task.async(() => 1)),
    await belay.Task.await(Task.async(() => 2)),
    belay.inspect().root === Process.self(),
  ]), [true, 1, 2, true]);
});

test('a runtime that is made inside goes by virtual time', async () => {
  assert.deepEqual(await inGlobals(async ({ now }) => {
    const runtime = belay.createRuntime();
    const { Task } = runtime;
    const error = await Task.await(Task.async(({ sleep }) => sleep(60_000)), 7000).catch((reason) => reason);
    runtime.dispose();
    return [error.name, now()];
  }), ['TimeoutError', 7001]); // where a clock is cut to whole ms, one more is waited
});

test('a runtime that was there before keeps real time', async () => {
  const runtime = belay.createRuntime();
  const { Task } = runtime;
  const real = Task.await(Task.async(async ({ sleep }) => {
    const began = runtime.inspect().time;
    await sleep(20);
    return runtime.inspect().time - began;
  }));
  await inGlobals(({ sleep }) => sleep(3_600_000));
  const took = await real;
  assert.ok(took >= 20 && took < 3_600_000, `${took} ms`);
  runtime.dispose();
});

test('what a timer of the platform brings about happens at its time', async () => {
  const { events } = await simulate(async ({ Task }) => {
    const late = () => new Promise((resolve) => setTimeout(resolve, 120));
    await Task.await(Task.async(late));
    await Task.asyncStream([1], late).toArray();
    return Task.start(() => {});
  }, { globals: true });
  const times = (type) => events.filter((event) => event.type === type).map(({ time }) => time);
  assert.deepEqual(times('settled'), [120, 240, 240]);
  assert.deepEqual(times('waited'), [120]);
  assert.deepEqual(times('delivered'), [240]);
  assert.deepEqual(times('spawned'), [0, 120, 240]);
});

test('what returns at the very time of its deadline counts as before it', async () => {
  const { value } = await simulate(async ({ Task }) => {
    const task = Task.async(() => new Promise((resolve) => setTimeout(() => resolve('in time'), 100)));
    return Task.await(task, 100);
  }, { globals: true });
  assert.equal(value, 'in time');
});
