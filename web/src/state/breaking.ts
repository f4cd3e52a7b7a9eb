/**
 * What the learner breaks: the changes of the chosen example, taken back and
 * done again, and the run from before the last one, which is drawn as a ghost.
 */
import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { RunInput } from '../engine/protocol.ts';
import { changeName } from '../model/faults.ts';
import type { Change } from '../model/changes.ts';
import type { Pid } from '../model/events.ts';
import type { Trace } from '../model/trace.ts';

type Changes = readonly Change[];

/** What was before `changes` were what they are; it differs from that position on. */
interface Ghost {
  readonly changes: Changes;
  readonly trace: Trace;
  readonly from: number;
}

interface History {
  readonly past: readonly Changes[];
  readonly future: readonly Changes[];
}

/** The menu of one process, where it is open. */
export interface OpenMenu {
  readonly pid: Pid;
  /** In the window, in px. */
  readonly x: number;
  readonly y: number;
  /** What has the focus again when it closes. */
  readonly from: Element | null;
}

/** When the first one comes that only one of the two has. */
function firstOf(one: Changes, other: Changes): number {
  const single = [
    ...one.filter((change) => !other.includes(change)),
    ...other.filter((change) => !one.includes(change)),
  ];
  return Math.min(...single.map(({ at }) => at));
}

/** What it needs of the page's state. */
export interface BreakingHost {
  readonly chosen: ReadonlySignal<string>;
  readonly changes: ReadonlySignal<Changes>;
  readonly run: ReadonlySignal<{ readonly trace: Trace; readonly input: RunInput | null }>;
  /** Keeps them with the chosen example. */
  put(changes: Changes): void;
  /** Runs it again; the playhead stays. */
  rerun(): void;
  announce(text: string): void;
}

const HISTORY_MAX = 100; // steps that can be taken back
const none: History = { past: [], future: [] };

export interface Breaking extends ReturnType<typeof createBreaking> {}

export function createBreaking({ chosen, changes, run, put, rerun, announce }: BreakingHost) {
  const histories = signal<ReadonlyMap<string, History>>(new Map());
  const history = computed(() => histories.value.get(chosen.value) ?? none);
  /** The run before a change, for as long as the run with it is the one that is shown. */
  const before = signal<Ghost | null>(null);
  const ghost = computed(() =>
    before.value?.changes === run.value.input?.changes ? before.value : null,
  );
  const menu = signal<OpenMenu | null>(null);

  const keep = (next: History) => {
    histories.value = new Map(histories.value).set(chosen.value, next);
  };
  /** Takes these for the changes from now on; the run that is shown becomes the ghost. */
  const become = (next: Changes, said: string) => {
    before.value = { changes: next, trace: run.value.trace, from: firstOf(changes.value, next) };
    put(next);
    announce(said);
    rerun();
  };
  const make = (next: Changes, said: string) => {
    const past = [...history.value.past, changes.value].slice(-HISTORY_MAX);
    keep({ past, future: [] });
    become(next, said);
  };
  const told = (change: Change) => changeName(run.value.trace, change);

  return {
    changes,
    ghost,
    menu,
    canUndo: computed(() => history.value.past.length > 0),
    canRedo: computed(() => history.value.future.length > 0),

    add(change: Change): void {
      make([...changes.value, change], `${told(change)}: simulated again.`);
    },
    remove(change: Change): void {
      make(
        changes.value.filter((one) => one !== change),
        `Taken back: ${told(change)}.`,
      );
    },
    clear(): void {
      make([], 'All changes are taken back.');
    },
    /** The last step is taken back; false when there is none. */
    undo(): boolean {
      const { past, future } = history.value;
      const last = past.at(-1);
      if (last === undefined) {
        return false;
      }
      keep({ past: past.slice(0, -1), future: [changes.value, ...future] });
      become(last, 'Taken back.');
      return true;
    },
    redo(): boolean {
      const { past, future } = history.value;
      const next = future[0];
      if (next === undefined) {
        return false;
      }
      keep({ past: [...past, changes.value], future: future.slice(1) });
      become(next, 'Done again.');
      return true;
    },
    /** A run that was asked for has no ghost. */
    forgetGhost(): void {
      before.value = null;
    },
    openMenu(at: OpenMenu): void {
      menu.value = at;
    },
    closeMenu(): void {
      const from = menu.value?.from ?? null;
      menu.value = null;
      (from as HTMLElement | SVGElement | null)?.focus?.({ preventScroll: true });
    },
  };
}
