// What the tests of C jobs share: the module that scripts/build-jobs.mjs has
// made of tests/threads/jobs, and tests that run in both modes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRuntime } from '../../bindings/js/index.js';
import { loadJobs } from '../../bindings/js/threads.js';

export const testModule = new URL('../../build/jobs/threads-jobs/test_jobs.mjs', import.meta.url);
export const MODES = ['threads', 'workers'];

/** Jobs and a runtime for one test; both are at their end with it. */
export async function opened(mode, options, run, module = testModule) {
  const jobs = await loadJobs(module, { mode, max: 2, ...options });
  const logs = [];
  const runtime = createRuntime({ onLog: (entry) => logs.push(entry) });
  try {
    await run({ jobs, runtime, logs, ...runtime, Task: runtime.Task, TaskSupervisor: runtime.TaskSupervisor });
  } finally {
    runtime.dispose();
    jobs.dispose();
  }
}

/** A test in each of the modes. `options` may be left out. */
export function testIn(modes, name, options, run = options) {
  for (const mode of modes) {
    test(`${mode}: ${name}`, () => opened(mode, run === options ? {} : options, (given) => run({ mode, ...given })));
  }
}

export const testBoth = (name, options, run) => testIn(MODES, name, options, run);

/** How an unlinked task with that body ends: { value } or { error }. */
export async function outcome({ Task, TaskSupervisor }, job, args = [], options = {}) {
  const supervisor = TaskSupervisor.start();
  const task = TaskSupervisor.asyncNolink(supervisor, job, args, options);
  const settled = await Task.yield(task, 60_000);
  assert.notEqual(settled, null, `job ${job.name} has not ended`);
  return settled.status === 'fulfilled' ? { value: settled.value } : { error: settled.reason };
}

/**
 * Starts a job that reports when it begins, by `start(job, args, options)`, and
 * waits for that.
 */
export function begun(start, job, args = [], options = {}) {
  return new Promise((resolve) => {
    const started = start(job, args, { ...options, onReport: () => resolve(started) });
  });
}

/** Waits until `holds` answers true, which other threads or timers bring about. */
export async function until(holds, what) {
  for (let turns = 0; turns < 20_000; turns++) {
    if (await holds()) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 1);
    });
  }
  assert.fail(`it did not come to pass: ${what}`);
}
