/** Part S of docs/semantics.md, first half: shape, order, back-pressure, timeouts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRuntime, TimeoutError } from 'belay-tasks';
import {
  collect, consume, exits, failed, forever, numbers, ok, plain, rejection, returns, short,
  statement, throws, trapping,
} from './harness.mjs';

/** Items are the places of bodies in a list. */
const running = (...bodies) => (index, me) => bodies[index](me);

/** For a stream of n items that take so many ms each, and give their number. */
const lasting = (...times) => async (number, me) => {
  await me.sleep(times[number % times.length]);
  return number;
};

statement('S1 nothing is read or started before it is iterated, and each iteration starts afresh', async ({ Task, at, say, trace }) => {
  const items = { [Symbol.iterator]: () => numbers(say, 2) };
  const stream = Task.asyncStream(items, (number) => {
    say('run', number);
    return number;
  }, { maxConcurrency: 1 });
  const iterator = stream[Symbol.asyncIterator]();
  await at(10);
  assert.deepEqual(trace, []);
  assert.deepEqual(await stream.toArray(), [ok(0), ok(1)]);
  assert.deepEqual(await iterator.next(), { done: false, value: ok(0) });
  await iterator.return();
  assert.deepEqual(await collect(stream), [ok(0), ok(1)]);
  const run = [[10, 'pull', 0], [10, 'run', 0], [10, 'pull', 1], [10, 'run', 1], [10, 'closed']];
  assert.deepEqual(trace, [...run, ...run.slice(0, 2), [10, 'closed'], ...run]);
});

statement('S1 wrong options throw at the call', async ({ Task }) => {
  assert.throws(() => Task.asyncStream([1], () => {}, { maxConcurrency: 0 }), RangeError);
  assert.throws(() => Task.asyncStream(7, () => {}), TypeError);
});

statement('S2 items belong to the process whose Task made the stream, whoever iterates', async ({ alone, Process, at }) => {
  const seen = [];
  const maker = alone((me) => {
    const stream = me.Task.asyncStream([1], (n, own) => {
      seen.push(Process.info(own.self).parent);
    });
    me.Task.async(() => stream.toArray());
    return me.sleep(10);
  });
  await at(5);
  assert.deepEqual(seen, [maker.pid]);
});

statement('S2 whether exits are trapped is looked at when the iteration begins', async ({ alone }) => {
  const outcomes = [];
  const consumer = (before, after) => alone(async (me) => {
    me.Process.flag('trapExit', before);
    const stream = me.Task.asyncStream([1], exitsAt(5));
    me.Process.flag('trapExit', after);
    const entries = stream.toArray();
    me.Process.flag('trapExit', before);
    outcomes.push(...(await entries).map(short));
  }).ended;
  const exitsAt = (ms) => (n, me) => exits(ms, 'because')(me);
  assert.equal(await consumer(false, true), 'normal');
  assert.deepEqual(outcomes, [['exit', 'because']]);
  assert.equal(await consumer(true, false), 'because');
});

statement('S3 unless told otherwise a stream is ordered, with 5000 ms for each item and exit for one that is late', async ({ Task, say, trace, sleep }) => {
  const entries = await consume(Task.asyncStream([0, 1], lasting(4999, 1)), { say, sleep });
  assert.deepEqual(entries, [0, 1]);
  const error = await rejection(Task.asyncStream([0], lasting(5001)).toArray());
  assert.ok(error instanceof TimeoutError);
  say('late');
  assert.deepEqual(trace, [[4999, 'entry', 0], [4999, 'entry', 1], [9999, 'late']]);
});

statement('S3 maxConcurrency is the number of processors, which a simulation has four of', async ({ Task, at, inspect }) => {
  const stream = Task.asyncStream(Array(10).fill(0), (n, me) => me.sleep(10));
  const all = stream.toArray();
  await at(1);
  assert.deepEqual(inspect().streams.map(({ limit, inFlight }) => [limit, inFlight]), [[4, 4]]);
  await all;
});

statement('S4 wrong options are refused when the stream is made', async ({ Task, TaskSupervisor, Process }) => {
  const supervisor = TaskSupervisor.start();
  const make = (options) => () => TaskSupervisor.asyncStream(supervisor, [1], () => {}, options);
  for (const maxConcurrency of [0, -1, 1.5, NaN]) assert.throws(make({ maxConcurrency }), RangeError);
  for (const timeout of [-1, NaN]) assert.throws(make({ timeout }), RangeError);
  for (const shutdown of [-1, Infinity]) assert.throws(make({ shutdown }), RangeError);
  assert.throws(make({ onTimeout: 'ignore' }), RangeError);
  assert.throws(make({ ordered: 1 }), TypeError);
  assert.throws(make({ zipInputOnExit: 'yes' }), TypeError);
  assert.throws(make({ concurrency: 1 }), TypeError);
  assert.throws(() => Task.asyncStream([1], () => {}, { shutdown: 1 }), TypeError);
  assert.equal(Process.list().length, 2);
});

statement('S5 one entry per item: its value, or why it ended without one', async ({ TaskSupervisor }) => {
  const error = new Error('boom');
  const bodies = [returns(1, 'value'), throws(1, error), exits(1, 'because'), exits(1, 'normal')];
  const stream = TaskSupervisor.asyncStreamNolink(TaskSupervisor.start(), bodies, (body, me) => body(me));
  const expected = [ok('value'), failed(error), failed('because'), failed('normal')];
  assert.deepEqual((await collect(stream)).map(plain), expected);
  assert.deepEqual((await stream.toArray()).map(plain), expected);
  assert.deepEqual((await collect(stream.batches())).flat().map(plain), expected);
});

statement('S6 with zipInputOnExit rejected entries carry their item', async ({ TaskSupervisor }) => {
  const stream = TaskSupervisor.asyncStreamNolink(
    TaskSupervisor.start(), ['good', 'bad', 'slow'],
    (item, me) => ({ good: returns(1, 1), bad: exits(1, 'because'), slow: forever })[item](me),
    { zipInputOnExit: true, timeout: 10, onTimeout: 'killTask' },
  );
  const expected = [ok(1), { ...failed('because'), input: 'bad' }, { ...failed('timeout'), input: 'slow' }];
  assert.deepEqual((await collect(stream)).map(plain), expected);
  assert.deepEqual((await stream.toArray()).map(plain), expected);
});

statement('S7 the item is the first argument of the body', async ({ Task, Process }) => {
  const item = { any: 'value' };
  const [entry] = await Task.asyncStream([item], (...args) => [args[0] === item, args[1].self !== Process.self(), args.length]).toArray();
  assert.deepEqual(entry, ok([true, true, 2]));
});

statement('S8 an empty input gives no entries; maxConcurrency may be larger than the input', async ({ Task }) => {
  assert.deepEqual(await Task.asyncStream([], () => 1).toArray(), []);
  assert.deepEqual(await collect(Task.asyncStream([], () => 1)), []);
  assert.deepEqual(await collect(Task.asyncStream([], () => 1).batches()), []);
  assert.deepEqual(await collect(Task.asyncStream([1, 2], (n) => n, { maxConcurrency: 1000 })), [ok(1), ok(2)]);
});

statement('S9 at the start elements are read one by one until maxConcurrency run', async ({ Task, say, trace, at }) => {
  const iterator = Task.asyncStream(numbers(say), (n, me) => me.sleep(Infinity), { maxConcurrency: 3 })[Symbol.asyncIterator]();
  iterator.next();
  await at(10);
  assert.deepEqual(trace, [[0, 'pull', 0], [0, 'pull', 1], [0, 'pull', 2]]);
});

statement('S9 with an async input each is started before the next is read', async ({ Task, say, trace, sleep, at }) => {
  async function* slow() {
    for (const number of [0, 1, 2]) {
      await sleep(10);
      say('pull', number);
      yield number;
    }
  }
  Task.asyncStream(slow(), (number, me) => {
    say('run', number);
    return me.sleep(Infinity);
  }, { maxConcurrency: 3 })[Symbol.asyncIterator]().next();
  await at(40);
  assert.deepEqual(trace, [0, 1, 2].flatMap((n) => [[10 * n + 10, 'pull', n], [10 * n + 10, 'run', n]]));
});

statement('S10 each end lets one more element in; never do more than maxConcurrency run', async ({ Task, say, trace, sleep }) => {
  let runs = 0;
  let most = 0;
  const body = async (number, me) => {
    most = Math.max(most, ++runs);
    await me.sleep([30, 10, 10, 10, 10][number]);
    runs--;
    return number;
  };
  await consume(Task.asyncStream(numbers(say, 5), body, { maxConcurrency: 2 }), { say, sleep });
  assert.equal(most, 2);
  assert.deepEqual(trace.filter(([, what]) => what === 'pull'), [
    [0, 'pull', 0], [0, 'pull', 1], [10, 'pull', 2], [20, 'pull', 3], [30, 'pull', 4],
  ]);
});

statement('S11 while the consumer is busy nothing is read or started, and what runs goes on', async ({ Task, say, trace, sleep }) => {
  const body = async (number, me) => {
    await me.sleep([10, 20, 20, 20][number]);
    say('done', number);
    return number;
  };
  await consume(Task.asyncStream(numbers(say, 4), body, { maxConcurrency: 2 }), { say, sleep }, 70);
  assert.deepEqual(trace, [
    [0, 'pull', 0], [0, 'pull', 1], [10, 'done', 0], [10, 'entry', 0], [20, 'done', 1],
    [80, 'pull', 2], [80, 'entry', 1], [100, 'done', 2], [150, 'pull', 3], [150, 'entry', 2],
    [170, 'done', 3], [220, 'closed'], [220, 'entry', 3],
  ]);
});

statement('S12 ordered: a slow head holds back entries, not work', async ({ Task, say, trace, sleep }) => {
  await consume(Task.asyncStream(numbers(say, 4), lasting(90, 20, 20, 20), { maxConcurrency: 2 }), { say, sleep });
  assert.deepEqual(trace, [
    [0, 'pull', 0], [0, 'pull', 1], [20, 'pull', 2], [40, 'pull', 3], [60, 'closed'],
    [90, 'entry', 0], [90, 'entry', 1], [90, 'entry', 2], [90, 'entry', 3],
  ]);
});

statement('S12 what is kept has no bound, unless maxBuffered gives one', async ({ Task, say, trace, inspect, at }) => {
  const start = (options) => Task.asyncStream(numbers(say), (n, me) => me.sleep(n === 0 ? Infinity : 1), {
    maxConcurrency: 2, timeout: Infinity, ...options,
  })[Symbol.asyncIterator]().next();
  start();
  await at(1001);
  assert.equal(inspect().buffered, 1000);
  trace.length = 0;
  start({ maxBuffered: 10 });
  await at(1100);
  assert.equal(trace.filter(([, what, number]) => what === 'pull' && number > 9).length, 99);
});

statement('S13 ordered: all that is due is handed over before the next read', async ({ Task, say, trace, sleep }) => {
  await consume(Task.asyncStream(numbers(say, 6), lasting(50, 10, 10, 90, 10, 10), { maxConcurrency: 3 }), { say, sleep });
  assert.deepEqual(trace, [
    [0, 'pull', 0], [0, 'pull', 1], [0, 'pull', 2], [10, 'pull', 3], [10, 'pull', 4], [20, 'pull', 5], [30, 'closed'],
    [50, 'entry', 0], [50, 'entry', 1], [50, 'entry', 2], [100, 'entry', 3], [100, 'entry', 4], [100, 'entry', 5],
  ]);
});

statement('S13 with a head that was waited for, entries come first and then the reads', async ({ Task, say, trace, sleep }) => {
  await consume(Task.asyncStream(numbers(say, 5), lasting(50, 50, 70, 10, 10), { maxConcurrency: 2 }), { say, sleep });
  assert.deepEqual(trace.filter(([time]) => time === 50), [
    [50, 'entry', 0], [50, 'pull', 2], [50, 'entry', 1], [50, 'pull', 3],
  ]);
});

statement('S14 unordered: each entry comes as its task ends, before the next read', async ({ Task, say, trace, sleep }) => {
  const stream = Task.asyncStream(numbers(say, 4), lasting(90, 20, 30, 20), { maxConcurrency: 2, ordered: false });
  await consume(stream, { say, sleep });
  assert.deepEqual(trace, [
    [0, 'pull', 0], [0, 'pull', 1], [20, 'entry', 1], [20, 'pull', 2], [50, 'entry', 2], [50, 'pull', 3],
    [70, 'entry', 3], [70, 'closed'], [90, 'entry', 0],
  ]);
});

statement('S15 what has ended is dealt with one at a time, with a read after each', async ({ Task, say, trace, sleep }) => {
  const stream = Task.asyncStream(numbers(say, 5), lasting(30, 10, 20, 5, 5), { maxConcurrency: 3, ordered: false });
  await consume(stream, { say, sleep }, 100);
  assert.deepEqual(trace, [
    [0, 'pull', 0], [0, 'pull', 1], [0, 'pull', 2], [10, 'entry', 1],
    [110, 'pull', 3], [110, 'entry', 2], [210, 'pull', 4], [210, 'entry', 0],
    [310, 'closed'], [310, 'entry', 3], [410, 'entry', 4],
  ]);
});

statement('S16 unordered, at most maxConcurrency are started ahead; ordered, what is kept behind a slow head besides', async ({ Task, random }) => {
  for (const ordered of [false, true]) {
    let started = 0;
    let taken = 0;
    let most = 0;
    const body = async (number, me) => {
      most = Math.max(most, ++started - taken);
      await me.sleep(ordered ? (number === 0 ? 500 : 10) : random.int(0, 30));
    };
    const stream = Task.asyncStream(Array(60).fill(0).keys(), body, { maxConcurrency: 4, ordered });
    for await (const entry of stream) {
      assert.equal(entry.status, 'fulfilled');
      taken++;
    }
    assert.equal(most, ordered ? 60 : 4);
  }
});

statement('S17 the end of the input is noticed when one more element would be started', async ({ Task, say, trace, sleep }) => {
  await consume(Task.asyncStream(numbers(say, 2), lasting(10, 30), { maxConcurrency: 2 }), { say, sleep });
  assert.deepEqual(trace, [
    [0, 'pull', 0], [0, 'pull', 1], [10, 'entry', 0], [10, 'closed'], [30, 'entry', 1],
  ]);
});

statement('S18 when an entry is handed over its process is gone', async ({ Task, Process }) => {
  const pids = [];
  for await (const entry of Task.asyncStream([1, 2, 3], (n, me) => pids.push(me.self), { maxConcurrency: 1 })) {
    assert.equal(entry.status, 'fulfilled');
    assert.ok(!Process.alive(pids.at(-1)));
  }
  assert.equal(pids.length, 3);
});

test('S19 a body that has returned when its time is found to be up counts with its value', async () => {
  let time = 0;
  const clock = { now: () => time, setTimeout: () => null, clearTimeout() {} };
  const runtime = createRuntime({ clock });
  const atOnce = () => {
    time += 100; // holds the thread for longer than it may
    return 'value';
  };
  const later = async () => {
    await turn();
    return atOnce();
  };
  for (const body of [atOnce, later]) {
    const stream = runtime.Task.asyncStream([1, 2], body, { timeout: 10, onTimeout: 'killTask', maxConcurrency: 1 });
    assert.deepEqual(await stream.toArray(), [ok('value'), ok('value')]);
  }
  runtime.dispose();
});

/** The next turn of the event loop. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

statement('S20 each item has a time of its own, from its own start', async ({ Task, say, trace, sleep }) => {
  const bodies = [returns(30, 0), forever, returns(40, 2), forever];
  const stream = Task.asyncStream(numbers(say, 4), running(...bodies), { maxConcurrency: 2, timeout: 50, onTimeout: 'killTask' });
  await consume(stream, { say, sleep });
  assert.deepEqual(trace, [
    [0, 'pull', 0], [0, 'pull', 1], [30, 'entry', 0], [30, 'pull', 2], [50, 'entry', ['exit', 'timeout']], [50, 'pull', 3],
    [70, 'entry', 2], [70, 'closed'], [100, 'entry', ['exit', 'timeout']],
  ]);
});

const lastingAll = (ms) => (item, me) => returns(ms, 'done')(me);

statement('S20 waiting for the input does not count', async ({ Task, sleep, now }) => {
  async function* slow() {
    for (const ms of [100, 100]) yield sleep(ms);
  }
  const stream = Task.asyncStream(slow(), lastingAll(9), { timeout: 10, maxConcurrency: 1 });
  assert.deepEqual((await collect(stream)).map(short), ['done', 'done']);
  assert.equal(now(), 218);
});

statement('S21 an item that is late while the consumer is busy is killed at its time', async ({ Task, Process, say, trace, sleep }) => {
  const body = (number, me) => {
    if (number > 0) Process.monitor(me.self).down.then((reason) => say('down', reason));
    return me.sleep(number === 0 ? 10 : Infinity);
  };
  const stream = Task.asyncStream([0, 1], body, { maxConcurrency: 2, timeout: 50, onTimeout: 'killTask' });
  await consume(stream, { say, sleep }, 100);
  assert.deepEqual(trace, [[10, 'entry', undefined], [50, 'down', 'killed'], [110, 'entry', ['exit', 'timeout']]]);
});

statement('S22 an item that ended in time is safe, however late the consumer comes', async ({ Task, say, trace, sleep }) => {
  const stream = Task.asyncStream([0, 1], lasting(10, 40), { maxConcurrency: 2, timeout: 50 });
  await consume(stream, { say, sleep }, 500);
  assert.deepEqual(trace, [[10, 'entry', 0], [510, 'entry', 1]]);
});

statement('S23 one that is late is killed at once, whether it traps exits or not, and nobody else is hit', async ({ alone, say, trace }) => {
  const heard = { outside: [], inside: [] };
  const { ended } = alone(trapping(heard.outside, async (me) => {
    const options = { maxConcurrency: 2, timeout: 50, onTimeout: 'killTask' };
    const bodies = running(returns(20), trapping(heard.inside), returns(45, 'sibling'));
    await consume(me.Task.asyncStream([0, 1, 2], bodies, options), { say, sleep: me.sleep });
    const supervisor = me.TaskSupervisor.start();
    const supervised = me.TaskSupervisor.asyncStream(supervisor, [1, 2], bodies, { ...options, shutdown: 1000 });
    await consume(supervised, { say, sleep: me.sleep });
  }));
  say(await ended);
  const late = ['exit', 'timeout'];
  assert.deepEqual(trace, [
    [20, 'entry', undefined], [50, 'entry', late], [65, 'entry', 'sibling'],
    [115, 'entry', late], [115, 'entry', 'sibling'], [115, 'normal'],
  ]);
  assert.deepEqual(heard, { outside: [], inside: [] });
});

statement('S24 onTimeout killTask: the entry says timeout, the stream goes on, the consumer is not hurt', async ({ alone, say, trace }) => {
  const { ended } = alone(async (me) => {
    const stream = me.Task.asyncStream([0, 1, 2], running(returns(10, 'a'), forever, returns(40, 'c')), {
      maxConcurrency: 2, timeout: 50, onTimeout: 'killTask',
    });
    const entries = await collect(stream);
    say(...entries.map(short));
    say(entries[1].reason instanceof TimeoutError, entries[1].reason.timeout);
  });
  say(await ended);
  assert.deepEqual(trace, [[50, 'a', ['exit', 'timeout'], 'c'], [50, true, 50], [50, 'normal']]);
});

statement('S25 onTimeout exit: the iteration rejects at once, even with earlier entries outstanding; what is kept is lost', async ({ alone, say, trace }) => {
  const entries = [];
  const { ended } = alone(async (me) => {
    const stream = me.Task.asyncStream(numbers(say), running(returns(200), returns(20, 'kept'), forever), {
      maxConcurrency: 2, timeout: 100,
    });
    const iterating = (async () => {
      for await (const entry of stream) entries.push(entry);
    })();
    const error = await rejection(iterating);
    say(error instanceof TimeoutError, error.timeout);
  });
  say(await ended);
  assert.deepEqual(entries, []);
  assert.deepEqual(trace, [
    [0, 'pull', 0], [0, 'pull', 1], [20, 'pull', 2], [100, 'closed'], [100, true, 100], [100, 'normal'],
  ]);
});

/** Three items, two at a time: the first is late at 50, the third began at 30. */
const lateFirst = (third) => [[0, 1, 2], running(forever, returns(30), third), { maxConcurrency: 2, timeout: 50 }];

statement('S26 not caught, it ends the consumer and its linked siblings; unlinked ones run on', async ({ alone, say, trace, TaskSupervisor, Process }) => {
  const supervisor = TaskSupervisor.start();
  const reasons = {};
  const third = (name) => lateFirst((me) => {
    Process.monitor(me.self).down.then((reason) => {
      reasons[name] = reason;
      say(name);
    });
    return me.sleep(40);
  });
  const linked = alone((me) => me.Task.asyncStream(...third('linked')).toArray());
  const unlinked = alone((me) => me.TaskSupervisor.asyncStreamNolink(supervisor, ...third('unlinked')).toArray());
  const reason = await linked.ended;
  assert.ok(reason instanceof TimeoutError);
  assert.ok((await unlinked.ended) instanceof TimeoutError);
  await alone(returns(50)).ended;
  assert.deepEqual(trace, [[50, 'linked'], [70, 'unlinked']]);
  assert.equal(reasons.linked, reason);
  assert.equal(reasons.unlinked, 'normal');
});

statement('S27 caught in a body, siblings run on, still linked; nothing strays', async ({ alone, say, trace, Process }) => {
  const heard = [];
  const { ended } = alone(trapping(heard, async (me) => {
    me.Process.flag('trapExit', false);
    const stream = me.Task.asyncStream(...lateFirst((own) => {
      Process.monitor(own.self).down.then((reason) => say('sibling', reason));
      return own.sleep(40);
    }));
    say((await rejection(stream.toArray())).reason);
    await me.sleep(50);
  }));
  say(await ended);
  assert.deepEqual(trace, [[50, 'timeout'], [70, 'sibling', 'normal'], [100, 'normal']]);
  assert.deepEqual(heard, []);
});

statement('S27 such a sibling ends with the consumer', async ({ alone, say, trace, Process, at }) => {
  const { ended } = alone(async (me) => {
    const stream = me.Task.asyncStream(...lateFirst((own) => {
      Process.monitor(own.self).down.then((reason) => say('sibling', reason));
      return own.sleep(40);
    }));
    await rejection(stream.toArray());
    await me.sleep(10);
    me.exit('because');
  });
  say(await ended);
  await at(70);
  assert.deepEqual(trace, [[60, 'because'], [60, 'sibling', 'because']]);
});

statement('S27 at the root, which cannot end, the siblings are stopped', async ({ Task, Process, say, trace, now }) => {
  const stream = Task.asyncStream(...lateFirst((own) => {
    Process.monitor(own.self).down.then((reason) => say('sibling', reason));
    return own.sleep(40);
  }));
  assert.equal((await rejection(stream.toArray())).reason, 'timeout');
  assert.equal(now(), 50);
  assert.deepEqual(trace, [[50, 'sibling', 'timeout']]);
});

statement('S28 a timeout of 0 kills all that is not done at once, Infinity none', async ({ Task, now }) => {
  const options = { onTimeout: 'killTask', maxConcurrency: 3 };
  const bodies = running(() => 'done', async () => 'done', returns(1, 'late'));
  const quick = await Task.asyncStream([0, 1, 2], bodies, { ...options, timeout: 0 }).toArray();
  assert.deepEqual(short(quick[2]), ['exit', 'timeout']);
  assert.equal(now(), 0);
  const slow = await Task.asyncStream([0], lasting(1e9), { timeout: Infinity }).toArray();
  assert.deepEqual(slow, [ok(0)]);
});
