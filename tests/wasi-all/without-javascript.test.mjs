// belay.wasm on a host without JavaScript: wasm2c makes C of it, host.c is
// the host. The C that wasm2c makes differs from version to version.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { ask, quietly, root } from '../../scripts/lib/shell.mjs';
import { inWasi, runProgram } from '../wasi/programs.mjs';

const VERSION = '1.0.32';
const SUPPORT = '/usr/share/wabt/wasm2c';

const version = ask('wasm2c', ['--version']);
const skip =
  version !== VERSION || !existsSync(SUPPORT)
    ? `wasm2c ${VERSION} is wanted (wabt of Debian 12); here is ${version || 'none'}`
    : false;

const folder = join(root, 'build/wasm2c');
const inC = (...words) => runProgram(join(folder, 'belay'), words);

describe('belay.wasm without JavaScript', { skip }, () => {
  before(async () => {
    mkdirSync(folder, { recursive: true });
    const made = join(folder, 'belay_w2c.c');
    await quietly('wasm2c', ['-n', 'belay', 'build/wasm/belay.wasm', '-o', made]);
    await quietly('gcc', [
      ...['-O1', '-w', `-I${folder}`, `-I${SUPPORT}`, 'tests/wasi/host.c', made],
      ...[join(SUPPORT, 'wasm-rt-impl.c'), '-lm', '-o', join(folder, 'belay')],
    ]);
  });

  for (const words of [
    ['version'],
    ['help', 'run'],
    ['list'],
    ['run', '--virtual', '--all'],
    ['transmogrify'],
    ['sim', '--seed', '200', '--seeds', '50', '--each'],
  ]) {
    test(`belay ${words.join(' ')}: as under node:wasi`, async () => {
      assert.deepEqual(await inC(...words), await inWasi(...words));
    });
  }
});
