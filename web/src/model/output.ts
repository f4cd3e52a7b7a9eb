/** What a program printed and threw, and when it was through. */
import { eventsOf, once, type TraceEvent } from './trace.ts';

export type OutputEvent = Extract<TraceEvent, { type: 'printed' | 'threw' | 'unhandled' }>;

export const outputOf = once((trace): readonly OutputEvent[] =>
  eventsOf(trace, 'printed', 'threw', 'unhandled'),
);

/** When the program has given its result, whatever goes on after that. */
export const resultAt = once(
  (trace) => eventsOf(trace, 'returned').at(-1)?.time ?? trace.until,
);
