/** The random numbers of the generator, and what is drawn by them. */

const MASK = 0xffffffffffffffffn;
let state = 0n;
/** The durations of this scenario so far. */
const drawn = new Set();

/** Begins anew, at a place that depends on `text` only. */
export function begin(text) {
  state = 0xcbf29ce484222325n;
  drawn.clear();
  for (const character of text) {
    state = ((state ^ BigInt(character.codePointAt(0))) * 0x100000001b3n) & MASK;
  }
}

/** From 0 to 1: splitmix64. */
export function random() {
  state = (state + 0x9e3779b97f4a7c15n) & MASK;
  let z = state;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
  return Number((z ^ (z >> 31n)) >> 11n) / 2 ** 53;
}

export const int = (least, most) => least + Math.floor(random() * (most - least + 1));
export const pick = (list) => list[int(0, list.length - 1)];
export const chance = (share) => random() < share;
export const some = (share, value) => (chance(share) ? [value] : []);

/** One of [value, weight] pairs. */
export function weighted(pairs) {
  let left = random() * pairs.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [value, weight] of pairs) {
    left -= weight;
    if (left < 0) return value;
  }
  return pairs.at(-1)[0];
}

/** An object of those pairs that have a value. */
export const opts = (...pairs) => Object.fromEntries(pairs.filter(([, value]) => value !== undefined));

/* Durations are spread widely, and seldom the same twice in a scenario, so that two of them
 * seldom end in the same tick. */
const SPREAD = 4;
const TRIES = 6;

export function dur(least, most) {
  let ticks = 0;
  for (let tries = 0; tries < TRIES; tries++) {
    ticks = int(least, most * SPREAD);
    if (!drawn.has(ticks)) break;
  }
  drawn.add(ticks);
  return ticks;
}

export const grace = () => pick([0, dur(2, 5), dur(2, 5), 'brutal_kill', 'infinity']);
