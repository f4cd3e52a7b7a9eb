/**
 * A trace: what is known of one run, and how it is read at a time `t`.
 *
 * The events are the whole truth. From them `extend` keeps one lifeline for
 * each process, so that reading the state at `t` costs one look at each line
 * and no replay. A trace is never changed: `extend` gives a new one, and an
 * old one stays what it was.
 *
 * Invariants
 *   T1  times rise: an event that claims to be no later than the one before
 *       it is held to have happened a microsecond after it, so that the
 *       playhead can stand between any two
 *   T2  a lifeline reaches its end once; what comes later is not read
 *   T3  `until` is not before the last event
 *   T4  what `stateAt(line, t)` says depends on events up to `t` alone
 */
import { looks, type Look, type Sign } from './states.ts';

export type Pid = string;

/** An exit reason or a thrown value, put into words where it happened. */
export interface Reason {
  /** The reason when it was a plain string; 'shutdown' for ['shutdown', x] too. */
  readonly word: string | null;
  readonly text: string;
}

export type Kind = 'main' | 'task' | 'item' | 'taskSupervisor' | 'supervisor';

interface About {
  readonly time: number;
  readonly pid: Pid;
  readonly label?: string | null;
}

/** What the runtime reports, in the order in which it happened. */
export type RuntimeEvent =
  | (About & {
      readonly type: 'spawned';
      readonly parent: Pid | null;
      readonly supervisor: Pid | null;
      readonly kind: Kind;
      readonly stream?: number;
      readonly index?: number;
    })
  | (About & { readonly type: 'started' })
  | (About & {
      readonly type: 'settled';
      readonly status: 'fulfilled' | 'rejected';
      readonly by: 'body' | 'signal';
      readonly reason?: Reason;
    })
  | (About & { readonly type: 'killed' })
  | (About & { readonly type: 'timedOut'; readonly what: 'item' | 'wait' | 'grace' })
  | (About & { readonly type: 'restarted'; readonly previous: Pid })
  | (About & { readonly type: 'terminated'; readonly supervisor: Pid })
  | (About & { readonly type: 'logged'; readonly reason?: Reason; readonly message?: string });

/** What the page adds: the program around the tasks, and its thread. */
export type PageEvent =
  | { readonly type: 'began'; readonly time: number; readonly pid: Pid }
  | { readonly type: 'printed'; readonly time: number; readonly text: string }
  | { readonly type: 'returned'; readonly time: number }
  | { readonly type: 'threw'; readonly time: number; readonly reason: Reason }
  | { readonly type: 'unhandled'; readonly time: number; readonly reason: Reason }
  | { readonly type: 'blocked'; readonly time: number; readonly from: number }
  | { readonly type: 'stopped'; readonly time: number };

export type TraceEvent = RuntimeEvent | PageEvent;

export interface End {
  readonly time: number;
  readonly look: Look;
  readonly reason: string | null;
}

/** Something that happened on a line without ending it. */
export interface Mark {
  readonly time: number;
  readonly sign: Sign;
  readonly word: string;
}

export interface Line {
  readonly pid: Pid;
  readonly label: string;
  readonly kind: Kind;
  /** The line under which this one is drawn. */
  readonly under: Pid | null;
  readonly spawned: number;
  readonly started: number | null;
  readonly end: End | null;
  readonly marks: readonly Mark[];
  /** What was seen of an end that is under way; chooses its word. */
  readonly omen: 'timedOut' | 'terminated' | 'killed' | null;
}

/** The worker's thread gave no sign of life between these times. */
export interface Busy {
  readonly from: number;
  readonly to: number;
}

export interface Trace {
  readonly events: readonly TraceEvent[];
  readonly lines: ReadonlyMap<Pid, Line>;
  readonly busy: readonly Busy[];
  /** The time up to which the run is known. */
  readonly until: number;
  /** No more events will come. */
  readonly ended: boolean;
}

export const emptyTrace: Trace = {
  events: [],
  lines: new Map(),
  busy: [],
  until: 0,
  ended: false,
};

const APART = 0.001; // ms, between two events at least

const nouns: Record<Kind, string> = {
  main: 'main',
  task: 'task',
  item: 'item',
  taskSupervisor: 'task supervisor',
  supervisor: 'supervisor',
};

/** The trace with more events, known up to `until` at least. */
export function extend(trace: Trace, batch: readonly TraceEvent[], until: number): Trace {
  const lines = batch.length === 0 ? trace.lines : new Map(trace.lines);
  const busy = [...trace.busy];
  const added: TraceEvent[] = [];
  let last = trace.events.at(-1)?.time ?? -APART;
  for (const given of batch) {
    const event = given.time < last + APART ? { ...given, time: last + APART } : given;
    last = event.time;
    added.push(event);
    if (event.type === 'blocked') {
      busy.push({ from: event.from, to: event.time });
    }
    apply(lines as Map<Pid, Line>, event);
  }
  return {
    events: added.length === 0 ? trace.events : trace.events.concat(added),
    lines,
    busy,
    until: Math.max(trace.until, until, last, 0),
    ended: trace.ended,
  };
}

export function close(trace: Trace): Trace {
  return { ...trace, ended: true };
}

function apply(lines: Map<Pid, Line>, event: TraceEvent): void {
  switch (event.type) {
    case 'began':
      lines.set(event.pid, {
        pid: event.pid,
        label: 'main',
        kind: 'main',
        under: null,
        spawned: event.time,
        started: event.time,
        end: null,
        marks: [],
        omen: null,
      });
      return;
    case 'spawned':
      lines.set(event.pid, {
        pid: event.pid,
        label: nameOf(event),
        kind: event.kind,
        under: event.supervisor ?? event.parent,
        spawned: event.time,
        started: event.kind === 'task' || event.kind === 'item' ? null : event.time,
        end: null,
        marks: [],
        omen: null,
      });
      return;
    case 'started':
      change(lines, event.pid, (line) => ({ ...line, started: line.started ?? event.time }));
      return;
    case 'timedOut':
      change(lines, event.pid, (line) =>
        event.what === 'item'
          ? { ...line, omen: 'timedOut' }
          : mark(
              line,
              event.time,
              'clock',
              event.what === 'grace' ? 'grace ran out' : 'wait timed out',
            ),
      );
      return;
    case 'terminated':
      change(lines, event.pid, (line) => ({ ...line, omen: line.omen ?? 'terminated' }));
      return;
    case 'killed':
      change(lines, event.pid, (line) => ({
        ...line,
        omen: line.omen === 'timedOut' ? line.omen : 'killed',
      }));
      return;
    case 'restarted':
      change(lines, event.pid, (line) => mark(line, event.time, 'again', 'restarted'));
      return;
    case 'settled':
      change(lines, event.pid, (line) => ({
        ...line,
        end: { time: event.time, look: lookOf(line, event), reason: event.reason?.text ?? null },
      }));
      return;
    case 'returned':
      endMain(lines, event.time, looks.ok, null);
      return;
    case 'threw':
      endMain(lines, event.time, looks.crashed, event.reason.text);
      return;
    case 'stopped':
      for (const line of lines.values()) {
        change(lines, line.pid, (open) => ({
          ...open,
          end: { time: event.time, look: looks.gone, reason: null },
        }));
      }
      return;
  }
}

/** Changes a line that has not ended (T2); a pid without a line is passed over. */
function change(lines: Map<Pid, Line>, pid: Pid, update: (line: Line) => Line): void {
  const line = lines.get(pid);
  if (line !== undefined && line.end === null) {
    lines.set(pid, update(line));
  }
}

function mark(line: Line, time: number, sign: Sign, word: string): Line {
  return { ...line, marks: [...line.marks, { time, sign, word }] };
}

function endMain(lines: Map<Pid, Line>, time: number, look: Look, reason: string | null): void {
  for (const line of lines.values()) {
    if (line.kind === 'main') {
      change(lines, line.pid, (main) => ({ ...main, end: { time, look, reason } }));
    }
  }
}

function nameOf(event: Extract<RuntimeEvent, { type: 'spawned' }>): string {
  if (event.label) {
    return event.kind === 'item' && event.index !== undefined && !/\d/.test(event.label)
      ? `${event.label} ${event.index + 1}`
      : event.label;
  }
  return event.kind === 'item' && event.index !== undefined
    ? `item ${event.index + 1}`
    : `${nouns[event.kind]} ${event.pid}`;
}

/** The line between an end of its own doing and one that came from outside. */
function lookOf(line: Line, event: Extract<RuntimeEvent, { type: 'settled' }>): Look {
  const word = event.reason?.word ?? null;
  if (event.status === 'fulfilled' || word === 'normal') {
    return looks.ok;
  }
  if (word === 'shutdown' && line.omen === 'terminated') {
    return looks.shutDown; // a supervisor ends by itself when it was asked to
  }
  if (event.by === 'body') {
    return word === 'shutdown' ? looks.gaveUp : looks.crashed;
  }
  if (line.omen === 'timedOut') {
    return looks.timedOut;
  }
  if (word === 'killed' || line.omen === 'killed') {
    return looks.killed;
  }
  if (word === 'shutdown' || line.omen === 'terminated') {
    return looks.shutDown;
  }
  return looks.linked;
}

/** What a line looks like at `t`; null before it exists. */
export function stateAt(line: Line, t: number): Look | null {
  if (t < line.spawned) {
    return null;
  }
  if (line.end !== null && t >= line.end.time) {
    return line.end.look;
  }
  return line.started !== null && t >= line.started ? looks.running : looks.queued;
}

export function isTask(line: Line): boolean {
  return line.kind === 'task' || line.kind === 'item';
}

export interface Row {
  readonly line: Line;
  readonly depth: number;
}

const known = new WeakMap<ReadonlyMap<Pid, Line>, readonly Row[]>();

/** The lines in the order in which they are drawn: each under its owner. */
export function rowsOf(trace: Trace): readonly Row[] {
  const ready = known.get(trace.lines);
  if (ready !== undefined) {
    return ready;
  }
  const children = new Map<Pid | null, Line[]>();
  for (const line of trace.lines.values()) {
    const under = line.under !== null && trace.lines.has(line.under) ? line.under : null;
    const siblings = children.get(under);
    if (siblings === undefined) {
      children.set(under, [line]);
    } else {
      siblings.push(line);
    }
  }
  const rows: Row[] = [];
  const left: Row[] = [];
  const push = (under: Pid | null, depth: number) => {
    for (const line of (children.get(under) ?? []).toReversed()) {
      left.push({ line, depth });
    }
  };
  push(null, 0);
  for (let row = left.pop(); row !== undefined; row = left.pop()) {
    rows.push(row);
    push(row.line.pid, row.depth + 1);
  }
  known.set(trace.lines, rows);
  return rows;
}

/** How many events have happened at `t`; the last of them has this index less one. */
export function countAt(trace: Trace, t: number): number {
  let low = 0;
  let high = trace.events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((trace.events[middle] as TraceEvent).time <= t) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** The time of the next event after `t`, or of the one before it. */
export function stepFrom(trace: Trace, t: number, direction: 1 | -1): number {
  if (direction === 1) {
    return trace.events[countAt(trace, t)]?.time ?? trace.until;
  }
  for (let index = countAt(trace, t) - 1; index >= 0; index -= 1) {
    const time = (trace.events[index] as TraceEvent).time;
    if (time < t) {
      return time;
    }
  }
  return 0;
}

export interface Step {
  readonly time: number;
  readonly count: number;
}

/** How many tasks ran at once: each change of the number, and the most. */
export function inFlight(trace: Trace): { readonly steps: readonly Step[]; readonly peak: number } {
  const changes: Array<{ time: number; by: 1 | -1 }> = [];
  for (const line of trace.lines.values()) {
    if (isTask(line) && line.started !== null) {
      changes.push({ time: line.started, by: 1 });
      if (line.end !== null) {
        changes.push({ time: line.end.time, by: -1 });
      }
    }
  }
  /* At one moment ends come first: a place that is given on is one place. */
  changes.sort((a, b) => a.time - b.time || a.by - b.by);
  const steps: Step[] = [{ time: 0, count: 0 }];
  let count = 0;
  let peak = 0;
  for (const { time, by } of changes) {
    count += by;
    peak = Math.max(peak, count);
    if ((steps.at(-1) as Step).time === time) {
      steps[steps.length - 1] = { time, count };
    } else {
      steps.push({ time, count });
    }
  }
  return { steps, peak };
}

/** How many tasks are in each state at `t`, by word, in a fixed order. */
export function census(trace: Trace, t: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const look of Object.values(looks)) {
    counts.set(look.word, 0);
  }
  for (const line of trace.lines.values()) {
    const state = isTask(line) ? stateAt(line, t) : null;
    if (state !== null) {
      counts.set(state.word, (counts.get(state.word) ?? 0) + 1);
    }
  }
  return new Map([...counts].filter(([, count]) => count > 0));
}
