/**
 * The program to be edited: in the editor, whose modules come when they are
 * first wanted, or as plain text, also where those cannot be had. What is typed is
 * kept at once.
 */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Store } from '../state/store.ts';

export type EditorKind = 'code' | 'plain';

export interface EditorProps {
  readonly store: Store;
  readonly kind: EditorKind;
  /** Whether it was asked for just now. */
  readonly focus: boolean;
}

export function Editor({ store, kind, focus }: EditorProps) {
  return kind === 'plain' ? (
    <Plain store={store} focus={focus} />
  ) : (
    <Rich store={store} focus={focus} />
  );
}

function Plain({ store, focus }: Omit<EditorProps, 'kind'>) {
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (focus) {
      area.current?.setSelectionRange(0, 0); // begins where the program does
      area.current?.focus();
    }
  }, []);
  return (
    <textarea
      ref={area}
      class="plain"
      aria-label="The program, as plain text"
      spellcheck={false}
      autocapitalize="off"
      autocomplete="off"
      value={store.source.value}
      onInput={(event) => store.edit(event.currentTarget.value)}
    />
  );
}

function Rich({ store, focus }: Omit<EditorProps, 'kind'>) {
  const place = useRef<HTMLDivElement>(null);
  /** Its modules could not be had: there may be no network. */
  const failed = useSignal(false);
  useEffect(() => {
    let gone = false;
    let end: (() => void) | null = null;
    const begin = async () => {
      const { createEditor } = await import('./codemirror.ts');
      if (!gone && place.current !== null) {
        place.current.textContent = '';
        const change = (text: string) => store.edit(text);
        end = createEditor({ parent: place.current, text: store.source.peek(), change, focus });
      }
    };
    begin().catch(() => {
      failed.value = true;
    });
    return () => {
      gone = true;
      end?.();
    };
  }, []);
  return failed.value ? (
    <Plain store={store} focus={focus} />
  ) : (
    <div class="rich" ref={place}>
      <pre>{store.source.peek()}</pre>
    </div>
  );
}
