/** A lesson found by its words: type, choose with the arrows, Enter. */
import { useSignal, type Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { words as texts } from 'virtual:lesson-words';
import type { Example } from '../model/example.ts';
import { found } from '../model/find.ts';
import type { Store } from '../state/store.ts';
import { Dialog } from './Dialog.tsx';
import type { Part } from './Page.tsx';

interface Props {
  readonly store: Store;
  readonly part: Signal<Part>;
  readonly close: () => void;
}

export function Find({ store, part, close }: Props) {
  const words = useSignal('');
  const at = useSignal(0);
  const field = useRef<HTMLInputElement>(null);
  const list = found(store.examples, words.value, texts);
  const chosen = list[Math.min(at.value, list.length - 1)];
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    document.getElementById(`found-${chosen?.id}`)?.scrollIntoView({ block: 'nearest' });
  }, [chosen?.id]);

  const go = ({ id }: Example) => {
    part.value = 'read';
    close();
    location.hash = encodeURIComponent(id);
  };
  const press = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined && list.length > 0) {
      event.preventDefault();
      at.value = (Math.min(at.value, list.length - 1) + by + list.length) % list.length;
    } else if (event.key === 'Enter' && chosen !== undefined) {
      event.preventDefault();
      go(chosen);
    }
  };

  return (
    <Dialog title="Find a lesson" close={close}>
      <input
        ref={field}
        class="find-field"
        type="text"
        role="combobox"
        aria-label="Words of the lesson"
        aria-expanded="true"
        aria-controls="found"
        aria-autocomplete="list"
        aria-activedescendant={chosen === undefined ? undefined : `found-${chosen.id}`}
        autocomplete="off"
        spellcheck={false}
        value={words.value}
        onInput={(event) => {
          words.value = event.currentTarget.value;
          at.value = 0;
        }}
        onKeyDown={press}
      />
      <ul id="found" class="found" role="listbox" aria-label="Lessons">
        {list.map((example) => (
          <li
            key={example.id}
            id={`found-${example.id}`}
            role="option"
            aria-selected={example === chosen}
            onClick={() => go(example)}
          >
            <span class="lessons-mark">{example.mark}</span>
            <span>{example.title}</span>
            <small>{example.section}</small>
          </li>
        ))}
      </ul>
      <p class="dialog-said" role="status">
        {list.length === 0 ? 'No lesson has these words.' : `${list.length} found`}
      </p>
    </Dialog>
  );
}
