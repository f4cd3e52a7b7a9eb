/** What a program printed and threw, and when it was through. */
import { once, type TraceEvent } from './trace.ts';

export type OutputEvent = Extract<TraceEvent, { type: 'printed' | 'threw' | 'unhandled' }>;

export const outputOf = once((trace): readonly OutputEvent[] => trace.events.filter(isOutput));

/** When the program has given its result, whatever goes on after that. */
export const resultAt = once(
  (trace) => trace.events.findLast(({ type }) => type === 'returned')?.time ?? trace.until,
);

function isOutput(event: TraceEvent): event is OutputEvent {
  return event.type === 'printed' || event.type === 'threw' || event.type === 'unhandled';
}
