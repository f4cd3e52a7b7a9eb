/**
 * When work is done: in one microtask after the calls that made it, in the
 * host's one timer for all deadlines, and, when a turn of the event loop has
 * lasted too long, in the next turn.
 *
 * The work itself is the runtime's `turn`, which goes on until nothing is left
 * to do or `spend` says that the budget is used up.
 */

/* A turn of the event loop is held this long at most before others come. */
const BUDGET_MS = 5;
/* Reading the clock costs about as much as one task, so it is read this rarely. */
const UNITS_PER_LOOK = 256;
const TIMER_MAX = 0x7fffffff;

const IDLE = 0, SCHEDULED = 1, RUNNING = 2, YIELDED = 3, CLOSED = 4;

const resolved = Promise.resolve();

export class Pump {
  #clock;
  /** Of a simulation: counts steps, and says when it has gone on for too long. */
  #limit;
  #origin;
  #work;
  #state = IDLE;
  #units = 0;
  #turnBegan;
  /** The kernel has been told the time in this turn of the event loop. */
  #inTurn = false;
  #told = 0;
  #timer = null;
  #timerAt = Infinity;
  #afterTurnSet = false;

  /** @param work has `turn(pump)`, `tell(now)`, `endTurn()` and `deadline` */
  constructor(clock, work) {
    this.#clock = clock;
    this.#limit = clock.limit;
    this.#origin = clock.now();
    this.#turnBegan = this.#origin;
    this.#work = work;
  }

  /** Whole ms since the runtime was made. */
  get now() {
    return Math.max(0, Math.floor(this.#clock.now() - this.#origin));
  }

  /**
   * Sees to it that the kernel knows the time, before anything is done. It is
   * told once a turn of the event loop, for reading a clock costs as much as a
   * task; a clock that users made is told whenever it has moved.
   */
  touch() {
    if (!this.#inTurn) this.#tellTime();
  }

  /* A function of its own: `touch` is called several times for each task, and what is small is inlined. */
  #tellTime() {
    if (this.#clock.real) {
      this.#inTurn = true;
      this.#turnBegan = this.#clock.now();
      this.#units = 0;
      this.#afterTurn();
      this.#work.advance(this.now);
    } else {
      if (this.#limit !== null) this.#limit.step(1);
      if (this.now > this.#told) {
        this.#told = this.now;
        this.#work.tell(this.#told);
      }
    }
  }

  /** Has the pump run once the present code has returned. */
  schedule() {
    if (this.#state !== IDLE) return;
    this.#state = SCHEDULED;
    resolved.then(this.#inMicrotask);
  }

  /** Nothing is to be done, and time passes by itself. */
  get canPassBy() {
    return this.#state === IDLE && this.#clock.real;
  }

  get isReal() {
    return this.#clock.real;
  }

  /** Sees to it that the next deadline is not missed. */
  lookAtDeadline() {
    if (this.#work.deadline < this.#timerAt) this.schedule();
  }

  /** In a later turn of the event loop, also after the end. */
  later(run) {
    this.#clock.later(run);
  }

  /** Counts units of work; true when the rest should wait for the next turn. */
  spend(units) {
    this.#units += units;
    if (this.#units < UNITS_PER_LOOK) return false;
    this.#units = 0;
    if (this.#limit !== null) return this.#limit.step(UNITS_PER_LOOK); // virtual time is no budget
    return this.#clock.now() - this.#turnBegan > BUDGET_MS;
  }

  close() {
    this.#state = CLOSED;
    this.#clearTimer();
    this.#clock.close();
  }

  /**
   * The short way for a task that is held back; the first of each count goes the
   * long way. Else an engine that has seen only the short one for long has compiled
   * no other, and throws its code away in the first turn that needs it.
   */
  #inMicrotask = () => {
    if (this.#state !== SCHEDULED) return;
    if (this.#inTurn && this.#units > 0 && this.#work.hasLateOnly) this.#runLate();
    else this.#run();
  };

  /** A task that is held back is all there is: begins it. Most often that is all, too. */
  #runLate() {
    this.#state = RUNNING;
    let quiet = false;
    try {
      quiet = this.#work.beginLate();
    } finally {
      if (this.#state === RUNNING) this.#state = IDLE;
    }
    if (this.spend(1)) this.#yield();
    else if (!quiet && this.#state === IDLE) this.#run();
  }

  /** Lets the host go on; the rest is for the next turn of the event loop. */
  #yield() {
    if (this.#state === CLOSED) return;
    this.#state = YIELDED;
    this.#clock.later(this.#inNextTurn);
  }

  #inNextTurn = () => {
    if (this.#state !== YIELDED) return;
    this.#turnBegan = this.#clock.now();
    this.#units = 0;
    this.#run();
  };

  #onTimer = () => {
    this.#timer = null;
    this.#timerAt = Infinity;
    if (this.#state === CLOSED) return;
    this.#turnBegan = this.#clock.now();
    this.#units = 0;
    this.#work.tell(this.now);
    if (this.#state === IDLE || this.#state === SCHEDULED) this.#run();
    else this.#arm();
  };

  #run() {
    this.#state = RUNNING;
    this.touch();
    if (this.#limit !== null && this.#limit.isOver) {
      this.#state = YIELDED; // and stays so
      return;
    }
    let quiet = true;
    try {
      quiet = this.#work.turn(this);
    } finally {
      if (this.#state === RUNNING) this.#state = IDLE;
    }
    if (this.#state === CLOSED) return;
    if (!quiet) this.#yield();
    this.#arm();
  }

  /**
   * Sees to it that the host wakes us at the next deadline. A timer that is
   * set for an earlier time is kept: it then fires in vain once, which is
   * cheaper than setting a new one for each task.
   */
  #arm() {
    const deadline = this.#work.deadline;
    if (deadline === Infinity) {
      if (this.#timer !== null) this.#release();
      return;
    }
    if (this.#timerAt <= deadline) return;
    this.#clearTimer();
    const delay = Math.ceil(deadline - (this.#clock.now() - this.#origin));
    this.#timerAt = deadline;
    if (delay > TIMER_MAX) this.#timerAt = deadline - (delay - TIMER_MAX);
    this.#timer = this.#clock.setTimeout(this.#onTimer, Math.min(TIMER_MAX, Math.max(0, delay)));
  }

  /**
   * Whether something can wait for the end of this turn of the event loop. For
   * fresh timers that is when they begin to run: most belong to a wait that is
   * over before that, and then cost nothing; the others run that little longer.
   * A clock that users made moves in steps, and there timers begin at once.
   */
  putsOff() {
    if (!this.#clock.real) return false;
    this.#afterTurn();
    return true;
  }

  /**
   * No kernel timer runs any more. In Node a host timer would keep the process
   * alive, but clearing it at once would cost a host timer for every
   * async-and-await; so that is looked at once a turn of the event loop.
   */
  #release() {
    if (this.#clock.real) this.#afterTurn();
    else this.#clearTimer();
  }

  #afterTurn() {
    if (this.#afterTurnSet) return;
    this.#afterTurnSet = true;
    this.#clock.later(this.#onAfterTurn);
  }

  #onAfterTurn = () => {
    this.#afterTurnSet = false;
    this.#inTurn = false;
    if (this.#state === CLOSED) return;
    this.#work.endTurn();
    if (this.#work.hasFreshTimers || this.#work.hasItems) {
      this.#work.tell(this.now);
      if (this.#state === IDLE || this.#state === SCHEDULED) this.#run();
      else this.#arm();
    } else if (this.#work.deadline === Infinity) this.#clearTimer();
  };

  #clearTimer() {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#timerAt = Infinity;
  }
}
