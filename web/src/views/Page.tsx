/** The page's frame: what stands where, and the keys. */
import { useSignal, type Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { isTrouble } from '../model/describe.ts';
import { speeds } from '../model/time.ts';
import type { Wanted } from '../model/trace.ts';
import type { Store } from '../state/store.ts';
import { openMenuHere } from './BreakMenu.tsx';
import { Code } from './Code.tsx';
import { ExercisePlace } from './ExercisePlace.tsx';
import { Header } from './Header.tsx';
import { Knobs } from './Knobs.tsx';
import { Lesson, Takeaway } from './Lesson.tsx';
import { Lessons } from './Lessons.tsx';
import { Notices } from './Notices.tsx';
import { Overlay, type Overlaid } from './Overlay.tsx';
import { Tabs, tabs } from './Tabs.tsx';
import { Tasks } from './Tasks.tsx';
import { Transport } from './Transport.tsx';

/** What a narrow screen shows one at a time. */
export type Part = 'read' | 'code' | 'watch';

export function Page({ store }: { store: Store }) {
  const part = useSignal<Part>('read');
  const tab = useSignal(0);
  const overlaid = useSignal<Overlaid | null>(null);

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        void store.start();
        part.value = 'watch';
      } else if (isUndo(event)) {
        if (event.shiftKey ? store.breaking.redo() : store.breaking.undo()) {
          event.preventDefault();
        }
      } else if (isOfStage(event) && (store.preferences.letters.peek() || isNamed(event.key))) {
        stageKey(event, store, tab);
      }
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [store]);

  const moments = store.moments.value;
  useEffect(() => {
    if (moments > 0) {
      part.value = 'watch';
    }
  }, [moments]);

  const asked = store.asked.value;
  useEffect(() => {
    if (asked !== null) {
      part.value = 'code';
    }
  }, [asked]);

  const title = store.example.value?.title;
  useEffect(() => {
    document.title = title === undefined ? 'Belay playground' : `${title} · Belay playground`;
  }, [title]);

  if (store.example.value === null) {
    return (
      <main class="nothing">
        <h1>Belay playground</h1>
        <p>There are no lessons here yet.</p>
      </main>
    );
  }
  return (
    <>
      <SkipLink />
      <Header store={store} open={overlaid} />
      <Notices store={store} part={part} />
      <div class="layout" data-part={part.value} data-view={store.preferences.view.value}>
        <Lessons store={store} part={part} />
        <main id="main" tabIndex={-1}>
          <div class="reading">
            {store.example.value.exercise === true ? (
              <ExercisePlace store={store} part={part} tab={tab} />
            ) : (
              <Lesson store={store} part={part} />
            )}
            <Code store={store} part={part} />
            <Knobs store={store} />
            {store.example.value.exercise !== true && <Takeaway store={store} />}
          </div>
          <div class="stage">
            <Tasks store={store} />
            <Tabs store={store} shown={tab} />
          </div>
        </main>
      </div>
      <Transport store={store} part={part} />
      <Overlay store={store} part={part} open={overlaid} />
      <div class="unseen" role="status" aria-live="polite">
        {store.announcement}
      </div>
    </>
  );
}

/** Ctrl or Cmd with Z, with Shift to do it again; fields and the editor have their own. */
function isUndo(event: KeyboardEvent): boolean {
  const target = event.target as Element;
  return (
    event.key.toLowerCase() === 'z' &&
    (event.ctrlKey || event.metaKey) &&
    !event.altKey &&
    target.closest('textarea, [contenteditable=true], .cm-editor') === null &&
    !target.matches('input:not([type=range], [type=radio], [type=checkbox])')
  );
}

/** Keys of one letter work while the focus is on the stage, and not in a field. */
function isOfStage(event: KeyboardEvent): boolean {
  const target = event.target as Element;
  return (
    !event.ctrlKey &&
    !event.metaKey &&
    !event.altKey &&
    target.closest('[data-stage]') !== null &&
    !target.matches('input:not([type=range], [type=radio], [type=checkbox]), select, textarea')
  );
}

/** A key with a name (Home, the space bar), which nobody presses by speaking. */
const isNamed = (key: string): boolean => key.length > 1 || key === ' ';

function stageKey(event: KeyboardEvent, store: Store, tab: Signal<number>): void {
  const target = event.target as Element;
  const trouble = (index: number) => {
    const found = store.trace.value.events[index];
    return found !== undefined && isTrouble(store.trace.value, found);
  };
  const ofPicked: Wanted = (at) => 'pid' in at && at.pid === store.picked.value;
  const speedBy = (steps: number) => {
    const at = speeds.indexOf(store.speed.value as (typeof speeds)[number]) + steps;
    store.setSpeed(speeds[Math.min(speeds.length - 1, Math.max(0, at))] as number);
  };
  const actions: Record<string, () => void> = {
    ',': () => store.step(-1),
    '.': () => store.step(1),
    '<': () => store.step(-1, ofPicked),
    '>': () => store.step(1, ofPicked),
    '[': () => store.step(-1, (_, index) => trouble(index)),
    ']': () => store.step(1, (_, index) => trouble(index)),
    '-': () => speedBy(-1),
    '=': () => speedBy(1),
    r: () => store.newSeed(100_000),
    b: () => void openMenuHere(store),
    '+': () => void zoom((by) => by.closer(store)),
    _: () => void zoom((by) => by.wider(store)),
    0: () => void zoom((by) => by.whole(store)),
  };
  tabs.forEach((_, index) => {
    actions[String(index + 1)] = () => (tab.value = index);
  });
  if (!target.matches('button, input, [role=gridcell], [role=treeitem], [role=tab]')) {
    actions['Home'] = () => store.seek(0);
    actions['End'] = () => store.seek(Number.POSITIVE_INFINITY);
  }
  if (!target.matches('button, input:not(.scrub)')) {
    actions[' '] = () => store.play(matchMedia('(prefers-reduced-motion: reduce)').matches);
  }
  const action = actions[event.key];
  if (action !== undefined) {
    event.preventDefault();
    action();
  }
}

/** What changes the part of the run that is shown comes a moment after the page. */
const zoom = (change: (by: typeof import('./Zoom.tsx')) => void) =>
  import('./Zoom.tsx').then(change, () => {});

function SkipLink() {
  const skip = (event: Event) => {
    event.preventDefault();
    document.querySelector<HTMLElement>('#main')?.focus();
  };
  return (
    <a class="skip" href="#main" onClick={skip}>
      Skip to the lesson
    </a>
  );
}
