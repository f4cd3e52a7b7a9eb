/**
 * A run in a few numbers, by which runs are compared and seeds are searched.
 * Counts concern all of the run, to its end.
 */
import type { Outcome } from './outcome.ts';
import { looks, type Look } from './states.ts';
import { isTask, once, timeOf, type Line, type Pid, type Trace, type TraceEvent } from './trace.ts';

export interface Summary {
  readonly seed: number;
  /** Virtual ms until main had returned or failed. */
  readonly wall: number;
  /** Most tasks that ran at once. */
  readonly peak: number;
  readonly outcome: Outcome['kind'];
  /** How many tasks ended so, by the word of their look. */
  readonly ends: Readonly<Record<string, number>>;
  /** Deadlines of items and of waits that were missed. */
  readonly timeouts: number;
  /** Tasks that nobody waits for which were not done, nor started again. */
  readonly lost: number;
  /** Supervisors that gave up. */
  readonly gaveUp: number;
  /** Times at which a stream was as full as it may be, or a supervisor refused a child. */
  readonly atLimit: number;
  readonly restarts: number;
  readonly requests: number;
  /** Requests that were answered with a failure, or whose connection broke. */
  readonly failed: number;
}

type Counts = { -readonly [K in 'timeouts' | 'atLimit' | 'restarts' | 'requests' | 'failed']: number };

export function summaryOf(trace: Trace, { kind }: Outcome, seed: number): Summary {
  return { seed, outcome: kind, ...figuresOf(trace) };
}

/** All but what the run was made of. */
export const figuresOf = once((trace): Omit<Summary, 'seed' | 'outcome'> => {
  const counts: Counts = { timeouts: 0, atLimit: 0, restarts: 0, requests: 0, failed: 0 };
  const fullness = fullnessOf(trace);
  const replaced = new Set<Pid>();
  const free = new Set<Pid>();
  let wall = trace.until;
  for (const event of trace.events) {
    count(counts, event);
    counts.atLimit += fullness(event) ? 1 : 0;
    if (event.type === 'restarted') {
      replaced.add(event.previous);
    } else if (event.type === 'spawned' && event.parent === null) {
      free.add(event.pid);
    } else if (event.type === 'returned' || event.type === 'threw') {
      wall = event.time;
    }
  }
  const lines = [...trace.lines.values()];
  const isLost = (line: Line) => free.has(line.pid) && !replaced.has(line.pid) && isUndone(line);
  return {
    wall: timeOf(wall),
    peak: trace.flight.peak,
    ends: endsOf(lines),
    lost: lines.filter(isLost).length,
    gaveUp: lines.filter((line) => !isTask(line) && line.end?.look === looks.gaveUp).length,
    ...counts,
  };
});

function count(counts: Counts, event: TraceEvent): void {
  switch (event.type) {
    case 'timedOut':
      counts.timeouts += event.what === 'grace' ? 0 : 1;
      return;
    case 'refused':
      counts.atLimit += 1;
      return;
    case 'restarted':
      counts.restarts += 1;
      return;
    case 'requested':
      counts.requests += 1;
      return;
    case 'answered':
      counts.failed += event.status !== null && (event.status === 0 || event.status >= 400) ? 1 : 0;
      return;
  }
}

/** Tells, event by event, whether a stream has just become full. */
function fullnessOf({ lines, streams }: Trace): (event: TraceEvent) => boolean {
  const limits = new Map(streams.map(({ id, limit }) => [id, limit]));
  const running = new Map<number, number>();
  return (event) => {
    if (event.type !== 'started' && event.type !== 'settled') {
      return false;
    }
    const line = lines.get(event.pid);
    const stream = line?.stream ?? null;
    if (stream === null || line?.started == null) {
      return false;
    }
    const now = (running.get(stream) ?? 0) + (event.type === 'started' ? 1 : -1);
    running.set(stream, now);
    return event.type === 'started' && now === limits.get(stream);
  };
}

/**
 * It was ended, or failed, before it was done; one that was asked to end is not
 * lost, nor is one that came to its end and says that it went wrong.
 */
function isUndone({ end, kind }: Line): boolean {
  return kind === 'task' && end !== null && !done.has(end.look);
}

const done: ReadonlySet<Look> = new Set([looks.ok, looks.error, looks.shutDown]);

function endsOf(lines: readonly Line[]): Record<string, number> {
  const ends: Record<string, number> = {};
  for (const line of lines) {
    if (isTask(line)) {
      const word = line.end?.look.word ?? 'not over';
      ends[word] = (ends[word] ?? 0) + 1;
    }
  }
  return ends;
}
