/**
 * What a link says, as the text behind the `#` of an address: which lesson,
 * what was changed about it, and where the playhead stands.
 *
 *     v1;l=B3;s=48151;k.limit=4;k.onTimeout=exit;t=742
 *
 *   l     the lesson's id
 *   s     the seed
 *   k.id  the value of the knob `id`; a switch is 1 or 0
 *   x     what was broken on the way, as `model/changes.ts` writes it
 *   t     the position of the playhead, or `end`
 *   e     the step of the exercise whose check the code is for, from 1
 *   c     edited code, as `model/pack.ts` packs it
 *
 * What is left out is as it comes with the lesson. Reading distrusts all of
 * it: whatever is not understood is left out and told, in `ignored`, and the
 * rest counts. An id alone is a link, too (`#B3`).
 */
import { fitted, type Knob, type KnobValue, type Knobs } from './world.ts';

export const LINK_VERSION = 1;
/** Characters; a longer link is not read at all. */
export const LINK_MAX = 100_000;
const SEED_MAX = 2 ** 31 - 1;
const TIME_MAX = 1e9; // ms: longer than any run may last
const QUOTED_MAX = 24; // characters of a link that are repeated in a message
const IGNORED_MAX = 5; // messages about one link

/** A position in ms, or the end of the run. */
export type Place = number | 'end';

export interface Link {
  readonly lesson: string;
  readonly seed: number | null;
  /** Texts by the knob's id: `knobsFrom` makes values of them. */
  readonly knobs: Readonly<Record<string, string>>;
  readonly changes: string | null;
  readonly at: Place | null;
  readonly step: number | null;
  /** Packed. */
  readonly code: string | null;
}

export interface ReadLink {
  readonly link: Link;
  /** A sentence about each part that was left out. */
  readonly ignored: readonly string[];
}

/** The link's text; a lesson as it comes is told by its id alone. */
export function linkText({ lesson, seed, knobs, changes, at, step, code }: Link): string {
  const parts: Array<readonly [string, string]> = Object.entries(knobs).map(([id, value]) => [
    `k.${id}`,
    value,
  ]);
  if (seed !== null) {
    parts.unshift(['s', String(seed)]);
  }
  if (changes !== null) {
    parts.push(['x', changes]);
  }
  if (at !== null) {
    parts.push(['t', String(at)]);
  }
  if (step !== null) {
    parts.push(['e', String(step)]);
  }
  if (code !== null) {
    parts.push(['c', code]);
  }
  return parts.length === 0
    ? encoded(lesson)
    : [`v${LINK_VERSION}`, ...[['l', lesson] as const, ...parts].map(part)].join(';');
}

/* An apostrophe would end an address in some texts that it is pasted into. */
const encoded = (text: string): string => encodeURIComponent(text).replaceAll("'", '%27');

/* A comma and a colon are allowed in an address, and easier to read. */
const part = ([key, value]: readonly [string, string]): string =>
  `${encoded(key)}=${encoded(value).replaceAll('%2C', ',').replaceAll('%3A', ':')}`;

export function readLink(text: string): ReadLink {
  const ignored: string[] = [];
  const ignore = (sentence: string) => {
    if (ignored.length < IGNORED_MAX) {
      ignored.push(sentence);
    }
  };
  const none: Link = {
    lesson: '',
    seed: null,
    knobs: {},
    changes: null,
    at: null,
    step: null,
    code: null,
  };
  if (text.length > LINK_MAX) {
    return { link: none, ignored: [`it is ${text.length.toLocaleString('en')} characters long`] };
  }
  const version = /^v(\d{1,6})(?:;|$)/.exec(text)?.[1];
  if (version === undefined) {
    return { link: { ...none, lesson: decoded(text) ?? text }, ignored };
  }
  const link: { -readonly [Key in keyof Link]: Link[Key] } = { ...none };
  const knobs = new Map<string, string>();
  const newer = Number(version) !== LINK_VERSION;
  if (newer) {
    ignore(`it is of version ${version}, and this page reads version ${LINK_VERSION}`);
  }
  for (const piece of text.split(';').slice(1)) {
    if (piece === '') {
      continue; // where two were put together, or at the end
    }
    const at = piece.indexOf('=');
    const key = at < 0 ? null : decoded(piece.slice(0, at));
    const value = at < 0 ? null : decoded(piece.slice(at + 1));
    if (key === null || value === null) {
      ignore(`${quoted(piece)} is not understood`);
    } else if (key === 'l') {
      link.lesson = value;
    } else if (newer) {
      continue; // the other parts may mean something else there
    } else if (key === 's') {
      link.seed = seedFrom(value);
      if (link.seed === null) {
        ignore(`${quoted(value)} is no seed`);
      }
    } else if (key === 't') {
      link.at = placeFrom(value);
      if (link.at === null) {
        ignore(`${quoted(value)} is no time`);
      }
    } else if (key === 'e') {
      link.step = /^[1-9]$/.test(value) ? Number(value) : null;
      if (link.step === null) {
        ignore(`${quoted(value)} is no step`);
      }
    } else if (key === 'x') {
      link.changes = value;
    } else if (key === 'c') {
      link.code = value;
    } else if (key.startsWith('k.') && key.length > 2) {
      knobs.set(key.slice(2), value);
    } else {
      ignore(`${quoted(key)} is not known`);
    }
  }
  /* fromEntries defines: a knob named __proto__ is a name like any other. */
  return { link: { ...link, knobs: Object.fromEntries(knobs) }, ignored };
}

/** The knobs' values that differ from the presets, as a link has them. */
export function knobTexts(knobs: readonly Knob[], values: Knobs): Record<string, string> {
  return Object.fromEntries(
    knobs
      .filter(({ id, value }) => values[id] !== undefined && values[id] !== value)
      .map(({ id }) => [id, textOf(values[id] as KnobValue)]),
  );
}

const textOf = (value: KnobValue): string =>
  typeof value === 'boolean' ? (value ? '1' : '0') : String(value);

/** Values that the lesson's knobs can have, of a link's texts. */
export function knobsFrom(
  knobs: readonly Knob[],
  texts: Readonly<Record<string, string>>,
): { readonly values: Knobs; readonly ignored: readonly string[] } {
  const values: Array<[string, KnobValue]> = [];
  const ignored: string[] = [];
  for (const [id, text] of Object.entries(texts)) {
    const knob = knobs.find((candidate) => candidate.id === id);
    if (knob === undefined) {
      ignored.push(`the lesson has no ${quoted(id)} to change`);
      continue;
    }
    const value = fitted(knob, valueFrom(knob, text));
    values.push([id, value]);
    if (textOf(value) !== text) {
      ignored.push(`${knob.label} cannot be ${quoted(text)}, and is ${textOf(value)}`);
    }
  }
  return { values: Object.fromEntries(values), ignored: ignored.slice(0, IGNORED_MAX) };
}

function valueFrom({ kind, value }: Knob, text: string): unknown {
  switch (kind) {
    case 'number':
      return text.trim() === '' ? value : Number(text);
    case 'switch':
      return text === '1' ? true : text === '0' ? false : value;
    case 'choice':
      return text;
  }
}

function seedFrom(text: string): number | null {
  const seed = Number(text);
  return /^\d{1,10}$/.test(text) && seed >= 1 && seed <= SEED_MAX ? seed : null;
}

function placeFrom(text: string): Place | null {
  if (text === 'end') {
    return 'end';
  }
  return /^\d{1,9}(\.\d{1,20})?$/.test(text) && Number(text) <= TIME_MAX ? Number(text) : null;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

const quoted = (text: string): string =>
  JSON.stringify(text.length > QUOTED_MAX ? `${text.slice(0, QUOTED_MAX)}…` : text);
