/** A run that is over in a few figures, below its picture. */
import { chartsOf, chartSentence } from '../model/charts.ts';
import { sentenceOf } from '../model/describe.ts';
import { duration } from '../model/time.ts';
import type { Store } from '../state/store.ts';

export function Facts({ store }: { store: Store }) {
  const { trace, stats, gap, outcome } = store.run.value;
  if (outcome === null || store.t.value < trace.until) {
    return null;
  }
  return (
    <div class="facts">
      <p>
        {sentenceOf(trace)}
        {chartsOf(trace).map((chart) => `; ${chartSentence(chart)}`)}.
      </p>
      {stats !== null && stats.requests > 0 && (
        <p>
          Simulated network: {stats.requests} {stats.requests === 1 ? 'request' : 'requests'},{' '}
          {stats.peakInFlight} at once at most, {stats.cancelled} given up.
        </p>
      )}
      {gap !== null && gap >= 100 && (
        <p class="gap">This page paused for {duration(gap)} at most meanwhile.</p>
      )}
    </div>
  );
}
