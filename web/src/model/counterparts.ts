/**
 * Who is who in two runs of one program: the same label under the same owner,
 * counted in the order in which they were spawned. Pids do not say so: where
 * two runs differ, a pid may be another task's.
 */
import type { Line, Pid } from './events.ts';
import type { Trace } from './trace.ts';

/** Of either run, and no more: far more than have a lane of their own. */
const LINES_MAX = 2000;

/** For each of the first lines of `trace` its counterpart in `other`, where there is one. */
export function counterpartsOf(trace: Trace, other: Trace): ReadonlyMap<Pid, Line> {
  const theirs = new Map<string, Line>();
  for (const [key, line] of keysOf(other)) {
    theirs.set(key, line);
  }
  const pairs = new Map<Pid, Line>();
  for (const [key, { pid }] of keysOf(trace)) {
    const line = theirs.get(key);
    if (line !== undefined) {
      pairs.set(pid, line);
    }
  }
  return pairs;
}

/** Each line with a name that tells it apart; owners come before whom they own. */
function* keysOf({ lines }: Trace): Generator<[string, Line]> {
  const keys = new Map<Pid | null, string>();
  const counts = new Map<string, number>();
  for (const line of lines.values()) {
    if (keys.size === LINES_MAX) {
      return;
    }
    const owner = keys.get(line.under) ?? '';
    /* A label that names no task but a pid says nothing of another run. */
    const label = line.label.replaceAll(/<\d+\.\d+>/g, '');
    const name = `${owner}/${line.kind}:${label}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const key = `${name}#${count}`;
    keys.set(line.pid, key);
    yield [key, line];
  }
}

/** Whether the two were seen to live and end otherwise. */
export function differ(line: Line, other: Line): boolean {
  const times = ({ spawned, started, end }: Line) =>
    [spawned, started, end?.time ?? null].map((time) => (time === null ? null : Math.floor(time)));
  return (
    line.end?.look !== other.end?.look || times(line).join() !== times(other).join()
  );
}
