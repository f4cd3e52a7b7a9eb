/**
 * `virtual:lesson` lists lessons, the exercise and examples; each one's texts are
 * a module of their own, and so are the words by which they are found. `virtual:exercise` is what else the exercise consists of.
 */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Plugin } from 'vite';
import { readExamples, type Read } from './examples.ts';
import { readExercise } from './exercise.ts';
import { exampleOf, readLessonFiles, type RecordedRun } from './lessons.ts';

const LIST = 'virtual:lesson';
const TEXTS = 'virtual:lesson/';
const WORDS = 'virtual:lesson-words';
const EXERCISE = 'virtual:exercise';
const RUNS_MAX = 64 * 1024 * 1024; // bytes of the recorded runs

export interface LessonOptions {
  /** The folder of the lesson's examples, with index.mjs. */
  readonly examples: string;
  /** The folder of the page's own lessons. */
  readonly lessons: string;
  /** The folder of the exercise. */
  readonly exercise: string;
}

export function lessonPlugin(options: LessonOptions): Plugin {
  let reading: Promise<Read[]> | null = null;
  /* Running all lessons takes seconds; a server is asked for their texts a few at a time. */
  const read = () =>
    (reading ??= readAll(options).catch((error: unknown) => {
      reading = null;
      throw error;
    }));
  return {
    name: 'belay:lesson',
    resolveId: (id) =>
      id === LIST || id === WORDS || id === EXERCISE || id.startsWith(TEXTS) ? `\0${id}` : undefined,
    async load(id) {
      if (!isOurs(id)) {
        return undefined;
      }
      const { examples: old, lessons, exercise } = options;
      for (const folder of [old, lessons, exercise].filter(existsSync)) {
        for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
          if (entry.isFile()) {
            this.addWatchFile(join(entry.parentPath, entry.name));
          }
        }
      }
      if (id === `\0${EXERCISE}`) {
        return `export const exercise = ${JSON.stringify(readExercise(exercise).exercise)};`;
      }
      const examples = await read();
      if (id === `\0${LIST}`) {
        return `export const examples = [${examples.map(listed).join(',')}];`;
      }
      if (id === `\0${WORDS}`) {
        return `export const words = ${JSON.stringify(wordsOf(examples))};`;
      }
      const { texts } = examples.find((example) => id === `\0${TEXTS}${example.about.id}`) as Read;
      return `export const texts = ${JSON.stringify(texts)};`;
    },
    /* Lessons are read anew, and the page with them; so are runs when the library is another. */
    handleHotUpdate({ file, modules, server }) {
      reading = null;
      const ours = Object.values(options).some((folder) => file.startsWith(folder));
      const written = [...server.moduleGraph.idToModuleMap.values()].filter(({ id }) => isOurs(id ?? ''));
      return ours ? [...modules, ...written] : undefined;
    },
  };
}

const isOurs = (id: string) => id.startsWith(`\0${LIST}`) || id === `\0${EXERCISE}`;

/** What a lesson is found by beside its title, by its id. */
function wordsOf(examples: readonly Read[]): Record<string, string> {
  return Object.fromEntries(
    examples.map(({ about, texts }) => [
      about.id,
      `${texts.question} ${texts.rule}`.replaceAll(/<[^>]*>/g, '').toLowerCase(),
    ]),
  );
}

function listed({ about: words }: Read): string {
  const address = JSON.stringify(`${TEXTS}${words.id}`);
  return `{ ...${JSON.stringify(words)}, load: () => import(${address}).then(({ texts }) => texts) }`;
}

async function readAll({ examples, lessons, exercise }: LessonOptions): Promise<Read[]> {
  const [runs, old] = await Promise.all([recordedRuns(), readExamples(examples, lessons)]);
  return [
    ...readLessonFiles(lessons).map((files) => exampleOf(files, runs[files.id] ?? null)),
    readExercise(exercise),
    ...old,
  ];
}

/**
 * Each lesson's run with its presets. A process of its own runs them: a
 * simulation puts the globals of its whole program on virtual time.
 */
async function recordedRuns(): Promise<Record<string, RecordedRun>> {
  const script = fileURLToPath(new URL('../tools/recorded.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script], { maxBuffer: RUNS_MAX });
  return JSON.parse(stdout) as Record<string, RecordedRun>;
}
