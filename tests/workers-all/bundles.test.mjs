// The package in bundles, which are run: by Vite for a page, by esbuild for a page
// and for Node.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import { installPackage } from '../workers/packed.mjs';
import { titlesOf } from '../workers/pages.mjs';

/* Kills a loop, and streams through the workers. */
const APP = `
import { createRuntime } from 'belay-tasks';
const runtime = createRuntime({ workers: { max: 2 } });
const { Task, inspect } = runtime;
const work = new URL('./work.js', import.meta.url);
export async function main() {
  const runaway = Task.async(work, 'spin');
  while (inspect().workers?.busy !== 1) await runtime.sleep(1);
  await Task.shutdown(runaway, 'brutalKill');
  const entries = await Task.asyncStream([1, 2, 3], work, 'times', [10]).toArray();
  runtime.dispose();
  return entries.map(({ value }) => value).join(' ');
}
`;
const SHOW = "main().then((text) => { document.title = text; }, (error) => { document.title = String(error); });";
const WORK = 'export const times = (item, factor) => item * factor;\nexport function spin() { for (;;); }\n';

let folder;
/** A project with the package installed. */
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'belay-bundles-'));
  await installPackage(folder);
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'work.js'), WORK);
  await writeFile(join(folder, 'app.js'), `${APP}\n${SHOW}`);
  await writeFile(join(folder, 'program.js'), `${APP}\nconsole.log(await main());`);
  await writeFile(join(folder, 'index.html'), '<!doctype html><title></title><script type="module" src="./app.js"></script>');
});
after(() => rm(folder, { recursive: true }));

describe('a bundle', { concurrency: false }, () => {
  it('by Vite runs in a page', async () => {
    const out = join(folder, 'by-vite');
    await vite({ root: folder, base: './', logLevel: 'error', configFile: false, build: { outDir: out, assetsInlineLimit: 0 } });
    assert.deepEqual(await titlesOf(out, ['plain', 'isolated']), ['10 20 30', '10 20 30']);
  });

  it('by Vite runs where small modules are written into their addresses', async () => {
    const out = join(folder, 'by-vite-inlined');
    await vite({ root: folder, base: './', logLevel: 'error', configFile: false, build: { outDir: out } });
    assert.deepEqual(await titlesOf(out, ['plain']), ['10 20 30']);
  });

  it('by esbuild runs in a page', async () => {
    const out = join(folder, 'by-esbuild');
    await esbuild({
      absWorkingDir: folder,
      entryPoints: [
        { in: 'app.js', out: 'app' }, { in: 'work.js', out: 'work' }, { in: 'belay-tasks/worker', out: 'belay-worker' },
      ],
      bundle: true, format: 'esm', outdir: out, logLevel: 'error',
    });
    await writeFile(join(out, 'index.html'), '<!doctype html><title></title><script type="module" src="./app.js"></script>');
    assert.deepEqual(await titlesOf(out, ['plain']), ['10 20 30']);
  });

  it('by esbuild runs in Node', async () => {
    const out = join(folder, 'for-node');
    await esbuild({
      absWorkingDir: folder,
      entryPoints: [
        { in: 'program.js', out: 'program' }, { in: 'work.js', out: 'work' },
        { in: 'belay-tasks/worker-node', out: 'belay-worker-node' },
      ],
      bundle: true, format: 'esm', platform: 'node', outdir: out, logLevel: 'error',
    });
    const { stdout, stderr, status } = spawnSync(process.execPath, [join(out, 'program.js')], { encoding: 'utf8', timeout: 60_000 });
    assert.deepEqual({ stdout, stderr, status }, { stdout: '10 20 30\n', stderr: '', status: 0 });
  });
});
