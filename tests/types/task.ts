/* Task: what each call takes and gives. */
import { Task } from 'belay-tasks';
import type {
  Body,
  ChildSpec,
  Pid,
  Ref,
  Settled,
  StartedTask,
  TaskContext,
} from 'belay-tasks';
import { is, same } from './expect.js';

declare const signal: AbortSignal;
declare const unknownValue: unknown;

// A task has the type of what its body gives, promise or not.
const number = Task.async(async () => 42);
same<typeof number, StartedTask<number>>(true);
const text = Task.async(() => 'a' as string);
same<typeof text, StartedTask<string>>(true);
const nothing = Task.async(() => {});
same<typeof nothing, StartedTask<void>>(true);
const failing = Task.async(() => {
  throw new Error('no');
});
same<typeof failing, StartedTask<never>>(true);
const either = Task.async((): number | Promise<number> => 1);
same<typeof either, StartedTask<number>>(true);
const nested = Task.async(() => number);
same<typeof nested, StartedTask<StartedTask<number>>>(true);

// It fits into generic code.
export function wrapped<T>(body: () => Promise<T>): Task<T> {
  return Task.async(body);
}

// A handle of something narrow can stand for one of something wide.
is<Task<unknown>>(number);
is<Task<number | string>>(number);
// @ts-expect-error a task of a number is not one of a string
is<Task<string>>(number);

// The fields of a handle.
same<typeof number.pid, Pid>(true);
same<Task<number>['pid'], Pid | null>(true);
same<typeof number.ref, Ref>(true);
same<typeof number.owner, Pid>(true);
same<typeof number.label, string>(true);
same<
  typeof number.state,
  'running' | 'fulfilled' | 'rejected' | 'ignored'
>(true);
// @ts-expect-error handles are read-only
number.label = 'other';
// @ts-expect-error a handle is not thenable
number.then;

// What a body gets.
Task.async((context) => {
  same<typeof context, TaskContext>(true);
});
Task.async(async ({ self, signal, Task, Process, sleep, exit }) => {
  same<typeof self, Pid>(true);
  same<typeof signal, AbortSignal>(true);
  const child = Task.async(() => 1);
  same<typeof child, StartedTask<number>>(true);
  same<ReturnType<typeof Process.self>, Pid>(true);
  same<ReturnType<typeof sleep>, Promise<void>>(true);
  same<ReturnType<typeof exit>, never>(true);
  await sleep(10);
  return exit(['shutdown', 'enough']);
});
Task.async(async (context) => {
  await context.TaskSupervisor.stop('mine');
  context.Supervisor.start([], { strategy: 'oneForOne' });
});
// @ts-expect-error a pause is in milliseconds, not text
Task.async(({ sleep }) => sleep('1s'));

// Options of a start.
Task.async(() => 1, { signal, label: 'one', shutdown: 100 });
Task.async(() => 1, { shutdown: 'brutalKill' });
Task.async(() => 1, { shutdown: Infinity, signal: undefined });
// @ts-expect-error no such option
Task.async(() => 1, { timeout: 100 });
// @ts-expect-error no such way to stop
Task.async(() => 1, { shutdown: 'brutal_kill' });
// @ts-expect-error a label is text
Task.async(() => 1, { label: 1 });
// @ts-expect-error a controller is not a signal
Task.async(() => 1, { signal: new AbortController() });

// Bodies are functions of at most the context.
is<Body<number>>(() => 1);
// @ts-expect-error a promise is not a body
Task.async(Promise.resolve(1));
// @ts-expect-error an address needs the name of an export
Task.async('./body.js');
is<Task<unknown>>(Task.async(new URL('file:///body.js'), 'run', []));
same<Awaited<ReturnType<typeof Task.await<number>>>, number>(true);
is<Promise<number>>(Task.await(Task.async<number>('file:///body.js', 'run', [1], { transfer: [new ArrayBuffer(1)] })));
// @ts-expect-error the arguments are a list
Task.async('file:///body.js', 'run', 1);
// @ts-expect-error what may be started again cannot be moved
Task.childSpec('file:///body.js', 'run', [], { transfer: [] });
for await (const entry of Task.asyncStream<string, number>([1, 2], 'file:///body.js', 'run', [], {
  transfer: (item) => [new ArrayBuffer(item)],
})) {
  if (entry.status === 'fulfilled') is<string>(entry.value);
}
Task.async(({ report, transfer }) => {
  report({ done: 1 });
  return transfer(new Uint8Array(1), []);
});
// @ts-expect-error a body takes no argument but the context
Task.async((n: number) => n);
// @ts-expect-error a body takes no second argument
Task.async((context, n: number) => n);

// await
const awaited = Task.await(number);
same<typeof awaited, Promise<number>>(true);
Task.await(number, Infinity);
// @ts-expect-error a timeout is a number
Task.await(number, '5s');
// @ts-expect-error a timeout is a number
Task.await(number, null);
// @ts-expect-error a promise is not a task
Task.await(Promise.resolve(1));
// @ts-expect-error a body is not a task
Task.await(() => 1);
// @ts-expect-error a pid is not a task
Task.await(number.pid);

// awaitMany keeps tuples apart and takes any iterable.
const pair = Task.awaitMany([number, text]);
same<typeof pair, Promise<[number, string]>>(true);
const fixed = [number, text] as const;
const fixedPair = Task.awaitMany(fixed);
same<typeof fixedPair, Promise<[number, string]>>(true);
const list = [1, 2].map((n) => Task.async(() => n));
const fromList = Task.awaitMany(list, 1000);
same<typeof fromList, Promise<number[]>>(true);
const fromSet = Task.awaitMany(new Set(list));
same<typeof fromSet, Promise<number[]>>(true);
const none = Task.awaitMany([]);
same<typeof none, Promise<[]>>(true);
// @ts-expect-error promises are not tasks
Task.awaitMany([Promise.resolve(1)]);
// @ts-expect-error it takes one list
Task.awaitMany(number, text);

// yield, shutdown, ignore
const yielded = Task.yield(number, 0);
same<typeof yielded, Promise<Settled<number> | null>>(true);
same<Settled<number>, PromiseSettledResult<number>>(true);
const stopped = Task.shutdown(number, 'brutalKill');
same<typeof stopped, Promise<Settled<number> | null>>(true);
Task.shutdown(number, Infinity);
// @ts-expect-error no such way to stop
Task.shutdown(number, 'kill');
const ignored = Task.ignore(number);
same<typeof ignored, Promise<Settled<number> | null>>(true);
// @ts-expect-error ignoring takes no time
Task.ignore(number, 100);

// yieldMany
const pairs = Task.yieldMany([number, text], 100);
same<
  typeof pairs,
  Promise<
    [
      [task: StartedTask<number>, outcome: Settled<number> | null],
      [task: StartedTask<string>, outcome: Settled<string> | null],
    ]
  >
>(true);
const fromMany = Task.yieldMany(new Set(list), {
  timeout: 100,
  limit: 1,
  onTimeout: 'ignore',
});
same<
  typeof fromMany,
  Promise<[task: Task<number>, outcome: Settled<number> | null][]>
>(true);
// @ts-expect-error no such action
Task.yieldMany([number], { onTimeout: 'kill' });
// @ts-expect-error no such option
Task.yieldMany([number], { onTimeout: 'ignore', after: 100 });

// completed
const done = Task.completed({ status: 'fulfilled', value: 1 });
same<typeof done, Task<number>>(true);
is<Task<string>>(Task.completed({ status: 'rejected', reason: 'no' }));
// @ts-expect-error an outcome, not a value
Task.completed(1);
// @ts-expect-error a completed task has no process
is<Pid>(done.pid);

// start, startLink
same<ReturnType<typeof Task.start>, Pid>(true);
is<Pid>(Task.startLink(async () => {}, { label: 'quiet' }));
// @ts-expect-error nobody can await a pid
Task.await(Task.start(() => 1));

// allSettled answers as Promise.allSettled does, and takes functions.
const mixed = [1, Promise.resolve('a'), true] as const;
const ours = Task.allSettled(mixed);
const theirs = Promise.allSettled(mixed);
same<typeof ours, typeof theirs>(true);
const settled = Task.allSettled([
  1,
  Promise.resolve('a'),
  async () => true,
  ({ self }) => self,
  () => {
    throw new Error('no');
  },
]);
same<
  typeof settled,
  Promise<
    [
      PromiseSettledResult<number>,
      PromiseSettledResult<string>,
      PromiseSettledResult<boolean>,
      PromiseSettledResult<Pid>,
      PromiseSettledResult<never>,
    ]
  >
>(true);
const many = Task.allSettled(
  [1, 2].map((n) => async () => n),
  { maxConcurrency: 2, timeout: 100, signal },
);
same<typeof many, Promise<PromiseSettledResult<number>[]>>(true);
const manyOfSet = Task.allSettled(new Set([Promise.resolve(1)]));
same<typeof manyOfSet, Promise<PromiseSettledResult<number>[]>>(true);
// @ts-expect-error it takes one list
Task.allSettled(Promise.resolve(1), Promise.resolve(2));
// @ts-expect-error no such option
Task.allSettled([], { concurrency: 2 });

// childSpec
is<ChildSpec>(
  Task.childSpec(() => 1, {
    id: 'clock',
    restart: 'permanent',
    shutdown: 'brutalKill',
    label: 'clock',
  }),
);
// @ts-expect-error no such restart type
Task.childSpec(() => 1, { restart: 'always' });
is<ChildSpec>({ ...Task.childSpec(() => 1), id: 'second', shutdown: 10 });
// @ts-expect-error no such restart type
is<ChildSpec>({ ...Task.childSpec(() => 1), restart: 'always' });
Task.childSpec(() => 1, { significant: true, restart: 'transient', label: 'a' });
// @ts-expect-error no such option
Task.childSpec(() => 1, { type: 'worker' });

// instanceof
if (unknownValue instanceof Task) {
  same<typeof unknownValue, Task<unknown>>(true);
}
// @ts-expect-error handles are made by Task.async
new Task(() => 1);
