/**
 * Which lanes are drawn, from top to bottom, and who is on each.
 *
 * A run of a few tasks has a lane for each of them. Hundreds would be a
 * wall: then the childless tasks of one owner share lanes, each taking the
 * first that is free, so that the number of lanes is how many there were at
 * once.
 */
import { isTask, once, rowsOf, type Line, type Row, type Trace } from './trace.ts';

export const PACK_ABOVE = 40; // tasks in the run
export const LANES_MAX = 120; // drawn; the table has more
export const LINES_MAX = 400; // drawn on shared lanes

export interface Lane {
  readonly label: string;
  readonly depth: number;
  /** In order of time, none overlapping another. */
  readonly lines: readonly Line[];
  /** Set on lanes that are shared: thinner; the first says how many tasks share. */
  readonly shared: boolean;
}

/** What lanes take of the height, in lanes of one task: shared ones are thinner. */
export const weightOf = (lanes: readonly Lane[]): number =>
  lanes.reduce((sum, { shared }) => sum + (shared ? 0.4 : 1), 0);

export interface Lanes {
  readonly drawn: readonly Lane[];
  /** Processes that are on none of them. */
  readonly hidden: number;
}

/** Lanes that are laid in another way than usual. */
export interface Laid extends Lanes {
  /** Of this run alone. */
  readonly of?: Trace;
}

export const lanesOf = once((trace): Lanes => {
  const rows = rowsOf(trace);
  let tasks = 0;
  for (let at = 0; at < rows.length && tasks <= PACK_ABOVE; at += 1) {
    tasks += isTask((rows[at] as Row).line) ? 1 : 0;
  }
  const drawn = tasks > PACK_ABOVE ? pack(rows) : lives(rows).slice(0, LANES_MAX);
  const shown = drawn.reduce((count, { lines }) => count + lines.length, 0);
  return { drawn, hidden: rows.length - shown };
});

type Open = Lane & { lines: Line[] };

/** A lane for each; what was started again goes on on the lane of the one before it. */
function lives(rows: readonly Row[]): Lane[] {
  const parents = new Set(rows.map(({ line }) => line.under));
  const lanes = new Map<string, Open>();
  const all: Open[] = [];
  for (const { line, depth } of rows) {
    const before = line.previous === null ? undefined : lanes.get(line.previous);
    if (before !== undefined && !parents.has(line.pid)) {
      before.lines.push(line);
      lanes.set(line.pid, before);
    } else {
      const lane = { label: line.label, depth, lines: [line], shared: false };
      lanes.set(line.pid, lane);
      all.push(lane);
    }
  }
  return all;
}

/** At most LANES_MAX of them, with the first LINES_MAX lines that find room there. */
function pack(rows: readonly Row[]): Lane[] {
  const parents = new Set(rows.map((row) => row.line.under));
  const sizes = new Map<string | null, number>();
  const isLeaf = (line: Line) => isTask(line) && !parents.has(line.pid);
  for (const { line } of rows) {
    if (isLeaf(line)) {
      sizes.set(line.under, (sizes.get(line.under) ?? 0) + 1);
    }
  }
  const lanes: Open[] = [];
  let drawn = 0;
  let full = 0;
  let group: string | null | undefined;
  let open: Open[] = [];
  for (const { line, depth } of rows) {
    if (drawn >= LINES_MAX || full >= LINES_MAX) {
      break;
    }
    const shared = isLeaf(line);
    if (!shared || group !== line.under) {
      group = shared ? line.under : undefined;
      open = [];
    }
    const free = shared
      ? open.find((lane) => isFree(lane.lines.at(-1) as Line, line.spawned))
      : undefined;
    if (free !== undefined) {
      free.lines.push(line);
      drawn += 1;
    } else if (lanes.length < LANES_MAX) {
      const label = !shared
        ? line.label
        : open.length === 0
          ? `${sizes.get(line.under) ?? 1} tasks`
          : '';
      const lane = { label, depth, lines: [line], shared };
      open.push(lane);
      lanes.push(lane);
      drawn += 1;
    } else {
      full += 1;
    }
  }
  return lanes;
}

function isFree(last: Line, time: number): boolean {
  return last.end !== null && last.end.time <= time;
}
