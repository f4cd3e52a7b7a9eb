import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { deferred, failed, quiet, rejection, scenario } from './harness.mjs';

/** Runs a program in a Node of its own, inside of the package. */
function program(source) {
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
    cwd, encoding: 'utf8', timeout: 60_000,
  });
  return { status, stdout, stderr };
}

/** As `scenario`, where unhandled rejections are part of what is expected. */
function surfaced(name, body) {
  const run = (context) => body(context);
  run.expectsUnhandled = true;
  scenario(name, run);
}

surfaced('a linked failure that nobody waits for is an unhandled rejection, once', async ({ Task, unhandled, logged }) => {
  const error = new Error('boom');
  const task = Task.async(() => { throw error; });
  await quiet();
  assert.deepEqual(unhandled, [error]);
  assert.equal(logged.length, 1);
  assert.equal(await rejection(Task.await(task)), error);
  assert.equal(await rejection(Task.yield(task)), error);
  await quiet();
  assert.deepEqual(unhandled, [error]);
});

surfaced('startLink and a killed task surface as well', async ({ Task, Process, unhandled }) => {
  const error = new Error('boom');
  Task.startLink(() => { throw error; });
  const task = Task.async(({ sleep }) => sleep(Infinity));
  await quiet();
  Process.exit(task.pid, 'kill');
  await quiet();
  assert.equal(unhandled.length, 2);
  assert.equal(unhandled[0], error);
  assert.equal(unhandled[1].reason, 'killed');
  assert.equal(unhandled[1].pid, task.pid);
});

surfaced('a failure while another task is awaited surfaces', async ({ Task, unhandled }) => {
  const error = new Error('boom');
  const gate = deferred();
  const slow = Task.async(() => gate.promise);
  const waiting = Task.await(slow);
  Task.async(() => { throw error; });
  await quiet();
  assert.deepEqual(unhandled, [error]);
  gate.resolve(1);
  assert.equal(await waiting, 1);
});

scenario('a failure that is awaited in the same turn of the event loop does not surface', async ({ Task }) => {
  const error = new Error('boom');
  const task = Task.async(() => { throw error; });
  await Promise.resolve().then(() => {});
  assert.equal(await rejection(Task.await(task)), error);
});

scenario('an unlinked failure does not surface', async ({ Task, TaskSupervisor, logged }) => {
  const supervisor = TaskSupervisor.start();
  const error = new Error('boom');
  const task = TaskSupervisor.asyncNolink(supervisor, () => { throw error; });
  Task.start(() => { throw error; });
  await quiet();
  assert.deepEqual(await Task.yield(task), failed(error));
  assert.equal(logged.length, 2);
  await supervisor.stop();
});

scenario('failures of a linked task in a body end the body, and surface where that is awaited', async ({ Task }) => {
  const error = new Error('boom');
  const task = Task.async(async (context) => {
    context.Task.async(() => { throw error; });
    await context.sleep(Infinity);
  });
  assert.equal(await rejection(Task.await(task)), error);
});

test('an unhandled failure ends Node with the error', () => {
  const { status, stderr } = program(`
    import { Task } from 'belay-tasks';
    Task.async(() => { throw new Error('nobody waits for me'); });
  `);
  assert.equal(status, 1);
  assert.match(stderr, /nobody waits for me/);
});

test('a crash of a task on its own is logged, and Node goes on', () => {
  const { status, stderr, stdout } = program(`
    import { Task } from 'belay-tasks';
    Task.start(() => { throw new Error('logged'); }, { label: 'mailer' });
    setTimeout(() => console.log('went on'), 5);
  `);
  assert.equal(status, 0);
  assert.match(stderr, /task <1\.1> "mailer" \(started by <0\.1>\) crashed: Error: logged/);
  assert.match(stdout, /went on/);
});

test('an await that is over does not keep Node alive', () => {
  const began = performance.now();
  const { status, stdout } = program(`
    import { Task } from 'belay-tasks';
    for (let n = 0; n < 100; n++) await Task.await(Task.async(async () => n), 50_000);
    console.log('done');
  `);
  assert.equal(status, 0);
  assert.match(stdout, /done/);
  assert.ok(performance.now() - began < 40_000);
});

test('a sleep keeps Node alive until it is over', () => {
  const { status, stdout } = program(`
    import { sleep } from 'belay-tasks';
    sleep(20).then(() => console.log('slept'));
  `);
  assert.equal(status, 0);
  assert.match(stdout, /slept/);
});

test('importing does nothing: no kernel is made, nothing is kept alive', () => {
  const { status, stdout } = program(`
    const { Instance } = WebAssembly;
    let made = 0;
    WebAssembly.Instance = class extends Instance { constructor(...args) { super(...args); made++; } };
    const { Task } = await import('belay-tasks');
    console.log(made, typeof Task.async);
    await Task.await(Task.async(() => 1));
    await Task.await(Task.async(() => 1));
    console.log(made);
  `);
  assert.equal(status, 0);
  assert.equal(stdout, '0 function\n1\n');
});

test('a long stream gives the event loop its turns', () => {
  const { status, stdout } = program(`
    import { Task } from 'belay-tasks';
    let turns = 0;
    const timer = setInterval(() => { turns++; }, 1);
    const items = Array.from({ length: 200_000 }, (_, n) => n);
    await Task.asyncStream(items, async (n) => n, { maxConcurrency: 100 }).toArray();
    clearInterval(timer);
    console.log(turns > 2 ? 'turns' : 'starved');
  `);
  assert.equal(status, 0);
  assert.equal(stdout, 'turns\n');
});
