/** Part S of docs/semantics.md, second half: failures, early ends, supervisors. */
import assert from 'node:assert/strict';
import { MaxChildrenError, NoProcError } from 'belay-tasks';
import {
  collect, consume, exits, forever, numbers, plain, rejection, returns, short, statement,
  throws, trapping,
} from './harness.mjs';

/** Items are the places of bodies in a list. */
const running = (...bodies) => (index, me) => bodies[index](me);

/** As `running`; says when and with what reason each process ends. */
const watched = ({ say, Process }, ...bodies) => (index, me) => {
  Process.monitor(me.self).down.then((reason) => say('down', index, reason));
  return bodies[index](me);
};

statement('S29 linked: a crash takes siblings and consumer with it, with its bare reason; nothing more is handed over', async ({ alone, say, trace, Process, at }) => {
  const { ended } = alone(async (me) => {
    const bodies = watched({ say, Process }, returns(20, 'first'), exits(40, 'because'), forever, returns(30, 'kept'));
    try {
      await consume(me.Task.asyncStream([0, 1, 2, 3], bodies, { maxConcurrency: 4 }), { say });
    } catch {
      await me.sleep(5);
    }
    say('got here');
  });
  ended.then((reason) => say('consumer', reason));
  await at(100);
  assert.deepEqual(trace.filter(([time]) => time < 40 && time !== 20), [[30, 'down', 3, 'normal']]);
  assert.deepEqual(trace.filter(([, what]) => what === 'entry'), [[20, 'entry', 'first']]);
  assert.deepEqual(trace.filter(([time]) => time >= 40).sort(), [
    [40, 'consumer', 'because'], [40, 'down', 1, 'because'], [40, 'down', 2, 'because'],
  ]);
});

statement('S29 at the root, which cannot end, the iteration rejects and the siblings are stopped', async ({ Task, say, trace, Process, now }) => {
  const error = new Error('boom');
  const bodies = watched({ say, Process }, returns(20), throws(40, error), forever);
  const stream = Task.asyncStream([0, 1, 2], bodies, { maxConcurrency: 3 });
  assert.equal(await rejection(consume(stream, { say: () => {} })), error);
  assert.equal(now(), 40);
  assert.deepEqual(trace, [[20, 'down', 0, 'normal'], [40, 'down', 1, error], [40, 'down', 2, error]]);
});

statement('S30 that holds for shutdown and for being killed from outside', async ({ alone, Process }) => {
  const consumer = (body) => alone((me) => me.Task.asyncStream([0, 1], running(body, forever), { maxConcurrency: 2 }).toArray()).ended;
  assert.equal(await consumer(exits(5, 'shutdown')), 'shutdown');
  assert.deepEqual(await consumer(exits(5, ['shutdown', 'x'])), ['shutdown', 'x']);
  assert.equal(await consumer((me) => {
    Process.exit(me.self, 'kill');
    return me.sleep(5);
  }), 'killed');
  assert.equal(Process.list().length, 1);
});

statement('S31 exit(normal) in an item hurts nobody', async ({ alone, say, trace }) => {
  const { ended } = alone(async (me) => {
    const entries = await me.Task.asyncStream([0, 1], running(exits(20, 'normal'), returns(40, 'other')), { maxConcurrency: 2 }).toArray();
    say(...entries.map(short));
  });
  say(await ended);
  assert.deepEqual(trace, [[40, ['exit', 'normal'], 'other'], [40, 'normal']]);
});

statement('S32 linked, with a consumer that traps exits: a crash is an entry, and no exit message is left', async ({ alone, say, trace }) => {
  const heard = [];
  const error = new Error('boom');
  const { ended } = alone(trapping(heard, async (me) => {
    const bodies = running(returns(20, 'a'), exits(40, 'because'), throws(60, error), returns(80, 'b'));
    say(...await consume(me.Task.asyncStream([0, 1, 2, 3], bodies, { maxConcurrency: 4 }), { say, sleep: me.sleep }));
    await me.sleep(10);
    say(me.Process.info(me.self).links);
  }));
  say(await ended);
  assert.deepEqual(heard, []);
  assert.deepEqual(trace, [
    [20, 'entry', 'a'], [40, 'entry', ['exit', 'because']], [60, 'entry', ['exit', error]], [80, 'entry', 'b'],
    [80, 'a', ['exit', 'because'], ['exit', error], 'b'], [90, 0], [90, 'normal'],
  ]);
});

statement('S33 without links a crash is an entry, whether the consumer traps exits or not', async ({ alone }) => {
  const outcomes = [];
  const heard = [];
  const consumer = async (me) => {
    const stream = me.TaskSupervisor.asyncStreamNolink(me.TaskSupervisor.start(), [0, 1], running(exits(5, 'because'), returns(10, 'other')));
    outcomes.push((await stream.toArray()).map(short));
  };
  assert.equal(await alone(consumer).ended, 'normal');
  assert.equal(await alone(trapping(heard, consumer)).ended, 'normal');
  assert.deepEqual(outcomes, Array(2).fill([['exit', 'because'], 'other']));
  assert.deepEqual(heard, []);
});

statement('S34 the reasons of entries are those that tasks end with', async ({ TaskSupervisor, Process }) => {
  const error = new Error('boom');
  const bodies = [throws(1, error), throws(1, 'ball'), exits(1, 'kill'), exits(1, 'normal'), exits(1, ['shutdown', 'x']), (me) => {
    Process.exit(me.self, 'kill');
    return me.sleep(1);
  }];
  const stream = TaskSupervisor.asyncStreamNolink(TaskSupervisor.start(), bodies, (body, me) => body(me));
  const reasons = (await collect(stream)).map((entry) => short(entry)[1]);
  assert.deepEqual(reasons, [error, 'ball', 'kill', 'normal', ['shutdown', 'x'], 'killed']);
  assert.equal(reasons[0], error);
});

/** Endless numbers; says, when it is closed, whether the second item still lives. */
function* closing({ say, Process }, pids) {
  try {
    for (let number = 0; ; number++) yield number;
  } finally {
    say('closed', Process.alive(pids[1]));
  }
}

/** Bodies of items that note their pids; the second one runs for ever. */
const noting = (pids, heard) => (index, me) => {
  pids[index] = me.self;
  return [returns(20, 'a'), trapping(heard), returns(30, 'b'), forever][index](me);
};

statement('S35 leaving early kills what runs and waits for it, then closes the input, then goes on', async (api) => {
  const { Task, TaskSupervisor, say, trace, at } = api;
  const supervisor = TaskSupervisor.start();
  const heard = [];
  const takeTwo = async (make) => {
    const pids = [];
    let taken = 0;
    for await (const entry of make(closing(api, pids), noting(pids, heard), { maxConcurrency: 2, ordered: false })) {
      say('entry', short(entry));
      if (++taken === 2) break;
    }
    say('left', ...pids.map((pid) => api.Process.alive(pid)));
  };
  await takeTwo((...stream) => Task.asyncStream(...stream));
  await takeTwo((...stream) => TaskSupervisor.asyncStreamNolink(supervisor, ...stream));
  const run = (start) => [
    [start + 20, 'entry', 'a'], [start + 50, 'entry', 'b'], [start + 50, 'closed', false], [start + 50, 'left', false, false, false],
  ];
  assert.deepEqual(trace, [...run(0), ...run(50)]);
  assert.deepEqual(TaskSupervisor.children(supervisor), []);
  await at(200);
  assert.deepEqual(heard, []);
});

statement('S36 items started ahead are killed in the middle of their work, kept entries dropped', async ({ Task, inspect, say, trace, at }) => {
  const body = async (number, me) => {
    await me.sleep([30, 10, 50, 50][number]);
    say('done', number);
    return number;
  };
  const iterator = Task.asyncStream(numbers(() => {}), body, { maxConcurrency: 3 })[Symbol.asyncIterator]();
  iterator.next();
  await at(20);
  assert.equal(inspect().buffered, 1);
  await at(35);
  assert.deepEqual(await iterator.return(), { done: true, value: undefined });
  assert.deepEqual(await iterator.next(), { done: true, value: undefined });
  assert.deepEqual([inspect().streams, inspect().buffered], [[], 0]);
  await at(200);
  assert.deepEqual(trace, [[10, 'done', 1], [30, 'done', 0]]);
});

statement('S37 an error in the loop: what runs is killed and waited for, the input closed, then the error goes on', async (api) => {
  const { Task, say, trace } = api;
  const error = new Error('consumer');
  const pids = [];
  const loop = async () => {
    let taken = 0;
    for await (const entry of Task.asyncStream(closing(api, pids), noting(pids, []), { maxConcurrency: 2, ordered: false })) {
      say('entry', short(entry));
      if (++taken === 2) throw error;
    }
  };
  assert.equal(await rejection(loop()), error);
  say('caught', ...pids.map((pid) => api.Process.alive(pid)));
  assert.deepEqual(trace, [
    [20, 'entry', 'a'], [50, 'entry', 'b'], [50, 'closed', false], [50, 'caught', false, false, false],
  ]);
});

/* When a monitor tells of an item that returned, beside its entry, is not said. */
const withoutNormalDowns = (rows) => rows.filter(([, what, , reason]) => what !== 'down' || reason !== 'normal');

statement('S38 the input throws: what runs is killed and waited for, then the error goes on; entries before stand', async ({ Task, Process, say, trace, sleep }) => {
  const error = new Error('input');
  function* input() {
    yield 0;
    yield 1;
    say('throws');
    throw error;
  }
  const bodies = watched({ say, Process }, returns(20, 'a'), forever, forever);
  const stream = () => Task.asyncStream(input(), bodies, { maxConcurrency: 2, ordered: false });
  assert.equal(await rejection(consume(stream(), { say, sleep })), error);
  say('caught');
  assert.deepEqual(withoutNormalDowns(trace), [
    [20, 'entry', 'a'], [20, 'throws'], [20, 'down', 1, 'killed'], [20, 'caught'],
  ]);
  assert.equal(await rejection(stream().toArray()), error);
});

statement('S38 an async input that rejects is the same', async ({ Task, Process, say, trace, sleep }) => {
  const error = new Error('input');
  async function* input() {
    yield 0;
    yield 1;
    await sleep(50);
    throw error;
  }
  const bodies = watched({ say, Process }, returns(20, 'a'), forever);
  assert.equal(await rejection(consume(Task.asyncStream(input(), bodies, { maxConcurrency: 3 }), { say, sleep })), error);
  assert.deepEqual(withoutNormalDowns(trace), [[50, 'down', 1, 'killed']]);
});

statement('S39 after all of these the consumer is linked to nothing new and hears nothing', async ({ alone }) => {
  const heard = [];
  const left = [];
  const { ended } = alone(trapping(heard, async (me) => {
    const open = (input = [0, 1, 2]) => me.Task.asyncStream(input, running(returns(20, 'a'), exits(30, 'because'), forever), { maxConcurrency: 3 });
    function* failing() {
      yield 2;
      throw 'input';
    }
    const ways = [
      async () => { for await (const entry of open()) return entry; return null; },
      async () => { for await (const entry of open()) throw entry; },
      () => open(failing()).toArray(),
    ];
    for (const way of ways) {
      await way().catch(() => {});
      await me.sleep(50);
      left.push([me.Process.info(me.self).links, me.Process.list().length]);
    }
  }));
  assert.equal(await ended, 'normal');
  assert.deepEqual(heard, []);
  assert.deepEqual(left, Array(3).fill([0, 2]));
});

statement('S40 the consumer ends abnormally: linked items end with its reason at the same time', async ({ alone, TaskSupervisor, Process, say, trace, at }) => {
  const supervisor = TaskSupervisor.start();
  const consumer = (make) => alone((me) => make(me, watched({ say, Process }, forever, returns(10))).toArray());
  const one = consumer((me, body) => me.Task.asyncStream([0, 1], body, { maxConcurrency: 2 }));
  const two = consumer((me, body) => me.TaskSupervisor.asyncStream(supervisor, [0], body));
  await at(30);
  Process.exit(one.pid, 'kill');
  Process.exit(two.pid, 'because');
  await at(40);
  assert.deepEqual(trace, [[10, 'down', 1, 'normal'], [30, 'down', 0, 'killed'], [30, 'down', 0, 'because']]);
});

statement('S40 also when a supervisor of its own ends with it, which would stop them', async ({ alone, Process, say, trace, at }) => {
  const consumer = alone((me) => {
    const supervisor = me.TaskSupervisor.startLink();
    return me.TaskSupervisor.asyncStream(supervisor, [0], watched({ say, Process }, forever)).toArray();
  });
  await at(30);
  Process.exit(consumer.pid, 'because');
  await at(40);
  assert.deepEqual(trace, [[30, 'down', 0, 'because']]);
});

statement('S41 the consumer ends abnormally: unlinked items run on to their own end', async ({ alone, TaskSupervisor, Process, say, trace, at }) => {
  const supervisor = TaskSupervisor.start();
  const { pid } = alone((me) => me.TaskSupervisor.asyncStreamNolink(supervisor, [0, 1, 2], watched({ say, Process }, returns(70), returns(90), forever), { maxConcurrency: 2 }).toArray());
  await at(30);
  Process.exit(pid, 'kill');
  assert.equal(TaskSupervisor.children(supervisor).length, 2);
  await at(200);
  assert.deepEqual(trace, [[70, 'down', 0, 'normal'], [90, 'down', 1, 'normal']]);
});

statement('S42 the consumer returns half-way: linked items run on, too', async ({ alone, Process, say, trace, at }) => {
  const { ended } = alone(async (me) => {
    const iterator = me.Task.asyncStream([0, 1], watched({ say, Process }, returns(10), returns(90)), { maxConcurrency: 2 })[Symbol.asyncIterator]();
    await iterator.next();
  });
  say(await ended);
  await at(200);
  assert.deepEqual(trace.filter(([, , index]) => index !== 0), [[10, 'normal'], [90, 'down', 1, 'normal']]);
});

statement('S43 a stream may be left alone between entries: nothing is read, items and their times go on', async ({ Task, say, trace, at }) => {
  const options = { maxConcurrency: 2, timeout: 50, onTimeout: 'killTask' };
  const iterator = Task.asyncStream(numbers(say), running(returns(10, 'a'), returns(40, 'b'), forever, forever), options)[Symbol.asyncIterator]();
  const next = async () => say('entry', short((await iterator.next()).value));
  await next();
  await at(100);
  await next();
  await next();
  await at(200);
  await iterator.return();
  assert.deepEqual(trace, [
    [0, 'pull', 0], [0, 'pull', 1], [10, 'entry', 'a'], [100, 'pull', 2], [100, 'entry', 'b'],
    [100, 'pull', 3], [150, 'entry', ['exit', 'timeout']], [200, 'closed'],
  ]);
});

statement('S43 two streams can be iterated side by side', async ({ Task }) => {
  const [one, two] = [10, 25].map((ms) => Task.asyncStream([1, 2, 3], async (n, me) => {
    await me.sleep(ms);
    return n * ms;
  }, { maxConcurrency: 1 })[Symbol.asyncIterator]());
  const pairs = [];
  for (let n = 0; n < 3; n++) pairs.push([(await one.next()).value.value, (await two.next()).value.value]);
  assert.deepEqual(pairs, [[10, 25], [20, 50], [30, 75]]);
  assert.equal((await one.next()).done, true);
  assert.equal((await two.next()).done, true);
});

statement('S44 under a supervisor items are its temporary children, linked to the consumer unless nolink; the consumer is not linked to it', async ({ alone, TaskSupervisor, Process, at }) => {
  const supervisor = TaskSupervisor.start();
  const seen = [];
  const consumer = (call) => alone((me) => me.TaskSupervisor[call](supervisor, [1], (n, own) => own.sleep(Infinity)).toArray());
  for (const call of ['asyncStream', 'asyncStreamNolink']) {
    const { pid, ended } = consumer(call);
    await at(seen.length * 10 + 5);
    const [child] = TaskSupervisor.children(supervisor);
    const info = Process.info(child);
    seen.push([info.kind, info.supervisor === supervisor.pid, info.restart]);
    Process.exit(pid, 'because');
    assert.equal(await ended, 'because');
    assert.equal(Process.alive(child), call === 'asyncStreamNolink');
    Process.exit(child, 'kill');
  }
  assert.deepEqual(seen, Array(2).fill(['item', true, 'temporary']));
  assert.ok(Process.alive(supervisor.pid));
  assert.deepEqual(TaskSupervisor.children(supervisor), []);
});

statement('S45 no room under the supervisor: what runs is killed and the iteration rejects', async ({ TaskSupervisor, say, trace, sleep }) => {
  const supervisor = TaskSupervisor.start({ maxChildren: 3 });
  TaskSupervisor.startChild(supervisor, forever);
  const stream = TaskSupervisor.asyncStream(supervisor, numbers(say), running(returns(20, 'a'), forever, forever), { maxConcurrency: 3 });
  const error = await rejection(consume(stream, { say, sleep }));
  assert.ok(error instanceof MaxChildrenError);
  assert.equal(error.limit, 3);
  say('caught', TaskSupervisor.children(supervisor).length);
  assert.deepEqual(trace, [[0, 'pull', 0], [0, 'pull', 1], [0, 'pull', 2], [0, 'closed'], [0, 'caught', 1]]);
});

statement('S45 also later on', async ({ TaskSupervisor, say, trace, sleep, at }) => {
  const supervisor = TaskSupervisor.start({ maxChildren: 2 });
  const stream = TaskSupervisor.asyncStreamNolink(supervisor, numbers(say), running(returns(20, 'a'), forever, forever), { maxConcurrency: 2 });
  const iterating = rejection(consume(stream, { say, sleep }, 10));
  await at(25);
  TaskSupervisor.startChild(supervisor, forever);
  assert.ok((await iterating) instanceof MaxChildrenError);
  assert.deepEqual(trace, [[0, 'pull', 0], [0, 'pull', 1], [20, 'entry', 'a'], [30, 'pull', 2], [30, 'closed']]);
  assert.equal(TaskSupervisor.children(supervisor).length, 1);
});

statement('S46 as many places as maxConcurrency are enough', async ({ TaskSupervisor }) => {
  const supervisor = TaskSupervisor.start({ maxChildren: 2 });
  const body = async (number, me) => {
    await me.sleep(5 + number % 3);
    return number;
  };
  for (const call of ['asyncStream', 'asyncStreamNolink']) {
    for (const ordered of [true, false]) {
      const stream = () => TaskSupervisor[call](supervisor, Array(20).keys(), body, { maxConcurrency: 2, ordered });
      assert.equal((await collect(stream())).length, 20);
      assert.equal((await stream().toArray()).length, 20);
      assert.equal((await collect(stream().batches())).flat().length, 20);
    }
  }
});

statement('S47 the supervisor is gone when an item is to start: the consumer ends with noproc', async ({ alone, TaskSupervisor, Process, say, trace, at }) => {
  const supervisor = TaskSupervisor.start();
  const { ended } = alone(async (me) => {
    const stream = me.TaskSupervisor.asyncStreamNolink(supervisor, numbers(say), running(forever, forever), { maxConcurrency: 1 });
    await consume(stream, { say }).catch(() => me.sleep(5));
    say('got here');
  });
  await at(30);
  Process.exit(supervisor.pid, 'kill');
  say(await ended);
  assert.deepEqual(trace, [[0, 'pull', 0], [30, 'entry', ['exit', 'killed']], [30, 'pull', 1], [30, 'closed'], [30, 'noproc']]);
});

statement('S47 one that traps exits, and the root, get an error', async ({ alone, TaskSupervisor, Process, say, trace, at }) => {
  const heard = [];
  const supervisor = TaskSupervisor.start();
  const stream = (me) => me.TaskSupervisor.asyncStreamNolink(supervisor, [0, 1], running(forever, forever), { maxConcurrency: 1 });
  const { ended } = alone(trapping(heard, async (me) => say('body', (await rejection(stream(me).toArray())) instanceof NoProcError)));
  const root = rejection(stream({ TaskSupervisor }).toArray());
  await at(30);
  Process.exit(supervisor.pid, 'kill');
  say(await ended);
  say('root', (await root) instanceof NoProcError);
  assert.deepEqual(trace, [[30, 'body', true], [30, 'normal'], [30, 'root', true]]);
  assert.deepEqual(heard, []);
  assert.ok((await rejection(stream({ TaskSupervisor }).toArray())) instanceof NoProcError);
});

statement('S48 the supervisor stops while items run: linked, that goes to the consumer', async ({ alone, TaskSupervisor, Process, at }) => {
  for (const [how, reason] of [['stop', 'shutdown'], ['kill', 'killed']]) {
    const supervisor = TaskSupervisor.start();
    const { ended } = alone((me) => me.TaskSupervisor.asyncStream(supervisor, [0], (n, own) => own.sleep(Infinity)).toArray());
    await at(how === 'stop' ? 10 : 20);
    if (how === 'stop') await supervisor.stop();
    else Process.exit(supervisor.pid, 'kill');
    assert.equal(await ended, reason);
  }
});

statement('S48 unlinked, it is their entry', async ({ TaskSupervisor, Process, at }) => {
  for (const [how, reason] of [['stop', 'shutdown'], ['kill', 'killed']]) {
    const supervisor = TaskSupervisor.start();
    const entries = TaskSupervisor.asyncStreamNolink(supervisor, [0, 1], (n, own) => own.sleep(Infinity), { maxConcurrency: 3 }).toArray();
    await at(how === 'stop' ? 10 : 20);
    if (how === 'stop') await supervisor.stop();
    else Process.exit(supervisor.pid, 'kill');
    assert.deepEqual((await entries).map(plain).map(({ reason: each }) => each), [reason, reason]);
  }
});
