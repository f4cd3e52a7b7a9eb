/** The program that runs, and beside it what it says in other languages. */
import { useSignal, type Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Pane } from '../model/example.ts';
import type { Store } from '../state/store.ts';
import { RunButtons } from './RunButtons.tsx';
import type { Part } from './Page.tsx';

export function Code({ store, part }: { store: Store; part: Signal<Part> }) {
  const panes = store.texts.value?.panes ?? [];
  const shown = useSignal('javascript');
  const pane = panes.find(({ id }) => id === shown.value) ?? panes[0] ?? null;

  const move = (event: KeyboardEvent) => {
    const at = panes.findIndex(({ id }) => id === pane?.id);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: panes.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      const next = panes[(to + panes.length) % panes.length] as Pane;
      shown.value = next.id;
      document.getElementById(`tab-${next.id}`)?.focus();
    }
  };

  return (
    <section class="panel code" aria-label="Program">
      <div class="panel-head">
        <div class="tabs" role="tablist" aria-label="Languages" onKeyDown={move}>
          {panes.map(({ id, name, runs }) => (
            <button
              key={id}
              id={`tab-${id}`}
              type="button"
              role="tab"
              aria-selected={id === pane?.id}
              aria-controls="code-text"
              tabIndex={id === pane?.id ? 0 : -1}
              onClick={() => (shown.value = id)}
            >
              {name} {runs && <small>runs</small>}
            </button>
          ))}
        </div>
        <RunButtons store={store} part={part} />
      </div>
      {pane !== null && <CodeText pane={pane} example={store.chosen.value} />}
    </section>
  );
}

function CodeText({ pane, example }: { pane: Pane; example: string }) {
  useEffect(() => {
    document.getElementById('code-text')?.scrollTo(0, 0);
  }, [example, pane.id]);
  return (
    <div
      class="code-text"
      id="code-text"
      role="tabpanel"
      aria-labelledby={`tab-${pane.id}`}
      tabIndex={0}
    >
      <pre dangerouslySetInnerHTML={{ __html: `<code>${pane.html}</code>` }} />
    </div>
  );
}
