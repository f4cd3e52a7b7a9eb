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

const asidePrefix = (id: string): string => `edit:${id}:aside`;

export const isAside = (id: string, key: string): boolean => key.startsWith(asidePrefix(id));

/** Keeps an edit that another one takes the place of, beside earlier ones. Gives whether that worked. */
export function putAside(id: string, text: string): boolean {
  const prefix = asidePrefix(id);
  const numbers = keysThatBegin(prefix)
    .map((key) => Number(key.slice(prefix.length)))
    .toSorted((a, b) => a - b);
  const keyOf = (number: number) => `${prefix}${number === 0 ? '' : number}`;
  if (numbers.some((number) => read(keyOf(number)) === text)) {
    return true;
  }
  if (!write(keyOf((numbers.at(-1) ?? -1) + 1), text)) {
    return false;
  }
  numbers.slice(0, 1 - ASIDES_MAX).forEach((number) => write(keyOf(number), null));
  return true;
}

/** The keys of all edits of a lesson, of whatever version. */
export function editKeys(id: string): readonly string[] {
  return keysThatBegin(`edit:${id}:`);
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
