// What is made of the figures of many runs: medians, ratios, whether a target
// is met and whether something has become slower. Nothing here measures.

export function quantile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const low = Math.floor(place);
  const high = Math.ceil(place);
  return sorted[low] + (sorted[high] - sorted[low]) * (place - low);
}

export const median = (numbers) => quantile(numbers, 0.5);

/** The order of `keys` in a round: each round begins with another one, so that
 * none always follows the same. */
export const orderOf = (keys, round) =>
  keys.map((_, step) => keys[(round + step) % keys.length]);

/** Run by run, one figure of `runs` over that of `others` in the same round. */
export function ratios(runs, others, figure) {
  const rounds = Math.min(runs.length, others.length);
  return Array.from({ length: rounds }, (_, round) => runs[round][figure] / others[round][figure]);
}

/** The median ratio of two rows: { median, low, high }, or undefined when one
 * of them has not been measured. */
export function compare(runs, others, figure) {
  if (!runs?.length || !others?.length || !(figure in runs[0]) || !(figure in others[0])) {
    return undefined;
  }
  const all = ratios(runs, others, figure);
  return { median: median(all), low: quantile(all, 0), high: quantile(all, 1) };
}

/** Every figure that the runs of a row tell, each the median of its rounds. */
export function medians(runs) {
  const names = Object.keys(runs[0] ?? {}).filter((name) => typeof runs[0][name] === 'number');
  return Object.fromEntries(names.map((name) => [name, median(runs.map((run) => run[name]))]));
}

/** The peer with the least median of `figure` in a case, or undefined. */
export function bestPeer(rows, taken, figure) {
  const peers = Object.keys(rows).filter((key) => rows[key].kind === 'peer' && taken[key]?.length);
  const cost = (key) => median(taken[key].map((run) => run[figure]));
  return peers.sort((a, b) => cost(a) - cost(b))[0];
}

/**
 * What a target says of a measured case: { row, over, figure, value, bound,
 * kind, pass }, or undefined when what it is about has not been measured.
 *
 * A target is { row, over?, figure?, atMost? or atLeast?, worst? }. With `over`
 * it is about the ratio of two rows, and 'best' stands for the best peer of
 * the run; without, about the figure itself. With `worst` it is about the
 * worst of the rounds.
 */
export function judge(target, { rows, taken, judged }) {
  const figure = target.figure ?? judged;
  const find = (key) => (key === 'best' ? bestPeer(rows, taken, judged) : key);
  const row = find(target.row);
  const over = target.over === undefined ? undefined : find(target.over);
  const runs = taken[row];
  if (!runs?.length || (target.over !== undefined && !taken[over]?.length)) {
    return undefined;
  }
  const all =
    over === undefined ? runs.map((run) => run[figure]) : ratios(runs, taken[over], figure);
  const value = target.worst ? Math.max(...all) : median(all);
  const bound = target.atMost ?? target.atLeast;
  const pass = target.atMost === undefined ? value >= bound : value <= bound;
  const kind = target.atMost === undefined ? 'at least' : 'at most';
  return { row, over, figure, value, bound, kind, pass };
}

/** A loss is more than a quarter; as much in the other direction is a gain. */
export const TOLERANCE = 1.25;

/**
 * Holds found ratios against stored ones. Both are { name: { clock, cpu } },
 * where more is worse; `cpu` may be missing. A loss must show in both, since a
 * machine that is busy elsewhere disturbs the one more than the other. Gives
 * { losses, gains, fresh, gone }, lists of { name, stored, found }.
 */
export function compareStored(stored, found) {
  const verdict = { losses: [], gains: [], fresh: [], gone: [] };
  for (const [name, now] of Object.entries(found)) {
    const then = stored[name];
    if (then === undefined) {
      verdict.fresh.push({ name, found: now });
      continue;
    }
    const pair = { name, stored: then, found: now };
    const factors = ['clock', 'cpu']
      .filter((one) => then[one] !== undefined && now[one] !== undefined)
      .map((one) => (now[one] === then[one] ? 1 : now[one] / then[one]));
    if (factors.length > 0 && factors.every((factor) => factor > TOLERANCE)) {
      verdict.losses.push(pair);
    } else if (factors.length > 0 && factors.every((factor) => factor < 1 / TOLERANCE)) {
      verdict.gains.push(pair);
    }
  }
  for (const name of Object.keys(stored)) {
    if (found[name] === undefined) {
      verdict.gone.push({ name, stored: stored[name] });
    }
  }
  return verdict;
}
