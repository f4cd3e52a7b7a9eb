/**
 * Which lanes are drawn, from top to bottom, and who is on each.
 *
 * A run of a few tasks has a lane for each of them. Hundreds would be a
 * wall: then the childless tasks of one owner share lanes, each taking the
 * first that is free, so that the number of lanes is how many there were at
 * once.
 */
import { isTask, rowsOf, type Line, type Row, type Trace } from './trace.ts';

export const PACK_ABOVE = 40; // tasks in the run
export const LANES_MAX = 120; // drawn; the table has them all

export interface Lane {
  readonly label: string;
  readonly depth: number;
  /** In order of time, none overlapping another. */
  readonly lines: readonly Line[];
  /** Set on lanes that are shared: thinner; the first says how many tasks share. */
  readonly shared: boolean;
}

export interface Lanes {
  readonly drawn: readonly Lane[];
  readonly total: number;
}

export function lanesOf(trace: Trace): Lanes {
  const rows = rowsOf(trace);
  const tasks = rows.filter((row) => isTask(row.line)).length;
  const all = tasks > PACK_ABOVE ? pack(rows) : rows.map(alone);
  return { drawn: all.slice(0, LANES_MAX), total: all.length };
}

function alone({ line, depth }: Row): Lane {
  return { label: line.label, depth, lines: [line], shared: false };
}

function pack(rows: readonly Row[]): Lane[] {
  const parents = new Set(rows.map((row) => row.line.under));
  const sizes = new Map<string | null, number>();
  for (const { line } of rows) {
    if (isTask(line) && !parents.has(line.pid)) {
      sizes.set(line.under, (sizes.get(line.under) ?? 0) + 1);
    }
  }
  const lanes: Array<Lane & { lines: Line[] }> = [];
  let group: string | null = null;
  let open: Array<Lane & { lines: Line[] }> = [];
  for (const row of rows) {
    const { line, depth } = row;
    if (!isTask(line) || parents.has(line.pid)) {
      lanes.push({ label: line.label, depth, lines: [line], shared: false });
      group = null;
      continue;
    }
    if (group !== line.under) {
      group = line.under;
      open = [];
    }
    const free = open.find((lane) => isFree(lane.lines.at(-1) as Line, line.spawned));
    if (free !== undefined) {
      free.lines.push(line);
      continue;
    }
    const lane = {
      label: open.length === 0 ? `${sizes.get(line.under) ?? 1} tasks` : '',
      depth,
      lines: [line],
      shared: true,
    };
    open.push(lane);
    lanes.push(lane);
  }
  return lanes;
}

function isFree(last: Line, time: number): boolean {
  return last.end !== null && last.end.time <= time;
}
