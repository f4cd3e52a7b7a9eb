/** The question, a guess at its answer, and what is to be taken away. */
import type { Signal } from '@preact/signals';
import type { Example, Predict as Guessing } from '../model/example.ts';
import type { Store } from '../state/store.ts';
import type { Part } from './Page.tsx';

const parts: ReadonlyArray<[Part, string]> = [
  ['read', 'Read'],
  ['code', 'Code'],
  ['watch', 'Watch'],
];

const html = (text: string) => ({ dangerouslySetInnerHTML: { __html: text } });

export function Lesson({ store, part }: { store: Store; part: Signal<Part> }) {
  const example = store.example.value as Example;
  const texts = store.texts.value;
  return (
    <>
      <Parts part={part} />
      <section class="lesson" aria-labelledby="title">
        <h1 id="title">
          {/^[A-Z]\d/.test(example.mark) && <span class="title-mark">{example.mark} </span>}
          {example.title}
        </h1>
        <p class="question" {...html(texts?.question ?? '')} />
        {texts?.predict != null && <Predict store={store} predict={texts.predict} />}
        {texts?.predict == null && !wasRun(store) && (
          <p class="hint">Make a guess, then run it. Ctrl Enter runs it from anywhere.</p>
        )}
      </section>
    </>
  );
}

/** Which part a narrow screen shows. */
export function Parts({ part }: { part: Signal<Part> }) {
  return (
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
  );
}

/** The answer is out: it has been run, or the guess was checked. */
const wasRun = (store: Store): boolean =>
  store.done.value.has(store.chosen.value) || store.setting.value.guess?.checked === true;

/** What is to be taken away, and what to try next: told once the answer is out. */
export function Takeaway({ store }: { store: Store }) {
  const { rule = '', change = [] } = store.texts.value ?? {};
  if (!wasRun(store)) {
    return null;
  }
  return (
    <section class="takeaway" aria-label="To take away">
      <p class="rule">
        <strong>The rule</strong> <span {...html(rule)} />
      </p>
      {change.length > 0 && (
        <div class="change">
          <h2>Change it</h2>
          <ul>
            {change.map((text) => (
              <li key={text} {...html(text)} />
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

function Predict({ store, predict }: { store: Store; predict: Guessing }) {
  const guess = store.setting.value.guess;
  const checked = guess?.checked === true;
  const chosen = guess === null ? undefined : predict.options[guess.option];
  return (
    <form
      class="predict"
      onSubmit={(event) => {
        event.preventDefault();
        if (guess !== null) {
          store.guess(guess.option, true);
        }
      }}
    >
      <fieldset>
        <legend {...html(predict.question)} />
        {predict.options.map((option, index) => (
          <label
            hidden={checked && !option.right && index !== guess?.option}
            key={index}
            class={
              !checked
                ? undefined
                : option.right
                  ? 'right'
                  : index === guess?.option
                    ? 'wrong'
                    : undefined
            }
          >
            <input
              type="radio"
              name="predict"
              checked={guess?.option === index}
              disabled={checked}
              onChange={() => store.guess(index, false)}
            />
            <span {...html(option.html)} />
            {checked && option.right && <span class="verdict-word">right</span>}
            {checked && !option.right && index === guess?.option && (
              <span class="verdict-word">your guess</span>
            )}
          </label>
        ))}
      </fieldset>
      {checked ? (
        <p class="because" role="status">
          <strong>{chosen?.right === true ? 'Yes.' : 'Not so.'}</strong>{' '}
          <span {...html(predict.because)} />
        </p>
      ) : (
        <button type="submit" class="button" aria-disabled={guess === null}>
          Check
        </button>
      )}
    </form>
  );
}
