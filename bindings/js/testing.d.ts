/**
Deterministic tests: programs of tasks on virtual time, with a seed.

@module
*/
import {
  BelayError,
  type Inspection,
  type LoggedEvent,
  type Pid,
  type ProcessApi,
  type Runtime,
  type RuntimeEvent,
  type RuntimeOptions,
  type SupervisorApi,
  type TaskApi,
  type TaskSupervisorApi,
} from './index.js';

/** Where all chance of a simulation comes from. */
export type Seed = number | string;

/** Random numbers of the seed. */
export interface Random {
  /** A number from 0 up to 1, without 1; all 53 bits are drawn. */
  (): number;

  /**
  A whole number from `min` to `max`, both included.

  @throws {TypeError} One of them is not a number.
  @throws {RangeError} One of them is not a safe integer, `max` is below `min`, or
  they are 2 ** 53 or more apart.

  @example
  ```
  const latency = random.int(20, 200);
  ```
  */
  int(min: number, max: number): number;
}

/**
What `main` gets: the whole API of a runtime of its own. `Task` and the others act
for its root process, as the imported ones do for that of the default runtime.
*/
export interface SimulationScope {
  readonly Task: TaskApi;
  readonly TaskSupervisor: TaskSupervisorApi;
  readonly Supervisor: SupervisorApi;
  readonly Process: ProcessApi;

  /** Waits `ms` milliseconds of virtual time. */
  sleep(ms: number): Promise<void>;

  /** Virtual milliseconds since the simulation began: whole ones, from 0. */
  now(): number;

  /** Random numbers that depend on the seed and on nothing else. */
  readonly random: Random;

  /** A picture of all processes and streams at this moment. */
  inspect(): Inspection;

  /** Calls `listener` for each event from now on. Gives a function that ends it. */
  subscribe(listener: (event: RuntimeEvent) => void): () => void;

  /** The runtime itself, for code that is given one. */
  readonly runtime: Runtime;
}

export interface SimulateOptions {
  /**
  A safe integer or a string. The same seed gives the same {@link Random} numbers,
  in Node and in browsers, from version to version. A number and its digits are
  the same seed, so that one can come from an environment variable.

  @default 1
  */
  readonly seed?: Seed | undefined;

  /**
  Whether the globals of the platform take part while `main` runs, for code that
  knows nothing of Belay: they are replaced when `main` begins, and put back when
  the run is over, however it ends.

  - On virtual time: `setTimeout`, `setInterval`, `setImmediate` and what clears
    them; `Date` (from {@link SimulateOptions.startTime} on); `performance.now` and
    `performance.timeOrigin`; `AbortSignal.timeout`. In browsers also
    `requestAnimationFrame` (a frame each 16 ms), `requestIdleCallback`,
    `scheduler.postTask`, `scheduler.yield` and `Temporal.Now`. In Node also
    `process.hrtime`, `process.uptime`, and from 20.16 on what is imported from
    `node:timers` and `node:timers/promises`.
  - On the seed: `Math.random`, `crypto.getRandomValues`, `crypto.randomUUID`, in
    Node also `randomBytes`, `randomFill`, `randomInt` and `randomUUID` of
    `node:crypto`. Their numbers are not those of `random`.
  - The `Task`, `sleep` and so on that are imported from `belay-tasks` belong to the
    simulation, and `createRuntime()` makes runtimes on virtual time.
  - The network (`fetch`, `XMLHttpRequest`, `WebSocket`, `EventSource`, `Worker` and
    the like) ends the run with {@link RealIoError}. A stand-in that has taken the
    place of one of them before, or takes it in `main`, is left alone.

  Timers behave as Node's: less than 1 ms counts as 1, fractions are cut off. A
  `setImmediate` takes no time. `unref()` makes no difference. Microtasks and
  `process.nextTick` are left alone, they need no time.

  Caveat: globals belong to the whole program. Other code that runs meanwhile (a
  server, another test) gets virtual ones too. And what has been taken from the
  globals before (`const { now } = Date`, a class that extends `Date`) stays real.

  @default false
  */
  readonly globals?: boolean | undefined;

  /**
  Where `Date` begins, with {@link SimulateOptions.globals}: a valid `Date` or whole
  milliseconds since 1970. The time zone is the machine's.

  @default 2000-01-01T00:00:00.000Z
  */
  readonly startTime?: number | Date | undefined;

  /**
  How many milliseconds of virtual time may pass: 0 or more, or `Infinity`. When
  something is still to happen after them and `main` has not settled, the run
  ends with {@link UnboundedError}.

  @default 2592000000 // 30 days
  */
  readonly maxTime?: number | undefined;

  /**
  How many steps may be taken: an integer of at least 1, or `Infinity`. It stops
  what goes on for ever at one instant, such as a loop around `sleep(0)`, with
  {@link UnboundedError}. Each call of Belay is a step, each body that begins or
  ends, and each timer. A million of them take about a second.

  Caveat: what goes on for ever without Belay, such as `for (;;) await null`, is
  not stopped: nothing can.

  @default 5000000
  */
  readonly maxSteps?: number | undefined;

  /** As for `createRuntime`. The entries are events of type `logged`, too. */
  readonly onLog?: ((event: LoggedEvent) => void) | undefined;

  /**
  Whether each task remembers where it was started, for the `startedAt` of errors
  that name it. With very many tasks it is faster without.

  @default true
  */
  readonly trace?: boolean | undefined;

  /** As for `createRuntime`. */
  readonly maxTasks?: number | undefined;

  /** As for `createRuntime`. */
  readonly wasm?: RuntimeOptions['wasm'];

  /**
  Modules whose exports are called on this thread, with copies of their arguments,
  where the code under test has them run on workers: threads cannot take part in
  virtual time. By address: `{ [url.href]: await import(url.href) }`. An export of
  any other module fails with a {@link SimulationError}.
  */
  readonly modules?: Readonly<Record<string, object>> | undefined;
}

/** How a simulation went. */
export interface Simulation {
  /**
  All events, in order, from the first process to the moment when the run was over.
  `JSON.stringify` of them is the same, byte for byte, for the same program and
  seed, in Node and in browsers of the same kind of engine. The list is made when it
  is first read, so that a run whose events nobody reads does not pay for them.
  */
  readonly events: RuntimeEvent[];

  /** How many milliseconds of virtual time it took. */
  readonly elapsed: number;

  /** As it was given. */
  readonly seed: Seed;
}

export interface SimulationResult<T> extends Simulation {
  /** What `main` returned. */
  readonly value: T;
}

/**
Runs `main` as the root process of a runtime of its own, on virtual time. Whatever
needs no time is done first; then, when nothing can run, time jumps to the next
deadline. So hours cost nothing, and nothing depends on how fast the machine is.

`main` begins in a later turn of the event loop. When it has settled, the run is
over: what it has left running stands still for ever, no promise of it settles any
more, and the runtime is disposed of.

The promise rejects
- with what `main` throws: the very same object;
- with the failure of a task that is linked to the root process and that nobody
  awaits, which without a simulation would be an unhandled rejection;
- with what a listener of Belay or a callback of a virtual timer throws;
- with {@link DeadlockError}, {@link UnboundedError} or {@link RealIoError}.

An error that can be extended then has the run in its property `simulation`, a
{@link Simulation}, which is not enumerable.

Within a simulation `Task.asyncStream` runs 4 items at once unless told otherwise,
on every machine. A promise of your own that rejects and that nobody handles is the
platform's business, as always.

In Node, real I/O and real timers that `main` begins are found when they begin,
work on other threads when it goes on. In browsers, without
{@link SimulateOptions.globals}, such things are found when what they bring about
reaches Belay, and only if that is not by chance in the middle of a turn.

@throws {TypeError} `main` is not a function, or an option is of a wrong type.
@throws {RangeError} An option is out of range.
@throws {SimulationError} One is running already: there is one at a time.

@example
```
import { simulate } from 'belay-tasks/testing';

const { value, elapsed } = await simulate(async ({ Task }) => {
  const task = Task.async(({ sleep }) => sleep(3_600_000));
  return Task.yield(task, 60_000);
});

console.log(value, elapsed); // null 60000
```
*/
export function simulate<T>(
  main: (scope: SimulationScope) => T | PromiseLike<T>,
  options?: SimulateOptions,
): Promise<SimulationResult<T>>;

/**
A process that waits, or whose body has not returned.

| `what` | it | `on` |
|---|---|---|
| `'await'` | awaits a task, by `await` or as one of several | the task |
| `'yield'` | waits in `Task.yield` | the task |
| `'shutdown'` | waits in `Task.shutdown` | the task |
| `'ignored'` | awaits a task that it has ignored | null |
| `'stop'` | waits until a supervisor or its child has stopped | that process |
| `'monitor'` | has a monitor that has not fired | the process watched |
| `'items'` | iterates a stream with items that run | the stream, by its label |
| `'input'` | iterates a stream whose input has given nothing | the stream, by its label |
| `'sleep'` | sleeps | null |
| `'children'` | is a supervisor that stops | null |
| `'cleanup'` | was asked to end and traps exits | null |
| `'body'` | is at work, or waits for a promise that is not Belay's | null |
| `'wait'` | waits for something else | null |
*/
export interface Waiting {
  readonly pid: Pid;
  /** `'main'` for the root process. */
  readonly label: string;
  readonly what:
    | 'await'
    | 'yield'
    | 'shutdown'
    | 'ignored'
    | 'stop'
    | 'monitor'
    | 'items'
    | 'input'
    | 'sleep'
    | 'children'
    | 'cleanup'
    | 'body'
    | 'wait';
  readonly on: { readonly pid: Pid | null; readonly label: string } | null;
}

/** A simulation could not begin, or did not come to its end. */
export class SimulationError extends BelayError {
  protected constructor();
  readonly code:
    | 'BELAY_SIMULATION'
    | 'BELAY_DEADLOCK'
    | 'BELAY_UNBOUNDED'
    | 'BELAY_REAL_IO';

  /** The run, when there was one. */
  readonly simulation?: Simulation;
}

/** `main` has not settled, and nothing is left to happen. The message says who waits. */
export class DeadlockError extends SimulationError {
  protected constructor();
  readonly code: 'BELAY_DEADLOCK';
  /** Everybody who waits; `main` first. */
  readonly waiting: readonly Waiting[];
}

/** `main` has not settled within `maxTime` or `maxSteps`. */
export class UnboundedError extends SimulationError {
  protected constructor();
  readonly code: 'BELAY_UNBOUNDED';
  readonly limit: 'maxTime' | 'maxSteps';
  /** Everybody who waits; `main` first. */
  readonly waiting: readonly Waiting[];
}

/** What happens next depends on the world outside, whose time is not virtual. */
export class RealIoError extends SimulationError {
  protected constructor();
  readonly code: 'BELAY_REAL_IO';

  /**
  What it is: a name that Node has for it, such as `'Timeout'` or `'TCPSocketWrap'`;
  the global that was called, such as `'fetch'`; or `'unknown'` for something that
  was seen only when it went on.
  */
  readonly kind: string;
}
