// What `npm pack` bundles: names are shortened in it, but not those that users see.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { collect, root } from '../../scripts/lib/shell.mjs';

let folder;

before(async () => {
  folder = await mkdtemp(join(root, 'build', 'bundle-test-'));
  const { code, output } = await collect(process.execPath, ['scripts/bundle.mjs', '--out', relative(root, folder)], { cwd: root });
  assert.equal(code, 0, output);
});

after(() => rm(folder, { recursive: true, force: true }));

const entry = (name) => import(pathToFileURL(join(folder, `${name}.js`)));

test('each class of errors keeps its name', async () => {
  const errors = Object.entries({ ...(await entry('index')), ...(await entry('testing')), ...(await entry('threads')) })
    .filter(([name]) => name.endsWith('Error'));
  assert.ok(errors.length >= 20, `there are ${errors.length}`);
  for (const [name, constructor] of errors) assert.equal(constructor.name, name);
});

test('an error and a task are shown by their names alone', async () => {
  const { Task } = await entry('index');
  const task = Task.async(() => 1);
  assert.match(inspect(task, { customInspect: false, depth: 0 }), /^Task \{/);
  await Task.await(task);
  const error = await Task.await(Task.async(() => new Promise(() => {})), 0).catch((reason) => reason);
  for (const customInspect of [true, false]) {
    assert.match(inspect(error, { customInspect, depth: 0 }), /^\[?TimeoutError: task <\d+\.\d+> was not done within 0 ms/);
  }
});

test('an error that nobody has caught is printed with a short line of the package', async () => {
  const calls = {
    index: "Task.async(() => 1, { timout: 1 })",
    threads: "await loadJobs({})",
  };
  for (const [name, call] of Object.entries(calls)) {
    const address = JSON.stringify(pathToFileURL(join(folder, `${name}.js`)));
    const program = `import * as belay from ${address}; const { Task, loadJobs } = belay; ${call};`;
    const { code, output } = await collect(process.execPath, ['--input-type=module', '-e', program], { cwd: root });
    assert.equal(code, 1, output.slice(0, 1000));
    assert.match(output, /^TypeError: /m, output.slice(0, 1000));
    const longest = Math.max(...output.split('\n').map((line) => line.length));
    assert.ok(longest < 1000, `a line of ${longest} characters`);
  }
});
