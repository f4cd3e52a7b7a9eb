/** Times as people read them, and the scale on which they are drawn. */

/** `812 ms`, `1.20 s`, `2 min 05 s`. */
export function duration(position: number): string {
  const ms = Math.floor(position);
  if (ms < 1000) {
    return `${ms} ms`;
  }
  if (ms < 60_000) {
    return `${(ms / 1000).toFixed(2)} s`;
  }
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/** `+0.812 s`: a moment of a run, in a column of such moments. */
export function moment(position: number): string {
  return `+${seconds(position)} s`;
}

/** `0.812`: the whole ms of a position, as seconds. */
export function seconds(position: number): string {
  return (Math.floor(position) / 1000).toFixed(3);
}

const steps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000,
  600_000,
];

export const speeds = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8] as const;

/** The speed at which a run takes about four seconds to watch. */
export function speedFor(until: number): number {
  return speeds.findLast((speed) => until / speed >= 3000) ?? speeds[0];
}

/** Round times from `from` to `end`, at most `most` of them after the first. */
export function ticks(end: number, most: number, from = 0): readonly number[] {
  const length = end - from;
  const step = steps.find((candidate) => length / candidate <= most) ?? Math.ceil(length / most);
  const times: number[] = [];
  for (let time = Math.ceil(from / step) * step; time <= end; time += step) {
    times.push(time);
  }
  return times;
}

/** A tick's text: seconds when all of them are at least that far apart. */
export function tickText(time: number, end: number): string {
  if (time === 0) {
    return '0';
  }
  return end >= 2000 ? `${Number((time / 1000).toFixed(3))} s` : `${time} ms`;
}
