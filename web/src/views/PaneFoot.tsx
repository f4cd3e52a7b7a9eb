/** Below a lesson's text in another language: what was proved of it, and the files to take along. */
import type { Badge, Pane } from '../model/example.ts';
import { isProved } from '../model/proved.ts';
import type { Store } from '../state/store.ts';
import type { Ending } from './take.ts';

/** What there is to take along of a pane, and what to call it. */
const files: Readonly<Record<string, ReadonlyArray<readonly [Ending, string]>>> = {
  elixir: [
    ['livemd', 'Notebook (.livemd)'],
    ['exs', 'Script (.exs)'],
  ],
  python: [['py', 'Script (.py)']],
};

const take = async (store: Store, ending: Ending) =>
  (await import('./take.ts')).take(store, ending);

export function PaneFoot({ store, pane }: { store: Store; pane: Pane }) {
  return (
    <>
      <Proof store={store} badge={pane.badge} />
      {store.texts.value?.world != null && (
        <span class="take-along">
          {(files[pane.id] ?? []).map(([ending, word]) => (
            <button
              key={ending}
              type="button"
              class="link"
              onClick={() => void take(store, ending)}
            >
              {word}
            </button>
          ))}
        </span>
      )}
    </>
  );
}

/**
 * What the record says of this text; the record is made by the real
 * interpreters. It is dimmed, and says so, where it does not tell of what is shown.
 */
export function Proof({ store, badge }: { store: Store; badge: Badge | null }) {
  if (badge === null) {
    return <span class="hint-line">To read beside the program; not executed.</span>;
  }
  const { source, changes } = store.setting.value;
  const texts = store.texts.value;
  const proved =
    texts !== null &&
    isProved(texts, {
      knobs: store.knobs.value,
      seed: store.seed.value,
      edited: source !== null || store.offered.value !== null,
      changes: changes.length,
    });
  const kind = !proved ? 'badge past' : badge.same ? 'badge same' : 'badge';
  return (
    <span class={kind}>
      {badge.same ? `= ${badge.by} ✓` : `≠ ${badge.by}`}
      <span class="hint-line">
        {proved
          ? badge.note
          : `was proved for the lesson's own knobs, seed and code: ${badge.note}`}
      </span>
    </span>
  );
}
