// What the tests of bodies on workers share.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRuntime } from 'belay-tasks';
import { rejection } from '../js/harness.mjs';

export const work = new URL('./work.mjs', import.meta.url);

export { rejection };

/**
 * A test on a runtime of its own. At its end nothing may be left: every worker is
 * idle, and none is abandoned. `timeout` is in ms, for what would otherwise hang.
 */
export function scenario(name, body, { idle = true, module = work, timeout = 120_000, ...workers } = {}) {
  test(name, { timeout }, async ({ signal }) => {
    const logged = [];
    const runtime = createRuntime({ onLog: (entry) => logged.push(entry), workers });
    let isOver = false;
    signal.addEventListener('abort', () => {
      if (isOver) return;
      tellWhatGoesOn(name, runtime);
      runtime.dispose(); // a worker that spins would keep the tests from ending
    });
    const { Task, TaskSupervisor } = runtime;
    const supervisor = TaskSupervisor.start();
    /** Runs an export without a link; its outcome is what `await` gives. */
    const start = (...given) => TaskSupervisor.asyncNolink(supervisor, module, ...given);
    const run = (...given) => Task.await(start(...given), Infinity);
    try {
      await body({ ...runtime, runtime, supervisor, start, run, logged });
      if (idle) await settled(runtime);
    } finally {
      isOver = true;
      runtime.dispose();
    }
  });
}

/** For one whose time was up. */
function tellWhatGoesOn(name, { inspect }) {
  const { workers, abandoned, processes } = inspect();
  console.error(name, { workers, abandoned, processes: processes.length });
}

/** Waits until no thread is being ended and no function is abandoned any more. */
export async function settled({ inspect }) {
  await until(() => inspect().workers.ending === 0 && inspect().abandoned === 0);
  const { workers, abandoned } = inspect();
  assert.deepEqual(
    { busy: workers.busy, queued: workers.queued, ending: workers.ending, abandoned },
    { busy: 0, queued: 0, ending: 0, abandoned: 0 },
  );
}

/** Resolves once `isSo` is; the test's own limit of time bounds it. */
export async function until(isSo) {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** A flag that another thread can set, and a wait for it. */
export function flag() {
  const words = new Int32Array(new SharedArrayBuffer(4));
  return { words, raised: () => until(() => Atomics.load(words, 0) === 1) };
}
