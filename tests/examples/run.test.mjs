import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { examples } from '../../examples/lesson/index.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

async function node(path, ...words) {
  const child = spawn(process.execPath, [at(path), ...words]);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (chunk) => {
      said[name] += chunk;
    });
  }
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, ...said };
}

const runner = '../../examples/run.mjs';

test('--list names every example and runs none', async () => {
  const { code, stdout } = await node(runner, '--list');
  assert.equal(code, 0);
  assert.deepEqual(stdout.trimEnd().split('\n'),
    examples.map(({ file, title }) => `${file.slice(0, 2)}  ${title}`));
});

test('a number runs that example only', async () => {
  const { code, stdout } = await node(runner, '3');
  assert.equal(code, 0, stdout);
  assert.deepEqual(stdout.match(/^---- \S+/gm),
    ['---- 03-supervised-task.mjs']);
  assert.match(stdout, /^examples: 1, ran well: 1$/m);
});

test('an example that does not end in time fails the run', async () => {
  const { code, stdout } = await node(runner, '--watchdog', '1', '01');
  assert.equal(code, 1);
  assert.match(stdout,
    /^FAILED 01-async-await\.mjs: was still running after 1 ms$/m);
});

for (const words of [['99'], ['--nope'], ['--watchdog'], ['--watchdog', '0']]) {
  test(`${words.join(' ')} is answered with the usage`, async () => {
    const { code, stderr } = await node(runner, ...words);
    assert.equal(code, 2);
    assert.match(stderr, /usage: node examples\/run\.mjs/);
  });
}

test('an example that leaves a task alive fails and names it', async () => {
  const { code, stderr } = await node('fixtures/leaves-a-task.mjs');
  assert.equal(code, 1);
  assert.match(stderr, /left alive: <\d+\.\d+> forgotten/);
});
