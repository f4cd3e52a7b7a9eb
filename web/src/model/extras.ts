/** What a picture of lanes has beside bars and their ends: for its legend. */
import { refusalsOf } from './supervision.ts';
import { lasts, tiesOf, type TieKind } from './ties.ts';
import { once } from './trace.ts';

export type Extra = TieKind | 'grace' | 'again' | 'refused';

export const extraWords: Readonly<Record<Extra, string>> = {
  link: 'linked',
  monitor: 'watched by its owner',
  exit: 'takes along',
  reply: 'ends a wait',
  ask: 'asks to stop',
  grace: 'its grace',
  kill: 'kills',
  again: 'started again',
  refused: 'refused',
};

/** Those that occur in a run, in the order of the words above. */
export const extrasIn = once((trace): readonly Extra[] => {
  const found = new Set<Extra>(tiesOf(trace).map(({ kind }) => kind));
  for (const line of trace.lines.values()) {
    if (lasts(line)) {
      found.add('grace');
    }
    if (line.previous !== null) {
      found.add('again');
    }
  }
  if (refusalsOf(trace).length > 0) {
    found.add('refused');
  }
  return (Object.keys(extraWords) as Extra[]).filter((extra) => found.has(extra));
});
