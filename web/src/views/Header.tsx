/** The name, what this is, and the choice between light and dark. */
import { useSignal, type Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Store } from '../state/store.ts';
import { HeaderTools } from './HeaderTools.tsx';
import type { Overlaid } from './Overlay.tsx';
import { Ring } from './Signs.tsx';

type Theme = 'system' | 'light' | 'dark';
const themes: readonly Theme[] = ['system', 'light', 'dark'];
const KEY = 'belay:theme';

export function Header({ store, open }: { store: Store; open: Signal<Overlaid | null> }) {
  return (
    <header class="header">
      <p class="brand">
        <Ring />
        <span>belay</span> <span class="brand-part">playground</span>
      </p>
      <p class="header-about">
        Real tasks, simulated time and network: nothing leaves this page.
      </p>
      <HeaderTools store={store} open={open} />
      <ThemeSwitch />
    </header>
  );
}

function ThemeSwitch() {
  const theme = useSignal<Theme>('system');
  useEffect(() => {
    const kept = document.documentElement.dataset['theme'];
    theme.value = kept === 'light' || kept === 'dark' ? kept : 'system';
  }, []);
  const choose = (next: Theme) => {
    theme.value = next;
    if (next === 'system') {
      delete document.documentElement.dataset['theme'];
    } else {
      document.documentElement.dataset['theme'] = next;
    }
    try {
      localStorage.setItem(KEY, next);
    } catch {
      /* Storage may be blocked; the choice then lasts as long as the page. */
    }
  };
  return (
    <fieldset class="switch theme">
      <legend class="unseen">Theme</legend>
      {themes.map((name) => (
        <label key={name}>
          <input
            type="radio"
            name="theme"
            value={name}
            checked={theme.value === name}
            onChange={() => choose(name)}
          />
          <span>{name === 'system' ? 'Auto' : name === 'light' ? 'Light' : 'Dark'}</span>
        </label>
      ))}
    </fieldset>
  );
}
