/**
 * Which part of a run the lanes show: buttons and keys, a pinch or Ctrl and the
 * wheel, and a strip of the whole run with a window that can be moved along it.
 *
 * The window follows the playhead and the focus: neither is ever out of sight
 * for having moved.
 */
import { effect, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { BINS, densityOf, densitySentence } from '../model/density.ts';
import { lanesOf } from '../model/lanes.ts';
import { fittedTo, holding, moved, SHORTEST, zoomed, type Shown, type Span } from '../model/span.ts';
import { duration } from '../model/time.ts';
import type { Pid, Trace } from '../model/trace.ts';
import type { Store } from '../state/store.ts';
import { firstShared, followPresses, isApart, putTogether, takeApart } from './handling.ts';
import { hear } from './hear.ts';
import type { InspectProps } from './Inspect.tsx';
import { END_ROOM } from './Lanes.tsx';
import { later } from './Later.tsx';

const Inspect = later<InspectProps>(async () => (await import('./Inspect.tsx')).Inspect);

const FACTOR = 2; // of a button or a key
const WHEEL = 0.01; // of a px of the wheel, as a power of e
const HEIGHT = 24; // of the strip's drawing, in its own units

const endOf = (store: Store): number =>
  Math.max(store.trace.peek().until, store.outline.peek()?.trace.until ?? 0, 1);

/** Closer around the playhead where that is in sight, else around the middle. */
function by(store: Store, factor: number): void {
  const end = endOf(store);
  const { from, to } = store.span.peek() ?? { from: 0, to: end };
  const t = store.t.peek();
  show(store, zoomed(store.span.peek(), end, factor, t >= from && t <= to ? t : (from + to) / 2));
}

export const closer = (store: Store): void => by(store, FACTOR);
export const wider = (store: Store): void => by(store, 1 / FACTOR);
export const whole = (store: Store): void => show(store, null);

/** A change that was asked for, which is told. A table has no part of its own. */
function show(store: Store, shown: Shown): void {
  if (document.querySelector('.zoom') === null) {
    return;
  }
  store.span.value = shown;
  store.announcement.value = sentenceOf(shown, endOf(store));
}

const sentenceOf = (shown: Shown, end: number): string =>
  shown === null
    ? `The whole run, ${duration(end)}`
    : `${duration(shown.from)} to ${duration(shown.to)} of ${duration(end)}`;

export function Zoom({ store }: { store: Store }) {
  const inspected = useSignal<Pid | null>(null);
  useEffect(() => follow(store, (pid) => (inspected.value = pid)), [store]);
  const shown = store.span.value;
  const trace = store.trace.value;
  const end = Math.max(trace.until, store.outline.value?.trace.until ?? 0, 1);
  const sharing = firstShared(store);
  const closest = shown !== null && shown.to - shown.from <= SHORTEST;
  return (
    <>
      <div class="zoom" role="group" aria-label="Time in the picture">
        <Step label="Wider" keys="_" path="M4 10h12" off={shown === null} press={() => wider(store)} />
        <Step label="Closer" keys="+" path="M4 10h12M10 4v12" off={closest} press={() => closer(store)} />
        <Step
          label="Whole run"
          keys="0"
          path="M3 4v12M17 4v12M5.5 10h9M8 7l-2.5 3L8 13M12 7l2.5 3-2.5 3"
          off={shown === null}
          press={() => whole(store)}
        />
        {sharing !== undefined && (
          <Step
            label={isApart(store) ? 'Fewer lanes' : 'A lane for each task'}
            path="M3 4h5M11 4h6M3 8h8M3 12h14M3 16h3M9 16h8"
            press={() => (isApart(store) ? putTogether(store) : takeApart(store, sharing))}
          />
        )}
      </div>
      {(shown !== null || lanesOf(trace).hidden > 0) && (
        <Strip store={store} trace={trace} shown={shown} end={end} />
      )}
      {inspected.value !== null && (
        <Inspect store={store} pid={inspected.value} onClose={() => (inspected.value = null)} />
      )}
    </>
  );
}

interface StepProps {
  readonly label: string;
  readonly keys?: string;
  readonly path: string;
  /** There is nothing more to do: it stays, with the focus that it may have. */
  readonly off?: boolean;
  readonly press: () => void;
}

function Step({ label, keys, path, off = false, press }: StepProps) {
  return (
    <button
      type="button"
      class="zoom-step"
      aria-label={label}
      title={keys === undefined ? label : `${label} (${keys})`}
      aria-disabled={off}
      onClick={() => !off && press()}
    >
      <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">
        <path d={path} />
      </svg>
    </button>
  );
}

interface StripProps {
  readonly store: Store;
  readonly trace: Trace;
  readonly shown: Shown;
  readonly end: number;
}

/** How many events there are when, in the whole run; the table has the same. */
function Strip({ store, trace, shown, end }: StripProps) {
  const { counts, troubles, most } = densityOf(trace);
  /* A single event among thousands is still seen. */
  const height = (count: number) => Math.max(1.5, (HEIGHT * count) / most);
  const bars = (values: readonly number[]) =>
    values
      .map((count, bin) => (count === 0 ? '' : `M${bin + 0.5} ${HEIGHT}v${-height(count)}`))
      .join('');
  return (
    <div class="strip">
      <svg
        viewBox={`0 0 ${(BINS * end) / Math.max(trace.until, 1)} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={densitySentence(trace)}
      >
        <path class="strip-events" d={bars(counts)} />
        <path class="strip-trouble" d={bars(troubles)} />
      </svg>
      <Now store={store} end={end} />
      {shown !== null && <Window store={store} shown={shown} end={end} />}
    </div>
  );
}

/** Where the playhead is in the whole run. */
function Now({ store, end }: { store: Store; end: number }) {
  return <span class="strip-now" style={{ left: `${(100 * store.t.value) / end}%` }} />;
}

/** A range whose thumb is as wide as the part of the run that is shown. */
function Window({ store, shown, end }: { store: Store; shown: Span; end: number }) {
  const length = shown.to - shown.from;
  return (
    <input
      class="window"
      type="range"
      min={0}
      max={end - length}
      step="any"
      value={shown.from}
      style={{ '--part': length / end }}
      aria-label="Part of the run that is shown"
      aria-valuetext={sentenceOf(shown, end)}
      onInput={({ currentTarget }) => {
        const from = Number(currentTarget.value);
        store.span.value = { from, to: from + length };
      }}
    />
  );
}

/** Keeps the window where something is to be seen, and takes what hands do on the picture. */
function follow(store: Store, inspect: (pid: Pid) => void): () => void {
  const ends = [
    followPlayhead(store),
    followRun(store),
    hear('focusin', ({ target }) => showFocused(store, target as Element)),
    hear('wheel', (event) => turn(store, event), { passive: false }),
    pinch(store),
    followPresses(store, inspect),
  ];
  return () => ends.forEach((end) => end());
}

const followPlayhead = (store: Store): (() => void) =>
  effect(() => {
    const t = store.t.value;
    if (!store.onPaper.peek()) {
      store.span.value = holding(store.span.peek(), endOf(store), t);
    }
  });

/** Of another run of the lesson the same part is shown, and its lanes as usual. */
const followRun = (store: Store): (() => void) =>
  effect(() => {
    if (store.laid.peek()?.of !== store.trace.value) {
      store.laid.value = null;
    }
    store.span.value = fittedTo(store.span.peek(), endOf(store));
  });

/** A lane that arrows have gone to is brought into sight. */
function showFocused(store: Store, target: Element): void {
  const line = store.trace.peek().lines.get(target.closest<SVGElement>('.lanes .cell')?.dataset['pid'] ?? '');
  const span = store.span.peek();
  if (line === undefined || span === null) {
    return;
  }
  const last = line.end?.time ?? store.trace.peek().until;
  if (last < span.from || line.spawned > span.to) {
    store.span.value = holding(span, endOf(store), last < span.from ? last : line.spawned);
  }
}

/** The picture that something happens on, and the time under a place of it. */
function pictureAt(store: Store, target: EventTarget | null) {
  const drawing = (target as Element).closest<SVGSVGElement>('.lanes svg');
  if (drawing === null) {
    return null;
  }
  const box = drawing.getBoundingClientRect();
  const left = Number(drawing.dataset['left']);
  const room = Math.max(1, box.width - left - END_ROOM);
  return {
    drawing,
    /** Of the part that is shown, from 0 to 1. */
    shareAt: (x: number) => Math.max(0, Math.min((x - box.left - left) / room, 1)),
    /** By how many ms a way of so many px moves it. */
    lengthOf: (px: number) => {
      const { from, to } = store.span.peek() ?? { from: 0, to: endOf(store) };
      return (px * (to - from)) / room;
    },
  };
}

function timeAt(store: Store, share: number): number {
  const { from, to } = store.span.peek() ?? { from: 0, to: endOf(store) };
  return from + share * (to - from);
}

/** With Ctrl, which a pinch on a touch pad is told as, closer and wider; to the side, along the run. */
function turn(store: Store, event: WheelEvent): void {
  const picture = pictureAt(store, event.target);
  if (picture === null) {
    return;
  }
  const sideways = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
  if (event.ctrlKey) {
    event.preventDefault();
    const around = timeAt(store, picture.shareAt(event.clientX));
    store.span.value = zoomed(store.span.peek(), endOf(store), Math.exp(-event.deltaY * WHEEL), around);
  } else if (store.span.peek() !== null && Math.abs(sideways) > (event.shiftKey ? 0 : Math.abs(event.deltaY))) {
    event.preventDefault();
    store.span.value = moved(store.span.peek(), endOf(store), picture.lengthOf(sideways));
  }
}

/** Two fingers pinch; one moves along the run, when not all of it is shown, and a tap moves the playhead. */
function pinch(store: Store): () => void {
  const fingers = new Map<number, number>(); // where each is, by its id
  let way = 0;
  const stop = (event: PointerEvent) => {
    fingers.delete(event.pointerId);
  };
  const ends = [
    hear('pointerdown', (event) => {
      if (event.pointerType !== 'touch' || pictureAt(store, event.target) === null) {
        return;
      }
      if (event.isPrimary) {
        fingers.clear();
        way = 0;
      }
      fingers.set(event.pointerId, event.clientX);
    }),
    hear(
      'pointermove',
      (event) => {
        const before = fingers.get(event.pointerId);
        const picture = pictureAt(store, event.target);
        if (before === undefined || picture === null) {
          return;
        }
        fingers.set(event.pointerId, event.clientX);
        const end = endOf(store);
        const [other] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, x]) => x);
        if (other !== undefined) {
          event.stopPropagation(); // the first of them moves no playhead any more
          const factor = Math.abs(event.clientX - other) / Math.max(1, Math.abs(before - other));
          const around = timeAt(store, picture.shareAt((event.clientX + other) / 2));
          store.span.value = zoomed(store.span.peek(), end, Math.max(0.5, Math.min(factor, 2)), around);
        } else if (store.span.peek() !== null) {
          way += Math.abs(event.clientX - before);
          store.span.value = moved(store.span.peek(), end, picture.lengthOf(before - event.clientX));
        }
      },
      { capture: true },
    ),
    hear('pointerup', (event) => {
      const picture = fingers.has(event.pointerId) ? pictureAt(store, event.target) : null;
      const onFree = (event.target as Element).closest('[role=gridcell], [role=rowheader]') === null;
      if (picture !== null && store.span.peek() !== null && fingers.size === 1 && way < 6 && onFree) {
        store.seek(Math.min(timeAt(store, picture.shareAt(event.clientX)), store.trace.peek().until));
      }
      stop(event);
    }),
    hear('pointercancel', stop),
  ];
  return () => ends.forEach((end) => end());
}
