/**
 * Programs whose course depends on the seed: the same ones are run in Node and
 * in a browser. They use nothing that only one of the two has.
 */

/** Something of everything that Belay has. */
export async function everything({ Task, TaskSupervisor, Process, sleep, random, now }) {
  const pool = TaskSupervisor.start({ name: 'pool' });
  const linked = Array.from({ length: 4 }, (_, index) =>
    Task.async(async (context) => {
      await context.sleep(random.int(1, 100));
      return [index, now()];
    }, { label: `linked ${index}` }));
  const entries = await TaskSupervisor.asyncStreamNolink(
    pool, Array.from({ length: 12 }, (_, index) => index),
    async (item, context) => {
      await context.sleep(random.int(0, 90));
      if (random() < 0.3) throw new RangeError(`item ${item}`);
      return item;
    },
    { timeout: 70, onTimeout: 'killTask' },
  ).toArray();
  const slow = TaskSupervisor.asyncNolink(pool, (context) => context.sleep(Infinity));
  const outcome = (await Task.yield(slow, 20)) ?? (await Task.shutdown(slow, 'brutalKill'));
  TaskSupervisor.startChild(pool, async (context) => {
    await context.sleep(5);
    throw new Error('again');
  }, { restart: 'transient' });
  await sleep(12);
  await Process.monitor(pool.pid).down; // too many restarts
  return {
    statuses: entries.map(({ status }) => status),
    values: await Task.awaitMany(linked),
    outcome,
    ended: now(),
  };
}

/** The platform's time and chance, for `globals: true`. */
export async function platform({ Task, now }) {
  const seen = [];
  const note = (...what) => seen.push([now(), ...what]);
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const beat = setInterval(() => note('beat', Date.now(), performance.now()), 40);
  const tasks = Array.from({ length: 5 }, (_, index) => Task.async(async () => {
    for (let step = 0; step < 3; step++) {
      await pause(Math.random() * 100);
      note(index, step, crypto.randomUUID());
    }
  }, { signal: AbortSignal.timeout(150 + index) }));
  for (const [task, settled] of await Task.yieldMany(tasks, { timeout: 1000 })) {
    note(task.pid, settled.status, settled.reason?.name);
  }
  clearInterval(beat);
  note([...crypto.getRandomValues(new Uint32Array(3))], new Date().toISOString());
  return seen;
}
