/** The run that is shown beside the one that was pinned. */
import type { Delta } from '../model/compare.ts';
import type { Store } from '../state/store.ts';

export function Compare({ store }: { store: Store }) {
  const { pinned, deltas, canPin, isPinned, differences, sentence } = store.compare;
  return (
    <div class="compare seeds">
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
          <p>{sentence}.</p>
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
