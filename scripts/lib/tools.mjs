// Finds the programs that the build and the tests need, and says nothing.
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ask } from './shell.mjs';

/** The first of `names` on the search path, as a full path, or null. */
export function onPath(...names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  for (const name of names) {
    for (const folder of folders) {
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        if (statSync(file).isFile()) {
          return file;
        }
      } catch {
        // Not this one.
      }
    }
  }
  return null;
}

// clang-14 is what the project is built with every day. 22 and newer do not
// find the headers of Debian's wasi-libc.
const CLANGS = ['clang-14', 'clang', 'clang-19', 'clang-18', 'clang-17', 'clang-16', 'clang-15'];

/** What one clang can do for wasm32: its linker and its runtime, each a path or ''. */
function wasmParts(clang) {
  const target = '--target=wasm32-wasi';
  const linker = ask(clang, [target, '--print-prog-name=wasm-ld']);
  const runtime = ask(clang, [target, '--print-libgcc-file-name']);
  return {
    clang,
    linker: linker.includes('/') && existsSync(linker) ? linker : '',
    runtime: existsSync(runtime) ? runtime : '',
  };
}

/**
 * The clang to build the module with: { clang, linker, runtime }. The first
 * that has everything, else the one that has most, else null.
 */
export function wasmClang() {
  const names = process.env.BELAY_CLANG ? [process.env.BELAY_CLANG] : CLANGS;
  let best = null;
  for (const name of names) {
    const file = name.includes('/') ? name : onPath(name);
    if (!file) {
      continue;
    }
    const parts = wasmParts(file);
    if (parts.linker && parts.runtime) {
      return parts;
    }
    if (!best || (parts.linker && !best.linker)) {
      best = parts;
    }
  }
  return best;
}

/** The folder of wasi-libc's headers, or null. */
export function wasiHeaders() {
  const folders = ['/usr/include/wasm32-wasi', '/usr/include/wasm32-wasip1'];
  return folders.find((folder) => existsSync(join(folder, 'stdlib.h'))) ?? null;
}

/** Ubuntu's chromium-browser only starts a snap, or asks for one. */
function isSnapStub(file) {
  return statSync(file).size < 10_000 && readFileSync(file, 'latin1').includes('/snap/');
}

/** A Chromium to test with, or null. The environment's CHROMIUM_PATH wins. */
export function chromium() {
  if (process.env.CHROMIUM_PATH) {
    return existsSync(process.env.CHROMIUM_PATH) ? process.env.CHROMIUM_PATH : null;
  }
  for (const name of ['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser']) {
    const file = onPath(name);
    if (file && !(isSnapStub(file) && !existsSync('/snap/bin/chromium'))) {
      return file;
    }
  }
  return null;
}

/** A Firefox to test with, or null. The environment's FIREFOX_PATH wins. */
export function firefox() {
  if (process.env.FIREFOX_PATH) {
    return existsSync(process.env.FIREFOX_PATH) ? process.env.FIREFOX_PATH : null;
  }
  return (
    ['firefox-esr', 'firefox'].map((name) => onPath(name)).find((file) => file && !isSnapStub(file)) ?? null
  );
}

/** clang-format and clang-tidy; 14 is the version that the sources are held to. */
export const clangFormat = () => onPath('clang-format-14', 'clang-format');
export const clangTidy = () => onPath('clang-tidy-14', 'clang-tidy');

export const llvmVersion = (tool) => Number(/version (\d+)/.exec(ask(tool, ['--version']))?.[1]);

/** Whether `compiler` can link AddressSanitizer and UndefinedBehaviorSanitizer. */
export function sanitizers(compiler) {
  return ['libasan.so', 'libubsan.so'].every((library) =>
    ask(compiler, [`-print-file-name=${library}`]).includes('/'),
  );
}

/** The environment in which CMake finds the same tools as we do. */
export function buildEnvironment() {
  const environment = { ...process.env };
  const found = wasmClang();
  if (found) {
    environment.BELAY_CLANG = found.clang;
  }
  if (!environment.CMAKE_GENERATOR && onPath('ninja')) {
    environment.CMAKE_GENERATOR = 'Ninja';
  }
  return environment;
}
