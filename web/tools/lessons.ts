/**
 * The page's own lessons, one folder each (`web/README.md` tells of the
 * files), as examples of the page: words, texts with their regions
 * highlighted, and what the record says of the texts in other languages.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { TraceEvent } from '../src/model/events.ts';
import type { Badge, Example, Pane, Recorded, Texts } from '../src/model/example.ts';
import type { Plain } from '../src/model/canon.ts';
import type { Regions } from '../src/model/regions.ts';
import type { RunInput } from '../src/engine/protocol.ts';
import { written } from '../src/model/record.ts';
import { presets, worldWith, type Knob, type Knobs, type World } from '../src/model/world.ts';
import { highlight, type Language } from './highlight.ts';
import { readLesson, unmark } from './marked.ts';

export const sections: Readonly<Record<string, string>> = {
  A: 'Tasks',
  B: 'Streams',
  C: 'Supervisors',
  D: 'Choosing',
  E: 'Errors',
  F: 'Comparing',
  G: 'Mistakes',
};

/** `world.json` of a lesson. */
export interface WorldFile extends World {
  /** Runs are on the real clock, as threads are at work: their traces differ, their outcome does not. */
  readonly clock?: 'real';
  readonly seed?: number;
  readonly knobs?: readonly Knob[];
  readonly regions?: Regions;
  /**
   * Knobs turned another way: what the program gives then is recorded and
   * proved as well. For lessons that have a mistake and its mend.
   */
  readonly also?: readonly Knobs[];
  readonly parity: Readonly<Record<OtherLanguage, Parity>>;
  /** Knobs of `main` that a language has no use for, each with the reason. */
  readonly untaken?: Readonly<Partial<Record<OtherLanguage, Readonly<Record<string, string>>>>>;
}

/**
 * How the outcome in another language stands to Belay's: 'same', a sentence
 * that tells how it differs, or the parts by name that both have and that are
 * the same, where a program sets several ways side by side.
 */
export type Parity = string | { readonly same: readonly string[]; readonly note: string };

export type OtherLanguage = 'elixir' | 'python';

/** `expect.json` of a lesson: written by `npm run record`. */
export interface Expected {
  /**
   * Belay's outcome with the presets, and the hashes of its traces by seed; on
   * the real clock, where times differ, what happened to whom in which order.
   */
  readonly belay: Outcomes & {
    readonly traces: Readonly<Record<string, string>>;
    readonly order?: Readonly<Record<string, readonly string[]>>;
  };
  readonly elixir: Proof;
  readonly python: Proof;
}

interface Outcomes {
  /** With the presets. */
  readonly outcome: Plain;
  /** With the knobs as the lesson's `also` turns them. */
  readonly also?: readonly Plain[];
}

interface Proof extends Outcomes {
  /** Of the interpreter that reached the outcome. */
  readonly version: string;
  /** Of the text that was executed; another text is not proved by it. */
  readonly hash: string;
}

export interface LessonFiles {
  readonly id: string;
  readonly folder: string;
  readonly program: ReturnType<typeof unmark>;
  /** Modules beside it, by the specifier that it uses. */
  readonly modules: Readonly<Record<string, string>>;
  readonly world: WorldFile;
  readonly texts: Readonly<Record<OtherLanguage, ReturnType<typeof unmark>>>;
  readonly expected: Expected | null;
}

export const others: ReadonlyArray<readonly [OtherLanguage, string, string]> = [
  ['elixir', 'Elixir', 'main.exs'],
  ['python', 'Python', 'main.py'],
];

export const hashOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);

/** The lessons of a folder, in the order of their ids. */
export function readLessonFiles(root: string): LessonFiles[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => readFiles(join(root, name), name))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function readFiles(folder: string, name: string): LessonFiles {
  const id = /^([A-G]\d)-[\w-]+$/.exec(name)?.[1];
  if (id === undefined) {
    throw new Error(`${folder}: a lesson's folder is named like B3-timeouts`);
  }
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const expect = join(folder, 'expect.json');
  return {
    id,
    folder,
    program: unmark(read('main.js')),
    modules: Object.fromEntries(
      readdirSync(folder)
        .filter((file) => file.endsWith('.js') && file !== 'main.js')
        .map((file) => [`./${file}`, read(file)]),
    ),
    world: JSON.parse(read('world.json')) as WorldFile,
    texts: { elixir: unmark(read('main.exs')), python: unmark(read('main.py')) },
    expected: existsSync(expect) ? (JSON.parse(readFileSync(expect, 'utf8')) as Expected) : null,
  };
}

/** What a lesson runs with until something is changed; or with some knobs `turned`. */
export function inputOf(
  { program, modules, world }: LessonFiles,
  seed = world.seed ?? 1,
  turned: Knobs = {},
): RunInput {
  const { endpoints, cores, knobs = [], clock } = world;
  const values = { ...presets(knobs), ...turned };
  const plain: World = cores === undefined ? { endpoints } : { endpoints, cores };
  return {
    program: { source: program.text, files: modules },
    seed,
    ...(clock !== undefined && { clock }),
    world: worldWith(plain, knobs, values),
    knobs: values,
  };
}

/** A lesson's run with its presets, as `recorded.mjs` prints it. */
export interface RecordedRun extends Omit<Recorded, 'events'> {
  readonly events: readonly TraceEvent[];
}

export function exampleOf(
  files: LessonFiles,
  run: RecordedRun | null,
): { about: Omit<Example, 'load'>; texts: Texts } {
  const { id, folder, program, modules, world } = files;
  const words = readLesson(
    readFileSync(join(folder, 'lesson.md'), 'utf8'),
    join(folder, 'lesson.md'),
  );
  const { seed = 1, knobs = [], regions = {}, endpoints, cores, clock, also } = world;
  const panes: Pane[] = [
    pane('javascript', 'JavaScript', program, 'javascript', null),
    ...Object.entries(modules).map(([specifier, text]) => {
      const name = basename(specifier);
      return pane(name.replaceAll('.', '-'), name, unmark(text), 'javascript', null);
    }),
    ...others.map(([language, name]) => ({
      ...pane(language, name, files.texts[language], language, badgeOf(files, language, name)),
      ...untakenOf(world, language),
    })),
  ];
  return {
    about: {
      id,
      section: `${id[0]} ${sections[id[0] as string]}`,
      mark: id,
      title: words.title,
    },
    texts: {
      question: words.question,
      rule: words.rule,
      source: program.text,
      files: modules,
      panes,
      world: cores === undefined ? { endpoints } : { endpoints, cores },
      knobs,
      seed,
      ...(clock !== undefined && { clock }),
      ...(also !== undefined && { also }),
      regions,
      predict: words.predict,
      change: words.change,
      recorded: run === null ? null : { ...run, events: written(run.events) },
    },
  };
}

function pane(
  id: string,
  name: string,
  { text, regions }: ReturnType<typeof unmark>,
  language: Language,
  badge: Badge | null,
): Pane {
  return {
    id,
    name,
    runs: badge === null && id === 'javascript',
    html: highlight(text, language, regions),
    badge,
  };
}

/** What a download says of knobs that its text does not take over. */
function untakenOf({ untaken, knobs = [] }: WorldFile, language: OtherLanguage) {
  const sentences = Object.entries(untaken?.[language] ?? {}).map(([id, reason]) => {
    const { label = id } = knobs.find((knob) => knob.id === id) ?? {};
    return `The knob "${label}" turns nothing here: ${reason}`;
  });
  return sentences.length === 0 ? {} : { untaken: sentences };
}

/** Made of the record, and of nothing else: a text that was changed since has none. */
function badgeOf(
  { expected, texts, world }: LessonFiles,
  language: OtherLanguage,
  name: string,
): Badge | null {
  const proof = expected?.[language];
  if (proof === undefined || proof.hash !== hashOf(texts[language].text)) {
    return null;
  }
  const parity = world.parity[language];
  const by = `${name} ${proof.version.split('.').slice(0, 2).join('.')}`;
  if (typeof parity === 'object') {
    const parts = parity.same.join(' and ');
    const verb = parity.same.length === 1 ? 'is' : 'are';
    return { same: true, by, note: `executed; ${parts} ${verb} the same. ${parity.note}` };
  }
  return parity === 'same'
    ? { same: true, by, note: 'executed; its outcome is the same' }
    : { same: false, by, note: parity };
}
