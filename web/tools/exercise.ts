/**
 * The exercise as the page gets it: `web/README.md` tells of its files. Neither
 * the reference nor the mutants are written out: the reference is the starter
 * with all solutions put into it, a mutant is the reference with one change, so
 * that none of them can fall behind.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Example, Texts } from '../src/model/example.ts';
import type { ExerciseTexts, Mutant, StepWords } from '../src/model/exercise.ts';
import type { Knob, World } from '../src/model/world.ts';
import { changed } from './declarations.ts';
import { highlight } from './highlight.ts';
import { inline, items, readLesson } from './marked.ts';

export const EXERCISE = 'H';

export interface ExerciseFiles {
  readonly about: Omit<Example, 'load'>;
  /** What the page shows and runs of it, as of any example. */
  readonly texts: Texts;
  readonly exercise: ExerciseTexts;
  /** The starter with the solutions up to each step: the last is the reference. */
  readonly solved: readonly string[];
}

export function readExercise(folder: string): ExerciseFiles {
  const read = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8');
  const names = (part: string) => readdirSync(join(folder, part)).toSorted();

  const starter = read('starter.js');
  const solutions = names('solutions').map((name) => read('solutions', name));
  const solved: string[] = [];
  for (const solution of solutions) {
    solved.push(changed(solved.at(-1) ?? starter, solution));
  }
  const reference = solved.at(-1) as string;
  const { title, question, rule } = readLesson(read('exercise.md'), join(folder, 'exercise.md'));
  const { endpoints, knobs } = JSON.parse(read('world.json')) as World & { knobs: Knob[] };
  return {
    about: { id: EXERCISE, section: 'Exercise', mark: '★', title, exercise: true },
    texts: {
      question,
      rule,
      source: starter,
      files: {},
      panes: [
        {
          id: 'javascript',
          name: 'aggregator.js',
          runs: true,
          html: highlight(starter, 'javascript'),
          badge: null,
        },
      ],
      world: { endpoints },
      knobs,
      seed: 1,
      regions: {},
      predict: null,
      change: [],
      recorded: null,
    },
    exercise: {
      steps: names('steps').map((name, at) =>
        stepOf(read('steps', name), join(folder, 'steps', name), solutions[at] as string),
      ),
      harness: {
        answer: read('harness', 'answer.js'),
        refresh: read('harness', 'refresh.js'),
        tests: read('harness', 'tests.js'),
      },
      reference,
      mutants: names('mutants').map((name) =>
        mutantOf(name, read('mutants', name), reference),
      ),
    },
    solved,
  };
}

/** A step's words: a title, what is wanted, and hints, each a bit more than the last. */
function stepOf(markdown: string, file: string, solution: string): StepWords {
  const found = /^# (.+)\n([^]+?)\n## Hints\n([^]+)$/.exec(markdown.trim());
  const hints = (found?.[3] ?? '').split(/^- /m).slice(1).map(hintOf);
  if (found === null || hints.length !== 3) {
    throw new Error(`${file}: a title, a text and three hints are wanted`);
  }
  return {
    title: inline(found[1] as string),
    html: blocks(found[2] as string),
    hints,
    solution: highlight(solution, 'javascript'),
  };
}

/** A sentence or some, and after it code, if there is any, between lines of three `. */
function hintOf(text: string): string {
  const [words = '', code] = text.split(/^ *```\n?/m);
  const lines = code?.replaceAll(/^ {2}/gm, '') ?? '';
  return lines === ''
    ? inline(words)
    : `${inline(words)}<pre class="code-text"><code>${highlight(lines, 'javascript')}</code></pre>`;
}

/** Paragraphs and lists, between lines without text. */
function blocks(text: string): string {
  return text
    .trim()
    .split(/\n{2,}/)
    .map((block) =>
      block.startsWith('- ')
        ? `<ul>${items(block)
            .map((item) => `<li>${item}</li>`)
            .join('')}</ul>`
        : `<p>${inline(block)}</p>`,
    )
    .join('');
}

/** `// Name: what is wrong.`, and the declarations that make it so. */
function mutantOf(file: string, text: string, reference: string): Mutant {
  const [, name, about, changes] = /^\/\/ ([^:]+): (.+)\n([^]+)$/.exec(text) ?? [];
  const program = changed(reference, changes ?? '');
  if (name === undefined || about === undefined || program === reference) {
    throw new Error(`${file}: a mutant has a name, what is wrong about it, and a change`);
  }
  return { name, about: inline(about), program };
}
