/**
 * What ties processes together, as the lanes draw it: who is linked to whom or
 * watches whom, and the signals that went between them.
 *
 * Ties that the drawing shows by itself are left out: a line that stands under
 * its owner belongs to it.
 */
import type { Line, Pid } from './events.ts';
import { looks } from './states.ts';
import { eventsOf, isTask, once, timeOf, type Trace } from './trace.ts';

/**
 * link     the end of one ends the other
 * monitor  the owner only hears of the end
 * ask      a request to stop: a shutdown
 * exit     an end went along a link
 * kill     an end that nobody can refuse
 * reply    a task's value ends the wait of its owner; of one that was there before there is none
 */
export type TieKind = 'link' | 'monitor' | 'ask' | 'exit' | 'kill' | 'reply';

export interface Tie {
  readonly kind: TieKind;
  readonly time: number;
  readonly from: Pid;
  readonly to: Pid;
}

/** More lines than these share their lanes, and have no room for ties. */
const LINES_MAX = 60;

export const tiesOf = once((trace): readonly Tie[] => {
  if (trace.lines.size > LINES_MAX) {
    return [];
  }
  const ties: Tie[] = [];
  const add = (kind: TieKind, time: number, from: Pid | null, to: Pid) => {
    if (from !== null && from !== to && trace.lines.has(from)) {
      ties.push({ kind, time, from, to });
    }
  };
  ties.push(...spawnTies(trace), ...linksOf(trace), ...repliesOf(trace));
  const kills = killsOf(trace);
  for (const line of trace.lines.values()) {
    const kill = line.end?.look === looks.linked ? undefined : kills.get(line.pid);
    if (kill !== undefined) {
      add('kill', kill.time, kill.by ?? line.asked?.by ?? line.owner ?? line.under, line.pid);
    }
    /* What ends in the moment in which it is asked shows that by its own mark. */
    if (line.asked !== null && (lasts(line) || (isTask(line) && kill === undefined))) {
      add('ask', line.asked.time, line.asked.by, line.pid);
    }
    if (line.end?.look === looks.linked) {
      add('exit', line.end.time, causeOf(trace, line), line.pid);
    }
  }
  return ties;
});

/** More of them than these would be a curtain in front of the lanes. */
const MOMENTS_MAX = 4;

/** Who owns whom from its beginning on, where the lanes do not show it by their order. */
export const spawnTies = once((trace): readonly Tie[] => {
  if (trace.lines.size > LINES_MAX) {
    return [];
  }
  const ties = [...trace.lines.values()].flatMap((line): Tie[] => {
    const { owner, under, linked, spawned, pid } = line;
    return owner === null || owner === under || !trace.lines.has(owner)
      ? []
      : [{ kind: linked ? 'link' : 'monitor', time: spawned, from: owner, to: pid }];
  });
  const moments = new Set(ties.map(({ time }) => timeOf(time)));
  return moments.size > MOMENTS_MAX ? [] : ties;
});

/** Links that were made between processes that were there already. */
const linksOf = once((trace): readonly Tie[] =>
  eventsOf(trace, 'linked').flatMap((event): Tie[] =>
    trace.lines.has(event.pid) && trace.lines.has(event.other)
      ? [{ kind: 'link', time: event.time, from: event.pid, to: event.other }]
      : [],
  ),
);

/** More of them than these would be a curtain, too. */
const REPLIES_MAX = 12;

function repliesOf(trace: Trace): readonly Tie[] {
  const ties = [...trace.lines.values()].flatMap(({ kind, owner, delivered, pid }): Tie[] =>
    kind === 'task' && owner !== null && delivered !== null && trace.lines.has(owner)
      ? [{ kind: 'reply', time: delivered, from: pid, to: owner }]
      : [],
  );
  return ties.length > REPLIES_MAX ? [] : ties;
}

/** Whether it went on for a while after it had been asked to stop. */
export function lasts({ asked, end }: Line): boolean {
  return asked !== null && end !== null && timeOf(end.time) > timeOf(asked.time);
}

interface Kill {
  readonly time: number;
  /** Who sent it; null when that is the one who asked before, or the owner. */
  readonly by: Pid | null;
}

function killsOf(trace: Trace): ReadonlyMap<Pid, Kill> {
  const senders = new Map<Pid, Pid>();
  const kills = new Map<Pid, Kill>();
  for (const event of eventsOf(trace, 'signalled', 'killed')) {
    if (event.type === 'signalled') {
      if (event.reason.word === 'kill') {
        senders.set(event.pid, event.from);
      }
    } else {
      kills.set(event.pid, { time: event.time, by: senders.get(event.pid) ?? null });
    }
  }
  return kills;
}

/** Whose end reached `line` by a link: the last of its own that ended before it, in the same ms. */
function causeOf(trace: Trace, line: Line): Pid | null {
  const end = line.end?.time ?? 0;
  let cause: Line | null = null;
  for (const other of trace.lines.values()) {
    const linked =
      (line.linked && other.pid === line.owner) ||
      (other.linked && other.owner === line.pid) ||
      other.pid === line.under ||
      linksOf(trace).some(
        ({ from, to }) =>
          (from === other.pid && to === line.pid) || (to === other.pid && from === line.pid),
      );
    const time = other.end?.time ?? Number.POSITIVE_INFINITY;
    if (linked && time < end && timeOf(time) === timeOf(end) && time > (cause?.end?.time ?? -1)) {
      cause = other;
    }
  }
  return cause?.pid ?? null;
}
