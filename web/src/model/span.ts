/** The part of a run's time that the lanes show: all of it, or a span of it that was looked at closer. */

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Which part is shown; null for all of it. */
export type Shown = Span | null;

export const SHORTEST = 4; // ms: times are whole ms
const EDGE = 0.1; // of a span: what is brought into it stands that far from its edge

const lengthOf = ({ from, to }: Span): number => to - from;

/** A span of this length, moved so that it lies within a run that ends at `end`. */
function within(from: number, length: number, end: number): Shown {
  if (length >= end) {
    return null;
  }
  const begin = Math.max(0, Math.min(from, end - length));
  return { from: begin, to: begin + length };
}

/** Closer by a factor, or wider by one below 1; what is at `around` stays where it is. */
export function zoomed(shown: Shown, end: number, factor: number, around: number): Shown {
  const { from, to } = shown ?? { from: 0, to: end };
  const length = Math.max((to - from) / factor, Math.min(SHORTEST, end));
  const share = (Math.max(from, Math.min(around, to)) - from) / (to - from);
  return within(from + share * (to - from - length), length, end);
}

/** Later, or earlier, by some ms. */
export const moved = (shown: Shown, end: number, by: number): Shown =>
  shown === null ? null : within(shown.from + by, lengthOf(shown), end);

/** As it is when `time` is in it; else moved so that it is. */
export function holding(shown: Shown, end: number, time: number): Shown {
  if (shown === null || (time >= shown.from && time <= shown.to)) {
    return shown;
  }
  const edge = lengthOf(shown) * EDGE;
  return within(time < shown.from ? time - lengthOf(shown) + edge : time - edge, lengthOf(shown), end);
}

/** The same span of another run, as far as that goes. */
export const fittedTo = (shown: Shown, end: number): Shown =>
  shown === null ? null : within(shown.from, lengthOf(shown), end);
