/**
 * Time and the host's event loop.
 *
 * A clock has `now()` (ms), `setTimeout`, `clearTimeout`, and what only the pump
 * needs: `later`, which runs a function in the next turn of the event loop,
 * `slack`, by how many ms a reading cut to whole ms may be short, `real`, whether
 * its time passes by itself, and `limit`, of a simulation, which counts steps.
 *
 * The functions of the platform are looked up when a clock is made, so that one
 * stays as it is while a simulation has put others in their place.
 */
import { clockNow } from './now.js';

/** Runs functions in the next turn of the event loop. */
function makeLater() {
  const { setImmediate } = globalThis;
  if (typeof setImmediate === 'function') {
    return { later: (run) => setImmediate(run), close() {} };
  }
  // Browsers clamp nested timeouts to 4 ms; a message comes in the next turn.
  const { MessageChannel } = globalThis; // not before: in Node that loads ten modules
  let channel = null;
  let waiting = [];
  return {
    later(run) {
      if (channel === null) {
        channel = new MessageChannel();
        channel.port1.onmessage = () => {
          const ready = waiting;
          waiting = [];
          for (const each of ready) each();
        };
      }
      waiting.push(run);
      channel.port2.postMessage(0);
    },
    close() {
      channel?.port1.close();
      channel = null;
      waiting = [];
    },
  };
}

export function realClock() {
  const { later, close } = makeLater();
  const { setTimeout, clearTimeout } = globalThis;
  return {
    now: clockNow(),
    setTimeout: (run, ms) => setTimeout(run, ms),
    clearTimeout: (handle) => clearTimeout(handle),
    later,
    close,
    slack: 1,
    real: true,
    limit: null,
  };
}

/** A clock given by the user, completed. */
export function givenClock(clock) {
  const { later, close } = makeLater();
  return {
    now: () => clock.now(),
    setTimeout: (run, ms) => clock.setTimeout(run, ms),
    clearTimeout: (handle) => clock.clearTimeout(handle),
    later,
    close,
    slack: 0,
    real: false,
    limit: null,
  };
}

export function checkClock(call, clock) {
  for (const name of ['now', 'setTimeout', 'clearTimeout']) {
    if (typeof clock?.[name] !== 'function') {
      throw new TypeError(
        `${call}: option clock must have the functions now, setTimeout and clearTimeout; ${name} is missing`,
      );
    }
  }
  return clock;
}
