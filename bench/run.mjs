// The speed benchmark: `npm run bench`. See README.md beside this file.
//
//   node bench/run.mjs [--rounds 5] [--quick] [--check]
//                      [--case map,timed,single] [--library belay,p-map]

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cases, labels } from './libraries.mjs';
import {
  describe,
  environment,
  measure,
  median,
  quantile,
  save,
  table,
  versionOf,
} from './measuring.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    case: { type: 'string' },
    library: { type: 'string' },
  },
});

const rounds = Number(options.rounds ?? (options.quick ? 3 : 5));
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`--rounds: a whole number from 1 on, not ${options.rounds}`);
  process.exit(2);
}

const names = choose('--case', options.case, Object.keys(cases));
const known = new Set(Object.values(cases).flatMap(({ libraries }) => Object.keys(libraries)));
const wanted = choose('--library', options.library, [...known]);

function choose(option, text, all) {
  if (text === undefined) {
    return all;
  }
  const chosen = text.split(',');
  const stranger = chosen.find((word) => !all.includes(word));
  if (stranger !== undefined) {
    console.error(`${option} ${stranger} is not one of ${all.join(', ')}`);
    process.exit(2);
  }
  return chosen;
}

/** The peers, as package.json pins them. A missing or an older one is
 * installed from the lock file. */
function preparePeers() {
  const folder = fileURLToPath(new URL('./', import.meta.url));
  const { devDependencies } = JSON.parse(
    readFileSync(new URL('package.json', import.meta.url), 'utf8'),
  );
  const versions = () =>
    Object.fromEntries(
      Object.keys(devDependencies).map((name) => [
        name,
        versionOf(`node_modules/${name}/package.json`),
      ]),
    );
  const complete = (found) =>
    Object.entries(devDependencies).every(([name, version]) => found[name] === version);
  if (!complete(versions())) {
    console.log('Installing the peers into bench/node_modules (npm ci) ...');
    const words = ['ci', '--ignore-scripts', '--prefix', folder];
    const own = process.env.npm_execpath;
    const [command, first] = own ? [process.execPath, [own]] : ['npm', []];
    const { status } = spawnSync(command, [...first, ...words], {
      cwd: folder,
      stdio: 'inherit',
      shell: !own && process.platform === 'win32',
    });
    if (status !== 0 || !complete(versions())) {
      console.error('npm ci in bench/ has failed: the peers are not there.');
      process.exit(1);
    }
  }
  return versions();
}

function requireBuild() {
  const built = new URL('../bindings/js/core.generated.js', import.meta.url);
  if (!existsSync(built)) {
    console.error('Belay is not built: run `npm run build` first.');
    process.exit(1);
  }
}

/** All rounds of one case. Each round measures every library once, and each
 * begins with another one, so that no library always follows the same. */
async function measureCase(name) {
  const { libraries, items: full } = cases[name];
  const items = options.quick ? full / 10 : full;
  const keys = Object.keys(libraries).filter((key) => wanted.includes(key));
  const taken = Object.fromEntries(keys.map((key) => [key, []]));
  for (let round = 0; round < rounds; round++) {
    for (let step = 0; step < keys.length; step++) {
      const key = keys[(round + step) % keys.length];
      const text = `${name} ${key}: round ${round + 1} of ${rounds}`;
      if (process.stderr.isTTY) {
        process.stderr.write(`\r\x1b[K${text}`);
      }
      taken[key].push(await measure('case.mjs', [key, name, items]));
    }
  }
  if (process.stderr.isTTY) {
    process.stderr.write('\r\x1b[K');
  }
  return summarize(name, items, taken);
}

function summarize(name, items, taken) {
  const { title, base, targets } = cases[name];
  const rows = Object.entries(taken).map(([key, runs]) => {
    const ratios = (field) => taken[base]?.map((run, round) => runs[round][field] / run[field]);
    const over = ratios('ns');
    const overCpu = ratios('cpuNs');
    const column = (field) => median(runs.map((run) => run[field]));
    const target = over && targets[key];
    return {
      library: key,
      label: labels[name][key] ?? key,
      ratio: over && median(over),
      ratioLow: over && quantile(over, 0),
      ratioHigh: over && quantile(over, 1),
      ratioCpu: overCpu && median(overCpu),
      ns: column('ns'),
      cpuNs: column('cpuNs'),
      holdMs: column('holdMs'),
      rssMb: column('rssMb'),
      target,
      pass: target && median(over) >= target,
      runs,
    };
  });
  rows.sort((a, b) => a.ns - b.ns);
  return { case: name, title, items, base, rounds, rows };
}

const times = (value) => (value === undefined ? '' : `${value.toFixed(value < 10 ? 2 : 1)}x`);

function print({ title, items, rows }) {
  const count = items.toLocaleString('en-US');
  console.log(`\n### ${title}; ${count} items, median of ${rounds} rounds\n`);
  console.log(
    table(
      [
        'library',
        'time, Belay = 1',
        'least to most',
        'CPU, Belay = 1',
        'ns per item',
        'CPU ns per item',
        'longest hold, ms',
        'RSS + MB',
        'target',
      ],
      rows.map((row) => [
        row.label,
        times(row.ratio),
        row.ratio === undefined ? '' : `${times(row.ratioLow)} to ${times(row.ratioHigh)}`,
        times(row.ratioCpu),
        row.ns.toFixed(0),
        row.cpuNs.toFixed(0),
        row.holdMs.toFixed(0),
        row.rssMb.toFixed(0),
        row.target === undefined ? '' : `at least ${row.target}x: ${row.pass ? 'pass' : 'FAIL'}`,
      ]),
    ),
  );
}

const versions = preparePeers();
if (wanted.some((name) => name.startsWith('belay'))) {
  requireBuild();
}
const found = { ...environment(), peers: versions };
console.log(describe(found));
console.log(
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', '),
);

const results = [];
try {
  for (const name of names) {
    const result = await measureCase(name);
    results.push(result);
    print(result);
  }
} catch (error) {
  console.error(`\n${error.message}`);
  process.exit(1);
}

const isPart = options.case !== undefined || options.library !== undefined;
const file = `speed${options.quick ? '-quick' : ''}${isPart ? '-part' : ''}`;
console.log(`\nWritten to ${save(file, { ...found, rounds, cases: results })}`);

const judged = results.flatMap(({ rows }) => rows.filter((row) => row.target !== undefined));
const missed = judged.filter((row) => !row.pass);
console.log(`Targets: ${judged.length - missed.length} of ${judged.length} met.`);
if (options.quick) {
  console.log('A quick run is for a first look: too short to judge by.');
}
if (options.check && missed.length > 0) {
  process.exit(1);
}
