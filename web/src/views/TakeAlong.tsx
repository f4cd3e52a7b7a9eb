/** A lesson's texts in other languages as files, each of which runs by itself. */
import type { Pane } from '../model/example.ts';
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

export function TakeAlong({ store, pane }: { store: Store; pane: Pane }) {
  if (store.texts.value?.world == null) {
    return null;
  }
  return (
    <span class="take-along">
      {(files[pane.id] ?? []).map(([ending, word]) => (
        <button key={ending} type="button" class="link" onClick={() => void take(store, ending)}>
          {word}
        </button>
      ))}
    </span>
  );
}
