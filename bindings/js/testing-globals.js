/**
 * The globals on virtual time and on the seed, for code that knows nothing of
 * simulations. What a platform does not have is not added.
 */
import { standInForDefault } from './stand-in.js';
import { checkTimeout } from './options.js';
import { replaceInNode } from './testing-node.js';
import { fillRandom, fractionOf, makeUuid, makeWords } from './testing-random.js';
import { Replacements } from './testing-replace.js';
import { timerFunctions, Timers } from './testing-timers.js';
import { replaceInBrowser } from './testing-web.js';

/**
 * `Date` whose present is virtual: dates that are there already are instances
 * of it, and the ones it makes are instances of the real one.
 */
function makeDate(RealDate, now) {
  return new Proxy(RealDate, {
    construct: (target, given, newTarget) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
  });
}

function makeAbortSignalTimeout(time) {
  return (delay) => {
    const ms = checkTimeout('AbortSignal.timeout', 'delay', delay);
    const controller = new AbortController();
    if (ms !== Infinity) {
      time.set(time.now + ms, () => {
        controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
      });
    }
    return controller.signal;
  };
}

/** Whether timers are objects, as in Node. */
function timersAreObjects() {
  const probe = setTimeout(() => {}, 0);
  clearTimeout(probe);
  return typeof probe === 'object';
}

/**
 * Replaces them for a simulation.
 *
 * @returns what puts them back
 */
export function replaceGlobals(simulation, { seed, startTime }) {
  const replacements = new Replacements();
  const { time, runtime } = simulation;
  const { clearTimeout, clearInterval, clearImmediate } = globalThis;
  const timers = new Timers(simulation, { clearTimeout, clearInterval, clearImmediate }, timersAreObjects());
  const word = makeWords(seed, 'crypto');
  const world = {
    simulation,
    time,
    today: () => startTime + time.now,
    functions: timerFunctions(timers),
    word,
  };
  try {
    replaceEverywhere(replacements, world, makeWords(seed, 'Math.random'), startTime);
    replaceInBrowser(replacements, world);
    replaceInNode(replacements, world);
    standInForDefault(runtime);
    replacements.add(() => standInForDefault(null));
  } catch (error) {
    replacements.restore();
    throw error;
  }
  return () => replacements.restore();
}

/** What browsers and Node share. */
function replaceEverywhere(replacements, { time, today, functions, word }, forMath, startTime) {
  const { Date, performance, crypto } = globalThis;
  replacements.setThose(globalThis, functions);
  const date = makeDate(Date, today);
  replacements.set(globalThis, 'Date', date);
  replacements.set(Date.prototype, 'constructor', date);
  replacements.set(performance, 'now', () => time.now);
  replacements.set(performance, 'timeOrigin', startTime);
  replacements.set(Math, 'random', () => fractionOf(forMath));
  replacements.set(AbortSignal, 'timeout', makeAbortSignalTimeout(time));
  if (crypto === undefined) return;
  const { getRandomValues } = crypto;
  replacements.setThose(crypto, {
    getRandomValues: (view) => fillRandom(getRandomValues.call(crypto, view), word),
    randomUUID: () => makeUuid(word),
  });
}
