/** How many tasks ran at once, as steps to be drawn: of a great many those that can be seen. */
import { once, type Step } from './trace.ts';

const STEPS_MAX = 20_000; // that are drawn as they are
const PLACES = 8192; // far more than a picture has pixels

/** Of the steps that fall on one place of the picture the highest and the last. */
export const outlineSteps = once((trace): readonly Step[] => {
  const { steps } = trace.flight;
  if (steps.length <= STEPS_MAX) {
    return steps;
  }
  const width = Math.max(trace.until, 1) / PLACES;
  const placeOf = ({ time }: Step) => Math.floor(time / width);
  const kept: Step[] = [];
  for (let at = 0; at < steps.length; ) {
    const first = steps[at] as Step;
    let last = first;
    let most = first;
    for (at += 1; at < steps.length && placeOf(steps[at] as Step) === placeOf(first); at += 1) {
      last = steps[at] as Step;
      most = last.count > most.count ? last : most;
    }
    kept.push(most);
    if (last !== most) {
      kept.push(last);
    }
  }
  return kept;
});
