/** The playhead: to an event, along the run, or as time goes by. */
import type { Signal } from '@preact/signals';
import { momentSentence } from '../model/describe.ts';
import type { Store } from '../state/store.ts';
import { roomFor } from '../model/time.ts';
import type { Part } from './Page.tsx';
import { RunButtons } from './RunButtons.tsx';
import { Icon } from './Signs.tsx';

const speeds = [0.05, 0.1, 0.25, 0.5, 1];

export function Transport({ store, part }: { store: Store; part: Signal<Part> }) {
  const trace = store.trace.value;
  const empty = trace.events.length === 0;
  const t = store.t.value;
  const end = trace.ended ? trace.until : roomFor(trace.until);
  const seconds = (ms: number) => (ms / 1000).toFixed(3);
  const still = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

  const keys = (event: KeyboardEvent) => {
    const step = { ',': -1, '.': 1 }[event.key] as 1 | -1 | undefined;
    if (step !== undefined && !empty) {
      event.preventDefault();
      store.step(step);
    }
  };

  return (
    <section class="transport" aria-label="Playhead" onKeyDown={keys}>
      <RunButtons store={store} part={part} />
      <div class="steps" role="group" aria-label="Step">
        <Step
          label="To the beginning"
          icon="first"
          disabled={empty}
          onPress={() => store.seek(0)}
        />
        <Step
          label="Previous event"
          icon="previous"
          disabled={empty}
          onPress={() => store.step(-1)}
        />
        <Step
          label={store.playing.value ? 'Pause' : 'Play'}
          icon={store.playing.value ? 'pause' : 'play'}
          disabled={empty}
          onPress={() => store.play(still())}
        />
        <Step label="Next event" icon="next" disabled={empty} onPress={() => store.step(1)} />
      </div>
      <input
        class="scrub"
        type="range"
        min={0}
        max={Math.max(1, end)}
        step="any"
        value={t}
        disabled={empty}
        aria-label="Time"
        aria-valuetext={empty ? 'nothing has been run' : momentSentence(trace, t)}
        onInput={(event) => store.seek(Math.min(Number(event.currentTarget.value), trace.until))}
      />
      <p class="clock">
        <output aria-hidden="true">{seconds(t)}</output>
        <span aria-hidden="true">
          <span class="clock-total"> / {seconds(trace.until)}</span> s
        </span>
      </p>
      {store.busy.value && store.held.value !== null && !empty ? (
        <button type="button" class="button follow" onClick={() => store.follow()}>
          Follow
        </button>
      ) : (
        <label class="speed">
          <span class="unseen">Speed of play</span>
          <select
            value={String(store.speed.value)}
            onChange={(event) => (store.speed.value = Number(event.currentTarget.value))}
          >
            {speeds.map((speed) => (
              <option key={speed} value={String(speed)}>
                {speed === 1 ? '1×' : `1/${Math.round(1 / speed)}×`}
              </option>
            ))}
          </select>
        </label>
      )}
    </section>
  );
}

interface StepProps {
  readonly label: string;
  readonly icon: 'first' | 'previous' | 'next' | 'play' | 'pause';
  readonly disabled: boolean;
  readonly onPress: () => void;
}

function Step({ label, icon, disabled, onPress }: StepProps) {
  return (
    <button
      type="button"
      class="step"
      aria-label={label}
      title={label}
      aria-disabled={disabled}
      onClick={() => !disabled && onPress()}
    >
      <Icon name={icon} />
    </button>
  );
}
