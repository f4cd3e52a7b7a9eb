// One measurement in a process of its own:
//
//   node --expose-gc case.mjs <library> <case> [items]
//
// Prints one line of JSON. Some of the work is run once beforehand, so that
// the measured run is of compiled code; then the garbage is collected, so
// that no run pays for what came before it.

import { threadTime } from './measuring.mjs';
import { cases } from './libraries.mjs';

const [library, name, count] = process.argv.slice(2);
const chosen = cases[name];
const load = chosen?.libraries[library];
if (load === undefined) {
  console.error('usage: node --expose-gc case.mjs <library> <case> [items]');
  for (const [key, { libraries }] of Object.entries(cases)) {
    console.error(`  ${key}: ${Object.keys(libraries).join(', ')}`);
  }
  process.exit(2);
}

const items = Array.from({ length: Number(count ?? chosen.items) }, (_, i) => i);

/** Every result in its place; an order of its own is checked by the sum. */
function check(results) {
  const ordered = library !== 'belay-unordered';
  if (results.length !== items.length) {
    throw new Error(`${results.length} results for ${items.length} items`);
  }
  let sum = 0;
  for (let index = 0; index < results.length; index++) {
    if (ordered && results[index] !== index) {
      throw new Error(`result ${index} is ${String(results[index])}`);
    }
    sum += results[index];
  }
  if (sum !== (items.length * (items.length - 1)) / 2) {
    throw new Error(`the results add up to ${sum}`);
  }
}

/** The longest time between two turns of the event loop, the run's ends
 * included: a timer that is never late costs the run nothing. */
function watchLoop() {
  let last = performance.now();
  let longest = 0;
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(look, 1);
  return () => {
    clearInterval(timer);
    look();
    return longest;
  };
}

const { run, values = (results) => results } = await load();
/* Engines compile what is used often, and WebAssembly twice; until that is
 * done a run measures the compiler. So each library works for a second first,
 * whole runs at a time. */
const WARM_UP_MS = 1000;

const began = performance.now();
do {
  await run(items);
} while (performance.now() - began < WARM_UP_MS);
globalThis.gc?.();
await new Promise((resolve) => setTimeout(resolve, 10));

const rssBefore = process.memoryUsage.rss();
const stopWatching = watchLoop();
const cpuBefore = threadTime();
const before = performance.now();
const results = await run(items);
const elapsed = performance.now() - before;
const hold = stopWatching();
const rss = process.memoryUsage.rss() - rssBefore;
await new Promise((resolve) => setTimeout(resolve, 2));
const cpu = threadTime() - cpuBefore;
check(values(results));

console.log(
  JSON.stringify({
    library,
    case: name,
    items: items.length,
    ns: (elapsed * 1e6) / items.length,
    cpuNs: (cpu * 1e6) / items.length,
    holdMs: hold,
    rssMb: rss / 2 ** 20,
  }),
);
