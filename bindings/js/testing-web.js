/** The globals that browsers have besides: frames, idle time, the network. */
import { RealIoError } from './testing-errors.js';

const NETWORK = [
  'fetch', 'XMLHttpRequest', 'WebSocket', 'WebSocketStream', 'WebTransport', 'EventSource',
  'RTCPeerConnection', 'Worker', 'SharedWorker',
];

/* As they were when this module was loaded. What has taken the place of one
 * since then is a stand-in that a test has put there, and stays. */
const descriptors = new Map(NETWORK.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]));

/* Whole ms, as virtual time has no others. */
const FRAME_MS = 16;
const IDLE_MS = 50;

export function replaceInBrowser(replacements, world) {
  const { time } = world;
  replacements.setThose(globalThis, { ...frameFunctions(time), ...idleFunctions(time) });
  if (globalThis.scheduler !== undefined) replacements.setThose(scheduler, schedulerFunctions(world));
  if (globalThis.Temporal !== undefined) replacements.setThose(Temporal.Now, temporalFunctions(world));
  refuseNetwork(replacements, world);
}

/** Timers by number, which can be cancelled. */
class Numbered {
  #time;
  #timers = new Map();
  #next = 1;

  constructor(time) {
    this.#time = time;
  }

  add(at, run) {
    const id = this.#next++;
    this.#timers.set(id, this.#time.set(at, () => {
      this.#timers.delete(id);
      run();
    }));
    return id;
  }

  remove(id) {
    const timer = this.#timers.get(id);
    if (timer === undefined) return;
    this.#timers.delete(id);
    this.#time.cancel(timer);
  }
}

function mustBeFunction(name, callback) {
  if (typeof callback !== 'function') throw new TypeError(`${name}: callback must be a function`);
}

function frameFunctions(time) {
  const frames = new Numbered(time);
  return {
    requestAnimationFrame(callback) {
      mustBeFunction('requestAnimationFrame', callback);
      const at = (Math.floor(time.now / FRAME_MS) + 1) * FRAME_MS;
      return frames.add(at, () => callback(time.now));
    },
    cancelAnimationFrame: (id) => frames.remove(id),
  };
}

function idleFunctions(time) {
  const idle = new Numbered(time);
  return {
    requestIdleCallback(callback) {
      mustBeFunction('requestIdleCallback', callback);
      return idle.add(time.now + 1, () => callback({ didTimeout: false, timeRemaining: () => IDLE_MS }));
    },
    cancelIdleCallback: (id) => idle.remove(id),
  };
}

function schedulerFunctions({ simulation, functions }) {
  const later = (run, delay) => (delay > 0 ? functions.setTimeout(run, delay) : simulation.soon(run));
  return {
    postTask(callback, { signal, delay = 0 } = {}) {
      mustBeFunction('scheduler.postTask', callback);
      return new Promise((resolve, reject) => {
        const abort = () => reject(signal.reason);
        if (signal?.aborted) {
          abort();
          return;
        }
        signal?.addEventListener('abort', abort, { once: true });
        later(() => {
          if (signal?.aborted) return;
          signal?.removeEventListener('abort', abort);
          new Promise((done) => done(callback())).then(resolve, reject);
        }, delay);
      });
    },
    yield: () => new Promise((resolve) => later(resolve, 0)),
  };
}

function temporalFunctions({ today }) {
  const instant = () => Temporal.Instant.fromEpochMilliseconds(today());
  const zoned = (zone = Temporal.Now.timeZoneId()) => instant().toZonedDateTimeISO(zone);
  return {
    instant,
    zonedDateTimeISO: zoned,
    plainDateTimeISO: (zone) => zoned(zone).toPlainDateTime(),
    plainDateISO: (zone) => zoned(zone).toPlainDate(),
    plainTimeISO: (zone) => zoned(zone).toPlainTime(),
  };
}

/** Whether nobody has replaced the platform's own. */
function isReal(name) {
  const then = descriptors.get(name);
  const now = Object.getOwnPropertyDescriptor(globalThis, name);
  if (then === undefined || now === undefined) return false;
  // Node makes some of them when they are first read.
  return now.get === undefined && then.get !== undefined
    ? then.get.call(globalThis) === now.value
    : now.get === then.get && now.value === then.value;
}

function refuseNetwork(replacements, { simulation, time }) {
  for (const name of NETWORK) {
    if (!isReal(name)) continue;
    replacements.set(globalThis, name, function refused() {
      const error = new RealIoError(
        `simulate: at ${time.now} ms, ${name} was called: its answer would depend on real time. ` +
          `Put a stand-in in its place before the simulation, or in main`,
        name,
      );
      simulation.fail(error); // whoever catches it
      throw error;
    });
  }
}
