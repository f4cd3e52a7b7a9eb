/**
 * What Node has besides: the modules with timers and random numbers, and
 * `process.hrtime`. Modules need `process.getBuiltinModule` (Node 20.16).
 */
import { drawBetween, fillRandom, makeUuid } from './testing-random.js';

const CUSTOM = Symbol.for('nodejs.util.promisify.custom');

class AbortError extends Error {
  constructor(signal) {
    super('The operation was aborted', { cause: signal.reason });
    this.code = 'ABORT_ERR';
  }

  get name() {
    return 'AbortError';
  }
}

export function replaceInNode(replacements, world) {
  const { process } = globalThis;
  if (typeof process?.hrtime !== 'function') return;
  const { functions, time } = world;
  const promises = promiseFunctions(functions);
  Object.defineProperty(functions.setTimeout, CUSTOM, { value: promises.setTimeout });
  Object.defineProperty(functions.setImmediate, CUSTOM, { value: promises.setImmediate });
  replacements.set(process, 'hrtime', makeHrtime(time));
  replacements.set(process, 'uptime', () => time.now / 1000);
  const load = process.getBuiltinModule?.bind(process);
  if (load === undefined) return;
  const { syncBuiltinESMExports } = load('node:module');
  replacements.add(syncBuiltinESMExports);
  replacements.setThose(load('node:timers'), functions);
  const { scheduler, ...others } = promises;
  const module = load('node:timers/promises');
  replacements.setThose(module, others);
  replacements.setThose(module.scheduler, scheduler);
  const crypto = load('node:crypto');
  replacements.setThose(crypto, cryptoFunctions(crypto, world));
  syncBuiltinESMExports();
}

function makeHrtime(time) {
  const hrtime = (previous = [0, 0]) => {
    const [seconds, nanoseconds] = previous;
    const ms = time.now - seconds * 1000 - nanoseconds / 1e6;
    const whole = Math.floor(ms / 1000);
    return [whole, Math.round((ms - whole * 1000) * 1e6)];
  };
  hrtime.bigint = () => BigInt(time.now) * 1_000_000n;
  return hrtime;
}

/** Resolves with `value` when what `start` begins is done, unless aborted. */
function abortable(signal, value, start, stop) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(new AbortError(signal));
      return;
    }
    const abort = () => {
      stop(handle);
      reject(new AbortError(signal));
    };
    const handle = start(() => {
      signal?.removeEventListener('abort', abort);
      resolve(value);
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** What node:timers/promises has. */
function promiseFunctions(functions) {
  const wait = (delay, value, { signal } = {}) =>
    abortable(signal, value, (run) => functions.setTimeout(run, delay), functions.clearTimeout);
  const turn = (value, { signal } = {}) =>
    abortable(signal, value, (run) => functions.setImmediate(run), functions.clearImmediate);
  return {
    setTimeout: wait,
    setImmediate: turn,
    setInterval: (delay, value, { signal } = {}) => ticks(functions, delay, value, signal),
    scheduler: { wait: (delay, options) => wait(delay, undefined, options), yield: () => turn() },
  };
}

async function* ticks({ setInterval, clearInterval }, delay, value, signal) {
  let count = 0;
  let wake = () => {};
  const abort = () => wake();
  const timer = setInterval(() => {
    count++;
    wake();
  }, delay);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    for (;;) {
      if (signal?.aborted) throw new AbortError(signal);
      for (; count > 0; count--) yield value;
      if (signal?.aborted) continue;
      await new Promise((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    clearInterval(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/** Those of node:crypto that are random; the real ones check what they are given. */
function cryptoFunctions(real, { simulation, word }) {
  const answer = (callback, value) => {
    simulation.soon(() => callback(null, value));
  };
  const { randomBytes, randomFillSync, randomInt, randomUUID } = real;
  const refill = (buffer, offset = 0, size = undefined) => {
    randomFillSync(buffer, offset, size);
    const unit = buffer.BYTES_PER_ELEMENT ?? 1;
    const start = offset * unit;
    const length = size === undefined ? buffer.byteLength - start : size * unit;
    const memory = ArrayBuffer.isView(buffer) ? buffer.buffer : buffer;
    fillRandom(new Uint8Array(memory, (buffer.byteOffset ?? 0) + start, length), word);
    return buffer;
  };
  return {
    randomBytes(size, callback) {
      const bytes = fillRandom(randomBytes(size), word);
      return callback === undefined ? bytes : answer(callback, bytes);
    },
    randomFillSync: refill,
    randomFill(buffer, ...given) {
      const callback = given.pop();
      answer(callback, refill(buffer, ...given));
    },
    randomInt(...given) {
      const callback = typeof given.at(-1) === 'function' ? given.pop() : undefined;
      randomInt(...given);
      const [least, end] = given.length === 1 ? [0, given[0]] : given;
      const value = drawBetween(least, end - 1, word);
      return callback === undefined ? value : answer(callback, value);
    },
    randomUUID(options) {
      randomUUID(options);
      return makeUuid(word);
    },
  };
}
