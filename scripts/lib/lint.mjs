// clang-format and clang-tidy over the project's C, with a memory: a file
// that was found clean is not looked at again until it, a header, or the
// configuration changes.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isC } from './files.mjs';
import { collect, Complaint, root } from './shell.mjs';
import { clangFormat, clangTidy, llvmVersion, wasiHeaders } from './tools.mjs';

const VERSION = 14; // of both tools, to which the sources are held
const CACHE = join(root, 'build/lint.json');
const JOBS = 2;

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

/** How clang-tidy compiles `file`: src/wasm for its target, the rest natively. */
function compileFlags(file) {
  const flags = ['-std=c11', '-Isrc', '-Itests/unit', '-Wall', '-Wextra'];
  if (file.startsWith('src/wasm/')) {
    const headers = wasiHeaders();
    flags.push('--target=wasm32-wasi', '-nostdlibinc', ...(headers ? ['-isystem', headers] : []));
  }
  return flags;
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

/** { findings, notes }: what is wrong, and what a tool of another version says. */
export async function lint(files, read) {
  const sources = files.filter(isC);
  const format = tool(clangFormat(), 'clang-format');
  const tidy = tool(clangTidy(), 'clang-tidy');
  const headers = hashOf(...sources.filter((file) => file.endsWith('.h')).map(read));
  const before = recall();
  const after = {};
  const findings = [];
  const notes = [];

  const checks = [
    ...sources.map((file) => ({
      file,
      tool: format,
      hash: hashOf(format.version, read('.clang-format'), read(file)),
      args: ['--dry-run', '-Werror', file],
    })),
    ...sources
      .filter((file) => file.endsWith('.c'))
      .map((file) => {
        const flags = compileFlags(file);
        const what = [tidy.version, read('.clang-tidy'), headers, flags, read(file)];
        return { file, tool: tidy, hash: hashOf(...what), args: ['--quiet', file, '--', ...flags] };
      }),
  ];

  await inTurns(checks, async ({ file, tool: { path, name, strict, version }, hash, args }) => {
    const key = `${name} ${file}`;
    if (before[key] !== hash) {
      const { code, output } = await collect(path, args);
      if (code !== 0) {
        const text = name === 'clang-format' ? layout(file, output) : withoutNoise(output);
        (strict ? findings : notes).push(strict ? text : `(${name} ${version}) ${text}`);
        return;
      }
    }
    after[key] = hash;
  });
  remember(after);
  return { findings, notes };
}
