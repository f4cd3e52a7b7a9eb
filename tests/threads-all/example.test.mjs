// examples/jobs is built with the jobs of the tests, by its own CMakeLists.txt, and run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collect } from '../../scripts/lib/shell.mjs';

for (const mode of ['threads', 'workers']) {
  test(`${mode}: the example says what it should`, async () => {
    const module = 'build/jobs/threads-jobs/example/example_jobs.mjs';
    const { code, output } = await collect(process.execPath, ['examples/jobs/run.mjs', module, mode]);
    assert.equal(code, 0, output);
    const lines = output.trimEnd().split('\n');
    assert.deepEqual(lines.slice(0, 2), [`mode: ${mode}`, 'primes below 1,000,000: 78498, in 16 parts']);
    assert.equal(lines.length, 2 + 24 + 2);
    assert.match(lines[14], /@{20}/);
    assert.equal(lines.at(-2), 'Task.async: argument 1 of job countPrimes must be a number; got "many"');
    assert.equal(lines.at(-1), 'in time: null; shut down: null');
  });
}
