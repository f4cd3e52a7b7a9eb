/**
Functions in C as bodies of tasks: on threads that share memory where the
platform has them (Node, cross-origin isolated pages), in instances of their own
elsewhere.

@module
*/
import {
  type AsyncDisposing,
  BelayError,
  type Body,
  type CompleteChildSpec,
  type Pid,
  type SpawnOptions,
  type StartChildOptions,
  type StartedTask,
  type StreamOptions,
  type SupervisedStreamOptions,
  type TaskChildSpecOptions,
  type TaskStream,
  type TaskSupervisorRef,
} from './index.js';

/* ---- Values ---- */

/** A typed array of a kind that C has an element for. */
export type JobArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array
  | Uint8ClampedArray;

/**
What a job can be given. Arrays are copied at the call, but for those that
{@link JobMemory.allocate} gave, and parts of them. An `ArrayBuffer` or
`DataView` arrives as bytes; `null` and `undefined` as nothing.
*/
export type JobArgument =
  | number
  | bigint
  | string
  | JobArray
  | ArrayBuffer
  | DataView
  | null
  | undefined;

/**
What a job can give. An integer of 64 bits comes as a number where that is
exact, else as a `BigInt`. An array is a copy of your own, but for one that the
job has marked with `belay_shared`: a view into {@link Jobs.memory}.
*/
export type JobValue = number | bigint | string | JobArray | undefined;

/* ---- Jobs ---- */

/**
One job of a module, as a body: hand it with its arguments to any call that
starts a task.

Called, it gives a body that is bound to the arguments, for where arguments
cannot stand beside it: `Task.allSettled([jobs.add(1, 2), jobs.add(3, 4)])`.

@throws {TypeError} An argument is of the wrong type, or its buffer is detached.
@throws {RangeError} Too few or too many arguments, or an integer beyond 64 bits.

Within `simulate` a job fails with a `SimulationError`: a thread's time is real.

@example
```
const primes = await Task.await(Task.async(jobs.countPrimes, [10_000_000]));
```
*/
export interface Job<
  Args extends readonly unknown[] = readonly JobArgument[],
  Result = JobValue,
> {
  (...args: Args): Body<Result>;
  /** As in C, in camel case. */
  readonly name: string;
}

/** What only jobs have of options. */
export interface JobOptions {
  /**
  Called on this thread with each value that the job gives to `belay_report`, in
  order. Not after the task's process has ended. What it throws is an uncaught
  error. A job that reports faster than this thread listens is held up.

  Subscribers get the values too, as `progress` events.

  @default undefined
  */
  readonly onReport?:
    | ((value: JobValue, about: { readonly pid: Pid }) => void)
    | undefined;

  /**
  See {@link LoadJobsOptions.hardKill}; for this call alone.

  @default what `loadJobs` was given
  */
  readonly hardKill?: boolean | number | undefined;
}

export interface JobSpawnOptions extends SpawnOptions, JobOptions {}
export interface JobStreamOptions extends StreamOptions, JobOptions {}
export interface SupervisedJobStreamOptions
  extends SupervisedStreamOptions,
    JobOptions {}
export interface StartJobOptions extends StartChildOptions, JobOptions {}
export interface JobChildSpecOptions extends TaskChildSpecOptions, JobOptions {}

declare module './index.js' {
  interface TaskApi {
    /**
    The same with a job in C.

    When its process ends first (a shutdown, its owner's end, a stream's timeout) the job is
    told: `belay_cancelled` answers 1. Until it returns it counts as abandoned in
    `inspect()`; without shared memory its worker is ended instead.

    Rejects with {@link JobError} for `belay_fail`, {@link JobTrapError} when the
    machine stopped it, {@link JobLostError} when its instance was set aside, and
    with an `ExitError` for `belay_exit`.
    */
    async<A extends readonly unknown[], R>(
      job: Job<A, R>,
      args: A,
      options?: JobSpawnOptions,
    ): StartedTask<R>;
    start<A extends readonly unknown[]>(
      job: Job<A, unknown>,
      args: A,
      options?: JobSpawnOptions,
    ): Pid;
    startLink<A extends readonly unknown[]>(
      job: Job<A, unknown>,
      args: A,
      options?: JobSpawnOptions,
    ): Pid;
    /** The same with a job in C, called with each item and, after it, `args`. */
    asyncStream<T, A extends readonly unknown[], R>(
      items: Iterable<T> | AsyncIterable<T>,
      job: Job<readonly [T, ...A], R>,
      args: A,
      options?: JobStreamOptions,
    ): TaskStream<R>;
    childSpec<A extends readonly unknown[]>(
      job: Job<A, unknown>,
      args: A,
      options?: JobChildSpecOptions,
    ): CompleteChildSpec;
  }

  interface TaskSupervisorApi {
    async<A extends readonly unknown[], R>(
      supervisor: TaskSupervisorRef,
      job: Job<A, R>,
      args: A,
      options?: JobSpawnOptions,
    ): StartedTask<R>;
    asyncNolink<A extends readonly unknown[], R>(
      supervisor: TaskSupervisorRef,
      job: Job<A, R>,
      args: A,
      options?: JobSpawnOptions,
    ): StartedTask<R>;
    asyncStream<T, A extends readonly unknown[], R>(
      supervisor: TaskSupervisorRef,
      items: Iterable<T> | AsyncIterable<T>,
      job: Job<readonly [T, ...A], R>,
      args: A,
      options?: SupervisedJobStreamOptions,
    ): TaskStream<R>;
    asyncStreamNolink<T, A extends readonly unknown[], R>(
      supervisor: TaskSupervisorRef,
      items: Iterable<T> | AsyncIterable<T>,
      job: Job<readonly [T, ...A], R>,
      args: A,
      options?: SupervisedJobStreamOptions,
    ): TaskStream<R>;
    startChild<A extends readonly unknown[]>(
      supervisor: TaskSupervisorRef,
      job: Job<A, unknown>,
      args: A,
      options?: StartJobOptions,
    ): Pid;
  }
}

/* ---- Loading ---- */

/** The jobs of a module by their names. */
export type JobTable = Readonly<Record<string, Job<any, any>>>;

/** What `belay_add_jobs` makes: the default export of `<target>.mjs`. */
export interface JobModule<Table extends JobTable = JobTable> {
  /** The version of its form. */
  readonly belayJobs: number;
  /** The target. */
  readonly name: string;
  readonly jobs: readonly {
    readonly name: string;
    readonly signature: string;
  }[];
  /** The script of the worker that an instance lives in. */
  readonly worker: URL;
  /** The build without threads. */
  readonly single: { readonly wasm: URL };
  /** The build with threads; null when there is none. */
  readonly threads: {
    readonly wasm: URL;
    readonly glue: URL;
    readonly thread: URL;
  } | null;
  /** For types alone. */
  readonly table?: Table;
}

/** Where jobs run; see {@link LoadJobsOptions.mode}. */
export type JobMode = 'threads' | 'workers';

export interface LoadJobsOptions {
  /**
  `'threads'`: one instance, whose threads share its memory. It needs
  `SharedArrayBuffer`: Node, or a page that is cross-origin isolated.
  `'workers'`: an instance in a worker of its own for each job that runs;
  arguments and results are copied, and a kill ends the worker at once.

  @default 'threads' where memory can be shared, else 'workers'
  */
  readonly mode?: JobMode | undefined;

  /** Threads, or workers, that are kept though idle. @default 0 */
  readonly min?: number | undefined;

  /** How many jobs run at once, at most 4096. @default the processors */
  readonly max?: number | undefined;

  /**
  Threads in all, at most 4096: a job that waits for another gives its place to
  a further thread, up to this. When it is reached, `belay_await` and its like
  answer `BELAY_THREADS` to a job whose waiting would leave nobody to do the work,
  and {@link JobsInspection.atLimit} is true. Means nothing to `'workers'`.

  @default 64, or `max` when that is more
  */
  readonly limit?: number | undefined;

  /** Milliseconds after which a thread beyond `min` that has nothing to do ends. @default 10_000 */
  readonly idleTimeout?: number | undefined;

  /**
  Bytes of a thread's stack, 64 KiB to 256 MiB. Fixed at 1 MiB for `'workers'`. A
  stack that is full stops the job, and with it the instance: {@link JobTrapError}.

  @default 1_048_576
  */
  readonly stackSize?: number | undefined;

  /**
  What to do about a job that was told to stop and does not, be it one that
  JavaScript has started or a task of such a job. `false`: it counts as abandoned
  and keeps its thread until it returns. `true` or milliseconds: the job has
  100 ms, or so many, to return; then its whole instance is set aside.
  All that had begun in it settles with a {@link JobLostError} and is not run
  again; what had not is run in a new instance, and the old one's threads are
  ended. Memory of {@link JobMemory.allocate} stays readable but is of no
  instance any more.

  A single thread cannot be ended alone: it may hold a lock that all others need.
  Means nothing to `'workers'`, where each kill ends just its job.

  @default false
  */
  readonly hardKill?: boolean | number | undefined;
}

/** Memory that jobs are handed without copying. */
export interface JobMemory {
  /**
  Gives an array in the memory of the instance, not cleared. As an argument it, or
  a `subarray` of it, is passed as it is; who writes while another reads takes care
  of that. Without shared memory: an ordinary array, which is copied each time.

  Rejects with a `RangeError` when there is no memory.

  @param type - A constructor of typed arrays.
  @param length - Elements; at most 2 GiB in bytes.

  @example
  ```
  const pixels = await jobs.memory.allocate(Uint8Array, 4 * width * height);
  await Task.await(Task.async(jobs.blur, [pixels, width]));
  ```
  */
  allocate<T extends JobArray>(
    type: { new (length: number): T; readonly BYTES_PER_ELEMENT: number },
    length: number,
  ): Promise<T>;

  /**
  Gives it back: the whole array that `allocate` gave. Its elements must not be
  looked at afterwards. All is given back by `dispose` as well.

  @throws {TypeError} A job that has not returned was given the array, or a part;
  or what such a job has started in C has not.
  */
  free(array: JobArray): void;
}

/** A picture of the jobs of one module at one moment. */
export interface JobsInspection {
  /** The target that the module was built as. */
  readonly module: string;
  readonly mode: JobMode;
  readonly min: number;
  readonly max: number;
  readonly limit: number;
  /** Threads, or workers, at the instance's last message. */
  readonly threads: number;
  /** Of these: without a job. */
  readonly idle: number;
  /** Of these: their job waits in a call. */
  readonly waiting: number;
  /** As many threads as `limit` allows; of `'workers'`: as many as `max`, the pool is full. */
  readonly atLimit: boolean;
  /** Jobs that wait here for their turn. */
  readonly queued: number;
  /**
  Jobs that have been handed over and not returned, with what they have started in
  C, but for those of which something is abandoned.
  */
  readonly running: number;
  /** Jobs, and tasks that they have started in C, whose process has ended and that have not returned. */
  readonly abandoned: number;
  /** Jobs handed over so far. */
  readonly started: number;
  /** Instances that were given up: by a trap, by `hardKill`; by any kill in `'workers'`. */
  readonly setAside: number;
}

/** What {@link loadJobs} gives besides the jobs by their names. */
export interface JobsBase {
  readonly mode: JobMode;
  readonly memory: JobMemory;

  /**
  Changes how many jobs run at once, also while some do: those above the new
  number end their work first. `min` stays as it was unless it is given.

  @throws {TypeError} `max` is missing, or an option is not known.
  @throws {RangeError} `max` is below 1, below `min`, or above
  {@link LoadJobsOptions.limit}, which is fixed; in `'workers'` above 4096.
  */
  resize(size: {
    readonly min?: number | undefined;
    readonly max: number;
  }): void;

  inspect(): JobsInspection;

  /**
  Ends all threads and workers at once. Tasks whose jobs have not returned reject
  with a {@link JobsDisposedError}, and so do those that are started later.
  */
  dispose(): void;
}

export type Jobs<Table extends JobTable = JobTable> = JobsBase &
  AsyncDisposing &
  Table;

/**
Loads a module of jobs that the CMake function `belay_add_jobs` has made, and
opens its first instance. This thread never waits for one of the instance's: it
talks to a worker by messages. Jobs that have nothing to do do not keep Node alive.

@param module - What `import` gives for `<target>.mjs`, its default export, or
its URL, absolute as in `new URL('./build/primes.mjs', import.meta.url)`. The folder
`<target>` must lie beside it.

Rejects with a `TypeError` or `RangeError` for wrong arguments and with an `Error`
when a file cannot be loaded.

@example
```
import { Task } from 'belay-tasks';
import { loadJobs } from 'belay-tasks/threads';
import module from './build/primes.mjs';

const jobs = await loadJobs(module);
console.log(await Task.await(Task.async(jobs.countPrimes, [10_000_000])));
```
*/
export function loadJobs<Table extends JobTable>(
  module: JobModule<Table> | { readonly default: JobModule<Table> },
  options?: LoadJobsOptions,
): Promise<Jobs<Table>>;
export function loadJobs(
  module: URL | string,
  options?: LoadJobsOptions,
): Promise<Jobs>;

/* ---- Errors ---- */

/** The job gave `belay_fail(context, failure, message)`. */
export class JobError extends BelayError {
  readonly code: 'BELAY_JOB';
  /** The job's name. */
  readonly job: string;
  /** The number that the job gave. */
  readonly failure: number;
}

/**
The machine stopped the job: `unreachable`, an access out of bounds, a full stack,
`abort()`, `exit()`. What the engine said is the `cause`. The instance is not used
again.
*/
export class JobTrapError extends BelayError {
  readonly code: 'BELAY_JOB_TRAP';
  readonly job: string;
}

/**
The job had begun when its instance was set aside because of another one: by a
trap, or by `hardKill`. It may have done any part of its work, and is not run again.
*/
export class JobLostError extends BelayError {
  readonly code: 'BELAY_JOB_LOST';
  readonly job: string;
}

/** The jobs have been disposed of. */
export class JobsDisposedError extends BelayError {
  readonly code: 'BELAY_JOBS_DISPOSED';
}
