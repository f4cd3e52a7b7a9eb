/**
 * What the page keeps between visits, in localStorage. Storage may be
 * blocked: everything works without it, and is then forgotten.
 */
const PREFIX = 'belay:';

export function read(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

/** Something could not be kept: what this page knows of may be newer than what is there. */
let failed = false;

/** What is kept now, which another tab may have changed; `own` where nothing can be kept. */
export function newest(key: string, own: string): string | null {
  return failed ? own : read(key);
}

/** Keeps a value, or forgets it when it is null. Gives whether that worked. */
export function write(key: string, value: string | null): boolean {
  try {
    if (value === null) {
      localStorage.removeItem(PREFIX + key);
    } else {
      localStorage.setItem(PREFIX + key, value);
    }
    return true;
  } catch {
    failed = true;
    return false;
  }
}

/** A learner's text belongs to one version of the lesson's: `id` and its hash. */
export function editKey(id: string, source: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < source.length; index += 1) {
    hash = Math.imul(hash ^ source.charCodeAt(index), 0x01000193);
  }
  return `edit:${id}:${(hash >>> 0).toString(36)}`;
}

const ASIDES_MAX = 8; // edits of one lesson that others have taken the place of

export const asidePrefix = (id: string): string => `edit:${id}:aside`;

/**
 * Keeps an edit that another one takes the place of, beside earlier ones, and in the place of
 * `obsolete`, on which somebody has gone on writing. Gives whether that worked.
 */
export function putAside(id: string, text: string, obsolete: string | null = null): boolean {
  const prefix = asidePrefix(id);
  const keyOf = (number: number) => `${prefix}${number === 0 ? '' : number}`;
  const asides = keysThatBegin(prefix)
    .map((key) => Number(key.slice(prefix.length)))
    .toSorted((a, b) => a - b)
    .map((number) => ({ number, text: read(keyOf(number)) }));
  const isThere = asides.some((aside) => aside.text === text);
  if (!isThere && !write(keyOf((asides.at(-1)?.number ?? -1) + 1), text)) {
    return false;
  }
  const stay = asides
    .filter((aside) => aside.text !== obsolete)
    .slice(isThere ? -ASIDES_MAX : 1 - ASIDES_MAX);
  for (const aside of asides) {
    if (!stay.includes(aside)) {
      write(keyOf(aside.number), null);
    }
  }
  return true;
}

export function keysThatBegin(start: string): readonly string[] {
  try {
    return Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index) ?? '')
      .filter((key) => key.startsWith(PREFIX + start))
      .map((key) => key.slice(PREFIX.length))
      .toSorted();
  } catch {
    return [];
  }
}
