/**
 * Which part of a program is at work at a position. The texts of a lesson
 * mark the same regions in all languages; what a region stands for is told
 * by its rule, so that one picture lights up three texts.
 */
import { eventsOf, isAlive, isTask, once, timeOf, type Trace } from './trace.ts';

export interface RegionRule {
  /**
   * start  a task was spawned in this very ms, or a watched promise made
   * body   a task runs, or a watched promise is pending
   * wait   main waits for tasks, or iterates a stream
   * end    main has returned or thrown
   */
  readonly when: 'start' | 'body' | 'wait' | 'end';
  /** Only tasks whose label begins so; those of a stream have its label. */
  readonly label?: string;
  /** Set when it is at work as they begin, and is not what began them. */
  readonly beside?: boolean;
}

export type Regions = Readonly<Record<string, RegionRule>>;

/** The rules of the names that need no telling. */
const usual: Regions = {
  start: { when: 'start' },
  body: { when: 'body' },
  wait: { when: 'wait' },
  end: { when: 'end' },
};

export const ruleOf = (name: string, rules: Regions): RegionRule | undefined =>
  rules[name] ?? usual[name];

/** The names, of those in the texts, whose region is at work at `t`. */
export function activeRegions(
  trace: Trace,
  t: number,
  names: readonly string[],
  rules: Regions = {},
): readonly string[] {
  return names.filter((name) => {
    const rule = ruleOf(name, rules);
    return rule !== undefined && isActive(trace, t, rule);
  });
}

function isActive(trace: Trace, t: number, { when, label = '' }: RegionRule): boolean {
  switch (when) {
    case 'start':
      return tasksOf(trace).some(
        (line) =>
          line.spawned <= t && timeOf(line.spawned) === timeOf(t) && line.label.startsWith(label),
      );
    case 'body':
      return tasksOf(trace).some((line) => isAlive(line, t) && line.label.startsWith(label));
    case 'wait':
      return waitsOf(trace).some(
        ({ from, to, about }) => from <= t && t < to && about.startsWith(label),
      );
    case 'end':
      return endOf(trace) <= t;
  }
}

export const tasksOf = once((trace) =>
  [...trace.lines.values()].filter((line) => isTask(line) || line.kind === 'promise'),
);

/** When main has returned; never, if it has not. */
export const endOf = once(
  (trace) => eventsOf(trace, 'returned', 'threw')[0]?.time ?? Number.POSITIVE_INFINITY,
);

interface Wait {
  readonly from: number;
  readonly to: number;
  /** The label of what is waited for. */
  readonly about: string;
}

/** Main's waits for tasks, and the streams it iterates. */
export const waitsOf = once((trace): readonly Wait[] => {
  const main = [...trace.lines.values()].find(({ kind }) => kind === 'main')?.pid;
  const waits: Wait[] = trace.streams
    .filter(({ consumer }) => consumer === main)
    .map(({ from, to, label }) => ({ from, to: to ?? trace.until, about: label }));
  const open = new Map<string, { from: number; about: string }>();
  for (const event of eventsOf(trace, 'waiting', 'waited')) {
    if (event.pid !== main) {
      continue;
    }
    const key = `${event.what} ${event.for}`;
    if (event.type === 'waiting') {
      const about = event.for === null ? '' : (trace.lines.get(event.for)?.label ?? '');
      open.set(key, { from: event.time, about });
    } else {
      const begun = open.get(key);
      open.delete(key);
      if (begun !== undefined) {
        waits.push({ ...begun, to: event.time });
      }
    }
  }
  for (const begun of open.values()) {
    waits.push({ ...begun, to: Number.POSITIVE_INFINITY });
  }
  return waits;
});
