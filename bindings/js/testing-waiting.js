/** Who waits for what in a runtime: a list for programs, and its text. */
import { CELL } from './cell.js';
import { nameProcess } from './errors.js';
import { formatPid } from './pid.js';
import { INDEX_MASK, KIND, STATE } from './protocol.js';
import {
  AwaitWait, GroupWait, ShutdownWait, SleepWait, StopWait, VainWait, YieldWait,
} from './waits.js';

/* By class; a group's are made by awaitMany or yieldMany. */
const WHAT = new Map([
  [AwaitWait, 'await'], [GroupWait, 'await'], [YieldWait, 'yield'], [ShutdownWait, 'shutdown'],
  [StopWait, 'stop'], [VainWait, 'ignored'], [SleepWait, 'sleep'],
]);

/** The labels of processes, by the words of their pids. */
function labelsOf({ root, cells }) {
  return (low, high) => (low === root.low && high === root.high
    ? 'main'
    : cells.find(low, high)?.label ?? '');
}

const entryOf = (low, high, labelOf, what, on = null) =>
  ({ pid: formatPid(low, high), label: labelOf(low, high), what, on });

function waitOf(wait, labelOf) {
  const { caller } = wait;
  const record = wait.record ?? wait.group?.records[wait.index] ?? null;
  const pid = record?.pid ?? wait.pid ?? null;
  const on = pid === null ? null : { pid, label: record?.label ?? '' };
  return entryOf(caller.low, caller.high, labelOf, WHAT.get(wait.constructor) ?? 'wait', on);
}

function* streamsOf(runtime, labelOf) {
  for (let index = 0; ; ) {
    const info = runtime.kernel.inspectStream(index);
    if (info === null) return;
    const run = runtime.streams.get(info.tag);
    if (run !== null && !info.closed) {
      yield entryOf(
        info.consumerLow, info.consumerHigh, labelOf,
        info.running === 0 ? 'input' : 'items', { pid: null, label: run.label },
      );
    }
    index = (info.low & INDEX_MASK) + 1;
  }
}

/** Those that are being ended, and wait for their children or for themselves. */
function* endingOf(runtime, labelOf) {
  for (const { low, high, kind, state } of runtime.processes()) {
    if (state !== STATE.STOPPING && state !== STATE.ENDING) continue;
    const isSupervisor = kind === KIND.SUPERVISOR || kind === KIND.TASK_SUPERVISOR;
    yield entryOf(low, high, labelOf, isSupervisor ? 'children' : 'cleanup');
  }
}

/** Bodies that run without waiting for anything that Belay knows; main too. */
function* bodiesOf(runtime, labelOf, known) {
  const { root, cells } = runtime;
  const lost = ({ low, high }) => !known.has(formatPid(low, high));
  if (lost(root)) yield entryOf(root.low, root.high, labelOf, 'body');
  for (const cell of cells) {
    const runs = cell.state === CELL.RUNNING && (cell.work !== undefined || cell.stream !== null);
    if (runs && lost(cell)) yield entryOf(cell.low, cell.high, labelOf, 'body');
  }
}

/** Main's waits first. */
export function whoWaits(runtime) {
  const labelOf = labelsOf(runtime);
  const list = [];
  for (const wait of runtime.waits.values()) list.push(waitOf(wait, labelOf));
  list.push(...streamsOf(runtime, labelOf));
  for (const { caller, of } of runtime.monitors.values()) {
    list.push(entryOf(caller.low, caller.high, labelOf, 'monitor', { pid: of, label: '' }));
  }
  list.push(...endingOf(runtime, labelOf));
  list.push(...bodiesOf(runtime, labelOf, new Set(list.map(({ pid }) => pid))));
  const main = runtime.root.pid;
  return [...list.filter(({ pid }) => pid === main), ...list.filter(({ pid }) => pid !== main)];
}

const named = ({ pid, label }) => nameProcess(pid, label || null);
const quoted = ({ label }) => `stream${label ? ` ${JSON.stringify(label)}` : ''}`;

const TEXTS = {
  await: (on) => `awaits ${named(on)}`,
  yield: (on) => `yields to ${named(on)}`,
  shutdown: (on) => `shuts down ${named(on)}`,
  stop: ({ pid }) => `waits until process ${pid} has stopped`,
  ignored: () => 'awaits an ignored task, which never answers',
  sleep: () => 'sleeps',
  monitor: ({ pid }) => `monitors process ${pid}`,
  items: (on) => `iterates ${quoted(on)}, whose items run`,
  input: (on) => `iterates ${quoted(on)}, whose input has given nothing`,
  children: () => 'stops, and waits for its children',
  cleanup: () => 'was asked to end, and has not',
  body: () => 'is at work, or waits for a promise that is not Belay\'s',
  wait: () => 'waits',
};

/* A message is for people. */
const SHOWN = 20;

/** The list as indented lines of text. */
export function tellWaiting(waiting, main) {
  const lines = waiting.slice(0, SHOWN).map((entry) => {
    const who = entry.pid === main ? `main ${main}` : named(entry);
    return `  ${who} ${TEXTS[entry.what](entry.on)}`;
  });
  if (waiting.length > SHOWN) lines.push(`  and ${waiting.length - SHOWN} more`);
  return lines.join('\n');
}
