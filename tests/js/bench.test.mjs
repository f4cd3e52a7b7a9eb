// The arithmetic of the benchmarks, and what it is that they measure: no time is taken here.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { cases } from '../../bench/cases/all.mjs';
import {
  bestPeer, compare, compareStored, judge, median, medians, orderOf, quantile, ratios,
} from '../../bench/figures.mjs';
import { ratiosOf } from '../../bench/guard.mjs';
import { bundle } from '../../bench/package.mjs';
import { figure, replaceBlock, table, targetLines } from '../../bench/report.mjs';
import { takenBefore } from '../../bench/resume.mjs';
import { collected, judgeCounts, perOperation } from '../../scripts/lib/counting.mjs';
import { root } from '../../scripts/lib/shell.mjs';

test('the median lies between the two in the middle', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.equal(quantile([1, 2, 3], 0), 1);
  assert.equal(quantile([1, 2, 3], 1), 3);
});

test('each round begins with another row', () => {
  assert.deepEqual([0, 1, 2].map((round) => orderOf(['a', 'b', 'c'], round).join('')), ['abc', 'bca', 'cab']);
});

test('a ratio is taken inside a round', () => {
  const slow = [{ ns: 10 }, { ns: 200 }, { ns: 30 }];
  const fast = [{ ns: 5 }, { ns: 100 }, { ns: 10 }];
  assert.deepEqual(ratios(slow, fast, 'ns'), [2, 2, 3]);
  assert.deepEqual(compare(slow, fast, 'ns'), { median: 2, low: 2, high: 3 });
  assert.equal(compare(slow, [], 'ns'), undefined);
  assert.equal(compare(slow, fast, 'cpuNs'), undefined);
});

test('the figures of a row are medians of its rounds', () => {
  assert.deepEqual(medians([{ ns: 1, what: 'x' }, { ns: 3 }, { ns: 2 }]), { ns: 2 });
});

const measured = {
  key: 'one', number: 1, judged: 'ns', floor: 'loop', guarded: ['belay'], columns: [['ns', 'ns per item']],
  rows: {
    loop: { kind: 'floor', label: 'loop' }, belay: { kind: 'belay', label: 'Belay' },
    slow: { kind: 'peer', label: 'slow' }, best: { kind: 'peer', label: 'quick' },
  },
  taken: {
    loop: [{ ns: 10, cpuNs: 10 }, { ns: 10, cpuNs: 10 }, { ns: 10, cpuNs: 10 }],
    belay: [{ ns: 11, cpuNs: 12 }, { ns: 13, cpuNs: 12 }, { ns: 12, cpuNs: 12 }],
    slow: [{ ns: 240 }, { ns: 240 }, { ns: 240 }],
    best: [{ ns: 24 }, { ns: 24 }, { ns: 24 }],
  },
  targets: [],
};

test('the best peer is neither the floor nor Belay', () => {
  assert.equal(bestPeer(measured.rows, measured.taken, 'ns'), 'best');
});

test('a target is met up to its bound, and judged by the median or the worst', () => {
  const verdict = (target) => judge(target, measured);
  assert.equal(verdict({ row: 'belay', over: 'loop', atMost: 1.2 }).pass, true);
  assert.equal(verdict({ row: 'belay', over: 'loop', atMost: 1.2, worst: true }).pass, false);
  assert.equal(verdict({ row: 'best', over: 'belay', atLeast: 2 }).pass, true);
  assert.equal(verdict({ row: 'best', over: 'belay', atLeast: 2.1 }).pass, false);
  assert.equal(verdict({ row: 'belay', figure: 'cpuNs', atMost: 11 }).value, 12);
  assert.equal(verdict({ row: 'missing', atMost: 11 }), undefined);
  const [line] = targetLines({ ...measured, targets: [{ row: 'slow', over: 'belay', atLeast: 8 }] });
  assert.deepEqual([line.what, line.wanted, line.found, line.pass], ['slow over Belay', 'at least 8x', '20x', true]);
});

test('what is kept of a case is its ratio to the floor, or the figure itself', () => {
  assert.deepEqual(ratiosOf(measured), { 'one belay': { clock: 1.2, cpu: 1.2 } });
  assert.deepEqual(ratiosOf({ ...measured, floor: undefined }), { 'one belay': { clock: 12, cpu: 12 } });
});

test('a loss is more than a quarter, by the clock and by the processor', () => {
  const stored = { a: { clock: 1, cpu: 1 }, b: { clock: 1, cpu: 1 }, c: { clock: 1, cpu: 1 }, d: { clock: 100 }, gone: { clock: 1 } };
  const found = {
    a: { clock: 1.3, cpu: 1.3 }, b: { clock: 1.3, cpu: 1.2 }, c: { clock: 0.7, cpu: 0.7 }, d: { clock: 126 }, fresh: { clock: 1 },
  };
  const { losses, gains, fresh, gone } = compareStored(stored, found);
  const names = (list) => list.map(({ name }) => name);
  assert.deepEqual([losses, gains, fresh, gone].map(names), [['a', 'd'], ['c'], ['fresh'], ['gone']]);
});

test('an exact quarter is no loss', () => {
  assert.deepEqual(compareStored({ a: { clock: 4 } }, { a: { clock: 5 } }).losses, []);
});

test('figures are shown with three digits that count', () => {
  assert.deepEqual([1234.5, 123.4, 12.34, 1.234, 0.1234, 7, undefined].map(figure), ['1,235', '123', '12.3', '1.23', '0.123', '7', '']);
});

test('a table lines up', () => {
  assert.equal(table(['a', 'b'], [['long', 1]]), '| a    |   b |\n| ---- | --: |\n| long |   1 |');
});

test('a marked block is replaced, and a document without one is refused', () => {
  const text = 'before\n<!-- begin x -->\nold\n<!-- end x -->\nafter';
  assert.equal(replaceBlock(text, 'x', 'new\n'), 'before\n<!-- begin x -->\n\nnew\n\n<!-- end x -->\nafter');
  assert.throws(() => replaceBlock('nothing', 'x', 'new'), /no block/);
});

test('counts of instructions are per operation, without the set-up', () => {
  assert.equal(collected('==1== Collected : 12345\n'), 12345);
  assert.equal(collected('nothing'), null);
  assert.equal(perOperation({ count: 100, instructions: 5_000 }, { count: 300, instructions: 9_000 }), 20);
});

test('a count may differ by five per cent, and a name must be on both sides', () => {
  const { worse, better } = judgeCounts({ a: 100, b: 100, c: 100, gone: 1 }, { a: 105, b: 106, c: 94, fresh: 1 });
  assert.deepEqual(better, ['c: stored 100 instructions, found 94 (-6.0 %)']);
  assert.deepEqual(worse.map((sentence) => sentence.split(':')[0]), ['b', 'gone', 'fresh']);
  assert.match(worse[0], /stored 100 instructions, found 106 \(\+6\.0 %\)/);
});

test('every case says what its targets, floor and guard are about', () => {
  for (const [name, { rows, columns, judged, floor, guarded = [], targets }] of Object.entries(cases)) {
    const figures = columns.map(([key]) => key);
    assert.ok(figures.includes(judged), `${name}: ${judged} is shown`);
    for (const key of [floor, ...guarded].filter(Boolean)) assert.ok(key in rows, `${name}: ${key} is a row`);
    for (const { row, over, figure: own = judged } of targets) {
      for (const key of [row, over].filter(Boolean)) assert.ok(key === 'best' || key in rows, `${name}: ${key} is a row`);
      assert.ok(figures.includes(own), `${name}: ${own} is shown`);
    }
  }
});

test('a run that was cut off is gone on with by one like it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'belay-bench-'));
  try {
    const path = join(folder, 'speed.json');
    const found = { cpu: 'a', cores: 2, system: 'linux', node: '20', belay: '1', measured: 'package', rounds: 7, by: 'clock' };
    assert.throws(() => takenBefore(path, found), /no run to go on with/);
    const runs = { loop: [{ ns: 1 }] };
    writeFileSync(path, JSON.stringify({ ...found, cases: [{ case: 'map-10', runs }] }));
    assert.deepEqual([...takenBefore(path, found)], [['map-10', runs]]);
    assert.throws(() => takenBefore(path, { ...found, cpu: 'b' }), /cpu was a .* and is b/);
    assert.throws(() => takenBefore(path, { ...found, measured: 'sources' }), /measured was package .* and is sources/);
    assert.throws(() => takenBefore(path, { ...found, rounds: 9 }), /rounds was 7 /);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what is measured is the package, which is bundled anew when it is not that of the sources', () => {
  const folder = 'build/bench-test';
  const clean = () => ['', '.stamp'].forEach((end) => rmSync(join(root, `${folder}${end}`), { recursive: true, force: true }));
  clean();
  try {
    assert.equal(bundle(folder), true);
    assert.equal(bundle(folder), false);
    writeFileSync(join(root, `${folder}.stamp`), 'of other sources');
    assert.equal(bundle(folder), true);
    assert.equal(bundle(folder), false);
  } finally {
    clean();
  }
});

test('the process of a case loads the package, and the sources when it is told to', () => {
  const loaded = (...words) => {
    const code = 'import { register } from "node:module"; register(new URL("data:text/javascript," + encodeURIComponent(' +
      '"export async function resolve(word, from, next) { const found = await next(word, from); ' +
      'if (/belay|bindings|build/.test(found.url)) process._rawDebug(found.url); return found; }")));';
    const hook = `data:text/javascript,${encodeURIComponent(code)}`;
    const flags = ['--expose-gc', '--import', hook, 'bench/case.mjs', 'single', 'belay', '10', '0', ...words];
    const env = { ...process.env };
    delete env.BELAY_MEASURED;
    const { status, stdout, stderr } = spawnSync(process.execPath, flags, { cwd: root, env, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.equal(JSON.parse(stdout.trimEnd().split('\n').at(-1)).items, 10);
    const urls = stderr.split('\n').filter((line) => line.startsWith('file:'));
    const folders = ['build/package', 'bindings/js'].filter((folder) => urls.some((url) => url.includes(`/${folder}/`)));
    return folders.join();
  };
  assert.equal(loaded(), 'build/package');
  assert.equal(loaded('--sources'), 'bindings/js');
});

test('no case measures the sources by itself', () => {
  const folder = join(root, 'bench');
  const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.mjs') && !file.includes('node_modules'));
  assert.ok(files.length > 20);
  for (const file of files) {
    const paths = readFileSync(join(folder, file), 'utf8').match(/bindings\/js\/[\w./-]+/g) ?? [];
    // The heap that is held against simulate is no entry of the package; the module's bytes are the same.
    const others = paths.filter((path) => !['bindings/js/testing-time.js', 'bindings/js/core.wasm'].includes(path));
    assert.deepEqual(others, [], file);
  }
});
