/**
 * What processes wait for that can be held up: requests and sleeps. It is told
 * beside the events of a run, for it changes nothing of what the log says.
 */
import type { Pending } from './changes.ts';
import type { Pid } from './events.ts';
import { countAt, timeOf, type Trace } from './trace.ts';

/** A moment between two events: a whole ms, and how many events of it have happened. */
export interface Place {
  readonly at: number;
  readonly after: number;
}

export interface Wait {
  /** Who waits; null for a request of which nobody knows who made it. */
  readonly pid: Pid | null;
  readonly on: Pending;
  readonly from: Place;
  /** Null while it is not over when the run is. */
  readonly to: Place | null;
  /** It never ends by itself. */
  readonly hangs: boolean;
}

/** Where a position lies. */
export function placeOf(trace: Trace, t: number): Place {
  const at = timeOf(t);
  const count = countAt(trace, t);
  let after = 0;
  while (after < count && timeOf(trace.events.at(count - 1 - after)?.time ?? -1) === at) {
    after += 1;
  }
  return { at, after };
}

const isBefore = (a: Place, b: Place): boolean =>
  a.at < b.at || (a.at === b.at && a.after < b.after);

/** Those that have begun at that place, are not over, and can still be held up. */
export function pendingAt(waits: readonly Wait[], place: Place): readonly Wait[] {
  return waits.filter(({ on, from, to }) => {
    /* The ms in which a sleep ends has come for all of it. */
    const isOver = to !== null && (on.what === 'sleep' ? place.at >= to.at : !isBefore(place, to));
    return !isBefore(place, from) && !isOver;
  });
}
