// Builds the module that the JavaScript binding loads.
//
//   node scripts/build.mjs                bindings/js/core.wasm and
//                                         bindings/js/core.generated.js, and in
//                                         dist/ the entries, as they are in a clone
//   node scripts/build.mjs --emscripten   build/emscripten/core.wasm
//   ... --force                           even if nothing has changed
//   ... --any-size                        even if it is too large, for a try
//
// A hash of everything that goes in is kept in build/, so a second run is
// over at once. The module must have no imports and stay within its size.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { cmakeBuild } from './lib/cmake.mjs';
import { ENTRIES, SOURCES } from './lib/entries.mjs';
import { hashOf } from './lib/hash.mjs';
import { Complaint, root, run } from './lib/shell.mjs';

const RAW_MAX = 48 * 1024;
const GZIP_MAX = 16 * 1024;
const TABLES = ['codes', 'reasons', 'events', 'commands'];
const INPUTS = ['src', 'scripts/cmake', 'scripts/build.mjs', 'CMakeLists.txt', 'CMakePresets.json'];

const read = (file) => (existsSync(file) ? readFileSync(file) : Buffer.alloc(0));

/** Leaves a file alone that is right already, so that watchers stay calm. */
function writeIfChanged(file, content) {
  if (!read(file).equals(Buffer.from(content))) {
    writeFileSync(file, content);
  }
}

/** Loads the module as the binding does: without imports, at once. */
function load(bytes) {
  const module = new WebAssembly.Module(bytes);
  const imports = WebAssembly.Module.imports(module);
  if (imports.length > 0) {
    const names = imports.map(({ module: from, name }) => `${from}.${name}`).join(', ');
    throw new Complaint(`the module must not import anything, but asks for ${names}`);
  }
  const { exports } = new WebAssembly.Instance(module, {});
  exports._initialize?.();
  return exports;
}

function textAt(memory, pointer) {
  const bytes = new Uint8Array(memory.buffer, pointer);
  return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)));
}

/** src/belay.h's lists of names, as tables.wasm tells them. */
function readTables({ memory, belay_wasm_table: rowAt }) {
  const rowsOf = (table) => {
    const rows = [];
    for (let row = rowAt(table, 0); row !== 0; row = rowAt(table, rows.length)) {
      const [number, name, text] = new Uint32Array(memory.buffer, row, 3);
      rows.push({ name: textAt(memory, name), number, text: textAt(memory, text) });
    }
    return rows;
  };
  return Object.fromEntries(TABLES.map((name, table) => [name, rowsOf(table)]));
}

function generated(bytes, tables) {
  const rows = (list) =>
    list
      .map(({ name, number, text }) => {
        const [a, b] = [JSON.stringify(name), JSON.stringify(text)];
        return `    { name: ${a}, number: ${number}, text: ${b} },\n`;
      })
      .join('');
  const lists = TABLES.map((name) => `  ${name}: [\n${rows(tables[name])}  ],\n`).join('');
  return [
    '// Made by scripts/build.mjs from src/; do not edit.\n\n',
    '/** The lists of src/belay.h. */\n',
    `export const tables = {\n${lists}};\n\n`,
    '/** core.wasm. */\n',
    `export const wasmBase64 =\n  '${bytes.toString('base64')}';\n`,
  ].join('');
}

/**
 * In a clone an entry of package.json leads to its source, so that tests and
 * debuggers see what is there; `npm pack` puts bundles in their place.
 */
function writeEntries() {
  const folder = join(root, 'dist');
  mkdirSync(folder, { recursive: true });
  for (const [name, file] of Object.entries(ENTRIES)) {
    writeIfChanged(join(folder, `${name}.js`), `export * from '../${SOURCES}/${file}';\n`);
  }
  for (const file of readdirSync(folder)) {
    if (!(basename(file, '.js') in ENTRIES)) rmSync(join(folder, file)); // of a package that was made
  }
}

function report(label, bytes, limited) {
  const zipped = gzipSync(bytes, { level: 9 }).length;
  console.log(`${label}: ${bytes.length} bytes, ${zipped} with gzip -9`);
  if (limited && (bytes.length > RAW_MAX || zipped > GZIP_MAX)) {
    throw new Complaint(`too large: at most ${RAW_MAX} bytes, ${GZIP_MAX} with gzip -9`);
  }
}

const builtFile = (preset, name) => readFileSync(join(root, 'build', preset, name));

/** Builds `preset`'s core.wasm unless `outputs` fit the sources; then calls `finish`. */
async function build({ preset, outputs, finish }) {
  const stamp = join(root, 'build', `${preset}.stamp`);
  const hash = hashOf(INPUTS);
  const fresh = outputs.every(existsSync) && read(stamp).toString() === hash;
  if (fresh && !process.argv.includes('--force')) {
    return;
  }
  await cmakeBuild(preset, ['core']);
  finish(builtFile(preset, 'core.wasm'));
  mkdirSync(join(root, 'build'), { recursive: true });
  writeFileSync(stamp, hash);
}

const wasm = join(root, 'bindings/js/core.wasm');
const script = join(root, 'bindings/js/core.generated.js');

const clang = {
  preset: 'wasm',
  outputs: [wasm, script],
  finish(bytes) {
    load(bytes);
    const tables = readTables(load(builtFile('wasm', 'tables.wasm')));
    report('core.wasm', bytes, !process.argv.includes('--any-size'));
    writeIfChanged(wasm, bytes);
    writeIfChanged(script, generated(bytes, tables));
  },
};

const emscripten = {
  preset: 'emscripten',
  outputs: [join(root, 'build/emscripten/core.wasm')],
  finish(bytes) {
    load(bytes);
    report('core.wasm by Emscripten', bytes, false);
  },
};

await run(() => {
  writeEntries();
  return build(process.argv.includes('--emscripten') ? emscripten : clang);
});
