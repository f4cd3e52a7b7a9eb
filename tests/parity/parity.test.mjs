// Each lesson's Elixir and Python, executed anew on the real interpreters:
// the outcome is the recorded one, and Belay's where the lesson says so.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { openSources } from '../../web/tools/sources.mjs';
import { asRecorded, proveBelay, proveElixir, provePython } from '../../web/tools/parity/prove.mjs';

/* `npm run parity` asks for all of it; else for the presets of the first lesson of each
 * section, as an interpreter takes a second to begin with. That the texts of all lessons
 * are those that were executed, tests/browser/lessons.test.mjs holds against the record. */
const isWhole = process.env.BELAY_TAKEN === 'all';
const ASKED = isWhole ? Infinity : 1;

const sources = await openSources();
const { readLessonFiles } = await sources.load('/tools/lessons.ts');
const lessons = readLessonFiles(sources.lessons).filter(({ id }) => isWhole || id.endsWith('1'));
const worlds = new Map();
for (const files of lessons) worlds.set(files.id, (await proveBelay(files, sources)).worlds);
await sources.close();

/* On the real clock of a busy machine something can be so late that the
 * outcome is another one; a program that is wrong misses it each time. */
const TRIES = 3;

describe('the recorded outcome is reached', { concurrency: 2 }, () => {
  for (const { id, texts, expected } of lessons) {
    for (const [language, prove] of [
      ['elixir', proveElixir],
      ['python', provePython],
    ]) {
      it(`of ${id} in ${language}`, async () => {
        const { outcome, also = [] } = expected[language];
        const wanted = asRecorded([outcome, ...also].slice(0, ASKED));
        let reached;
        for (let tries = 0; tries < TRIES && !isDeepStrictEqual(reached, wanted); tries += 1) {
          const { outcomes } = await prove(
            texts[language].text,
            worlds.get(id).slice(0, ASKED),
          );
          reached = asRecorded(outcomes);
        }
        assert.deepEqual(reached, wanted);
      });
    }
  }
});
