/** What can be sent or kept of a run: links, a text, a picture, a trace. */
import { useSignal, type Signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { chromeTrace } from '../model/chrome-trace.ts';
import type { Example } from '../model/example.ts';
import { reportText } from '../model/report.ts';
import { duration } from '../model/time.ts';
import { addressOf } from '../state/share.ts';
import type { Store } from '../state/store.ts';
import { othersFirst } from '../state/turns.ts';
import { Dialog } from './Dialog.tsx';
import { pictureOf } from './picture.tsx';
import { saveFile } from './save.ts';

export function Share({ store, close }: { store: Store; close: () => void }) {
  const said = useSignal('');
  /** A text that could not be copied: it is shown, selected, to be copied by hand. */
  const byHand = useSignal<string | null>(null);
  const example = store.example.value as Example;
  const trace = store.trace.value;
  const { ofCheck = false } = store.run.value;
  const hasRun = trace.events.length > 0;
  const t = store.t.value;
  const title = `${example.mark} ${example.title}`.trim();
  const name = `belay-${example.id}-${store.seed.value}`;

  const copy = async (text: string, what: string) => {
    try {
      await navigator.clipboard.writeText(text);
      byHand.value = null;
      said.value = `${what} is copied.`;
    } catch {
      byHand.value = text;
      said.value = 'This browser does not let the page copy: copy it from the field.';
    }
  };
  const link = async (moment: boolean) => {
    const { href, whole } = await addressOf(store, moment);
    await copy(href, 'The link');
    if (!whole) {
      said.value += ' Your code is too long for a link: the lesson’s own goes with it.';
    }
  };
  const save = (ending: string, type: string, ...text: BlobPart[]) => {
    saveFile(`${name}.${ending}`, type, ...text);
    said.value = `${name}.${ending} is saved.`;
  };
  const saveTrace = async () => {
    const parts: Blob[] = [];
    for (const part of chromeTrace(title, trace)) {
      parts.push(new Blob([part]));
      await othersFirst();
    }
    save('json', 'application/json', ...parts);
  };

  return (
    <Dialog title="Share this run" close={close}>
      <p class="dialog-about">
        {title}, seed {store.seed.value}
        {store.setting.value.source !== null && ', with your code'}. A link holds all of it by
        itself: nothing is sent to a server.
        {ofCheck && ' Who opens it makes this check, and finds the same failure.'}
      </p>
      <ul class="choices">
        <Choice
          word={`Copy link to this ${ofCheck ? 'check' : 'run'}`}
          act={() => link(false)}
        />
        <Choice
          word={`Copy link to this moment, ${t >= trace.until ? 'the end' : duration(t)}`}
          act={() => link(true)}
          off={!hasRun || ofCheck}
          why={ofCheck ? 'The link to the check leads there' : undefined}
        />
        <Choice
          word="Copy as a text table"
          act={() =>
            copy(
              reportText({ title, seed: store.seed.value, trace, outcome: store.run.value.outcome, t }),
              'The table',
            )
          }
          off={!hasRun}
        />
        <Choice
          word="Save the picture (SVG)"
          act={async () => save('svg', 'image/svg+xml', await pictureOf(store, title))}
          off={!hasRun}
        />
        <Choice
          word="Save the trace (for Perfetto)"
          act={saveTrace}
          off={!hasRun}
        />
      </ul>
      <p role="status" class="dialog-said">
        {said}
      </p>
      {byHand.value !== null && <ByHand text={byHand} />}
    </Dialog>
  );
}

interface ChoiceProps {
  readonly word: string;
  readonly act: () => void | Promise<void>;
  readonly off?: boolean;
  readonly why?: string | undefined;
}

function Choice({ word, act, off = false, why = 'Run the program first' }: ChoiceProps) {
  return (
    <li>
      <button
        type="button"
        class="choice"
        aria-disabled={off}
        title={off ? why : undefined}
        onClick={() => void (!off && act())}
      >
        {word}
      </button>
    </li>
  );
}

function ByHand({ text }: { text: Signal<string | null> }) {
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, [text.value]);
  return (
    <textarea
      ref={field}
      class="by-hand"
      readOnly
      aria-label="To be copied"
      rows={4}
      value={text.value ?? ''}
    />
  );
}
