/**
 * How many events there were when: the overview of a run that is larger than
 * its picture, or of which a part is looked at.
 */
import { troublesOf } from './describe.ts';
import { duration } from './time.ts';
import { countUpTo, once, type Trace, type TraceEvent } from './trace.ts';

export const BINS = 120;

export interface Density {
  /** Of each bin how many events, and how many of those are trouble. */
  readonly counts: readonly number[];
  readonly troubles: readonly number[];
  readonly most: number;
  /** Its first bin with the most of them. */
  readonly busiest: number;
}

export const densityOf = once((trace): Density => {
  const { events } = trace;
  const troubles = Array<number>(BINS).fill(0);
  const share = BINS / Math.max(trace.until, 1);
  const binOf = (index: number) =>
    Math.min(BINS - 1, Math.floor((events.at(index) as TraceEvent).time * share));
  const bins = { length: events.length, at: (index: number) => ({ time: binOf(index) }) };
  const upTo = Array.from({ length: BINS }, (_, bin) => countUpTo(bins, bin));
  const counts = upTo.map((count, bin) => count - (upTo[bin - 1] ?? 0));
  for (const index of troublesOf(trace)) {
    const bin = binOf(index);
    troubles[bin] = (troubles[bin] as number) + 1;
  }
  const most = Math.max(...counts);
  return { counts, troubles, most, busiest: counts.indexOf(most) };
});

export interface DensityRow {
  readonly from: number;
  readonly to: number;
  readonly events: number;
  readonly troubles: number;
}

/** The same in few rows, for a table. */
export function densityRows(trace: Trace, rows = 12): readonly DensityRow[] {
  const { counts, troubles } = densityOf(trace);
  const each = BINS / rows;
  const sum = (values: readonly number[], row: number) =>
    values.slice(row * each, (row + 1) * each).reduce((all, value) => all + value, 0);
  return Array.from({ length: rows }, (_, row) => ({
    from: (trace.until * row) / rows,
    to: (trace.until * (row + 1)) / rows,
    events: sum(counts, row),
    troubles: sum(troubles, row),
  }));
}

export function densitySentence(trace: Trace): string {
  const { most, busiest, troubles } = densityOf(trace);
  const trouble = troubles.reduce((all, value) => all + value, 0);
  const at = (bin: number) => duration((trace.until * bin) / BINS);
  return `${trace.events.length.toLocaleString('en')} events in ${duration(trace.until)}, most of them, ${most.toLocaleString('en')}, from ${at(busiest)} to ${at(busiest + 1)}; ${trouble.toLocaleString('en')} are trouble`;
}
