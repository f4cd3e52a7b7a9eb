/** Two runs of one program side by side: what is other in them, and by how much. */
import type { RunInput } from '../engine/protocol.ts';
import type { Knob } from './world.ts';
import type { Summary } from './summary.ts';
import { duration } from './time.ts';

/** One figure of both. */
export interface Delta {
  readonly name: string;
  readonly before: string;
  readonly now: string;
  /** `−38 %`, `+2`, `same`. */
  readonly by: string;
  /** Null where neither is better in itself. */
  readonly better: boolean | null;
}

interface Figure {
  readonly name: string;
  readonly of: (summary: Summary) => number;
  /** It is told even when it is 0 in both. */
  readonly always?: boolean;
  /** Less of it is better; null where that depends. */
  readonly lessIsBetter: boolean | null;
  readonly text?: (value: number) => string;
}

const figures: readonly Figure[] = [
  { name: 'wall time', of: ({ wall }) => wall, always: true, lessIsBetter: true, text: duration },
  { name: 'tasks at once, at most', of: ({ peak }) => peak, always: true, lessIsBetter: null },
  { name: 'work lost', of: ({ lost }) => lost, always: true, lessIsBetter: true },
  { name: 'tasks ok', of: ({ ends }) => ends['ok'] ?? 0, lessIsBetter: false },
  { name: 'tasks crashed', of: ({ ends }) => ends['crashed'] ?? 0, lessIsBetter: true },
  { name: 'tasks timed out', of: ({ ends }) => ends['timed out'] ?? 0, lessIsBetter: true },
  { name: 'tasks killed', of: ({ ends }) => ends['killed'] ?? 0, lessIsBetter: null },
  { name: 'tasks died by a link', of: ({ ends }) => ends['died by a link'] ?? 0, lessIsBetter: true },
  { name: 'tasks not over', of: ({ ends }) => ends['not over'] ?? 0, lessIsBetter: true },
  { name: 'deadlines missed', of: ({ timeouts }) => timeouts, lessIsBetter: true },
  { name: 'restarts', of: ({ restarts }) => restarts, lessIsBetter: null },
  { name: 'supervisors that gave up', of: ({ gaveUp }) => gaveUp, lessIsBetter: true },
  { name: 'times at a limit', of: ({ atLimit }) => atLimit, lessIsBetter: null },
  { name: 'requests', of: ({ requests }) => requests, lessIsBetter: null },
  { name: 'requests failed', of: ({ failed }) => failed, lessIsBetter: true },
];

const plain = (value: number): string => value.toLocaleString('en-US');

/** From the run that was pinned to the one that is shown. */
export function deltasOf(before: Summary, now: Summary): readonly Delta[] {
  const told = figures.filter(
    ({ of, always }) => always === true || of(before) !== 0 || of(now) !== 0,
  );
  return told.map(({ name, of, lessIsBetter, text = plain }) => {
    const [from, to] = [of(before), of(now)];
    return {
      name,
      before: text(from),
      now: text(to),
      by: differenceOf(from, to, text === duration),
      better: from === to || lessIsBetter === null ? null : to < from === lessIsBetter,
    };
  });
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${plain(Math.abs(value))}`;

function differenceOf(from: number, to: number, inPercent: boolean): string {
  if (from === to) {
    return 'same';
  }
  return inPercent && from > 0
    ? `${signed(Math.round(((to - from) / from) * 100))} %`
    : inPercent
      ? `+${duration(to)}`
      : signed(to - from);
}

/** What the two were made of, where that differs: `At once: 4, then 2`. */
export function differencesOf(
  before: RunInput,
  now: RunInput,
  knobs: readonly Knob[],
): readonly string[] {
  const differences: string[] = [];
  if (before.program.source !== now.program.source) {
    differences.push('another program');
  }
  for (const { id, label } of knobs) {
    const [from, to] = [before.knobs[id], now.knobs[id]];
    if (from !== to) {
      differences.push(`${label}: ${from}, then ${to}`);
    }
  }
  if (before.seed !== now.seed) {
    differences.push(`seed: ${before.seed}, then ${now.seed}`);
  }
  const [from, to] = [before.changes?.length ?? 0, now.changes?.length ?? 0];
  if (JSON.stringify(before.changes ?? []) !== JSON.stringify(now.changes ?? [])) {
    differences.push(`broken: ${from === 0 ? 'nothing' : from}, then ${to === 0 ? 'nothing' : to}`);
  }
  return differences;
}

/** `wall time −38 %, tasks at once, at most 12 → 4`: what is other, in one sentence. */
export function comparisonSentence(deltas: readonly Delta[]): string {
  const other = deltas.filter(({ by }) => by !== 'same');
  return other.length === 0
    ? 'the same figures'
    : other
        .map(({ name, before, now, by }) =>
          by.endsWith('%') ? `${name} ${by}` : `${name} ${before} → ${now}`,
        )
        .join('; ');
}
