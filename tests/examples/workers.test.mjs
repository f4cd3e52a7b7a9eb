import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

test('the example of bodies on workers counts, stops what does not end, and ends', () => {
  const path = fileURLToPath(new URL('../../examples/workers/primes.mjs', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [path], { encoding: 'utf8', timeout: 120_000 });
  assert.equal(stderr, '');
  assert.equal(status, 0);
  const lines = stdout.trimEnd().split('\n');
  assert.equal(lines[0], 'countPrimes: begins');
  assert.equal(lines[1], 'there are 78498 primes below 1,000,000');
  assert.match(lines[2], /"searchForEver" was not done within 100 ms: terminated/);
  assert.equal(lines[3], 'true from must be less than to; got 5 and 1');
});
