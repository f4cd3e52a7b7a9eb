// The guard against becoming slower: `npm run bench -- --quick --check` holds
// the ratios of a quick run against those in ratios.json, which
// `npm run bench -- --quick --store` writes.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { TOLERANCE, compare, compareStored, median } from './figures.mjs';
import { figure } from './report.mjs';

const file = new URL('ratios.json', import.meta.url);
const stored = () => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { ratios: {} });

const rounded = (value) => (value === undefined ? undefined : Number(value.toPrecision(4)));

/** What is kept of a case: for each guarded row its ratio to the floor, by the
 * clock and by the thread's own time; without a floor the figure itself. */
export function ratiosOf({ key, taken, floor, guarded = [], judged }) {
  const found = {};
  for (const row of guarded) {
    const runs = taken[row];
    if (!runs?.length) {
      continue;
    }
    const over = (name) =>
      floor === undefined
        ? name in runs[0]
          ? median(runs.map((run) => run[name]))
          : undefined
        : compare(runs, taken[floor], name)?.median;
    const clock = rounded(over(judged === 'cpuNs' ? 'ns' : judged));
    const cpu = rounded(over('cpuNs'));
    if (clock !== undefined) {
      found[`${key} ${row}`] = cpu === undefined ? { clock } : { clock, cpu };
    }
  }
  return found;
}

const all = (results) => Object.assign({}, ...results.map(ratiosOf));

/** Puts the ratios of a run into ratios.json; others that are there stay. */
export function storeRatios(results, { date, cpu, node }) {
  const ratios = { ...stored().ratios, ...all(results) };
  const content = { date: date.slice(0, 10), cpu, node, ratios };
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
  console.log('Stored in bench/ratios.json.');
}

const show = ({ clock, cpu }) =>
  cpu === undefined ? figure(clock) : `${figure(clock)} (CPU ${figure(cpu)})`;

/** Whether nothing has become slower by more than a quarter. What looks as if
 * it had is measured once more: a loss is one that is there both times. */
export async function checkStored(results, measureAgain) {
  const { ratios } = stored();
  const verdict = compareStored(ratios, all(results));
  const suspects = new Set(verdict.losses.map((loss) => loss.name));
  const losses = [];
  for (const name of new Set([...suspects].map((suspect) => suspect.split(' ')[0]))) {
    console.log(`\n${name} looks slower than what is stored; once more.`);
    const again = compareStored(ratios, ratiosOf(await measureAgain(name)));
    losses.push(...again.losses.filter((loss) => suspects.has(loss.name)));
  }
  console.log(`\nHeld against bench/ratios.json, ${Object.keys(ratios).length} ratios:`);
  for (const { name, stored: then, found } of verdict.gains) {
    console.log(`better  ${name}: ${show(found)}, was ${show(then)}; --quick --store keeps it`);
  }
  for (const { name, found } of verdict.fresh) {
    console.log(`new     ${name}: ${show(found)}; --quick --store keeps it`);
  }
  for (const { name, stored: then, found } of losses) {
    console.log(`SLOWER  ${name}: ${show(found)}, was ${show(then)}`);
  }
  const percent = Math.round((TOLERANCE - 1) * 100);
  console.log(
    losses.length === 0
      ? `No ratio is worse by more than ${percent} per cent.`
      : `${losses.length} of them worse by more than ${percent} per cent.`,
  );
  return losses.length === 0;
}
