/** Bodies that many families use. */
import { chance, dur, int, pick, random, some } from './gen-random.mjs';

export const reasons = [
  'normal', 'shutdown', ['shutdown', 'why'], 'boom', 'killed', 'boom', 'boom', 'kill', 'noproc', 7, ['a', 1],
];

export const timeouts = () => (chance(0.12) ? 0 : chance(0.1) ? 'infinity' : dur(1, 13));

/** Steps that look about, now and then. */
export function look(share) {
  return chance(share) ? [pick([['callers'], ['ancestors'], ['links']])] : [];
}

/** How a body ends, or goes on for ever. */
export function outcome() {
  const r = random();
  if (r < 0.45) return [['return', int(1, 99)]];
  if (r < 0.6) return [['exit', pick(reasons)]];
  if (r < 0.7) return [['raise', 'oops']];
  if (r < 0.76) return [['throw', 'ball']];
  if (r < 0.88) return [['hang']];
  return [];
}

/** A body that starts nothing. */
export function leaf(most = 12) {
  const body = [];
  if (chance(0.25)) {
    body.push(['trap_exit', true]);
    if (chance(0.6)) {
      body.push(['wait_exit'], ['sleep', dur(1, 6)]);
      return body.concat(outcome());
    }
  }
  if (chance(0.92)) body.push(['sleep', dur(1, most)]);
  return body.concat(look(0.04), outcome());
}

/** One that is certain to end by itself. */
export function finite(most = 9) {
  const body = [['sleep', dur(1, most)]];
  const r = random();
  if (r < 0.6) body.push(['return', int(1, 99)]);
  else if (r < 0.8) body.push(['exit', pick(reasons)]);
  else body.push(['raise', 'oops']);
  return body;
}

/** One that starts a task, which starts another, and so on. */
export function nested(depth) {
  if (depth === 0 || !chance(0.35)) return leaf();
  const body = some(0.25, ['trap_exit', true]);
  const kind = pick(['async', 'start_link']);
  body.push([kind, 'n', nested(depth - 1)]);
  if (kind === 'async') {
    const step = ['await', 'n', timeouts()];
    body.push(chance(0.4) ? ['catch', [step]] : step);
  } else body.push(['sleep', dur(1, 9)]);
  return body.concat(look(0.1), outcome());
}

/** One that does something else in each run. */
export function restartBody() {
  const runs = [];
  for (let left = int(1, 3); left > 0; left--) runs.push(finite(6));
  if (chance(0.6)) runs.push([['hang']]);
  return [['by_run', runs]];
}

/** One that takes its time to stop. */
export const slow = (most = 4) => [
  ['trap_exit', true], ['wait_exit'], ['sleep', dur(1, most)], pick([['exit', 'shutdown'], ['exit', 'normal'], ['return', 1]]),
];
