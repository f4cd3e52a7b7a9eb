/** Part L of docs/semantics.md: processes, links, monitors, exit signals. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRuntime, NoProcError } from 'belay-tasks';
import { exits, forever, returns, statement, thrown, throws, trapping, unwatched } from './harness.mjs';

statement('L1 a body that returns ends with normal, one that exits with what it gave', async ({ alone }) => {
  assert.equal(await alone(() => 1).ended, 'normal');
  assert.equal(await alone(returns(5, 1)).ended, 'normal');
  assert.equal(await alone((me) => me.exit()).ended, 'normal');
  assert.equal(await alone((me) => me.exit('because')).ended, 'because');
  assert.deepEqual(await alone(exits(5, ['shutdown', 'x'])).ended, ['shutdown', 'x']);
});

statement('L2 a thrown error is the reason, the very same object', async ({ alone }) => {
  const error = new TypeError('boom');
  assert.equal(await alone(() => { throw error; }).ended, error);
  assert.equal(await alone(throws(5, error)).ended, error);
  const { stack } = await alone((me) => me.nothing.there).ended;
  assert.match(stack, /^TypeError[^]*links\.test\.mjs/);
});

statement('L3 any other thrown value is the reason as it is', async ({ alone }) => {
  const value = { any: 'value' };
  assert.equal(await alone(() => { throw value; }).ended, value);
  assert.equal(await alone(() => { throw 'text'; }).ended, 'text');
  assert.equal(await alone(() => { throw undefined; }).ended, undefined);
});

statement('L4 a link works both ways', async ({ alone, at, say, trace, Process }) => {
  for (const [time, first] of [[10, 0], [20, 1]]) {
    const one = alone(forever);
    const two = alone((me) => {
      me.Process.link(one.pid);
      return me.sleep(Infinity);
    });
    await at(time);
    Process.exit([one, two][first].pid, 'because');
    say(await one.ended, await two.ended);
  }
  assert.deepEqual(trace, [[10, 'because', 'because'], [20, 'because', 'because']]);
});

statement('L4 linking twice makes one link, which one unlink removes', async ({ alone, at, Process }) => {
  const other = alone(forever);
  const { pid, ended } = alone(async (me) => {
    me.Process.link(other.pid);
    me.Process.link(other.pid);
    assert.equal(me.Process.info(me.self).links, 1);
    await me.sleep(1);
    me.Process.unlink(other.pid);
    assert.equal(me.Process.info(me.self).links, 0);
    await me.sleep(10);
  });
  await at(5);
  assert.equal(Process.info(pid).links, 0);
  Process.exit(other.pid, 'because');
  assert.equal(await ended, 'normal');
});

statement('L5 the end of a process reaches all that are linked to it in the same instant', async ({ alone, Process, say, trace }) => {
  const middle = alone(exits(20, 'because'));
  const around = Array.from({ length: 5 }, () => alone((me) => {
    me.Process.link(middle.pid);
    return me.sleep(Infinity);
  }));
  say(...await Promise.all(around.map(({ ended }) => ended)));
  assert.deepEqual(trace, [[20, ...Array(5).fill('because')]]);
  assert.deepEqual(Process.list(), [Process.self()]);
});

statement('L6 normal over a link has no effect on one that does not trap exits', async ({ alone, Process, at }) => {
  let child = null;
  const { ended } = alone(async (me) => {
    child = me.Task.startLink(returns(20));
    await me.sleep(10);
  });
  assert.equal(await ended, 'normal');
  assert.ok(Process.alive(child));
  await at(15);
  const quick = alone(async (me) => {
    me.Task.startLink(() => {});
    await me.sleep(10);
    return 'lived on';
  });
  assert.equal(await quick.ended, 'normal');
});

statement('L7 any reason but normal ends a chain of linked processes, with that very reason', async ({ alone, say, trace, now }) => {
  const reasons = ['because', 'shutdown', ['shutdown', 'x'], 'kill', new Error('boom')];
  for (const reason of reasons) {
    const chain = (depth) => (me) => {
      me.Task.startLink(depth === 0 ? exits(10, reason) : chain(depth - 1));
      return me.sleep(Infinity);
    };
    const start = now();
    const { ended } = alone(chain(2));
    const same = (await ended) === reason;
    say(now() - start, same);
  }
  assert.deepEqual(trace, reasons.map((_, index) => [10 * (index + 1), 10, true]));
});

statement('L7 it spreads on along the links, whoever began', async ({ alone, at, Process }) => {
  const a = alone(forever);
  const linkedTo = (pid) => (me) => {
    me.Process.link(pid);
    return me.sleep(Infinity);
  };
  const b = alone(linkedTo(a.pid));
  const c = alone(linkedTo(b.pid));
  await at(1);
  Process.exit(c.pid, 'because');
  assert.deepEqual(await Promise.all([a.ended, b.ended, c.ended]), ['because', 'because', 'because']);
});

statement('L8 a process that traps exits is told instead, of normal too, and lives on', async ({ alone }) => {
  const heard = [];
  const pids = [];
  const { ended } = alone(async (me) => {
    me.Process.flag('trapExit', true);
    me.Process.onExit((message) => heard.push(message));
    for (const body of [() => {}, (inner) => inner.exit('because'), () => { throw 'ball'; }]) {
      pids.push(me.Task.startLink(body));
      await me.sleep(1);
    }
  });
  assert.equal(await ended, 'normal');
  assert.deepEqual(heard, ['normal', 'because', 'ball'].map((reason, index) => ({ from: pids[index], reason })));
});

statement('L9 anyone may signal anyone: normal only reaches one that traps exits', async ({ alone, Task, at, Process }) => {
  const heard = [];
  const deaf = alone(forever);
  const open = alone(trapping(heard));
  await at(1);
  Task.start((me) => {
    for (const { pid } of [deaf, open]) me.Process.exit(pid, 'normal');
  });
  await at(2);
  assert.ok(Process.alive(deaf.pid) && Process.alive(open.pid));
  assert.deepEqual(heard, ['normal']);
  Task.start((me) => {
    for (const { pid } of [deaf, open]) me.Process.exit(pid, 'because');
  });
  assert.equal(await deaf.ended, 'because');
  assert.ok(Process.alive(open.pid));
  assert.deepEqual(heard, ['normal', 'because']);
});

statement('L10 a normal signal to oneself ends the process', async ({ alone, now }) => {
  const { ended } = alone((me) => {
    me.Process.exit(me.self, 'normal');
    return me.sleep(50);
  });
  assert.equal(await ended, 'normal');
  assert.equal(now(), 0);
});

statement('L10 but not one that traps exits', async ({ alone, now }) => {
  const heard = [];
  const { ended } = alone(trapping(heard, (me) => {
    me.Process.exit(me.self, 'normal');
    return me.sleep(50);
  }));
  await ended;
  assert.equal(now(), 50);
  assert.deepEqual(heard, ['normal']);
});

statement('L11 kill cannot be trapped and ends with killed, which links can trap', async ({ alone, at, Process }) => {
  const heardInside = [];
  const heardOutside = [];
  const victim = alone(trapping(heardInside));
  const linked = (body) => (me) => {
    me.Process.link(victim.pid);
    return body(me);
  };
  const open = alone(linked(trapping(heardOutside)));
  const deaf = alone(linked(forever));
  await at(1);
  Process.exit(victim.pid, 'kill');
  assert.equal(await victim.ended, 'killed');
  assert.equal(await deaf.ended, 'killed');
  assert.deepEqual(heardInside, []);
  assert.deepEqual(heardOutside, ['killed']);
  assert.ok(Process.alive(open.pid));
});

statement('L12 exit(kill) in a process is a reason like others: links get kill, and can trap it', async ({ alone, at, Process }) => {
  const heard = [];
  const parent = (traps) => (me) => {
    if (traps) trapping(heard, () => {})(me);
    me.Task.startLink(exits(5, 'kill'));
    return me.sleep(Infinity);
  };
  const open = alone(parent(true));
  const deaf = alone(parent(false));
  await at(6);
  assert.deepEqual(heard, ['kill']);
  assert.ok(Process.alive(open.pid));
  assert.equal(await deaf.ended, 'kill');
});

statement('L13 linking to one that is gone: an error, or a message to one that traps exits', async ({ alone, at, Process }) => {
  const gone = alone(() => {});
  await gone.ended;
  const heard = [];
  let error = null;
  const deaf = alone((me) => {
    error = thrown(() => me.Process.link(gone.pid));
  });
  const open = alone(trapping(heard, async (me) => {
    me.Process.link(gone.pid);
    await me.sleep(1);
  }));
  await at(2);
  assert.ok(error instanceof NoProcError);
  assert.equal(error.reason, 'noproc');
  assert.equal(error.pid, gone.pid);
  assert.deepEqual([await deaf.ended, await open.ended], ['normal', 'normal']);
  assert.deepEqual(heard, ['noproc']);
  assert.ok(!Process.alive(gone.pid));
});

statement('L14 after unlink nothing comes; a message that was there before stays', async ({ alone, now }) => {
  const heard = [];
  const { ended } = alone(trapping(heard, async (me) => {
    const one = me.Task.startLink(forever);
    const two = me.Task.startLink(forever);
    await me.sleep(1);
    me.Process.unlink(one);
    me.Process.exit(one, 'first');
    me.Process.exit(two, 'second');
    me.Process.unlink(two);
    await me.sleep(10);
  }));
  await ended;
  assert.deepEqual(heard, ['second']);
  assert.equal(now(), 11);
});

statement('L14 one that does not trap exits is not hurt after unlink', async ({ alone, now }) => {
  const { ended } = alone(async (me) => {
    const pid = me.Task.startLink(exits(10, 'because'));
    await me.sleep(5);
    me.Process.unlink(pid);
    await me.sleep(10);
  });
  assert.equal(await ended, 'normal');
  assert.equal(now(), 15);
});

statement('L15 a monitor tells the end exactly once, with the reason', async ({ Task, Process, say, trace }) => {
  const { ref, down } = Process.monitor(Task.start(exits(7, 'because')));
  down.then((reason) => say(reason));
  await down;
  assert.deepEqual(trace, [[7, 'because']]);
  assert.equal(Process.demonitor(ref), false);
});

statement('L15 a monitor on one that is gone tells noproc at once', async ({ alone, Process, now }) => {
  const gone = alone(exits(7, 'because'));
  await gone.ended;
  assert.equal(await Process.monitor(gone.pid).down, 'noproc');
  assert.equal(now(), 7);
});

test('L15 one that has fired tells the reason, even if the runtime is disposed of at once', async () => {
  const runtime = createRuntime();
  const pid = runtime.Task.start(forever);
  const { down } = runtime.Process.monitor(pid);
  runtime.Process.exit(pid, 'kill');
  runtime.dispose();
  assert.equal(await down, 'killed');
});

statement('L16 monitors are independent of each other; one that is taken away tells nothing', async ({ Task, Process, say, trace, at }) => {
  const pid = Task.start(exits(7, 'because'));
  const [one, two, three] = [1, 2, 3].map((number) => {
    const each = Process.monitor(pid);
    each.down.then((reason) => say(number, reason));
    return each;
  });
  assert.equal(new Set([one.ref, two.ref, three.ref]).size, 3);
  assert.equal(Process.demonitor(two.ref), true);
  await at(10);
  assert.deepEqual(trace, [[7, 1, 'because'], [7, 3, 'because']]);
});

statement('L17 what one process sends to another arrives in the order sent', async ({ alone, Task, at }) => {
  const heard = [];
  const { pid } = alone(trapping(heard));
  await at(1);
  Task.start(async (me) => {
    for (const word of ['a', 'b', 'normal', 'c']) me.Process.exit(pid, word);
    await null;
    me.Process.exit(pid, 'd');
  });
  await at(2);
  assert.deepEqual(heard, ['a', 'b', 'normal', 'c', 'd']);
});

/** What an owner that traps exits is told, in order, of a linked process that ends. */
async function toldOf(Task, body, signal = false) {
  const told = [];
  await new Promise((resolve) => Task.start(async (me) => {
    me.Process.flag('trapExit', true);
    me.Process.onExit(({ reason }) => told.push(['exit', reason]));
    const pid = me.Task.startLink(body);
    me.Process.monitor(pid).down.then((reason) => told.push(['down', reason]));
    await me.sleep(1);
    if (signal) me.Process.exit(pid, 'because');
    await me.sleep(10);
    resolve();
  }));
  return told;
}

const exitBeforeDown = async ({ Task }) => {
  const expected = [['exit', 'because'], ['down', 'because']];
  assert.deepEqual(await toldOf(Task, (me) => me.exit('because')), expected);
  assert.deepEqual(await toldOf(Task, exits(5, 'because')), expected);
  assert.deepEqual(await toldOf(Task, forever, true), expected);
};

statement('L18 one that is linked and watches is told of the exit before the down', exitBeforeDown);
unwatched('L18 also when nobody looks on', exitBeforeDown);

test('L18 also when there is more to tell than fits into a turn of the event loop', async () => {
  let time = 0;
  const clock = { now: () => (time += 3), setTimeout: (run) => setImmediate(run), clearTimeout: clearImmediate };
  const runtime = createRuntime({ clock });
  const told = new Map();
  await runtime.Task.await(runtime.Task.async(async (me) => {
    me.Process.flag('trapExit', true);
    me.Process.onExit(({ from }) => told.set(from, 'exit'));
    const pids = Array.from({ length: 1000 }, () => me.Task.startLink(forever));
    const downs = pids.map((pid) => me.Process.monitor(pid).down.then(() => assert.equal(told.get(pid), 'exit')));
    for (const pid of pids) me.Process.exit(pid, 'because');
    await Promise.all(downs);
  }), Infinity);
  assert.equal(told.size, 1000);
  runtime.dispose();
});

statement('L19 an owner that traps exits has the value before the exit message, and that before the down', async ({ alone }) => {
  const told = [];
  const { ended } = alone(async (me) => {
    const task = me.Task.async(returns(5, 'value'));
    me.Process.flag('trapExit', true);
    me.Process.onExit(({ reason }) => told.push(['exit', reason, task.state]));
    me.Process.monitor(task.pid).down.then((reason) => told.push(['down', reason]));
    told.push(['value', await me.Task.await(task)]);
    await me.sleep(1);
  });
  await ended;
  assert.deepEqual(told.filter(([what]) => what !== 'value'), [['exit', 'normal', 'fulfilled'], ['down', 'normal']]);
  assert.ok(told.some(([what]) => what === 'value'));
});

statement('L20 a process that waits or sleeps is ended by a signal at once', async ({ alone, Process, at, say, trace }) => {
  const waits = {
    sleep: (me) => me.sleep(1000),
    await: (me) => me.Task.await(me.Task.async(forever), 1000),
    yield: (me) => me.Task.yield(me.Task.async(forever), 1000),
    stream: (me) => me.Task.asyncStream([1], (n, own) => own.sleep(1000)).toArray(),
  };
  const started = Object.values(waits).map((body) => alone(body));
  for (const { ended } of started) ended.then((reason) => say(reason));
  await at(7);
  for (const { pid } of started) {
    Process.exit(pid, 'because');
    assert.ok(!Process.alive(pid));
  }
  await at(8);
  assert.deepEqual(trace, Array(4).fill([7, 'because']));
  assert.deepEqual(Process.list(), [Process.self()]);
});

statement('L20 a message does not wake a sleeping one', async ({ alone, Process, at, now }) => {
  const heard = [];
  const { pid, ended } = alone(trapping(heard, (me) => me.sleep(100)));
  await at(7);
  Process.exit(pid, 'because');
  await ended;
  assert.deepEqual(heard, ['because']);
  assert.equal(now(), 100);
});

statement('L21 a new process does not trap exits, whatever its parent does', async ({ alone }) => {
  const flags = [];
  const child = (me) => {
    flags.push(me.Process.info(me.self).trapExit, me.Process.flag('trapExit', false));
  };
  await alone(async (me) => {
    me.Process.flag('trapExit', true);
    const supervisor = me.TaskSupervisor.startLink();
    me.Task.start(child);
    me.Task.startLink(child);
    me.TaskSupervisor.startChild(supervisor, child);
    await me.Task.await(me.Task.async(child));
    await me.Task.asyncStream([1], (n, own) => child(own)).toArray();
    assert.equal(me.Process.flag('trapExit', true), true);
  }).ended;
  assert.deepEqual(flags, Array(10).fill(false));
});

statement('L22 what is sent to a process that is gone vanishes', async ({ alone, Process }) => {
  const { pid, ended } = alone(() => {});
  await ended;
  for (const reason of ['normal', 'because', 'kill']) assert.equal(Process.exit(pid, reason), undefined);
  const late = [];
  const owner = alone((me) => {
    late.push(me.Task.async(returns(5, 'too late')));
  });
  assert.equal(await owner.ended, 'normal');
  assert.equal(await Process.monitor(late[0].pid).down, 'normal');
});
