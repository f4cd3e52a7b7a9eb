// Functions that fail with each error of Belay's own, for the tests.
import { BelayError, createRuntime } from 'belay-tasks';
import { JobError, JobLostError, JobsDisposedError, JobTrapError } from 'belay-tasks/threads';
import { provokes } from './work.mjs';

/** One of a user's own. */
class QuotaError extends BelayError {
  constructor() {
    super('no more today', 'QUOTA');
    this.limit = 7;
  }

  get name() {
    return 'QuotaError';
  }
}

const FAILURES = {
  limit() {
    const runtime = createRuntime({ maxTasks: 1 });
    for (;;) runtime.Task.start(() => new Promise(() => {}));
  },
  disposed() {
    const runtime = createRuntime();
    runtime.dispose();
    runtime.Task.start(() => {});
  },
  async timeout({ Task }) {
    const stream = Task.asyncStream([1, 60_000], (ms, { sleep }) => sleep(ms), { timeout: 20, maxConcurrency: 2 });
    return stream.toArray();
  },
  async exit({ Task, TaskSupervisor }) {
    const supervisor = TaskSupervisor.start({ maxChildren: 1 });
    const refused = await provokes('maxChildren', { TaskSupervisor }).catch((error) => error);
    return Task.await(TaskSupervisor.asyncNolink(supervisor, ({ exit }) => exit(refused)));
  },
  job() { throw new JobError('double', 5, 'odd'); },
  jobTrap() { throw new JobTrapError('double', { name: 'RuntimeError', message: 'unreachable', stack: null }); },
  jobLost() { throw new JobLostError('double', 'another job trapped', new Error('the other')); },
  jobsDisposed() { throw new JobsDisposedError('jobs.mjs'); },
  quota() { throw new QuotaError(); },
  named() { throw Object.assign(new Error('taken'), { name: 'LimitError', code: 'OTHER' }); },
  builtIn() { throw Object.assign(new TypeError('wrong'), { code: 'BELAY_LIMIT' }); },
  /** As of another copy of Belay, whose classes have short names. */
  copied() { throw Object.assign(new (class a extends Error {})('full'), { name: 'LimitError', code: 'BELAY_LIMIT' }); },
};

export const failsAs = async (kind, context) => (FAILURES[kind] ?? ((given) => provokes(kind, given)))(context);
