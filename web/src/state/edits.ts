/**
 * Edits that are kept but not shown: of an older version of the lesson, or
 * put aside for code that came with a link. None is lost; the learner says
 * which one counts.
 */
import { batch, effect } from '@preact/signals';
import { asidePrefix, editKey, keysThatBegin, putAside, read, write } from './keep.ts';
import type { Store } from './store.ts';

/** The keys of all edits of a lesson, of whatever version. */
const editKeys = (id: string): readonly string[] => keysThatBegin(`edit:${id}:`);

/** Whether a text is one of the learner's own, shown or put aside. */
export function isOwnEdit(id: string, text: string): boolean {
  return editKeys(id).some((key) => read(key) === text);
}

/** Tells of them whenever a lesson is shown that has one. */
export function tellOfEdits(store: Store): void {
  effect(() => {
    const id = store.chosen.value;
    const texts = store.texts.value;
    const { source } = store.setting.value;
    const found = texts === null ? null : hiddenEdit(id, texts.source, source);
    if (found === null || texts === null) {
      store.notices.putAway('edit');
      return;
    }
    store.notices.show({
      kind: 'edit',
      text: found.older
        ? 'Your edit is of an older version of this lesson. The new version is shown.'
        : 'An earlier edit of yours is kept.',
      actions: [
        { word: 'Show my edit', act: () => bringBack(store, found.key) },
        { word: 'Forget it', act: () => forget(found) },
      ],
    });
  });
}

interface Hidden {
  readonly key: string;
  readonly text: string;
  readonly older: boolean;
}

function hiddenEdit(id: string, original: string, shown: string | null): Hidden | null {
  const current = editKey(id, original);
  for (const key of editKeys(id)) {
    const text = read(key);
    if (text !== null && text !== shown && text !== original) {
      return { key, text, older: key !== current && !key.startsWith(asidePrefix(id)) };
    }
  }
  return null;
}

/** Forgets the text that was told of, not what another tab has written there since. */
function forget({ key, text }: Hidden): void {
  if (read(key) === text) {
    write(key, null);
  }
}

/** It takes the place of what is shown, which is kept in its stead. */
function bringBack(store: Store, key: string): void {
  const text = read(key);
  const { source } = store.setting.peek();
  if (text === null) {
    return;
  }
  /* What is told of edits is told when all of them are in their places. */
  batch(() => {
    store.refuseOffer();
    write(key, null);
    store.edit(text);
    store.replaced.value += 1;
    if (source !== null) {
      putAside(store.chosen.peek(), source);
    }
  });
}
