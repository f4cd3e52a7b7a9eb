/**
 * Types and code name the same things: what index.js exports, what its objects
 * offer, and what index.d.ts says.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as belay from 'belay-tasks';

const types = readFileSync(
  new URL('../../bindings/js/index.d.ts', import.meta.url),
  'utf8',
).replace(/\/\*[^]*?\*\//g, '');

const sorted = (names) => [...new Set(names)].sort();

/** The names of the values that index.d.ts exports. */
function declaredValues() {
  const pattern = /^export (?:const|function|class|abstract class) (\w+)/gm;
  return sorted([...types.matchAll(pattern)].map((match) => match[1]));
}

/** The names of an interface's own members; symbols are left out. */
function declaredMembers(name) {
  const block = new RegExp(
    `^export interface ${name}\\b[^{]*\\{\\n([^]*?)^\\}`,
    'm',
  ).exec(types);
  assert.ok(block, `index.d.ts declares ${name}`);
  const pattern = /^ {2}(?:readonly )?(\w+)\??[<(:]/gm;
  return sorted([...block[1].matchAll(pattern)].map((match) => match[1]));
}

/** Properties of an object and of its classes; of functions, own ones. */
function offeredMembers(object) {
  const names = [];
  const ends = [Object.prototype, Function.prototype, null];
  for (
    let holder = object;
    !ends.includes(holder);
    holder = Object.getPrototypeOf(holder)
  ) {
    names.push(...Object.getOwnPropertyNames(holder));
  }
  const ofFunctions =
    typeof object === 'function' ? ['length', 'name', 'prototype'] : [];
  return sorted(
    names.filter(
      (name) => name !== 'constructor' && !ofFunctions.includes(name),
    ),
  );
}

test('index.js and index.d.ts export the same values', () => {
  assert.deepEqual(sorted(Object.keys(belay)), declaredValues());
});

for (const [name, api] of [
  ['Task', 'TaskApi'],
  ['TaskSupervisor', 'TaskSupervisorApi'],
  ['Supervisor', 'SupervisorApi'],
  ['Process', 'ProcessApi'],
]) {
  test(`${name} offers what ${api} declares`, () => {
    assert.deepEqual(offeredMembers(belay[name]), declaredMembers(api));
  });

  test(`${name} of a body offers what ${api} declares`, async () => {
    const { Task } = belay;
    const task = Task.async((context) => offeredMembers(context[name]));
    assert.deepEqual(await Task.await(task), declaredMembers(api));
  });
}

test('a body gets what TaskContext declares', async () => {
  const { Task } = belay;
  const task = Task.async((context) => offeredMembers(context));
  assert.deepEqual(await Task.await(task), declaredMembers('TaskContext'));
});

test('a runtime offers what Runtime declares', () => {
  const runtime = belay.createRuntime();
  try {
    assert.deepEqual(offeredMembers(runtime), declaredMembers('Runtime'));
  } finally {
    runtime.dispose();
  }
});

test('handles have the fields that are declared', async () => {
  const { Task, TaskSupervisor, Supervisor } = belay;
  const pool = TaskSupervisor.start();
  const top = Supervisor.start([], { strategy: 'oneForOne' });
  const task = Task.async(() => 1);
  const stream = Task.asyncStream([], () => 1);

  assert.deepEqual(offeredMembers(task), declaredMembers('Task'));
  assert.deepEqual(offeredMembers(pool), declaredMembers('TaskSupervisor'));
  assert.deepEqual(offeredMembers(top), declaredMembers('Supervisor'));
  assert.deepEqual(offeredMembers(stream), declaredMembers('TaskStream'));

  await Task.await(task);
  await pool.stop();
  await top.stop();
});

test('what can be disposed of is so where the platform has the symbol', async () => {
  if (Symbol.asyncDispose === undefined) return;
  const { createRuntime } = belay;
  const runtime = createRuntime();
  const { Task, TaskSupervisor, Supervisor } = runtime;
  for (const handle of [
    Task.async(() => 1),
    TaskSupervisor.start(),
    Supervisor.start([], { strategy: 'oneForOne' }),
    runtime,
  ]) {
    assert.equal(typeof handle[Symbol.asyncDispose], 'function');
    await handle[Symbol.asyncDispose]();
  }
});

test('instanceof tells handles', async () => {
  const { Task, TaskSupervisor, Supervisor } = belay;
  const task = Task.async(() => 1);
  const pool = TaskSupervisor.start();
  const top = Supervisor.start([], { strategy: 'oneForOne' });

  assert.ok(task instanceof Task);
  assert.ok(pool instanceof TaskSupervisor);
  assert.ok(top instanceof Supervisor);
  assert.ok(!(pool instanceof Supervisor));
  assert.ok(!(top instanceof TaskSupervisor));
  assert.ok(!(Promise.resolve() instanceof Task));

  await Task.await(task);
  await pool.stop();
  await top.stop();
});

test('each error class has the code that is declared', () => {
  const pattern =
    /^export (?:abstract )?class (\w+) extends (\w+) \{[^}]*?code: ([^;]+);/gm;
  for (const [, name, parent, codes] of types.matchAll(pattern)) {
    const wanted = parent === 'Error' ? Error : belay[parent];
    assert.equal(Object.getPrototypeOf(belay[name]), wanted, name);
    assert.match(codes, /^('BELAY_|BelayErrorCode)/);
  }
});
