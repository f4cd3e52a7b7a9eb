/** For which settings of a lesson the record has proved its texts in other languages. */
import type { Texts } from './example.ts';
import { presets, type Knobs } from './world.ts';

/** What is shown of a lesson, as far as its outcome hangs on it. */
export interface Shown {
  readonly knobs: Knobs;
  readonly seed: number;
  /** The program is not the lesson's own text. */
  readonly edited: boolean;
  /** How many changes break the run. */
  readonly changes: number;
}

/** Whether the interpreters were asked for just this. */
export function isProved(
  { knobs, seed, also = [] }: Pick<Texts, 'knobs' | 'seed' | 'also'>,
  shown: Shown,
): boolean {
  const own = presets(knobs);
  return (
    !shown.edited &&
    shown.changes === 0 &&
    shown.seed === seed &&
    [{}, ...also].some((turned: Knobs) =>
      knobs.every(({ id }) => shown.knobs[id] === (turned[id] ?? own[id])),
    )
  );
}
