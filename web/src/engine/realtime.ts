/**
 * The real clock, for lessons whose point is a thread of its own: a runtime
 * as a program outside of this page has it, with workers. A simulation cannot
 * wait for a thread, as that takes as long as it takes.
 */
import { createRuntime } from 'belay-tasks';
import { exported, type Addresses } from './load.ts';
import { limits } from './protocol.ts';

const WORKERS_MAX = 2; // beside the one in which the program runs

type Runtime = ReturnType<typeof createRuntime>;

export interface Realtime {
  /** What `belay-tasks` exports to the program in the place of the default runtime's. */
  readonly exported: Partial<typeof exported>;
  readonly scope: Pick<
    Runtime,
    'Task' | 'TaskSupervisor' | 'Supervisor' | 'Process' | 'sleep' | 'inspect' | 'subscribe'
  > & { readonly now: () => number; readonly random: () => number };
  readonly end: () => void;
}

/** `put` puts a global in its place until the run is over. */
export function openRealtime(
  { workers }: Addresses,
  put: (name: string, value: unknown) => void,
): Realtime {
  if (workers !== undefined) {
    put('Worker', workerOf(workers));
  }
  const began = performance.now();
  const runtime = createRuntime({
    workers: {
      max: WORKERS_MAX,
      ...(workers !== undefined && { script: workers.script }),
    },
    maxTasks: limits.tasks,
    onLog() {},
  });
  const { Task, TaskSupervisor, Supervisor, Process, sleep, inspect, subscribe } = runtime;
  return {
    exported: { Task, TaskSupervisor, Supervisor, Process, sleep, inspect, subscribe },
    scope: {
      Task,
      TaskSupervisor,
      Supervisor,
      Process,
      sleep,
      inspect,
      subscribe,
      now: () => Math.floor(performance.now() - began),
      random: Math.random,
    },
    end: () => void runtime.dispose(),
  };
}

/** A `Worker` that makes those of the library and no others. */
function workerOf({ script, open }: NonNullable<Addresses['workers']>) {
  return function Worker(address: unknown, { name = '' }: { name?: string } = {}) {
    if (String(address) !== script) {
      throw new TypeError('this page makes no workers but those for bodies of tasks');
    }
    return open(name);
  };
}
