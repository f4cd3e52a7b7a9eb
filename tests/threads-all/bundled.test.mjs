// Jobs in bundles, which are run: by Vite for a page, by esbuild for a page and for
// Node.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import { installPackage } from '../workers/packed.mjs';
import { titlesOf } from '../workers/pages.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const made = join(root, 'build/jobs/threads-jobs');

const APP = `
import { createRuntime } from 'belay-tasks';
import { loadJobs } from 'belay-tasks/threads';
import module from './jobs/test_jobs.mjs';
const { Task } = createRuntime();
export async function main() {
  const jobs = await loadJobs(module, { max: 2 });
  const entries = await Task.asyncStream([1, 2, 3], jobs.add, [10], { timeout: 60_000 }).toArray();
  const { mode } = jobs.inspect();
  jobs.dispose();
  return mode + ' ' + entries.map(({ value }) => value).join(' ');
}
`;
const SHOW = 'main().then((text) => { document.title = text; }, (error) => { document.title = String(error); });';

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'belay-jobs-'));
  await installPackage(folder);
  await copyJobs(join(folder, 'jobs'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'app.js'), `${APP}\n${SHOW}`);
  await writeFile(join(folder, 'program.js'), `${APP}\nconsole.log(await main());`);
  await writeFile(join(folder, 'index.html'), '<!doctype html><title></title><script type="module" src="./app.js"></script>');
});
after(() => rm(folder, { recursive: true }));

/** Copies what belay_add_jobs has made. */
async function copyJobs(to) {
  await mkdir(to, { recursive: true });
  await cp(join(made, 'test_jobs.mjs'), join(to, 'test_jobs.mjs'));
  await cp(join(made, 'test_jobs'), join(to, 'test_jobs'), { recursive: true });
}

const expected = ['workers 11 12 13', 'threads 11 12 13'];

describe('a bundle with jobs', { concurrency: false }, () => {
  it('by Vite runs in a page, whether or not its memory is shared', async () => {
    const out = join(folder, 'by-vite');
    await vite({ root: folder, base: './', logLevel: 'error', configFile: false, build: { outDir: out, target: 'esnext' } });
    assert.deepEqual(await titlesOf(out, ['plain', 'isolated']), expected);
  });

  it('by esbuild runs in a page, with the folder of the jobs copied beside it', async () => {
    const out = join(folder, 'by-esbuild');
    await esbuild({
      entryPoints: [join(folder, 'app.js')], bundle: true, format: 'esm', platform: 'browser', outdir: out,
    });
    await cp(join(made, 'test_jobs'), join(out, 'test_jobs'), { recursive: true });
    await writeFile(join(out, 'index.html'), '<!doctype html><title></title><script type="module" src="./app.js"></script>');
    assert.deepEqual(await titlesOf(out, ['plain', 'isolated']), expected);
  });

  it('by esbuild runs in Node', async () => {
    const out = join(folder, 'for-node');
    const file = join(out, 'program.mjs');
    await esbuild({
      entryPoints: [join(folder, 'program.js')], bundle: true, format: 'esm', platform: 'node', outfile: file,
    });
    await cp(join(made, 'test_jobs'), join(out, 'test_jobs'), { recursive: true });
    const { stdout, stderr, status } = spawnSync(process.execPath, [file], { encoding: 'utf8', timeout: 60_000 });
    assert.equal(stderr, '');
    assert.equal(stdout, 'threads 11 12 13\n');
    assert.equal(status, 0);
  });
});
