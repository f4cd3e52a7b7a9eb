/** Run and Stop. They stand at the code, and on a narrow screen at the foot. */
import type { Signal } from '@preact/signals';
import type { Store } from '../state/store.ts';
import type { Part } from './Page.tsx';
import { Icon } from './Signs.tsx';

export function RunButtons({ store, part }: { store: Store; part: Signal<Part> }) {
  const busy = store.busy.value;
  const run = () => {
    void store.start();
    part.value = 'watch';
  };
  const stop = () => {
    if (busy) {
      store.stop();
    }
  };
  return (
    <div class="run-buttons" role="group" aria-label="Program">
      <button
        type="button"
        class="button stop"
        aria-label="Stop"
        title="Stop"
        aria-disabled={!busy}
        onClick={stop}
      >
        <Icon name="stop" /> <span class="run-word">Stop</span>
      </button>
      <button
        type="button"
        class="button primary run"
        onClick={run}
        title="Ctrl Enter runs it from anywhere"
      >
        <Icon name="run" /> Run
      </button>
    </div>
  );
}
