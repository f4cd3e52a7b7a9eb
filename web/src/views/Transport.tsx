/** The playhead: to an event, along the run, or as time goes by. And the seed. */
import type { Signal } from '@preact/signals';
import { BreakBar } from './Break.tsx';
import { BreakMenu } from './BreakMenu.tsx';
import { momentSentence } from '../model/describe.ts';
import type { Store } from '../state/store.ts';
import { seconds, speeds } from '../model/time.ts';
import type { Part } from './Page.tsx';
import { RunButtons } from './RunButtons.tsx';
import { Sheet } from './Sheet.tsx';
import { Icon, type IconName } from './Signs.tsx';

const SEEDS = 100_000; // how many different ones the button draws from

export function Transport({ store, part }: { store: Store; part: Signal<Part> }) {
  const trace = store.trace.value;
  const empty = trace.events.length === 0;
  const t = store.t.value;
  const still = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
  const step = (label: string, icon: IconName, onPress: () => void, key: string) => (
    <Step
      label={label}
      icon={icon}
      title={`${label} (${key})`}
      disabled={empty}
      onPress={onPress}
    />
  );
  return (
    <section class="transport" aria-label="Playhead" data-stage>
      <RunButtons store={store} part={part} />
      <div class="steps" role="group" aria-label="Step">
        {step('To the beginning', 'first', () => store.seek(0), 'Home')}
        {step('Previous event', 'previous', () => store.step(-1), ',')}
        {step(
          store.playing.value ? 'Pause' : 'Play',
          store.playing.value ? 'pause' : 'play',
          () => store.play(still()),
          'Space',
        )}
        {step('Next event', 'next', () => store.step(1), '.')}
        {step('To the end', 'last', () => store.seek(Number.POSITIVE_INFINITY), 'End')}
      </div>
      <input
        class="scrub"
        type="range"
        min={0}
        max={Math.max(1, trace.until)}
        step="any"
        value={t}
        disabled={empty}
        aria-label="Time"
        aria-valuetext={empty ? 'nothing has been run' : momentSentence(trace, t)}
        onInput={(event) => store.seek(Number(event.currentTarget.value))}
      />
      <p
        class="clock"
        title={
          store.isReal.value
            ? 'Real time: each run takes its own'
            : 'Virtual time: it costs no real time'
        }
      >
        <output aria-hidden="true">{seconds(t)}</output>
        <span aria-hidden="true">
          <span class="clock-total"> / {seconds(trace.until)}</span> s
        </span>
      </p>
      <Speed store={store} />
      <Seed store={store} />
      <BreakBar store={store} />
      <Sheet>
        {(close) => (
          <>
            <BreakBar store={store} onBreak={close} />
            <Speed store={store} />
          </>
        )}
      </Sheet>
      <BreakMenu store={store} />
    </section>
  );
}

function Speed({ store }: { store: Store }) {
  return (
    <label class="speed">
      <span class="speed-word">Speed of play</span>
      <select
        value={String(store.speed.value)}
        onChange={(event) => store.setSpeed(Number(event.currentTarget.value))}
      >
        {speeds.map((speed) => (
          <option key={speed} value={String(speed)}>
            {speed >= 1 ? `${speed}×` : `1/${Math.round(1 / speed)}×`}
          </option>
        ))}
      </select>
    </label>
  );
}

/** All chance of a run comes from it; the same seed gives the same run. */
function Seed({ store }: { store: Store }) {
  const isReal = store.isReal.value;
  return (
    <div
      class="seed"
      role="group"
      aria-label="Seed"
      title={isReal ? 'On the real clock a seed decides nothing' : undefined}
    >
      <label>
        <span>seed</span>
        <input
          type="number"
          min={1}
          max={2 ** 31 - 1}
          value={store.seed.value}
          disabled={isReal}
          onChange={({ currentTarget }) => {
            store.setSeed(Number(currentTarget.value));
            currentTarget.value = String(store.seed.value); // what was typed may be no seed
          }}
        />
      </label>
      <button
        type="button"
        class="step"
        aria-label="New seed"
        title="New seed (r)"
        disabled={isReal}
        onClick={() => store.newSeed(SEEDS)}
      >
        <Icon name="dice" />
      </button>
    </div>
  );
}

interface StepProps {
  readonly label: string;
  readonly title: string;
  readonly icon: IconName;
  readonly disabled: boolean;
  readonly onPress: () => void;
}

function Step({ label, title, icon, disabled, onPress }: StepProps) {
  return (
    <button
      type="button"
      class="step"
      aria-label={label}
      title={title}
      aria-disabled={disabled}
      onClick={() => !disabled && onPress()}
    >
      <Icon name={icon} />
    </button>
  );
}
