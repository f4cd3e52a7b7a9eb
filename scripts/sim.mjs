// The simulator (tests/sim): random commands for the kernel and for its model.
//
//   npm run sim                               1,000 seeds
//   npm run sim -- --seeds 20000 --seed 5000  so many, from that one on
//   npm run sim -- --replay '<tape>'          one tape, in a readable listing
//   npm run sim -- --canary                   mistakes are planted and must be found
//   npm run sim -- --builds                   the same seeds with gcc, clang and in
//                                             WebAssembly give the same digests
//   ... --jobs 4                              processes at the same time
//   ... --preset release                      a build other than sanitize
//
// A seed that fails is shrunk to a short tape, and a line is printed that
// replays it. From 1,000 seeds on, each command, event, code and outcome must
// have come about. Exit code 1: a difference, or something that never came.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { canaries } from '../tests/sim/canaries.mjs';
import { cmakeBuild } from './lib/cmake.mjs';
import { collect, Complaint, root, run } from './lib/shell.mjs';

const SEEDS = 1000;
const COVERED_FROM = 1000; // seeds
const BLOCK = 10; // seeds per digest, as in tests/sim/main.c
const CHUNK = 100; // seeds per process
const CANARY_SEEDS_MAX = 3000;
const CANARY_STEPS_MAX = 40;
const BUILDS = ['release', 'clang', 'wasm'];

// Reached by chance only once in thousands of seeds, or not by seeds at all.
const RARE = new Set();

const suffix = (preset) => (preset === 'wasm' ? '.wasm' : '');
const programOf = (preset, name = 'sim') => join(root, 'build', preset, name + suffix(preset));

/** The command line that runs `program`, natively or under Node's WASI. */
const commandOf = (program, ...args) =>
  program.endsWith('.wasm')
    ? [process.execPath, '--no-warnings', 'scripts/run-wasi.mjs', program, ...args]
    : [program, ...args];

/**
 * Plays `count` seeds from `first` on: { summary } or { failed, why }. The
 * process is in `running` as long as it runs.
 */
function play(program, first, count, running) {
  return new Promise((done) => {
    const [command, ...args] = commandOf(program, 'run', String(first), String(count));
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const parts = [];
    child.stdout.on('data', (part) => parts.push(part));
    child.stderr.on('data', (part) => parts.push(part));
    child.on('error', (error) => parts.push(Buffer.from(`${error.message}\n`)));
    running.add(child);
    child.on('close', (code, signal) => {
      running.delete(child);
      const lines = Buffer.concat(parts).toString().trim().split('\n');
      const last = lines.at(-1) ?? '';
      if (code === 0) {
        done({ summary: JSON.parse(last) });
        return;
      }
      const seed = lines.findLast((line) => line.startsWith('seed '))?.slice(5);
      const why = /^failed \d+: (.*)/.exec(last)?.[1];
      const how = signal ? `ended by ${signal}` : `exit code ${code}`;
      const output = lines.filter((line) => !line.startsWith('seed ')).join('\n');
      done({ failed: Number(seed), why: why ?? `${how}\n${output}` });
    });
  });
}

/** Plays seeds in chunks, `jobs` at a time, until one fails. */
async function playAll(program, { first, count, jobs }) {
  const chunks = [];
  for (let at = first; at < first + count; at += CHUNK) {
    chunks.push([at, Math.min(CHUNK, first + count - at)]);
  }
  const results = new Array(chunks.length);
  const running = new Set();
  let failure = null;
  let next = 0;
  const worker = async () => {
    while (next < chunks.length && !failure) {
      const index = next++;
      const result = await play(program, ...chunks[index], running);
      if (result.summary) {
        results[index] = result.summary;
      } else if (!failure) {
        failure = result;
        running.forEach((child) => child.kill('SIGKILL'));
      }
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return { failure, results: results.filter(Boolean) };
}

/** { steps, of, tape, text } of a failing seed, shrunk. */
async function shrink(program, seed) {
  const { output } = await collect(program, ['shrink', String(seed)]);
  const [, steps, of] = /^steps (\d+) of (\d+)/m.exec(output) ?? [];
  const tape = /^replay (.*)/m.exec(output)?.[1];
  return { steps: Number(steps), of: Number(of), tape, text: output.slice(output.indexOf('replay ')) };
}

async function tellFailure(program, { failed, why }) {
  console.log(`seed ${failed} fails: ${why}`);
  const { steps, of, tape, text } = await shrink(program.replace('/wasm/sim.wasm', '/sanitize/sim'), failed);
  if (!tape) {
    throw new Complaint(`it could not be shrunk: ${text}`);
  }
  console.log(`shrunk from ${of} steps to ${steps}:`);
  console.log(text.slice(text.indexOf('\n') + 1).trimEnd());
  console.log(`npm run sim -- --replay '${tape}'`);
}

/* ---- Summaries --------------------------------------------------------- */

const isCounts = (value) => typeof value === 'object' && !Array.isArray(value);

/** All summaries as one. */
function sum(results) {
  const total = { seeds: 0, commands: 0, events: 0, blocks: [], counts: {} };
  for (const result of results) {
    total.blocks.push(...result.blocks);
    for (const [title, value] of Object.entries(result)) {
      if (title === 'counts') {
        for (const [table, counts] of Object.entries(value).filter(([, one]) => isCounts(one))) {
          const into = (total.counts[table] ??= {});
          for (const [name, count] of Object.entries(counts)) {
            into[name] = (into[name] ?? 0) + count;
          }
        }
      } else if (title in total && title !== 'blocks') {
        total[title] += value;
      }
    }
  }
  return total;
}

/** What never came about. */
const missing = (counts) =>
  Object.entries(counts).flatMap(([table, rows]) =>
    Object.entries(rows)
      .filter(([name, count]) => count === 0 && !RARE.has(`${table} ${name}`))
      .map(([name]) => `${table}: ${name}`),
  );

const digestOf = (blocks) => createHash('sha256').update(blocks.join()).digest('hex').slice(0, 16);

const figures = ({ seeds, commands, events }) =>
  `${seeds} seeds, ${commands.toLocaleString('en')} commands, ${events.toLocaleString('en')} events`;

/* ---- What can be asked for --------------------------------------------- */

async function runSeeds(options) {
  await cmakeBuild(options.preset, ['sim']);
  const program = programOf(options.preset);
  const { failure, results } = await playAll(program, options);
  if (failure) {
    await tellFailure(program, failure);
    return 1;
  }
  const total = sum(results);
  console.log(`${figures(total)}: 0 differences; digest ${digestOf(total.blocks)}`);
  for (const [table, rows] of Object.entries(total.counts)) {
    const list = Object.entries(rows).map(([name, count]) => `${name} ${count}`);
    console.log(`  ${table}: ${list.join(', ')}`);
  }
  const never = missing(total.counts);
  if (total.seeds >= COVERED_FROM && never.length > 0) {
    console.log(`never came about: ${never.join('; ')}`);
    return 1;
  }
  return 0;
}

async function replay(preset, tape) {
  await cmakeBuild(preset, ['sim']);
  const { code, output } = await collect(programOf(preset), ['replay', tape]);
  console.log(output.trimEnd());
  return code;
}

/** The same seeds in all builds: the same events, answers and states. */
async function compareBuilds(options) {
  const totals = [];
  for (const preset of BUILDS) {
    await cmakeBuild(preset, ['sim']);
    const { failure, results } = await playAll(programOf(preset), options);
    if (failure) {
      await cmakeBuild('sanitize', ['sim']);
      await tellFailure(programOf(preset), failure);
      return 1;
    }
    totals.push(sum(results));
    console.log(`${preset.padEnd(8)} ${figures(totals.at(-1))}; digest ${digestOf(totals.at(-1).blocks)}`);
  }
  const [first, ...others] = totals.map(({ blocks }) => blocks);
  const differs = first.findIndex((digest, index) => others.some((blocks) => blocks[index] !== digest));
  if (differs >= 0) {
    const from = options.first + differs * BLOCK;
    console.log(`the digests of seeds ${from} to ${from + BLOCK - 1} differ`);
    return 1;
  }
  return 0;
}

/** Writes the changed files of the kernel to build/canaries. */
function plantCanaries() {
  const folder = join(root, 'build/canaries');
  const names = canaries.map(({ name }) => `canary_${name}.c`);
  mkdirSync(folder, { recursive: true });
  readdirSync(folder)
    .filter((file) => !names.includes(file))
    .forEach((file) => rmSync(join(folder, file)));
  canaries.forEach(({ name, file, from, to }, index) => {
    const parts = readFileSync(join(root, 'src', file), 'utf8').split(from);
    if (parts.length !== 2) {
      throw new Complaint(`canary ${name}: its place is there ${parts.length - 1} times in src/${file}`);
    }
    const path = join(folder, names[index]);
    const text = parts.join(to);
    const old = readdirSync(folder).includes(names[index]) ? readFileSync(path, 'utf8') : '';
    if (old !== text) {
      writeFileSync(path, text);
    }
  });
}

/** Seeds until one fails; then how short its tape is. */
async function findCanary({ name, what }) {
  const program = programOf('release', `canary_${name}`);
  const { failure } = await playAll(program, { first: 1, count: CANARY_SEEDS_MAX, jobs: 1 });
  if (!failure) {
    return { ok: false, line: `${name}: not found in ${CANARY_SEEDS_MAX} seeds (${what})` };
  }
  const { steps, tape } = await shrink(program, failure.failed);
  const line = `${name}: found by seed ${failure.failed}, ${steps} commands (${what})`;
  return { ok: Boolean(tape) && steps <= CANARY_STEPS_MAX, line };
}

async function findCanaries(jobs) {
  plantCanaries();
  await cmakeBuild('release', ['canaries']);
  const queue = [...canaries];
  const lines = [];
  const worker = async () => {
    while (queue.length > 0) {
      const canary = queue.shift();
      const { ok, line } = await findCanary(canary);
      lines.push([canary.name, ok, line]);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  for (const { name } of canaries) {
    const [, ok, line] = lines.find(([one]) => one === name);
    console.log(`${ok ? 'found ' : 'FAILED'}  ${line}`);
  }
  return lines.every(([, ok]) => ok) ? 0 : 1;
}

function whole(text, name) {
  if (!/^\d+$/.test(text)) {
    throw new Complaint(`--${name} takes a number, not ${text}`);
  }
  return Number(text);
}

await run(async () => {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: String(SEEDS) },
      seed: { type: 'string', default: '1' },
      jobs: { type: 'string', default: '2' },
      preset: { type: 'string', default: 'sanitize' },
      replay: { type: 'string' },
      canary: { type: 'boolean' },
      builds: { type: 'boolean' },
    },
  });
  const options = {
    first: whole(values.seed, 'seed'),
    count: whole(values.seeds, 'seeds'),
    jobs: Math.max(1, whole(values.jobs, 'jobs')),
    preset: values.preset,
  };
  if (values.replay !== undefined) {
    process.exitCode = await replay(options.preset, values.replay);
  } else if (values.canary) {
    process.exitCode = await findCanaries(options.jobs);
  } else if (values.builds) {
    process.exitCode = await compareBuilds(options);
  } else {
    process.exitCode = await runSeeds(options);
  }
});
