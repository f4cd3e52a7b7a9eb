/* Simulations. */
import type {
  Inspection,
  LoggedEvent,
  Pid,
  ProcessApi,
  Runtime,
  RuntimeEvent,
  SupervisorApi,
  TaskApi,
  TaskSupervisorApi,
} from 'belay-tasks';
import { BelayError } from 'belay-tasks';
import {
  DeadlockError,
  RealIoError,
  simulate,
  SimulationError,
  UnboundedError,
} from 'belay-tasks/testing';
import type {
  Random,
  Seed,
  SimulateOptions,
  Simulation,
  SimulationResult,
  SimulationScope,
  Waiting,
} from 'belay-tasks/testing';
import { is, same } from './expect.js';

const result = await simulate(async (scope) => {
  same<typeof scope, SimulationScope>(true);
  const { Task, TaskSupervisor, Supervisor, Process, sleep, random, now } = scope;
  same<typeof Task, TaskApi>(true);
  same<typeof TaskSupervisor, TaskSupervisorApi>(true);
  same<typeof Supervisor, SupervisorApi>(true);
  same<typeof Process, ProcessApi>(true);
  same<typeof random, Random>(true);
  is<Promise<void>>(sleep(1));
  is<number>(now());
  is<number>(random());
  is<number>(random.int(1, 6));
  is<Inspection>(scope.inspect());
  is<Runtime>(scope.runtime);
  const end = scope.subscribe((event) => same<typeof event, RuntimeEvent>(true));
  is<() => void>(end);
  // @ts-expect-error both ends are needed
  random.int(6);
  // @ts-expect-error a duration is a number
  await sleep('1');
  return Task.await(Task.async(() => 42));
});
same<typeof result, SimulationResult<number>>(true);
same<typeof result.value, number>(true);
same<typeof result.events, RuntimeEvent[]>(true);
same<typeof result.elapsed, number>(true);
same<typeof result.seed, Seed>(true);

same<Awaited<ReturnType<typeof simulate<string>>>['value'], string>(true);
is<Promise<SimulationResult<string>>>(simulate(() => 'at once'));
is<Promise<SimulationResult<void>>>(simulate(() => {}));

const options: SimulateOptions = {
  seed: 'ada',
  globals: true,
  startTime: new Date(0),
  maxTime: Infinity,
  maxSteps: 1000,
  onLog: (event) => same<typeof event, LoggedEvent>(true),
  trace: false,
  maxTasks: 10,
  wasm: new Uint8Array(8),
};
await simulate(() => 1, options);
await simulate(() => 1, { seed: 7, startTime: 0, onLog: undefined });
// @ts-expect-error there is something to run
await simulate();
// @ts-expect-error a seed is a number or a string
await simulate(() => 1, { seed: 1n });
// @ts-expect-error a text is not a time
await simulate(() => 1, { startTime: '2000-01-01' });
// @ts-expect-error the clock is virtual
await simulate(() => 1, { clock: { now: () => 0 } });
// @ts-expect-error an unknown option
await simulate(() => 1, { sed: 1 });

try {
  await simulate(() => 1);
} catch (error) {
  if (error instanceof DeadlockError) {
    same<typeof error.code, 'BELAY_DEADLOCK'>(true);
    for (const { pid, label, what, on } of error.waiting) {
      same<typeof pid, Pid>(true);
      same<typeof label, string>(true);
      is<Waiting['what']>(what);
      is<Pid | null | undefined>(on?.pid);
      // @ts-expect-error no such thing to wait for
      is<boolean>(what === 'nothing');
    }
  } else if (error instanceof UnboundedError) {
    same<typeof error.code, 'BELAY_UNBOUNDED'>(true);
    same<typeof error.limit, 'maxTime' | 'maxSteps'>(true);
    is<readonly Waiting[]>(error.waiting);
  } else if (error instanceof RealIoError) {
    same<typeof error.code, 'BELAY_REAL_IO'>(true);
    same<typeof error.kind, string>(true);
  } else if (error instanceof SimulationError) {
    is<BelayError>(error);
    is<Simulation | undefined>(error.simulation);
    is<string | undefined>(error.startedAt);
  }
}
// @ts-expect-error they are made by simulations only
new DeadlockError();
