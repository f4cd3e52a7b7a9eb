// belay sim: the same seeds give the same digests in every build.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builds, inWasi, simulator } from './programs.mjs';

test('the same seeds have the same digests in WebAssembly and natively, one by one', async () => {
  const words = ['sim', '--seed', '101', '--seeds', '60', '--each'];
  const [wasi, ...others] = await Promise.all(Object.values(builds).map((belay) => belay(...words)));
  assert.equal(wasi.code, 0, wasi.stdout + wasi.stderr);
  const lines = wasi.stdout.trimEnd().split('\n');
  assert.equal(lines.length, 61);
  lines.slice(0, 60).forEach((line, index) => {
    assert.match(line, new RegExp(`^seed ${101 + index}: \\d+ commands, \\d+ events, digest [0-9a-f]{16}$`));
  });
  const digests = new Set(lines.map((line) => line.slice(-16)));
  assert.equal(digests.size, 61);
  others.forEach((other) => assert.deepEqual(other, wasi));
});

test("the digest of ten seeds is that of the simulator's own program", async () => {
  const { blocks, commands, events } = await simulator(31, 10);
  const { stdout } = await inWasi('sim', '--seeds=10', '--seed=31');
  assert.equal(
    stdout,
    `10 seeds from 31 on, ${commands} commands, ${events} events: no difference; digest ${blocks[0]}\n`,
  );
});

test('one seed is the default, and the largest one can be played', async () => {
  const first = await inWasi('sim');
  assert.match(first.stdout, /^1 seed from 1 on, /);
  const last = await inWasi('sim', '--seed', '18446744073709551615');
  assert.match(last.stdout, /^1 seed from 18446744073709551615 on, .* no difference/);
  assert.deepEqual([first.code, last.code], [0, 0]);
});
