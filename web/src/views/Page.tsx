/** The page's frame: what stands where, and the keys that work everywhere. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Store } from '../state/store.ts';
import { Code } from './Code.tsx';
import { Events } from './Events.tsx';
import { Examples } from './Examples.tsx';
import { Header } from './Header.tsx';
import { Lesson } from './Lesson.tsx';
import { Output } from './Output.tsx';
import { Timeline } from './Timeline.tsx';
import { Transport } from './Transport.tsx';

/** What a narrow screen shows one at a time. */
export type Part = 'read' | 'code' | 'watch';

export function Page({ store }: { store: Store }) {
  const part = useSignal<Part>('read');

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        void store.start();
        part.value = 'watch';
      }
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [store]);

  const title = store.example.value?.title;
  useEffect(() => {
    document.title = title === undefined ? 'Belay playground' : `${title} · Belay playground`;
  }, [title]);

  if (store.example.value === null) {
    return (
      <main class="nothing">
        <h1>Belay playground</h1>
        <p>There are no examples here yet.</p>
      </main>
    );
  }
  return (
    <>
      <SkipLink />
      <Header />
      <div class="layout" data-part={part.value}>
        <Examples store={store} part={part} />
        <main id="main" tabIndex={-1}>
          <Lesson store={store} part={part} />
          <Code store={store} part={part} />
          <Timeline store={store} />
          <Output store={store} />
          <Events store={store} />
        </main>
      </div>
      <Transport store={store} part={part} />
      <div class="unseen" role="status" aria-live="polite">
        {store.announcement}
      </div>
    </>
  );
}

function SkipLink() {
  const skip = (event: Event) => {
    event.preventDefault();
    document.querySelector<HTMLElement>('#main')?.focus();
  };
  return (
    <a class="skip" href="#main" onClick={skip}>
      Skip to the example
    </a>
  );
}
