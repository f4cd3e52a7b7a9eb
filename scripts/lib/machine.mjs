// What scripts/setup.mjs does, once Node is known to be new enough.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask, Complaint, must, root } from './shell.mjs';
import * as tools from './tools.mjs';

const GOALS = ['build', 'start', 'test', 'bench'];

/**
 * What may be missing. `packages` are names to try in this order, for Debian
 * and Ubuntu do not agree; `optional` ones are passed over when no name is
 * known. `why` ends the sentence "installing x: ...".
 */
function missingTools(goal) {
  const clang = tools.wasmClang();
  const needs = [
    {
      there: tools.onPath('cmake'),
      packages: ['cmake'],
      why: 'drives the C builds',
    },
    {
      there: tools.onPath('ninja', 'make'),
      packages: ['ninja-build'],
      why: 'runs the C builds',
    },
    {
      there: clang,
      packages: ['clang-14', 'clang'],
      why: 'compiles the kernel to WebAssembly',
    },
    {
      there: clang?.linker,
      packages: [`lld${versionOf(clang)}`, 'lld-14', 'lld'],
      why: 'links the WebAssembly module',
    },
    {
      there: tools.wasiHeaders(),
      packages: ['wasi-libc'],
      why: 'the C library of the WebAssembly module',
    },
    {
      there: clang?.runtime,
      packages: [
        `libclang-rt${versionOf(clang)}-dev-wasm32`,
        'libclang-rt-14-dev-wasm32',
        'libclang-rt-dev-wasm32',
      ],
      optional: true,
      why: "clang's own functions for WebAssembly",
    },
    {
      there: tools.onPath('wasm-opt'),
      packages: ['binaryen'],
      why: 'makes the WebAssembly module smaller',
    },
  ];
  if (goal === 'test' || goal === 'bench') {
    needs.push({
      there: tools.onPath('gcc'),
      packages: ['gcc'],
      why: 'compiles the kernel natively',
    });
  }
  if (goal === 'test') {
    needs.push(
      {
        there: tools.onPath('gcc') && tools.sanitizers('gcc'),
        packages: [`libgcc-${gccMajor()}-dev`],
        why: 'the sanitizers under which the C tests run',
      },
      {
        there: tools.clangFormat(),
        packages: ['clang-format-14', 'clang-format'],
        why: 'checks the layout of the C sources',
      },
      {
        there: tools.clangTidy(),
        packages: ['clang-tidy-14', 'clang-tidy'],
        why: 'checks the C sources for mistakes',
      },
      {
        there: tools.onPath('emcc'),
        packages: ['emscripten'],
        why: 'the second compiler to WebAssembly, for test:emscripten',
      },
      {
        there: tools.onPath('elixir'),
        packages: ['elixir'],
        why: 'what Belay is held against, for test:conformance and parity',
      },
      {
        there: tools.onPath('python3'),
        packages: ['python3'],
        why: 'runs the Python of the lessons, for parity',
      },
      {
        there: tools.onPath('valgrind'),
        packages: ['valgrind'],
        why: 'counts the instructions of the kernel, for test:instructions',
      },
      {
        there: tools.onPath('wasm2c'),
        packages: ['wabt'],
        optional: true,
        why: 'a host of WASI without JavaScript, for test:wasi',
      },
      {
        there: tools.chromium(),
        packages: ['chromium'],
        why: 'the browser that the playground is tested in',
        snap: true,
      },
      {
        there: tools.firefox(),
        packages: ['firefox-esr'],
        optional: true,
        why: 'another browser that bodies on workers are tested in',
      },
    );
  }
  return needs.filter(({ there }) => !there);
}

/** '-14' for /usr/bin/clang-14, '' for /usr/bin/clang or none. */
function versionOf(clang) {
  return /(-\d+)$/.exec(clang?.clang ?? '')?.[1] ?? '';
}

function gccMajor() {
  return ask('gcc', ['-dumpversion']).split('.')[0] || '12';
}

/** How to call apt-get: as root, or through sudo. Null when neither is possible. */
function aptGet() {
  if (!tools.onPath('apt-get')) {
    return null;
  }
  if (process.getuid?.() === 0) {
    return ['apt-get'];
  }
  if (!tools.onPath('sudo')) {
    return null;
  }
  // Without a terminal nobody could answer sudo's question.
  if (!process.stdin.isTTY && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0) {
    return null;
  }
  return ['sudo', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'];
}

function isUbuntu() {
  const file = '/etc/os-release';
  return existsSync(file) && /^ID(_LIKE)?=.*ubuntu/m.test(readFileSync(file, 'utf8'));
}

const SNAP_ADVICE = [
  "A Chromium is missing, and Ubuntu's packages only install a snap. Do one of these:",
  '  sudo snap install chromium         and then export CHROMIUM_PATH=/snap/bin/chromium',
  '  install Google Chrome or any other Chromium, and export CHROMIUM_PATH=<its program>',
].join('\n');

/** The first of `names` that apt could install, or undefined. */
function available(names) {
  return [...new Set(names)].find((name) => {
    const policy = ask('apt-cache', ['policy', name]);
    return /Candidate: (?!\(none\))/.test(policy);
  });
}

function byHand(needs) {
  const lines = needs.map(({ packages, why }) => `  ${packages[0]}: ${why}`);
  return [
    'These are missing and cannot be installed from here (no apt-get, or no right to use it).',
    'Install them and run this again; the names are those of Debian 12:',
    ...lines,
    `On Debian, as root: apt-get install ${needs.map(({ packages }) => packages[0]).join(' ')}`,
    'BELAY_CLANG and CHROMIUM_PATH may name a clang and a Chromium that are elsewhere.',
  ].join('\n');
}

function installTools(needs) {
  if (needs.some(({ snap }) => snap)) {
    if (process.env.CHROMIUM_PATH) {
      throw new Complaint(`CHROMIUM_PATH names no file: ${process.env.CHROMIUM_PATH}`);
    }
    if (isUbuntu()) {
      throw new Complaint(SNAP_ADVICE);
    }
  }
  const apt = aptGet();
  if (!apt) {
    throw new Complaint(byHand(needs));
  }
  const [command, ...before] = apt;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const get = (...args) =>
    must(command, [...before, '-q', '-o', 'DPkg::Lock::Timeout=120', ...args], {
      env,
      stdio: ['inherit', 'ignore', 'inherit'],
    });
  console.log('asking apt for its list of packages: something is missing');
  get('update');
  const names = [];
  for (const { packages, why, optional } of needs) {
    const name = available(packages);
    if (name) {
      console.log(`installing ${name}: ${why}`);
      names.push(name);
    } else if (!optional) {
      throw new Complaint(`apt knows none of ${packages.join(', ')} (${why}); install it by hand`);
    }
  }
  if (names.length > 0) {
    get('install', '-y', '--no-install-recommends', ...names);
  }
}

/** Runs `npm ci` in `folder` unless it was done for this very lock file. */
function installModules(folder, why) {
  const lock = join(root, folder, 'package-lock.json');
  const stamp = join(root, folder, 'node_modules/.belay-stamp');
  const hash = createHash('sha256').update(readFileSync(lock)).digest('hex');
  const state = `${hash} ${process.platform} ${process.arch}\n`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state) {
    return;
  }
  console.log(`npm ci in ${folder === '.' ? 'the project' : folder}: ${why}`);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  must(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: join(root, folder) });
  writeFileSync(stamp, state);
}

/** Installs what `goal` needs and does not find. */
export async function setUp(goal) {
  if (!GOALS.includes(goal)) {
    throw new Complaint(`setup knows ${GOALS.join(', ')}; not ${goal}`);
  }
  const missing = missingTools(goal);
  if (missing.some(({ optional, packages }) => !optional || available(packages))) {
    installTools(missing);
    const still = missingTools(goal).filter(({ optional }) => !optional);
    if (still.length > 0) {
      throw new Complaint(`still missing after the installation:\n${byHand(still)}`);
    }
  }
  if (goal === 'start' || goal === 'test') {
    installModules('.', 'the playground and the tests use them');
  }
  if (goal === 'bench') {
    installModules('bench', 'the benchmarks compare Belay with them');
  }
}
