/**
 * Requests and sleeps that can be held up while they last: made to hang, or to
 * take longer. Beside that, who waits for what, and from when to when.
 *
 * A run in which nothing is held up goes as if all this were not here: not one
 * microtask comes in between. So a run with a change is the same up to it.
 */
import { SLOWER, type Change, type Pending } from '../model/changes.ts';
import type { Pid } from '../model/events.ts';
import type { Place, Wait } from '../model/pending.ts';

const WAITS_MAX = 20_000; // told of a run

type Open = { -readonly [K in keyof Wait]: Wait[K] };

/** What became of an attempt to hold something up. */
export type Held =
  | 'held'
  /** It has not begun; it is held up when it does. */
  | 'armed'
  | 'over'
  /** It would never have come anyway. */
  | 'hanging';

interface Pause {
  readonly begun: number;
  readonly ms: number;
  timer: ReturnType<typeof setTimeout> | undefined;
  readonly end: () => void;
}

/** One request, or one sleep. */
export class Hold {
  readonly wait: Open;
  readonly #now: () => number;
  /** How many times as long it takes; Infinity when it hangs. */
  #times = 1;
  #pause: Pause | null = null;

  constructor(wait: Open, now: () => number) {
    this.wait = wait;
    this.#now = now;
  }

  /** It takes so many times as long, from its beginning on. */
  stretch(times: number): void {
    this.#times *= times;
    this.wait.hangs = this.#times === Number.POSITIVE_INFINITY;
    if (this.#pause !== null) {
      clearTimeout(this.#pause.timer);
      this.#set();
    }
  }

  /** Waits on virtual time, as `pause` does; one at a time. */
  pause(ms: number, signal: AbortSignal | null): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        clearTimeout(pause.timer);
        this.#pause = null;
        reject(signal?.reason);
      };
      const pause: Pause = {
        begun: this.#now(),
        ms,
        timer: undefined,
        end: () => {
          signal?.removeEventListener('abort', giveUp);
          this.#pause = null;
          resolve();
        },
      };
      this.#pause = pause;
      this.#set();
      if (signal?.aborted === true) {
        giveUp();
      } else {
        signal?.addEventListener('abort', giveUp, { once: true });
      }
    });
  }

  #set(): void {
    const pause = this.#pause as Pause;
    if (!this.wait.hangs) {
      const left = pause.begun + pause.ms * this.#times - this.#now();
      pause.timer = setTimeout(pause.end, left);
    }
  }
}

interface Clock {
  readonly now: () => number;
  readonly place: Place;
}

export class Holds {
  /** In the order in which they began. */
  readonly waits: Open[] = [];
  readonly #clock: Clock;
  /** Those that last, by what they are. */
  readonly #open = new Map<string, Hold>();
  /** How many times as long what has not begun is to take. */
  readonly #armed = new Map<string, number>();
  /** What has begun, so that what is over is told from what is not there yet. */
  readonly #known = new Set<string>();
  /** Sleeps begun, by process. */
  readonly #sleeps = new Map<Pid, number>();
  /** Changes that hold up a sleep, in the order of their places. */
  readonly #ofSleeps: readonly Change[];
  /** Those of them whose sleep lasts until they come. */
  readonly #inTime = new Set<Change>();

  constructor(clock: Clock, changes: readonly Change[]) {
    this.#clock = clock;
    this.#ofSleeps = changes
      .filter(({ on }) => on?.what === 'sleep')
      .toSorted((a, b) => a.at - b.at || a.after - b.after);
  }

  /** A request begins. */
  request(pid: Pid | null, path: string, attempt: number): Hold {
    return this.#begin(pid, { what: 'request', path, attempt });
  }

  end(hold: Hold): void {
    hold.wait.to = this.#clock.place;
    this.#open.delete(keyOf(hold.wait.pid, hold.wait.on));
  }

  /**
   * The same function, whose sleeps can be held up. One that will be is as long
   * from its beginning: nothing else of it can be seen before the change comes.
   */
  sleeper(sleep: Sleep, pidOf: () => Pid): Sleep {
    return (ms) => {
      const pid = pidOf();
      const nth = (this.#sleeps.get(pid) ?? 0) + 1;
      const on: Pending = { what: 'sleep', nth };
      const promise = sleep(this.#lengthOf(keyOf(pid, on), ms));
      this.#sleeps.set(pid, nth);
      const hold = this.#begin(pid, on);
      const end = () => this.end(hold);
      promise.then(end, end);
      return promise;
    };
  }

  /** What a sleep of `ms` comes to by the changes that are in time for it. */
  #lengthOf(key: string, ms: number): number {
    let length = ms;
    for (const change of this.#ofSleeps) {
      const isOfIt = keyOf(change.pid, change.on as Pending) === key;
      if (isOfIt && this.#clock.now() + length > change.at) {
        this.#inTime.add(change);
        length = Math.max(1, length) * timesOf(change);
      }
    }
    return length;
  }

  /** Carries out a change that holds something up. */
  hold(change: Change): Held {
    const key = keyOf(change.pid, change.on as Pending);
    const hold = this.#open.get(key);
    if (hold !== undefined) {
      if (hold.wait.hangs) {
        return 'hanging';
      }
      if (change.on?.what === 'sleep' && !this.#inTime.has(change)) {
        return 'over';
      }
      hold.stretch(timesOf(change));
      return 'held';
    }
    if (this.#known.has(key)) {
      return 'over';
    }
    this.#armed.set(key, (this.#armed.get(key) ?? 1) * timesOf(change));
    return 'armed';
  }

  #begin(pid: Pid | null, on: Pending): Hold {
    const key = keyOf(pid, on);
    const hold = new Hold({ pid, on, from: this.#clock.place, to: null, hangs: false }, this.#clock.now);
    this.#open.set(key, hold);
    this.#known.add(key);
    hold.stretch(this.#armed.get(key) ?? 1);
    if (this.waits.length < WAITS_MAX) {
      this.waits.push(hold.wait);
    }
    return hold;
  }
}

const timesOf = ({ kind }: Change): number => (kind === 'hang' ? Number.POSITIVE_INFINITY : SLOWER);

export type Sleep = (ms: number) => Promise<void>;

/** A request is known by itself, a sleep by whose it is. */
function keyOf(pid: Pid | null, on: Pending): string {
  return on.what === 'request' ? `${on.attempt} ${on.path}` : `${pid} ${on.nth}`;
}
