// Prints each lesson's run with its presets: { id: { events, until, outcome } }.
import { openSources } from './sources.mjs';

const sources = await openSources();
try {
  const { readLessonFiles, inputOf } = await sources.load('/tools/lessons.ts');
  const { runInNode } = await sources.load('/src/engine/node.ts');
  const runs = {};
  for (const files of readLessonFiles(sources.lessons)) {
    const { events, until, outcome } = await runInNode(inputOf(files));
    runs[files.id] = { events, until, outcome };
  }
  process.stdout.write(JSON.stringify(runs));
} finally {
  await sources.close();
}
