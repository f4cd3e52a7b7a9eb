/**
 * What is counted in time beside the tasks that run: requests at a server
 * that turns some away, results that nobody has taken yet, and what goes on
 * after whoever started it has left. A run has a chart only of what happened
 * in it.
 */
import { countUpTo, eventsOf, isTask, leftAt, once, timeOf, type Step, type Trace } from './trace.ts';

export type ChartKind = 'server' | 'waiting' | 'left';

export interface Chart {
  readonly kind: ChartKind;
  /** Each change of the count; the positions rise. */
  readonly steps: readonly Step[];
  /** The most there were for a ms or longer. */
  readonly peak: number;
  /** Of a server: requests that it turned away, by the ms. */
  readonly refused: readonly Step[];
}

/** One result that waits for another is what an order costs, and no heap. */
const WAITING_MIN = 2;

/** What works them out, one after another. */
export const chartParts = [once(serverOf), once(waitingOf), once(leftOf)];

/** Those a run has, in the order in which they are drawn. */
export const chartsOf = once((trace): readonly Chart[] => chartParts.flatMap((part) => part(trace)));

/** What is drawn for each, and its word in the legend. */
export const chartSigns: Readonly<
  Record<ChartKind, readonly (readonly [look: ChartKind | 'turned-away', word: string])[]>
> = {
  server: [
    ['server', 'at the server'],
    ['turned-away', 'turned away'],
  ],
  waiting: [['waiting', 'done and not taken']],
  left: [['left', 'left over']],
};

/** What a chart shows at `t`. */
export function countOf({ steps }: Chart, t: number): number {
  return steps[countUpTo(steps, t) - 1]?.count ?? 0;
}

export function refusedIn({ refused }: Chart, t: number): number {
  return refused.reduce((sum, { time, count }) => sum + (time <= t ? count : 0), 0);
}

/** `at most 10 at the server, 60 turned away`. */
export function chartSentence(chart: Chart): string {
  const { kind, peak } = chart;
  const turned = refusedIn(chart, Number.POSITIVE_INFINITY);
  switch (kind) {
    case 'server':
      return `at most ${peak} at the server, ${turned} turned away`;
    case 'waiting':
      return `at most ${peak} done and not taken`;
    case 'left':
      return `at most ${peak} left over`;
  }
}

/** The moment `t` of a chart in words: `4 at the server, 48 turned away`. */
export function chartMoment(chart: Chart, t: number): string {
  const count = countOf(chart, t);
  switch (chart.kind) {
    case 'server':
      return `${count} at the server, ${refusedIn(chart, t)} turned away`;
    case 'waiting':
      return `${count} done and not taken`;
    case 'left':
      return `${count} left over`;
  }
}

/** Answers by which a server says that it has no room, or is down. */
const isRefusal = (status: number | null) => status === 429 || status === 503;

function serverOf(trace: Trace): Chart[] {
  const changes: Change[] = [];
  const refused = new Map<number, number>();
  for (const event of eventsOf(trace, 'requested', 'answered')) {
    if (event.type === 'requested') {
      changes.push([event.time, 1]);
    } else {
      changes.push([event.time, -1]);
      if (isRefusal(event.status)) {
        const time = timeOf(event.time);
        refused.set(time, (refused.get(time) ?? 0) + 1);
      }
    }
  }
  const steps = [...refused].map(([time, count]) => ({ time, count }));
  return refused.size === 0 ? [] : [chartOf('server', changes, steps)];
}

/** Results that are there while their consumer waits for one before them, or works. */
function waitingOf(trace: Trace): Chart[] {
  const closed = new Map(trace.streams.map(({ id, to }) => [id, to ?? trace.until]));
  const changes: Change[] = [];
  for (const { stream, end, delivered } of trace.lines.values()) {
    if (stream === null || end === null) {
      continue;
    }
    const until = delivered ?? closed.get(stream) ?? trace.until;
    if (timeOf(until) > timeOf(end.time)) {
      changes.push([end.time, 1], [until, -1]);
    }
  }
  const chart = chartOf('waiting', changes);
  return chart.peak < WAITING_MIN ? [] : [chart];
}

/** Tasks and promises whose owner has left, and functions that go on though their task has ended. */
function leftOf(trace: Trace): Chart[] {
  const changes: Change[] = [];
  for (const line of trace.lines.values()) {
    const isWork = isTask(line) || line.kind === 'promise';
    const left = isWork ? leftAt(trace, line) : null;
    const last = line.end?.time ?? trace.until;
    if (left !== null) {
      changes.push([left, 1], [last, -1]);
    }
    if (line.runsOn !== null) {
      changes.push([last, 1], [line.runsOn.until ?? trace.until, -1]);
    }
  }
  const chart = chartOf('left', changes);
  return chart.peak === 0 ? [] : [chart];
}

type Change = readonly [time: number, by: 1 | -1];

function chartOf(kind: ChartKind, changes: Change[], refused: readonly Step[] = []): Chart {
  const steps: Array<{ time: number; count: number }> = [{ time: 0, count: 0 }];
  let peak = 0;
  for (const [time, by] of changes.toSorted(([a], [b]) => a - b)) {
    const last = steps.at(-1) as Step;
    if (timeOf(last.time) < timeOf(time)) {
      peak = Math.max(peak, last.count);
    }
    if (last.time === time) {
      steps[steps.length - 1] = { time, count: last.count + by };
    } else {
      steps.push({ time, count: last.count + by });
    }
  }
  return { kind, steps, peak, refused };
}
