// clang-format and clang-tidy over the project's C, with a memory: a file
// that was found clean is not looked at again until it, a header that it
// includes, or the configuration changes.
//
// clang-tidy's analyzer walks the paths through each function and takes ten
// times as long as all other checks. So only `deep` has it, for what is shipped;
// the tests run under AddressSanitizer and UndefinedBehaviorSanitizer.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { isC } from './files.mjs';
import { collect, Complaint, root } from './shell.mjs';
import { clangFormat, clangTidy, llvmVersion, wasiHeaders } from './tools.mjs';

const VERSION = 14; // of both tools, to which the sources are held
const CACHE = join(root, 'build/lint.json');
const JOBS = availableParallelism();
const TOGETHER_MAX = 16; // files
// Beside the folder of the file: where it looks for what it includes.
const INCLUDED_FROM = ['src', 'tests/unit', 'tests/runtime'];

/** The tool, and whether its findings count. */
function tool(path, name) {
  if (!path) {
    throw new Complaint(`${name} is missing: node scripts/setup.mjs test`);
  }
  const version = llvmVersion(path);
  return { path, name, version, strict: version === VERSION };
}

function remember(cache) {
  mkdirSync(join(root, 'build'), { recursive: true });
  writeFileSync(CACHE, JSON.stringify(cache));
}

function recall() {
  try {
    return existsSync(CACHE) ? JSON.parse(readFileSync(CACHE, 'utf8')) : {};
  } catch {
    return {};
  }
}

const hashOf = (...parts) => {
  const hash = createHash('sha256');
  parts.forEach((part) => hash.update(`${part}\0`));
  return hash.digest('hex');
};

/** Runs `work` on every item, JOBS at a time. */
async function inTurns(items, work) {
  const queue = [...items];
  const worker = async () => {
    while (queue.length > 0) {
      await work(queue.shift());
    }
  };
  await Promise.all(Array.from({ length: JOBS }, worker));
}

const isForWasm = (file) => file.startsWith('src/wasm/') || file.endsWith('_asyncify.c');

/** How clang-tidy compiles `file`: what is for WebAssembly for that, the rest natively. */
function compileFlags(file) {
  const folders = INCLUDED_FROM.map((folder) => `-I${folder}`);
  const flags = ['-std=c11', ...folders, '-Wall', '-Wextra'];
  if (file.endsWith('/port_fibers.c')) {
    flags.push('-DBELAY_PORT_FIBERS');
  }
  if (isForWasm(file)) {
    const headers = wasiHeaders();
    flags.push('--target=wasm32-wasi', '-nostdlibinc', ...(headers ? ['-isystem', headers] : []));
  }
  return flags;
}

/* What is added to the checks of .clang-tidy. */
const CHECKS = {
  analyzer: ['bugprone', 'cert', 'misc', 'readability', 'performance', 'portability', 'google'].map((name) => `-${name}-*`).join(','),
  usual: '-clang-analyzer-*',
};

const isAnalyzed = (file) => !file.startsWith('tests/');

/** The project's headers that `file` includes, and those that they do. */
function headersOf(file, sources, read) {
  const found = new Set([file]);
  for (const one of found) {
    for (const [, name] of read(one).matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)) {
      const paths = [dirname(one), ...INCLUDED_FROM].map((folder) => posix.join(folder, name));
      const header = paths.find((path) => sources.has(path));
      if (header) {
        found.add(header);
      }
    }
  }
  found.delete(file);
  return [...found].sort();
}

/** clang-tidy's check of `file`, by the analyzer alone or by all else. */
function tidyCheck(file, kind, tool, sources, read) {
  const flags = compileFlags(file);
  const options = ['--quiet', `--checks=${CHECKS[kind]}`];
  const headers = headersOf(file, sources, read).flatMap((header) => [header, read(header)]);
  const what = [tool.version, read('.clang-tidy'), ...options, file, ...flags, ...headers, read(file)];
  return { file, kind, tool, hash: hashOf(...what), options, after: ['--', ...flags] };
}

/** clang-format's check of `file`. */
function layoutCheck(file, tool, read) {
  const hash = hashOf(tool.version, read('.clang-format'), read(file));
  return { file, kind: 'layout', tool, hash, options: ['--dry-run', '-Werror'], after: [] };
}

/**
 * Checks that one call can make: to begin takes these tools as long as to look at a
 * file or more. The analyzer's are a call each, as they take long.
 */
function callsOf(checks) {
  const alike = new Map();
  for (const check of checks) {
    const { file, kind, after } = check;
    const key = kind === 'analyzer' ? `${kind} ${file}` : `${kind} ${after.join(' ')}`;
    const calls = alike.get(key) ?? [[]];
    if (calls.at(-1).length === TOGETHER_MAX) {
      calls.push([]);
    }
    calls.at(-1).push(check);
    alike.set(key, calls);
  }
  return [...alike.values()].flat();
}

function call(checks) {
  const [{ tool, options, after }] = checks;
  return collect(tool.path, [...options, ...checks.map(({ file }) => file), ...after]);
}

const NOISE = /^\d+ warnings?( and \d+ errors?)? generated|^Suppressed|^Use -header/;

/** Without the count of what was kept silent. */
const withoutNoise = (output) =>
  output
    .split('\n')
    .filter((line) => !NOISE.test(line))
    .join('\n')
    .replaceAll(`${root}/`, '')
    .trim();

/** clang-format's complaints about `file` in one line. */
function layout(file, output) {
  const numbers = [...output.matchAll(/^\S+?:(\d+):\d+: error/gm)].map(([, line]) => line);
  const where = [...new Set(numbers)].join(', ');
  return `${file}:${numbers[0] ?? 1}: npm run format would change line ${where}`;
}

/** What of `before` may be true yet: of files that are still there. */
const stillKnown = (before, files) => {
  const there = new Set(files);
  return Object.fromEntries(Object.entries(before).filter(([key]) => there.has(key.split(' ').at(-1))));
};

/** { findings, notes }: what is wrong, and what a tool of another version says. */
export async function lint(files, read, { deep = false } = {}) {
  const sources = files.filter(isC);
  const format = tool(clangFormat(), 'clang-format');
  const tidy = tool(clangTidy(), 'clang-tidy');
  const before = recall();
  const after = stillKnown(before, sources);
  const findings = [];
  const notes = [];

  const compiled = sources.filter((file) => file.endsWith('.c'));
  const analyzed = deep ? compiled.filter(isAnalyzed) : [];
  const known = new Set(sources);
  const checks = [
    // The long ones first, so that no worker ends with one of them alone.
    ...analyzed.map((file) => tidyCheck(file, 'analyzer', tidy, known, read)),
    ...compiled.map((file) => tidyCheck(file, 'usual', tidy, known, read)),
    ...sources.map((file) => layoutCheck(file, format, read)),
  ];

  const keyOf = ({ kind, file }) => `${kind} ${file}`;
  const found = ({ file, tool: { name, strict, version } }, output) => {
    const text = name === 'clang-format' ? layout(file, output) : withoutNoise(output);
    (strict ? findings : notes).push(strict ? text : `(${name} ${version}) ${text}`);
  };
  /** Whether nothing is found; of several it is not said in which. */
  const isClean = async (some) => {
    const { code, output } = await call(some);
    if (code !== 0 && some.length === 1) {
      found(some[0], output);
    }
    return code === 0;
  };

  const unknown = checks.filter((check) => before[keyOf(check)] !== check.hash);
  await inTurns(callsOf(unknown), async (together) => {
    const allClean = together.length > 1 && (await isClean(together));
    for (const check of together) {
      delete after[keyOf(check)];
      if (allClean || (await isClean([check]))) {
        after[keyOf(check)] = check.hash;
      }
    }
  });
  remember(after);
  return { findings, notes };
}
