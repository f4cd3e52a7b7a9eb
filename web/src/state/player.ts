/**
 * Moves the playhead while the learner watches. It is the only place where
 * a view's time passes by itself; without motion it goes from event to event.
 */
const STILL_STEP = 700; // ms between two events without motion

export interface PlayerEvents {
  /** So much time has passed; false when there is nothing left. */
  advance(ms: number): boolean;
  /** On to the next event; false when there is none. */
  step(): boolean;
  stopped(): void;
}

export class Player {
  readonly #events: PlayerEvents;
  #turn = 0;

  constructor(events: PlayerEvents) {
    this.#events = events;
  }

  play(still: boolean): void {
    const turn = ++this.#turn;
    if (still) {
      this.#stepOn(turn);
    } else {
      requestAnimationFrame((now) => this.#frame(turn, now));
    }
  }

  pause(): void {
    this.#turn += 1;
    this.#events.stopped();
  }

  #frame(turn: number, before: number): void {
    requestAnimationFrame((now) => {
      if (turn !== this.#turn) {
        return;
      }
      if (!document.hidden && !this.#events.advance(Math.min(100, now - before))) {
        this.pause();
        return;
      }
      this.#frame(turn, now);
    });
  }

  #stepOn(turn: number): void {
    if (turn !== this.#turn) {
      return;
    }
    if (!document.hidden && !this.#events.step()) {
      this.pause();
      return;
    }
    setTimeout(() => this.#stepOn(turn), STILL_STEP);
  }
}
