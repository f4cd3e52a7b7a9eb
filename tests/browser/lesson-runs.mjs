// The page's lessons, run in Node.
import { load, sources } from './engine.mjs';

const { inputOf, readLessonFiles } = await load('/tools/lessons.ts');
const { runInNode } = await load('/src/engine/node.ts');
const { traceOf } = await load('/src/model/trace.ts');

export const lessons = readLessonFiles(sources.lessons);
export const lessonOf = (id) => lessons.find((files) => files.id === id);

/** What the engine is given, run to its end: what it gives, and its trace. */
export async function ranOf(input) {
  const ran = await runInNode(input);
  return { ...ran, trace: traceOf(structuredClone(ran.events), ran.until) };
}

/** A lesson's program, with some of its knobs turned. */
export const ranLesson = (id, turned) => ranOf(inputOf(lessonOf(id), undefined, turned));
