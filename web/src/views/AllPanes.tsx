/** All languages of a lesson at once. */
import type { Pane } from '../model/example.ts';
import type { Store } from '../state/store.ts';
import { ALL, CodeText } from './Code.tsx';
import { Proof } from './PaneFoot.tsx';

/** Each text with what was proved of it; what is at work is lit up in all of them. */
export function AllPanes({ store, panes }: { store: Store; panes: readonly Pane[] }) {
  const own = store.offered.value ?? store.setting.value.source;
  return (
    <div
      class="code-text code-all"
      id="code-text"
      role="tabpanel"
      aria-labelledby={`tab-${ALL.id}`}
      tabIndex={0}
    >
      <div class="code-columns">
        {panes.map((pane) => (
          <section key={pane.id} aria-label={pane.name}>
            <h2>
              {pane.name}{' '}
              {pane.badge !== null && <Proof store={store} badge={pane.badge} />}
            </h2>
            {pane.runs && own !== null ? (
              <pre>
                <code>{own}</code>
              </pre>
            ) : (
              <CodeText pane={pane} store={store} />
            )}
          </section>
        ))}
      </div>
    </div>
  );
}
