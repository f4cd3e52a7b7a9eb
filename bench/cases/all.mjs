// All cases, in the order in which they are run. A case is
//
//   number    of the row in docs/performance.md, from 1 to 13
//   title     a sentence for people
//   items     how many; `quickItems` with --quick (a tenth unless given)
//   rows      { key: { kind, label, load, items? } }, see shared.mjs
//   floor     the row that ratios are taken over, beside the row `belay`
//   judged    the figure that ratios are taken of
//   absolute  a ratio of its rows would say nothing
//   columns   [figure, heading] for the absolute figures
//   guarded   rows whose ratio to the floor is kept in ratios.json; without a
//             floor, the figure itself
//   targets   see judge() in figures.mjs
//   roundsMax fewer rounds are enough: nothing is judged, or nothing varies
//   prepare   builds what is measured; `missing` says why it cannot be

import { elixirCases } from './elixir.mjs';
import { featureCases } from './features.mjs';
import { mapCases } from './map.mjs';
import { nativeCases } from './native.mjs';
import { runningCases } from './running.mjs';
import { signalCases } from './signal.mjs';
import { singleCases } from './single.mjs';
import { sizeCases } from './size.mjs';
import { stallCases } from './stall.mjs';
import { streamCases } from './stream.mjs';
import { virtualCases } from './virtual.mjs';
import { waitingCases } from './waiting.mjs';
import { workerCases } from './workers.mjs';

export const cases = {
  ...mapCases,
  ...stallCases,
  ...streamCases,
  ...singleCases,
  ...waitingCases,
  ...runningCases,
  ...signalCases,
  ...virtualCases,
  ...sizeCases,
  ...nativeCases,
  ...elixirCases,
  ...featureCases,
  ...workerCases,
};
