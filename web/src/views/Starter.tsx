/** Where a text of the learner's has come to nothing: the way back to the one they began with. */
import type { Store } from '../state/store.ts';

export function Starter({ store }: { store: Store }) {
  const back = () => {
    store.restore();
    /* The button is gone with that; what comes next is a run. */
    const buttons = [...document.querySelectorAll<HTMLElement>('.run')];
    buttons.find((button) => button.checkVisibility())?.focus();
  };
  return store.setting.value.source === null ? null : (
    <p>
      <button type="button" class="button small" onClick={back}>
        {store.example.value?.exercise === true ? 'Back to the starter' : "Back to the lesson's program"}
      </button>
    </p>
  );
}
