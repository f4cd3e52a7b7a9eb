/** The exercise's steps: what is wanted, its check and what that found, hints. */
import { exercise } from 'virtual:exercise';
import { checksOf } from '../../exercise/checks.ts';
import { useEffect, useRef } from 'preact/hooks';
import {
  standingSentence,
  type Caught,
  type ExerciseTexts,
  type Progress,
  type StepWords,
} from '../model/exercise.ts';
import { looks } from '../model/states.ts';
import { duration } from '../model/time.ts';
import { createExercise, type Exercise as State } from '../state/exercise.ts';
import type { Store } from '../state/store.ts';
import '../styles/exercise.css';
import type { ExerciseProps } from './ExercisePlace.tsx';
import { EndIcon, Icon, MarkBox } from './Signs.tsx';
import { tabs } from './Tabs.tsx';

const texts: ExerciseTexts = exercise;
const LOG = tabs.findIndex(({ id }) => id === 'log');

/** One for a page: what was found outlives a look at another lesson. */
const states = new WeakMap<Store, State>();

function stateOf(store: Store): State {
  const known = states.get(store) ?? createExercise(store, checksOf(texts));
  states.set(store, known);
  return known;
}

export function Exercise({ store, part, tab }: ExerciseProps) {
  const state = stateOf(store);
  const at = state.step.value;
  const words = texts.steps[at] as StepWords;
  const watch = async () => {
    await state.watch(at);
    part.value = 'watch';
    tab.value = LOG; // requests are told there, and nowhere else
    scrollTo(0, 0);
    requestAnimationFrame(() => document.querySelector<HTMLElement>('.scrub')?.focus());
  };
  return (
    <>
      <Steps state={state} />
      <section class="exercise-step" aria-labelledby="step-title">
        <h2 id="step-title" tabIndex={-1}>
          <span class="step-number">Step {at + 1}</span>{' '}
          <span dangerouslySetInnerHTML={{ __html: words.title }} />
        </h2>
        <div class="step-text" dangerouslySetInnerHTML={{ __html: words.html }} />
        <Checking state={state} at={at} />
        <Found key={at} state={state} store={store} at={at} watch={() => void watch()} />
        <Help state={state} at={at} words={words} />
      </section>
      <p class="standing">
        {standingSentence(state.standing.value)}{' '}
        <Reset state={state} store={store} />
      </p>
    </>
  );
}

function Steps({ state }: { state: State }) {
  return (
    <ol class="step-list" aria-label="Steps">
      {texts.steps.map(({ title }, at) => {
        const word = wordOf(state, at);
        return (
          <li key={title}>
            <button
              type="button"
              aria-current={at === state.step.value ? 'step' : undefined}
              aria-label={`Step ${at + 1}: ${title.replaceAll(/<[^>]+>/g, '')}, ${word}`}
              title={title.replaceAll(/<[^>]+>/g, '')}
              class={`step-button ${word.split(' ')[0]}`}
              onClick={() => (state.step.value = at)}
            >
              {word === 'open' ? (
                <MarkBox>
                  <circle class="step-open" r="8" />
                </MarkBox>
              ) : (
                <EndIcon
                  look={
                    word === 'failed' ? looks.crashed : word === 'passed' ? looks.ok : looks.gaveUp
                  }
                />
              )}
              <span>{at + 1}</span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}

function wordOf(state: State, at: number): 'failed' | 'passed' | 'passed with the solution' | 'open' {
  const { passed } = state.standing.value;
  if (passed[at] === true) {
    return state.isSolved(at) ? 'passed' : 'passed with the solution';
  }
  return state.verdicts.value.has(at) ? 'failed' : 'open';
}

function Checking({ state, at }: { state: State; at: number }) {
  const checking = state.checking.value;
  const busy = checking !== null;
  /* All buttons stay where they are, so that the focus does as well. */
  return (
    <div class="check-row" role="group" aria-label="Checks">
      <button
        type="button"
        class="button primary"
        aria-disabled={busy}
        onClick={() => void state.check(at)}
      >
        Check step {at + 1}
      </button>
      <button
        type="button"
        class="button"
        aria-disabled={busy}
        onClick={() => void state.checkAll()}
      >
        Check all
      </button>
      <button
        type="button"
        class="button stop"
        aria-disabled={!busy}
        onClick={() => busy && state.stop()}
      >
        <Icon name="stop" /> Stop
      </button>
      {checking !== null && <Bar step={checking.step} progress={checking.progress} />}
      {state.refusal.value !== null && (
        <p role="alert">Nothing can be checked: {state.refusal.value}</p>
      )}
    </div>
  );
}

function Bar({ step, progress: { done, of } }: { step: number; progress: Progress }) {
  return (
    <label class="check-bar">
      <progress max={of} value={done} />
      <span>
        step {step + 1}, run {Math.min(of, done + 1)} of {of}
      </span>
    </label>
  );
}

/** For what is read next, when the button that led there is gone. */
function focusTitle(): void {
  requestAnimationFrame(() => document.getElementById('step-title')?.focus());
}

/** What the last check has found, and the way to see it. */
function Found({
  state,
  store,
  at,
  watch,
}: {
  readonly state: State;
  readonly store: Store;
  readonly at: number;
  readonly watch: () => void;
}) {
  const verdict = state.verdicts.value.get(at);
  const place = useRef<HTMLDivElement>(null);
  const seen = useRef(verdict);
  useEffect(() => {
    /* What has just been found is brought into sight. */
    if (verdict !== seen.current) {
      place.current?.scrollIntoView({ block: 'nearest' });
    }
    seen.current = verdict;
  }, [verdict]);
  if (verdict === undefined) {
    return null;
  }
  const { passed, says, watch: watched, caught } = verdict;
  const edited = state.judged.value.get(at) !== store.source.value;
  const last = at === texts.steps.length - 1;
  return (
    <div ref={place} class={passed ? 'finding passed' : 'finding failed'}>
      <p class="finding-text">
        <EndIcon look={passed ? looks.ok : looks.crashed} /> <span>{says}</span>
      </p>
      {caught !== null && <CaughtList caught={caught} />}
      {edited && <p class="hint-line">That was an earlier text: check it again.</p>}
      <div class="finding-buttons">
        {watched !== null && (
          <button type="button" class="button" onClick={watch}>
            <Icon name="run" /> Watch it
            <span class="finding-moment"> at {duration(watched.at)}</span>
          </button>
        )}
        {passed && !last && (
          <button
            type="button"
            class="button"
            onClick={() => {
              state.step.value = at + 1;
              focusTitle();
            }}
          >
            On to step {at + 2}
          </button>
        )}
      </div>
    </div>
  );
}

function CaughtList({ caught }: { caught: readonly Caught[] }) {
  return (
    <ul class="caught" aria-label="Aggregators that are wrong">
      {caught.map(({ name, about, by }) => (
        <li key={name}>
          <EndIcon look={by === null ? looks.gaveUp : looks.ok} />
          <span>
            <strong>{name}</strong> {by === null ? 'not caught' : 'caught'}:{' '}
            {by === null ? (
              <span dangerouslySetInnerHTML={{ __html: about }} />
            ) : (
              <span class="caught-by">{by}</span>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Hints, one after another; after the last the solution. */
function Help({ state, at, words }: { state: State; at: number; words: StepWords }) {
  const seen = state.standing.value.hints[at] ?? 0;
  const open = state.opened.value.has(at);
  return (
    <div class="assist">
      {seen > 0 && (
        <ol class="hints" aria-label="Hints">
          {words.hints.slice(0, seen).map((hint) => (
            <li key={hint} dangerouslySetInnerHTML={{ __html: hint }} />
          ))}
        </ol>
      )}
      {seen < words.hints.length ? (
        <button type="button" class="link" onClick={() => state.hint(at)}>
          Hint {seen + 1} of {words.hints.length}
        </button>
      ) : (
        <button
          type="button"
          class="link"
          aria-expanded={open}
          onClick={() => state.toggleSolution(at)}
        >
          {open ? 'Hide the solution' : 'Show the solution'}
        </button>
      )}
      {seen >= words.hints.length && !open && state.standing.value.passed[at] !== true && (
        <span class="hint-line"> The step then passes, but does not count as solved by you.</span>
      )}
      {open && (
        <pre
          class="solution code-text"
          tabIndex={0}
          aria-label={`Solution of step ${at + 1}`}
          dangerouslySetInnerHTML={{ __html: `<code>${words.solution}</code>` }}
        />
      )}
    </div>
  );
}

function Reset({ state, store }: { state: State; store: Store }) {
  const untouched =
    store.setting.value.source === null &&
    state.verdicts.value.size === 0 &&
    !state.standing.value.passed.includes(true) &&
    state.standing.value.hints.every((seen) => seen === 0);
  return untouched ? null : (
    <button
      type="button"
      class="link"
      onClick={() => {
        if (confirm('Begin the exercise again? Your code and what has passed are forgotten.')) {
          state.reset();
          focusTitle();
        }
      }}
    >
      Begin again
    </button>
  );
}
