/** What the page has to say beside the lesson, each with what can be done about it. */
import type { Signal } from '@preact/signals';
import type { Notice } from '../state/notices.ts';
import type { Store } from '../state/store.ts';
import type { Part } from './Page.tsx';

export function Notices({ store, part }: { store: Store; part: Signal<Part> }) {
  const offered = store.offered.value !== null;
  return (
    <div class="notices">
      <div role="status">
        {offered && <Offer store={store} part={part} />}
        {store.notices.list.value.map((notice) => (
          <Told key={notice.kind} notice={notice} store={store} />
        ))}
      </div>
    </div>
  );
}

/** Edited code of a link is shown, and neither run nor kept until it is asked for. */
function Offer({ store, part }: { store: Store; part: Signal<Part> }) {
  return (
    <div class="notice">
      <p>
        <strong>This link carries edited code.</strong> It has not been run.
      </p>
      <button
        type="button"
        class="button primary"
        onClick={() => {
          void store.start();
          part.value = 'watch';
        }}
      >
        Run it
      </button>
      <button type="button" class="button" onClick={() => (part.value = 'code')} data-narrow>
        Show it
      </button>
      <button type="button" class="button" onClick={() => store.refuseOffer()}>
        Show original
      </button>
    </div>
  );
}

function Told({ notice, store }: { notice: Notice; store: Store }) {
  const { kind, text, detail, actions = [] } = notice;
  const putAway = () => store.notices.putAway(kind);
  return (
    <div class="notice">
      <p>{text}</p>
      {detail !== undefined && (
        <details>
          <summary>{detail.word}</summary>
          <pre tabIndex={0}>{detail.text}</pre>
        </details>
      )}
      {actions.map(({ word, act }) => (
        <button
          key={word}
          type="button"
          class="button"
          onClick={() => {
            putAway();
            act();
          }}
        >
          {word}
        </button>
      ))}
      <button type="button" class="link" onClick={putAway}>
        Close
      </button>
    </div>
  );
}
