// Writes expect.json of each lesson: what Belay, Elixir and Python really give.
//
//   npm run record             all lessons
//   npm run record -- B3 B4    some of them
//
// What is written is checked in; `npm run parity` proves it anew.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSources } from '../sources.mjs';
import { asRecorded, proveBelay, proveElixir, provePython } from './prove.mjs';

const wanted = process.argv.slice(2);
const sources = await openSources();
try {
  const { hashOf, readLessonFiles } = await sources.load('/tools/lessons.ts');
  for (const files of readLessonFiles(sources.lessons)) {
    if (wanted.length > 0 && !wanted.includes(files.id)) continue;
    const { worlds, outcomes, traces, order } = await proveBelay(files, sources);
    const inOther = async (prove, text) => {
      const { version, outcomes } = await prove(text, worlds);
      return { version, ...asRecorded(outcomes), hash: hashOf(text) };
    };
    const belay = { ...asRecorded(outcomes), traces, ...(order !== undefined && { order }) };
    const proofs = {
      elixir: await inOther(proveElixir, files.texts.elixir.text),
      python: await inOther(provePython, files.texts.python.text),
    };
    writeFileSync(
      join(files.folder, 'expect.json'),
      `${JSON.stringify({ belay, ...proofs }, null, 2)}\n`,
    );
    console.log(files.id);
    for (const [name, { outcome, also = [] }] of Object.entries({ belay, ...proofs })) {
      for (const one of [outcome, ...also])
        console.log(`  ${name.padEnd(7)} ${JSON.stringify(one)}`);
    }
  }
} finally {
  await sources.close();
}
