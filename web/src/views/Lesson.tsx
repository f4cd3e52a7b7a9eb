/** The question that the example answers; on a narrow screen its rule too. */
import type { Signal } from '@preact/signals';
import type { Example } from '../model/example.ts';
import type { Store } from '../state/store.ts';
import type { Part } from './Page.tsx';

const parts: ReadonlyArray<[Part, string]> = [
  ['read', 'Read'],
  ['code', 'Code'],
  ['watch', 'Watch'],
];

export function Lesson({ store, part }: { store: Store; part: Signal<Part> }) {
  const example = store.example.value as Example;
  return (
    <>
      <div class="parts" role="group" aria-label="Show">
        {parts.map(([name, word]) => (
          <button
            key={name}
            type="button"
            aria-pressed={part.value === name}
            onClick={() => (part.value = name)}
          >
            {word}
          </button>
        ))}
      </div>
      <section class="lesson" aria-labelledby="title">
        <h1 id="title">{example.title}</h1>
        <p class="question">{example.question}</p>
        {store.run.value.outcome !== null ? (
          <p class="rule">
            <strong>The rule</strong> {example.rule}
          </p>
        ) : (
          <p class="hint">Make a guess, then run it. Ctrl Enter runs it from anywhere.</p>
        )}
        <Honesty />
      </section>
    </>
  );
}

/** What is real here and what is not. */
function Honesty() {
  return (
    <p class="honesty">
      Elixir’s Task and Task.Supervisor, running in this page. The module, the tasks and the clock
      are real, so times differ from run to run. The network is simulated inside the worker: nothing
      leaves this page.
    </p>
  );
}
