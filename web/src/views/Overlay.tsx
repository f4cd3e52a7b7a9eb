/** The place of what opens over the page, and the buttons and keys that open it. */
import { useSignal, type Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Store } from '../state/store.ts';
import type { Part } from './Page.tsx';

export type Overlaid = 'share' | 'find' | 'help';

type Loaded = typeof import('./Dialogs.tsx');

interface Props {
  readonly store: Store;
  readonly part: Signal<Part>;
  readonly open: Signal<Overlaid | null>;
}

export function Overlay({ store, part, open }: Props) {
  const loaded = useSignal<Loaded | null>(null);
  const wanted = open.value !== null;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const asked = askedBy(event, store);
      if (asked !== null && open.peek() === null) {
        event.preventDefault();
        open.value = asked;
      }
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [store]);
  useEffect(() => {
    if (wanted && loaded.value === null) {
      import('./Dialogs.tsx').then(
        (module) => (loaded.value = module),
        () => (open.value = null), // not there and no network: the button may be pressed again
      );
    }
  }, [wanted]);
  return loaded.value === null ? null : (
    <loaded.value.Dialogs store={store} part={part} open={open} />
  );
}

function askedBy(event: KeyboardEvent, store: Store): Overlaid | null {
  const { key, ctrlKey, metaKey, altKey } = event;
  if (key.toLowerCase() === 'k' && (ctrlKey || metaKey) && !altKey) {
    return 'find';
  }
  const typing = (event.target as Element).closest(
    'input:not([type=range], [type=radio], [type=checkbox]), select, textarea, [contenteditable]',
  );
  const alone = !ctrlKey && !metaKey && !altKey && typing === null;
  return key === '?' && alone && store.preferences.letters.peek() ? 'help' : null;
}
