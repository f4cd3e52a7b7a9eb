// Each lesson's Elixir and Python, executed anew on the real interpreters:
// the outcome is the recorded one, and Belay's where the lesson says so.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openSources } from '../../web/tools/sources.mjs';
import { proveBelay, proveElixir, provePython } from '../../web/tools/parity/prove.mjs';

const sources = await openSources();
const { readLessonFiles } = await sources.load('/tools/lessons.ts');
const lessons = readLessonFiles(sources.lessons);
const fates = new Map();
for (const files of lessons) fates.set(files.id, (await proveBelay(files, sources)).fates);
await sources.close();

describe('the recorded outcome is reached', { concurrency: 2 }, () => {
  for (const { id, texts, expected } of lessons) {
    for (const [language, prove] of [
      ['elixir', proveElixir],
      ['python', provePython],
    ]) {
      it(`of ${id} in ${language}`, async () => {
        const { outcome } = await prove(texts[language].text, fates.get(id));
        assert.deepEqual(outcome, expected[language].outcome);
      });
    }
  }
});
