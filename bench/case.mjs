// One measurement in a process of its own:
//
//   node --expose-gc bench/case.mjs <case> <row> [items] [warm-up ms] [--sources]
//
// By hand it has the package bundled if need be; what a run starts finds it there.
// Prints one line of JSON, a figure for each name. A row that only says what
// to `run` is timed here, once compilers are done and the garbage of the
// warm-up is collected; one that can `measure` does all of that itself.

import { parseArgs } from 'node:util';
import { medians } from './figures.mjs';
import { threadTime } from './measuring.mjs';
import { chooseMeasured, measured } from './package.mjs';
import { cases } from './cases/all.mjs';

const { values: options, positionals } = parseArgs({ allowPositionals: true, options: { sources: { type: 'boolean' } } });
const [name, row, count, warmUp = '1000'] = positionals;
const chosen = cases[name];
const entry = chosen?.rows[row];
if (entry === undefined) {
  console.error('usage: node --expose-gc case.mjs <case> <row> [items] [warm-up ms] [--sources]');
  for (const [key, { rows }] of Object.entries(cases)) {
    console.error(`  ${key}: ${Object.keys(rows).join(', ')}`);
  }
  process.exit(2);
}
if (options.sources || measured() === undefined) chooseMeasured(options.sources ? 'sources' : 'package');
const size = Number(count ?? entry.items ?? chosen.items);

/** Every result in its place; an order of its own is checked by the sum. */
function check(results, ordered) {
  if (results.length !== size) {
    throw new Error(`${results.length} results for ${size} items`);
  }
  let sum = 0;
  for (let index = 0; index < results.length; index++) {
    if (ordered && results[index] !== index) {
      throw new Error(`result ${index} is ${String(results[index])}`);
    }
    sum += results[index];
  }
  if (sum !== (size * (size - 1)) / 2) {
    throw new Error(`the results add up to ${sum}`);
  }
}

/** Engines compile what is used often, and WebAssembly twice; until that is
 * done a run measures the compiler. So each library works for a while first,
 * whole runs at a time. Of cases whose run is short several are measured. */
async function time({ run, values = (results) => results, ordered = true }) {
  const items = Array.from({ length: size }, (_, index) => index);
  const began = performance.now();
  do {
    check(values(await run(items)), ordered);
  } while (performance.now() - began < Number(warmUp));
  const found = [];
  for (let done = 0; done < (chosen.runs ?? 1); done++) {
    found.push(await timeOnce({ run, items, values, ordered }));
  }
  return medians(found);
}

/** One run, without the garbage of those before it. */
async function timeOnce({ run, items, values, ordered }) {
  globalThis.gc();
  await new Promise((resolve) => setTimeout(resolve, 10));

  const rssBefore = process.memoryUsage.rss();
  const cpuBefore = threadTime();
  const before = performance.now();
  const results = await run(items);
  const elapsed = performance.now() - before;
  const rss = process.memoryUsage.rss() - rssBefore;
  // The thread's own time is exact only after it has slept.
  await new Promise((resolve) => setTimeout(resolve, 2));
  const cpu = threadTime() - cpuBefore;
  check(values(results), ordered);
  return {
    ns: (elapsed * 1e6) / size,
    cpuNs: (cpu * 1e6) / size,
    rssMb: rss / 2 ** 20,
  };
}

const loaded = await entry.load();
const figures = await (loaded.measure?.(size, Number(warmUp)) ?? time(loaded));
console.log(JSON.stringify({ items: size, ...figures }));
// A host timer or a thread that a peer has left behind must not keep us.
process.exit(0);
