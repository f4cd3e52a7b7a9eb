/**
 * Breaks the library on purpose, in one place at a time, and looks whether the
 * tests of the statements that are hurt by that notice.
 *
 *   npm run mutants                 all of them
 *   npm run mutants -- --only wait  those whose file or description has "wait"
 *   ... --quick                     a few that need no build
 *
 * Works in copies of the project below build/mutants. One line per mutant;
 * exit code 1 when one survives, or when the text it changes is not there
 * exactly once, so that this list keeps up with the sources.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Complaint, root, run } from '../../scripts/lib/shell.mjs';
import { buildEnvironment } from '../../scripts/lib/tools.mjs';
import { mutants } from './mutants-list.mjs';
import { testsIn } from './names.mjs';

const LANES = 2;
const BUILD_SECONDS_MAX = 120;
const TEST_SECONDS_MAX = 60;
const QUICK = 3;
const COPIED = [
  'bindings', 'src', 'scripts', 'tests/semantics', 'tests/js/fake-clock.mjs', 'package.json',
  'CMakeLists.txt', 'CMakePresets.json', 'tests/model', 'tests/sim', // CMake wants to know of all targets
];

const isBuilt = ({ file }) => file.startsWith('src/');

/* ---- The tests. --------------------------------------------------------- */

/** For each id its tests: Map of id to [{ file, title }]. */
function testsById() {
  const found = new Map();
  const folder = join(root, 'tests/semantics');
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.test.mjs') && name !== 'table.test.mjs')) {
    for (const { id, title } of testsIn(readFileSync(join(folder, file), 'utf8'))) {
      if (!found.has(id)) found.set(id, []);
      found.get(id).push({ file, title });
    }
  }
  return found;
}

/** Runs a command to its end or to the end of its time: { code, output }. */
function command(cwd, args, seconds, env) {
  return new Promise((done) => {
    const stdio = ['ignore', 'pipe', 'pipe'];
    const child = spawn(process.execPath, args, { cwd, env, detached: true, stdio });
    const parts = [];
    child.stdout.on('data', (part) => parts.push(part));
    child.stderr.on('data', (part) => parts.push(part));
    const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), seconds * 1000);
    child.on('close', (code) => {
      clearTimeout(timer);
      done({ code: code ?? 1, output: Buffer.concat(parts).toString() });
    });
  });
}

/** The titles of the tests with these ids that pass in `folder`. */
async function passing(folder, ids, tests) {
  const files = new Set(ids.flatMap((id) => tests.get(id).map(({ file }) => `tests/semantics/${file}`)));
  const pattern = `^(${ids.join('|')}) `;
  const args = ['--test', '--test-reporter=tap', `--test-name-pattern=${pattern}`, ...files];
  const { output } = await command(folder, args, TEST_SECONDS_MAX, process.env);
  const lines = output.matchAll(/^ *ok \d+ - (.*)$/gm);
  return new Set([...lines].map(([, title]) => title.replaceAll('\\#', '#')).filter((title) => !/# SKIP/i.test(title)));
}

/** The ids none of whose tests notices. */
async function unnoticed(folder, ids, tests) {
  const passed = await passing(folder, ids, tests);
  return ids.filter((id) => tests.get(id).every(({ title }) => passed.has(title)));
}

/* ---- The copies. -------------------------------------------------------- */

function copyTo(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'tests/js'), { recursive: true });
  for (const path of COPIED) cpSync(join(root, path), join(folder, path), { recursive: true });
}

async function build(folder, env) {
  const { code, output } = await command(folder, ['scripts/build.mjs', '--any-size'], BUILD_SECONDS_MAX, env);
  return code === 0 ? null : output;
}

/** The text of a file with one change; a Complaint when that is not possible. */
function changed(text, { what, file, from, to }) {
  const count = text.split(from).length - 1;
  if (count !== 1) throw new Complaint(`"${what}": the text to change is ${count} times in ${file}`);
  if (from === to) throw new Complaint(`"${what}" changes nothing`);
  return text.replace(from, () => to);
}

/** What came of one mutant: { verdict, detail }. */
async function tryOne(mutant, folder, tests, env) {
  const file = join(folder, mutant.file);
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, changed(text, mutant));
  try {
    if (isBuilt(mutant)) {
      const failure = await build(folder, env);
      if (failure !== null) return { verdict: 'does not build', detail: failure };
    }
    const ids = await unnoticed(folder, mutant.ids, tests);
    return { verdict: ids.length === 0 ? 'noticed' : 'survived', detail: ids.join(' ') };
  } finally {
    writeFileSync(file, text);
  }
}

/* ---- All of them. ------------------------------------------------------- */

function chosen() {
  const { values } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean' } } });
  const list = mutants.filter(({ what, file }) => values.only === undefined || `${file} ${what}`.includes(values.only));
  if (list.length === 0) throw new Complaint(`no mutant has ${JSON.stringify(values.only)}`);
  return values.quick ? list.filter((mutant) => !isBuilt(mutant)).slice(0, QUICK) : list;
}

/** Mistakes of the list itself, before anything is run. */
function check(list, tests) {
  for (const mutant of list) {
    const unknown = mutant.ids.filter((id) => !tests.has(id));
    if (unknown.length > 0 || mutant.ids.length === 0) throw new Complaint(`"${mutant.what}": no tests ${unknown.join(', ')}`);
    changed(readFileSync(join(root, mutant.file), 'utf8'), mutant);
  }
}

await run(async () => {
  const started = performance.now();
  const tests = testsById();
  const list = chosen();
  check(mutants, tests);
  const ids = [...new Set(list.flatMap((mutant) => mutant.ids))];
  const failing = await unnoticed(root, ids, tests);
  const broken = ids.filter((id) => !failing.includes(id));
  if (broken.length > 0) throw new Complaint(`without any change these tests fail: ${broken.join(' ')}`);

  const env = { ...process.env, ...buildEnvironment() };
  const waiting = [...list];
  const verdicts = [];
  const lane = async (number) => {
    const folder = join(root, 'build/mutants', String(number));
    copyTo(folder);
    // Once a file of the kernel is put back, the module must be built again.
    for (let built = true, next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (!built && !isBuilt(next)) await build(folder, env);
      built = !isBuilt(next);
      const { verdict, detail } = await tryOne(next, folder, tests, env);
      verdicts.push(verdict);
      console.log(`${verdict.padEnd(14)}  ${next.what}  (${next.file}; ${next.ids.join(' ')})`);
      if (verdict !== 'noticed') console.log(`    ${verdict === 'survived' ? 'unnoticed by: ' : ''}${detail.trim()}`);
    }
    rmSync(folder, { recursive: true, force: true });
  };
  await Promise.all(Array.from({ length: Math.min(LANES, list.length) }, (_, number) => lane(number)));
  const count = (verdict) => verdicts.filter((each) => each === verdict).length;
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`${list.length} mutants in ${seconds} s: ${count('noticed')} noticed, ${list.length - count('noticed')} not`);
  process.exitCode = count('noticed') === list.length ? 0 : 1;
});
