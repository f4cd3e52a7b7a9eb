// The exercise in Firefox, and in the page that is one file: all of its checks.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { after, before, describe, it } from 'node:test';
import { build } from 'vite';
import { openSources } from '../../web/tools/sources.mjs';
import {
  clickVisible,
  launchBrowser,
  openPage,
  text,
  useSite,
  web,
  writeProgram,
} from '../browser/support.mjs';

const sources = await openSources();
const { readExercise } = await sources.load('/tools/exercise.ts');
const { exercise } = readExercise(fileURLToPath(new URL('../../web/exercise', import.meta.url)));
await sources.close();

/** The reference passes every step, a mutant fails, and its failure can be seen. */
async function useExercise(page) {
  await page.waitForSelector('.exercise-step');
  const told = (pattern) =>
    page.waitForFunction(
      (wanted) => new RegExp(wanted).test(document.querySelector('#page > [role=status]').textContent),
      { timeout: 60_000 },
      pattern,
    );
  await writeProgram(page, exercise.reference);
  await clickVisible(page, '.check-row .button:nth-child(2)');
  await told('^All steps pass: 5 of 5 steps solved');
  assert.match(await text(page, '.finding'), /Your tests caught 6 of 6/);
  await writeProgram(page, exercise.mutants[0].program);
  await clickVisible(page, '.check-row .button:nth-child(2)');
  await told('^Step 1 failed');
  await clickVisible(page, '.finding .button');
  await page.waitForSelector('.scrub:focus');
  assert.match(await text(page, '.log'), /\/orders\s*asked/);
}

describe('the exercise in Firefox', () => {
  const { withPage } = useSite('Firefox');
  it('is checked to its end, and shows what has failed', () => withPage('#H', {}, useExercise));
});

describe('the exercise in the page that is one file', () => {
  let folder;
  let browser;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'belay-single-'));
    const options = { outDir: folder, emptyOutDir: true };
    await build({ root: web, mode: 'single', logLevel: 'error', build: options });
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await rm(folder, { recursive: true });
  });

  it('is checked to its end, and shows what has failed', async () => {
    const file = pathToFileURL(join(folder, 'belay-playground.html')).href;
    const page = await openPage(browser, `${file}#H`);
    await useExercise(page);
    assert.deepEqual(page.complaints, []);
    await page.close();
  });
});
