// What the two benchmarks share: the machine, the clock of the main thread,
// processes of their own, and the files that a run leaves behind.

import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measured } from './package.mjs';

const here = new URL('./', import.meta.url);
const root = new URL('../', import.meta.url);

let schedule = '/proc/thread-self/schedstat';

/** Milliseconds that the calling thread has spent on a processor; right to a
 * few, and exact after a sleep. Only Linux tells it for one thread: elsewhere
 * it is the whole process. */
export function threadTime() {
  if (schedule !== undefined) {
    try {
      return Number(readFileSync(schedule, 'utf8').split(' ')[0]) / 1e6;
    } catch {
      schedule = undefined;
    }
  }
  return process.cpuUsage().user / 1e3;
}

/** The version in a package.json, or undefined where there is none. */
export function versionOf(path) {
  try {
    return JSON.parse(readFileSync(new URL(path, here), 'utf8')).version;
  } catch {
    return undefined;
  }
}

/* A page of memory, and so many of them. */
const PAGE_BYTES = 4096;
const PAGES = 16_384;
const PAGE_TRIES = 5;

/**
 * What the first write to a page costs a process, in µs: some tenths on a machine of its
 * own, tens on some virtual ones. All that keeps what it makes pays for it, so there such
 * rows are slower beside those that keep nothing. The least of a few, as the first may be
 * of memory that the host of a virtual machine has to find.
 */
export function pageCost() {
  return Math.min(...Array.from({ length: PAGE_TRIES }, costOfFreshPages));
}

function costOfFreshPages() {
  const fresh = Buffer.allocUnsafeSlow(PAGES * PAGE_BYTES);
  const began = performance.now();
  for (let at = 0; at < fresh.length; at += PAGE_BYTES) fresh[at] = 1;
  return ((performance.now() - began) * 1000) / PAGES;
}

/** Whether Linux gives memory in large pages: "always", "madvise" or "never". */
function hugePages() {
  try {
    return readFileSync('/sys/kernel/mm/transparent_hugepage/enabled', 'utf8').match(/\[(\w+)\]/)?.[1] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

export function environment() {
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    load: loadavg().map((value) => Number(value.toFixed(2))),
    pageUs: Number(pageCost().toFixed(2)),
    hugePages: hugePages(),
    system: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    v8: process.versions.v8,
    belay: versionOf('../package.json') ?? 'unknown',
    measured: measured(),
    command: `node ${process.argv.slice(1).map(shorten).join(' ')}`,
  };
}

function shorten(word) {
  const folder = fileURLToPath(root);
  return word.startsWith(folder) ? word.slice(folder.length) : word;
}

export function describe(found) {
  return [
    `${found.date.slice(0, 10)}, ${found.cpu}, ${found.cores} cores,`,
    `${found.memoryGb} GB, load ${found.load[0]}, ${found.pageUs} µs for a fresh page of memory,`,
    `huge pages: ${found.hugePages}, ${found.system},`,
    `Node ${found.node}, Belay ${found.belay}${found.measured === 'sources' ? ' from its sources' : ''}`,
  ].join(' ');
}

/** The versions of the peers that are installed. */
export function peerVersions() {
  const { devDependencies } = JSON.parse(readFileSync(new URL('package.json', here), 'utf8'));
  return Object.fromEntries(
    Object.keys(devDependencies).map((name) => {
      const version = versionOf(`node_modules/${name}/package.json`);
      if (version === undefined) {
        console.error('The peers are not there: node scripts/setup.mjs bench');
        process.exit(1);
      }
      return [name, version];
    }),
  );
}

/** build/bench/<name>, for this process. */
export const pathOf = (name) => fileURLToPath(new URL(`build/bench/${name}`, root));

/** Writes build/bench/<name> and gives its path for people. */
export function save(name, text) {
  const path = pathOf(name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${text.trimEnd()}\n`);
  return `build/bench/${name}`;
}

/** Runs a script of this folder and gives the JSON on its last line. */
export function measure(script, words, { flags = [], limit = 300_000 } = {}) {
  return new Promise((resolve, reject) => {
    const path = fileURLToPath(new URL(script, here));
    const child = spawn(process.execPath, ['--expose-gc', ...flags, path, ...words.map(String)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limit,
    });
    const what = `${script} ${words.join(' ')}`;
    let out = '';
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (complaint += text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code !== 0) {
        const end = signal === null ? `code ${code}` : `signal ${signal}`;
        reject(new Error(`${what} ended with ${end}\n${complaint}`));
        return;
      }
      try {
        resolve(JSON.parse(out.trimEnd().split('\n').at(-1)));
      } catch {
        reject(new Error(`${what} printed no result\n${out}${complaint}`));
      }
    });
  });
}
