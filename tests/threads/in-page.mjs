// What the pages of browser.test.mjs run; each function passes or throws.
import { createRuntime } from '../../bindings/js/index.js';
import { JobTrapError, loadJobs } from '../../bindings/js/threads.js';
import module from '../../build/jobs/threads-jobs/test_jobs.mjs';

const { Task, TaskSupervisor, inspect } = createRuntime({ onLog() {} });

function equal(actual, wanted) {
  const [one, other] = [actual, wanted].map((value) => JSON.stringify(value));
  if (one !== other) throw new Error(`${one} is not ${other}`);
}

async function within(run, options = {}) {
  const jobs = await loadJobs(module, { max: 2, ...options });
  try {
    await run(jobs);
  } finally {
    jobs.dispose();
  }
}

const wanted = () => (crossOriginIsolated ? 'threads' : 'workers');

export const values = () => within(async (jobs) => {
  equal(jobs.mode, wanted());
  equal(jobs.inspect().mode, wanted());
  equal(await Task.await(Task.async(jobs.add, [1, 2]), 60_000), 3);
  equal(await Task.await(Task.async(jobs.shout, ['größe'])), 'GRößE');
  equal([...(await Task.await(Task.async(jobs.echo, [new Int16Array([1, -2])])))], [1, -2]);
  equal(await Task.await(Task.async(jobs.fibonacci, [10]), 60_000), 55);
  const seen = [];
  await Task.await(Task.async(jobs.progress, [3], { onReport: (value) => seen.push(value) }));
  equal(seen, [0, 1, 2]);
  const array = await jobs.memory.allocate(Float64Array, 3);
  array.fill(1);
  const twice = await Task.await(Task.async(jobs.twiceInPlace, [array]));
  equal([...twice], [2, 2, 2]);
  equal([...array], jobs.mode === 'threads' ? [2, 2, 2] : [1, 1, 1]);
});

export const streams = () => within(async (jobs) => {
  const entries = await Task.asyncStream([1, 2, 3, 4], jobs.countPrimes, [], { maxConcurrency: 2, timeout: 60_000 }).toArray();
  equal(entries.map(({ value }) => value), [0, 0, 1, 2]);
});

export const kills = () => within(async (jobs) => {
  const task = Task.async(jobs.untilCancelled, []);
  await Task.yield(task, 50);
  equal(await Task.shutdown(task, 'brutalKill'), null);
  for (let turns = 0; inspect().abandoned > 0; turns++) {
    if (turns > 10_000) throw new Error('it is still abandoned');
    await new Promise((resolve) => {
      setTimeout(resolve, 1);
    });
  }
  equal(await Task.await(Task.async(jobs.add, [1]), 60_000), 1);
});

export const traps = () => within(async (jobs) => {
  const sup = TaskSupervisor.start();
  for (const job of [jobs.unreachable, jobs.outOfBounds, jobs.stackOverflow]) {
    const { reason } = await Task.yield(TaskSupervisor.asyncNolink(sup, job, []), 60_000);
    if (!(reason instanceof JobTrapError)) throw reason;
    equal(await Task.await(Task.async(jobs.add, [1, 1]), 60_000), 2);
  }
});

export const hardKills = () => within(async (jobs) => {
  if (jobs.mode !== 'threads') return;
  const task = await new Promise((resolve) => {
    const started = Task.async(jobs.neverEnds, [], { onReport: () => resolve(started) });
  });
  equal(await Task.shutdown(task, 'brutalKill'), null);
  equal(await Task.await(Task.async(jobs.add, [1, 1]), 60_000), 2);
  while (jobs.inspect().setAside === 0) {
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
  equal(await Task.await(Task.async(jobs.add, [1, 1]), 60_000), 2);
}, { hardKill: 20 });

export const isForced = async () => {
  await within(async (jobs) => {
    equal(jobs.mode, 'workers');
    equal(await Task.await(Task.async(jobs.add, [1, 2]), 60_000), 3);
  }, { mode: 'workers' });
  if (crossOriginIsolated) return;
  const refused = await loadJobs(module, { mode: 'threads' }).then(() => 'loaded', (error) => error.message);
  if (!/cross-origin isolated/.test(refused)) throw new Error(refused);
};

/** The page's own thread goes on while jobs run. */
export const ticks = () => within(async (jobs) => {
  const tasks = [1, 2, 3].map(() => Task.async(jobs.countPrimes, [400_000]));
  let turns = 0;
  const timer = setInterval(() => {
    turns++;
  }, 1);
  await Task.awaitMany(tasks, 120_000);
  clearInterval(timer);
  if (turns < 5) throw new Error(`the page had ${turns} turns`);
});

/** Nothing is left waiting, and what is started later is told too. */
export const isTold = () => within(async (jobs) => {
  const sup = TaskSupervisor.start();
  for (let round = 0; round < 2; round++) {
    const { status, reason } = await Task.yield(TaskSupervisor.asyncNolink(sup, jobs.add, [1, 2]), 120_000);
    equal(status, 'rejected');
    if (!/could not be run.*a thread could not be started/.test(reason.message)) throw reason;
  }
});
