/* Streams: inference over inputs, entries and options. */
import { Task, TaskSupervisor } from 'belay-tasks';
import type {
  Pid,
  RejectedItem,
  Settled,
  TaskContext,
  TaskStream,
  ZippedEntry,
} from 'belay-tasks';
import { is, same } from './expect.js';

declare const pool: TaskSupervisor;
declare const lines: AsyncIterable<string>;
declare const signal: AbortSignal;
declare const someOptions: { zipInputOnExit: boolean };
async function* countAsync(): AsyncGenerator<number> {
  yield 1;
}
function* count(): Generator<number> {
  yield 1;
}

// Any iterable or async iterable; a function with or without a promise.
const ofArray = Task.asyncStream([1, 2, 3], (n) => n + 1);
same<typeof ofArray, TaskStream<number>>(true);
const ofLines = Task.asyncStream(lines, async (line) => line.length);
same<typeof ofLines, TaskStream<number>>(true);
same<TaskStream<number>, TaskStream<number, Settled<number>>>(true);
is<TaskStream<string>>(Task.asyncStream(count(), (n) => String(n)));
is<TaskStream<string>>(Task.asyncStream(countAsync(), (n) => String(n)));
is<TaskStream<string>>(Task.asyncStream(new Set(['a']), (text) => text));
is<TaskStream<void>>(Task.asyncStream('text', (letter: string) => {}));
is<TaskStream<unknown>>(ofArray);
// @ts-expect-error a stream of numbers is not one of texts
is<TaskStream<string>>(ofArray);

// Functions that know nothing of Belay fit.
declare function fetchPage(url: URL): Promise<string>;
const pages = Task.asyncStream([new URL('https://example.org')], fetchPage);
same<typeof pages, TaskStream<string>>(true);

// The function gets the item and the context.
Task.asyncStream([1], (item, context) => {
  same<typeof item, number>(true);
  same<typeof context, TaskContext>(true);
});
// @ts-expect-error the items are numbers
Task.asyncStream([1], (item: string) => item);
// @ts-expect-error a number cannot be iterated
Task.asyncStream(3, (n) => n);
// @ts-expect-error the function is missing
Task.asyncStream([1], { maxConcurrency: 2 });

// Options
Task.asyncStream([1], (n) => n, {
  maxConcurrency: 4,
  ordered: false,
  timeout: Infinity,
  onTimeout: 'killTask',
  zipInputOnExit: false,
  maxBuffered: 16,
  maxAbandoned: 0,
  signal,
  label: 'squares',
});
// @ts-expect-error no such option
Task.asyncStream([1], (n) => n, { concurrency: 4 });
// @ts-expect-error no such action
Task.asyncStream([1], (n) => n, { onTimeout: 'kill_task' });
// @ts-expect-error a timeout is a number
Task.asyncStream([1], (n) => n, { timeout: '3s' });
// @ts-expect-error only a stream under a supervisor has this
Task.asyncStream([1], (n) => n, { shutdown: 100 });

// zipInputOnExit adds the input to rejected entries.
const zipped = Task.asyncStream(['a'], (text) => text.length, {
  zipInputOnExit: true,
});
same<typeof zipped, TaskStream<number, ZippedEntry<number, string>>>(true);
is<TaskStream<number>>(zipped);
const perhaps = Task.asyncStream(['a'], (text) => text.length, someOptions);
same<typeof perhaps, TaskStream<number>>(true);

export async function iterate() {
  for await (const entry of ofArray) {
    same<typeof entry, Settled<number>>(true);
    if (entry.status === 'fulfilled') {
      same<typeof entry.value, number>(true);
    } else {
      // @ts-expect-error there is no input without zipInputOnExit
      entry.input;
    }
  }
  for await (const entry of zipped) {
    if (entry.status === 'rejected') {
      same<typeof entry, RejectedItem<string>>(true);
      same<typeof entry.input, string>(true);
    } else {
      same<typeof entry.value, number>(true);
    }
  }
  for await (const batch of ofArray.batches()) {
    same<typeof batch, Settled<number>[]>(true);
  }
  const all = await zipped.toArray();
  same<typeof all, ZippedEntry<number, string>[]>(true);

  const iterator = ofArray[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done) {
    same<typeof first.value, undefined>(true);
  } else {
    same<typeof first.value, Settled<number>>(true);
  }
  await iterator.return();
  for await (const entry of iterator) {
    same<typeof entry, Settled<number>>(true);
  }
}

// It is an ordinary async iterable, so it can be the input of another.
is<AsyncIterable<Settled<number>>>(ofArray);
is<AsyncIterable<Settled<number>[]>>(ofArray.batches());
const chained = Task.asyncStream(ofArray, (entry) => entry.status);
same<typeof chained, TaskStream<'fulfilled' | 'rejected'>>(true);
// @ts-expect-error a stream is iterated asynchronously
[...ofArray];
// @ts-expect-error a stream is not a promise
ofArray.then;

// The same under a supervisor.
const linked = TaskSupervisor.asyncStream(pool, [1], (n) => String(n), {
  shutdown: 100,
});
same<typeof linked, TaskStream<string>>(true);
const nolink = TaskSupervisor.asyncStreamNolink('pool', lines, async (l) => l, {
  zipInputOnExit: true,
});
same<typeof nolink, TaskStream<string, ZippedEntry<string, string>>>(true);
const plain = TaskSupervisor.asyncStreamNolink('pool', [1], ({}, { self }) => self);
same<typeof plain, TaskStream<Pid>>(true);
const linkedZipped = TaskSupervisor.asyncStream(pool, [1], (n) => `${n}`, {
  zipInputOnExit: true,
  shutdown: 'brutalKill',
});
same<typeof linkedZipped, TaskStream<string, ZippedEntry<string, number>>>(true);
// @ts-expect-error the supervisor is missing
TaskSupervisor.asyncStream([1], (n: number) => n);
// @ts-expect-error no such option
TaskSupervisor.asyncStreamNolink(pool, [1], (n) => n, { restart: 'permanent' });
