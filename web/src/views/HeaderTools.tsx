/** What stands in the header for every lesson: find, the view, share, help. */
import type { Signal } from '@preact/signals';
import { views, type View } from '../state/preferences.ts';
import type { Store } from '../state/store.ts';
import type { Overlaid } from './Overlay.tsx';

const words: Readonly<Record<View, string>> = {
  read: 'Read',
  balanced: 'Balanced',
  stage: 'Stage',
};

export function HeaderTools({ store, open }: { store: Store; open: Signal<Overlaid | null> }) {
  const { view } = store.preferences;
  const tool = (what: Overlaid, word: string, title: string) => (
    <button
      type="button"
      class={`button tool tool-${what}`}
      title={title}
      aria-haspopup="dialog"
      onClick={() => (open.value = what)}
    >
      {word}
    </button>
  );
  return (
    <div class="header-tools">
      {tool('find', 'Find a lesson', 'Find a lesson (Ctrl K)')}
      <fieldset class="switch view">
        <legend class="unseen">Room for</legend>
        {views.map((name) => (
          <label key={name}>
            <input
              type="radio"
              name="view"
              value={name}
              checked={view.value === name}
              onChange={() => store.preferences.setView(name)}
            />
            <span>{words[name]}</span>
          </label>
        ))}
      </fieldset>
      {tool('share', 'Share', 'Links, picture and trace of this run')}
      {tool('help', 'Keys', 'All keys (?)')}
    </div>
  );
}
