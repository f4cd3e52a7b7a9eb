/** The lessons along a rope: a ring for each, with whether it has been run. */
import { useSignal, type Signal } from '@preact/signals';
import type { Example } from '../model/example.ts';
import { forgetAll } from '../state/forget.ts';
import type { Store } from '../state/store.ts';
import type { Part } from './Page.tsx';

export function Lessons({ store, part }: { store: Store; part: Signal<Part> }) {
  const open = useSignal(false);
  const current = store.example.value as Example;
  const sections = [...new Set(store.examples.map(({ section }) => section))];
  const count = store.examples.filter(({ id }) => store.done.value.has(id)).length;
  /* The address follows, and then chooses the same. */
  const choose = (id: string) => {
    store.choose(id);
    open.value = false;
    part.value = 'read';
  };
  return (
    <nav class="lessons" aria-label="Lessons" data-open={open.value}>
      <button
        type="button"
        class="lessons-open"
        aria-expanded={open.value}
        onClick={() => (open.value = !open.value)}
      >
        <span class="lessons-mark">{current.mark}</span>
        <span class="lessons-title">{current.title}</span>
        <span class="lessons-more">{open.value ? 'Close' : 'All'}</span>
      </button>
      <div class="lessons-list">
        <p class="lessons-count">
          {count} of {store.examples.length} run
        </p>
        {sections.map((section) => (
          <div key={section} class="lessons-section">
            <h2>{section}</h2>
            <ol>
              {store.examples
                .filter((example) => example.section === section)
                .map((example) => (
                  <li key={example.id}>
                    <a
                      href={`#${example.id}`}
                      aria-current={example.id === current.id ? 'page' : undefined}
                      onClick={() => choose(example.id)}
                    >
                      <Bead done={store.done.value.has(example.id)} />
                      <span class="lessons-mark">{example.mark}</span>
                      <span class="lessons-title">{example.title}</span>
                    </a>
                  </li>
                ))}
            </ol>
          </div>
        ))}
        <ResetAll />
      </div>
    </nav>
  );
}

/** What is forgotten cannot be brought back: it is asked for twice. */
function ResetAll() {
  const asked = useSignal(false);
  return (
    <div class="reset-all">
      {asked.value ? (
        <>
          <p>Forget all runs and edits in this browser?</p>
          <button type="button" class="link" onClick={forgetAll}>
            Forget all
          </button>
          <button type="button" class="link" onClick={() => (asked.value = false)}>
            Keep them
          </button>
        </>
      ) : (
        <button type="button" class="link" onClick={() => (asked.value = true)}>
          Reset all
        </button>
      )}
    </div>
  );
}

function Bead({ done }: { done: boolean }) {
  return (
    <span class={done ? 'bead bead-ok' : 'bead'}>
      <svg viewBox="-8 -8 16 16" width="16" height="16" aria-hidden="true">
        <circle r="5.5" />
        {done && <path d="M-2.6.2-.8 2.1 2.8-2.1" />}
      </svg>
      {done && <span class="unseen">Has been run: </span>}
    </span>
  );
}
