/**
 * What the views work out of a trace, worked out beforehand: of a large one in
 * many steps, between which the page can draw and listen.
 */
import { chartParts } from './charts.ts';
import { hasLeft, looksIn, sentenceOf } from './describe.ts';
import { lanesOf } from './lanes.ts';
import { outputOf, resultAt } from './output.ts';
import { refusalsOf, roomsOf } from './supervision.ts';
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
  ...chartParts,
  roomsOf,
  refusalsOf,
  outputOf,
  resultAt,
];

/** `pause` lets others have their turn. */
export async function prepare(trace: Trace, pause: () => Promise<void>): Promise<void> {
  for (const work of works) {
    await pause();
    work(trace);
  }
  await pause();
}
