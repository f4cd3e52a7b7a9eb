/** What a picture of lanes has beside bars and their ends: for its legend. */
import { refusalsOf } from './supervision.ts';
import { lasts, tiesOf, type TieKind } from './ties.ts';
import { once, timeOf, type Line, type Mark } from './trace.ts';

export type Extra = TieKind | 'grace' | 'again' | 'late' | 'noRoom' | 'refused';

export const extraWords: Readonly<Record<Extra, string>> = {
  link: 'linked',
  monitor: 'watched by its owner',
  exit: 'takes along',
  reply: 'ends a wait',
  ask: 'asks to stop',
  grace: 'its grace',
  kill: 'kills',
  again: 'started again',
  late: 'a wait ran out',
  noRoom: 'found no room',
  refused: 'refused',
};

/** The marks on a line's life; what its very end has as well is told by that. */
export function marksWithin({ marks, end }: Line): readonly Mark[] {
  const last = end === null ? Number.POSITIVE_INFINITY : timeOf(end.time);
  return marks.filter(({ time }) => timeOf(time) < last);
}

/** What the signs of marks say. */
const marked: Partial<Record<Mark['sign'], Extra>> = { again: 'again', clock: 'late', bang: 'noRoom' };

/** Those that occur in a run, in the order of the words above. */
export const extrasIn = once((trace): readonly Extra[] => {
  const found = new Set<Extra>(tiesOf(trace).map(({ kind }) => kind));
  for (const line of trace.lines.values()) {
    if (lasts(line)) {
      found.add('grace');
    }
    for (const { sign } of marksWithin(line)) {
      const extra = marked[sign];
      if (extra !== undefined) {
        found.add(extra);
      }
    }
  }
  if (refusalsOf(trace).length > 0) {
    found.add('refused');
  }
  return (Object.keys(extraWords) as Extra[]).filter((extra) => found.has(extra));
});
