// The benchmark: `npm run bench`. See README.md beside this file.
//
//   node bench/run.mjs [--case map-100,timed] [--row belay,loop] [--rounds 7]
//                      [--quick] [--check] [--store] [--by cpu] [--items N]
//                      [--markdown FILE] [--resume] [--sources]

import { parseArgs } from 'node:util';
import { cases } from './cases/all.mjs';
import { orderOf } from './figures.mjs';
import { checkStored, storeRatios } from './guard.mjs';
import { describe, environment, measure, pathOf, peerVersions, save } from './measuring.mjs';
import { chooseMeasured } from './package.mjs';
import { caseTable, summarize, targetLines, targetTable } from './report.mjs';
import { writeMarkdown } from './markdown.mjs';
import { takenBefore } from './resume.mjs';

const { values: options } = parseArgs({
  options: {
    case: { type: 'string' },
    row: { type: 'string' },
    rounds: { type: 'string' },
    items: { type: 'string' },
    by: { type: 'string', default: 'clock' },
    quick: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    store: { type: 'boolean', default: false },
    markdown: { type: 'string' },
    resume: { type: 'boolean', default: false },
    sources: { type: 'boolean', default: false },
  },
});

function refuse(sentence) {
  console.error(sentence);
  process.exit(2);
}

function whole(name, usual) {
  const value = Number(options[name] ?? usual);
  if (options[name] !== undefined && !(Number.isInteger(value) && value >= 1)) {
    refuse(`--${name}: a whole number from 1 on, not ${options[name]}`);
  }
  return value;
}

function choose(name, all) {
  const chosen = options[name]?.split(',') ?? all;
  const stranger = chosen.find((word) => !all.includes(word));
  if (stranger !== undefined) {
    refuse(`--${name} ${stranger} is not one of ${all.join(', ')}`);
  }
  return chosen;
}

if (!['clock', 'cpu'].includes(options.by)) {
  refuse(`--by: clock or cpu, not ${options.by}`);
}
if (options.store && !options.quick) {
  refuse('--store keeps the ratios of a quick run: add --quick');
}
if (options.sources && (options.check || options.store || options.markdown !== undefined)) {
  refuse('--sources is for a look: what is judged, stored or printed is the package, so without --check, --store and --markdown');
}
const rounds = whole('rounds', options.quick ? 5 : 7);
const items = whole('items', undefined);
const names = choose('case', Object.keys(cases));
const wanted = choose('row', [
  ...new Set(Object.values(cases).flatMap(({ rows }) => Object.keys(rows))),
]);
/** With --quick, only what is kept in ratios.json: peers do not change. */
const onlyGuarded = options.quick && options.row === undefined;

function rowsOf(one) {
  const kept = one.guarded?.length > 0 ? [one.floor, ...one.guarded] : [];
  return Object.keys(one.rows).filter(
    (key) => wanted.includes(key) && (!onlyGuarded || kept.includes(key)),
  );
}

function itemsOf(one, key) {
  const { items: own, quickItems } = one.rows[key];
  const quick = own === undefined ? one.quickItems : (quickItems ?? own / 10);
  return items || (options.quick ? (quick ?? one.items / 10) : (own ?? one.items));
}

const say = (text) => process.stderr.isTTY && process.stderr.write(`\r\x1b[K${text}`);

/** With --by cpu, what is judged by the clock is so by the processor's time. */
function judgedBy(one) {
  if (options.by === 'clock') {
    return one;
  }
  const cpu = { ns: 'cpuNs', addedNs: 'addedCpuNs' };
  const swap = (key) => (one.columns.some(([name]) => name === cpu[key]) ? cpu[key] : key);
  const targets = one.targets.map((target) =>
    target.figure === undefined ? target : { ...target, figure: swap(target.figure) },
  );
  return { ...one, judged: swap(one.judged), targets };
}

/** All rounds of one case, each of which measures every row once. */
async function measureCase(name) {
  const one = cases[name];
  const keys = rowsOf(one);
  const missing = one.missing?.() ?? null;
  if (before.has(name)) {
    return { ...judgedBy(one), key: name, taken: before.get(name), missing };
  }
  const taken = Object.fromEntries(keys.map((key) => [key, []]));
  if (!missing) {
    await one.prepare?.();
  }
  const turns = missing ? 0 : Math.min(rounds, one.roundsMax ?? rounds);
  for (let round = 0; round < turns; round++) {
    for (const key of orderOf(keys, round)) {
      say(`${name} ${key}: round ${round + 1}`);
      const words = [name, key, itemsOf(one, key), options.quick ? 300 : 1000];
      taken[key].push(await measure('case.mjs', words, { flags: one.flags }));
    }
  }
  say('');
  return { ...judgedBy(one), key: name, taken, missing };
}

function print(result) {
  console.log(`\n### ${result.key}: ${result.title}\n`);
  console.log(result.missing ?? caseTable(result));
}

try {
  chooseMeasured(options.sources ? 'sources' : 'package');
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
const found = { ...environment(), peers: peerVersions(), rounds, by: options.by };
const isPart = ['case', 'row', 'items'].some((name) => options[name] !== undefined);
const file = ['speed', options.quick && 'quick', isPart && 'part', options.sources && 'sources'].filter(Boolean).join('-');

/** What was taken of cases before this run was cut off. */
let before = new Map();
if (options.resume) {
  try {
    before = takenBefore(pathOf(`${file}.json`), found);
  } catch (error) {
    refuse(error.message);
  }
}
console.log(describe(found));

/** What is there so far: a run that is cut off has not been for nothing. */
function keep(results) {
  const content = {
    ...found,
    cases: results.map((result) => ({
      case: result.key,
      number: result.number,
      title: result.title,
      judged: result.judged,
      missing: result.missing,
      rows: summarize(result),
      targets: targetLines(result),
      runs: result.taken,
    })),
  };
  const lines = options.quick ? [] : results.flatMap(targetLines);
  return [
    save(`${file}.json`, JSON.stringify(content, null, 2)),
    ...writeMarkdown({ file, found, results, lines, into: options.markdown }),
  ];
}

/* A case that fails, say by a wrong result, does not take those after it along:
 * a run is long. The exit code tells, and nothing is stored or judged good. */
const results = [];
let kept = [];
let failed = 0;
for (const name of names.filter((one) => rowsOf(cases[one]).length > 0)) {
  try {
    const result = await measureCase(name);
    results.push(result);
    print(result);
    kept = keep(results);
  } catch (error) {
    failed++;
    console.error(`\n${error.message}`);
  }
}
console.log(kept.map((path) => `\nWritten to ${path}`).join(''));

const lines = options.quick ? [] : results.flatMap(targetLines);
if (lines.length > 0) {
  const met = lines.filter(({ pass }) => pass).length;
  console.log(`\n${targetTable(lines)}\n\nTargets: ${met} of ${lines.length} met.`);
}
if (options.store && failed === 0) {
  storeRatios(results, found);
}
if (options.check) {
  const good = options.quick
    ? await checkStored(results, measureCase)
    : lines.every(({ pass }) => pass);
  process.exitCode = good ? 0 : 1;
}
if (failed > 0) {
  console.error(`${failed} cases have failed.`);
  process.exitCode = 1;
}
