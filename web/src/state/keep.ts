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

/** Where an edit is put that another one takes the place of. */
export const asideKey = (id: string): string => `edit:${id}:aside`;

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
