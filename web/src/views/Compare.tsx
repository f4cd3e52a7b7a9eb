/** The run that is shown beside the one that was pinned. */
import { useComputed } from '@preact/signals';
import { comparisonSentence, deltasOf, differencesOf, type Delta } from '../model/compare.ts';
import { summaryOf } from '../model/summary.ts';
import type { Run, Store } from '../state/store.ts';

const summary = ({ trace, outcome, input }: Run) =>
  outcome === null ? null : summaryOf(trace, outcome, input?.seed ?? 0);

export function Compare({ store }: { store: Store }) {
  const { pinned, canPin, isPinned } = store.compare;
  const deltas = useComputed(() => {
    const [before, now] = [pinned.value, store.run.value];
    if (before === null || before === now) {
      return null;
    }
    const [from, to] = [summary(before), summary(now)];
    return from === null || to === null ? null : deltasOf(from, to);
  });
  const differences = useComputed(() => {
    const [before, now] = [pinned.value?.input ?? null, store.run.value.input];
    const knobs = store.texts.value?.knobs ?? [];
    return before === null || now === null ? [] : differencesOf(before, now, knobs);
  });
  return (
    <div class="compare-body seeds-body">
      <div class="seeds-run">
        <button
          type="button"
          class="button small"
          aria-disabled={!canPin.value || isPinned.value}
          onClick={() => canPin.value && !isPinned.value && store.compare.pin()}
        >
          {pinned.value === null ? 'Pin this run' : 'Pin this run instead'}
        </button>
        {pinned.value !== null && (
          <button type="button" class="button small" onClick={() => store.compare.unpin()}>
            Unpin
          </button>
        )}
      </div>
      {deltas.value === null ? (
        <p class="empty">
          {!canPin.value
            ? 'Run it, and pin the run to hold the next ones against it.'
            : pinned.value === null
              ? 'A pinned run stays as outlines under the next ones, and its figures stand beside theirs.'
              : 'This run is pinned. Move a knob, take another seed, break or edit something.'}
        </p>
      ) : (
        <>
          <p>{comparisonSentence(deltas.value)}.</p>
          {differences.value.length > 0 && (
            <p class="compare-differences">What differs: {differences.value.join('; ')}.</p>
          )}
          <Deltas deltas={deltas.value} />
        </>
      )}
    </div>
  );
}

function Deltas({ deltas }: { deltas: readonly Delta[] }) {
  return (
    <table class="entries compare-table">
      <caption>The pinned run, and this one</caption>
      <thead>
        <tr>
          <th scope="col">Figure</th>
          <th scope="col">Pinned</th>
          <th scope="col">This one</th>
          <th scope="col">Difference</th>
        </tr>
      </thead>
      <tbody>
        {deltas.map(({ name, before, now, by, better }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{before}</td>
            <td>{now}</td>
            <td>
              {by}
              {better !== null && <small>{better ? ' better' : ' worse'}</small>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
