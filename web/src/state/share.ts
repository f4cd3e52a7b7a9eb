/**
 * The address follows what is shown, and what is shown follows the address:
 * `model/link.ts` has the notation. Edited code that a link brings is offered
 * and never run, nor kept, until the learner says so.
 */
import { effect } from '@preact/signals';
import { changesOf, changesText } from '../model/changes.ts';
import { knobsFrom, knobTexts, linkText, readLink, type Link, type Place } from '../model/link.ts';
import { pack, unpack } from '../model/pack.ts';
import { countAt, type Trace } from '../model/trace.ts';
import { isOwnEdit } from './edits.ts';
import { following } from './following.ts';
import type { Store } from './store.ts';

const PAUSE = 400; // ms without a change after which the address is written
const DIGITS = 6; // of a position's fraction: a microsecond's parts

/** The packed form of the newest text that was packed: leaving the page waits for nothing. */
let packed: { readonly source: string; readonly code: string | null } | null = null;

async function packedCode(source: string): Promise<string | null> {
  if (packed?.source !== source) {
    packed = { source, code: await pack(source) };
  }
  return packed.code;
}

/** The whole address of the run that is shown, at its playhead when `moment` is set. */
export async function addressOf(
  store: Store,
  moment: boolean,
): Promise<{ readonly href: string; readonly whole: boolean }> {
  const { source } = store.setting.peek();
  const code = source === null ? null : await packedCode(source);
  const link = linkOf(store, code);
  const text = linkText(moment ? link : { ...link, at: null });
  const bare = location.href.replace(/#.*$/s, '');
  return { href: `${bare}#${text}`, whole: source === null || code !== null };
}

function linkOf(store: Store, code: string | null): Link {
  const texts = store.texts.peek();
  const { seed } = store.setting.peek();
  const { input, ofCheck } = store.run.peek();
  const isChecked = code !== null && store.example.peek()?.exercise === true;
  return {
    lesson: store.chosen.peek(),
    seed: seed !== null && seed !== texts?.seed ? seed : null,
    knobs: knobTexts(texts?.knobs ?? [], store.knobs.peek()),
    changes: changesText(store.breaking.changes.peek()) || null,
    /* A run of a check is there again when the check has been made again. */
    at: input === null || ofCheck === true ? null : placeOf(store),
    step: isChecked && store.exerciseStep.peek() > 0 ? store.exerciseStep.peek() : null,
    code,
  };
}

function placeOf(store: Store): Place {
  const t = store.t.peek();
  const trace = store.trace.peek();
  return t >= trace.until ? 'end' : shortPosition(trace, t);
}

/** The position with the fewest digits that stands between the same two events. */
export function shortPosition(trace: Trace, t: number): number {
  for (let digits = 0; digits <= DIGITS; digits += 1) {
    const short = Number(t.toFixed(digits));
    if (Math.floor(short) === Math.floor(t) && countAt(trace, short) === countAt(trace, t)) {
      return short;
    }
  }
  return t;
}

/** Keeps address and page together, from now on. */
export function shareByAddress(store: Store): void {
  let opening = 0; // links that are being opened
  let seen = location.hash; // another one is followed in a moment, and not written over

  const write = (code: string | null) => {
    const own = store.setting.peek().source;
    /* Without its code it would lead to another run: the lesson's id alone
     * brings back what is kept here. */
    const text =
      own !== null && code === null
        ? encodeURIComponent(store.chosen.peek())
        : linkText(linkOf(store, code));
    const shown = location.hash.slice(1);
    const first = shown === '' && text === store.examples[0]?.id;
    const isSeen = location.hash === seen;
    if (!isSeen || !following.on || opening > 0 || store.offered.peek() !== null || text === shown || first) {
      return;
    }
    try {
      history.replaceState(history.state, '', `#${text}`);
      seen = location.hash;
    } catch {
      /* Too often, or not in this kind of document: the share menu has the link. */
    }
  };

  let timer: ReturnType<typeof setTimeout> | undefined;
  const writeSoon = () => {
    clearTimeout(timer);
    const edited = store.setting.peek().source;
    if (edited !== packed?.source && /;c=/.test(location.hash)) {
      write(null); // another text is shown than the address has
    }
    timer = setTimeout(() => {
      const { source } = store.setting.peek();
      const ready = source === null ? Promise.resolve(null) : packedCode(source);
      void ready.then((code) => source === store.setting.peek().source && write(code));
    }, PAUSE);
  };

  const follow = async () => {
    seen = location.hash;
    const text = location.hash.slice(1);
    if (text === '') {
      return;
    }
    opening += 1;
    try {
      await open(store, text, () => location.hash.slice(1) === text);
    } finally {
      opening -= 1;
      writeSoon();
    }
  };

  addEventListener('hashchange', () => void follow());
  /* Some browsers end a page that is left without any further word. */
  addEventListener('pagehide', () => {
    const { source } = store.setting.peek();
    write(source !== null && packed?.source === source ? packed.code : null);
  });
  void follow();
  effect(() => {
    store.setting.value;
    store.exerciseStep.value;
    store.t.value;
    store.run.value;
    writeSoon();
  });
}

/**
 * Opens what the text of a link stands for, as far as it is understood; not
 * when it is wanted no longer by the time its lesson is there.
 */
export async function open(
  store: Store,
  text: string,
  isWanted: () => boolean = () => true,
): Promise<void> {
  const { link, ignored } = readLink(text);
  const known = store.examples.some(({ id }) => id === link.lesson);
  const told = [...ignored];
  const { changes, ignored: unread } = changesOf(link.changes ?? '');
  if (unread.length > 0) {
    told.push(`${unread.length} of what was broken in it cannot be read`);
  }
  const id = known ? link.lesson : (store.examples[0]?.id ?? '');
  if (!known) {
    told.push('its lesson is not one of these, so this is the first');
  }
  const plain = known && linkText({ ...link, lesson: id }) === encodeURIComponent(id);
  if (!known || plain) {
    store.choose(id);
  } else {
    const texts = await store.load(id);
    const knobs = knobsFrom(texts?.knobs ?? [], link.knobs);
    told.push(...knobs.ignored);
    const breaks = texts?.clock !== 'real';
    if (changes.length > 0 && !breaks) {
      told.push('nothing can be broken in real time');
    }
    const code = await unpack(link.code ?? '').then(
      (source) => source,
      (error: Error) => {
        if (link.code !== null) {
          told.push(`its code is left out, as ${error.message}`);
        }
        return null;
      },
    );
    if (!isWanted()) {
      return;
    }
    store.exerciseStep.value = link.step ?? store.exerciseStep.value;
    store.open({
      id,
      seed: link.seed,
      knobs: knobs.values,
      at: link.at,
      changes: breaks ? changes : [],
      source: code,
      /* Also of another tab, or of this one before it was loaded anew. */
      own: code !== null && isOwnEdit(id, code),
    });
  }
  if (told.length === 0) {
    store.notices.putAway('link');
  } else {
    store.notices.show({
      kind: 'link',
      text: `Not all of the link could be used: ${told.join('; ')}.`,
      detail: { word: 'Its text', text },
    });
  }
}
