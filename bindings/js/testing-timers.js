/**
 * The platform's timers on virtual time. They behave alike everywhere, and as
 * Node's where platforms differ: a delay below 1 ms or above 2147483647 ms
 * counts as 1, fractions are cut off.
 */
const DELAY_MAX = 0x7fffffff;
/* Numbers of timers: far from those that browsers give to real ones. */
const FIRST_ID = 0x40000000;
const DISPOSE = Symbol.dispose ?? Symbol.for('Symbol.dispose');

function delayOf(given) {
  const delay = given * 1;
  return delay >= 1 && delay <= DELAY_MAX ? Math.trunc(delay) : 1;
}

function checkCallback(name, callback) {
  if (typeof callback === 'function') return;
  throw new TypeError(`${name}: callback must be a function; got ${String(callback)}`);
}

/** What can be kept alive in Node; here it makes no difference. */
class Handle {
  #hasRef = true;

  ref() {
    this.#hasRef = true;
    return this;
  }

  unref() {
    this.#hasRef = false;
    return this;
  }

  hasRef() {
    return this.#hasRef;
  }
}

/** What Node gives for a timer; browsers give the number only. */
class Timeout extends Handle {
  #timers;
  #entry;

  constructor(timers, entry) {
    super();
    this.#timers = timers;
    this.#entry = entry;
  }

  static entryOf(value) {
    return typeof value === 'object' && value !== null && #entry in value ? value.#entry : null;
  }

  /** Its time begins anew, also when it has fired. */
  refresh() {
    this.#timers.refresh(this.#entry);
    return this;
  }

  close() {
    this.#timers.clear(this.#entry);
    return this;
  }

  [Symbol.toPrimitive]() {
    return this.#entry.id;
  }

  [DISPOSE]() {
    this.close();
  }
}

class Immediate extends Handle {
  #entry;

  constructor(entry) {
    super();
    this.#entry = entry;
  }

  static entryOf(value) {
    return typeof value === 'object' && value !== null && #entry in value ? value.#entry : null;
  }

  [DISPOSE]() {
    this.#entry.isCleared = true;
  }
}

/**
 * The timers of one simulation. `real` has the platform's own clearing
 * functions, for timers that were set before it began.
 */
export class Timers {
  #simulation;
  #real;
  #givesObjects;
  /** Those that will fire, by number. */
  #entries = new Map();
  #nextId = FIRST_ID;

  constructor(simulation, real, givesObjects) {
    this.#simulation = simulation;
    this.#real = real;
    this.#givesObjects = givesObjects;
  }

  set(name, callback, delay, parameters, repeats) {
    checkCallback(name, callback);
    const entry = {
      id: this.#nextId++, delay: delayOf(delay), repeats, isCleared: false, timer: null, run: null,
    };
    const handle = this.#givesObjects ? new Timeout(this, entry) : entry.id;
    const self = this.#givesObjects ? handle : globalThis;
    entry.run = () => Reflect.apply(callback, self, parameters);
    this.#start(entry);
    return handle;
  }

  #start(entry) {
    const { time } = this.#simulation;
    this.#entries.set(entry.id, entry);
    entry.timer = time.set(time.now + entry.delay, () => this.#fire(entry));
  }

  #stop(entry) {
    this.#entries.delete(entry.id);
    if (entry.timer !== null) this.#simulation.time.cancel(entry.timer);
    entry.timer = null;
  }

  #fire(entry) {
    this.#stop(entry);
    try {
      entry.run();
    } finally {
      if (entry.repeats && !entry.isCleared && entry.timer === null) this.#start(entry);
    }
  }

  refresh(entry) {
    if (entry.isCleared) return;
    this.#stop(entry);
    this.#start(entry);
  }

  clear(entry) {
    entry.isCleared = true;
    this.#stop(entry);
  }

  /** As the platform's: anything may be given, and what is not known is nothing. */
  clearGiven(value, name) {
    const entry = Timeout.entryOf(value) ?? this.#entries.get(typeof value === 'string' ? Number(value) : value);
    if (entry !== undefined) {
      this.clear(entry);
      return;
    }
    const clear = this.#real[name]; // browsers refuse to be called as a method
    clear(value);
  }

  setImmediate(callback, parameters) {
    checkCallback('setImmediate', callback);
    const entry = { isCleared: false };
    const immediate = new Immediate(entry);
    this.#simulation.soon(() => {
      if (!entry.isCleared) Reflect.apply(callback, immediate, parameters);
    });
    return immediate;
  }

  clearImmediate(value) {
    const entry = Immediate.entryOf(value);
    if (entry !== null) {
      entry.isCleared = true;
      return;
    }
    const { clearImmediate } = this.#real;
    clearImmediate(value);
  }
}

/** The functions as they are called, by name. */
export function timerFunctions(timers) {
  return {
    setTimeout(callback, delay, ...parameters) {
      return timers.set('setTimeout', callback, delay, parameters, false);
    },
    setInterval(callback, delay, ...parameters) {
      return timers.set('setInterval', callback, delay, parameters, true);
    },
    clearTimeout: (timer) => timers.clearGiven(timer, 'clearTimeout'),
    clearInterval: (timer) => timers.clearGiven(timer, 'clearInterval'),
    setImmediate: (callback, ...parameters) => timers.setImmediate(callback, parameters),
    clearImmediate: (immediate) => timers.clearImmediate(immediate),
  };
}
