/* Process, pids and monitors. */
import { Process, Task } from 'belay-tasks';
import type {
  ExitMessage,
  Monitor,
  Pid,
  ProcessInfo,
  Ref,
} from 'belay-tasks';
import { is, same } from './expect.js';

const self = Process.self();
same<typeof self, Pid>(true);

// A pid is a string to whoever reads it, but not every string is a pid.
is<string>(self);
const counts = new Map<Pid, number>([[self, 1]]);
counts.get(self);
// @ts-expect-error a plain text is not a pid
is<Pid>('<1.1>');
// @ts-expect-error a number is not a pid
is<Pid>(1);

same<ReturnType<typeof Process.alive>, boolean>(true);
same<ReturnType<typeof Process.exit>, void>(true);
Process.exit(self, 'kill');
Process.exit(self, { any: 'value' });
// @ts-expect-error a plain text is not a pid
Process.alive('<1.1>');
// @ts-expect-error a task is not a pid
Process.exit(Task.async(() => 1), 'kill');
// @ts-expect-error a completed task may have no process
Process.exit(Task.completed({ status: 'fulfilled', value: 1 }).pid, 'kill');
// @ts-expect-error the reason is missing
Process.exit(self);

same<ReturnType<typeof Process.list>, Pid[]>(true);
same<ReturnType<typeof Process.info>, ProcessInfo | null>(true);
const info = Process.info(self);
if (info) {
  same<
    typeof info.kind,
    'root' | 'task' | 'item' | 'taskSupervisor' | 'supervisor'
  >(true);
  same<
    typeof info.state,
    'ready' | 'running' | 'ending' | 'stopping' | 'busy'
  >(true);
  same<typeof info.parent, Pid | null>(true);
  is<readonly Pid[]>(info.children);
  // @ts-expect-error not every process has a name
  is<string>(info.name);
  // @ts-expect-error a picture cannot be changed
  info.label = 'other';
}

const monitor = Process.monitor(self);
same<typeof monitor, Monitor>(true);
same<typeof monitor.down, Promise<unknown>>(true);
same<ReturnType<typeof Process.demonitor>, boolean>(true);
Process.demonitor(monitor.ref);
is<Ref>(monitor.ref);
// @ts-expect-error a plain text is not a reference
Process.demonitor('#1');
// @ts-expect-error a pid is not a reference
Process.demonitor(self);
// @ts-expect-error the reference, not the monitor
Process.demonitor(monitor);

same<ReturnType<typeof Process.link>, void>(true);
same<ReturnType<typeof Process.unlink>, void>(true);
same<ReturnType<typeof Process.flag>, boolean>(true);
Process.flag('trapExit', true);
// @ts-expect-error no such flag
Process.flag('trap_exit', true);
// @ts-expect-error a flag is on or off
Process.flag('trapExit', 1);

const off = Process.onExit((message) => {
  same<typeof message, ExitMessage>(true);
  same<typeof message.from, Pid>(true);
  same<typeof message.reason, unknown>(true);
});
same<typeof off, () => void>(true);
// @ts-expect-error it gets one message
Process.onExit((pid: Pid, reason: unknown) => {});

Process.register('me', self);
Process.unregister('me');
same<ReturnType<typeof Process.whereis>, Pid | null>(true);
// @ts-expect-error name first
Process.register(self, 'me');
same<ReturnType<typeof Process.sleep>, Promise<void>>(true);
// @ts-expect-error a pause is a number
Process.sleep('1s');
