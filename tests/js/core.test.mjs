import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createRuntime } from 'belay-tasks';
import { tables, wasmBase64 } from '../../bindings/js/core.generated.js';
import * as protocol from '../../bindings/js/protocol.js';
import { functionSizes } from './function-sizes.mjs';

const wasm = readFileSync(new URL('../../bindings/js/core.wasm', import.meta.url));
const header = readFileSync(new URL('../../src/belay.h', import.meta.url), 'utf8');

test('the kernel imports nothing', () => {
  assert.deepEqual(WebAssembly.Module.imports(new WebAssembly.Module(wasm)), []);
});

test('the kernel is small', () => {
  assert.ok(wasm.length <= 48 * 1024, `${wasm.length} bytes`);
  assert.ok(gzipSync(wasm, { level: 9 }).length <= 16 * 1024);
});

// An engine compiles a function anew, for speed, after so many bytes of it were
// run: a large one soon, however little of it is in use, and for long.
test('no function of the kernel is large', () => {
  const sizes = functionSizes(wasm);
  assert.ok(sizes.length > 100, `${sizes.length} functions`);
  assert.ok(Math.max(...sizes) <= 4000, `${Math.max(...sizes)} bytes`);
});

test('what is embedded is core.wasm', () => {
  assert.ok(Buffer.from(wasmBase64, 'base64').equals(wasm));
});

test('a runtime takes the kernel as bytes or as a module', async () => {
  for (const given of [wasm, new Uint8Array(wasm).buffer, new WebAssembly.Module(wasm)]) {
    const runtime = createRuntime({ wasm: given });
    assert.equal(await runtime.Task.await(runtime.Task.async(() => 1)), 1);
    runtime.dispose();
  }
});

/** The values of `BELAY_<prefix>_NAME` that the header writes out. */
function enumOf(prefix) {
  const values = {};
  for (const [, name, value] of header.matchAll(new RegExp(`\\bBELAY_${prefix}_([A-Z_]+) = (\\d+)`, 'g'))) {
    values[name] = Number(value);
  }
  return values;
}

test('the binding\'s enums are those of the header', () => {
  const names = [
    'CLASS', 'FLAG', 'RESTART', 'SUP', 'ASK', 'STARTED', 'REPORT', 'WAIT', 'EXITED', 'OUTCOME', 'CLOSED', 'KIND',
    'STATE', 'CHILD',
  ];
  for (const name of names) {
    assert.deepEqual({ ...protocol[name] }, enumOf(name), name);
  }
});

test('the binding\'s limits are those of the header', () => {
  const limit = (name) => Number(new RegExp(`#define BELAY_${name} (\\w+?)(?:u|ull)?\\s`).exec(header)[1]);
  assert.equal(protocol.INDEX_BITS, limit('INDEX_BITS'));
  assert.equal(protocol.PROCESSES_MAX, limit('PROCESSES_MAX'));
  assert.equal(protocol.WORDS_MAX, limit('WORDS_MAX'));
  assert.equal(protocol.TIME_MAX, limit('TIME_MAX'));
  assert.equal(protocol.RESTARTS_MAX, limit('RESTARTS_MAX'));
  assert.equal(protocol.SECONDS_MAX, limit('SECONDS_MAX'));
  assert.equal(protocol.REASON_HOST, enumOf('REASON').HOST);
});

test('the tables name every code, reason, event and command of the header', () => {
  const count = (list) => {
    const text = header.slice(header.indexOf(`#define ${list}(X)`));
    return text.slice(0, text.indexOf('\n\n')).match(/X\([A-Z]/g).length;
  };
  assert.equal(tables.codes.length, count('BELAY_CODES'));
  assert.equal(tables.reasons.length, count('BELAY_REASONS'));
  assert.equal(tables.events.length, count('BELAY_EVENTS'));
  assert.equal(tables.commands.length, count('BELAY_COMMANDS'));
});
