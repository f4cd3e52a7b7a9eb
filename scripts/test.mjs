// npm test: sets up, builds and runs the test suites.
//
//   npm test                       all of them
//   npm test -- --only js,c        some of them
//   npm test -- --verbose          with what the suites print
//
// The suites run two at a time, but never two that use the same build; those
// that need the machine for themselves run after them. On 2 cores all of it is to stay
// under 10 minutes. What would take longer is in suites that run when asked for: clang, fibers,
// stress, and those named ...All, whose tests stand in a folder named ...-all; the scripts
// of the parts run them (test:c, test:threads, test:web and so on), as do `npm run lint:deep`,
// `npm run parity` and `npm run sim` more than `npm test`. One line per suite, the
// failures of those that fail, a summary, and exit code 1 when one has failed.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Complaint, must, root, run } from './lib/shell.mjs';
import { buildEnvironment, chromium, firefox } from './lib/tools.mjs';

const SUITE_SECONDS_MAX = 420; // of a suite that names no other number
const SKIPPED = 77; // the exit code of a command that cannot tell, here
const LANES = 2;

/* How often what happens at random moments is tried, and with how many seeds; scripts of single parts give larger numbers than `npm test`. */
const KILLS = Number(process.env.BELAY_KILLS ?? 0);
const STRESS_RUNS = Number(process.env.BELAY_STRESS_RUNS ?? 0);
const SIM_SEEDS = Number(process.env.BELAY_SIM_SEEDS ?? 120);

const node = (...args) => [process.execPath, ...args];

/** The names in `folder` that `pattern` fits, in order; none is a mistake. */
function named(folder, pattern, deep = false) {
  const full = join(root, folder);
  const names = existsSync(full) ? readdirSync(full, { recursive: deep }) : [];
  const files = names.filter((name) => pattern.test(name)).sort();
  if (files.length === 0) {
    throw new Complaint(`no tests in ${folder}`);
  }
  return files.map((name) => join(folder, name));
}

/** The command that runs all *.test.js and *.test.mjs below `folder`. */
function nodeTests(folder, ...options) {
  const files = named(folder, /\.test\.m?js$/, true);
  return node('--test', '--test-reporter=spec', ...options, ...files);
}

/** The same, with the page built once for all of them. */
function withPage(folder, ...options) {
  return node('scripts/lib/with-page.mjs', ...nodeTests(folder, ...options));
}

/**
 * The commands that build a CMake preset, or these targets of it, and run its C
 * tests. `deviations`: in how many places the orders deviate in which the hard
 * cases are tried, two unless given.
 */
function cTests(preset, { deviations, targets = [] } = {}) {
  named('tests/unit', /_test\.c$/);
  const env = deviations === undefined ? [] : ['env', `BELAY_DEVIATIONS=${deviations}`];
  return [
    node('scripts/lib/cmake-preset.mjs', preset, ...targets),
    [...env, 'ctest', '--preset', preset, '-LE', 'runtime'],
  ];
}

/** The commands that build a CMake preset and run its tests of the C runtime. */
function runtimeTests(preset) {
  named('tests/runtime', /_test\.c$/);
  return [
    node('scripts/lib/cmake-preset.mjs', preset, 'runtime_tests'),
    ['ctest', '--preset', preset, '-L', 'runtime'],
  ];
}

/**
 * Each suite: what it is about, the CMake presets that it builds, whether it
 * must run alone because it uses both processors and looks at real time, whether
 * it runs only when it is asked for, how many seconds it may take, and its
 * commands, which stop at the first that fails.
 */
const suites = {
  workers: {
    about: 'bodies on workers: outcomes, kills, Chromium',
    // A second for each of the rounds of kills, which there are of four kinds, and one for the kills after which memory is looked at, on a busy machine.
    seconds: SUITE_SECONDS_MAX + 2 * KILLS,
    commands: () => [nodeTests('tests/workers', '--test-concurrency=1')],
  },
  workersAll: {
    about: 'bodies on workers: bundlers, Firefox',
    extra: true,
    commands: () => [nodeTests('tests/workers-all', '--test-concurrency=1')],
  },
  workersExample: {
    about: 'the example that computes on workers',
    extra: true, // examples has it
    commands: () => [node('--test', '--test-reporter=spec', 'tests/examples/workers.test.mjs')],
  },
  c: {
    about: 'C tests, native, with sanitizers',
    builds: ['sanitize'],
    // All orders take half a minute with sanitizers: they are tried by the suites fibers and clang.
    commands: () => cTests('sanitize', { deviations: 1, targets: ['c_tests'] }),
  },
  clang: {
    about: 'all C compiled by clang, for its warnings; the C tests with it, optimized',
    builds: ['clang'],
    extra: true, // c has them, and sim the kernel by clang
    commands: () => cTests('clang'),
  },
  threads: {
    about: 'jobs in C: on threads, and in workers of their own',
    // 20 for each run of stress, on a busy machine.
    seconds: SUITE_SECONDS_MAX + 20 * STRESS_RUNS,
    commands: () => [
      node('scripts/build-jobs.mjs', 'tests/threads/jobs', '--target', 'test_jobs'),
      nodeTests('tests/threads', '--test-concurrency=1'),
    ],
  },
  threadsAll: {
    about: 'jobs in C: their example, bundlers, Firefox',
    extra: true,
    commands: () => [
      node('scripts/build-jobs.mjs', 'tests/threads/jobs'),
      nodeTests('tests/threads-all', '--test-concurrency=1'),
    ],
  },
  tidy: {
    about: 'style of the sources',
    commands: () => [node('scripts/tidy.mjs')],
  },
  wasm: {
    about: 'the same C tests in WebAssembly',
    builds: ['wasm'],
    commands: () => cTests('wasm'),
  },
  sim: {
    about: 'random commands for the kernel and for a model of it; planted mistakes',
    builds: ['sanitize', 'release', 'clang', 'wasm'],
    seconds: SUITE_SECONDS_MAX + SIM_SEEDS,
    commands: () => [
      node('scripts/sim.mjs', '--seeds', String(SIM_SEEDS)),
      node('scripts/sim.mjs', '--canary'),
      node('scripts/sim.mjs', '--builds', '--seeds', String(Math.ceil(SIM_SEEDS / 2))),
    ],
  },
  js: {
    about: 'the JavaScript binding',
    commands: () => [nodeTests('tests/js')],
  },
  runtime: {
    about: 'tasks in C on threads: with sanitizers of memory and of threads; the library installed',
    builds: ['sanitize', 'thread', 'release'],
    commands: () => [
      ...runtimeTests('sanitize'),
      ...runtimeTests('thread'),
      nodeTests('tests/install'),
    ],
  },
  runtimeAll: {
    about: 'tasks in C on threads: 100,000 jobs again and again, a million tasks',
    builds: ['release'],
    extra: true,
    seconds: SUITE_SECONDS_MAX + 5 * STRESS_RUNS,
    commands: () => [
      node('scripts/lib/cmake-preset.mjs', 'release', 'stress_test'),
      ['build/release/stress_test', '100000', String(Math.max(3, STRESS_RUNS)), '1000000'],
    ],
  },
  wasi: {
    about: 'the program belay under node:wasi does what it does natively',
    builds: ['release', 'wasm'],
    commands: () => [
      node('scripts/lib/cmake-preset.mjs', 'release', 'cli', 'cli_turns', 'sim'),
      node('scripts/lib/cmake-preset.mjs', 'wasm', 'cli', 'runtime_fibers_tests'),
      nodeTests('tests/wasi'),
    ],
  },
  wasiAll: {
    about: 'the program belay without JavaScript; a project of its own that uses the runtime under WASI',
    builds: ['wasm'],
    extra: true,
    commands: () => [node('scripts/lib/cmake-preset.mjs', 'wasm', 'cli'), nodeTests('tests/wasi-all')],
  },
  parity: {
    about: 'the Elixir and the Python of the lessons, executed anew, and what is taken along',
    seconds: 600,
    commands: () => [nodeTests('tests/parity')],
  },
  types: {
    about: 'type declarations in several kinds of projects; the playground',
    commands: () => [
      ...[...named('tests/types', /^tsconfig.*\.json$/), 'web/tsconfig.json'].map((project) =>
        node('node_modules/typescript/bin/tsc', '--project', project),
      ),
      nodeTests('tests/types'),
    ],
  },
  conformance: {
    about: 'random scenarios: Belay and Elixir do the same',
    commands: () => [nodeTests('tests/conformance')],
  },
  emscripten: {
    about: 'the kernel built by Emscripten gives the same events',
    builds: ['emscripten'],
    commands: () => [node('scripts/build.mjs', '--emscripten'), nodeTests('tests/emscripten')],
  },
  emscriptenAll: {
    about: 'the C tests built by Emscripten',
    builds: ['emscripten'],
    extra: true,
    commands: () => cTests('emscripten'),
  },
  semantics: {
    about: 'each statement about Elixir in docs/semantics.md, on virtual time',
    commands: () => [
      nodeTests('tests/semantics'),
      node('tests/semantics/mutants.mjs', '--quick'),
    ],
  },
  page: {
    about: 'the playground is built, for web',
    commands: () => [node('scripts/lib/with-page.mjs')],
  },
  instructions: {
    about: 'how many instructions the operations of the kernel take',
    builds: ['release'],
    commands: () => [node('scripts/instructions.mjs')],
  },
  fibers: {
    about: 'the hard cases of tasks in C in all orders, their threads being fibers',
    builds: ['sanitize'],
    extra: true, // clang has them, c with sanitizers the orders that deviate once
    seconds: 1500, // all orders of one program may take 1200 on a busy machine
    commands: () => [
      node('scripts/lib/cmake-preset.mjs', 'sanitize', 'c_tests'),
      ['ctest', '--preset', 'sanitize', '-L', 'fibers'],
    ],
  },
  stress: {
    about: 'many jobs in C on threads, with resizing and killing, again and again',
    alone: true,
    extra: true, // threads has it, with fewer runs
    seconds: SUITE_SECONDS_MAX + 20 * STRESS_RUNS,
    commands: () => [
      node('scripts/build-jobs.mjs', 'tests/threads/jobs', '--target', 'test_jobs'),
      node('--test', '--test-reporter=spec', 'tests/threads/stress.test.mjs'),
    ],
  },
  examples: {
    about: 'the examples',
    alone: true,
    commands: () => [nodeTests('tests/examples', '--test-concurrency=1')],
  },
  web: {
    about: 'the playground in Chromium, and a short way in Firefox',
    alone: true,
    seconds: 600,
    commands: () => [withPage('tests/browser', '--test-concurrency=3')],
  },
  webAll: {
    about: 'the playground: each lesson on every screen, in Firefox, and wild programs',
    alone: true,
    extra: true,
    seconds: 3000,
    commands: () => [withPage('tests/browser-all', '--test-concurrency=1')],
  },
};

/** The process groups under way, to be ended with us. */
const running = new Set();

function endAll(signal) {
  for (const pid of running) {
    try {
      process.kill(-pid, signal);
    } catch {
      // It has ended by itself.
    }
  }
}

/** Runs one command until `deadline`: { code, output }. */
function runCommand([command, ...args], { env, deadline, verbose }) {
  return new Promise((done) => {
    const parts = [];
    // A group of its own, so that what it starts can be ended with it.
    const stdio = ['ignore', 'pipe', 'pipe'];
    const child = spawn(command, args, { cwd: root, env, detached: true, stdio });
    const take = (stream, out) =>
      stream.on('data', (part) => {
        parts.push(part);
        if (verbose) {
          out.write(part);
        }
      });
    take(child.stdout, process.stdout);
    take(child.stderr, process.stderr);
    const timer = setTimeout(() => {
      parts.push(Buffer.from('\nended, as the time of its suite is over\n'));
      process.kill(-child.pid, 'SIGKILL');
    }, deadline - performance.now());
    const end = (code) => {
      clearTimeout(timer);
      running.delete(child.pid);
      done({ code, output: Buffer.concat(parts).toString() });
    };
    child.on('error', (error) => {
      parts.push(Buffer.from(`${command}: ${error.message}\n`));
      end(127);
    });
    child.on('close', (code) => end(code ?? 1));
    if (child.pid) {
      running.add(child.pid);
    }
  });
}

/** How many tests the output speaks of, or 0. */
function testsIn(output) {
  const patterns = [/^ℹ tests (\d+)/gm, /tests failed out of (\d+)/g];
  return patterns
    .flatMap((pattern) => [...output.matchAll(pattern)])
    .reduce((sum, [, count]) => sum + Number(count), 0);
}

/** What tells of the failures in the output of a command that has failed. */
function failuresIn(output) {
  const summary = output.search(/^ℹ tests \d/m);
  const told = summary < 0 ? output : output.slice(summary);
  const passed = /^ *(✔|Start +\d+:|\d+\/\d+ Test.* Passed ).*\n/gm;
  return told.replaceAll(passed, '').trimEnd();
}

async function runSuite(name, options) {
  const started = performance.now();
  const deadline = started + (suites[name].seconds ?? SUITE_SECONDS_MAX) * 1000;
  let output = '';
  let last = '';
  let ok = true;
  let skipped = false;
  try {
    for (const command of suites[name].commands()) {
      const done = await runCommand(command, { ...options, deadline });
      output += done.output;
      last = done.output;
      skipped = done.code === SKIPPED;
      ok = done.code === 0;
      if (!ok) {
        break;
      }
    }
  } catch (error) {
    if (!(error instanceof Complaint)) {
      throw error;
    }
    last = `${error.message}\n`;
    ok = false;
  }
  const seconds = (performance.now() - started) / 1000;
  const count = testsIn(output);
  const columns = [
    skipped ? 'skipped' : ok ? 'ok     ' : 'FAILED ',
    name.padEnd(12),
    `${seconds.toFixed(1).padStart(6)} s`,
    (count > 0 ? `${count} tests` : '').padEnd(10),
    suites[name].about,
  ];
  console.log(columns.join('  '));
  if (!options.verbose) {
    const better = (output.match(/^better .*$/gm) ?? []).join('\n');
    const shown = skipped ? output.trimEnd() : ok ? better : failuresIn(last);
    if (shown !== '') {
      console.log(shown.replaceAll(/^/gm, '    '));
    }
  }
  return { name, ok: ok || skipped, skipped };
}

/** Runs `names` in `lanes`, two that build the same never at the same time. */
async function runInLanes(names, lanes, options) {
  const waiting = [...names];
  const building = new Set();
  const results = [];
  const ends = new Map(); // the suites under way, each with the promise of its end
  const isFree = (name) => !(suites[name].builds ?? []).some((preset) => building.has(preset));
  const begin = (name) => {
    waiting.splice(waiting.indexOf(name), 1);
    const { builds = [] } = suites[name];
    builds.forEach((preset) => building.add(preset));
    const end = runSuite(name, options).then((result) => {
      builds.forEach((preset) => building.delete(preset));
      results.push(result);
      ends.delete(name);
    });
    ends.set(name, end);
  };
  while (waiting.length > 0 || ends.size > 0) {
    const next = ends.size < lanes ? waiting.find(isFree) : undefined;
    if (next === undefined) {
      await Promise.race(ends.values());
    } else {
      begin(next);
    }
  }
  return results;
}

/** The suites that share the machine, the longest ones first, and then the others. */
async function runAll(names, options) {
  const shared = names.filter((name) => !suites[name].alone);
  const alone = names.filter((name) => suites[name].alone);
  const results = await runInLanes(shared, options.verbose ? 1 : LANES, options);
  return [...results, ...(await runInLanes(alone, 1, options))];
}

function chosen() {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, verbose: { type: 'boolean' } },
  });
  const usual = Object.keys(suites).filter((name) => !suites[name].extra);
  const names = values.only?.split(',') ?? usual;
  const unknown = names.filter((name) => !(name in suites));
  if (unknown.length > 0) {
    const known = Object.keys(suites).join(', ');
    throw new Complaint(`no suite ${unknown.join(', ')}; there are ${known}`);
  }
  return { names, verbose: values.verbose ?? false };
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    endAll('SIGKILL');
    process.exit(1);
  });
}

await run(async () => {
  const started = performance.now();
  const { names, verbose } = chosen();
  must(process.execPath, ['scripts/setup.mjs', 'test']);
  must(process.execPath, ['scripts/build.mjs']);

  const env = { ...buildEnvironment(), CHROMIUM_PATH: chromium() ?? '', FIREFOX_PATH: firefox() ?? '' };
  const results = await runAll(names, { env, verbose });
  const failed = results.filter(({ ok }) => !ok).map(({ name }) => name);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const skipped = results.filter((result) => result.skipped).map(({ name }) => name);
  const passed = skipped.length === 0 ? 'all passed' : `passed, but skipped: ${skipped.join(', ')}`;
  const verdict = failed.length === 0 ? passed : `FAILED: ${failed.join(', ')}`;
  console.log(`${results.length} suites in ${seconds} s: ${verdict}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
});
