/** The log: E1 to E9 of the semantics. */
import assert from 'node:assert/strict';
import { scenario } from './harness.mjs';

const forever = ({ sleep }) => sleep(Infinity);
const crash = () => { throw new Error('boom'); };
const reports = { reports: true };

const short = (entries) => entries.map(({ kind, report, child, reason }) =>
  [kind, report, child?.id ?? child?.label, reason instanceof Error ? reason.message : reason]);

scenario('E2: an entry tells who crashed, who started it by name or pid, its callers and its supervisor', async ({
  Task, TaskSupervisor, Process, logged, clock,
}) => {
  const pool = TaskSupervisor.start({ name: 'pool' });
  const parent = Task.start(async ({ Process: own, TaskSupervisor: Own, self, sleep }) => {
    own.register('boss', self);
    Own.startChild('pool', crash, { label: 'job' });
    await sleep(1);
  });
  await clock.advance(1);
  const [{ pid, message, reason, ...entry }] = logged;
  assert.deepEqual(entry, {
    type: 'logged', kind: 'crash', time: 0, label: 'job', startedBy: 'boss', callers: [parent, Process.self()], supervisor: pool.pid,
  });
  assert.equal(message, `task ${pid} "job" (started by "boss") crashed: Error: boom`);
  assert.equal(reason.message, 'boom');
  assert.equal(logged.length, 1);
  await pool.stop();
});

scenario('an entry tells the supervisor of a child that was started by a start function', async ({ Supervisor, Task, logged, clock }) => {
  const app = Supervisor.start([Task.childSpec(crash, { id: 'job', label: 'job' })], { strategy: 'oneForOne' });
  await clock.advance(0);
  assert.deepEqual(logged.map(({ supervisor, callers, startedBy }) => [supervisor, callers, startedBy]), [[app.pid, [app.pid], app.pid]]);
  await app.stop();
});

scenario('what was thrown and is no Error is shown as it is; an exit as an exit', async ({ Task, logged, clock }) => {
  Task.start(() => { throw 'words'; });
  Task.start(({ exit }) => exit({ a: 1 }));
  await clock.advance(0);
  assert.match(logged[0].message, /crashed: "words"$/);
  assert.match(logged[1].message, /crashed: exit with \{ a: 1 \}$/);
});

scenario('a reason that is a list or a plain object is shown in short, and its code is not run', async ({ Task, logged, clock }) => {
  const bad = () => { throw new Error('was run'); };
  const shown = [
    [{}, '{}'], [[], '[]'], [{ code: 1, at: {}, f() {} }, '{ code: 1, at: …, f: function f }'],
    [['shutdown', 5, []], '["shutdown", 5, …]'], [Object.create(null), '{}'], [new Map(), 'an instance of Map'],
    [{ get a() { return bad(); }, b: 2 }, '{ a: …, b: 2 }'],
    [new Proxy({}, { getPrototypeOf: bad, ownKeys: bad }), 'an object'],
    [new Proxy({}, { ownKeys: bad }), 'an object'],
    [{ a: 'x'.repeat(99) }, `{ a: "${'x'.repeat(56)}… }`],
    [{ a: 'x'.repeat(40), b: 'y'.repeat(40) }, `{ a: "${'x'.repeat(40)}", … }`],
    [Array(100_000).fill(7), `[${'7, '.repeat(20)}…]`],
  ];
  for (const [reason] of shown) Task.start(({ exit }) => exit(reason));
  await clock.advance(0);
  assert.deepEqual(logged.map(({ message }) => message.split('exit with ')[1]), shown.map(([, text]) => text));
});

scenario('E9: an owner that dies of a timeout is logged, the linked task that dies with it is not', async ({ Task, logged, clock }) => {
  Task.start(async ({ Task: own }) => {
    await own.await(own.async(forever, { label: 'slow' }), 5);
  }, { label: 'owner' });
  await clock.advance(5);
  assert.deepEqual(logged.map(({ label, reason }) => [label, reason.code]), [['owner', 'BELAY_TIMEOUT']]);
});

scenario('E5: ends of children that should not be, and of permanent ones, are reported', async ({
  TaskSupervisor, Process, logged, clock,
}) => {
  const pool = TaskSupervisor.start({ name: 'pool', maxRestarts: 9 });
  let runs = 0;
  const once = (body) => (context) => (runs++ === 0 ? body(context) : forever(context));
  const start = async (body, restart) => {
    runs = 0;
    const pid = TaskSupervisor.startChild(pool, once(body), { restart, label: restart });
    await clock.advance(0);
    return pid;
  };
  await start(() => 1, 'temporary');
  await start(() => 1, 'transient');
  await start(() => 1, 'permanent');
  await start(({ exit }) => exit('shutdown'), 'transient');
  const killed = await start(forever, 'temporary');
  Process.exit(killed, 'kill');
  await clock.advance(0);
  assert.deepEqual(short(logged), [
    ['report', 'childTerminated', 'permanent', 'normal'], ['report', 'childTerminated', 'temporary', 'killed'],
  ]);
  assert.deepEqual(logged[1].child, { id: null, pid: killed, label: 'temporary' });
  assert.equal(logged[1].message, `task supervisor ${pool.pid} "pool": child ${killed} "temporary" ended: exit with "killed"`);
  await pool.stop();
}, reports);

scenario('E6: children that do not stop as asked are reported', async ({ Supervisor, Task, logged, clock }) => {
  const stubborn = ({ Process, sleep }) => {
    Process.flag('trapExit', true);
    return sleep(Infinity);
  };
  const app = Supervisor.start([
    Task.childSpec(forever, { id: 'obeys', restart: 'permanent' }),
    Task.childSpec(stubborn, { id: 'stays', restart: 'permanent', shutdown: 5 }),
    Task.childSpec(stubborn, { id: 'brutal', restart: 'permanent', shutdown: 'brutalKill' }),
  ], { strategy: 'oneForOne', name: 'app' });
  await clock.advance(0);
  const stopping = app.stop();
  await clock.advance(5);
  await stopping;
  assert.deepEqual(short(logged), [['report', 'shutdownError', 'stays', 'killed']]);
  const { pid } = logged[0].child;
  assert.equal(logged[0].message, `supervisor ${app.pid} "app": child "stays" ${pid} did not stop as it was asked to: exit with "killed"`);
}, reports);

scenario('a start that fails is reported; E7: so is a supervisor that gives up', async ({ Supervisor, Process, logged, clock }) => {
  let starts = 0;
  const app = Supervisor.start([{
    id: 'flaky',
    start({ Task }) {
      if (starts++ > 0) throw new Error('no luck');
      return Task.startLink(forever);
    },
  }], { strategy: 'oneForOne', maxRestarts: 1, maxSeconds: 7 });
  Process.exit(Supervisor.whichChildren(app)[0].pid, 'kill');
  await clock.advance(0);
  assert.deepEqual(short(logged), [
    ['report', 'childTerminated', 'flaky', 'killed'], ['report', 'startError', 'flaky', 'no luck'],
    ['report', 'intensity', 'flaky', 'shutdown'],
  ]);
  assert.match(logged[1].message, /: child "flaky".* could not be started: Error: no luck$/);
  assert.match(logged[2].message, /^supervisor <\S+>: gives up: more than 1 restart within 7 s, the last one of child "flaky"/);
}, reports);

scenario('E8: a supervisor that ends with no good reason says so', async ({ TaskSupervisor, logged, clock }) => {
  for (const reason of ['normal', 'shutdown', ['shutdown', 1], 'bad']) await TaskSupervisor.start({ name: 'pool' }).stop(reason);
  await clock.advance(0);
  const [{ pid, message, ...entry }] = logged;
  assert.equal(logged.length, 1);
  assert.deepEqual(entry, { type: 'reported', kind: 'report', time: 0, label: 'pool', report: 'ended', child: null, reason: 'bad' });
  assert.equal(message, `task supervisor ${pid} "pool" ended: exit with "bad"`);
}, reports);

scenario('without the option reports are events only', async ({ TaskSupervisor, Process, runtime, logged, clock }) => {
  const events = [];
  const off = runtime.subscribe((event) => events.push(event));
  const pool = TaskSupervisor.start({ name: 'pool' });
  Process.exit(TaskSupervisor.startChild(pool, forever, { label: 'job' }), 'kill');
  await pool.stop('bad');
  await clock.advance(0);
  off();
  assert.deepEqual(logged, []);
  assert.deepEqual(short(events.filter(({ type }) => type === 'reported')), [
    ['report', 'childTerminated', 'job', 'killed'], ['report', 'ended', undefined, 'bad'],
  ]);
});
