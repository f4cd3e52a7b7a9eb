// belay run: the lesson's examples in C print the same wherever they run.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/lib/shell.mjs';
import { inTurns, inWasi, onThreads } from './programs.mjs';

const files = readdirSync(join(root, 'examples/c')).filter((file) => file.endsWith('.c'));
const examples = files.map((file) => file.slice(0, -2)).sort();

test('every file in examples/c is an example, and says what it is about', async () => {
  const { code, stdout } = await inWasi('list');
  const rows = stdout.split('\n').filter(Boolean);
  assert.equal(code, 0);
  assert.deepEqual(rows.map((row) => row.split(' ')[0]), examples);
  rows.forEach((row) => assert.match(row, /^\S+ {2,}\S.*\S$/));
});

const REAL = { 'on threads': onThreads, 'under WASI': inWasi };
const VIRTUAL = { 'in turns': inTurns, 'under WASI': inWasi, 'under WASI once more': inWasi };

/** Runs it in each of these builds, at the same time: { build: stdout }. */
async function runIn(builds, ...words) {
  const names = Object.keys(builds);
  const said = await Promise.all(names.map((name) => builds[name]('run', ...words)));
  return said.map(({ code, stdout, stderr }, index) => {
    assert.equal(code, 0, `${names[index]}: ${stdout}${stderr}`);
    return stdout;
  });
}

for (const name of examples) {
  test(`${name} prints the same on threads, in turns and under WASI, in real and in virtual time`, async () => {
    const [first, ...others] = [...(await runIn(REAL, name)), ...(await runIn(VIRTUAL, '--virtual', name))];
    assert.match(first, /^=> .+\n$/m);
    others.forEach((other) => assert.equal(other, first));
  });
}

test('all examples run one after the other, each below its title', async () => {
  const { code, stdout } = await inWasi('run', '--virtual', '--all');
  assert.equal(code, 0, stdout);
  const titles = [...stdout.matchAll(/^== (\S+): \S/gm)].map(([, name]) => name);
  assert.ok(titles.length >= 10);
  assert.deepEqual(titles, examples);
});
