/**
 * What a turn of the pump has to work through: streams whose items have
 * returned, elements to be read, bodies to be begun, and effects, which may run
 * user code. All of it is put here while commands and events are handled, and
 * is worked through in this order, until nothing is left or the pump has to let
 * the host go on.
 */
import { CODE } from './protocol.js';
import { report } from './report.js';

export class Turn {
  /** Functions that may run user code. */
  effects = [];
  /** Streams that are to read elements. */
  pulls = [];
  /** Streams with items that have returned and may be followed in their place. */
  cycling = [];
  /** Items of streams whose bodies are to begin, in order. */
  items = [];
  /** Whether anything may be in these lists, or wait to be settled. */
  isBusy = false;
  #runtime;
  #kernel;

  constructor(runtime) {
    this.#runtime = runtime;
    this.#kernel = runtime.kernel;
  }

  clear() {
    this.effects = [];
    this.pulls = [];
    this.cycling = [];
    this.items = [];
    this.isBusy = false;
  }

  /**
   * Works until nothing is left to do; false when the budget of this turn of
   * the event loop is used up before.
   */
  work(pump) {
    const runtime = this.#runtime;
    const { late } = runtime;
    const { view } = this.#kernel;
    runtime.observers.lookAround();
    for (;;) {
      if (runtime.disposed) return true;
      if (late.isReady && !this.#beginLate(pump)) return false;
      if (this.cycling.length > 0 && !this.#cycleAll(pump)) return false;
      if (runtime.inboxCount > 0) {
        const over = pump.spend(runtime.inboxCount);
        runtime.settleInbox();
        if (over) return false;
      }
      if (this.pulls.length > 0 && !this.#pullAll(pump)) return false;
      if (this.items.length > 0 && !this.#startItems(pump)) return false;
      if (view.ready > 0 && !this.startAll(pump)) return false;
      if (this.effects.length > 0) {
        if (!this.#runEffects(pump)) return false;
        continue;
      }
      if (runtime.disposed) return true;
      if (runtime.inboxCount > 0 || this.pulls.length > 0 || this.items.length > 0) continue;
      if (this.cycling.length > 0) continue;
      if (view.ready > 0 || late.isReady) continue;
      if (view.fresh === 0 || pump.putsOff()) {
        this.isBusy = false;
        return true;
      }
      runtime.advance(pump.now);
    }
  }

  /** Begins the task that is held back, if it is its turn. */
  #beginLate(pump) {
    const waiting = this.cycling.length + this.#runtime.inboxCount + this.pulls.length + this.items.length;
    if (waiting > 0 || this.#kernel.view.ready > 0) {
      this.#runtime.late.tell();
      return true;
    }
    this.#runtime.late.begin();
    return !pump.spend(1);
  }

  /** Lets the next elements follow in the places of items that have returned. */
  #cycleAll(pump) {
    const cycling = this.cycling;
    this.cycling = [];
    for (let index = 0; index < cycling.length; index++) {
      this.#runtime.settlePut(); // they go through the same words
      const over = pump.spend(cycling[index].size);
      cycling[index].cycle();
      if (this.#runtime.disposed) return true;
      if (over) {
        this.cycling = cycling.slice(index + 1).concat(this.cycling);
        return false;
      }
    }
    return true;
  }

  #pullAll(pump) {
    const pulls = this.pulls;
    this.pulls = [];
    for (let index = 0; index < pulls.length; index++) {
      if (!pulls[index].pull(pump)) {
        this.pulls = this.pulls.concat(pulls.slice(index)); // there may be more than a call can take
        return false;
      }
    }
    return true;
  }

  /** Begins the bodies of items that STREAM_PUSH has started. */
  #startItems(pump) {
    const items = this.items;
    this.items = [];
    for (let index = 0; index < items.length; index++) {
      const cell = items[index];
      if (!this.#runtime.begin(cell)) return true;
      if (pump.spend(1)) {
        this.items = items.slice(index + 1).concat(this.items);
        return false;
      }
    }
    return true;
  }

  /** Begins the bodies of the processes that the kernel names. */
  startAll(pump) {
    const runtime = this.#runtime;
    const kernel = this.#kernel;
    const { view } = kernel;
    while (view.ready > 0 && kernel.run() === CODE.OK) {
      const low = kernel.answerLow;
      const high = kernel.answerHigh;
      if (runtime.watch !== null) runtime.drain();
      if (!runtime.begin(runtime.cells.find(low, high))) return true;
      if (pump.spend(1)) return false;
    }
    return true;
  }

  #runEffects(pump) {
    const effects = this.effects;
    this.effects = [];
    for (let index = 0; index < effects.length; index++) {
      try {
        effects[index]();
      } catch (error) {
        report(error);
      }
      if (this.#runtime.disposed) return true;
      if (pump.spend(1)) {
        this.effects = effects.slice(index + 1).concat(this.effects);
        return false;
      }
    }
    return true;
  }
}
