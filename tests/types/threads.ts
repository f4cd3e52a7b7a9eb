/* Jobs in C as bodies. */
import { BelayError, Task, TaskSupervisor } from 'belay-tasks';
import type { Body, Pid, StartedTask, TaskStream } from 'belay-tasks';
import {
  JobError,
  JobLostError,
  JobsDisposedError,
  JobTrapError,
  loadJobs,
} from 'belay-tasks/threads';
import type {
  Job,
  JobMode,
  JobModule,
  JobsInspection,
  JobValue,
} from 'belay-tasks/threads';
import { is, same } from './expect.js';

declare const module: JobModule<{
  countPrimes: Job<[number], number>;
  sum: Job<[Float64Array], number>;
  join: Job<[string, ...string[]], string>;
  tick: Job<[], undefined>;
}>;

const jobs = await loadJobs(module, { mode: 'threads', max: 2, hardKill: 50 });
const task = Task.async(jobs.countPrimes, [10], { label: 'primes' });
is<StartedTask<number>>(task);
same<number, Awaited<ReturnType<typeof Task.await<number>>>>(true);
is<number>(await Task.await(task));
is<Pid>(Task.start(jobs.tick, []));
is<Pid>(Task.startLink(jobs.join, ['a', 'b'], { onReport: (value) => is<JobValue>(value) }));
const sup = TaskSupervisor.start();
is<StartedTask<string>>(TaskSupervisor.asyncNolink(sup, jobs.join, ['a']));
is<StartedTask<number>>(TaskSupervisor.async(sup, jobs.sum, [new Float64Array(1)], { hardKill: true }));
is<Pid>(TaskSupervisor.startChild(sup, jobs.tick, [], { restart: 'permanent' }));
is<TaskStream<number>>(Task.asyncStream([1, 2], jobs.countPrimes, []));
is<TaskStream<number>>(TaskSupervisor.asyncStream(sup, [1, 2], jobs.countPrimes, []));
is<TaskStream<string>>(TaskSupervisor.asyncStreamNolink(sup, ['a'], jobs.join, ['b'], { timeout: 5 }));
is<Body<number>>(jobs.countPrimes(5));
Task.childSpec(jobs.tick, [], { id: 'tick' });

// @ts-expect-error a string is no number
Task.async(jobs.countPrimes, ['10']);
// @ts-expect-error an argument is missing
Task.async(jobs.countPrimes, []);
// @ts-expect-error an array of another kind
Task.async(jobs.sum, [new Float32Array(1)]);
// @ts-expect-error no such option
Task.async(jobs.tick, [], { priority: 1 });
// @ts-expect-error no such mode
await loadJobs(module, { mode: 'fibers' });

is<Float64Array>(await jobs.memory.allocate(Float64Array, 5));
jobs.memory.free(new Uint8Array(1));
// @ts-expect-error not a typed array
await jobs.memory.allocate(Array, 5);
jobs.resize({ max: 3 });
jobs.resize({ min: 1, max: 3 });
// @ts-expect-error max is missing
jobs.resize({ min: 1 });
is<JobMode>(jobs.mode);
is<JobsInspection>(jobs.inspect());
jobs.dispose();

const untyped = await loadJobs(new URL('file:///jobs.mjs'));
Task.async(untyped['anything']!, [1, 'a', 2n]);

declare const error: unknown;
if (error instanceof JobError) is<number>(error.failure);
if (error instanceof JobTrapError) is<'BELAY_JOB_TRAP'>(error.code);
if (error instanceof JobLostError) is<string>(error.job);
if (error instanceof JobsDisposedError) is<BelayError>(error);
