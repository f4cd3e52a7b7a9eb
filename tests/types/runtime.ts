/* Runtimes, inspection and events. */
import {
  createRuntime,
  EventFold,
  foldEvents,
  inspect,
  sleep,
  subscribe,
  toTraceEvents,
} from 'belay-tasks';
import type {
  Clock,
  Inspection,
  LogEntry,
  MemoryUse,
  Picture,
  Pid,
  ProcessApi,
  ProcessInfo,
  Runtime,
  RuntimeEvent,
  SupervisedChild,
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
  onLog: (entry) => {
    same<typeof entry, LogEntry>(true);
    is<string>(entry.message);
    if (entry.kind === 'crash') {
      same<typeof entry.startedBy, string>(true);
      same<typeof entry.callers, readonly Pid[]>(true);
    } else {
      is<string | null | undefined>(entry.child?.id);
      is<'childTerminated' | 'shutdownError' | 'startError' | 'intensity' | 'ended'>(entry.report);
    }
  },
  reports: true,
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
createRuntime({ workers: { min: 1, max: 2, idleTimeout: Infinity, hotSpare: false, linger: 0.1, resourceLimits: { stackSizeMb: 4 } } });
// @ts-expect-error no such option
createRuntime({ workers: { threads: 2 } });
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
  if (node.kind === 'child') {
    same<typeof node.pid, null>(true);
    is<'none' | 'restarting' | 'starting'>(node.state);
    continue;
  }
  same<typeof node.pid, Pid>(true);
  node.children[0]?.children;
  node.streams[0]?.buffered;
  is<string | undefined>(node.id);
  // @ts-expect-error the tree has the children themselves
  node.specs;
}
for (const { callers, ancestors, specs, settings } of picture.processes) {
  same<typeof callers, readonly Pid[]>(true);
  same<typeof ancestors, readonly Pid[]>(true);
  is<readonly SupervisedChild[] | undefined>(specs);
  is<number | null | undefined>(settings?.maxChildren);
}
for (const { pid, what, for: whom, timeout } of picture.waits) {
  is<Pid>(pid);
  is<string>(what);
  is<Pid | null>(whom);
  is<number | null>(timeout);
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
    case 'reported':
      same<typeof event.message, string>(true);
      break;
    case 'waiting':
      is<number | null>(event.until);
      is<Pid | null>(event.for);
      break;
    case 'waited':
      is<string>(event.outcome);
      break;
    case 'linked':
    case 'unlinked':
      same<typeof event.other, Pid>(true);
      break;
    case 'monitored':
    case 'demonitored':
    case 'down':
      same<typeof event.ref, string>(true);
      break;
    case 'flagged':
      same<typeof event.value, boolean>(true);
      break;
    case 'registered':
    case 'unregistered':
      same<typeof event.name, string>(true);
      break;
    case 'streamOpened':
      is<number | null>(event.timeout);
      break;
    case 'pulled':
      same<typeof event.count, number>(true);
      break;
    case 'delivered':
      same<typeof event.index, number>(true);
      break;
    case 'streamClosed':
      is<string>(event.how);
      break;
    case 'stateChanged':
      same<typeof event.state, 'running' | 'busy' | 'stopping'>(true);
      break;
    case 'childChanged':
      same<typeof event.child, SupervisedChild>(true);
      break;
    case 'childDropped':
      same<typeof event.id, string>(true);
      break;
    case 'refused':
      same<typeof event.supervisor, Pid>(true);
      break;
    case 'signalled':
      same<typeof event.from, Pid>(true);
      break;
    case 'trapped':
      same<typeof event.from, Pid | null>(true);
      break;
    case 'progress':
      same<typeof event.value, unknown>(true);
      break;
    case 'bodyReturned':
    case 'ignored':
    case 'aborted':
    case 'surfaced':
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

same<ReturnType<typeof foldEvents>, Picture>(true);
is<Picture>(foldEvents(events, { time: 5 }));
is<Picture>(inspect());
const fold = new EventFold();
for (const event of events) is<EventFold>(fold.add(event));
same<ReturnType<typeof fold.picture>, Picture>(true);
is<Picture>(fold.picture(fold.time + 1));
// @ts-expect-error events do not tell of the kernel's memory
fold.picture().memory;
// @ts-expect-error a time is a number
foldEvents(events, { time: '5' });
