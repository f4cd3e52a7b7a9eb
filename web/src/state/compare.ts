/** The run that is pinned: it is drawn under the next ones, and held against them. */
import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { comparisonSentence, deltasOf, differencesOf } from '../model/compare.ts';
import { summaryOf } from '../model/summary.ts';
import type { Knob } from '../model/world.ts';
import type { Run } from './store.ts';

interface Pinned {
  readonly id: string;
  readonly run: Run;
}

/** What it needs of the page's state. */
export interface CompareHost {
  readonly chosen: ReadonlySignal<string>;
  readonly run: ReadonlySignal<Run>;
  readonly knobs: ReadonlySignal<readonly Knob[]>;
  announce(text: string): void;
}

const summary = ({ trace, outcome, input }: Run) =>
  outcome === null ? null : summaryOf(trace, outcome, input?.seed ?? 0);

export interface Compare extends ReturnType<typeof createCompare> {}

export function createCompare({ chosen, run, knobs, announce }: CompareHost) {
  const kept = signal<Pinned | null>(null);
  /** Of the chosen example only: two programs have no tasks in common. */
  const pinned = computed(() => (kept.value?.id === chosen.value ? kept.value.run : null));
  const deltas = computed(() => {
    const [before, now] = [pinned.value, run.value];
    if (before === null || before === now) {
      return null;
    }
    const [from, to] = [summary(before), summary(now)];
    return from === null || to === null ? null : deltasOf(from, to);
  });

  return {
    pinned,
    deltas,
    /** It can be pinned: it is a run of now, with an end. */
    canPin: computed(() => run.value.input !== null && run.value.outcome !== null),
    isPinned: computed(() => pinned.value === run.value),
    differences: computed(() => {
      const [before, now] = [pinned.value?.input ?? null, run.value.input];
      return before === null || now === null ? [] : differencesOf(before, now, knobs.value);
    }),
    sentence: computed(() => (deltas.value === null ? '' : comparisonSentence(deltas.value))),
    /** What is drawn as outlines; null while it is the very run that is shown. */
    outline: computed(() =>
      pinned.value === null || pinned.value === run.value
        ? null
        : { trace: pinned.value.trace, from: 0 },
    ),
    pin(): void {
      kept.value = { id: chosen.value, run: run.value };
      announce('This run is pinned. Change something, and the next one is held against it.');
    },
    unpin(): void {
      kept.value = null;
      announce('No run is pinned any more.');
    },
  };
}
