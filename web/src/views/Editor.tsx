/**
 * The program to be edited: in the editor, whose modules come when they are
 * first wanted, or as plain text, also where those cannot be had. What is typed is
 * kept at once.
 */
import { effect, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Store } from '../state/store.ts';

export interface EditorProps {
  readonly store: Store;
  /** As plain text, which is how the learner wants it. */
  readonly plain: boolean;
  /** Whether it was asked for just now. */
  readonly focus: boolean;
}

export function Editor({ store, plain, focus }: EditorProps) {
  return plain ? (
    <Plain store={store} focus={focus} />
  ) : (
    <Rich store={store} focus={focus} />
  );
}

function Plain({ store, focus }: Omit<EditorProps, 'plain'>) {
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (focus) {
      area.current?.setSelectionRange(0, 0); // begins where the program does
      area.current?.focus();
    }
  }, []);
  const asked = store.asked.value;
  useEffect(() => {
    if (area.current !== null && asked?.isNew === true) {
      asked.isNew = false;
      goInPlain(area.current, asked.line ?? 1);
    }
  }, [asked]);
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

/** Chooses a line's text. Rows may be wrapped: how far that is down is about right. */
function goInPlain(area: HTMLTextAreaElement, line: number): void {
  const lines = area.value.split('\n');
  const from = lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0);
  area.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0));
  area.focus({ preventScroll: true });
  area.scrollTop = (area.scrollHeight * (line - 0.5)) / lines.length - area.clientHeight / 2;
  area.scrollIntoView({ block: 'nearest' });
}

function Rich({ store, focus }: Omit<EditorProps, 'plain'>) {
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
        const editor = createEditor({ parent: place.current, text: store.source.peek(), change, focus });
        const stop = effect(() => {
          editor.mark(store.redLine.value);
          const asked = store.asked.value;
          if (asked?.isNew === true) {
            asked.isNew = false;
            editor.go(asked.line);
          }
        });
        end = () => {
          stop();
          editor.end();
        };
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
