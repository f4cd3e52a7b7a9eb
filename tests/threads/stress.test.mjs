// Many C jobs, while the pool is resized and tasks are killed: each settles, with
// the value that is its own. BELAY_STRESS_RUNS says how often; unless it is given, once
// with a fifth of the jobs. `npm run test:stress` does it 60 times, and nothing else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opened, until } from './support.mjs';

const { BELAY_STRESS_RUNS } = process.env;
const RUNS = Number(BELAY_STRESS_RUNS ?? 1);
const JOBS = BELAY_STRESS_RUNS === undefined ? 20_000 : 100_000;
const AT_ONCE = 2000;
const RUN_MS_MAX = 300_000; // then it hangs

/** Numbers that are the same for the same seed (mulberry32). */
function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Starts `AT_ONCE` jobs from number `first` on, kills some, looks at all, and counts. */
async function wave({ Task, supervisor, TaskSupervisor, jobs, random, counts }, first) {
  const killed = [];
  const tasks = Array.from({ length: AT_ONCE }, (_, index) => {
    const number = first + index;
    const task = TaskSupervisor.asyncNolink(supervisor, jobs.add, [number, 1]);
    if (random() < 0.05) killed.push(TaskSupervisor.asyncNolink(supervisor, jobs.untilCancelled, []));
    return task;
  });
  const ends = killed.map((task) => Task.shutdown(task, 'brutalKill'));
  if (random() < 0.5) {
    jobs.resize({ max: 1 + Math.floor(random() * 6) });
    counts.resized++;
  }
  const settled = await Promise.all(tasks.map((task) => Task.yield(task, 120_000)));
  settled.forEach((result, index) => assert.deepEqual(result, { status: 'fulfilled', value: first + index + 1 }));
  for (const end of await Promise.all(ends)) assert.equal(end, null);
  counts.returned += settled.length;
  counts.killed += ends.length;
}

for (let run = 1; run <= RUNS; run++) {
  test(`threads: ${JOBS} jobs with resizing and killing, seed ${run}: nothing is lost`, { timeout: RUN_MS_MAX }, (context) =>
    opened('threads', { max: 4 }, async ({ Task, TaskSupervisor, jobs, runtime }) => {
      const random = randomOf(run);
      const counts = { returned: 0, killed: 0, resized: 0 };
      const supervisor = TaskSupervisor.start();
      for (let first = 0; first < JOBS; first += AT_ONCE) {
        await wave({ Task, supervisor, TaskSupervisor, jobs, random, counts }, first);
      }
      await until(() => jobs.inspect().running === 0 && jobs.inspect().abandoned === 0, 'all jobs have returned');
      const { queued, setAside } = jobs.inspect();
      assert.deepEqual([queued, setAside, runtime.inspect().abandoned], [0, 0, 0]);
      assert.equal(counts.returned, JOBS);
      const { returned, killed, resized } = counts;
      context.diagnostic(`seed ${run}: ${returned} returned, ${killed} killed, ${resized} times resized; nothing left`);
    }));
}

test('workers: thousands of jobs with killing: nothing is lost', () =>
  opened('workers', { max: 2 }, async ({ Task, TaskSupervisor, jobs }) => {
    const supervisor = TaskSupervisor.start();
    for (let round = 0; round < 20; round++) {
      const tasks = Array.from({ length: 200 }, (_, index) => TaskSupervisor.asyncNolink(supervisor, jobs.add, [index]));
      const stuck = TaskSupervisor.asyncNolink(supervisor, jobs.neverEnds, []);
      const settled = await Promise.all(tasks.map((task) => Task.yield(task, 120_000)));
      settled.forEach((result, index) => assert.deepEqual(result, { status: 'fulfilled', value: index }));
      assert.equal(await Task.shutdown(stuck, 'brutalKill'), null);
    }
    assert.deepEqual([jobs.inspect().queued, jobs.inspect().running], [0, 0]);
  }));
