/** What supervisors do in a run: whom they start again, and whom they refuse. */
import type { Line, Pid } from './events.ts';
import { looks } from './states.ts';
import { eventsOf, isAlive, once, timeOf, type Trace } from './trace.ts';

/** The times of each supervisor's restarts, rising. */
export const restartsOf = once((trace): ReadonlyMap<Pid, readonly number[]> => {
  const all = new Map<Pid, number[]>();
  for (const event of eventsOf(trace, 'restarted')) {
    const supervisor = trace.lines.get(event.pid)?.under ?? null;
    if (supervisor !== null) {
      const times = all.get(supervisor) ?? [];
      times.push(event.time);
      all.set(supervisor, times);
    }
  }
  return all;
});

/** What a supervisor has used of the restarts that it allows. */
export interface Budget {
  readonly used: number;
  readonly most: number;
  /** The window, in seconds. */
  readonly seconds: number;
  /** One more was needed: it has stopped its children and ended. */
  readonly spent: boolean;
}

/** Null for what is no supervisor, and for one that never needs a restart. */
export function budgetAt(trace: Trace, line: Line, t: number): Budget | null {
  const { maxRestarts: most, maxSeconds: seconds } = line.settings ?? {};
  const gaveUp = line.end?.look === looks.gaveUp;
  const times = restartsOf(trace).get(line.pid) ?? [];
  if (most === undefined || seconds === undefined || (times.length === 0 && !gaveUp)) {
    return null;
  }
  const spent = gaveUp && !isAlive(line, t) && t >= line.spawned;
  const now = spent ? (line.end?.time ?? t) : t;
  const used = times.filter((time) => time <= now && counts(time, now, seconds)).length;
  return { used, most, seconds, spent };
}

/** As OTP does: in whole seconds, cut and not rounded. */
function counts(time: number, now: number, seconds: number): boolean {
  const second = (position: number) => Math.floor(timeOf(position) / 1000);
  return second(time) + seconds >= second(now);
}

/** `2 of 3 restarts in 5 s`; `short` where there is little room. */
export function budgetText({ used, most, seconds, spent }: Budget, short = false): string {
  const what = short ? '' : ' restarts';
  return `${used} of ${most}${what} in ${seconds} s${spent ? ': gave up' : ''}`;
}

/** A limit that a supervisor sets to the number of its children. */
export interface Room {
  readonly supervisor: Pid;
  readonly limit: number;
  readonly from: number;
  readonly to: number | null;
}

export const roomsOf = once((trace): readonly Room[] =>
  [...trace.lines.values()].flatMap(({ pid, settings, spawned, end }) =>
    settings?.maxChildren == null
      ? []
      : [{ supervisor: pid, limit: settings.maxChildren, from: spawned, to: end?.time ?? null }],
  ),
);

/** Children that were refused in one ms. */
export interface Refusal {
  readonly time: number;
  readonly limit: number;
  readonly count: number;
}

export const refusalsOf = once((trace): readonly Refusal[] => {
  const all = new Map<string, Refusal>();
  for (const event of eventsOf(trace, 'refused')) {
    const time = timeOf(event.time);
    const limit = trace.lines.get(event.supervisor)?.settings?.maxChildren ?? 0;
    const key = `${time} ${limit}`;
    all.set(key, { time, limit, count: (all.get(key)?.count ?? 0) + 1 });
  }
  return [...all.values()];
});
