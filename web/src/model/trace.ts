/**
 * A trace: what is known of one run, and how it is read at a position `t`.
 *
 * The events are the whole truth. `TraceBuilder` takes them as they arrive
 * and keeps one lifeline for each process, so that reading the state at `t`
 * costs one look at each line and no replay. `finish` gives the trace, which
 * nothing changes any more.
 *
 * A position is a time in ms with a fraction that tells the events of one
 * moment apart: virtual time is whole ms, and many things happen at one. The
 * time of a position is its whole part (`timeOf`).
 *
 * Invariants
 *   T1  positions rise strictly, so that the playhead can stand between any
 *       two events; the position of an event has the event's own time
 *   T2  a lifeline reaches its end once; what comes later is not read
 *   T3  `until` is not before the last event
 *   T4  what `stateAt(line, t)` says depends on events up to `t` alone
 */
import type { Line, Pid, Stream, TraceEvent } from './events.ts';
import { looks, type Look } from './states.ts';
import { applyEvent, type Making } from './lines.ts';

export type {
  End,
  Kind,
  Line,
  Mark,
  PageEvent,
  Pid,
  Reason,
  RuntimeEvent,
  Stream,
  TraceEvent,
} from './events.ts';

/** How many tasks ran from this position on. */
export interface Step {
  readonly time: number;
  readonly count: number;
}

/** Tells by its type and the process that it is about whether an event is wanted. */
export type Wanted = (type: TraceEvent['type'], pid: Pid | null | undefined) => boolean;

/** An array of them, or what keeps a great many in less (`columns.ts`). */
export interface EventList extends Iterable<TraceEvent> {
  readonly length: number;
  at(index: number): TraceEvent | undefined;
  find(wanted: (event: TraceEvent) => boolean): TraceEvent | undefined;
  findLast(wanted: (event: TraceEvent) => boolean): TraceEvent | undefined;
  where?(wanted: Wanted): readonly number[];
  /** Those of these types, by index; and how many there are of one. */
  ofTypes?(types: readonly TraceEvent['type'][]): readonly number[];
  countOf?(type: TraceEvent['type']): number;
}

export interface Trace {
  readonly events: EventList;
  /** In the order in which they were spawned. */
  readonly lines: ReadonlyMap<Pid, Line>;
  readonly streams: readonly Stream[];
  /** Each change of how many tasks ran at once, and the most there were. */
  readonly flight: { readonly steps: readonly Step[]; readonly peak: number };
  /** The position up to which the run is known. */
  readonly until: number;
}

const MANY = 400; // events

/**
 * Whether to draw it in one go would take long: what is drawn of it is worked out
 * beforehand (`prepare.ts`), and drawn in parts.
 */
export const hasMany = ({ events }: Trace): boolean => events.length > MANY;

export const emptyTrace: Trace = {
  events: [],
  lines: new Map(),
  streams: [],
  flight: { steps: [{ time: 0, count: 0 }], peak: 0 },
  until: 0,
};

/* The n-th event of one moment stands this far after it: the first ones a
 * microsecond apart, and ever closer, so that none reaches the next ms. */
const SPREAD = 0.9;
const HALF = 900;

/** A position's time, in whole ms. */
export function timeOf(position: number): number {
  return Math.floor(position);
}

export class TraceBuilder {
  readonly #events: EventList & { push(event: TraceEvent): unknown };
  readonly #making: Making = {
    lines: new Map(),
    streams: [],
    steps: [{ time: 0, count: 0 }],
    peak: 0,
    killed: null,
  };
  #moment = -1;
  #place = 0;

  /** `events` is what will keep them. */
  constructor(events: EventList & { push(event: TraceEvent): unknown } = []) {
    this.#events = events;
  }

  get count(): number {
    return this.#events.length;
  }

  /**
   * Takes events over, in the order in which they happened: their times become
   * positions in place. One that falls back in time counts as the last before it.
   */
  add(batch: readonly TraceEvent[]): void {
    for (const event of batch) {
      const moment = Math.max(Math.floor(event.time), this.#moment);
      this.#place = moment === this.#moment ? this.#place + 1 : 0;
      this.#moment = moment;
      (event as { time: number }).time = moment + (SPREAD * this.#place) / (this.#place + HALF);
      this.#events.push(event);
      applyEvent(this.#making, event);
    }
  }

  /** The trace, known up to `until` at least. The builder is spent with that. */
  finish(until: number): Trace {
    const { lines, streams, steps, peak } = this.#making;
    const last = this.#events.at(-1)?.time ?? 0;
    return {
      events: this.#events,
      lines,
      streams,
      flight: { steps, peak },
      until: Math.max(until, last, 0),
    };
  }
}

export function traceOf(events: readonly TraceEvent[], until = 0): Trace {
  const builder = new TraceBuilder();
  builder.add(events);
  return builder.finish(until);
}

/** What a line looks like at `t`; null before it exists. */
export function stateAt(line: Line, t: number): Look | null {
  if (t < line.spawned) {
    return null;
  }
  if (line.end !== null && t >= line.end.time) {
    return line.end.look;
  }
  return line.started !== null && t >= line.started ? looks.waiting : looks.queued;
}

export function isTask(line: Line): boolean {
  return line.kind === 'task' || line.kind === 'item';
}

export function isAlive(line: Line, t: number): boolean {
  return t >= line.spawned && (line.end === null || t < line.end.time);
}

/** The position at which whoever started it had left, if it went on after that; else null. */
export function leftAt(trace: Trace, line: Line): number | null {
  const owner = line.under === null ? undefined : trace.lines.get(line.under);
  if (owner === undefined || owner.end === null || !mayBeLeft(owner)) {
    return null;
  }
  const last = timeOf(line.end?.time ?? trace.until);
  return last > timeOf(owner.end.time) ? owner.end.time : null;
}

/** Supervisors take their children with them. */
function mayBeLeft({ kind }: Line): boolean {
  return kind === 'main' || kind === 'task' || kind === 'item';
}

export interface Row {
  readonly line: Line;
  readonly depth: number;
}

/** What is worked out of a trace once, when it is first asked for. */
export function once<T>(work: (trace: Trace) => T): (trace: Trace) => T {
  const known = new WeakMap<Trace, T>();
  return (trace) => {
    if (!known.has(trace)) {
      known.set(trace, work(trace));
    }
    return known.get(trace) as T;
  };
}

/** The lines in the order in which they are drawn: each under its owner. */
export const rowsOf = once((trace): readonly Row[] => {
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
  const open: Array<{ readonly lines: readonly Line[]; at: number }> = [
    { lines: children.get(null) ?? [], at: 0 },
  ];
  while (open.length > 0) {
    const level = open.at(-1) as { lines: readonly Line[]; at: number };
    const line = level.lines[level.at++];
    if (line === undefined) {
      open.pop();
      continue;
    }
    rows.push({ line, depth: open.length - 1 });
    const lines = children.get(line.pid);
    if (lines !== undefined) {
      open.push({ lines, at: 0 });
    }
  }
  return rows;
});

/** How many of `list`, which rises by `time`, are not after `t`. */
export function countUpTo(
  list: { readonly length: number; at(index: number): { readonly time: number } | undefined },
  t: number,
): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list.at(middle) as { time: number }).time <= t) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** How many events have happened at `t`; the last of them has this index less one. */
export function countAt(trace: Trace, t: number): number {
  return countUpTo(trace.events, t);
}

/** How many tasks run at `t`. */
export function runningAt(trace: Trace, t: number): number {
  return trace.flight.steps[countUpTo(trace.flight.steps, t) - 1]?.count ?? 0;
}

/** Which events are wanted, by index. */
export function where({ events }: Trace, wanted: Wanted): readonly number[] {
  return (
    events.where?.(wanted) ??
    [...events].flatMap((event, at) =>
      wanted(event.type, (event as { readonly pid?: Pid | null }).pid) ? [at] : [],
    )
  );
}

/** Those of these types, by index. */
export const ofTypes = (
  trace: Trace,
  types: readonly TraceEvent['type'][],
): readonly number[] =>
  trace.events.ofTypes?.(types) ?? where(trace, (type) => types.includes(type));

/** Those of these types. */
export function eventsOf<T extends TraceEvent['type']>(
  trace: Trace,
  ...types: readonly T[]
): readonly Extract<TraceEvent, { type: T }>[] {
  return ofTypes(trace, types).map((at) => trace.events.at(at) as Extract<TraceEvent, { type: T }>);
}

/** The position of the next event after `t`, or of the one before it; of those `among` which it goes. */
export function stepFrom(
  trace: Trace,
  t: number,
  direction: 1 | -1,
  among?: readonly number[],
): number {
  const { events } = trace;
  let index = countAt(trace, t);
  if (direction === -1) {
    index -= 1;
    while (index >= 0 && (events.at(index) as TraceEvent).time >= t) {
      index -= 1;
    }
  }
  if (among !== undefined) {
    const next =
      direction === 1 ? among.find((at) => at >= index) : among.findLast((at) => at <= index);
    index = next ?? -1;
  }
  return (index < 0 ? undefined : events.at(index))?.time ?? (direction === 1 ? trace.until : 0);
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
