import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExitError, MaxChildrenError, NoProcError, TimeoutError } from 'belay-tasks';
import { simulate } from 'belay-tasks/testing';
import { insideOf } from '../../bindings/js/public-runtime.js';
import { collect, deferred, failed, ok, quiet, rejection, scenario, stateOf } from './harness.mjs';

/** Numbers below `end`, telling what is pulled and whether it was closed. */
function watched(end) {
  const log = { pulled: [], closed: 0 };
  log.items = {
    *[Symbol.iterator]() {
      try {
        for (let n = 0; n < end; n++) {
          log.pulled.push(n);
          yield n;
        }
      } finally {
        log.closed++;
      }
    },
  };
  return log;
}

/** A body whose items end when they are told to. */
function controlled() {
  const gates = new Map();
  const running = new Set();
  let most = 0;
  const body = async (item) => {
    running.add(item);
    most = Math.max(most, running.size);
    gates.set(item, deferred());
    try {
      return await gates.get(item).promise;
    } finally {
      running.delete(item);
    }
  };
  return {
    body,
    running: () => [...running],
    most: () => most,
    async end(item, value = item) {
      gates.get(item).resolve(value);
      await quiet();
    },
    async fail(item, error) {
      gates.get(item).reject(error);
      await quiet();
    },
    endAll() {
      for (const gate of gates.values()) gate.resolve();
    },
  };
}

scenario('a stream gives one settled entry per item, in order', async ({ Task }) => {
  const stream = Task.asyncStream([1, 2, 3], async (n) => n * 2);
  assert.deepEqual(await collect(stream), [ok(2), ok(4), ok(6)]);
  assert.deepEqual(await stream.toArray(), [ok(2), ok(4), ok(6)]);
  assert.deepEqual((await collect(stream.batches())).flat(), [ok(2), ok(4), ok(6)]);
});

scenario('S1: nothing is read or started until it is iterated; each iteration starts afresh', async ({ Task }) => {
  const log = watched(2);
  const stream = Task.asyncStream(log.items, (n) => n);
  const iterator = stream[Symbol.asyncIterator]();
  await quiet();
  assert.deepEqual(log.pulled, []);
  assert.deepEqual(await iterator.next(), { done: false, value: ok(0) });
  assert.deepEqual(await iterator.return('x'), { done: true, value: 'x' });
  assert.deepEqual(await stream.toArray(), [ok(0), ok(1)]);
  assert.equal(log.closed, 2);
});

scenario('S8: an empty input gives an empty result', async ({ Task }) => {
  assert.deepEqual(await Task.asyncStream([], () => 1).toArray(), []);
  assert.deepEqual(await collect(Task.asyncStream([], () => 1)), []);
  assert.deepEqual(await collect(Task.asyncStream([], () => 1).batches()), []);
  async function* nothing() {}
  assert.deepEqual(await Task.asyncStream(nothing(), () => 1, { maxConcurrency: 1000 }).toArray(), []);
});

scenario('S9, S10: never more than maxConcurrency run at once', async ({ Task }) => {
  const log = watched(5);
  const work = controlled();
  const all = Task.asyncStream(log.items, work.body, { maxConcurrency: 2 }).toArray();
  await quiet();
  assert.deepEqual(log.pulled, [0, 1]);
  assert.deepEqual(work.running(), [0, 1]);
  await work.end(0);
  assert.deepEqual(log.pulled, [0, 1, 2]);
  await work.end(1);
  await work.end(2);
  await work.end(3);
  await work.end(4);
  assert.deepEqual(await all, [0, 1, 2, 3, 4].map((n) => ok(n)));
  assert.equal(work.most(), 2);
  assert.equal(log.closed, 1);
});

scenario('S11: while the consumer is busy nothing is pulled or started', async ({ Task }) => {
  const log = watched(6);
  const work = controlled();
  const iterator = Task.asyncStream(log.items, work.body, { maxConcurrency: 2 })[Symbol.asyncIterator]();
  const first = iterator.next();
  await quiet();
  await work.end(0);
  assert.deepEqual(await first, { done: false, value: ok(0) });
  await work.end(1);
  const pulled = log.pulled.length;
  await quiet();
  assert.equal(log.pulled.length, pulled);
  assert.ok(pulled <= 3);
  await iterator.return();
  work.endAll();
});

scenario('S12: ordered: a slow head holds back results, not work', async ({ Task }) => {
  const work = controlled();
  const seen = [];
  const done = (async () => {
    for await (const { value } of Task.asyncStream([0, 1, 2, 3], work.body, { maxConcurrency: 2 })) seen.push(value);
  })();
  await quiet();
  await work.end(1);
  await work.end(2);
  await work.end(3);
  assert.deepEqual(seen, []);
  await work.end(0);
  await done;
  assert.deepEqual(seen, [0, 1, 2, 3]);
});

scenario('without maxConcurrency, maxBuffered bounds it', async ({ Task }) => {
  const log = watched(9);
  const work = controlled();
  const all = Task.asyncStream(log.items, work.body, { maxBuffered: 1 }).toArray();
  await quiet();
  assert.deepEqual(log.pulled, [0]);
  for (let n = 0; n < 9; n++) await work.end(n);
  assert.equal((await all).length, 9);
});

scenario('maxBuffered bounds what waits behind a slow head', async ({ Task }) => {
  const log = watched(100);
  const work = controlled();
  const all = Task.asyncStream(log.items, work.body, { maxConcurrency: 2, maxBuffered: 3 }).toArray();
  await quiet();
  await work.end(1);
  await work.end(2);
  assert.deepEqual(log.pulled, [0, 1, 2]);
  await work.end(0);
  assert.deepEqual(log.pulled, [0, 1, 2, 3, 4]);
  for (let n = 3; n < 100; n++) await work.end(n);
  assert.equal((await all).length, 100);
});

scenario('S14: unordered: each result comes as its task ends', async ({ Task }) => {
  const work = controlled();
  const seen = [];
  const done = (async () => {
    const stream = Task.asyncStream([0, 1, 2], work.body, { maxConcurrency: 3, ordered: false });
    for await (const { value } of stream) seen.push(value);
  })();
  await quiet();
  await work.end(2);
  await work.end(0);
  assert.deepEqual(seen, [2, 0]);
  await work.end(1);
  await done;
});

scenario('an endless input works', async ({ Task }) => {
  function* numbers() {
    for (let n = 0; ; n++) yield n;
  }
  const seen = [];
  for await (const { value } of Task.asyncStream(numbers(), (n) => n, { maxConcurrency: 3 })) {
    seen.push(value);
    if (seen.length === 1000) break;
  }
  assert.equal(seen.at(-1), 999);
});

scenario('an async input is read one element at a time and closed at its end', async ({ Task }) => {
  let reading = 0;
  let closed = 0;
  async function* input() {
    try {
      for (let n = 0; n < 5; n++) {
        assert.equal(++reading, 1);
        await quiet();
        reading--;
        yield n;
      }
    } finally {
      closed++;
    }
  }
  const seen = await Task.asyncStream(input(), (n) => n, { maxConcurrency: 2 }).toArray();
  assert.deepEqual(seen.map(({ value }) => value), [0, 1, 2, 3, 4]);
  assert.equal(closed, 1);
});

scenario('promises among the items are passed on as they are', async ({ Task }) => {
  const item = Promise.resolve(1);
  const [entry] = await Task.asyncStream([item], (given) => given === item).toArray();
  assert.deepEqual(entry, ok(true));
});

scenario('S24: killTask gives a rejected entry and goes on', async ({ Task, clock }) => {
  const work = controlled();
  const all = Task.asyncStream(['a', 'b'], work.body, {
    maxConcurrency: 1, timeout: 100, onTimeout: 'killTask', zipInputOnExit: true, label: 'fetch',
  }).toArray();
  await clock.advance(100);
  assert.deepEqual(work.running(), ['a', 'b']);
  await work.end('b');
  const [first, second] = await all;
  assert.equal(first.status, 'rejected');
  assert.ok(first.reason instanceof TimeoutError);
  assert.equal(first.reason.timeout, 100);
  assert.match(first.reason.message, /"fetch".*100 ms/);
  assert.match(first.reason.startedAt, /stream\.test\.mjs/);
  assert.equal(first.input, 'a');
  assert.deepEqual(second, ok('b'));
  work.endAll();
});

scenario('S25: by default a timeout ends the stream', async ({ Task, clock }) => {
  const log = watched(3);
  const work = controlled();
  const all = rejection(Task.asyncStream(log.items, work.body, { maxConcurrency: 2, timeout: 100 }).toArray());
  await clock.advance(100);
  const error = await all;
  assert.ok(error instanceof TimeoutError);
  assert.equal(error.timeout, 100);
  assert.equal(log.closed, 1);
  work.endAll();
});

test('the error of a stream that timed out tells the item whose time was up', async () => {
  const program = async ({ Task, TaskSupervisor, Process, subscribe, sleep, random }) => {
    const late = [];
    const pids = [];
    subscribe(({ type, what, pid }) => { if (type === 'timedOut' && what === 'item') late.push(pid); });
    const supervisor = TaskSupervisor.start();
    const body = async (n, { self, sleep: rest }) => {
      pids[n] = self;
      if (random.int(1, 6) === 1) throw new Error('boom');
      await rest(random.int(6, 12));
    };
    const stream = TaskSupervisor.asyncStreamNolink(supervisor, Array(40).keys(), body, {
      maxConcurrency: random.int(1, 6), ordered: random.int(0, 1) === 1, timeout: 10, label: 'work',
    });
    const killer = Task.async(async ({ sleep: rest }) => {
      for (;;) {
        await rest(random.int(1, 5));
        const items = TaskSupervisor.children(supervisor);
        if (items.length > 0) Process.exit(items[random.int(0, items.length - 1)], 'kill');
      }
    });
    let error = null;
    try {
      for await (const entry of stream) await sleep(entry.status === 'fulfilled' ? random.int(0, 9) : 0);
    } catch (thrown) {
      error = thrown;
    }
    await Task.shutdown(killer, 'brutalKill');
    return { error, late, pids };
  };
  let several = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const { error, late, pids } = (await simulate(program, { seed })).value;
    assert.equal(error === null, late.length === 0, `seed ${seed}`);
    if (error === null) continue;
    if (late.length > 1) several++;
    assert.deepEqual([error.pid, error.label], [late[0], 'work'], `seed ${seed}`);
    assert.equal(pids.lastIndexOf(error.pid), error.index, `seed ${seed}`);
    assert.equal(error.message, `task ${error.pid} "work" for item ${error.index} of a stream was not done within 10 ms`);
  }
  assert.ok(several > 10, `${several} seeds with several late items`);
});

scenario('S20: each item has a timer of its own, from its own start', async ({ Task, clock }) => {
  const work = controlled();
  const all = Task.asyncStream(['a', 'b'], work.body, {
    maxConcurrency: 1, timeout: 100, onTimeout: 'killTask',
  }).toArray();
  await clock.advance(90);
  await work.end('a');
  await clock.advance(90);
  await work.end('b');
  assert.deepEqual(await all, [ok('a'), ok('b')]);
});

scenario('a signal of an item aborts when its time is up', async ({ Task, clock }) => {
  let aborted = null;
  const all = Task.asyncStream([1], (item, { signal, sleep }) => {
    signal.addEventListener('abort', () => {
      aborted = signal.reason;
    });
    return sleep(Infinity);
  }, { timeout: 5, onTimeout: 'killTask' }).toArray();
  await clock.advance(5);
  await all;
  assert.equal(aborted.reason, 'killed');
});

scenario('S29: a crash of a linked item ends the stream with its bare reason', async ({ Task }) => {
  const log = watched(4);
  const work = controlled();
  const error = new Error('boom');
  const seen = [];
  const done = (async () => {
    for await (const entry of Task.asyncStream(log.items, work.body, { maxConcurrency: 3 })) seen.push(entry);
  })();
  const outcome = rejection(done);
  await quiet();
  await work.end(0);
  await work.fail(2, error);
  assert.equal(await outcome, error);
  assert.deepEqual(seen, [ok(0)]);
  assert.equal(log.closed, 1);
  work.endAll();
});

scenario('a crash while the consumer is busy shows at the next next()', async ({ Task }) => {
  const work = controlled();
  const error = new Error('boom');
  const iterator = Task.asyncStream([0, 1], work.body, { maxConcurrency: 2 })[Symbol.asyncIterator]();
  const first = iterator.next();
  await quiet();
  await work.end(0);
  await first;
  await work.fail(1, error);
  assert.equal(await rejection(iterator.next()), error);
  assert.deepEqual(await iterator.next(), { done: true, value: undefined });
});

scenario('S31: exit(normal) in an item hurts nobody', async ({ Task }) => {
  const [entry, other] = await Task.asyncStream([1, 2], (n, { exit }) => (n === 1 ? exit() : n)).toArray();
  assert.equal(entry.status, 'rejected');
  assert.ok(entry.reason instanceof ExitError);
  assert.equal(entry.reason.reason, 'normal');
  assert.deepEqual(other, ok(2));
});

scenario('S32: a consumer that traps exits gets crashes as entries', async ({ Task, Process }) => {
  const error = new Error('boom');
  Process.flag('trapExit', true);
  const entries = await Task.asyncStream([1, 2], (n) => {
    if (n === 1) throw error;
    return n;
  }).toArray();
  assert.deepEqual(entries, [failed(error), ok(2)]);
  Process.flag('trapExit', false);
});

scenario('S33: without links a crash is an entry, with its input if asked for', async ({ TaskSupervisor, logged }) => {
  const error = new Error('boom');
  const supervisor = TaskSupervisor.start();
  const body = (n) => {
    if (n === 1) throw error;
    return n;
  };
  const stream = TaskSupervisor.asyncStreamNolink(supervisor, [1, 2], body, { zipInputOnExit: true });
  assert.deepEqual(await stream.toArray(), [{ ...failed(error), input: 1 }, ok(2)]);
  assert.deepEqual(logged, []);
  await supervisor.stop();
});

scenario('S35: leaving early kills what runs, then closes the input, then goes on', async ({ Task, Process }) => {
  const log = watched(10);
  const work = controlled();
  const done = (async () => {
    for await (const { value } of Task.asyncStream(log.items, work.body, { maxConcurrency: 3 })) return value;
    return null;
  })();
  await quiet();
  await work.end(0);
  assert.equal(await done, 0);
  assert.equal(log.closed, 1);
  assert.deepEqual(Process.list(), [Process.self()]);
  work.endAll();
});

scenario('S37: an error in the loop closes the stream and goes on', async ({ Task }) => {
  const log = watched(10);
  const error = new Error('mine');
  const done = (async () => {
    for await (const entry of Task.asyncStream(log.items, (n) => n, { maxConcurrency: 2 })) throw error;
  })();
  assert.equal(await rejection(done), error);
  assert.equal(log.closed, 1);
});

scenario('S38: an input that throws ends the stream with that error', async ({ Task }) => {
  const error = new Error('input');
  function* sync() {
    yield 1;
    throw error;
  }
  async function* asynchronous() {
    yield 1;
    throw error;
  }
  for (const items of [sync, asynchronous]) {
    assert.equal(await rejection(Task.asyncStream(items(), (n) => n, { maxConcurrency: 2 }).toArray()), error);
    assert.equal(await rejection(collect(Task.asyncStream(items(), (n) => n, { maxConcurrency: 1 }))), error);
  }
});

scenario('an input whose iterator is broken ends the stream with an error', async ({ Task }) => {
  const broken = [
    { [Symbol.iterator]() { throw new RangeError('no'); } },
    { [Symbol.iterator]: () => ({ next: () => 5 }) },
    { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(5) }) },
    { [Symbol.asyncIterator]: () => ({ next() { throw new RangeError('no'); } }) },
  ];
  for (const items of broken) {
    const error = await rejection(Task.asyncStream(items, (n) => n).toArray());
    assert.ok(error instanceof RangeError || error instanceof TypeError);
  }
});

scenario('what is no iterator is told with the call and the argument', async ({ Task }) => {
  for (const method of ['iterator', 'asyncIterator']) {
    for (const [given, shown] of [[null, 'null'], [undefined, 'undefined'], [{}, '{}'], [5, '5']]) {
      const items = { [Symbol[method]]: () => given };
      const { name, message } = await rejection(Task.asyncStream(items, (n) => n).toArray());
      assert.equal(name, 'TypeError');
      assert.equal(message, `Task.asyncStream: items[Symbol.${method}]() must give an iterator, which has next(); got ${shown}`);
    }
  }
});

scenario('the steps of an iterator may be functions, which are objects', async ({ Task }) => {
  const iterator = () => {
    let count = 0;
    return { next: () => Object.assign(() => {}, { done: count > 1, value: count++ }) };
  };
  for (const method of ['iterator', 'asyncIterator']) {
    assert.deepEqual(await Task.asyncStream({ [Symbol[method]]: iterator }, (n) => n).toArray(), [ok(0), ok(1)]);
  }
});

scenario('an error of the input while it is closed reaches who left early', async ({ Task }) => {
  const error = new Error('cleanup');
  const items = {
    [Symbol.iterator]: () => ({
      next: () => ({ done: false, value: 1 }),
      return() { throw error; },
    }),
  };
  const iterator = Task.asyncStream(items, (n) => n, { maxConcurrency: 1 })[Symbol.asyncIterator]();
  await iterator.next();
  assert.equal(await rejection(iterator.return()), error);
});

scenario('leaving early does not wait for an async input in the middle of a read', async ({ Task }) => {
  let returned = false;
  let count = 0;
  const items = {
    [Symbol.asyncIterator]: () => ({
      next: () => (count++ === 0 ? Promise.resolve({ done: false, value: 1 }) : new Promise(() => {})),
      return() {
        returned = true;
        return new Promise(() => {});
      },
    }),
  };
  const iterator = Task.asyncStream(items, (n) => n, { maxConcurrency: 2 })[Symbol.asyncIterator]();
  const pending = iterator.next();
  await quiet();
  await iterator.return();
  assert.equal(returned, true);
  assert.deepEqual(await pending, { done: true, value: undefined });
});

scenario('next() may be called several times at once; answers come in order', async ({ Task }) => {
  const work = controlled();
  const iterator = Task.asyncStream([0, 1, 2], work.body, { maxConcurrency: 3 })[Symbol.asyncIterator]();
  const waiting = Array.from({ length: 5 }, () => iterator.next());
  await quiet();
  await work.end(2);
  await work.end(1);
  await work.end(0);
  const results = await Promise.all(waiting);
  assert.deepEqual(results.map(({ value, done }) => (done ? 'end' : value.value)), [0, 1, 2, 'end', 'end']);
});

scenario('throw() closes the stream and rejects', async ({ Task }) => {
  const log = watched(9);
  const iterator = Task.asyncStream(log.items, (n) => n, { maxConcurrency: 1 })[Symbol.asyncIterator]();
  await iterator.next();
  const error = new Error('mine');
  assert.equal(await rejection(iterator.throw(error)), error);
  assert.equal(log.closed, 1);
  assert.deepEqual(await iterator.next(), { done: true, value: undefined });
});

scenario('a signal ends the stream with its reason', async ({ Task }) => {
  const log = watched(9);
  const controller = new AbortController();
  const work = controlled();
  const stream = Task.asyncStream(log.items, work.body, { maxConcurrency: 2, signal: controller.signal });
  const all = rejection(stream.toArray());
  await quiet();
  controller.abort('enough');
  assert.equal(await all, 'enough');
  assert.equal(log.closed, 1);
  assert.equal(await rejection(stream.toArray()), 'enough');
  assert.equal(await rejection(collect(stream)), 'enough');
  assert.deepEqual(log.pulled, [0, 1]);
  work.endAll();
});

scenario('batches give what is ready, at most as much as runs at once waits', async ({ Task }) => {
  const work = controlled();
  const iterator = Task.asyncStream([0, 1, 2, 3, 4, 5], work.body, { maxConcurrency: 3 }).batches()[Symbol.asyncIterator]();
  const first = iterator.next();
  await quiet();
  await work.end(1);
  assert.equal(await stateOf(first), 'pending');
  await work.end(0);
  assert.deepEqual((await first).value, [ok(0), ok(1)]);
  await work.end(2);
  await work.end(3);
  assert.deepEqual((await iterator.next()).value, [ok(2), ok(3)]);
  await work.end(4);
  await work.end(5);
  const rest = [(await iterator.next()).value];
  assert.deepEqual(rest.flat(), [ok(4), ok(5)]);
  assert.deepEqual(await iterator.next(), { done: true, value: undefined });
});

scenario('the items of a batch that is taken at once follow in the places of the last one\'s', async ({ Task, runtime }) => {
  const { kernel } = insideOf(runtime);
  const { streamPush } = kernel;
  let pushes = 0;
  kernel.streamPush = (...words) => {
    pushes++;
    return streamPush.apply(kernel, words);
  };
  const items = Array.from({ length: 1000 }, (_, index) => index);
  const batches = await collect(Task.asyncStream(items, async (n) => n, { maxConcurrency: 100 }).batches());
  assert.deepEqual(batches.map(({ length }) => length), Array(10).fill(100));
  assert.deepEqual(batches.flat(), items.map(ok));
  assert.equal(pushes, 1);
});

scenario('several waiting next() of batches are answered in order', async ({ Task }) => {
  const iterator = Task.asyncStream([0, 1, 2], async (n) => n, { maxConcurrency: 1 }).batches()[Symbol.asyncIterator]();
  const results = await Promise.all([iterator.next(), iterator.next(), iterator.next(), iterator.next()]);
  assert.deepEqual(results.flatMap(({ value }) => value ?? []), [ok(0), ok(1), ok(2)]);
});

scenario('leaving batches early closes the input', async ({ Task }) => {
  const log = watched(100);
  for await (const batch of Task.asyncStream(log.items, (n) => n, { maxConcurrency: 4 }).batches()) {
    assert.ok(batch.length >= 1);
    break;
  }
  assert.equal(log.closed, 1);
});

scenario('S45: a supervisor without room ends the stream', async ({ TaskSupervisor }) => {
  const log = watched(9);
  const work = controlled();
  const supervisor = TaskSupervisor.start({ maxChildren: 1 });
  const stream = TaskSupervisor.asyncStream(supervisor, log.items, work.body, { maxConcurrency: 2 });
  const error = await rejection(stream.toArray());
  assert.ok(error instanceof MaxChildrenError);
  assert.equal(error.limit, 1);
  assert.equal(log.closed, 1);
  work.endAll();
  await supervisor.stop();
});

scenario('S46: as many as there are free places is enough', async ({ TaskSupervisor }) => {
  const supervisor = TaskSupervisor.start({ maxChildren: 2 });
  const stream = TaskSupervisor.asyncStream(supervisor, [1, 2, 3, 4], async (n) => n, { maxConcurrency: 2 });
  assert.equal((await stream.toArray()).length, 4);
  await supervisor.stop();
});

scenario('S47: a supervisor that is gone: NoProcError at the first next', async ({ TaskSupervisor }) => {
  const supervisor = TaskSupervisor.start();
  const stream = TaskSupervisor.asyncStream(supervisor, [1], (n) => n);
  const named = TaskSupervisor.asyncStream('nobody', [1], (n) => n);
  await supervisor.stop();
  for (const each of [stream, named]) {
    assert.ok((await rejection(each.toArray())) instanceof NoProcError);
    assert.ok((await rejection(collect(each))) instanceof NoProcError);
  }
});

scenario('S48: the supervisor stops while items run: unlinked ones end with shutdown', async ({ TaskSupervisor }) => {
  const supervisor = TaskSupervisor.start();
  const work = controlled();
  const iterator = TaskSupervisor.asyncStreamNolink(supervisor, [1, 2, 3], work.body, { maxConcurrency: 2 })[Symbol.asyncIterator]();
  const first = iterator.next();
  await quiet();
  await supervisor.stop();
  work.endAll();
  const outcome = await first.then(({ value }) => value, (error) => error);
  if (outcome instanceof Error) assert.ok(outcome instanceof NoProcError);
  else assert.equal(outcome.reason.reason, 'shutdown');
  const last = await iterator.next().then(({ value }) => value, (error) => error);
  assert.ok(last === undefined || last instanceof NoProcError || last.reason.reason === 'shutdown');
  await iterator.return();
});

scenario('S40: the consumer ends abnormally: linked items end with it', async ({ Task, Process }) => {
  const work = controlled();
  const log = watched(9);
  const task = Task.async((context) => context.Task.asyncStream(log.items, work.body, { maxConcurrency: 2 }).toArray());
  await quiet();
  assert.equal(work.running().length, 2);
  Process.exit(task.pid, 'because');
  assert.equal((await rejection(Task.await(task))).reason, 'because');
  assert.deepEqual(Process.list(), [Process.self()]);
  await quiet();
  assert.equal(log.closed, 1);
  work.endAll();
});

scenario('S41: the consumer ends: unlinked items run on', async ({ Task, TaskSupervisor, Process }) => {
  const supervisor = TaskSupervisor.start();
  const work = controlled();
  const task = Task.async((context) =>
    context.TaskSupervisor.asyncStreamNolink(supervisor, [1, 2, 3], work.body, { maxConcurrency: 2 }).toArray());
  await quiet();
  await Task.shutdown(task);
  assert.equal(TaskSupervisor.children(supervisor).length, 2);
  await work.end(1);
  await work.end(2);
  assert.equal(TaskSupervisor.children(supervisor).length, 0);
  assert.equal(Process.list().length, 2);
  await supervisor.stop();
});

scenario('S42: the consumer ends normally half-way: linked items run on', async ({ Task, Process }) => {
  const work = controlled();
  await Task.await(Task.async((context) => {
    const iterator = context.Task.asyncStream([1, 2], work.body, { maxConcurrency: 2 })[Symbol.asyncIterator]();
    iterator.next().catch(() => {});
    return quiet();
  }));
  await quiet();
  assert.equal(Process.list().length, 3);
  await work.end(1);
  await work.end(2);
});

scenario('S26, S27: a timeout in a body that catches it leaves the siblings running', async ({ Task, Process, clock }) => {
  const work = controlled();
  const gate = deferred();
  const task = Task.async(async (context) => {
    const stream = context.Task.asyncStream([1, 2], (n, { sleep }) => (n === 1 ? sleep(Infinity) : work.body(n)), {
      maxConcurrency: 2, timeout: 10,
    });
    const error = await rejection(stream.toArray());
    assert.ok(error instanceof TimeoutError);
    await gate.promise;
    return 'survived';
  });
  await clock.advance(9);
  await work.end(2);
  await clock.advance(1);
  gate.resolve();
  assert.equal(await Task.await(task), 'survived');
  assert.deepEqual(Process.list(), [Process.self()]);
});

scenario('maxAbandoned holds further starts back until killed bodies return', async ({ Task, clock }) => {
  const work = controlled();
  const log = watched(3);
  const all = Task.asyncStream(log.items, work.body, {
    maxConcurrency: 1, timeout: 10, onTimeout: 'killTask', maxAbandoned: 0,
  }).toArray();
  await clock.advance(10);
  assert.deepEqual(log.pulled, [0]);
  await work.end(0);
  assert.deepEqual(log.pulled, [0, 1]);
  await work.end(1);
  await work.end(2);
  const entries = await all;
  assert.ok(entries[0].reason instanceof TimeoutError);
  assert.deepEqual(entries.slice(1), [ok(1), ok(2)]);
});

scenario('inspect tells of a stream that is being iterated', async ({ Task, Process, runtime }) => {
  const work = controlled();
  const iterator = Task.asyncStream([0, 1, 2], work.body, { maxConcurrency: 2, label: 'pages' })[Symbol.asyncIterator]();
  const first = iterator.next();
  await quiet();
  await work.end(1);
  const { streams, buffered } = runtime.inspect();
  const [{ id, ...stream }] = streams;
  assert.equal(typeof id, 'number');
  assert.deepEqual(stream, {
    consumer: Process.self(), label: 'pages', supervisor: null, limit: 2, inFlight: 2, buffered: 1, abandoned: 0,
    started: 3, delivered: 0,
  });
  assert.equal(buffered, 1);
  await iterator.return();
  assert.deepEqual(await first, { done: true, value: undefined });
  work.endAll();
});

scenario('200,000 items go through without leaving a record, in bounded places', async ({ Task, runtime }) => {
  let sum = 0;
  let most = 0;
  function* numbers() {
    for (let n = 0; n < 200_000; n++) yield n;
  }
  const body = async (n) => n;
  for await (const batch of Task.asyncStream(numbers(), body, { maxConcurrency: 100 }).batches()) {
    for (const { value } of batch) sum += value;
    most = Math.max(most, runtime.memory().processes);
  }
  assert.equal(sum, 19_999_900_000);
  assert.ok(most <= 300, `${most} processes at once`);
  assert.ok(runtime.memory().kernelBytes < 1_000_000);
});

scenario('items of a closed stream leave no values behind', async ({ Task }) => {
  const work = controlled();
  const iterator = Task.asyncStream([0, 1, 2, 3], work.body, { maxConcurrency: 4 })[Symbol.asyncIterator]();
  const first = iterator.next();
  await quiet();
  await work.end(3, { large: true });
  await work.end(2, { large: true });
  await iterator.return();
  await first;
  work.endAll();
});

scenario('a consumer that is slow, quick, and leaves pulls an element for each result', async ({ Task }) => {
  const begun = [];
  const items = Array.from({ length: 50 }, (_, index) => index);
  const results = [];
  for await (const { value } of Task.asyncStream(items, async (item) => {
    begun.push(item);
    return item;
  }, { maxConcurrency: 4 })) {
    results.push(value);
    if (value % 5 === 0) for (let turn = 0; turn < 10; turn++) await null;
    assert.ok(begun.length <= results.length + 4, `${begun.length} begun after ${results.length} results`);
    if (value === 40) break;
  }
  assert.deepEqual(results, items.slice(0, 41));
  assert.deepEqual(begun, items.slice(0, begun.length));
});

scenario('an element of an array that cannot be read ends the stream in its turn', async ({ Task }) => {
  const error = new Error('cannot be read');
  const items = Array.from({ length: 12 }, (_, index) => index);
  let reads = 0;
  Object.defineProperty(items, 7, { get() { reads++; throw error; } });
  const results = [];
  const reason = await rejection((async () => {
    const stream = Task.asyncStream(items, async (item) => item, { maxConcurrency: 3 });
    for await (const { value } of stream) results.push(value);
  })());
  assert.equal(reason, error);
  assert.deepEqual(results, [0, 1, 2, 3, 4]); // 7 is pulled before the result of 5 is taken
  assert.equal(reads, 1);
});

scenario('an element that is read may close the stream or ask for more', async ({ Task }) => {
  const items = Array.from({ length: 12 }, (_, index) => index);
  let iterator;
  const nested = [];
  Object.defineProperty(items, 5, { get() { nested.push(iterator.next()); return 5; } });
  Object.defineProperty(items, 9, { get() { nested.push(iterator.return('left')); return 9; } });
  iterator = Task.asyncStream(items, async (item) => item, { maxConcurrency: 3 })[Symbol.asyncIterator]();
  const results = [];
  for (let step = await iterator.next(); !step.done; step = await iterator.next()) results.push(step.value.value);
  const [more, left] = await Promise.all(nested);
  assert.deepEqual(left, { done: true, value: 'left' });
  assert.deepEqual([...results, more.value.value].sort((a, b) => a - b), [0, 1, 2, 3, 4, 5, 6].slice(0, results.length + 1));
});

/* ---- toValues --------------------------------------------------------- */

scenario('toValues gives the values in the order of the items, however many cycles they take', async ({ Task }) => {
  const items = Array.from({ length: 5000 }, (_, index) => index);
  const later = (n) => (n % 7 === 0 ? Promise.resolve(n).then((same) => same) : n);
  for (const maxConcurrency of [1, 3, 100]) {
    for (const input of [items, new Set(items)]) {
      assert.deepEqual(await Task.asyncStream(input, later, { maxConcurrency }).toValues(), items);
    }
  }
  const unordered = await Task.asyncStream(items, later, { maxConcurrency: 5, ordered: false }).toValues();
  assert.deepEqual(unordered.sort((a, b) => a - b), items);
  assert.deepEqual(await Task.asyncStream([], later).toValues(), []);
});

scenario('toValues fails with the first item that does; what runs is killed and the input closed', async ({ TaskSupervisor }) => {
  const log = watched(100);
  const supervisor = await TaskSupervisor.start();
  const ends = [];
  const body = (n, context) => {
    if (n === 2) throw new Error('two');
    if (n < 2) return n;
    context.signal.addEventListener('abort', () => ends.push(n));
    return context.sleep(60_000);
  };
  const values = TaskSupervisor.asyncStreamNolink(supervisor, log.items, body, { maxConcurrency: 4 }).toValues();
  assert.equal((await rejection(values)).message, 'two');
  assert.equal(log.closed, 1);
  assert.ok(log.pulled.length < 10);
  assert.ok(ends.length > 0);
  await supervisor.stop();
});

scenario('toValues fails when the last item does, and when one takes too long', async ({ Task, TaskSupervisor, clock }) => {
  const supervisor = await TaskSupervisor.start();
  const fails = (n) => {
    if (n === 3) throw new RangeError('three');
    return n;
  };
  assert.ok((await rejection(TaskSupervisor.asyncStreamNolink(supervisor, [1, 2, 3], fails).toValues())) instanceof RangeError);
  await supervisor.stop();
  const options = { timeout: 5, onTimeout: 'killTask' };
  const late = rejection(Task.asyncStream([1, 2], (n, { sleep }) => (n === 1 ? n : sleep(60_000)), options).toValues());
  await clock.advance(5);
  assert.ok((await late) instanceof TimeoutError);
});

scenario('a body is called without a `this`', async ({ Task }) => {
  const seen = [];
  function body() {
    seen.push(this);
  }
  await Task.await(Task.async(body));
  await Task.asyncStream([1], body).toArray();
  assert.deepEqual(seen, [undefined, undefined]);
});
