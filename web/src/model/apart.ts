/** The tasks of one owner, which share lanes in a run of many, on lanes of their own. */
import { LANES_MAX, type Lane, type Lanes } from './lanes.ts';
import type { Pid } from './trace.ts';

/** As many of them as there is room for, in the order in which they were spawned. */
export function apart({ drawn, hidden }: Lanes, owner: Pid | null): Lanes {
  const isIts = (lane: Lane | undefined): boolean =>
    lane !== undefined && lane.shared && lane.lines[0]?.under === owner;
  let room = LANES_MAX - drawn.filter((lane) => !isIts(lane)).length;
  let left = hidden;
  const lanes: Lane[] = [];
  for (let at = 0; at < drawn.length; ) {
    const lane = drawn[at] as Lane;
    let next = at + 1;
    if (isIts(lane)) {
      while (isIts(drawn[next])) {
        next += 1;
      }
      const lines = drawn
        .slice(at, next)
        .flatMap((one) => one.lines)
        .toSorted((a, b) => a.spawned - b.spawned);
      const shown = lines.slice(0, room);
      room -= shown.length;
      left += lines.length - shown.length;
      for (const line of shown) {
        lanes.push({ label: line.label, depth: lane.depth, lines: [line], shared: false });
      }
    } else {
      lanes.push(lane);
    }
    at = next;
  }
  return { drawn: lanes, hidden: left };
}
