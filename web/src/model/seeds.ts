/** Many seeds of one program: how long they take, how they end, which are the worst. */
import type { Summary } from './summary.ts';
import { duration } from './time.ts';

export const SEEDS = 500; // in one go
export const WORST = 10;
const BINS = 24;

/** How many seeds took at least `from` ms and less than `to`. */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export interface Survey {
  readonly count: number;
  /** By wall time, in ms. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly min: number;
  readonly max: number;
  readonly bins: readonly Bin[];
  /** How many seeds ended so: the words and their counts, most frequent first. */
  readonly outcomes: readonly (readonly [word: string, count: number])[];
  /** The longest ones first; of equal ones the smaller seed. */
  readonly worst: readonly Summary[];
}

/** Null for no seeds. */
export function surveyOf(summaries: readonly Summary[]): Survey | null {
  if (summaries.length === 0) {
    return null;
  }
  const sorted = summaries.toSorted((a, b) => a.wall - b.wall || b.seed - a.seed);
  const walls = sorted.map(({ wall }) => wall);
  return {
    count: walls.length,
    p50: percentile(walls, 50),
    p95: percentile(walls, 95),
    p99: percentile(walls, 99),
    min: walls[0] as number,
    max: walls.at(-1) as number,
    bins: binsOf(walls),
    outcomes: outcomesOf(summaries),
    worst: sorted.slice(-WORST).reverse(),
  };
}

/** The nearest rank: the smallest value that `percent` of them do not exceed. */
export function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] as number;
}

const rounds = [1, 2, 5];

/** Bins of one round width that begin at a multiple of it, at most BINS of them and one. */
function binsOf(sorted: readonly number[]): Bin[] {
  const min = sorted[0] as number;
  const max = sorted.at(-1) as number;
  let width = 1;
  for (let at = 0; (max - min + 1) / width > BINS; at += 1) {
    width = (rounds[at % 3] as number) * 10 ** Math.floor(at / 3);
  }
  const first = Math.floor(min / width) * width;
  const bins: { from: number; to: number; count: number }[] = [];
  for (let from = first; from <= max; from += width) {
    bins.push({ from, to: from + width, count: 0 });
  }
  for (const wall of sorted) {
    (bins[Math.floor((wall - first) / width)] as Bin & { count: number }).count += 1;
  }
  return bins;
}

/** The outcome of one seed in a few words. */
export function outcomeOf({ outcome, ends, gaveUp }: Summary): string {
  const troubles = Object.entries(ends)
    .filter(([word]) => word !== 'ok')
    .map(([word, count]) => `${count} ${word}`);
  if (gaveUp > 0) {
    troubles.push('a supervisor gave up');
  }
  const verb = { returned: 'returns', threw: 'fails', limited: 'meets a limit', stopped: 'stopped' }[
    outcome
  ];
  return troubles.length === 0 ? verb : `${verb}: ${troubles.join(', ')}`;
}

function outcomesOf(summaries: readonly Summary[]): (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const summary of summaries) {
    const word = outcomeOf(summary);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a);
}

/** What a seed can be searched for. */
export interface Wanted {
  readonly id: string;
  /** After "Find a seed where". */
  readonly name: string;
  /** It asks for a number of ms. */
  readonly takesMs: boolean;
  readonly is: (summary: Summary, ms: number) => boolean;
}

const wanted = (id: string, name: string, is: Wanted['is'], takesMs = false): Wanted => ({
  id,
  name,
  takesMs,
  is,
});

export const searches: readonly Wanted[] = [
  wanted('timeout', 'something is not done in time', ({ timeouts }) => timeouts > 0),
  wanted('lost', 'a write is lost: nobody waits for it, and it is not done', ({ lost }) => lost > 0),
  wanted('gaveUp', 'a supervisor gives up', ({ gaveUp }) => gaveUp > 0),
  wanted('limit', 'a limit is reached', ({ atLimit }) => atLimit > 0),
  wanted('crash', 'a task crashes', ({ ends }) => (ends['crashed'] ?? 0) > 0),
  wanted('request', 'a request fails', ({ failed }) => failed > 0),
  wanted('fails', 'the program fails', ({ outcome }) => outcome !== 'returned'),
  wanted('wall', 'it takes longer than', ({ wall }, ms) => wall > ms, true),
];

/** The smallest seed that is as wanted; null when none of them is. */
export function findSeed(summaries: readonly Summary[], search: Wanted, ms: number): number | null {
  const found = summaries.filter((summary) => search.is(summary, ms)).map(({ seed }) => seed);
  return found.length === 0 ? null : Math.min(...found);
}

export const searchText = ({ name, takesMs }: Wanted, ms: number): string =>
  takesMs ? `${name} ${duration(ms)}` : name;

/** The whole survey in one sentence. */
export function surveySentence({ count, p50, p95, p99, min, max }: Survey): string {
  return min === max
    ? `${count} seeds, and each of them takes ${duration(min)}: chance has no part in that`
    : `${count} seeds, from ${duration(min)} to ${duration(max)}; half of them within ` +
        `${duration(p50)}, 95 % within ${duration(p95)}, 99 % within ${duration(p99)}`;
}
