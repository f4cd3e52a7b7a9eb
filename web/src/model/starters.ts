/**
 * Which part of a program began a line. What a lesson's texts mark with a region
 * is told by its rule; a line without such a part goes with who owns it.
 */
import { ruleOf, type RegionRule, type Regions } from './regions.ts';
import { isTask, type Line, type Trace } from './trace.ts';

/** The names, of those in the texts, of the regions that began it; none if it cannot be told. */
export function startersOf(
  trace: Trace,
  line: Line,
  names: readonly string[],
  rules: Regions = {},
): readonly string[] {
  let at: Line | undefined = line;
  while (at !== undefined) {
    const found = ownStarters(trace, at, names, rules);
    if (found.length > 0) {
      return found;
    }
    at = trace.lines.get(at.owner ?? at.under ?? '');
  }
  return [];
}

function ownStarters(trace: Trace, line: Line, names: readonly string[], rules: Regions) {
  if (!isTask(line) && line.kind !== 'promise') {
    return [];
  }
  const owner = trace.lines.get(line.owner ?? line.under ?? '');
  const isOfTask = owner !== undefined && isTask(owner);
  /* Of several rules of one kind, that with the longest label is about it; one about all
   * tasks is not about those that a task has begun, of whom its own part tells. */
  const closest = (when: RegionRule['when'], label: string): string[] => {
    const length = (name: string) => ruleOf(name, rules)?.label?.length ?? 0;
    const fitting = names.filter((name) => {
      const rule = ruleOf(name, rules);
      const about = rule?.label ?? '';
      return (
        rule?.when === when &&
        rule.beside !== true &&
        label.startsWith(about) &&
        (about !== '' || !isOfTask)
      );
    });
    const longest = Math.max(...fitting.map(length));
    return fitting.filter((name) => length(name) === longest);
  };
  const starts = closest('start', line.label);
  const stream = trace.streams.find(({ id }) => id === line.stream);
  /* Items are begun by their stream, and that where it is waited for. */
  const waits =
    starts.length > 0 || stream === undefined || trace.lines.get(stream.consumer)?.kind !== 'main'
      ? []
      : closest('wait', stream.label);
  return [...starts, ...waits, ...closest('body', line.label)];
}
