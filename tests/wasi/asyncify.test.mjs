// The kernel is left as it is: what makes functions able to be left and gone
// on with is only in what may wait.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { filesOf, ownFiles } from '../../scripts/lib/files.mjs';
import { functionsOf } from '../../scripts/lib/rules.mjs';
import { quietly, root } from '../../scripts/lib/shell.mjs';

/** The functions of a WebAssembly file: { name, left }, left when it looks at asyncify's state. */
async function functionsIn(file) {
  const text = await quietly('wasm-opt', [file, '-S', '-o', '-']);
  const state = /\(export "asyncify_get_state" \(func \$(\S+?)\)\)/.exec(text)[1];
  const [, global] = new RegExp(`\\(func \\$${state} [^]*?\\(global\\.get (\\S+?)\\)`).exec(text);
  return text
    .split('\n (func $')
    .slice(1)
    .map((body) => ({ name: /^\S+/.exec(body)[0], left: body.includes(`(global.get ${global})`) }));
}

test('no function of the kernel can be left, those that wait can', async () => {
  const functions = await functionsIn('build/wasm/runtime_fibers_tests.wasm');
  const sources = ['src/base', 'src/kernel'].flatMap((folder) => filesOf(ownFiles(), folder, '.c', '.h'));
  const kernel = new Set(
    sources.flatMap((file) => functionsOf(readFileSync(join(root, file), 'utf8')).map(({ name }) => name)),
  );
  const own = functions.filter(({ name }) => kernel.has(name));
  assert.ok(own.length > 40, `only ${own.length} functions of the kernel are there by name`);
  assert.deepEqual(own.filter(({ left }) => left), []);
  const left = new Set(functions.filter((one) => one.left).map(({ name }) => name));
  assert.ok(left.has('belayr_port_wait'), [...left].join(' '));
});
