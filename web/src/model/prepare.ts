/**
 * What the views work out of a trace, worked out beforehand: of a large one in
 * many steps, between which the page can draw and listen.
 */
import { chartParts } from './charts.ts';
import { densityOf } from './density.ts';
import { hasLeft, hasPromises, isMarred, looksIn, sentenceOf, troublesOf } from './describe.ts';
import { extrasIn } from './extras.ts';
import { outlineSteps } from './flight.ts';
import { kindsIn } from './kinds.ts';
import { lanesOf } from './lanes.ts';
import { outputOf, resultAt } from './output.ts';
import { endOf, tasksOf, waitsOf } from './regions.ts';
import { refusalsOf, restartsOf, roomsOf } from './supervision.ts';
import { figuresOf } from './summary.ts';
import { spawnTies, tiesOf } from './ties.ts';
import { rowsOf, type Trace } from './trace.ts';

const works = [
  rowsOf,
  lanesOf,
  sentenceOf,
  looksIn,
  hasLeft,
  hasPromises,
  ...chartParts,
  outlineSteps,
  roomsOf,
  refusalsOf,
  restartsOf,
  spawnTies,
  tiesOf,
  extrasIn,
  isMarred,
  troublesOf,
  densityOf,
  kindsIn,
  outputOf,
  resultAt,
  tasksOf,
  endOf,
  waitsOf,
];

/** `pause` lets others have their turn. The figures of both are wanted when one is `pinned`. */
export async function prepare(
  trace: Trace,
  pause: () => Promise<void>,
  pinned: Trace | null = null,
): Promise<void> {
  for (const work of works) {
    await pause();
    work(trace);
  }
  for (const one of pinned === null ? [] : [pinned, trace]) {
    await pause();
    figuresOf(one);
  }
  await pause();
}
