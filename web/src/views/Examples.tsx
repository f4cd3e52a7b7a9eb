/** The examples along a rope: a ring for each, with how its last run ended. */
import { useSignal, type Signal } from '@preact/signals';
import type { Example } from '../model/example.ts';
import { endWord, type Run, type Store } from '../state/store.ts';
import type { Part } from './Page.tsx';

export function Examples({ store, part }: { store: Store; part: Signal<Part> }) {
  const open = useSignal(false);
  const current = store.example.value as Example;
  const choose = () => {
    open.value = false;
    part.value = 'read';
  };
  const item = (example: Example) => (
    <li key={example.id}>
      <a
        href={`#${example.id}`}
        aria-current={example.id === current.id ? 'page' : undefined}
        onClick={choose}
      >
        <Bead run={store.runs.value.get(example.id)} />
        <span class="examples-number">{example.number ?? ''}</span>
        <span class="examples-title">{example.title}</span>
      </a>
    </li>
  );
  return (
    <nav class="examples" aria-label="Examples" data-open={open.value}>
      <button
        type="button"
        class="examples-open"
        aria-expanded={open.value}
        onClick={() => (open.value = !open.value)}
      >
        <span class="examples-number">{current.number ?? '?'}</span>
        <span class="examples-title">{current.title}</span>
        <span class="examples-more">{open.value ? 'Close' : 'All'}</span>
      </button>
      <div class="examples-list">
        <h2>The lesson</h2>
        <ol>{store.examples.filter(({ number }) => number !== null).map(item)}</ol>
        <h2 class="unseen">Besides</h2>
        <ol class="besides">{store.examples.filter(({ number }) => number === null).map(item)}</ol>
      </div>
    </nav>
  );
}

function Bead({ run }: { run: Run | undefined }) {
  const state =
    run === undefined || run.phase === 'idle'
      ? 'new'
      : run.outcome === null
        ? 'running'
        : run.outcome.kind === 'returned'
          ? 'ok'
          : run.outcome.kind === 'threw'
            ? 'failed'
            : 'stopped';
  const word = run?.outcome != null ? endWord(run.outcome) : state === 'running' ? 'Running' : '';
  return (
    <span class={`bead bead-${state}`}>
      <svg viewBox="-8 -8 16 16" width="16" height="16" aria-hidden="true">
        <circle r="5.5" />
        {state === 'ok' && <path d="M-2.6.2-.8 2.1 2.8-2.1" />}
        {state === 'failed' && <path d="M-2.1-2.1 2.1 2.1M2.1-2.1-2.1 2.1" />}
        {state === 'stopped' && <path d="M-1.9-1.9H1.9V1.9H-1.9Z" />}
        {state === 'running' && <circle r="2" class="bead-dot" />}
      </svg>
      {word !== '' && <span class="unseen">{word}: </span>}
    </span>
  );
}
