/** A run as text to be sent or kept: a table of its tasks, and what it gave. */
import { sentenceOf } from './describe.ts';
import type { Outcome } from './outcome.ts';
import { duration } from './time.ts';
import { rowsOf, stateAt, type Trace } from './trace.ts';

const ROWS_MAX = 500;
const REASON_MAX = 80; // characters

export interface Report {
  readonly title: string;
  readonly seed: number;
  readonly trace: Trace;
  readonly outcome: Outcome | null;
  readonly t: number;
}

/** Columns are padded with spaces, so that they stand in any fixed-width font. */
export function reportText({ title, seed, trace, outcome, t }: Report): string {
  const rows = rowsOf(trace);
  const over = t >= trace.until;
  const cells = rows.slice(0, ROWS_MAX).map(({ line, depth }) => {
    const state = stateAt(line, t);
    const ended = line.end !== null && line.end.time <= t;
    return [
      '  '.repeat(Math.min(depth, 5)) + line.label,
      state === null ? '' : duration(line.started ?? line.spawned),
      ended ? duration(line.end?.time ?? 0) : '',
      state === null ? 'not yet there' : state.word,
      ended ? short(line.end?.reason ?? '') : '',
    ];
  });
  const lines = [
    `${title} (seed ${seed}), ${over ? 'at its end' : 'at'} ${duration(t)}`,
    '',
    ...columns([['Task', 'From', 'To', 'State', 'Reason'], ...cells]),
  ];
  if (rows.length > ROWS_MAX) {
    lines.push(`… and ${rows.length - ROWS_MAX} more`);
  }
  lines.push('');
  if (over) {
    lines.push(`${sentenceOf(trace)}.`, ...endOf(outcome));
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

function endOf(outcome: Outcome | null): readonly string[] {
  switch (outcome?.kind) {
    case 'returned':
      return outcome.result.text === null ? [] : [`Returned ${outcome.result.text}`];
    case 'threw':
      return [`Threw ${outcome.reason.text}`];
    case 'stopped':
      return ['It was stopped.'];
    case 'limited':
      return [outcome.why];
    case undefined:
      return [];
  }
}

function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

const short = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > REASON_MAX ? `${line.slice(0, REASON_MAX - 1)}…` : line;
};
