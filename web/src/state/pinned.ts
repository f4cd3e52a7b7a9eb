/** The run that is pinned: it is drawn under the next ones, and held against them. */
import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { Run } from './store.ts';

/** What it needs of the page's state. */
export interface PinnedHost {
  readonly chosen: ReadonlySignal<string>;
  readonly run: ReadonlySignal<Run>;
  announce(text: string): void;
}

export function createPinned({ chosen, run, announce }: PinnedHost) {
  const kept = signal<{ readonly id: string; readonly run: Run } | null>(null);
  /** Of the chosen example only: two programs have no tasks in common. */
  const pinned = computed(() => (kept.value?.id === chosen.value ? kept.value.run : null));
  return {
    pinned,
    /** It can be pinned: it was run here, and has an end. */
    canPin: computed(() => run.value.input !== null && run.value.outcome !== null),
    isPinned: computed(() => pinned.value === run.value),
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
