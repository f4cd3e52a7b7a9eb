/**
 * The events of a run as they are sent with a lesson: by columns, and without
 * what is known from an earlier event about the same process or path. Written
 * out, most of a lesson's bytes were the same few words in every event.
 */
import type { TraceEvent } from './events.ts';

/** `reading` gives the very events that `written` was given. */
export interface Written {
  /** Names of fields in their order, one text for each set of them; `=` is put before those that are known. */
  readonly shapes: readonly string[];
  /** The shape of each event. */
  readonly order: readonly number[];
  /** By field the values that are not known, in order; of one named `+x` the whole numbers by how much they grow. */
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
}

type Fields = Record<string, unknown>;

/** Whom or what an event is about: what is known is known of that. */
const subjectOf = ({ pid, path }: Fields): unknown => pid ?? path;

/** The names in the order in which they are read: whom it is about comes before what is known. */
const inOrder = (names: readonly string[]): readonly string[] =>
  ['pid', 'path', ...names].filter((name, at, all) => all.indexOf(name) === at && names.includes(name));

/* Of these each event has its own. */
const own: ReadonlySet<string> = new Set(['pid', 'path', 'time']);

/** Takes what JSON can say. */
export function written(events: readonly TraceEvent[]): Written {
  const shapes = new Map<string, number>();
  const known = new Map<unknown, Fields>();
  const columns: Record<string, unknown[]> = {};
  const order = events.map((event) => {
    const fields = event as unknown as Fields;
    const about = known.get(subjectOf(fields)) ?? {};
    const isKnown = (name: string) =>
      !own.has(name) && Object.hasOwn(about, name) && same(about[name], fields[name]);
    for (const name of inOrder(Object.keys(fields))) {
      if (!isKnown(name)) {
        (columns[name] ??= []).push(fields[name]);
      }
    }
    const shape = Object.keys(fields).map((name) => (isKnown(name) ? `=${name}` : name)).join(' ');
    known.set(subjectOf(fields), { ...about, ...fields });
    shapes.set(shape, shapes.get(shape) ?? shapes.size);
    return shapes.get(shape) as number;
  });
  return {
    shapes: [...shapes.keys()],
    order,
    columns: Object.fromEntries(Object.entries(columns).map(grown)),
  };
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

function grown([name, values]: [string, readonly unknown[]]): [string, readonly unknown[]] {
  return values.every((value) => Number.isSafeInteger(value))
    ? [`+${name}`, values.map((value, at) => (value as number) - ((values[at - 1] as number) ?? 0))]
    : [name, values];
}

export function reading({ shapes, order, columns }: Written): readonly TraceEvent[] {
  const known = new Map<unknown, Fields>();
  const next = new Map<string, () => unknown>();
  for (const [name, values] of Object.entries(columns)) {
    const grows = name.startsWith('+');
    let at = 0;
    let sum = 0;
    next.set(grows ? name.slice(1) : name, () =>
      grows ? (sum += values[at++] as number) : values[at++],
    );
  }
  return order.map((shape) => {
    const names = (shapes[shape] as string).split(' ');
    const fields: Fields = Object.fromEntries(names.map((name) => [name.replace('=', ''), null]));
    for (const name of inOrder(Object.keys(fields))) {
      if (names.includes(name)) {
        fields[name] = next.get(name)?.();
      } else {
        fields[name] = known.get(subjectOf(fields))?.[name];
      }
    }
    known.set(subjectOf(fields), { ...known.get(subjectOf(fields)), ...fields });
    return fields as unknown as TraceEvent;
  });
}
