/** Who started whom: A28, A29, and R4 for restarts. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createRuntime } from 'belay-tasks';
import { Origin, callersFrom, ancestorsFrom } from '../../bindings/js/origin.js';
import { FakeClock } from './fake-clock.mjs';
import { scenario } from './harness.mjs';

/** What the process of a body comes from, as pids. */
const origin = ({ Process, self }) => {
  const { callers, ancestors } = Process.info(self);
  return { callers, ancestors };
};

scenario('A28, A29: a task comes from its owner, and so on', async ({ Task, Process }) => {
  const root = Process.self();
  const task = Task.async(async (context) => {
    const { self, Task: own } = context;
    const seen = [];
    const start = (name) => new Promise((resolve) => own[name]((inner) => resolve(origin(inner))));
    seen.push(await own.await(own.async(origin)), await start('start'), await start('startLink'));
    return { self, seen, mine: origin(context) };
  });
  const { self, seen, mine } = await Task.await(task);
  assert.deepEqual(mine, { callers: [root], ancestors: [root] });
  for (const each of seen) assert.deepEqual(each, { callers: [self, root], ancestors: [self, root] });
  assert.deepEqual(Process.info(root).callers, []);
  assert.deepEqual(Process.info(root).ancestors, []);
});

scenario('A28, A29: a supervised task was called by its owner and descends from the supervisor', async ({ Task, TaskSupervisor, Process }) => {
  const root = Process.self();
  const pool = TaskSupervisor.start({ name: 'pool' });
  const task = Task.async(async ({ self, Task: own, TaskSupervisor: Own }) => {
    const child = await new Promise((resolve) => Own.startChild('pool', (context) => resolve(origin(context))));
    const linked = await own.await(Own.async('pool', origin));
    const nolink = await own.await(Own.asyncNolink('pool', origin));
    return { self, seen: [child, linked, nolink] };
  });
  const { self, seen } = await Task.await(task);
  for (const each of seen) assert.deepEqual(each, { callers: [self, root], ancestors: [pool.pid, root] });
  assert.deepEqual(Process.info(pool.pid).callers, []);
  assert.deepEqual(Process.info(pool.pid).ancestors, [root]);
  await pool.stop();
});

scenario('A28, A29: items come from their consumer; there is no helper process between', async ({ Task, TaskSupervisor, Process }) => {
  const root = Process.self();
  const pool = TaskSupervisor.start();
  const task = Task.async(async ({ self, Task: own, TaskSupervisor: Own }) => {
    const plain = await own.asyncStream([1], (_, context) => origin(context)).toArray();
    const supervised = await Own.asyncStreamNolink(pool, [1], (_, context) => origin(context)).toArray();
    return { self, plain: plain[0].value, supervised: supervised[0].value };
  });
  const { self, plain, supervised } = await Task.await(task);
  assert.deepEqual(plain, { callers: [self, root], ancestors: [self, root] });
  assert.deepEqual(supervised, { callers: [self, root], ancestors: [pool.pid, root] });
  await pool.stop();
});

scenario('R4: a child that is started again has the same callers, though they have ended', async ({ Task, TaskSupervisor, Process, clock }) => {
  const pool = TaskSupervisor.start();
  const seen = [];
  const starter = Task.start(({ TaskSupervisor: Own }) => {
    Own.startChild(pool, (context) => {
      seen.push(origin(context));
      if (seen.length < 3) throw new Error('again');
    }, { restart: 'transient' });
  });
  await clock.advance(0);
  assert.equal(seen.length, 3);
  for (const each of seen) {
    assert.deepEqual(each, { callers: [starter, Process.self()], ancestors: [pool.pid, Process.self()] });
  }
  await pool.stop();
});

scenario('children of a general supervisor come from it, also after a restart', async ({ Supervisor, Task, TaskSupervisor, Process, clock }) => {
  const seen = [];
  const inner = Supervisor.childSpec([
    Task.childSpec((context) => {
      seen.push(origin(context));
      if (seen.length === 1) throw new Error('again');
      return context.sleep(Infinity);
    }, { id: 'job', restart: 'permanent' }),
    TaskSupervisor.childSpec({ name: 'pool' }),
  ], { id: 'inner', strategy: 'oneForOne' });
  const app = Supervisor.start([inner], { strategy: 'oneForOne' });
  const [{ pid }] = Supervisor.whichChildren(app);
  await clock.advance(0);
  const above = [pid, app.pid, Process.self()];
  assert.deepEqual(seen, [{ callers: [pid], ancestors: above }, { callers: [pid], ancestors: above }]);
  assert.deepEqual(Process.info(Process.whereis('pool')).ancestors, above);
  assert.deepEqual(Process.info(pid).ancestors, [app.pid, Process.self()]);
  await app.stop();
});

scenario('ancestors that have been killed are still told', async ({ TaskSupervisor, Process, clock }) => {
  const pool = TaskSupervisor.start();
  const pid = TaskSupervisor.startChild(pool, ({ Process: own, sleep }) => {
    own.flag('trapExit', true);
    return sleep(9);
  });
  await clock.advance(1);
  Process.exit(pool.pid, 'kill');
  const { supervisor, ancestors } = Process.info(pid);
  assert.deepEqual([supervisor, ancestors], [null, [pool.pid, Process.self()]]);
  await clock.advance(9);
});

scenario('what a process starts shares one node; one that starts nothing has none', async ({ Task, Process }) => {
  const one = Task.start(() => {});
  const two = Task.start(() => {});
  assert.equal(Process.info(one).callers, Process.info(two).callers);
});

test('of processes that start their successor without end, the nearest thousand are kept', () => {
  let node = null;
  for (let index = 0; index < 5000; index++) node = new Origin(index, 0, node, node);
  const callers = callersFrom(node);
  assert.equal(callers.length, 1000);
  assert.deepEqual([callers[0], callers[999]], ['<4999.0>', '<4000.0>']);
  assert.equal(ancestorsFrom(node), callers, 'without a supervisor both are one list');
  let length = 0;
  for (let each = node; each !== null; each = each.callers) length++;
  assert.ok(length < 2000, `${length} nodes are kept`);
});

test('below a supervisor the two lists are apart, and stay so', () => {
  const root = new Origin(0, 0, null, null);
  let node = new Origin(2, 0, root, new Origin(1, 0, null, root));
  assert.deepEqual([callersFrom(node), ancestorsFrom(node)], [['<2.0>', '<0.0>'], ['<2.0>', '<1.0>', '<0.0>']]);
  for (let index = 3; index < 5000; index++) node = new Origin(index, 0, node, node);
  assert.deepEqual(ancestorsFrom(node), callersFrom(node));
  assert.equal(callersFrom(node)[999], '<4000.0>');
});

test('a task far down such a row does not know its beginning', async () => {
  const runtime = createRuntime({ clock: new FakeClock() });
  const { Task, Process } = runtime;
  let left = 3000;
  let callers = null;
  const relay = ({ Task: own, Process: mine, self }) => {
    if (--left > 0) own.start(relay);
    else ({ callers } = mine.info(self));
  };
  Task.start(relay);
  while (callers === null) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(callers.length, 1000);
  assert.ok(!callers.includes(Process.self()));
  runtime.dispose();
});
