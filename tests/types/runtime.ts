/* Runtimes, inspection and events. */
import {
  createRuntime,
  inspect,
  sleep,
  subscribe,
  toTraceEvents,
} from 'belay-tasks';
import type {
  Clock,
  Inspection,
  LoggedEvent,
  MemoryUse,
  Pid,
  ProcessApi,
  ProcessInfo,
  Runtime,
  RuntimeEvent,
  SupervisorApi,
  TaskApi,
  TaskSupervisorApi,
  TraceEvent,
} from 'belay-tasks';
import { is, same } from './expect.js';

declare const clock: Clock;

const runtime = createRuntime();
same<typeof runtime, Runtime>(true);
createRuntime({
  clock,
  onLog: (event) => same<typeof event, LoggedEvent>(true),
  wasm: new Uint8Array(8),
  maxTasks: 100,
  trace: true,
});
createRuntime({ wasm: new ArrayBuffer(8), onLog: undefined });
createRuntime({
  clock: {
    now: () => 0,
    setTimeout: (callback, ms) => {
      same<typeof callback, () => void>(true);
      same<typeof ms, number>(true);
      return 1;
    },
    clearTimeout: () => {},
  },
});
createRuntime({ clock: { now: () => performance.now(), setTimeout, clearTimeout } });
// @ts-expect-error workers are not in this version
createRuntime({ workers: { max: 2 } });
// @ts-expect-error an address is not a module
createRuntime({ wasm: '/core.wasm' });
// @ts-expect-error a promise must be awaited first
createRuntime({ wasm: Promise.resolve(new Uint8Array(8)) });
// @ts-expect-error a count is a number
createRuntime({ maxTasks: '100' });
// @ts-expect-error a clock must know how to wait
createRuntime({ clock: { now: () => 0 } });

same<typeof runtime.Task, TaskApi>(true);
same<typeof runtime.TaskSupervisor, TaskSupervisorApi>(true);
same<typeof runtime.Supervisor, SupervisorApi>(true);
same<typeof runtime.Process, ProcessApi>(true);
same<ReturnType<typeof runtime.sleep>, Promise<void>>(true);
same<ReturnType<typeof runtime.memory>, MemoryUse>(true);
same<ReturnType<typeof runtime.dispose>, void>(true);
same<ReturnType<typeof runtime.inspect>, Inspection>(true);
same<typeof runtime.toTraceEvents, typeof toTraceEvents>(true);
same<ReturnType<typeof sleep>, Promise<void>>(true);
// @ts-expect-error a pause is a number
sleep('1s');

const picture = inspect();
same<typeof picture, Inspection>(true);
same<typeof picture.root, Pid>(true);
same<typeof picture.memory.bytes, number>(true);
const { kernelBytes, wasmBytes, processes } = runtime.memory();
is<number>(kernelBytes + wasmBytes + processes);
is<readonly ProcessInfo[]>(picture.processes);
for (const node of picture.tree.children) {
  same<typeof node.pid, Pid>(true);
  node.children[0]?.children;
}
for (const stream of picture.streams) {
  is<number>(
    stream.id +
      stream.limit +
      stream.inFlight +
      stream.buffered +
      stream.abandoned +
      stream.started +
      stream.delivered,
  );
  same<typeof stream.consumer, Pid>(true);
}
// @ts-expect-error a picture cannot be changed
picture.time = 0;

const unsubscribe = subscribe((event) => {
  same<typeof event, RuntimeEvent>(true);
  switch (event.type) {
    case 'spawned':
      same<typeof event.parent, Pid | null>(true);
      is<'task' | 'item' | 'taskSupervisor' | 'supervisor'>(event.kind);
      break;
    case 'settled':
      same<typeof event.status, 'fulfilled' | 'rejected'>(true);
      same<typeof event.by, 'body' | 'signal'>(true);
      break;
    case 'timedOut':
      same<typeof event.what, 'item' | 'wait' | 'grace'>(true);
      break;
    case 'restarted':
      same<typeof event.previous, Pid>(true);
      break;
    case 'terminated':
      same<typeof event.supervisor, Pid>(true);
      break;
    case 'logged':
      same<typeof event.message, string>(true);
      break;
    case 'started':
    case 'killed':
      is<number>(event.time);
      break;
    default:
      same<typeof event, never>(true);
  }
  // @ts-expect-error no such kind of event
  event.type === 'finished';
});
same<typeof unsubscribe, () => void>(true);
// @ts-expect-error a listener is a function
subscribe('spawned');

same<ReturnType<typeof toTraceEvents>, TraceEvent[]>(true);
declare const events: RuntimeEvent[];
is<TraceEvent[]>(toTraceEvents(events));
// @ts-expect-error events, not a picture
toTraceEvents(picture);
