// Functions that the tests run on workers. No dependency: it runs anywhere.
export const add = (a, b) => a + b;
export const times = (item, factor) => item * factor;
export const echo = (value) => value;
export const later = (ms, value, { sleep }) => sleep(ms).then(() => value);
export const forever = () => new Promise(() => {});

/** Does nothing else until it is killed. `begun`, where given, is told so. */
export function spin(begun) {
  if (begun instanceof Int32Array) {
    Atomics.store(begun, 0, 1);
    Atomics.notify(begun, 0);
  }
  for (;;);
}

export const spinIf = (wanted, begun) => (wanted ? spin(begun) : 'done');

/** Counts how often it is run with a number. */
export function count(index, runs) {
  return Atomics.add(runs, index, 1);
}

/** The same, and takes 2 ms: of such a function one is handed ahead. */
export function countSlowly(index, runs) {
  busy(2);
  return count(index, runs);
}

export class OutOfStock extends Error {
  constructor(message, item) {
    super(message, { cause: new RangeError('none left') });
    this.item = item;
  }
}

export function fails(kind) {
  if (kind === 'own') throw new OutOfStock('no more', { id: 7 });
  if (kind === 'aggregate') throw new AggregateError([new TypeError('one'), 'two'], 'both');
  if (kind === 'string') throw 'just text';
  if (kind === 'dom') throw new DOMException('late', 'AbortError');
  throw new TypeError('wrong', { cause: new Error('deep', { cause: 'deeper' }) });
}

const PROVOKED = {
  maxChildren({ TaskSupervisor }) {
    const supervisor = TaskSupervisor.start({ maxChildren: 1 });
    for (;;) TaskSupervisor.startChild(supervisor, forever);
  },
  async owner({ Task, TaskSupervisor }) {
    const task = Task.async(forever);
    return Task.await(TaskSupervisor.asyncNolink(TaskSupervisor.start(), (inner) => inner.Task.await(task)));
  },
  alreadyStarted({ TaskSupervisor }) {
    for (;;) TaskSupervisor.start({ name: 'taken' });
  },
  child({ Supervisor }) {
    return Supervisor.restartChild(Supervisor.start([], { strategy: 'oneForOne' }), 'nobody');
  },
  childStart({ Supervisor }) {
    const start = () => {
      throw new RangeError('no URL');
    };
    Supervisor.start([{ id: 'database', start }], { strategy: 'oneForOne' });
  },
  noProc: ({ TaskSupervisor }) => TaskSupervisor.startChild('nobody', forever),
};

/** Fails with an error of Belay's own, which it gets by its context. */
export const provokes = async (kind, context) => PROVOKED[kind](context);

export const exits = (reason, { exit }) => exit(reason);
export const exitsProcess = (code) => process.exit(code);

/** What ends a worker of a browser. */
export function closes() {
  globalThis.close();
  return forever();
}

export const notAFunction = 42;
export const givesFunction = () => ({ inner: { call: () => {} } });

export function throwsLater() {
  setTimeout(() => {
    throw new Error('in a timer');
  }, 0);
  return forever();
}

export function rejectsUnheard() {
  Promise.reject(new Error('nobody handles it'));
  return forever();
}

export function fillsMemory() {
  const kept = [];
  for (;;) kept.push(new Array(100_000).fill(Math.random()));
}

/** A timer that goes on after the function, and counts. */
export function leavesTicks(words) {
  setInterval(() => Atomics.add(words, 0, 1), 1);
}

/** A timer that outlives the function and then throws. */
export function leavesTimer() {
  setTimeout(() => {
    throw new Error('after the end');
  }, 0);
  return 'left';
}

export async function untilAborted(report) {
  const { signal, report: tell } = arguments[arguments.length - 1];
  tell(report);
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  tell(String(signal.reason.reason ?? signal.reason));
  return 'cleaned up';
}

export function reports(count, { report }) {
  for (let index = 0; index < count; index++) report({ index });
  return count;
}

export async function withChildren({ Task, self }) {
  const tasks = [1, 2, 3].map((n) => Task.async(() => n * n));
  const values = await Task.awaitMany(tasks);
  const stream = await Task.asyncStream([1, 2], (n) => n + values[2]).toArray();
  return { self, values, stream: stream.map(({ value }) => value) };
}

/** Starts a child that would go on for ever, and says when that one is stopped. */
export async function leavesChild({ Task }, port) {
  Task.async(({ signal }) => {
    signal.addEventListener('abort', () => left.push('stopped'));
    return forever();
  });
  await Promise.resolve();
  await new Promise((resolve) => setTimeout(resolve, 0));
  return 'parent returned';
}

const left = [];
export const stoppedChildren = () => left.length;

export async function crashingChild({ Task }) {
  Task.async(() => {
    throw new RangeError('the child has failed');
  });
  return forever();
}

export function moves(buffer, { transfer }) {
  const view = new Uint8Array(buffer);
  view[0] += 1;
  return transfer(buffer, [buffer]);
}

/** Computes for so long; says that it has begun, where it is given a flag. */
export function busy(ms, begun) {
  if (begun instanceof Int32Array) Atomics.store(begun, 0, 1);
  const end = performance.now() + ms;
  while (performance.now() < end);
  return ms;
}

/** The same on a worker of this worker. */
export async function nested(module, { Task }) {
  return Task.await(Task.async(module, 'add', [20, 22]));
}
