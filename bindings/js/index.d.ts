/**
Belay: Elixir's `Task` and `Task.Supervisor` for JavaScript.

A *task* is a function that runs as a *process* of its own: it has a pid, an
owner, links that spread failures and monitors that report them, and it can be
timed out, shut down or restarted. A process is a record of Belay's, not one of
the operating system: functions take turns on the calling thread, as promises
do. The exports of modules run on workers (see {@link ModuleAddress}), and jobs
in C on threads (`belay-tasks/threads`).

Rules that hold for every function below:

- Times are milliseconds. A timeout is a number from 0 to `Infinity`; fractions
  are rounded up. `Infinity` means no limit.
- A wrong argument is thrown at once, also by functions that return a promise:
  a `TypeError` for a wrong type or an unknown option, a `RangeError` for a
  number or word outside of what is accepted. Nothing has happened then.
- An option that is `undefined` counts as not given.
- A body never starts inside of the call that creates its task.
- Any function that creates a process can throw `LimitError`, and any function
  can throw `DisposedError` after `dispose()` of its runtime.

@module
*/

// ---- Building blocks -------------------------------------------------------

declare const pidBrand: unique symbol;
declare const refBrand: unique symbol;
declare const outcomeBrand: unique symbol;
declare const kindBrand: unique symbol;

/**
The name of one process: a string like `'<12.1>'`.

A pid is never given to a second process, so one that is kept too long finds
nothing rather than a stranger. It can be compared with `===`, used as the key
of a `Map`, logged and put into JSON. It only means something to the runtime
that gave it.

The type is branded: a plain string is not a `Pid`.
*/
export type Pid = string & { readonly [pidBrand]: true };

/**
The name of one monitor. Opaque: compare it with `===` and hand it to
`Process.demonitor`, nothing else.
*/
export type Ref = string & { readonly [refBrand]: true };

/**
Why a process ended. Any value at all; these have a meaning:

| reason | meaning |
|---|---|
| `'normal'` | the body returned, or left by `exit()`; hurts nobody who is linked |
| `'shutdown'` | it was asked to stop; a good end, but links feel it |
| `['shutdown', detail]` | the same, with something to say |
| `'kill'` | as a signal: cannot be trapped, the process ends `'killed'` |
| `'killed'` | it was stopped at once, without being asked |
| `'noproc'` | there was no such process |
| `'timeout'` | the time was up |
| anything else | a crash; most often the very value that the body threw |
*/
export type ExitReason = unknown;

/**
How a task ended: the platform's `PromiseSettledResult`.

`reason` of a rejected one is exactly what `Task.await` would reject with: the
value that the body threw, or an `ExitError` for a task that ended in another
way (killed, shut down, `exit(reason)`), or a `TimeoutError`.
*/
export type Settled<T> = PromiseSettledResult<T>;

/**
How long to wait: milliseconds from 0 to `Infinity`. 0 looks once and does not
wait.
*/
export type Timeout = number;

/**
How to stop a process: a number of milliseconds asks first (`'shutdown'`) and
kills after that time; `Infinity` asks and never kills; `'brutalKill'` kills at
once.

A process that does not trap exits ends as soon as it is asked, so the time
only matters to one that does.
*/
export type Shutdown = number | 'brutalKill';

/**
When a supervisor starts a child again.

- `'temporary'`: never.
- `'transient'`: after a crash, but not after `'normal'`, `'shutdown'` or
  `['shutdown', detail]`. A child that was killed is started again.
- `'permanent'`: always, also after it returned.

@see {@link TaskSupervisorApi.startChild}
*/
export type Restart = 'temporary' | 'transient' | 'permanent';

/**
What a task runs. It may return a value or a promise of one, and it may throw;
`context` is the process it runs as.

A function runs on the calling thread, and JavaScript cannot stop one from
outside: see {@link TaskContext.signal}. A {@link ModuleAddress} and the name of an
export stand for a function on a worker, which can be stopped.
*/
export type Body<T> = (context: TaskContext) => T | PromiseLike<T>;

/** What {@link TaskApi.asyncStream} runs for each item. */
export type ItemBody<T, R> = (
  item: T,
  context: TaskContext,
) => R | PromiseLike<R>;

/**
The address of a module whose exports run on workers: a `URL`, or a string with
an absolute address (`file:`, `http:`, `https:`, `data:`, `blob:`). Only the
calling module knows what a relative one is relative to, so write
`new URL('./work.js', import.meta.url)`, which bundlers understand, too.
*/
export type ModuleAddress = URL | string;

/** What can be moved to another thread: `ArrayBuffer`, `MessagePort` and the like. */
export type Movable = object;

/**
The options of calls that run an export on a worker.

There `shutdown` is also how long, in ms, the function may go on once its task was
asked to stop (by a supervisor, a signal, or {@link TaskApi.shutdown}, which then
says how long): its `signal` aborts at once, and the thread is terminated when it
has not returned after that time. What ends a task in any other way (a kill, the
timeout of a stream, a link) terminates the thread at once. The timeout of
{@link TaskApi.await} ends no task.
*/
export interface ModuleSpawnOptions extends SpawnOptions {
  /**
  What of the arguments is moved to the worker instead of copied. It cannot be
  used here afterwards. Not for a child that may be started again.

  @default []
  */
  readonly transfer?: readonly Movable[] | undefined;
}

/** The same for streams. */
export interface ModuleStreamOptions<T> extends StreamOptions {
  /** What of an item is moved to the worker instead of copied. */
  readonly transfer?: ((item: T) => readonly Movable[]) | undefined;
}

/** The same for streams of task supervisors. */
export interface SupervisedModuleStreamOptions<T>
  extends SupervisedStreamOptions {
  /** What of an item is moved to the worker instead of copied. */
  readonly transfer?: ((item: T) => readonly Movable[]) | undefined;
}

type AsyncDisposeKey = SymbolConstructor extends {
  readonly asyncDispose: infer Key extends symbol;
}
  ? Key
  : never;

/**
`[Symbol.asyncDispose](): Promise<void>`, for `await using`.

It is part of the types when the program's `lib` or `@types/node` knows
`Symbol.asyncDispose`, and there at run time when the platform has it (Node 20
does).
*/
export type AsyncDisposing = {
  readonly [Key in AsyncDisposeKey]: () => Promise<void>;
};

/**
What a body can do as the process it is. It can be taken apart:
`async ({ Task, sleep, signal }) => { ... }`.

Once the process has ended (it was killed, say, while the function runs on),
every call through its context throws {@link NoProcError}, and whatever it was
waiting for rejects.
*/
export interface TaskContext {
  /** The pid of this process. */
  readonly self: Pid;

  /**
  Aborts when this process ends before its body has returned: killed, shut
  down, timed out, or taken along by a link. Give it to `fetch` and the like,
  or look at `signal.aborted` in a long loop.

  Caveat: this is the only way for a body to learn that nobody wants its result
  any more. A function that does not look runs to its end; until then it counts
  as *abandoned* in `inspect()`, its result is dropped and its failure is not
  reported.

  The signal is made when it is first read and costs nothing before.

  @example
  ```
  const page = Task.async(({ signal }) => fetch(url, { signal }));
  ```
  */
  readonly signal: AbortSignal;

  /**
  `Task` for this process: tasks started through it are owned by and linked to
  this process, and end with it when it crashes.

  Caveat: inside of a body, the imported `Task` still belongs to the root
  process. Use this one.
  */
  readonly Task: TaskApi;

  /** `TaskSupervisor` for this process. */
  readonly TaskSupervisor: TaskSupervisorApi;

  /** `Supervisor` for this process. */
  readonly Supervisor: SupervisorApi;

  /** `Process` for this process. */
  readonly Process: ProcessApi;

  /**
  Waits on the runtime's clock. Rejects when this process ends meanwhile, so a
  body that sleeps here is not left abandoned.

  @param ms - Milliseconds from 0 to `Infinity`.
  */
  readonly sleep: (ms: number) => Promise<void>;

  /**
  Ends this process with a reason, by throwing an {@link ExitError}: code after
  it does not run, `finally` blocks do. When the body catches that error, the
  process goes on.

  @param reason - @default 'normal'
  */
  readonly exit: (reason?: ExitReason) => never;

  /**
  Tells something of the work to those who look on: a {@link ProgressEvent} for
  {@link Runtime.subscribe} and for Node's `diagnostics_channel`. From a worker,
  `value` is copied by structured clone.

  @throws {CloneError} On a worker: `value` cannot be copied.
  */
  readonly report: (value: unknown) => void;

  /**
  On a worker, marks what of the result is moved instead of copied:
  `return transfer(pixels, [pixels.buffer])`. Elsewhere it gives `value`.
  */
  readonly transfer: <T>(value: T, list: readonly Movable[]) => T;
}

/** The options of every call that starts a task. */
export interface SpawnOptions {
  /**
  Shuts the task down when it aborts. Its exit reason is `signal.reason`, and a
  pending `await` rejects with just that, as platform functions do. It counts as
  a shutdown, not as a crash: the owner is not hurt, even when it is linked, and
  nothing is logged. A child that a supervisor would start again is stopped for
  good, with the reason `'shutdown'`.

  With a signal that has aborted already, the body does not run.
  */
  readonly signal?: AbortSignal | undefined;

  /**
  A name for people: it is in events, in `inspect()`, in log lines and in the
  messages of errors. It need not be unique.

  @default The name of the function.
  */
  readonly label?: string | undefined;

  /**
  How the task is stopped by its supervisor or by `signal`.

  A number from 0, `Infinity`, or `'brutalKill'`.

  @default 5000
  */
  readonly shutdown?: Shutdown | undefined;
}

// ---- Task ------------------------------------------------------------------

/**
The handle of a task that somebody may await.

It keeps the outcome for as long as it is reachable, so it can be awaited any
number of times. It is not a promise and has no `then`: it can be returned from
an async function without being awaited by accident. Pass it to `Task.await`.

With `await using`, leaving the block shuts the task down as
`Task.shutdown(task)` does.
*/
export interface Task<out T> extends AsyncDisposing {
  /** The process, or null for a task made by {@link TaskApi.completed}. */
  readonly pid: Pid | null;

  /** The owner's monitor on the task. */
  readonly ref: Ref;

  /**
  The process that started the task. Only it may await, yield, shut down or
  ignore the task; others get {@link OwnerError}. Code outside of any body is
  the root process.
  */
  readonly owner: Pid;

  /** What was given as `label`, else the name of the function; may be empty. */
  readonly label: string;

  /** What is known of it by now. `'ignored'` after {@link TaskApi.ignore}. */
  readonly state: 'running' | 'fulfilled' | 'rejected' | 'ignored';

  /** Only in the types: what the task gives. Not there at run time. */
  readonly [outcomeBrand]: T;
}

/** A {@link Task} that has a process. */
export interface StartedTask<out T> extends Task<T> {
  readonly pid: Pid;
}

/** The options of {@link TaskApi.yieldMany}. */
export interface YieldManyOptions {
  /**
  One window for all tasks together, counted from the call.

  @default 5000
  */
  readonly timeout?: Timeout | undefined;

  /**
  Return as soon as this many have ended; the others stand with null and run
  on, and `onTimeout` is not applied to them. An integer from 0.

  @default The number of tasks.
  */
  readonly limit?: number | undefined;

  /**
  What to do with a task that has not ended in time: leave it alone
  (`'nothing'`), unlink it as {@link TaskApi.ignore} does (`'ignore'`), or kill
  it (`'killTask'`).

  @default 'nothing'
  */
  readonly onTimeout?: 'nothing' | 'ignore' | 'killTask' | undefined;
}

/** The options of {@link TaskApi.allSettled}. */
export interface AllSettledOptions {
  /**
  How many functions run at once: an integer from 1, or `Infinity`. Promises and
  plain values among the items do not take up a place.

  @default Infinity
  */
  readonly maxConcurrency?: number | undefined;

  /**
  How long each item may take. An item that oversteps it is rejected with a
  {@link TimeoutError}; a function is killed, a promise is no longer waited for.

  For a function the time runs from its start, for a promise from the call. With 0
  it looks once: plain values and promises that have settled are there.

  @default Infinity
  */
  readonly timeout?: Timeout | undefined;

  /**
  Stops everything when it aborts: functions that run are killed, those that have
  not begun never do, and each item without an outcome is rejected with the
  signal's reason. The promise itself is still fulfilled.
  */
  readonly signal?: AbortSignal | undefined;
}

/** The options of {@link TaskApi.asyncStream}. */
export interface StreamOptions {
  /**
  How many items run at once: an integer from 1, or `Infinity`.

  Choose it for what the items use: the size of the pool or the rate limit of
  the other side for requests, tens for files. For work that never waits, more
  than 1 gives nothing, since function bodies share one thread.

  @default The number of processors: `os.availableParallelism()` in Node,
  `navigator.hardwareConcurrency` elsewhere; at most {@link maxBuffered}.
  */
  readonly maxConcurrency?: number | undefined;

  /**
  Whether entries come in the order of the input.

  When true, an entry that is ready too early is kept until those before it are
  there. Its place is given on meanwhile, so one slow item holds back entries
  but not work, and without {@link maxBuffered} the number of kept entries has
  no bound. When false, each entry comes as soon as it is ready.

  @default true
  */
  readonly ordered?: boolean | undefined;

  /**
  How long each item may take, counted from its own start.

  @default 5000
  */
  readonly timeout?: Timeout | undefined;

  /**
  What an item that takes longer does to the stream. It is killed either way.

  - `'exit'`: the iteration rejects with a {@link TimeoutError}, which tells the
    item, and the stream is at its end.
  - `'killTask'`: its entry is `{ status: 'rejected', reason: TimeoutError }` and
    the stream goes on.

  @default 'exit'
  */
  readonly onTimeout?: 'exit' | 'killTask' | undefined;

  /**
  Whether rejected entries carry the item they stand for, as `input`. Fulfilled
  ones do not change.

  @default false
  */
  readonly zipInputOnExit?: boolean | undefined;

  /**
  How many items may be started and not yet handed over: an integer from
  `maxConcurrency` (from 1 where that is not given), or `Infinity`. It bounds the memory that entries take while
  they wait behind a slow head or a slow consumer; while it is reached, nothing
  more is started.

  @default Infinity
  */
  readonly maxBuffered?: number | undefined;

  /**
  Start nothing more while more than this many killed items of the stream are
  abandoned, that is, still running because a function cannot be stopped: an
  integer from 0, or `Infinity`.

  With 0, `maxConcurrency` also bounds the functions that really run. Caveat: an
  abandoned function that never returns then holds up the stream for ever.

  @default Infinity
  */
  readonly maxAbandoned?: number | undefined;

  /**
  Ends the stream when it aborts: what runs is killed, the input is closed and
  the iteration rejects with the signal's reason.
  */
  readonly signal?: AbortSignal | undefined;

  /** A name for people, for the stream and its items. */
  readonly label?: string | undefined;
}

/** The options of a stream under a supervisor. */
export interface SupervisedStreamOptions extends StreamOptions {
  /**
  How the supervisor stops an item when it stops itself. Not used for timeouts:
  an item that is out of time is killed at once.

  A number from 0, or `'brutalKill'`; not `Infinity`.

  @default 5000
  */
  readonly shutdown?: Shutdown | undefined;
}

/** A rejected entry of a stream with `zipInputOnExit`. */
export interface RejectedItem<T> extends PromiseRejectedResult {
  /** The item of the input that this entry stands for. */
  readonly input: T;
}

/** An entry of a stream with `zipInputOnExit`. */
export type ZippedEntry<R, T> = PromiseFulfilledResult<R> | RejectedItem<T>;

/**
What {@link TaskApi.asyncStream} gives: an async iterable with one entry per
item. Nothing is read and nothing runs until it is iterated; each iteration
starts afresh with a new iterator of the input.

`Entry` is `Settled<R>`, or {@link ZippedEntry} with `zipInputOnExit`.
*/
export interface TaskStream<out R, out Entry extends Settled<R> = Settled<R>> {
  /**
  For `for await`. Leaving the loop early (`break`, `return`, an error) kills
  what runs, waits until the processes are gone and closes the input; entries
  not handed over are dropped.
  */
  [Symbol.asyncIterator](): TaskStreamIterator<Entry>;

  /**
  Runs the stream to its end and collects the entries.

  @example
  ```
  const entries = await Task.asyncStream([1, 2, 3], (n) => n * n).toArray();
  ```
  */
  toArray(): Promise<Entry[]>;

  /**
  The values alone, for items none of which may fail: Elixir's
  `Enum.map(stream, fn {:ok, value} -> value end)`. Takes less time and memory than
  `toArray`, by an object for each item.

  Rejects with the reason of the first item that fails, in the order of the
  results, once what runs has been killed and the input closed.

  @example
  ```
  const doubled = await Task.asyncStream([1, 2, 3], (n) => n * 2).toValues();
  ```
  */
  toValues(): Promise<R[]>;

  /**
  Iterates over arrays of entries: all that are ready, at least one. Cheaper
  than entry by entry when items are short. Same order, same entries.
  */
  batches(): TaskStreamBatches<Entry>;
}

/** One iteration of a {@link TaskStream}. */
export interface TaskStreamIterator<out Entry> {
  next(): Promise<IteratorResult<Entry, undefined>>;
  return(): Promise<IteratorResult<Entry, undefined>>;
  [Symbol.asyncIterator](): TaskStreamIterator<Entry>;
}

/** What {@link TaskStream.batches} gives. */
export interface TaskStreamBatches<out Entry> {
  [Symbol.asyncIterator](): TaskStreamIterator<Entry[]>;
}

/**
What a start function is called with: the process of the supervisor itself.

It can be used until the function returns; after that every call through it
throws {@link NoProcError}. So there is nothing here to wait with (no `sleep`,
`signal` or `exit`): what takes time belongs into the body of the task that the
function starts, and a start that has failed is told by throwing.
*/
export interface StartContext {
  /** The pid of the supervisor. */
  readonly self: Pid;

  /** `Task` for the supervisor: what `startLink` starts is linked to it. */
  readonly Task: TaskApi;

  /** `TaskSupervisor` for the supervisor. */
  readonly TaskSupervisor: TaskSupervisorApi;

  /** `Supervisor` for the supervisor. */
  readonly Supervisor: SupervisorApi;

  /**
  `Process` for the supervisor. A supervisor always traps exits, and its `onExit`
  listeners are not called: it deals with the ends of its children itself.
  */
  readonly Process: ProcessApi;
}

/**
What a start function gives: the process that is to be the child, as its pid or
handle, or `'ignore'` when none is needed.
*/
export type StartResult =
  | Pid
  | StartedTask<unknown>
  | TaskSupervisor
  | Supervisor
  | 'ignore';

/**
How a supervisor starts and keeps a child. Written out, or made by
{@link TaskApi.childSpec}, {@link TaskSupervisorApi.childSpec} or
{@link SupervisorApi.childSpec}; a changed copy is a spec too:
`{ ...spec, restart: 'permanent' }`.

A supervisor keeps a copy: what is changed later has no effect.

@example
```
const spec: ChildSpec = {
  id: 'clock',
  start: ({ Task }) => Task.startLink(({ sleep }) => tick(sleep)),
};
```
*/
export interface ChildSpec {
  /** Tells the children of one supervisor apart. */
  readonly id: string;

  /**
  Starts the child, first and at each restart. It is called as the supervisor,
  which does nothing else until it returns, and must return at once a process
  that lives, is linked to the supervisor (`Task.startLink`, `Task.async`,
  `TaskSupervisor.startLink`, `Supervisor.startLink` of the context, or
  `Process.link`) and is nobody's child, or `'ignore'`.

  To throw is to say that the start has failed. It has failed too when the
  function returns anything else, such as a promise (it must not be async), a
  process that is not linked, or one that is above the supervisor. Whatever a
  start that failed has started itself is stopped.

  Caveat: anything else that it starts with a link is linked to the supervisor
  but no child, and is not started again.
  */
  readonly start: (context: StartContext) => StartResult;

  /** When it is started again. @default 'permanent' */
  readonly restart?: Restart | undefined;

  /**
  How it is stopped: milliseconds from 0, `Infinity`, or `'brutalKill'`. It holds
  instead of the `shutdown` that the process itself was started with.

  @default 5000 for a worker, `Infinity` for a supervisor.
  */
  readonly shutdown?: Shutdown | undefined;

  /**
  What it is, for {@link SupervisorApi.countChildren} and the default of
  `shutdown`.

  @default 'worker'
  */
  readonly type?: 'worker' | 'supervisor' | undefined;

  /**
  Whether its end for good can end the supervisor: see
  {@link SupervisorOptions.autoShutdown}. Not with restart `'permanent'`, nor under
  a supervisor whose `autoShutdown` is `'never'` (`RangeError`).

  @default false
  */
  readonly significant?: boolean | undefined;
}

/** A {@link ChildSpec} with all of its fields, as those that are made here have them. */
export interface CompleteChildSpec extends ChildSpec {
  readonly restart: Restart;
  readonly shutdown: Shutdown;
  readonly type: 'worker' | 'supervisor';
  readonly significant: boolean;
}

/** What the options of all that makes child specs have in common. */
export interface ChildSpecOptions {
  /**
  Tells the children of one supervisor apart; two with the same id are refused.

  @default For a supervisor its `name`, else `'TaskSupervisor'` or `'Supervisor'`.
  For a task `'Task'`, whatever its label: a second task needs an id.
  */
  readonly id?: string | undefined;

  /** @default `'temporary'` for a task, else `'permanent'`. */
  readonly restart?: Restart | undefined;

  /** @default 5000 for a task, else `Infinity`. */
  readonly shutdown?: Shutdown | undefined;

  /** See {@link ChildSpec.significant}. @default false */
  readonly significant?: boolean | undefined;
}

/** The options of {@link TaskApi.childSpec}. */
export interface TaskChildSpecOptions extends ChildSpecOptions {
  /** A name for people. @default The name of the function. */
  readonly label?: string | undefined;
}

type TaskValue<Handle> = Handle extends Task<infer T> ? T : never;

type ItemValue<Item> = Item extends (...args: never[]) => infer R
  ? Awaited<R>
  : Awaited<Item>;

/* Every value there is, with the function spelt out so that the parameter of a
 * function written in place is inferred. */
type AllSettledItem =
  | ((context: TaskContext) => unknown)
  | PromiseLike<unknown>
  | object
  | string
  | number
  | bigint
  | boolean
  | symbol
  | null
  | undefined;

/**
Work that runs concurrently, and its results.

Besides being the API, `Task` stands on the right of `instanceof`: `x instanceof
Task` tells whether x is a handle.
*/
export interface TaskApi {
  /**
  Starts a task that is linked to and monitored by the caller, and returns its
  handle at once. The body begins after the present code has given way.

  The link works both ways: when the caller crashes, the task ends with it; when
  the task crashes, the caller ends, unless it traps exits. The root process
  cannot end: there the failure surfaces at the pending `await` or `yield` of
  this task, else as an unhandled rejection.

  For work whose failure must not reach the caller, use
  {@link TaskSupervisorApi.asyncNolink}.

  @throws {TypeError} `body` is not a function.

  @example
  ```
  import { Task } from 'belay-tasks';

  const task = Task.async(async () => 42);
  console.log(await Task.await(task)); // 42
  ```
  */
  async<T>(body: Body<T>, options?: SpawnOptions): StartedTask<T>;

  /**
  The same with an export of another module, which runs on a worker: in parallel
  with this thread, and when its task is stopped, its thread is terminated, even
  inside of `while (true) {}`.

  The export is called with `args` and, last, its {@link TaskContext}. Arguments
  and result are copied by structured clone, the arguments when a worker is given the
  job, which may be later than the call. On the worker, `context.self` is the
  pid of this task; `Task` and the like belong to a runtime of the worker's own, and
  what is started through them ends with the function, also when it returns.

  Rejects with what the function threw, made anew: built-in classes of errors stay
  what they are, others are an `Error` with the name of theirs; message, cause, own
  properties and stack are kept, and the stack tells where the task was started.

  Rejects with {@link ModuleError}, {@link CloneError} or {@link WorkerError} for
  what its class tells.

  Caveat: a function with default values for its last parameters gets its context
  in their place. Give all arguments, or `undefined` for them.

  @throws {TypeError} `module` is a relative address, say.

  @example
  ```
  const work = new URL('./work.js', import.meta.url);
  const primes = await Task.await(Task.async(work, 'countPrimes', [10_000_000]));
  ```
  */
  async<T = unknown>(
    module: ModuleAddress,
    name: string,
    args?: readonly unknown[],
    options?: ModuleSpawnOptions,
  ): StartedTask<T>;

  /**
  Waits for the value of a task.

  May be called again, also after a timeout: a task has one outcome, and the
  handle keeps it.

  Rejects with what the body threw (the very same value), with an
  {@link ExitError} when the task ended in another way, or with a
  {@link TimeoutError}.

  Caveat: a timeout ends the waiting, not the task. Follow it with
  {@link shutdown} when the result is not wanted any more. And in a body, when a
  linked task crashes, the body's own process ends with it before a `catch` can
  help: trap exits, or use `TaskSupervisor.asyncNolink`, to handle such failures.

  @param timeout - Milliseconds, or `Infinity`. @default 5000
  @throws {OwnerError} Somebody else's task.

  @example
  ```
  const task = Task.async(() => slow());

  try {
    console.log(await Task.await(task, 2000));
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    await Task.shutdown(task, 'brutalKill');
  }
  ```
  */
  await<T>(task: Task<T>, timeout?: Timeout): Promise<T>;

  /**
  Waits for the values of several tasks, in the order given, whatever order they
  end in. One deadline for all.

  Rejects as {@link await} does with the first failure, or with a
  {@link TimeoutError}. The other tasks run on.

  @param timeout - Milliseconds, or `Infinity`. @default 5000

  @example
  ```
  const [user, posts] = await Task.awaitMany([
    Task.async(() => fetchUser(id)),
    Task.async(() => fetchPosts(id)),
  ]);
  ```
  */
  awaitMany<Tasks extends readonly Task<unknown>[] | []>(
    tasks: Tasks,
    timeout?: Timeout,
  ): Promise<{ -readonly [Key in keyof Tasks]: TaskValue<Tasks[Key]> }>;
  awaitMany<T>(tasks: Iterable<Task<T>>, timeout?: Timeout): Promise<T[]>;

  /**
  Waits for the outcome of a task without failing: gives it as {@link Settled},
  or null when the task has not ended in time. May be called again and again;
  null changes nothing.

  Caveat: it does not shield the caller from the link. In a body that does not
  trap exits, the crash of a linked task still ends the body; at the root it makes
  `yield` reject, as `await` does.

  @param timeout - Milliseconds, or `Infinity`. @default 5000
  @throws {OwnerError} Somebody else's task.

  @example
  ```
  const outcome =
    (await Task.yield(task, 1000)) ?? (await Task.shutdown(task));
  ```
  */
  yield<T>(task: Task<T>, timeout?: Timeout): Promise<Settled<T> | null>;

  /**
  {@link yield} for several tasks with one window: gives pairs of task and
  outcome in the order given, null for those that have not ended.

  A number as the second argument is the timeout.

  Caveat: as with {@link yield}, the crash of a linked task is not among the
  outcomes: it ends the caller, and at the root makes this reject.

  @example
  ```
  const pairs = await Task.yieldMany(tasks, {
    timeout: 1000,
    onTimeout: 'killTask',
  });

  for (const [task, outcome] of pairs) {
    console.log(task.label, outcome?.status ?? 'too slow');
  }
  ```
  */
  yieldMany<Tasks extends readonly Task<unknown>[] | []>(
    tasks: Tasks,
    options?: YieldManyOptions | Timeout,
  ): Promise<{
    -readonly [Key in keyof Tasks]: [
      task: Tasks[Key],
      outcome: Settled<TaskValue<Tasks[Key]>> | null,
    ];
  }>;
  yieldMany<T>(
    tasks: Iterable<Task<T>>,
    options?: YieldManyOptions | Timeout,
  ): Promise<[task: Task<T>, outcome: Settled<T> | null][]>;

  /**
  Stops a task and waits until it is gone: unlinks it, asks it to end
  (`'shutdown'`), and kills it when the time is up. The caller is not hurt by
  that end.

  Gives null when it ended as asked; its outcome when it had ended before, or
  slipped in a value or a failure of its own; and a rejected outcome with reason
  `'killed'` when it had to be killed after the time. Of a task that was ignored
  it gives only how it ended: reason `'normal'` when it returned, `'noproc'` when
  it was gone before.

  Caveat: the *process* is gone then. Its function may run on, see
  {@link TaskContext.signal}.

  @param shutdown - Milliseconds from 0, `Infinity`, or `'brutalKill'`.
  @default 5000
  @throws {OwnerError} Somebody else's task.
  */
  shutdown<T>(task: Task<T>, shutdown?: Shutdown): Promise<Settled<T> | null>;

  /**
  Lets a task go: unlinks it and stops watching. It runs on alone, its value is
  dropped, its crash reaches nobody, nor does the caller's end reach it.

  Gives the outcome when there is one already, else null.

  @throws {OwnerError} Somebody else's task.
  */
  ignore<T>(task: Task<T>): Promise<Settled<T> | null>;

  /**
  A handle whose outcome is known already; nothing is started. For functions that
  return a task but sometimes know the answer.

  @example
  ```
  function load(id: string): Task<User> {
    const user = cache.get(id);
    return user
      ? Task.completed({ status: 'fulfilled', value: user })
      : Task.async(() => fetchUser(id));
  }
  ```
  */
  completed<T>(settled: Settled<T>): Task<T>;

  /**
  Starts a process for its effect, with no link and no result. A crash is logged
  through `onLog` and reaches nobody.

  For work of that kind a {@link TaskSupervisorApi.startChild} is the better
  choice as a rule: it can be seen, stopped and started again.

  @example
  ```
  Task.start(() => warmUp(cache));
  ```
  */
  start(body: Body<unknown>, options?: SpawnOptions): Pid;
  start(
    module: ModuleAddress,
    name: string,
    args?: readonly unknown[],
    options?: ModuleSpawnOptions,
  ): Pid;

  /**
  The same with a link: a crash also ends the caller (at the root: surfaces as an
  unhandled rejection), and the caller's crash ends it.
  */
  startLink(body: Body<unknown>, options?: SpawnOptions): Pid;
  startLink(
    module: ModuleAddress,
    name: string,
    args?: readonly unknown[],
    options?: ModuleSpawnOptions,
  ): Pid;

  /**
  Runs a function for each item, so many at a time, and gives an async iterable
  of the outcomes, in the order of the input unless `ordered` is false.

  `items` may be any iterable or async iterable, also an endless one: it is read
  one item at a time, only when there is room to start it. Items are passed on as
  they are; promises among them are not awaited.

  A crash of an item ends the whole stream, since its items are linked to the
  consumer: the iteration rejects with what was thrown. For entries instead, use
  {@link TaskSupervisorApi.asyncStreamNolink}, or trap exits.

  Caveat: the window is filled before an entry is handed over, at the start and
  after each entry. With an async input that is slow, entries that are ready wait
  for items that are still to come, as in Elixir. Also, while the consumer works on an
  entry nothing new is read or started, though what runs goes on, and timeouts
  go on counting.

  @example
  ```
  const stream = Task.asyncStream(urls, (url) => download(url), {
    maxConcurrency: 10,
    timeout: 3000,
    onTimeout: 'killTask',
  });

  for await (const entry of stream) {
    if (entry.status === 'fulfilled') console.log(entry.value);
    else console.error(entry.reason);
  }
  ```
  */
  asyncStream<T, R>(
    items: Iterable<T> | AsyncIterable<T>,
    body: ItemBody<T, R>,
    options: StreamOptions & { readonly zipInputOnExit: true },
  ): TaskStream<R, ZippedEntry<R, T>>;
  asyncStream<T, R>(
    items: Iterable<T> | AsyncIterable<T>,
    body: ItemBody<T, R>,
    options?: StreamOptions,
  ): TaskStream<R>;
  /** Each item on a worker: the export is called with the item, `args` and its context. */
  asyncStream<R = unknown, T = unknown>(
    items: Iterable<T> | AsyncIterable<T>,
    module: ModuleAddress,
    name: string,
    args?: readonly unknown[],
    options?: ModuleStreamOptions<T>,
  ): TaskStream<R>;

  /**
  `Promise.allSettled` with a bound: besides promises and plain values it takes
  functions, which are run so many at a time. Same shape, same order, and it
  never rejects for the failure of an item.

  A promise has begun before it comes here; only functions can be held back.

  @example
  ```
  const results = await Task.allSettled(
    ids.map((id) => ({ signal }) => fetchUser(id, signal)),
    { maxConcurrency: 8, timeout: 2000 },
  );
  ```
  */
  allSettled<Items extends readonly AllSettledItem[] | []>(
    items: Items,
    options?: AllSettledOptions,
  ): Promise<{
    -readonly [Key in keyof Items]: PromiseSettledResult<ItemValue<Items[Key]>>;
  }>;
  allSettled<Item extends AllSettledItem>(
    items: Iterable<Item>,
    options?: AllSettledOptions,
  ): Promise<PromiseSettledResult<ItemValue<Item>>[]>;

  /**
  Describes a task as the child of a {@link SupervisorApi.start supervisor}. Its
  start function is `({ Task }) => Task.startLink(body)`.

  Unlike other children, a task is not started again unless `restart` says so.

  @example
  ```
  Supervisor.start(
    [Task.childSpec(poll, { id: 'poll', restart: 'permanent' })],
    { strategy: 'oneForOne' },
  );
  ```
  */
  childSpec(
    body: Body<unknown>,
    options?: TaskChildSpecOptions,
  ): CompleteChildSpec;
  childSpec(
    module: ModuleAddress,
    name: string,
    args?: readonly unknown[],
    options?: TaskChildSpecOptions,
  ): CompleteChildSpec;

  readonly [Symbol.hasInstance]: (value: unknown) => value is Task<unknown>;
}

/** {@link TaskApi} of the root process. */
export const Task: TaskApi;

// ---- TaskSupervisor --------------------------------------------------------

/**
The handle of a task supervisor. With `await using`, leaving the block stops it.
*/
export interface TaskSupervisor extends AsyncDisposing {
  readonly pid: Pid;

  /** The name it was started with, or null. */
  readonly name: string | null;

  /** See {@link TaskSupervisorApi.stop}. */
  stop(reason?: ExitReason, timeout?: Timeout): Promise<void>;

  /** Only in the types. */
  readonly [kindBrand]: 'taskSupervisor';
}

/**
A task supervisor, as its handle, its name or its pid. When there is none such,
{@link NoProcError}.
*/
export type TaskSupervisorRef = TaskSupervisor | Pid | (string & {});

/** The options of {@link TaskSupervisorApi.start}. */
export interface TaskSupervisorOptions {
  /**
  A name to find it by, unique in its runtime. Neither empty nor of the form of a
  pid.
  */
  readonly name?: string | undefined;

  /**
  How many children it may have at once: an integer from 0, or `Infinity`. One
  more is refused with {@link MaxChildrenError}.

  @default Infinity
  */
  readonly maxChildren?: number | undefined;

  /**
  How many restarts within `maxSeconds` are too many less one: with the
  (maxRestarts + 1)-th it stops all of its children and ends with `'shutdown'`.
  An integer from 0 to 100,000. Counted over all children together.

  @default 3
  */
  readonly maxRestarts?: number | undefined;

  /**
  The window for `maxRestarts`, in **seconds**: an integer from 1.

  @default 5
  */
  readonly maxSeconds?: number | undefined;
}

/** The options of {@link TaskSupervisorApi.childSpec}. */
export interface TaskSupervisorChildSpecOptions
  extends TaskSupervisorOptions, ChildSpecOptions {}

/** The options of {@link TaskSupervisorApi.startChild}. */
export interface StartChildOptions extends SpawnOptions {
  /** @default 'temporary' */
  readonly restart?: Restart | undefined;
}

/**
What {@link TaskSupervisorApi.countChildren} and
{@link SupervisorApi.countChildren} give.
*/
export interface ChildCounts {
  /** All children, alive or not. */
  readonly specs: number;
  /** Those with a living process. */
  readonly active: number;
  /** Children that are supervisors, alive or not. */
  readonly supervisors: number;
  /** Children that are not, alive or not. */
  readonly workers: number;
}

/**
Starts tasks in a place of their own: they can be counted and bounded, are
stopped together, may outlive who asked for them, and can be started again.
*/
export interface TaskSupervisorApi {
  /**
  Starts a task supervisor that is not linked to the caller: its end hurts
  nobody, and it stays when the caller ends, until it is stopped.

  @throws {AlreadyStartedError} The name is taken.

  @example
  ```
  import { TaskSupervisor } from 'belay-tasks';

  TaskSupervisor.start({ name: 'mail', maxChildren: 50 });
  TaskSupervisor.startChild('mail', () => sendEmail(user));
  ```
  */
  start(options?: TaskSupervisorOptions): TaskSupervisor;

  /**
  The same, linked to the caller, its parent: it stops when the caller ends, for
  whatever reason, and when it gives up, the caller feels it.
  */
  startLink(options?: TaskSupervisorOptions): TaskSupervisor;

  /**
  {@link TaskApi.async} as a child of the supervisor: linked to it and to the
  caller. Such a child is temporary.

  @throws {MaxChildrenError} The supervisor is full.
  @throws {NoProcError} There is no such supervisor.
  */
  async<T>(
    supervisor: TaskSupervisorRef,
    body: Body<T>,
    options?: SpawnOptions,
  ): StartedTask<T>;
  async<T = unknown>(
    supervisor: TaskSupervisorRef,
    module: ModuleAddress,
    name: string,
    args?: readonly unknown[],
    options?: ModuleSpawnOptions,
  ): StartedTask<T>;

  /**
  The same without the link to the caller: a crash reaches the caller only at
  `await` or `yield`, where it can be caught, and the task survives the caller.

  @throws {MaxChildrenError} The supervisor is full.
  @throws {NoProcError} There is no such supervisor.

  @example
  ```
  const task = TaskSupervisor.asyncNolink('mail', () => mayFail());
  const outcome = await Task.yield(task, Infinity);
  ```
  */
  asyncNolink<T>(
    supervisor: TaskSupervisorRef,
    body: Body<T>,
    options?: SpawnOptions,
  ): StartedTask<T>;
  asyncNolink<T = unknown>(
    supervisor: TaskSupervisorRef,
    module: ModuleAddress,
    name: string,
    args?: readonly unknown[],
    options?: ModuleSpawnOptions,
  ): StartedTask<T>;

  /**
  {@link TaskApi.asyncStream} with the items as children of the supervisor,
  linked to the caller too. When the supervisor is full at a start, what runs is
  killed and the iteration rejects with {@link MaxChildrenError}; when it is
  gone, with {@link NoProcError}.
  */
  asyncStream<T, R>(
    supervisor: TaskSupervisorRef,
    items: Iterable<T> | AsyncIterable<T>,
    body: ItemBody<T, R>,
    options: SupervisedStreamOptions & { readonly zipInputOnExit: true },
  ): TaskStream<R, ZippedEntry<R, T>>;
  asyncStream<T, R>(
    supervisor: TaskSupervisorRef,
    items: Iterable<T> | AsyncIterable<T>,
    body: ItemBody<T, R>,
    options?: SupervisedStreamOptions,
  ): TaskStream<R>;
  asyncStream<R = unknown, T = unknown>(
    supervisor: TaskSupervisorRef,
    items: Iterable<T> | AsyncIterable<T>,
    module: ModuleAddress,
    name: string,
    args?: readonly unknown[],
    options?: SupervisedModuleStreamOptions<T>,
  ): TaskStream<R>;

  /**
  The same without links to the caller: the crash of an item is its entry, and
  the stream goes on.

  @example
  ```
  const stream = TaskSupervisor.asyncStreamNolink('pool', urls, download, {
    maxConcurrency: 8,
    zipInputOnExit: true,
  });

  for await (const entry of stream) {
    if (entry.status === 'rejected') console.error(entry.input, entry.reason);
  }
  ```
  */
  asyncStreamNolink<T, R>(
    supervisor: TaskSupervisorRef,
    items: Iterable<T> | AsyncIterable<T>,
    body: ItemBody<T, R>,
    options: SupervisedStreamOptions & { readonly zipInputOnExit: true },
  ): TaskStream<R, ZippedEntry<R, T>>;
  asyncStreamNolink<T, R>(
    supervisor: TaskSupervisorRef,
    items: Iterable<T> | AsyncIterable<T>,
    body: ItemBody<T, R>,
    options?: SupervisedStreamOptions,
  ): TaskStream<R>;
  asyncStreamNolink<R = unknown, T = unknown>(
    supervisor: TaskSupervisorRef,
    items: Iterable<T> | AsyncIterable<T>,
    module: ModuleAddress,
    name: string,
    args?: readonly unknown[],
    options?: SupervisedModuleStreamOptions<T>,
  ): TaskStream<R>;

  /**
  Starts a child for its effect: nobody gets its result, and it does not end with
  the caller. A crash is logged through `onLog`; with `restart` it is then
  started again, by calling the same function in a new process, with a new pid.

  @throws {MaxChildrenError} The supervisor is full.
  @throws {NoProcError} There is no such supervisor.

  @example
  ```
  TaskSupervisor.startChild('jobs', ({ signal }) => poll(queue, signal), {
    restart: 'permanent',
  });
  ```
  */
  startChild(
    supervisor: TaskSupervisorRef,
    body: Body<unknown>,
    options?: StartChildOptions,
  ): Pid;
  startChild(
    supervisor: TaskSupervisorRef,
    module: ModuleAddress,
    name: string,
    args?: readonly unknown[],
    options?: StartChildOptions & ModuleSpawnOptions,
  ): Pid;

  /**
  The pids of the living children. No order is promised.

  @throws {NoProcError} There is no such supervisor.
  */
  children(supervisor: TaskSupervisorRef): Pid[];

  /**
  @throws {NoProcError} There is no such supervisor.
  */
  countChildren(supervisor: TaskSupervisorRef): ChildCounts;

  /**
  Stops one child as its `shutdown` says and waits until it is gone. It is not
  started again, whatever its restart type, and does not count as a restart.

  Gives false when the supervisor has no such child (any more). A supervisor
  stops one child at a time: while it does, this waits for its turn. Rejects with
  an {@link ExitError} when the supervisor ends before.

  @throws {NoProcError} There is no such supervisor.
  */
  terminateChild(supervisor: TaskSupervisorRef, pid: Pid): Promise<boolean>;

  /**
  Ends the supervisor: all children are asked to stop at the same time, each with
  its own `shutdown`, then it ends with `reason`. The promise is fulfilled when
  it is gone.

  Rejects with a {@link TimeoutError} when the time is up; it then goes on
  stopping.

  @param reason - @default 'normal'
  @param timeout - Milliseconds, or `Infinity`. @default Infinity
  @throws {NoProcError} There is no such supervisor.
  */
  stop(
    supervisor: TaskSupervisorRef,
    reason?: ExitReason,
    timeout?: Timeout,
  ): Promise<void>;

  /**
  Describes a task supervisor as the child of a
  {@link SupervisorApi.start supervisor}: permanent, and given all the time it
  needs to stop, unless the options say otherwise. Its id is its name, or
  `'TaskSupervisor'`.

  When it is started again, it has the same name and no children.
  */
  childSpec(options?: TaskSupervisorChildSpecOptions): CompleteChildSpec;

  readonly [Symbol.hasInstance]: (value: unknown) => value is TaskSupervisor;
}

/** {@link TaskSupervisorApi} of the root process. */
export const TaskSupervisor: TaskSupervisorApi;

// ---- Supervisor ------------------------------------------------------------

/**
The handle of a supervisor. With `await using`, leaving the block stops it.
*/
export interface Supervisor extends AsyncDisposing {
  readonly pid: Pid;

  /** The name it was started with, or null. */
  readonly name: string | null;

  /** See {@link SupervisorApi.stop}. */
  stop(reason?: ExitReason, timeout?: Timeout): Promise<void>;

  /** Only in the types. */
  readonly [kindBrand]: 'supervisor';
}

/**
A supervisor, as its handle, its name or its pid. When there is none such,
{@link NoProcError}.
*/
export type SupervisorRef = Supervisor | Pid | (string & {});

/** The options of {@link SupervisorApi.start}. */
export interface SupervisorOptions {
  /**
  What happens to the other children when one is started again:

  - `'oneForOne'`: nothing.
  - `'oneForAll'`: they are stopped, the last started first, and then all are
    started in their order.
  - `'restForOne'`: those started after it are stopped, the last started first,
    and then it and they are started in their order.

  Temporary children that are stopped so are not started again; transient ones
  that had ended well before are. An end that asks for no restart moves nobody.

  There is no default: it must be given.
  */
  readonly strategy: 'oneForOne' | 'oneForAll' | 'restForOne';

  /**
  A name to find it by, unique in its runtime. Neither empty nor of the form of a
  pid.
  */
  readonly name?: string | undefined;

  /**
  See {@link TaskSupervisorOptions.maxRestarts}. A group that is started again
  together counts as one, each try of a start that fails as one more.

  @default 3
  */
  readonly maxRestarts?: number | undefined;

  /** In **seconds**. See {@link TaskSupervisorOptions.maxSeconds}. @default 5 */
  readonly maxSeconds?: number | undefined;

  /**
  Whether the supervisor ends by itself, with `'shutdown'`, when
  {@link ChildSpec.significant significant} children have ended for good (a
  temporary one in any way, a transient one well): with `'anySignificant'` when
  the first has, with `'allSignificant'` when the last has. One that is stopped by
  `terminateChild` does not count.

  @default 'never'
  */
  readonly autoShutdown?:
    | 'never'
    | 'anySignificant'
    | 'allSignificant'
    | undefined;
}

/** The options of {@link SupervisorApi.childSpec}. */
export interface SupervisorChildSpecOptions
  extends SupervisorOptions, ChildSpecOptions {}

/** What {@link SupervisorApi.whichChildren} tells of one child. */
export interface ChildInfo {
  readonly id: string;

  /** Null for a child that has no process. */
  readonly pid: Pid | null;

  /**
  - `'up'`: it has a process.
  - `'none'`: it has none: it ended and is not to be started again, was stopped by
    `terminateChild`, or its start function said `'ignore'`.
  - `'restarting'`: its last start failed and will be tried again.
  - `'starting'`: its start function is being called, or will be next.
  */
  readonly state: 'up' | 'none' | 'restarting' | 'starting';

  readonly type: 'worker' | 'supervisor';
}

/**
Keeps children that are known by id: starts them in order, starts them again as
their restart types and its strategy say, and stops them in reverse order.

A supervisor does one thing at a time. While it stops a child, or a group, what
else it is asked for waits, in order: the promises of the requests are settled
when it gets to them, and rejected with an {@link ExitError} when it ends before.
*/
export interface SupervisorApi {
  /**
  Starts a supervisor and its children, one after the other in the order given,
  by calling their start functions. When it returns, all of them are there. It is
  not linked to the caller and stays until it is stopped.

  When a start fails, those after it are not started, those before it are stopped
  in reverse order, and the supervisor ends with
  `['shutdown', ['failedToStartChild', id, reason]]`. The error is thrown at once;
  its `stopped` promise tells when all of that is done.

  @throws {ChildStartError} A child could not be started.
  @throws {AlreadyStartedError} Its name is taken, or that of a task supervisor or
  supervisor in the list.
  @throws {RangeError} Two children have the same id.
  @throws {ExitError} A start function has ended the supervisor.

  @example
  ```
  import { Supervisor, TaskSupervisor } from 'belay-tasks';

  Supervisor.start([TaskSupervisor.childSpec({ name: 'MyApp.TaskSupervisor' })], {
    strategy: 'oneForOne',
  });
  TaskSupervisor.startChild('MyApp.TaskSupervisor', () => sendEmail(user));
  ```
  */
  start(children: Iterable<ChildSpec>, options: SupervisorOptions): Supervisor;

  /**
  The same, linked to the caller, its parent: it stops when the caller ends, for
  whatever reason, and when it gives up, the caller feels it.

  Caveat: when a start fails, a body that does not trap exits ends with the
  supervisor, though it catches the error. The root process does not.
  */
  startLink(
    children: Iterable<ChildSpec>,
    options: SupervisorOptions,
  ): Supervisor;

  /**
  Starts one more child, the last in the order. Gives its pid, or null when its
  start function said `'ignore'`. The function is called soon, not within this
  call.

  Rejects with {@link AlreadyStartedError} (with the `pid`) when a child with that
  id is running, with {@link ChildError} (`'alreadyPresent'`) when there is one
  without a process, with {@link ChildStartError} when its start fails; the spec is
  then forgotten.

  @throws {NoProcError} There is no such supervisor.

  @example
  ```
  const pid = await Supervisor.startChild('MyApp', {
    id: `room ${name}`,
    start: ({ Task }) => Task.startLink((ctx) => runRoom(name, ctx)),
    restart: 'transient',
  });
  ```
  */
  startChild(supervisor: SupervisorRef, spec: ChildSpec): Promise<Pid | null>;

  /**
  Stops a child as its `shutdown` says and waits until it is gone. Its spec stays,
  unless it is temporary: see {@link restartChild} and {@link deleteChild}. It
  does not count as a restart, and no other child is moved. For a child that is
  being restarted it ends the trying.

  Gives true, also when the child had no process; false when there is no child
  with that id.

  @throws {NoProcError} There is no such supervisor.
  */
  terminateChild(supervisor: SupervisorRef, id: string): Promise<boolean>;

  /**
  Starts a child that has no process, by its start function, in its old place in
  the order. Gives its pid, or null when the function said `'ignore'`. It does not
  count as a restart.

  Rejects with {@link ChildError} (`'running'`, `'restarting'`, `'notFound'`), or
  with {@link ChildStartError}; the child then stays without a process.

  @throws {NoProcError} There is no such supervisor.
  */
  restartChild(supervisor: SupervisorRef, id: string): Promise<Pid | null>;

  /**
  Forgets a child that has no process. Gives false when there is no child with
  that id.

  Rejects with {@link ChildError} (`'running'`, `'restarting'`).

  @throws {NoProcError} There is no such supervisor.
  */
  deleteChild(supervisor: SupervisorRef, id: string): Promise<boolean>;

  /**
  The children, last started first.

  @throws {NoProcError} There is no such supervisor.
  */
  whichChildren(supervisor: SupervisorRef): ChildInfo[];

  /**
  @throws {NoProcError} There is no such supervisor.
  */
  countChildren(supervisor: SupervisorRef): ChildCounts;

  /**
  Ends the supervisor: its children are stopped one after the other, the last
  started first, then it ends with `reason`. Otherwise as
  {@link TaskSupervisorApi.stop}.

  @param reason - @default 'normal'
  @param timeout - Milliseconds, or `Infinity`. @default Infinity
  @throws {NoProcError} There is no such supervisor.
  */
  stop(
    supervisor: SupervisorRef,
    reason?: ExitReason,
    timeout?: Timeout,
  ): Promise<void>;

  /**
  Describes a supervisor with its children as the child of another: permanent, and
  given all the time it needs to stop, unless the options say otherwise. Its id is
  its name, or `'Supervisor'`.

  @example
  ```
  const web = Supervisor.childSpec([listener, sessions], {
    id: 'web',
    strategy: 'restForOne',
  });
  Supervisor.start([database, web], { strategy: 'oneForOne' });
  ```
  */
  childSpec(
    children: Iterable<ChildSpec>,
    options: SupervisorChildSpecOptions,
  ): CompleteChildSpec;

  readonly [Symbol.hasInstance]: (value: unknown) => value is Supervisor;
}

/** {@link SupervisorApi} of the root process. */
export const Supervisor: SupervisorApi;

// ---- Process ---------------------------------------------------------------

/** What {@link ProcessApi.monitor} gives. */
export interface Monitor {
  readonly ref: Ref;

  /**
  Fulfilled with the exit reason when the process ends, `'noproc'` when it was
  gone already. After `demonitor` it stays pending. It only rejects when the
  watching process ends first ({@link NoProcError}) or the runtime is disposed of;
  such a rejection is not reported when nobody listens.
  */
  readonly down: Promise<ExitReason>;
}

/** What a process that traps exits gets instead of being ended. */
export interface ExitMessage {
  /** Who ended, or who sent the signal. */
  readonly from: Pid;
  readonly reason: ExitReason;
}

/** The kinds of process. */
export type ProcessKind =
  | 'root'
  | 'task'
  | 'item'
  | 'taskSupervisor'
  | 'supervisor';

/** What is known of one process. */
export interface ProcessInfo {
  readonly pid: Pid;
  readonly label: string;
  readonly kind: ProcessKind;
  /**
  `'ready'`: its body has not begun. `'running'`. `'ending'`: its end is being
  told to others. `'stopping'`: a supervisor that waits for its children.
  `'busy'`: a supervisor in the middle of stopping or starting some of them.
  */
  readonly state: 'ready' | 'running' | 'ending' | 'stopping' | 'busy';
  /** Who owns it; null for one that `start` or `startChild` started, and the root. */
  readonly parent: Pid | null;
  /** Whose child it is. */
  readonly supervisor: Pid | null;
  /**
  Who started it, who started that one, and so on: the nearest first, as Elixir's
  `$callers`. The same after a restart. Of a stream's item, the consumer comes
  first. Empty for supervisors and the root. At most 1,000.
  */
  readonly callers: readonly Pid[];
  /**
  As `callers`, but from supervisor to supervisor where there is one: Elixir's
  `$ancestors`. At most 1,000.
  */
  readonly ancestors: readonly Pid[];
  /** Milliseconds since it was started. */
  readonly age: number;
  readonly trapExit: boolean;
  /** How many links it has; counted up to 1,000. */
  readonly links: number;
  /** How many monitors watch it; counted up to 1,000. */
  readonly monitors: number;
  /** Of a supervised one. */
  readonly restart?: Restart;
  /** How often it has been started again. */
  readonly restarts: number;
  /** The processes of a supervisor's children. */
  readonly children: readonly Pid[];
  /** The name it is registered under. */
  readonly name?: string;
  /** Of an item: its stream, while that is open. */
  readonly stream?: number;
  /** Of an item: the place of its element in the input, from 0. */
  readonly index?: number;
  /** Of a supervisor: what it was started with. */
  readonly settings?: SupervisorSettings;
  /** Of a general supervisor: its children, those without a process too. */
  readonly specs?: readonly SupervisedChild[];
}

/** What a supervisor was started with. */
export interface SupervisorSettings {
  /** Of a general supervisor. */
  readonly strategy?: 'oneForOne' | 'oneForAll' | 'restForOne';
  /** Of a general supervisor. */
  readonly autoShutdown?: 'never' | 'anySignificant' | 'allSignificant';
  /** Of a task supervisor; null for `Infinity`. */
  readonly maxChildren?: number | null;
  readonly maxRestarts: number;
  readonly maxSeconds: number;
}

/** What is known of a child of a general supervisor. */
export interface SupervisedChild extends ChildInfo {
  readonly restart: Restart;
  /** How often it has been started again. */
  readonly restarts: number;
  readonly significant: boolean;
}

/** Processes as such: links, monitors, exit signals, names. */
export interface ProcessApi {
  /** The pid of the caller: of the body, or of the root process. */
  self(): Pid;

  /**
  Sends an exit signal. `'normal'` has no effect on a process that does not trap
  exits; `'kill'` cannot be trapped and ends it as `'killed'`; anything else ends
  it with that reason, or reaches its `onExit` listeners when it traps exits.

  No error when the process is gone.

  Caveat: to end the process one is in, use {@link TaskContext.exit}. A signal to
  oneself does not stop the function that sends it.

  @throws {RangeError} The root process, while it does not trap exits.
  @throws {TypeError} No reason.
  */
  exit(pid: Pid, reason: ExitReason): void;

  /** Whether the process has not ended. */
  alive(pid: Pid): boolean;

  /** Null when the process has ended. */
  info(pid: Pid): ProcessInfo | null;

  /** The pids of all living processes of this runtime, the root included. */
  list(): Pid[];

  /**
  Watches a process: tells when and why it ends, and does nothing else.

  @example
  ```
  const { down } = Process.monitor(pid);
  console.log('ended:', await down);
  ```

  @throws {RangeError} The calling process itself.
  */
  monitor(pid: Pid): Monitor;

  /** Takes a monitor away. Gives false when it has fired or is unknown. */
  demonitor(ref: Ref): boolean;

  /**
  Links the caller and a process: when one of the two ends with a reason other
  than `'normal'`, so does the other, unless it traps exits. Linking twice is the
  same as once.

  @throws {NoProcError} It is gone, and the caller does not trap exits.
  */
  link(pid: Pid): void;

  /** Takes the link away, when there is one. */
  unlink(pid: Pid): void;

  /**
  With `true`, exit signals no longer end the caller but go to its
  {@link onExit} listeners, and failures of linked stream items become entries.
  `'kill'` still ends it. Off at first in every process.

  Gives the old value.
  */
  flag(name: 'trapExit', value: boolean): boolean;

  /**
  Calls `listener` for each exit signal that reaches the caller while it traps
  exits. Gives a function that takes the listener away.
  */
  onExit(listener: (message: ExitMessage) => void): () => void;

  /**
  Gives a process a name, neither empty nor of the form of a pid. It is free again
  when the process ends.

  @throws {AlreadyStartedError} The name is taken, or the process has one.
  @throws {NoProcError} The process is gone.
  */
  register(name: string, pid: Pid): void;

  /**
  Takes a name away.

  @throws {NoProcError} Nobody has it.
  */
  unregister(name: string): void;

  /** Who has the name, or null. */
  whereis(name: string): Pid | null;

  /** As {@link TaskContext.sleep}. */
  sleep(ms: number): Promise<void>;
}

/** {@link ProcessApi} of the root process. */
export const Process: ProcessApi;

/**
Waits on the clock of the default runtime.

@param ms - Milliseconds from 0 to `Infinity`.
*/
export function sleep(ms: number): Promise<void>;

// ---- Looking on ------------------------------------------------------------

interface EventBase {
  /** Milliseconds since the runtime was made, on its clock. */
  readonly time: number;
  /** The process that it is about. */
  readonly pid: Pid;
  /** Its label; of a supervisor its name; `'root'` for the root process. */
  readonly label: string;
}

/** A process was made. */
export interface SpawnedEvent extends EventBase {
  readonly type: 'spawned';
  readonly kind: Exclude<ProcessKind, 'root'>;
  /** Its owner; null for one that `start` or `startChild` started. */
  readonly parent: Pid | null;
  readonly supervisor: Pid | null;
  /** Whether it is linked to `parent`. Items are linked by their stream. */
  readonly linked: boolean;
  /** As in {@link ProcessInfo}: who started it comes first. */
  readonly callers: readonly Pid[];
  readonly ancestors: readonly Pid[];
  /** Of a supervised one. */
  readonly restart?: Restart;
  /** Of a supervisor. */
  readonly settings?: SupervisorSettings;
  /** The stream that an item belongs to. */
  readonly stream?: number;
  /** The place of an item in the input, from 0. */
  readonly index?: number;
}

/** Its body begins. */
export interface StartedEvent extends EventBase {
  readonly type: 'started';
}

/**
It has ended. Comes exactly once for each process. With it go its links, its
monitors and those on it, and its name; no events tell of those.
*/
export interface SettledEvent extends EventBase {
  readonly type: 'settled';
  readonly status: 'fulfilled' | 'rejected';
  /** Why, as a raw exit reason, when rejected. */
  readonly reason?: ExitReason;
  /** Whether it ended of itself or was ended by a signal. */
  readonly by: 'body' | 'signal';
  /** Its function runs on; {@link BodyReturnedEvent} tells when that is over. */
  readonly abandoned: boolean;
  /** The stream of an item, which now waits to be handed over. */
  readonly stream?: number;
  /** The place of an item in the input. */
  readonly index?: number;
}

/** An abandoned function has returned at last. */
export interface BodyReturnedEvent extends EventBase {
  readonly type: 'bodyReturned';
  /** The stream of an item. */
  readonly stream?: number;
}

/** It is ended by somebody else with `'killed'`; `settled` follows. */
export interface KilledEvent extends EventBase {
  readonly type: 'killed';
}

/** A time was up: of a stream's item, of a wait, or of the grace of a stop. */
export interface TimedOutEvent extends EventBase {
  readonly type: 'timedOut';
  readonly what: 'item' | 'wait' | 'grace';
}

/** A supervisor has started a child again; `pid` is the new process. */
export interface RestartedEvent extends EventBase {
  readonly type: 'restarted';
  readonly previous: Pid;
  /** How often this child has been started again, this time included. */
  readonly restarts: number;
}

/** A supervisor begins to stop this child. */
export interface TerminatedEvent extends EventBase {
  readonly type: 'terminated';
  readonly supervisor: Pid;
}

/** A task supervisor had no room for a task that this process wanted to start. */
export interface RefusedEvent extends EventBase {
  readonly type: 'refused';
  readonly supervisor: Pid;
}

/** Its owner has let go of the task by `Task.ignore`. */
export interface IgnoredEvent extends EventBase {
  readonly type: 'ignored';
}

/** Its AbortSignal has aborted. */
export interface AbortedEvent extends EventBase {
  readonly type: 'aborted';
  /** The reason of the signal. */
  readonly reason: unknown;
}

/** `Process.exit` has sent it a signal. */
export interface SignalledEvent extends EventBase {
  readonly type: 'signalled';
  readonly from: Pid;
  readonly reason: ExitReason;
}

/** A signal has reached it, and it traps exits: its listeners are called. */
export interface TrappedEvent extends EventBase {
  readonly type: 'trapped';
  /** Who ended or who sent the signal. */
  readonly from: Pid | null;
  readonly reason: ExitReason;
}

/**
It failed, was linked to the root process, and nobody was waiting for it: an
unhandled rejection, unless somebody asks for the outcome before long.
*/
export interface SurfacedEvent extends EventBase {
  readonly type: 'surfaced';
  readonly reason: ExitReason;
}

/** A flag of the process was set to another value than before. */
export interface FlaggedEvent extends EventBase {
  readonly type: 'flagged';
  readonly flag: 'trapExit';
  readonly value: boolean;
}

/** A link was made after the process was; see {@link SpawnedEvent} for those before. */
export interface LinkedEvent extends EventBase {
  readonly type: 'linked';
  readonly other: Pid;
}

/** A link was taken away while both live. */
export interface UnlinkedEvent extends EventBase {
  readonly type: 'unlinked';
  readonly other: Pid;
}

/** The process watches another one. */
export interface MonitoredEvent extends EventBase {
  readonly type: 'monitored';
  readonly ref: string;
  readonly watched: Pid;
}

/** It does no longer. */
export interface DemonitoredEvent extends EventBase {
  readonly type: 'demonitored';
  readonly ref: string;
}

/** The one it watched has ended, or was not there. */
export interface DownEvent extends EventBase {
  readonly type: 'down';
  readonly ref: string;
  readonly watched: Pid;
  readonly reason: ExitReason;
}

/** The process has got a name. */
export interface RegisteredEvent extends EventBase {
  readonly type: 'registered';
  readonly name: string;
}

/** Its name was taken away while it lives. */
export interface UnregisteredEvent extends EventBase {
  readonly type: 'unregistered';
  readonly name: string;
}

/** What a process waits for. `'allSettled'` is for promises that are no tasks. */
export type WaitKind =
  | 'await'
  | 'yield'
  | 'shutdown'
  | 'sleep'
  | 'stop'
  | 'allSettled'
  | 'startChild'
  | 'terminateChild'
  | 'restartChild'
  | 'deleteChild';

/** The process begins to wait. Of several tasks at once, for each of them. */
export interface WaitingEvent extends EventBase {
  readonly type: 'waiting';
  /** Tells this wait from others; the same in the `waited` that ends it. */
  readonly wait: number;
  readonly what: WaitKind;
  /** The task or the supervisor; null where there is none. */
  readonly for: Pid | null;
  /** Milliseconds; null for `Infinity`. Of a shutdown, the grace. */
  readonly timeout: number | null;
  /** The time at which that is over, at the earliest; null for never. */
  readonly until: number | null;
}

/** A wait is over. */
export interface WaitedEvent extends EventBase {
  readonly type: 'waited';
  readonly wait: number;
  readonly what: WaitKind;
  readonly for: Pid | null;
  /**
  - `'ok'`: the task has returned.
  - `'exit'`: it, or the supervisor that was asked, ended in another way.
  - `'done'`: what was asked for is done.
  - `'timeout'`: the time was up; of a sleep, as wanted.
  - `'cancelled'`: given up, since others have been the answer.
  - `'ownerEnded'`: who waited has ended.
  - `'refused'`, `'failed'`: by a supervisor; the start of a child.
  */
  readonly outcome:
    | 'ok'
    | 'exit'
    | 'done'
    | 'timeout'
    | 'cancelled'
    | 'ownerEnded'
    | 'refused'
    | 'failed';
}

/** A stream begins to be iterated; `pid` is its consumer, `label` its own. */
export interface StreamOpenedEvent extends EventBase {
  readonly type: 'streamOpened';
  readonly stream: number;
  /** Its `maxConcurrency`. */
  readonly limit: number;
  readonly ordered: boolean;
  /** Whether its items are linked to the consumer. */
  readonly linked: boolean;
  /** Milliseconds for each item; null for `Infinity`. */
  readonly timeout: number | null;
  /** Null for `Infinity`. */
  readonly maxBuffered: number | null;
  readonly supervisor: Pid | null;
}

/**
There is room for so many more items: the input is asked for elements. A
{@link SpawnedEvent} follows for each that is there.
*/
export interface PulledEvent extends EventBase {
  readonly type: 'pulled';
  readonly stream: number;
  readonly count: number;
}

/** The entry of an item was handed over; `pid` is the item. */
export interface DeliveredEvent extends EventBase {
  readonly type: 'delivered';
  readonly stream: number;
  readonly index: number;
  readonly status: 'fulfilled' | 'rejected';
  readonly reason?: ExitReason;
}

/** The stream is at its end. Items that still run are no longer its own. */
export interface StreamClosedEvent extends EventBase {
  readonly type: 'streamClosed';
  readonly stream: number;
  /**
  - `'done'`: all was handed over.
  - `'halted'`: the iteration was left, or the input or a signal ended it.
  - `'timeout'`: an item was out of time, and `onTimeout` was `'exit'`.
  - `'crash'`: a linked item failed, at the root.
  - `'ownerEnded'`: the consumer has ended.
  - `'maxChildren'`, `'noproc'`: its supervisor had no room, or was gone.
  */
  readonly how:
    | 'done'
    | 'halted'
    | 'timeout'
    | 'crash'
    | 'ownerEnded'
    | 'maxChildren'
    | 'noproc';
  /** Of `'crash'` and `'ownerEnded'`. */
  readonly reason?: ExitReason;
}

/**
A supervisor is in another state than before. A state that begins and ends at one
moment is not told.
*/
export interface StateChangedEvent extends EventBase {
  readonly type: 'stateChanged';
  readonly state: 'running' | 'busy' | 'stopping';
}

/** A child of the general supervisor `pid` is new, or not what it was before. */
export interface ChildChangedEvent extends EventBase {
  readonly type: 'childChanged';
  /** What it is now. Its process, if it has one, is a child from now on. */
  readonly child: SupervisedChild;
}

/** The general supervisor `pid` has forgotten a child. */
export interface ChildDroppedEvent extends EventBase {
  readonly type: 'childDropped';
  readonly id: string;
}

/**
It crashed by its own doing and nobody received the failure; also given to
{@link RuntimeOptions.onLog}.
*/
export interface LoggedEvent extends EventBase {
  readonly type: 'logged';
  readonly kind: 'crash';
  readonly reason: ExitReason;
  /** Who started it: its name, if it has one at this moment, or its pid. */
  readonly startedBy: string;
  readonly callers: readonly Pid[];
  readonly supervisor: Pid | null;
  /** Names the process, who started it, and the reason. */
  readonly message: string;
}

/**
What a supervisor has to say; `pid` is the supervisor. With
{@link RuntimeOptions.reports} also given to {@link RuntimeOptions.onLog}.
*/
export interface ReportedEvent extends EventBase {
  readonly type: 'reported';
  readonly kind: 'report';
  /**
  - `'childTerminated'`: a child ended for another reason than `'normal'`,
    `'shutdown'` or `['shutdown', detail]`, or a permanent one in any way.
  - `'shutdownError'`: a child did not stop as it was asked to.
  - `'startError'`: a child could not be started.
  - `'intensity'`: too many restarts: the supervisor gives up.
  - `'ended'`: the supervisor itself ended for a reason that is not good.
  */
  readonly report:
    | 'childTerminated'
    | 'shutdownError'
    | 'startError'
    | 'intensity'
    | 'ended';
  /** Null for `'ended'`. */
  readonly child: {
    /** Null for a child of a task supervisor. */
    readonly id: string | null;
    /** Its last process, if it ever had one. */
    readonly pid: Pid | null;
    readonly label: string;
  } | null;
  readonly reason: ExitReason;
  readonly message: string;
}

/** A body has called {@link TaskContext.report}. */
export interface ProgressEvent extends EventBase {
  readonly type: 'progress';
  readonly value: unknown;
}

/** What goes to {@link RuntimeOptions.onLog}. Tell them apart by `kind`. */
export type LogEntry = LoggedEvent | ReportedEvent;

/**
What {@link Runtime.subscribe} reports. Tell them apart by `type`. Plain objects,
safe for JSON but for `reason`, which is the value itself.

They are complete: {@link EventFold} makes of them what `inspect()` shows. On a
clock of one's own, the same program gives the same events.
*/
export type RuntimeEvent =
  | SpawnedEvent
  | ProgressEvent
  | StartedEvent
  | SettledEvent
  | BodyReturnedEvent
  | KilledEvent
  | TimedOutEvent
  | RestartedEvent
  | TerminatedEvent
  | RefusedEvent
  | IgnoredEvent
  | AbortedEvent
  | SignalledEvent
  | TrappedEvent
  | SurfacedEvent
  | FlaggedEvent
  | LinkedEvent
  | UnlinkedEvent
  | MonitoredEvent
  | DemonitoredEvent
  | DownEvent
  | RegisteredEvent
  | UnregisteredEvent
  | WaitingEvent
  | WaitedEvent
  | StreamOpenedEvent
  | PulledEvent
  | DeliveredEvent
  | StreamClosedEvent
  | StateChangedEvent
  | ChildChangedEvent
  | ChildDroppedEvent
  | LoggedEvent
  | ReportedEvent;

/** What is known of one stream that is being iterated. */
export interface StreamInfo {
  readonly id: number;
  readonly consumer: Pid;
  readonly label: string;
  readonly supervisor: Pid | null;
  /** Its `maxConcurrency`. */
  readonly limit: number;
  /** Items that run. */
  readonly inFlight: number;
  /** Entries that are ready and not handed over. */
  readonly buffered: number;
  /** Killed items whose functions still run. */
  readonly abandoned: number;
  /** Items started so far. */
  readonly started: number;
  /** Entries handed over so far. */
  readonly delivered: number;
}

/** What a process is waiting for. */
export interface WaitInfo {
  /** Who waits. */
  readonly pid: Pid;
  readonly what: WaitKind;
  /** The task or the supervisor; null where there is none. */
  readonly for: Pid | null;
  /** Milliseconds, from when it began; null for `Infinity`. */
  readonly timeout: number | null;
}

/** A process with the processes below it. */
export interface ProcessTree extends Omit<ProcessInfo, 'children' | 'specs'> {
  /** Below a general supervisor, in the order of their first starts. */
  readonly children: readonly (ProcessTree | ChildPlace)[];
  /** The streams that it consumes. */
  readonly streams: readonly StreamInfo[];
  /** Of a child of a general supervisor. */
  readonly id?: string;
}

/** A child of a general supervisor that has no process, in the tree. */
export interface ChildPlace extends SupervisedChild {
  readonly kind: 'child';
  readonly pid: null;
  readonly state: 'none' | 'restarting' | 'starting';
  /** Its id. */
  readonly label: string;
  readonly children: readonly [];
  readonly streams: readonly [];
}

/** What events tell of a runtime at one moment, as {@link EventFold} gives it. */
export interface Picture {
  /** Milliseconds since the runtime was made. */
  readonly time: number;
  readonly root: Pid;
  /** All living processes, in the order of their places in the kernel's table. */
  readonly processes: readonly ProcessInfo[];
  /** The same processes as a tree, from the root. */
  readonly tree: ProcessTree;
  /** Those that are being iterated, the oldest first. */
  readonly streams: readonly StreamInfo[];
  /** Who waits for whom, by pid. */
  readonly waits: readonly WaitInfo[];
  /** Functions that run on though their process has ended. */
  readonly abandoned: number;
  /** Entries of streams that wait to be handed over. */
  readonly buffered: number;
}

/** A picture of a runtime at one moment, as {@link Runtime.inspect} gives it. */
export interface Inspection extends Picture {
  /** Running timers. */
  readonly timers: number;
  /** What the kernel's tables take. */
  readonly memory: { readonly bytes: number };
  /** The workers; null before the first is needed. */
  readonly workers: WorkersInfo | null;
}

/** The workers of a runtime at one moment. */
export interface WorkersInfo {
  /** Null until it is known. */
  readonly kind: 'worker_threads' | 'Worker' | null;
  readonly min: number;
  readonly max: number;
  /** How many there are: `busy`, `idle` and `starting` together. */
  readonly size: number;
  readonly busy: number;
  readonly idle: number;
  readonly starting: number;
  /** 1 when one that is idle stands by for a busy one. */
  readonly spare: number;
  /** Terminated, but the thread has not stopped yet. */
  readonly ending: number;
  /** Tasks that wait for a worker. */
  readonly queued: number;
  /** So far: workers that were started, that were terminated, that ended by themselves. */
  readonly started: number;
  readonly killed: number;
  readonly crashed: number;
}

/** What {@link Runtime.memory} gives. Values of tasks are not part of it. */
export interface MemoryUse {
  /** What the kernel's tables take. */
  readonly kernelBytes: number;
  /** The WebAssembly memory they are in; it does not shrink. */
  readonly wasmBytes: number;
  /** How many processes live, the root not counted. */
  readonly processes: number;
}

/** An event in the trace format that Perfetto and chrome://tracing open. */
export interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  /** Microseconds. */
  readonly ts: number;
  /** Microseconds, of a complete event. */
  readonly dur?: number;
  readonly pid: number;
  readonly tid: number;
  readonly cat?: string;
  readonly id?: number | string;
  readonly s?: string;
  readonly bp?: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** {@link Runtime.inspect} of the default runtime. */
export function inspect(): Inspection;

/** {@link Runtime.subscribe} of the default runtime. */
export function subscribe(listener: (event: RuntimeEvent) => void): () => void;

/**
Turns collected events into a trace: `JSON.stringify` of the answer is a file
that https://ui.perfetto.dev opens.

Each process is a bar on a lane, one that waits for its turn another one before
it. Arrows lead from who starts a process to its bar, and from the end of a bar
to who waited for it. Waits are spans, counters show how many processes live and
what streams hold. A recording may begin and end at any moment.

@example
```
const events = [];
const unsubscribe = subscribe((event) => events.push(event));
await work();
unsubscribe();
await writeFile('trace.json', JSON.stringify(toTraceEvents(events)));
```
*/
export function toTraceEvents(events: Iterable<RuntimeEvent>): TraceEvent[];

/**
Makes of events what {@link Runtime.inspect} shows: after all events since the
runtime was made, `picture()` is what `inspect()` gave at that moment, but for
`timers`, `memory` and `workers`. For who has a recording, or looks from somewhere else.

@example
```
const fold = new EventFold();
const runtime = createRuntime();
runtime.subscribe((event) => fold.add(event));
```
*/
export class EventFold {
  /**
  Takes note of the next event.

  @throws {RangeError} It is about a process that no event has spawned: the
  recording does not begin with the runtime.
  */
  add(event: RuntimeEvent): this;

  /** The time of the last event, in milliseconds. */
  readonly time: number;

  /**
  The picture after the last event. It does not change any more.

  @param time - Milliseconds; what the ages of processes are computed from.
  @default The time of the last event.
  */
  picture(time?: number): Picture;
}

/**
As {@link EventFold}, for a list: the picture after the last of the events.

@throws {RangeError} The events do not begin with the runtime.

@example
```
const { processes, waits } = foldEvents(events.slice(0, at));
```
*/
export function foldEvents(
  events: Iterable<RuntimeEvent>,
  options?: {
    /** Milliseconds. @default The time of the last event. */
    readonly time?: number | undefined;
  },
): Picture;

// ---- Runtime ---------------------------------------------------------------

/**
A source of time. The default uses `performance.now` and `setTimeout`.
*/
export interface Clock {
  /** Milliseconds from any zero; must not go back. */
  now(): number;

  /** Calls `callback` once, not before `ms` milliseconds. Returns a handle. */
  setTimeout(callback: () => void, ms: number): unknown;

  /** Takes back what `setTimeout` returned. */
  clearTimeout(handle: any): void;
}

/** The options of {@link createRuntime}. */
export interface RuntimeOptions {
  /** Where time comes from. @default The platform's clock. */
  readonly clock?: Clock | undefined;

  /**
  Called for each process that crashes by its own doing while nobody receives
  the failure at an `await`, a `yield` or as the entry of a stream. Ends by a
  signal, and with `'normal'`, `'shutdown'` or `['shutdown', detail]`, are not
  logged.

  With {@link RuntimeOptions.reports}, called for the reports of supervisors too.

  @default Writes `message` and the reason with `console.error`.
  */
  readonly onLog?: ((entry: LogEntry) => void) | undefined;

  /**
  Whether reports of supervisors go to the log: of children that ended as they
  should not, did not stop as asked, or could not be started, of too many restarts,
  and of supervisors that end for a reason that is not good. They are events in any
  case.

  @default false
  */
  readonly reports?: boolean | undefined;

  /**
  The kernel, as a compiled `WebAssembly.Module` or as its bytes: those of
  `belay-tasks/core.wasm`. For pages whose policy forbids to compile what is
  embedded here. A promise is not accepted: await it first.

  @default The embedded copy, compiled when it is first needed.

  @example
  ```
  const wasm = await WebAssembly.compileStreaming(fetch(coreUrl));
  const runtime = createRuntime({ wasm });
  ```
  */
  readonly wasm?:
    | ArrayBuffer
    | ArrayBufferView
    | (object & { readonly then?: never })
    | undefined;

  /**
  How many processes may live at once: an integer from 1 to 16,777,213. One more
  is refused with {@link LimitError}. Memory is taken as it is needed.

  @default 1000000
  */
  readonly maxTasks?: number | undefined;

  /** The workers for {@link TaskApi.async} with the export of a module. */
  readonly workers?: WorkersOptions | undefined;

  /**
  Whether each task with a handle remembers the call that started it. The
  `startedAt` of an {@link ExitError} or {@link TimeoutError} about it is then the
  stack of that call, at most its five innermost frames, where it is otherwise
  missing. The `stack` of these errors and what bodies throw stay as they are. Slow:
  it captures a stack per task.

  @default false
  */
  readonly trace?: boolean | undefined;
}

/** The workers on which exports of modules run. */
export interface WorkersOptions {
  /** So many are started with the runtime and never given up. @default 0 */
  readonly min?: number | undefined;

  /**
  So many there are at most, from 1. Those that are being terminated do not count.

  @default The number of processors.
  */
  readonly max?: number | undefined;

  /**
  One that has had nothing to do for so many ms is given up, `Infinity` for never.

  @default 10000
  */
  readonly idleTimeout?: number | undefined;

  /**
  Whether one more is started, while there is room under `max`, when all are busy
  for some ms: when a runaway function is killed, the next one need not wait
  until a worker has been started (about 50 ms).

  @default true
  */
  readonly hotSpare?: boolean | undefined;

  /**
  For so many ms at most, from 0 to 10, a worker that has run out of jobs looks out
  for the next one before it goes to sleep; and this thread, while its event loop goes on
  turning, for the result of a job that is known to be short. A round trip then takes
  about a quarter of the time. That takes a processor meanwhile; where it was in vain,
  or others want the processor, it is done ever more seldom. 0 turns it off.
  Where memory cannot be shared (a page that is not cross-origin isolated), there is none.

  @default 0.05
  */
  readonly linger?: number | undefined;

  /**
  Bounds of the memory of each, in Node: see `resourceLimits` of
  `node:worker_threads`. `stackSizeMb` must be at least 0.5. What lies outside the
  engine's heap, such as the bytes of an `ArrayBuffer`, is not bounded by them.
  */
  readonly resourceLimits?:
    | {
        readonly maxOldGenerationSizeMb?: number;
        readonly maxYoungGenerationSizeMb?: number;
        readonly codeRangeSizeMb?: number;
        readonly stackSizeMb?: number;
      }
    | undefined;

  /**
  Where the script of workers is, when a bundler that does not know
  `new Worker(new URL(...))` has put it elsewhere than beside the bundle: the
  built form of `belay-tasks/worker` (browsers) or `belay-tasks/worker-node`.
  */
  readonly script?: ModuleAddress | undefined;
}

/** A kernel of its own with the whole API on it. */
export interface Runtime extends AsyncDisposing {
  readonly Task: TaskApi;
  readonly TaskSupervisor: TaskSupervisorApi;
  readonly Supervisor: SupervisorApi;
  readonly Process: ProcessApi;

  /** Waits on the clock of this runtime. */
  sleep(ms: number): Promise<void>;

  /**
  A picture of all processes and streams at this moment. Those who subscribed are
  told first of all that has happened before; called by one of them, it may be
  ahead of what they have been told.
  */
  inspect(): Inspection;

  /**
  Calls `listener` for each event from now on, in order, soon after it has
  happened. Gives a function that ends it; what has happened until then is told
  before. Costs something for each event; nothing while nobody listens.

  In Node, the events also go to the `diagnostics_channel` named `'belay:event'`
  while somebody subscribes there, with one field more: `runtime`, a number that
  tells the runtimes of the program apart.

  @example
  ```
  const unsubscribe = runtime.subscribe((event) => {
    if (event.type === 'restarted') console.warn(event.label, 'restarted');
  });
  ```
  */
  subscribe(listener: (event: RuntimeEvent) => void): () => void;

  /** As the exported {@link toTraceEvents}. */
  toTraceEvents(events: Iterable<RuntimeEvent>): TraceEvent[];

  /** How much memory the kernel holds now. Cheaper than `inspect()`. */
  memory(): MemoryUse;

  /**
  Ends the runtime: the signal of every running body aborts, every pending wait
  rejects with {@link DisposedError}, timers are cleared, memory is let go.
  Calling it again does nothing.

  Caveat: functions that run on this thread are abandoned, not stopped. Workers
  are terminated.
  */
  dispose(): void;
}

/**
Makes a runtime that shares nothing with the default one: a root process, names,
limits and events of its own. Handles and pids must not be passed from one to
the other.

@example
```
import { createRuntime } from 'belay-tasks';

const runtime = createRuntime({ maxTasks: 10_000 });
const task = runtime.Task.async(() => 1);
console.log(await runtime.Task.await(task)); // 1
runtime.dispose();
```
*/
export function createRuntime(options?: RuntimeOptions): Runtime;

// ---- Errors ----------------------------------------------------------------

/**
The `code` of each error class. Stable; messages are not. `'BELAY_INTERNAL'` has
no class of its own: it is a mistake in this library, please report it.
*/
export type BelayErrorCode =
  | 'BELAY_EXIT'
  | 'BELAY_TIMEOUT'
  | 'BELAY_OWNER'
  | 'BELAY_MAX_CHILDREN'
  | 'BELAY_ALREADY_STARTED'
  | 'BELAY_CHILD'
  | 'BELAY_CHILD_START'
  | 'BELAY_NO_PROC'
  | 'BELAY_DISPOSED'
  | 'BELAY_LIMIT'
  | 'BELAY_WORKER'
  | 'BELAY_MODULE'
  | 'BELAY_CLONE'
  | 'BELAY_JOB'
  | 'BELAY_JOB_TRAP'
  | 'BELAY_JOB_LOST'
  | 'BELAY_JOBS_DISPOSED'
  | 'BELAY_SIMULATION'
  | 'BELAY_DEADLOCK'
  | 'BELAY_UNBOUNDED'
  | 'BELAY_REAL_IO'
  | 'BELAY_INTERNAL';

/**
What all errors of this library extend, but for `TypeError` and `RangeError`.

They are made far from the code they concern, so most have no stack of their own;
the message names the process, and `startedAt` says where it comes from.
*/
export abstract class BelayError extends Error {
  protected constructor();
  readonly code: BelayErrorCode;

  /**
  A stack: where the stream or supervisor was opened or, with
  {@link RuntimeOptions.trace}, where the task was started.
  */
  readonly startedAt?: string;
}

/**
A task ended other than by returning or throwing: it was killed, shut down, left
by `exit(reason)`, or taken along by a link.
*/
export class ExitError extends BelayError {
  protected constructor();
  readonly code: 'BELAY_EXIT' | 'BELAY_TIMEOUT';
  readonly reason: ExitReason;
  /** The process that ended; null where there is no single one. */
  readonly pid: Pid | null;
  /** Its label. */
  readonly label: string | null;
}

/** The time was up. `reason` is `'timeout'`. */
export class TimeoutError extends ExitError {
  protected constructor();
  readonly code: 'BELAY_TIMEOUT';
  readonly reason: 'timeout';
  /** The milliseconds that were given. */
  readonly timeout: number;
  /**
  The task that was waited for. Null where there is no single handle: a stream's
  item, several tasks, a supervisor that stops.
  */
  readonly task: Task<unknown> | null;
  /**
  The place in the input, from 0, of the item that ended a stream, whose process
  `pid` and `label` then name; otherwise null.
  */
  readonly index: number | null;
}

/** Only the owner may await, yield, shut down or ignore a task. */
export class OwnerError extends BelayError {
  protected constructor();
  readonly code: 'BELAY_OWNER';
  /** The task's process. */
  readonly pid: Pid | null;
  readonly owner: Pid;
  /** Who called. */
  readonly caller: Pid;
}

/** The supervisor has as many children as it may have. */
export class MaxChildrenError extends BelayError {
  protected constructor();
  readonly code: 'BELAY_MAX_CHILDREN';
  /** Its `maxChildren`. */
  readonly limit: number;
}

/** A name is taken, a process has one already, or a child with that id is running. */
export class AlreadyStartedError extends BelayError {
  protected constructor();
  readonly code: 'BELAY_ALREADY_STARTED';
  /**
  That name; for this one class, not that of the class. Tell it by
  `code` or `instanceof`.
  */
  readonly name: string;
  /** The name that is taken, or that the process has; null for a child. */
  readonly registeredName: string | null;
  /** The id of the child that is running; null for a name. */
  readonly id: string | null;
  /**
  Who has the name, or the child's process; null when two children of one list
  have the same name.
  */
  readonly pid: Pid | null;
}

/** A child of a supervisor is not in the state that a request needs. */
export class ChildError extends BelayError {
  protected constructor();
  readonly code: 'BELAY_CHILD';
  /** The child's id. */
  readonly id: string;
  /**
  `'alreadyPresent'`: there is a child with that id, without a process.
  `'notFound'`: there is none with that id.
  */
  readonly state: 'running' | 'restarting' | 'alreadyPresent' | 'notFound';
}

/**
A child could not be started: its start function threw, or returned nothing that
can be a child.
*/
export class ChildStartError extends BelayError {
  protected constructor();
  readonly code: 'BELAY_CHILD_START';
  /** The child's id. */
  readonly id: string;
  /** What the start function threw, or an error that says what is wrong with what it returned. */
  readonly cause: unknown;
  /**
  The same as an exit reason: of an `ExitError` its `reason`, of the failed start
  of a nested supervisor `['shutdown', ['failedToStartChild', id, reason]]`, else
  `cause` itself.
  */
  readonly reason: ExitReason;
  /**
  Fulfilled when all that had been started before is gone, in reverse order: for
  {@link SupervisorApi.start} the children and the supervisor itself; for requests
  to a supervisor it is so already. It only rejects when the runtime is disposed of
  first; such a rejection is not reported when nobody listens.
  */
  readonly stopped: Promise<void>;
}

/** There is no such process, or not any more. */
export class NoProcError extends BelayError {
  protected constructor();
  readonly code: 'BELAY_NO_PROC';
  readonly reason: 'noproc';
  /** The process, where it was named by a pid. */
  readonly pid: Pid | null;
}

/** The runtime has been disposed of. */
export class DisposedError extends BelayError {
  protected constructor();
  readonly code: 'BELAY_DISPOSED';
}

/** A worker came to an end before the function that ran on it, or could not be started. */
export class WorkerError extends BelayError {
  protected constructor();
  readonly code: 'BELAY_WORKER';
  /**
  - `'start'`: it could not be started (`cause` says why).
  - `'exit'`: `process.exit` was called on it, see `exitCode`; or, in a browser, `close()`.
  - `'crash'`: an exception that nobody caught, `cause`, such as one of a timer.
  - `'memory'`: it ran out of memory; see {@link WorkersOptions.resourceLimits}.
  - `'messageError'`: a message could not be read on the other side.
  - `'lost'`: it was terminated before its result had arrived.
  */
  readonly reason: 'start' | 'exit' | 'crash' | 'memory' | 'messageError' | 'lost';
  /** What `process.exit` was called with; else null. */
  readonly exitCode: number | null;
}

/** A module could not be loaded on a worker (see `cause`), or has no such function. */
export class ModuleError extends BelayError {
  protected constructor();
  readonly code: 'BELAY_MODULE';
  readonly url: string;
  readonly exportName: string;
}

/** An argument, a result or a report cannot be copied to another thread. */
export class CloneError extends BelayError {
  protected constructor();
  readonly code: 'BELAY_CLONE';
  /** The part that is to blame, such as `args[0].onDone (function onDone)`. */
  readonly path: string;
}

/** `maxTasks` is reached, or memory was refused. Nothing has been started. */
export class LimitError extends BelayError {
  protected constructor();
  readonly code: 'BELAY_LIMIT';
}
