/** What an event is about, for whoever looks for some of them in the log. */
import { ofTypes, once, type TraceEvent } from './trace.ts';

export type EventKind = 'lives' | 'waits' | 'signals' | 'requests' | 'told';

/** In the order in which they are offered. */
export const kindWords: Readonly<Record<EventKind, string>> = {
  lives: 'starts and ends',
  waits: 'waits and streams',
  signals: 'signals and stops',
  requests: 'requests',
  told: 'printed and logged',
};

const kinds: Readonly<Record<TraceEvent['type'], EventKind>> = {
  began: 'lives',
  spawned: 'lives',
  started: 'lives',
  settled: 'lives',
  bodyReturned: 'lives',
  restarted: 'lives',
  refused: 'lives',
  promised: 'lives',
  kept: 'lives',
  returned: 'lives',
  threw: 'lives',
  waiting: 'waits',
  waited: 'waits',
  ignored: 'waits',
  streamOpened: 'waits',
  delivered: 'waits',
  streamClosed: 'waits',
  killed: 'signals',
  timedOut: 'signals',
  terminated: 'signals',
  linked: 'signals',
  signalled: 'signals',
  trapped: 'signals',
  changed: 'signals',
  stopped: 'signals',
  requested: 'requests',
  answered: 'requests',
  printed: 'told',
  logged: 'told',
  surfaced: 'told',
  unhandled: 'told',
};

export const kindOf = ({ type }: { readonly type: TraceEvent['type'] }): EventKind => kinds[type];

/** How many of each there are in a run, without those of which there are none. */
export const kindsIn = once((trace): ReadonlyMap<EventKind, number> => {
  const counts: Record<EventKind, number> = { lives: 0, waits: 0, signals: 0, requests: 0, told: 0 };
  for (const type of Object.keys(kinds) as TraceEvent['type'][]) {
    counts[kinds[type]] += trace.events.countOf?.(type) ?? ofTypes(trace, [type]).length;
  }
  const all = (Object.keys(kindWords) as EventKind[]).map((kind) => [kind, counts[kind]] as const);
  return new Map(all.filter(([, count]) => count > 0));
});
