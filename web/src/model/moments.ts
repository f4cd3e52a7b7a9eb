/**
 * When the rows of a result came to be. A program gives values and tells nothing
 * of where it has them from: a list belongs to the parts of a stream, or to the tasks
 * of one owner, when it is as long as that, ends as those ended, and no other does,
 * or when it has the name of one. A list that a program has put in another order
 * looks like one that it has not: no lesson does so, and edited code is not asked.
 */
import { looks } from './states.ts';
import { eventsOf, isTask, once, type Line, type Trace } from './trace.ts';

export interface Moment {
  readonly time: number;
  /** `page 2 timed out`. */
  readonly what: string;
}

interface Part {
  readonly line: Line;
  readonly ok: boolean;
}

interface Sequence {
  readonly names: readonly (string | undefined)[];
  readonly parts: readonly Part[];
}

/** Streams, in the order in which they handed over; and of each owner its tasks and promises. */
const sequencesOf = once((trace): readonly Sequence[] => {
  const { lines, streams } = trace;
  const handed = new Map<number, Part[]>(streams.map(({ id }) => [id, []]));
  for (const event of eventsOf(trace, 'delivered')) {
    const line = lines.get(event.pid);
    if (line !== undefined) {
      handed.get(event.stream)?.push({ line, ok: event.status === 'fulfilled' });
    }
  }
  const owned = new Map<string, Part[]>();
  for (const line of lines.values()) {
    const owner = line.owner ?? line.under;
    if (owner !== null && line.stream === null && (isTask(line) || line.kind === 'promise')) {
      const part = { line, ok: isValue(line) };
      owned.set(owner, [...(owned.get(owner) ?? []), part]);
    }
  }
  return [
    ...streams.map(({ id, label, consumer }) => ({
      names: [label, lines.get(consumer)?.label],
      parts: handed.get(id) ?? [],
    })),
    ...[...owned].map(([owner, parts]) => ({ names: [lines.get(owner)?.label], parts })),
  ];
});

/** It brought a value, of which an error is one. */
const isValue = ({ end }: Line): boolean => end?.look === looks.ok || end?.look === looks.error;

const SETTLED = /^\{\s*status: '(fulfilled|rejected)'/;

/** The moment of each of a list's `cells`, as they are written; null where there is none. */
export function momentsOf(
  trace: Trace,
  cells: readonly string[],
  name = '',
): readonly (Moment | null)[] {
  const ends = cells.map((cell) => SETTLED.exec(cell)?.[1]);
  const settled = ends.every((end) => end !== undefined);
  const fitting = sequencesOf(trace).filter(
    ({ parts }) =>
      parts.length === cells.length &&
      parts.every(({ ok }, at) => !settled || ok === (ends[at] === 'fulfilled')),
  );
  const named = fitting.filter(({ names }) => names.includes(name));
  const [found, ...others] = named.length > 0 ? named : settled ? fitting : [];
  return cells.map((_, at) => {
    const line = others.length > 0 ? undefined : found?.parts[at]?.line;
    return line?.end == null
      ? null
      : { time: line.end.time, what: `${line.label} ${line.end.look.word}` };
  });
}
