// The benchmark of memory that must not grow: `npm run bench:memory`.
// See README.md beside this file.
//
//   node bench/memory.mjs [--quick] [--check]

import { parseArgs } from 'node:util';
import { describe, environment, measure, save } from './measuring.mjs';
import { chooseMeasured } from './package.mjs';
import { table } from './report.mjs';

const KERNEL_BYTES = 256;
/* What the engine's own bookkeeping may move the heap by, whatever the count:
 * a quarter of a byte per task over a million tasks, where a leak of one small
 * object for each would be 16 and more. */
const GROWTH = 250_000;
const LEFT = 100_000;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  },
});

chooseMeasured('package');

/** How a figure grows with the number of tasks: least squares, per task. */
function slope(samples, field) {
  const mean = (of) => samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const x = mean(({ taken }) => taken);
  const y = mean((sample) => sample[field]);
  let above = 0;
  let below = 0;
  for (const sample of samples) {
    above += (sample.taken - x) * (sample[field] - y);
    below += (sample.taken - x) ** 2;
  }
  return above / below;
}

const rows = [];

function row(what, value, unit, target) {
  const digits = Math.abs(value) < 10 && !Number.isInteger(value) ? 3 : 0;
  const pass = target === undefined ? undefined : value <= target;
  rows.push({ what, value, unit, target, pass, text: value.toFixed(digits) });
}

async function measureStream() {
  const count = options.quick ? 200_000 : 1_000_000;
  const found = await measure('memory-case.mjs', ['heap', count]);
  const title = `(i) ${count.toLocaleString('en-US')} tasks through a stream`;
  const first = found.samples[0];
  const last = found.samples.at(-1);
  row(`${title}: JS heap, first sample`, first.heapUsed / 1024, 'KB');
  row(`${title}: JS heap, last sample`, last.heapUsed / 1024, 'KB');
  row(
    `${title}: JS heap grows by`,
    slope(found.samples, 'heapUsed'),
    'bytes per task',
    GROWTH / count,
  );
  row(`${title}: kernel grows by`, slope(found.samples, 'kernelBytes'), 'bytes per task', 0);
  row(`${title}: kernel in all`, last.kernelBytes / 1024, 'KB');
  return found;
}

async function measureAlive(shape, name) {
  const count = options.quick ? 20_000 : 100_000;
  const found = await measure('memory-case.mjs', [shape, count]);
  const { before, during, afterFirst, afterSecond, left } = found;
  const each = (field, from, to) => (to[field] - from[field]) / count;
  const unit = 'bytes per task';

  const title = `(ii) ${count.toLocaleString('en-US')} alive, ${name}`;
  row(`${title}: kernel`, during.kernelBytes / count, unit, KERNEL_BYTES);
  row(`${title}: JS heap`, each('heapUsed', before, during), unit);

  const end = `(iii) after they end, ${name}`;
  for (const [thing, number] of Object.entries(left)) {
    row(`${end}: ${thing} left`, number, '', 0);
  }
  const kept = each('heapUsed', before, afterFirst);
  row(`${end}: JS heap kept for the next`, kept, unit);
  const added = each('heapUsed', afterFirst, afterSecond);
  row(`${end}: JS heap, a second wave adds`, added, unit, LEFT / count);
  const more = each('kernelBytes', afterFirst, afterSecond);
  row(`${end}: kernel, a second wave adds`, more, unit, 0);
  return found;
}

const found = environment();
console.log(`${describe(found)}\n`);
const results = {};
try {
  results.stream = await measureStream();
  results.tasks = await measureAlive('tasks', 'Task.async');
  results.items = await measureAlive('items', 'asyncStream');
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

console.log(
  table(
    ['what', 'measured', 'target', ''],
    rows.map(({ what, text, unit, target, pass }) => [
      what,
      `${text} ${unit}`.trim(),
      target === undefined ? '' : `at most ${target}`,
      pass === undefined ? '' : pass ? 'pass' : 'FAIL',
    ]),
  ),
);
const file = options.quick ? 'memory-quick' : 'memory';
const content = { ...found, rows, results };
console.log(`\nWritten to ${save(`${file}.json`, JSON.stringify(content, null, 2))}`);
const judged = rows.filter(({ pass }) => pass !== undefined);
const missed = judged.filter(({ pass }) => !pass);
console.log(`Targets: ${judged.length - missed.length} of ${judged.length} met.`);
if (options.check && missed.length > 0) {
  process.exit(1);
}
