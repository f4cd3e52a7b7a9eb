// TypeScript finds the types that belay_add_jobs makes beside a module of jobs.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { collect, root } from '../../scripts/lib/shell.mjs';

const PROGRAM = `
import { Task } from 'belay-tasks';
import { loadJobs } from 'belay-tasks/threads';
import module from '../test_jobs.mjs';

const jobs = await loadJobs(module);
export const text: string = await Task.await(Task.async(jobs.shout, ['a']));
// @ts-expect-error It takes a string.
Task.async(jobs.shout, [1]);
// @ts-expect-error There is none of that name.
Task.async(jobs.noSuchJob, []);
`;

for (const [module, moduleResolution] of [['nodenext', 'nodenext'], ['esnext', 'bundler']]) {
  test(`${moduleResolution}: a job that is called in a wrong way is refused by TypeScript`, async () => {
    const folder = await mkdtemp(join(root, 'build/jobs/threads-jobs/types-'));
    try {
      await writeFile(join(folder, 'program.mts'), PROGRAM);
      const compilerOptions = { strict: true, noEmit: true, target: 'es2022', lib: ['es2022', 'dom'], types: [], module, moduleResolution };
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.mts'] }));
      const { code, output } = await collect(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder]);
      assert.equal(code, 0, output);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}
