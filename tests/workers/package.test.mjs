// The package that is installed: its entries, what they share, and what is read
// before the first task.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { installPackage } from './packed.mjs';

let folder;
let installed;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'belay-package-'));
  installed = await installPackage(folder);
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
});
after(() => rm(folder, { recursive: true }));

/** What a program in the project prints. */
async function run(text) {
  const file = join(folder, 'program.js');
  await writeFile(file, text);
  const { stdout, stderr, status } = spawnSync(process.execPath, [file], { encoding: 'utf8', timeout: 60_000 });
  assert.deepEqual({ stderr, status }, { stderr: '', status: 0 });
  return stdout.trimEnd();
}

/** Files that importing one reads, itself among them. */
function filesFrom(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  const text = readFileSync(join(installed, 'dist', file), 'utf8');
  for (const [, next] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)) filesFrom(next, found);
  return found;
}

test('all that package.json names is there', () => {
  const { exports } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  const files = Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? entry : Object.values(entry)));
  assert.ok(files.length >= 10);
  for (const file of files) assert.ok(existsSync(join(installed, file)), file);
});

test('the links of the README and of docs lead to files that are there', () => {
  const texts = ['README.md', ...readdirSync(join(installed, 'docs')).map((name) => `docs/${name}`)];
  assert.ok(texts.length > 5);
  for (const text of texts) {
    const links = [...readFileSync(join(installed, text), 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)];
    for (const [, link] of links) assert.ok(existsSync(join(installed, dirname(text), link)), `${text}: ${link}`);
  }
});

const textOf = (file) => readFileSync(join(installed, 'dist', file), 'utf8');

test('an import reads three files, and none of the code for workers', () => {
  const files = [...filesFrom('index.js')];
  assert.equal(files.length, 3);
  const text = files.map(textOf).join('');
  assert.match(text, /Task\.asyncStream/);
  assert.doesNotMatch(text, /belay-worker-node\.js/);
});

/* It is 17,000 to 18,000 bytes; a runtime alone has 190,000. */
const WORKER_MOST = 20_000;

for (const name of ['belay-worker.js', 'belay-worker-node.js']) {
  test(`before its first job ${name} reads two files, without a runtime`, () => {
    const files = [...filesFrom(name)];
    assert.equal(files.length, 2);
    const text = files.map(textOf).join('');
    assert.doesNotMatch(text, /Task\.asyncStream/);
    assert.ok(text.length <= WORKER_MOST, `${text.length} bytes`);
  });
}

test('a first task does not have Node load what `performance` is made of', async () => {
  const loaded = "console.log(process.moduleLoadList.includes('NativeModule perf_hooks'))";
  const before = await run(loaded);
  assert.equal(await run(`import { Task } from 'belay-tasks';\nawait Task.await(Task.async(() => 1));\n${loaded};`), before);
});

test('an import gives what index.d.ts declares', async () => {
  const types = readFileSync(join(installed, 'bindings/js/index.d.ts'), 'utf8').replace(/\/\*[^]*?\*\//g, '');
  const declared = [...types.matchAll(/^export (?:const|function|class|abstract class) (\w+)/gm)].map(([, name]) => name);
  const names = await run("import * as belay from 'belay-tasks';\nconsole.log(Object.keys(belay).join(' '));");
  assert.deepEqual(names.split(' ').sort(), [...new Set(declared)].sort());
});

test('tasks, simulations and jobs on workers have their errors in common', async () => {
  await writeFile(join(folder, 'work.js'), `
    import { TimeoutError } from 'belay-tasks';
    export const double = (number) => 2 * number;
    export async function late(context) {
      const task = context.Task.async(({ sleep }) => sleep(1000));
      return context.Task.await(task, 1).catch((error) => error instanceof TimeoutError);
    }
  `);
  const printed = await run(`
    import { BelayError, ExitError, inspect, Task, TimeoutError } from 'belay-tasks';
    import { simulate } from 'belay-tasks/testing';
    import * as threads from 'belay-tasks/threads';
    const work = new URL('./work.js', import.meta.url);
    const said = [await Task.await(Task.async(() => 1)), inspect().workers];
    said.push(await Task.await(Task.async(work, 'double', [4])), inspect().workers.size > 0);
    said.push(await Task.await(Task.async(work, 'late')));
    const { value } = await simulate(async ({ Task }) => {
      const task = Task.async((context) => context.sleep(60_000));
      return Task.await(task, 50_000).catch((error) => [error instanceof TimeoutError, error.name]);
    });
    said.push(...value, threads.JobError.prototype instanceof BelayError, new ExitError('why').name);
    console.log(said.join(' '));
  `);
  assert.equal(printed, '1  8 true true true TimeoutError true ExitError');
});

test('the map of each file leads to sources that are there', () => {
  for (const file of filesFrom('index.js')) {
    const { sources } = JSON.parse(readFileSync(join(installed, 'dist', `${file}.map`), 'utf8'));
    assert.ok(sources.length > 0);
    for (const source of sources) assert.ok(existsSync(join(installed, 'dist', source)), source);
  }
});
