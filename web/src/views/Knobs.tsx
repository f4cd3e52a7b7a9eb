/** What may be changed without editing: each change runs the program again. */
import { useSignal } from '@preact/signals';
import type { Store } from '../state/store.ts';
import type { Knob, KnobValue, Knobs as Values } from '../model/world.ts';

export function Knobs({ store }: { store: Store }) {
  const open = useSignal(false);
  const list = store.texts.value?.knobs ?? [];
  if (list.length === 0) {
    return null;
  }
  const values = store.knobs.value;
  const touched =
    Object.keys(store.setting.value.knobs).length > 0 || store.setting.value.seed !== null;
  return (
    <section class="panel knobs" aria-labelledby="knobs-title" data-open={open.value}>
      <div class="panel-head">
        <h2 id="knobs-title">Knobs</h2>
        <p class="knobs-summary">{summary(list, values)}</p>
        {touched && (
          <button type="button" class="link" onClick={() => store.resetKnobs()}>
            Reset
          </button>
        )}
        <button
          type="button"
          class="link knobs-open"
          aria-expanded={open.value}
          onClick={() => (open.value = !open.value)}
        >
          {open.value ? 'Close' : 'Change'}
        </button>
      </div>
      <div class="knobs-body">
        {list.map((knob) => (
          <KnobRow
            key={`${store.chosen.value} ${knob.id}`}
            knob={knob}
            value={values[knob.id] ?? knob.value}
            set={(value) => store.setKnob(knob.id, value)}
          />
        ))}
      </div>
    </section>
  );
}

function summary(list: readonly Knob[], values: Values): string {
  return list
    .map((knob) => `${knob.label} ${shown(knob, values[knob.id] ?? knob.value)}`)
    .join(' · ');
}

/** A switch that is asked as a question is answered in a word. */
const isQuestion = (knob: Knob): boolean => knob.label.endsWith('?');

function shown(knob: Knob, value: KnobValue): string {
  switch (knob.kind) {
    case 'number':
      return knob.unit ? `${value} ${knob.unit}` : String(value);
    case 'choice':
      return knob.options.find((option) => option.value === value)?.label ?? String(value);
    case 'switch':
      return (isQuestion(knob) ? ['no', 'yes'] : ['off', 'on'])[Number(value === true)] as string;
  }
}

interface RowProps {
  readonly knob: Knob;
  readonly value: KnobValue;
  readonly set: (value: KnobValue) => void;
}

function KnobRow({ knob, value, set }: RowProps) {
  const id = `knob-${knob.id}`;
  if (knob.kind === 'switch') {
    const asks = isQuestion(knob);
    return (
      <label class={asks ? 'knob knob-switch knob-question' : 'knob knob-switch'}>
        <span>{knob.label}</span>
        <input
          id={id}
          type="checkbox"
          checked={value === true}
          onChange={(event) => set(event.currentTarget.checked)}
        />
        {asks && <span aria-hidden="true">{shown(knob, value)}</span>}
      </label>
    );
  }
  if (knob.kind === 'choice') {
    return (
      <div class="knob">
        <label for={id}>{knob.label}</label>
        <select id={id} value={String(value)} onChange={(event) => set(event.currentTarget.value)}>
          {knob.options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      </div>
    );
  }
  const { min, max, step = 1, unit = '' } = knob;
  const change = (event: Event) => set((event.currentTarget as HTMLInputElement).value);
  return (
    <div class="knob">
      <label for={id}>{knob.label}</label>
      <input
        id={id}
        type="range"
        {...{ min, max, step }}
        value={Number(value)}
        onInput={change}
        aria-valuetext={shown(knob, value)}
      />
      <span class="knob-number">
        <input
          type="number"
          {...{ min, max, step }}
          value={Number(value)}
          onChange={change}
          aria-label={`${knob.label}${unit === '' ? '' : `, ${unit}`}`}
        />
        <span class="knob-unit" aria-hidden="true">
          {unit}
        </span>
      </span>
    </div>
  );
}
