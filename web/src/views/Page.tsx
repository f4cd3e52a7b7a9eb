/** The page's frame: what stands where, and the keys. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Store } from '../state/store.ts';
import { Code } from './Code.tsx';
import { ExercisePlace } from './ExercisePlace.tsx';
import { Header } from './Header.tsx';
import { Knobs } from './Knobs.tsx';
import { soon } from './Later.tsx';
import { Lesson, Takeaway } from './Lesson.tsx';
import { Lessons } from './Lessons.tsx';
import { Notices } from './Notices.tsx';
import { Overlay, type Overlaid } from './Overlay.tsx';
import { Tabs } from './Tabs.tsx';
import { Tasks } from './Tasks.tsx';
import { Transport } from './Transport.tsx';

let stageKey: typeof import('./stage-keys.ts').stageKey | null = null;
soon.push(() =>
  import('./Closely.ts').then(
    (module) => void (stageKey = module.stageKey),
    () => {},
  ),
);

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
        stageKey?.(event, store, tab);
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
            <Tasks store={{ ...store, ...store.lanes }} />
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
