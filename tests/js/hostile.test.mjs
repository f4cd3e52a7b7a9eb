import assert from 'node:assert/strict';
import test from 'node:test';
import { createRuntime, DisposedError } from 'belay-tasks';

/** A runtime on the real clock that is disposed at the end. */
function hostile(name, run) {
  test(name, async () => {
    const runtime = createRuntime({ onLog() {} });
    try {
      await run(runtime);
    } finally {
      runtime.dispose();
    }
  });
}

/** Numbers by chance, from a seed. */
function dice(seed) {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const soon = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));

hostile('a stream gives each element of an array once, in order, whatever the bodies do', async (runtime) => {
  const { Task, Process } = runtime;
  Process.flag('trapExit', true);
  for (let seed = 1; seed <= 150; seed++) {
    const roll = dice(seed);
    const size = roll(40);
    const limit = 1 + roll(12);
    const items = Array.from({ length: size }, (_, index) => index);
    let running = 0;
    let most = 0;
    const body = (item, ctx) => {
      most = Math.max(most, ++running);
      const finish = (value) => {
        running--;
        return value;
      };
      const kind = (item * 7 + seed) % 6;
      if (kind === 0) return finish(item);
      if (kind === 1) {
        running--;
        throw item;
      }
      if (kind === 2) return soon(roll(4), item).then(finish);
      if (kind === 3) return { then: (resolve) => resolve(finish(item)) };
      if (kind === 4) assert.equal(typeof ctx.self, 'string');
      return Promise.resolve(item).then(finish);
    };
    const collect = async (stream) => {
      const all = [];
      for await (const batch of stream.batches()) all.push(...batch);
      return all;
    };
    const stream = Task.asyncStream(items, body, { maxConcurrency: limit });
    const results = seed % 2 === 0 ? await stream.toArray() : await collect(stream);
    const values = results.map(({ status, value, reason }) => (status === 'fulfilled' ? value : reason));
    assert.deepEqual(values, items, `seed ${seed}, limit ${limit}`);
    assert.ok(most <= limit, `seed ${seed}: ${most} at once, limit ${limit}`);
  }
});

hostile('an async input is asked for one element at a time', async ({ Task }) => {
  for (const limit of [1, 2, 3, 8]) {
    let asked = 0;
    let next = 0;
    const input = {
      [Symbol.asyncIterator]() {
        return this;
      },
      async next() {
        assert.equal(++asked, 1);
        await null;
        asked--;
        return next < 200 ? { done: false, value: next++ } : { done: true, value: undefined };
      },
    };
    const results = await Task.asyncStream(input, async (item) => item, { maxConcurrency: limit }).toArray();
    assert.deepEqual(results.map(({ value }) => value), Array.from({ length: 200 }, (_, index) => index));
  }
});

hostile('a promise whose own then calls back twice settles its task only', async ({ Task }) => {
  class Twice extends Promise {
    then(ok, err) {
      if (ok) setTimeout(ok, 2, 'late');
      return super.then(ok, err);
    }
  }
  assert.equal(await Task.await(Task.async(() => Twice.resolve('first'))), 'first');
  assert.equal(await Task.await(Task.async(() => soon(10, 'mine'))), 'mine');
});

hostile('a task that throws what cannot be looked at settles with it', async (runtime) => {
  const { Task } = runtime;
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const fail = async () => {
    throw proxy;
  };
  // An async function that returned it would ask it for its `then`.
  const same = (promise) => promise.then(() => false, (error) => error === proxy);
  assert.ok(await same(Task.asyncStream([1], fail, { maxConcurrency: 1 }).toArray()));
  assert.ok(await same(Task.await(Task.async(fail))));
  assert.equal(runtime.memory().processes, 0);
});

hostile('a reason that cannot be looked at ends a process as others do', async ({ Task, TaskSupervisor, Process }) => {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  const supervisor = TaskSupervisor.start();
  const left = TaskSupervisor.asyncNolink(supervisor, ({ exit }) => exit(proxy));
  const { reason } = await Task.yield(left);
  assert.ok(reason.reason === proxy);
  const sent = TaskSupervisor.asyncNolink(supervisor, ({ sleep }) => sleep(Infinity));
  Process.exit(sent.pid, proxy);
  assert.ok((await Task.yield(sent)).reason.reason === proxy);
  await supervisor.stop(proxy);
});

hostile('a signal that is none is refused, and nothing is started', (runtime) => {
  const fakes = [
    {}, { aborted: false, addEventListener() {} }, Object.create(AbortSignal.prototype), 'abort', 1,
  ];
  for (const signal of fakes) {
    assert.throws(() => runtime.Task.async(() => 1, { signal }), TypeError);
  }
  assert.equal(runtime.memory().processes, 0);
});

hostile('a function whose name cannot be read is a body like others', async ({ Task, TaskSupervisor }) => {
  const body = () => 1;
  Object.defineProperty(body, 'name', {
    get() {
      throw new Error('name');
    },
  });
  assert.equal(await Task.await(Task.async(body)), 1);
  assert.deepEqual(await Task.allSettled([body]), [{ status: 'fulfilled', value: 1 }]);
  TaskSupervisor.startChild(TaskSupervisor.start(), body, { restart: 'transient' });
});

hostile('allSettled refuses when reading its input has disposed of the runtime', (runtime) => {
  const input = (function* () {
    yield () => 1;
    runtime.dispose();
  })();
  assert.throws(() => runtime.Task.allSettled(input, { timeout: 100 }), DisposedError);
});

hostile('batches keep to maxBuffered', async ({ Task }) => {
  for (const maxBuffered of [4, 7]) {
    let started = 0;
    let handed = 0;
    const stream = Task.asyncStream(Array(40).fill(0), async () => {
      started++;
    }, { maxConcurrency: 4, maxBuffered });
    for await (const batch of stream.batches()) {
      handed += batch.length;
      await soon(1);
      assert.ok(started - handed <= maxBuffered, `${started} started, ${handed} handed over`);
    }
    assert.equal(handed, 40);
  }
});

hostile('more streams begin at once than a call can take arguments', async ({ Task }) => {
  const count = 130_000;
  const all = await Promise.all(Array.from({ length: count }, () => Task.asyncStream([1], async (n) => n, { timeout: Infinity }).toArray()));
  assert.equal(all.filter((entries) => entries.length === 1).length, count);
});
