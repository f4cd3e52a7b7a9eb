/** How a simulation fails, and what is left of it then. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { createRuntime } from 'belay-tasks';
import {
  DeadlockError, RealIoError, SimulationError, simulate, UnboundedError,
} from 'belay-tasks/testing';
import { rejection } from './harness.mjs';

const silent = { onLog() {} };
const never = new Promise(() => {});

/** The error of a simulation, in which nothing may be left running. */
async function failureOf(main, options) {
  const error = await rejection(simulate(main, { ...silent, ...options }));
  assert.equal((await simulate(() => 'the next one')).value, 'the next one');
  return error;
}

/* ---- Main fails. -------------------------------------------------------- */

test('main rejects with the very error that it throws', async () => {
  const thrown = new RangeError('mine');
  assert.equal(await failureOf(async ({ sleep }) => {
    await sleep(5);
    throw thrown;
  }), thrown);
  assert.equal(await failureOf(() => {
    throw thrown;
  }), thrown);
});

test('the events, the time and the seed of a failed run are on its error', async () => {
  const error = await failureOf(async ({ Task, sleep }) => {
    Task.start(() => 1, { label: 'only' });
    await sleep(5);
    throw new Error('mine');
  }, { seed: 99 });
  const { events, elapsed, seed } = error.simulation;
  assert.deepEqual(events.map(({ type }) => type), ['spawned', 'waiting', 'started', 'settled', 'waited']);
  assert.equal(elapsed, 5);
  assert.equal(seed, 99);
  assert.deepEqual(Object.keys(error), [], 'it is not one of the fields that are shown and compared');
});

test('what cannot bear the events is passed on as it is', async () => {
  for (const thrown of ['text', 7, null, undefined, Object.freeze(new Error('frozen'))]) {
    assert.equal(await failureOf(async () => {
      throw thrown;
    }), thrown);
  }
});

test('one error that ends two runs bears the second one\'s events', async () => {
  const error = new Error('shared');
  for (const seed of [1, 2]) {
    assert.equal(await failureOf(() => Promise.reject(error), { seed }), error);
    assert.equal(error.simulation.seed, seed);
  }
});

/* ---- Something else fails. ---------------------------------------------- */

test('a linked task whose failure reaches nobody ends the run with it', async () => {
  const thrown = new Error('boom');
  const error = await failureOf(async ({ Task, sleep }) => {
    Task.async(() => {
      throw thrown;
    });
    await sleep(1000);
  });
  assert.equal(error, thrown);
  assert.equal(error.simulation.elapsed, 0);
});

test('it does so when main returns in the same turn', async () => {
  const thrown = new Error('boom');
  assert.equal(await failureOf(async ({ Task }) => {
    Task.async(() => {
      throw thrown;
    });
    await null;
    await null;
    await null;
    await null;
  }), thrown);
});

test('a linked failure without a handle ends the run, too', async () => {
  const error = await failureOf(async ({ Task, sleep }) => {
    Task.startLink(({ exit }) => exit('broken'));
    await sleep(1000);
  });
  assert.equal(error.name, 'ExitError');
  assert.equal(error.reason, 'broken');
});

test('a linked failure that is awaited in time is main\'s to handle', async () => {
  const { value } = await simulate(async ({ Task }) => {
    const task = Task.async(() => {
      throw new Error('boom');
    });
    return Task.await(task).catch(({ message }) => `handled ${message}`);
  });
  assert.equal(value, 'handled boom');
});

test('a listener that throws ends the run', async () => {
  for (const subscribe of [(scope) => scope.subscribe, (scope) => scope.runtime.subscribe]) {
    const error = await failureOf(async (scope) => {
      subscribe(scope)(() => {
        throw new Error('listener');
      });
      await scope.Task.await(scope.Task.async(() => 1));
      await scope.sleep(10);
    });
    assert.equal(error.message, 'listener');
  }
});

test('a listener that throws while main returns ends the run', async () => {
  const error = await failureOf(async ({ Task, subscribe }) => {
    subscribe(({ type }) => {
      if (type === 'settled') throw new Error('listener');
    });
    return Task.await(Task.async(() => 1));
  });
  assert.equal(error.message, 'listener');
});

test('an onLog that throws ends the run', async () => {
  const error = await failureOf(async ({ Task, sleep }) => {
    Task.start(() => {
      throw new Error('boom');
    });
    await sleep(10);
  }, {
    onLog() {
      throw new Error('log');
    },
  });
  assert.equal(error.message, 'log');
});

/* ---- Deadlock. ---------------------------------------------------------- */

test('a deadlock names who waits for whom', async () => {
  const error = await failureOf(async ({ Task, sleep }) => {
    await sleep(30);
    const task = Task.async(async ({ Task: Own }) => {
      const inner = Own.async(() => never, { label: 'inner' });
      return Own.await(inner, Infinity);
    }, { label: 'outer' });
    await Task.await(task, Infinity);
  });
  assert.ok(error instanceof DeadlockError);
  assert.ok(error instanceof SimulationError);
  assert.equal(error.code, 'BELAY_DEADLOCK');
  assert.deepEqual(error.waiting, [
    { pid: '<0.1>', label: 'main', what: 'await', on: { pid: '<1.1>', label: 'outer' } },
    { pid: '<1.1>', label: 'outer', what: 'await', on: { pid: '<2.1>', label: 'inner' } },
    { pid: '<2.1>', label: 'inner', what: 'body', on: null },
  ]);
  assert.equal(error.message, [
    'simulate: deadlock at 30 ms. Main has not settled, and nothing is left to happen:',
    '  main <0.1> awaits task <1.1> "outer"',
    '  task <1.1> "outer" awaits task <2.1> "inner"',
    '  task <2.1> "inner" is at work, or waits for a promise that is not Belay\'s',
  ].join('\n'));
  assert.equal(error.simulation.elapsed, 30);
});

const mainWaits = [
  ['for a promise of its own', () => never, 'body', null],
  ['for ever', ({ sleep }) => sleep(Infinity), 'sleep', null],
  ['for one of several', ({ Task }) => Task.awaitMany([Task.async(() => never, { label: 'a' })], Infinity),
    'await', { pid: '<1.1>', label: 'a' }],
  ['for a yield', ({ Task }) => Task.yield(Task.async(() => never, { label: 'a' }), Infinity),
    'yield', { pid: '<1.1>', label: 'a' }],
  ['for one that does not want to end', async ({ Task, sleep }) => {
    const task = Task.async(({ Process }) => {
      Process.flag('trapExit', true);
      return never;
    }, { label: 'a' });
    await sleep(1);
    await Task.shutdown(task, Infinity);
  }, 'shutdown', { pid: '<1.1>', label: 'a' }],
  ['for one that it ignored', async ({ Task }) => {
    const task = Task.async(() => never);
    await Task.ignore(task);
    await Task.await(task, Infinity);
  }, 'ignored', { pid: '<1.1>', label: '' }],
  ['for a monitor', ({ Task, Process }) => Process.monitor(Task.start(() => never)).down,
    'monitor', { pid: '<1.1>', label: '' }],
  ['for items', ({ Task }) => Task.asyncStream([1], () => never, { timeout: Infinity, label: 's' }).toArray(),
    'items', { pid: null, label: 's' }],
  ['for an input', ({ Task }) => Task.asyncStream({
    [Symbol.asyncIterator]: () => ({ next: () => never }),
  }, () => 1, { label: 's' }).toArray(), 'input', { pid: null, label: 's' }],
  ['for a supervisor', async ({ TaskSupervisor, sleep }) => {
    const pool = TaskSupervisor.start();
    TaskSupervisor.startChild(pool, ({ Process }) => {
      Process.flag('trapExit', true);
      return never;
    }, { shutdown: Infinity });
    await sleep(1);
    await pool.stop();
  }, 'stop', { pid: '<1.1>', label: '' }],
];

for (const [what, main, kind, on] of mainWaits) {
  test(`a deadlock is seen when main waits ${what}`, async () => {
    const error = await failureOf(main);
    assert.equal(error.name, 'DeadlockError');
    const [first] = error.waiting;
    assert.deepEqual(first, { pid: '<0.1>', label: 'main', what: kind, on });
    assert.match(error.message, /\n {2}main <0\.1> /);
  });
}

test('a deadlock of many tells of the first ones, and lists all', async () => {
  const error = await failureOf(({ Task }) =>
    Task.awaitMany(Array.from({ length: 30 }, () => Task.async(() => never)), Infinity));
  assert.equal(error.waiting.length, 60);
  assert.match(error.message, /\n {2}and 40 more$/);
});

test('a disposed runtime is no way out', async () => {
  const error = await failureOf(({ runtime, Task }) => {
    const task = Task.async(() => never);
    const awaited = Task.await(task, Infinity);
    runtime.dispose();
    return awaited;
  });
  assert.equal(error.name, 'DisposedError');
});

/* ---- Without an end. ---------------------------------------------------- */

test('waiting past maxTime is an error', async () => {
  const beat = async ({ Task, sleep }) => {
    Task.start(async (context) => {
      for (;;) await context.sleep(1000);
    }, { label: 'beat' });
    const task = Task.async(() => never, { label: 'stuck' });
    await sleep(1);
    await Task.await(task, Infinity);
  };
  const error = await failureOf(beat, { maxTime: 60_000 });
  assert.ok(error instanceof UnboundedError);
  assert.equal(error.code, 'BELAY_UNBOUNDED');
  assert.equal(error.limit, 'maxTime');
  assert.equal(error.simulation.elapsed, 60_000);
  assert.match(error.message, /60000 ms \(option maxTime\).*\n {2}main <0\.1> awaits task <2\.1> "stuck"/);
  assert.deepEqual(error.waiting.map(({ what }) => what).sort(), ['await', 'body', 'sleep']);
});

test('the end of maxTime itself can be reached', async () => {
  const { elapsed } = await simulate(({ sleep }) => sleep(500), { maxTime: 500 });
  assert.equal(elapsed, 500);
  assert.equal((await failureOf(({ sleep }) => sleep(501), { maxTime: 500 })).limit, 'maxTime');
});

test('maxTime is thirty days unless given', async () => {
  const days = (count) => ({ sleep }) => sleep(count * 24 * 3_600_000);
  assert.equal((await simulate(days(30))).elapsed, 30 * 24 * 3_600_000);
  assert.equal((await failureOf(days(30.5))).limit, 'maxTime');
});

const endless = {
  'sleep(0)': async ({ sleep }) => {
    for (;;) await sleep(0);
  },
  'sleep(0) whose errors are swallowed': async ({ sleep }) => {
    for (;;) await sleep(0).catch(() => {});
  },
  'sleep(0) in a try that catches all': async ({ sleep }) => {
    for (;;) {
      try {
        await sleep(0);
      } catch {
        // goes on
      }
    }
  },
  'tasks that are done': async ({ Task }) => {
    for (;;) await Task.await(Task.async(() => 1));
  },
  'one task that is done': async ({ Task }) => {
    const task = Task.async(() => 1);
    for (;;) await Task.await(task);
  },
  'an endless stream': ({ Task }) => Task.asyncStream((function* numbers() {
    for (let number = 0; ; number++) yield number;
  })(), (number) => number).toArray(),
  'an endless stream that is iterated': async ({ Task }) => {
    const numbers = (function* endlessly() {
      for (let number = 0; ; number++) yield number;
    })();
    let sum = 0;
    for await (const { value } of Task.asyncStream(numbers, (number) => number)) sum += value;
    return sum;
  },
  'a task that starts the next one': ({ Task }) => {
    const next = () => Task.start(next);
    next();
    return never;
  },
};

for (const [what, main] of Object.entries(endless)) {
  test(`no end at one instant is an error: ${what}`, async () => {
    const error = await failureOf(main, { maxSteps: 20_000 });
    assert.equal(error.name, 'UnboundedError');
    assert.equal(error.limit, 'maxSteps');
    assert.match(error.message, /20000 steps \(option maxSteps\)/);
    assert.equal(error.simulation.elapsed, 0);
  });
}

test('no end at one instant is an error: immediates that are real', async () => {
  let isOver = false;
  const error = await failureOf(async () => {
    while (!isOver) await new Promise((resolve) => setImmediate(resolve));
  }, { maxSteps: 20_000 });
  isOver = true; // nobody stops them else
  assert.equal(error.limit, 'maxSteps');
});

/* ---- The world outside. ------------------------------------------------- */

const servers = [];
const closeServers = () => servers.splice(0).forEach((server) => server.close());
const outside = {
  FSReqPromise: () => readFile(new URL(import.meta.url)),
  Timeout: () => new Promise((resolve) => setTimeout(resolve, 5)),
  TCPServerWrap: () => new Promise((resolve) => {
    servers.push(createServer(resolve).listen(0, '127.0.0.1'));
  }),
};

for (const [kind, main] of Object.entries(outside)) {
  test(`real I/O is an error that names its kind: ${kind}`, async () => {
    const error = await failureOf(main);
    closeServers();
    assert.ok(error instanceof RealIoError);
    assert.equal(error.code, 'BELAY_REAL_IO');
    assert.equal(error.kind, kind);
  });

  test(`time does not jump over real I/O: ${kind}`, async () => {
    const error = await failureOf(async (scope) => {
      main().catch(() => {});
      await scope.sleep(10_000);
    });
    closeServers();
    assert.equal(error.kind, kind);
    assert.equal(error.simulation.elapsed, 0);
  });
}

test('work of other threads that main awaits is an error', async () => {
  const digest = () => crypto.subtle.digest('SHA-256', new Uint8Array(1000));
  const immediate = () => new Promise((resolve) => setImmediate(resolve));
  for (const main of [
    digest,
    ({ sleep }) => digest().then(() => sleep(1)),
    async ({ sleep }) => {
      const digested = digest().then(() => sleep(1));
      for (let count = 0; count < 1000; count++) await immediate();
      await digested;
    },
  ]) {
    for (let count = 0; count < 5; count++) {
      const error = await failureOf(main);
      assert.equal(error.name, 'RealIoError');
      assert.equal(error.kind, 'unknown');
    }
  }
});

test('a callback from outside that takes part is an error', async () => {
  let wake = () => {};
  const real = setInterval(() => wake(), 1);
  const error = await failureOf(({ Task }) => {
    const task = Task.async(() => new Promise((resolve) => {
      wake = resolve;
    }));
    return Task.await(task, Infinity);
  });
  clearInterval(real);
  assert.equal(error.name, 'RealIoError');
});

test('what others have open, or open meanwhile, is no error', async () => {
  const others = setInterval(() => readFile(new URL(import.meta.url)).catch(() => {}), 1);
  const runtime = createRuntime();
  const theirs = runtime.Task.await(runtime.Task.async(({ sleep }) => sleep(30)));
  try {
    for (let count = 0; count < 20; count++) {
      const { elapsed } = await simulate(async ({ sleep }) => {
        for (let step = 0; step < 500; step++) await sleep(1000);
      });
      assert.equal(elapsed, 500_000);
    }
    await theirs;
  } finally {
    clearInterval(others);
    runtime.dispose();
  }
});

test('what is written to the console is no error', async () => {
  const { value } = await simulate(async ({ sleep }) => {
    process.stderr.write('');
    await sleep(1);
    console.debug('%s', '# a line from inside of a simulation');
    await sleep(1);
    return 'done';
  });
  assert.equal(value, 'done');
});

/* ---- At the call. ------------------------------------------------------- */

test('there is one simulation at a time', async () => {
  const nested = await failureOf(() => simulate(() => 1));
  assert.equal(nested.name, 'SimulationError');
  assert.equal(nested.code, 'BELAY_SIMULATION');
  assert.match(nested.message, /one at a time/);

  const first = simulate(({ sleep }) => sleep(1));
  assert.throws(() => simulate(() => 1), SimulationError);
  await first;
  assert.equal((await simulate(() => 1)).value, 1);
});

test('a wrong argument is refused at the call, with what is accepted', () => {
  for (const [given, type, text] of [
    [[], TypeError, /simulate: main must be a function; got undefined/],
    [['main'], TypeError, /main must be a function; got "main"/],
    [[() => 1, 5], TypeError, /options must be an object; got 5/],
    [[() => 1, { sed: 1 }], TypeError, /unknown option "sed"; accepted are seed, globals, startTime/],
    [[() => 1, { seed: 1.5 }], RangeError, /option seed must be a safe integer or a string; got 1\.5/],
    [[() => 1, { seed: 2 ** 53 }], RangeError, /option seed/],
    [[() => 1, { seed: 1n }], TypeError, /option seed .* got 1n/],
    [[() => 1, { seed: null }], TypeError, /option seed .* got null/],
    [[() => 1, { globals: 'yes' }], TypeError, /option globals must be true or false; got "yes"/],
    [[() => 1, { startTime: NaN }], RangeError, /option startTime/],
    [[() => 1, { startTime: '2000-01-01' }], TypeError, /option startTime .* got "2000-01-01"/],
    [[() => 1, { startTime: new Date(NaN) }], RangeError, /option startTime must be a valid Date/],
    [[() => 1, { startTime: 9e15 }], RangeError, /option startTime/],
    [[() => 1, { maxTime: -1 }], RangeError, /option maxTime .* got -1/],
    [[() => 1, { maxTime: '1' }], TypeError, /option maxTime/],
    [[() => 1, { maxSteps: 0 }], RangeError, /option maxSteps must be a whole number, 1 or more.* got 0/],
    [[() => 1, { maxSteps: 1.5 }], RangeError, /option maxSteps/],
    [[() => 1, { onLog: 1 }], TypeError, /option onLog must be a function; got 1/],
    [[() => 1, { trace: 1 }], TypeError, /option trace must be true or false/],
    [[() => 1, { wasm: 1 }], TypeError, /option wasm/],
  ]) {
    assert.throws(() => simulate(...given), (error) => {
      assert.ok(error instanceof type, `${text}: ${error}`);
      assert.match(error.message, text);
      return true;
    });
  }
});

test('bytes that are no kernel are refused, and the next simulation runs', async () => {
  assert.throws(() => simulate(() => 1, { wasm: new Uint8Array(4) }), WebAssembly.CompileError);
  assert.equal((await simulate(() => 1)).value, 1);
});
