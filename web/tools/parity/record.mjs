// Writes expect.json of each lesson: what Belay, Elixir and Python really give.
//
//   npm run record             all lessons
//   npm run record -- B3 B4    some of them
//
// What is written is checked in; `npm run parity` proves it anew.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSources } from '../sources.mjs';
import { proveBelay, proveElixir, provePython } from './prove.mjs';

const wanted = process.argv.slice(2);
const sources = await openSources();
try {
  const { hashOf, readLessonFiles } = await sources.load('/tools/lessons.ts');
  for (const files of readLessonFiles(sources.lessons)) {
    if (wanted.length > 0 && !wanted.includes(files.id)) continue;
    const { fates, ...belay } = await proveBelay(files, sources);
    const { elixir, python } = files.texts;
    const proofs = {
      elixir: { ...(await proveElixir(elixir.text, fates)), hash: hashOf(elixir.text) },
      python: { ...(await provePython(python.text, fates)), hash: hashOf(python.text) },
    };
    writeFileSync(
      join(files.folder, 'expect.json'),
      `${JSON.stringify({ belay, ...proofs }, null, 2)}\n`,
    );
    console.log(files.id);
    for (const [name, { outcome }] of Object.entries({ belay, ...proofs })) {
      console.log(`  ${name.padEnd(7)} ${JSON.stringify(outcome)}`);
    }
  }
} finally {
  await sources.close();
}
