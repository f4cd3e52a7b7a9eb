/* TaskSupervisor and Supervisor. */
import { Supervisor, Task, TaskSupervisor } from 'belay-tasks';
import type {
  ChildCounts,
  ChildInfo,
  ChildSpec,
  CompleteChildSpec,
  Pid,
  StartContext,
  StartedTask,
  TaskContext,
} from 'belay-tasks';
import { is, same } from './expect.js';

declare const pid: Pid;
declare const signal: AbortSignal;
declare const unknownValue: unknown;

// Starting one
const pool = TaskSupervisor.start({
  name: 'pool',
  maxChildren: Infinity,
  maxRestarts: 3,
  maxSeconds: 5,
});
same<typeof pool, TaskSupervisor>(true);
same<typeof pool.pid, Pid>(true);
same<typeof pool.name, string | null>(true);
is<TaskSupervisor>(TaskSupervisor.start());
is<TaskSupervisor>(TaskSupervisor.startLink({ name: undefined }));
// @ts-expect-error no such option
TaskSupervisor.start({ max_children: 3 });
// @ts-expect-error a count is a number
TaskSupervisor.start({ maxChildren: '3' });
// @ts-expect-error a name is text
TaskSupervisor.start({ name: Symbol('pool') });
// @ts-expect-error handles are read-only
pool.name = 'other';

// Handle, name and pid all stand for it.
const task = TaskSupervisor.async(pool, async () => 1);
same<typeof task, StartedTask<number>>(true);
is<StartedTask<string>>(
  TaskSupervisor.asyncNolink('pool', () => 'a', { signal, label: 'a' }),
);
is<StartedTask<void>>(TaskSupervisor.async(pid, () => {}, { shutdown: 1 }));
// @ts-expect-error the supervisor is missing
TaskSupervisor.async(() => 1);
// @ts-expect-error a task is not a supervisor
TaskSupervisor.async(task, () => 1);
// @ts-expect-error not a body
TaskSupervisor.asyncNolink(pool, 1);
// @ts-expect-error supervised tasks that are awaited are temporary
TaskSupervisor.async(pool, () => 1, { restart: 'permanent' });

// Children
const child = TaskSupervisor.startChild(pool, ({ self }) => self, {
  restart: 'transient',
  shutdown: 'brutalKill',
  signal,
  label: 'child',
});
same<typeof child, Pid>(true);
// @ts-expect-error no such restart type
TaskSupervisor.startChild(pool, () => 1, { restart: 'always' });
// @ts-expect-error no such restart type
TaskSupervisor.startChild(pool, () => 1, { restart: true });
// @ts-expect-error not a body
TaskSupervisor.startChild(pool, 'sendEmail');
// @ts-expect-error nobody can await a child
Task.await(child);
same<ReturnType<typeof TaskSupervisor.children>, Pid[]>(true);
same<ReturnType<typeof TaskSupervisor.countChildren>, ChildCounts>(true);
is<{ specs: number; active: number; supervisors: number; workers: number }>(
  TaskSupervisor.countChildren('pool'),
);
same<ReturnType<typeof TaskSupervisor.terminateChild>, Promise<boolean>>(true);
TaskSupervisor.terminateChild(pool, child);
// @ts-expect-error a plain text is not a pid
TaskSupervisor.terminateChild(pool, '<1.1>');
// @ts-expect-error a child is known by its pid, not by a handle
TaskSupervisor.terminateChild(pool, task);

// Stopping
same<ReturnType<typeof TaskSupervisor.stop>, Promise<void>>(true);
TaskSupervisor.stop(pool, ['shutdown', 'night'], 1000);
TaskSupervisor.stop(pool, 'normal', Infinity);
same<ReturnType<typeof pool.stop>, Promise<void>>(true);
pool.stop('shutdown', 100);
// @ts-expect-error a timeout is a number
TaskSupervisor.stop(pool, 'normal', '1s');

// Supervisor
const root = Supervisor.start(
  [
    TaskSupervisor.childSpec({ name: 'a', maxChildren: 3 }),
    TaskSupervisor.childSpec(),
    Task.childSpec(() => 1, { restart: 'permanent' }),
  ],
  { strategy: 'oneForOne', name: 'root', maxRestarts: 3, maxSeconds: 5 },
);
same<typeof root, Supervisor>(true);
same<typeof root.pid, Pid>(true);
same<typeof root.name, string | null>(true);
is<Supervisor>(Supervisor.startLink(new Set(), { strategy: 'oneForOne' }));
// @ts-expect-error the strategy is missing
Supervisor.start([], {});
// @ts-expect-error the strategy is missing
Supervisor.startLink([]);
is<Supervisor>(
  Supervisor.start([], {
    strategy: 'restForOne',
    autoShutdown: 'anySignificant',
    name: undefined,
  }),
);
is<Supervisor>(
  Supervisor.start([], { strategy: 'oneForAll', autoShutdown: 'never' }),
);
same<ReturnType<typeof Supervisor.whichChildren>, ChildInfo[]>(true);
for (const { id, pid, state, type } of Supervisor.whichChildren(root)) {
  same<typeof id, string>(true);
  same<typeof pid, Pid | null>(true);
  same<typeof state, 'up' | 'none' | 'restarting' | 'starting'>(true);
  same<typeof type, 'worker' | 'supervisor'>(true);
}
is<ChildCounts>(Supervisor.countChildren('root'));
same<ReturnType<typeof Supervisor.stop>, Promise<void>>(true);
Supervisor.stop(root, 'normal', 1000);
root.stop();
// @ts-expect-error no such strategy
Supervisor.start([], { strategy: 'one_for_one' });
// @ts-expect-error no such way
Supervisor.start([], { strategy: 'oneForOne', autoShutdown: true });
// @ts-expect-error no such option
Supervisor.start([], { strategy: 'oneForOne', maxChildren: 1 });
// @ts-expect-error children are specs, not running supervisors
Supervisor.start([pool], { strategy: 'oneForOne' });
// @ts-expect-error children are specs, not functions
Supervisor.start([() => 1], { strategy: 'oneForOne' });

// Specs
same<ReturnType<typeof Task.childSpec>, CompleteChildSpec>(true);
same<ReturnType<typeof Supervisor.childSpec>, CompleteChildSpec>(true);
is<ChildSpec>(
  TaskSupervisor.childSpec({
    name: 'a',
    id: 'b',
    restart: 'transient',
    shutdown: 100,
    significant: true,
  }),
);
is<ChildSpec>(
  Supervisor.childSpec([], { strategy: 'oneForAll', id: 'web', shutdown: 1 }),
);
// @ts-expect-error the strategy is missing
Supervisor.childSpec([], { id: 'web' });
// @ts-expect-error no such option
TaskSupervisor.childSpec({ label: 'a' });
const { restart, shutdown, type, significant } = TaskSupervisor.childSpec();
same<typeof restart, 'temporary' | 'transient' | 'permanent'>(true);
same<typeof shutdown, number | 'brutalKill'>(true);
same<typeof type, 'worker' | 'supervisor'>(true);
same<typeof significant, boolean>(true);
is<ChildSpec>({ ...Task.childSpec(() => 1), restart: 'permanent' });
is<ChildSpec>({
  id: 'a',
  start: (context) => {
    same<typeof context, StartContext>(true);
    same<typeof context.self, Pid>(true);
    return context.Task.startLink(() => 1);
  },
  restart: undefined,
  shutdown: undefined,
  type: undefined,
  significant: undefined,
});
is<ChildSpec>({ id: 'a', start: ({ Task }) => Task.async(() => 1) });
is<ChildSpec>({
  id: 'a',
  start: ({ TaskSupervisor }) => TaskSupervisor.startLink(),
  type: 'supervisor',
  significant: false,
});
is<ChildSpec>({
  id: 'a',
  start: ({ Supervisor, self }) =>
    self === pid
      ? Supervisor.startLink([], { strategy: 'oneForOne' })
      : 'ignore',
});
// @ts-expect-error the id is missing
is<ChildSpec>({ start: () => pid });
// @ts-expect-error the start function is missing
is<ChildSpec>({ id: 'a' });
// @ts-expect-error a start function is not async
is<ChildSpec>({ id: 'a', start: async () => pid });
// @ts-expect-error a start function gives a process
is<ChildSpec>({ id: 'a', start: () => {} });
// @ts-expect-error a start function gives a process, or 'ignore'
is<ChildSpec>({ id: 'a', start: () => 'ignored' });
// @ts-expect-error no such restart type
is<ChildSpec>({ id: 'a', start: () => pid, restart: 'never' });
// @ts-expect-error no such field
is<ChildSpec>({ id: 'a', start: () => pid, modules: [] });
// @ts-expect-error a start function does not wait
is<ChildSpec>({ id: 'a', start: ({ sleep }) => pid });
// @ts-expect-error what a start function gets is less than what a body gets
is<TaskContext>({} as StartContext);

// Requests
same<ReturnType<typeof Supervisor.startChild>, Promise<Pid | null>>(true);
same<ReturnType<typeof Supervisor.restartChild>, Promise<Pid | null>>(true);
same<ReturnType<typeof Supervisor.terminateChild>, Promise<boolean>>(true);
same<ReturnType<typeof Supervisor.deleteChild>, Promise<boolean>>(true);
Supervisor.startChild('root', Task.childSpec(() => 1));
Supervisor.terminateChild(root, 'Task');
Supervisor.restartChild(root.pid, 'Task');
// @ts-expect-error a child is known by its id, not by a spec
Supervisor.deleteChild(root, Task.childSpec(() => 1));
// @ts-expect-error a child is described by a spec, not by a body
Supervisor.startChild(root, () => 1);

// The two kinds of handle are not confused.
// @ts-expect-error not a task supervisor
TaskSupervisor.async(root, () => 1);
// @ts-expect-error not a general supervisor
Supervisor.whichChildren(pool);

// instanceof
if (unknownValue instanceof TaskSupervisor) {
  same<typeof unknownValue, TaskSupervisor>(true);
}
if (unknownValue instanceof Supervisor) {
  same<typeof unknownValue, Supervisor>(true);
}
