/**
 * Breaking the run at the playhead: whom, how, and what has been broken so far.
 * A way that is not open stays where it is and says why not.
 */
import { useComputed, useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { Change } from '../model/changes.ts';
import { aliveAt, changeName, defaultTarget, faultsOf, type Fault } from '../model/faults.ts';
import { seconds } from '../model/time.ts';
import type { Store } from '../state/store.ts';

const TARGETS_MAX = 200; // processes to choose from

interface BreakBarProps {
  readonly store: Store;
  /** Something has been broken: what covers the picture may go. */
  readonly onBreak?: () => void;
}

export function BreakBar({ store, onBreak }: BreakBarProps) {
  const { run, t, picked } = store;
  const alive = useComputed(() => aliveAt(run.value.trace, t.value, TARGETS_MAX));
  const target = useComputed(() => defaultTarget(alive.value, picked.value, t.value));
  const faults = useComputed(() =>
    target.value === null
      ? []
      : faultsOf(
          run.value.trace,
          run.value.waits,
          t.value,
          target.value.pid,
          store.isReal.value,
        ),
  );
  const breakBy = (change: Change) => {
    onBreak?.();
    store.breaking.add(change);
  };
  return (
    <div class="break" role="group" aria-label="Break the run at the playhead">
      <label class="break-whom">
        <span>
          At {seconds(t.value)} s<span class="break-word">, break</span>
        </span>
        <select
          value={target.value?.pid ?? ''}
          disabled={target.value === null}
          onChange={(event) => store.pick(event.currentTarget.value)}
        >
          {target.value === null && <option value="">nothing</option>}
          {alive.value.map(({ pid, label }) => (
            <option key={pid} value={pid}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {target.value === null && run.value.trace.events.length > 0 && (
        <p class="break-none">Nobody is alive here. Move the playhead back.</p>
      )}
      <div class="break-ways">
        {faults.value.map((fault) => (
          <FaultButton key={fault.kind} fault={fault} onBreak={breakBy} />
        ))}
      </div>
      <Changes store={store} />
    </div>
  );
}

function FaultButton({ fault, onBreak }: { fault: Fault; onBreak: (change: Change) => void }) {
  const id = useId();
  const told = useSignal(false);
  const { change, name, says } = fault;
  return (
    <span class="break-way">
      <button
        type="button"
        class="button small"
        aria-disabled={change === null}
        aria-describedby={id}
        title={says}
        onClick={() => (change === null ? (told.value = true) : onBreak(change))}
        onBlur={() => (told.value = false)}
      >
        {name}
      </button>
      <span id={id} class={told.value && change === null ? 'break-why' : 'unseen'}>
        {change === null ? `Not now: ${says}.` : `${says}.`}
      </span>
    </span>
  );
}

/** Every change of the run, each with a button that takes it back. */
function Changes({ store }: { store: Store }) {
  const { changes, canUndo, canRedo, undo, redo, remove } = store.breaking;
  const trace = store.trace.value;
  if (changes.value.length === 0 && !canUndo.value && !canRedo.value) {
    return <p class="break-none">Nothing is broken.</p>;
  }
  return (
    <div class="changes">
      <ul class="chips" aria-label="What you have broken">
        {changes.value.map((change, index) => {
          const name = changeName(trace, change);
          return (
            <li key={index}>
              <button
                type="button"
                class="break-chip"
                aria-label={`Take back: ${name}`}
                title={`Take back: ${name}`}
                onClick={() => remove(change)}
              >
                {name} <span aria-hidden="true">×</span>
              </button>
            </li>
          );
        })}
      </ul>
      <Arrow name="Undo" keys="Ctrl Z" open={canUndo.value} onPress={undo} />
      <Arrow name="Redo" keys="Ctrl Shift Z" open={canRedo.value} onPress={redo} />
    </div>
  );
}

interface ArrowProps {
  readonly name: string;
  readonly keys: string;
  readonly open: boolean;
  readonly onPress: () => void;
}

function Arrow({ name, keys, open, onPress }: ArrowProps) {
  return (
    <button
      type="button"
      class="button small"
      title={`${name} (${keys})`}
      aria-disabled={!open}
      onClick={() => open && onPress()}
    >
      {name}
    </button>
  );
}
