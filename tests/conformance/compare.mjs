/** Holds two outcomes against each other, and shows where they differ. */
import { byText, canonical } from './normal.mjs';

/** What is the same in both, however it is written. */
function normalRow(row) {
  const [tick, who, op, target, result] = row;
  switch (op) {
    case 'inbox': // atoms and texts, which sort apart in Elixir, look alike
      return [tick, who, op, target, [...result].sort((a, b) => byText(JSON.stringify(a), JSON.stringify(b)))];
    case 'links':
    case 'ancestors': // a stream's helper, which Belay does without
      return [tick, who, op, target, result.filter((name) => name !== '?')];
    default:
      return row;
  }
}

const linesOf = ({ procs, trace }) => ({
  procs: procs.map((row) => JSON.stringify(canonical(row))),
  trace: trace.map((row) => JSON.stringify(canonical(normalRow(row)))),
});

/** Why an outcome of Elixir cannot be compared, or null. */
export function leftOut(outcome) {
  return ['late', 'unsupported', 'invalid', 'collide'].find((name) => name in outcome) ?? null;
}

/**
 * The first difference as lines of text; null when there is none.
 *
 * @param want the outcome of Elixir
 * @param got the outcome of Belay
 */
export function difference(want, got) {
  const expected = linesOf(want);
  const actual = linesOf(got);
  const lines = ['procs', 'trace'].flatMap((part) => differing(part, expected[part], actual[part]));
  if (got.invalid !== undefined) lines.push(`invalid: ${got.invalid}`);
  for (const each of got.leak ?? []) lines.push(`leak: ${each}`);
  if (got.failure !== undefined) lines.push(`failure: ${got.failure}`);
  return lines.length === 0 ? null : lines;
}

const ROWS_SHOWN = 6;

/** Rows that only one of the two has, in order, the first few. */
function differing(part, expected, actual) {
  const missing = without(expected, actual).map((row) => `${part} - ${row}`);
  const added = without(actual, expected).map((row) => `${part} + ${row}`);
  if (missing.length + added.length > 0) return [...missing.slice(0, ROWS_SHOWN), ...added.slice(0, ROWS_SHOWN)];
  const at = expected.findIndex((row, index) => row !== actual[index]);
  return at < 0 ? [] : [`${part}: order from row ${at + 1} on`, `${part} - ${expected[at]}`, `${part} + ${actual[at]}`];
}

/** The elements of `rows` that are not in `others`, each counted. */
function without(rows, others) {
  const counts = new Map();
  for (const row of others) counts.set(row, (counts.get(row) ?? 0) + 1);
  return rows.filter((row) => {
    const count = counts.get(row) ?? 0;
    counts.set(row, count - 1);
    return count <= 0;
  });
}
