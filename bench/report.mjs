// How figures are shown to people: numbers, Markdown tables, and the marked
// block of a document that a run replaces. Nothing here measures.

import { compare, judge, medians } from './figures.mjs';

/** Three figures that count, and no more. */
export function figure(value) {
  if (value === undefined || Number.isNaN(value)) {
    return '';
  }
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) {
    return Math.round(value).toLocaleString('en-US');
  }
  return value.toFixed(size >= 10 ? 1 : size >= 0.995 ? 2 : 3);
}

export const times = (value) => (value === undefined ? '' : `${figure(value)}x`);

/** A Markdown table; the first column to the left, the others to the right. */
export function table(head, rows) {
  const lines = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column].length), 3));
  const draw = (line) =>
    `| ${line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join(' | ')} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [draw(lines[0]), draw(rule), ...lines.slice(1).map(draw)].join('\n');
}

const range = (found) =>
  found === undefined ? '' : `${times(found.low)} to ${times(found.high)}`;

/** The rows of a measured case with their ratios and medians. */
export function summarize(result) {
  const { rows, taken, judged, floor, absolute } = result;
  const over = (key, other, name) =>
    other === undefined || absolute ? undefined : compare(taken[key], taken[other], name);
  return Object.keys(taken)
    .filter((key) => taken[key].length > 0)
    .map((key) => ({
      key,
      label: rows[key].label,
      kind: rows[key].kind,
      items: taken[key][0].items,
      overFloor: over(key, floor, judged),
      overFloorCpu: over(key, floor, 'cpuNs'),
      overBelay: over(key, 'belay', judged),
      overBelayCpu: over(key, 'belay', 'cpuNs'),
      figures: medians(taken[key]),
    }));
}

/** One case as a Markdown table. */
export function caseTable(result) {
  const summary = summarize(result);
  const { columns, floor } = result;
  // With --by cpu the first ratios are those already.
  const hasCpu =
    result.judged !== 'cpuNs' && summary.some((row) => row.overBelayCpu !== undefined);
  const hasBelay = summary.some((row) => row.overBelay !== undefined);
  const sizes = new Set(summary.map(({ items }) => items));
  const name = ({ label, items }) =>
    sizes.size === 1 ? label : `${label} (${items.toLocaleString('en-US')})`;
  const shown = columns.filter(([key]) => summary.some((row) => row.figures[key] !== undefined));
  const parts = [
    [['row'], (row) => [name(row)]],
    hasBelay && [
      ['Belay = 1', 'least to most'],
      (row) => [times(row.overBelay?.median), range(row.overBelay)],
    ],
    hasBelay && hasCpu && [['CPU, Belay = 1'], (row) => [times(row.overBelayCpu?.median)]],
    floor && [['floor = 1'], (row) => [times(row.overFloor?.median)]],
    floor && hasCpu && [['CPU, floor = 1'], (row) => [times(row.overFloorCpu?.median)]],
    [shown.map(([, head]) => head), (row) => shown.map(([key]) => figure(row.figures[key]))],
  ].filter(Boolean);
  const head = parts.flatMap(([words]) => words);
  return table(
    head,
    summary.map((row) => parts.flatMap(([, cells]) => cells(row))),
  );
}

/** What the targets of a case say, one line of a table each. */
export function targetLines(result) {
  return result.targets.flatMap((target) => {
    const found = judge(target, result);
    if (found === undefined) {
      return [];
    }
    const { rows, columns } = result;
    const label = (key) => rows[key].label;
    const unit = columns.find(([key]) => key === found.figure)?.[1] ?? found.figure;
    const what =
      found.over === undefined
        ? `${label(found.row)}: ${unit}${target.worst ? ', worst round' : ''}`
        : `${label(found.row)} over ${label(found.over)}`;
    const show = found.over === undefined ? figure : times;
    return [
      {
        number: result.number,
        case: result.key,
        what,
        wanted: `${found.kind} ${show(found.bound)}`,
        found: show(found.value),
        pass: found.pass,
      },
    ];
  });
}

export function targetTable(lines) {
  return table(
    ['target', 'case', '#', 'wanted', 'found', ''],
    lines.map((line) => [
      line.what,
      line.case,
      line.number ?? '',
      line.wanted,
      line.found,
      line.pass ? 'met' : 'MISSED',
    ]),
  );
}

const marks = (name) => [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];

/** `text` with what stands between the marks of `name` replaced. */
export function replaceBlock(text, name, content) {
  const [begin, end] = marks(name);
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) {
    throw new Error(`there is no block from "${begin}" to "${end}"`);
  }
  return `${text.slice(0, from + begin.length)}\n\n${content.trim()}\n\n${text.slice(to)}`;
}
