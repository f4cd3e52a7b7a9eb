/**
 * What is pointed at is marked on the other side: the parts of the program that
 * began a lane, and the lanes that a part began, in each text and view that is
 * there. A mouse points by being over it, a keyboard by focus, a finger by a tap.
 *
 * Of an edited program's run nothing is marked: the texts are of another one.
 *
 * Marks are attributes beside those that views draw, and move nothing.
 */
import { effect } from '@preact/signals';
import { startersOf } from '../model/starters.ts';
import type { Line } from '../model/trace.ts';
import type { Store } from '../state/store.ts';

type Spot = HTMLElement | SVGElement;

const REGIONS = '#code-text [data-region]';
const OFFERED = `${REGIONS}[tabindex]`;
const LINES = '[data-stage] [data-pid]';
const NAMED = 3; // tasks that a part's name for screen readers has

const all = (selector: string) => [...document.querySelectorAll<Spot>(selector)];

export function followPointer(store: Store): void {
  let hovered: Spot | null = null;
  let focused: Spot | null = null;
  let tapped: Spot | null = null;
  let shown: Spot | null = null;

  const show = () => {
    const spot = [hovered, focused, tapped].find((one) => one?.isConnected) ?? null;
    if (spot === shown) {
      return;
    }
    shown = spot;
    for (const old of all('[data-pointed]')) {
      delete old.dataset['pointed'];
    }
    const { line, region } = targetOf(store, spot);
    const parts = all(REGIONS);
    const names = namesOf(parts);
    const lit = line === undefined ? [region] : startersOfLine(store, line, names);
    for (const part of parts) {
      mark(part, lit.includes(part.dataset['region']));
    }
    if (region !== undefined) {
      for (const place of all(LINES)) {
        const other = lineOf(store, place);
        mark(place, other !== undefined && startersOfLine(store, other, names).includes(region));
      }
    } else if (hovered === null) {
      bringIntoSight();
    }
  };

  document.addEventListener('pointerover', ({ target, pointerType }) => {
    if (pointerType === 'mouse') {
      hovered = spotOf(target);
      show();
    }
  });
  document.documentElement.addEventListener('pointerleave', () => {
    hovered = null;
    show();
  });
  document.addEventListener('focusin', ({ target }) => {
    if ((target as Element).id === 'code-text') {
      offerParts(store);
    }
    hovered = null; // whoever uses keys may have left the mouse anywhere
    focused = spotOf(target);
    show();
  });
  document.addEventListener('focusout', () => {
    focused = null;
    show();
  });
  document.addEventListener('click', ({ target }) => {
    tapped = spotOf(target);
    show();
  });
  /* With another run or text all that was marked is gone. */
  effect(() => {
    void store.trace.value;
    void store.texts.value;
    hovered = focused = tapped = null;
    show();
    if (document.querySelector(OFFERED) !== null) {
      offerParts(store);
    }
  });
}

const mark = (spot: Spot, pointed: boolean): void => {
  if (pointed) {
    spot.dataset['pointed'] = '';
  }
};

/** What an event is about: a line of a program's part, a lane or a row; also by a lane's label. */
function spotOf(target: EventTarget | null): Spot | null {
  if (!(target instanceof Element)) {
    return null;
  }
  const label = target.closest('.lanes .lane-label:has(.row-button)');
  return target.closest<Spot>(`${REGIONS}, ${LINES}`) ?? (label?.nextElementSibling as Spot) ?? null;
}

function targetOf(store: Store, spot: Spot | null) {
  const line = spot === null ? undefined : lineOf(store, spot);
  return { line, region: spot?.dataset['region'] };
}

const lineOf = (store: Store, { dataset }: Spot): Line | undefined =>
  store.trace.peek().lines.get(dataset['pid'] ?? '');

const namesOf = (parts: readonly Spot[]): readonly string[] => [
  ...new Set(parts.map(({ dataset }) => dataset['region'] as string)),
];

function startersOfLine(store: Store, line: Line, names: readonly string[]) {
  if (!store.isOwn.peek()) {
    return [];
  }
  const found: readonly (string | undefined)[] = startersOf(
    store.trace.peek(),
    line,
    names,
    store.texts.peek()?.regions,
  );
  return found;
}

/** Once a text has the focus, the parts of it that began something can have it, too. */
function offerParts(store: Store): void {
  for (const old of all(OFFERED)) {
    for (const name of ['tabindex', 'role', 'aria-label']) {
      old.removeAttribute(name);
    }
  }
  const parts = all(REGIONS);
  const names = namesOf(parts);
  parts.forEach((part, at) => {
    const { region } = part.dataset;
    if (region === parts[at - 1]?.dataset['region'] && part.previousSibling === parts[at - 1]) {
      return;
    }
    const begun = [...store.trace.peek().lines.values()].filter((line) =>
      startersOfLine(store, line, names).includes(region),
    );
    if (begun.length > 0) {
      const more = begun.length > NAMED ? ` and ${begun.length - NAMED} more` : '';
      const labels = begun.slice(0, NAMED).map(({ label }) => label);
      part.tabIndex = 0;
      part.role = 'group';
      part.ariaLabel = `Part ${region}, of ${labels.join(', ')}${more}`;
    }
  });
}

/** Scrolls a text, and never the page, to what is marked in it. */
function bringIntoSight(): void {
  const part = document.querySelector<Spot>('#code-text [data-pointed]');
  const box = part?.closest('#code-text');
  if (part == null || box == null) {
    return;
  }
  const [frame, place] = [box.getBoundingClientRect(), part.getBoundingClientRect()];
  if (place.top < frame.top || place.bottom > frame.bottom) {
    box.scrollTop += place.top - frame.top - frame.height / 3;
  }
}
