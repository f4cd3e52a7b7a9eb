import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRuntime } from 'belay-tasks';
import { insideOf } from '../../bindings/js/public-runtime.js';
import { FakeClock, quiet } from './fake-clock.mjs';

const NOTHING = {
  processes: 0, abandoned: 0, kept: 0, timers: 0, fresh: 0, cells: 0, waits: 0, monitors: 0,
  streams: 0, children: 0, reasons: 0, signals: 0, effects: 0, pulls: 0, items: 0, inbox: 0, check: 0,
};

/** Fails unless nothing is left in the runtime, in the kernel or beside it. */
export async function assertIdle(runtime, clock) {
  await quiet();
  assert.deepEqual(insideOf(runtime).counts(), NOTHING);
  if (clock !== undefined) assert.equal(clock.pending, 0, 'the host timer is still set');
  const { processes, streams, abandoned, buffered, timers } = runtime.inspect();
  assert.deepEqual(processes.map(({ kind }) => kind), ['root']);
  assert.deepEqual({ streams, abandoned, buffered, timers }, { streams: [], abandoned: 0, buffered: 0, timers: 0 });
}

/**
 * A test on a runtime and a clock of its own; afterwards nothing may be left.
 * `body` gets `{ runtime, clock, logged, unhandled, Task, ... }`.
 */
export function scenario(name, body, { idle = true, ...options } = {}) {
  test(name, async () => {
    const clock = new FakeClock();
    const logged = [];
    const unhandled = [];
    const runtime = createRuntime({ clock, onLog: (event) => logged.push(event), ...options });
    const onUnhandled = (reason) => unhandled.push(reason);
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', onUnhandled);
    try {
      await body({ runtime, clock, logged, unhandled, ...pick(runtime) });
      if (idle) await assertIdle(runtime, clock);
      await quiet();
      if (!body.expectsUnhandled) assert.deepEqual(unhandled, [], 'a rejection that nobody handled');
    } finally {
      runtime.dispose();
      process.off('unhandledRejection', onUnhandled);
      for (const other of others) process.on('unhandledRejection', other);
    }
  });
}

const pick = ({ Task, TaskSupervisor, Supervisor, Process, sleep }) =>
  ({ Task, TaskSupervisor, Supervisor, Process, sleep });

/** How a promise stands now: 'pending', or its outcome. */
export async function stateOf(promise) {
  let state = 'pending';
  promise.then(
    (value) => {
      state = { value };
    },
    (reason) => {
      state = { reason };
    },
  );
  await quiet();
  return state;
}

/** The reason with which a promise rejects. */
export async function rejection(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail('it was fulfilled');
}

/** A promise with its two handles. */
export function deferred() {
  const each = {};
  each.promise = new Promise((resolve, reject) => Object.assign(each, { resolve, reject }));
  return each;
}

export const collect = async (iterable) => {
  const all = [];
  for await (const each of iterable) all.push(each);
  return all;
};

export const ok = (value) => ({ status: 'fulfilled', value });
export const failed = (reason) => ({ status: 'rejected', reason });
export { quiet };
