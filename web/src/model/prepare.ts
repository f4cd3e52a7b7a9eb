/**
 * What the views work out of a trace, worked out beforehand: of a large one in
 * many steps, between which the page can draw and listen.
 */
import { chartParts } from './charts.ts';
import { hasLeft, hasPromises, looksIn, sentenceOf } from './describe.ts';
import { extrasIn } from './extras.ts';
import { outlineSteps } from './flight.ts';
import { lanesOf } from './lanes.ts';
import { outputOf, resultAt } from './output.ts';
import { endOf, tasksOf, waitsOf } from './regions.ts';
import { refusalsOf, restartsOf, roomsOf } from './supervision.ts';
import { spawnTies, tiesOf } from './ties.ts';
import { rowsOf, type Trace } from './trace.ts';

const LARGE = 10_000; // events

/** Whether it is worth to do so. */
export const isLarge = (trace: Trace): boolean => trace.events.length > LARGE;

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
  outputOf,
  resultAt,
  tasksOf,
  endOf,
  waitsOf,
];

/** `pause` lets others have their turn. */
export async function prepare(trace: Trace, pause: () => Promise<void>): Promise<void> {
  for (const work of works) {
    await pause();
    work(trace);
  }
  await pause();
}
