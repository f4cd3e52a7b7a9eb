// belay run: the lesson's examples in C, on threads, in turns and under WASI.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/lib/shell.mjs';
import { builds, inTurns, inWasi } from './programs.mjs';

const folder = join(root, 'examples/c');
const files = existsSync(folder) ? readdirSync(folder) : [];
const examples = files.filter((file) => file.endsWith('.c')).map((file) => file.slice(0, -2)).sort();

test('every file in examples/c is an example, and says what it is about', async () => {
  const { code, stdout } = await inWasi('list');
  const rows = stdout.split('\n').filter(Boolean);
  assert.equal(code, 0);
  assert.deepEqual(rows.map((row) => row.split(' ')[0]), examples);
  rows.forEach((row) => assert.match(row, /^\S+ {2,}\S.*\S$/));
});

for (const name of examples) {
  test(`${name} runs well on every kind of thread, in real time`, async () => {
    const all = Object.entries(builds);
    const said = await Promise.all(all.map(([, belay]) => belay('run', name)));
    said.forEach(({ code, stdout, stderr }, index) => {
      assert.equal(code, 0, `${all[index][0]}: ${stdout}${stderr}`);
      assert.notEqual(stdout, '', all[index][0]);
    });
  });

  test(`${name} does the same on virtual time each time, in WebAssembly and natively`, async () => {
    const words = ['run', '--virtual', name];
    const [first, ...others] = await Promise.all([inWasi, inWasi, inTurns].map((belay) => belay(...words)));
    assert.equal(first.code, 0, first.stdout + first.stderr);
    others.forEach((other) => assert.deepEqual(other, first));
  });
}

if (examples.length > 0) {
  test('all examples run one after the other, each below its title', async () => {
    const { code, stdout } = await inWasi('run', '--virtual', '--all');
    assert.equal(code, 0, stdout);
    assert.deepEqual(
      [...stdout.matchAll(/^== (\S+): \S/gm)].map(([, name]) => name),
      examples,
    );
  });
}
