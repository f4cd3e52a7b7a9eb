/** What the run gave, who belongs to whom, and what happened: one at a time. */
import type { Signal } from '@preact/signals';
import type { Store } from '../state/store.ts';
import { later } from './Later.tsx';
import { Results } from './Results.tsx';

type View = { readonly store: Store };
const Tree = later<View>(async () => (await import('./Closely.ts')).Tree, true);
const Log = later<View>(async () => (await import('./Closely.ts')).Log, true);
const Seeds = later<View>(async () => (await import('./Seeds.tsx')).Seeds);
const Compare = later<View>(async () => (await import('./Compare.tsx')).Compare);

export const tabs = [
  { id: 'results', name: 'Results', View: Results },
  { id: 'tree', name: 'Tree', View: Tree },
  { id: 'log', name: 'Log', View: Log },
  { id: 'seeds', name: 'Seeds', View: Seeds },
  { id: 'compare', name: 'Compare', View: Compare },
] as const;

export function Tabs({ store, shown }: { store: Store; shown: Signal<number> }) {
  const tab = tabs[store.onPaper.value ? 0 : shown.value] ?? tabs[0];
  const move = (event: KeyboardEvent) => {
    const to = {
      ArrowRight: shown.value + 1,
      ArrowLeft: shown.value - 1,
      Home: 0,
      End: tabs.length - 1,
    }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      shown.value = (to + tabs.length) % tabs.length;
      /* At once, and not when it is drawn: the next key may come before that. */
      document.getElementById(`stage-${tabs[shown.value]?.id}`)?.focus();
    }
  };
  const count = store.trace.value.events.length;
  return (
    <section class="panel stage-tabs" aria-label="Results, tree, log, seeds and comparison" data-stage>
      <div class="panel-head">
        <div class="tabs" role="tablist" aria-label="Of the run" onKeyDown={move}>
          {tabs.map(({ id, name }, index) => (
            <button
              key={id}
              id={`stage-${id}`}
              type="button"
              role="tab"
              aria-selected={id === tab.id}
              aria-controls="stage-panel"
              tabIndex={id === tab.id ? 0 : -1}
              onClick={() => (shown.value = index)}
            >
              {name}
              {id === 'log' && count > 0 && (
                <small class="count"> {count.toLocaleString('en')}</small>
              )}
            </button>
          ))}
        </div>
      </div>
      <div
        class={`panel-body ${tab.id}`}
        id="stage-panel"
        role="tabpanel"
        aria-labelledby={`stage-${tab.id}`}
        tabIndex={0}
      >
        <tab.View store={store} />
      </div>
    </section>
  );
}
