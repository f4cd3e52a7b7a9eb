/**
 * Requests and sleeps that can be held up while they last: made to hang, or to
 * take longer. Beside that, who waits for what, and from when to when.
 *
 * A run in which nothing is held up goes as if all this were not here: not one
 * microtask comes in between. So a run with a change is the same up to it.
 */
import type { Pending } from '../model/changes.ts';
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
  #times = 1;
  #pause: Pause | null = null;

  constructor(wait: Open, now: () => number) {
    this.wait = wait;
    this.#now = now;
  }

  /** How many times as long it takes; Infinity when it hangs. */
  get times(): number {
    return this.#times;
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
  /** Sleeps that some change is about. */
  readonly #wanted: ReadonlySet<string>;

  constructor(clock: Clock, wanted: Iterable<{ pid: Pid | null; on: Pending | null }>) {
    this.#clock = clock;
    this.#wanted = new Set([...wanted].map(({ pid, on }) => (on === null ? '' : keyOf(pid, on))));
  }

  /** A request begins. */
  request(pid: Pid | null, path: string, attempt: number): Hold {
    return this.#begin(pid, { what: 'request', path, attempt });
  }

  end(hold: Hold): void {
    hold.wait.to = this.#clock.place;
    this.#open.delete(keyOf(hold.wait.pid, hold.wait.on));
  }

  /** The same function, whose sleeps can be held up: the process then sleeps on. */
  sleeper(sleep: Sleep, pidOf: () => Pid): Sleep {
    return (ms) => {
      const promise = sleep(ms);
      const pid = pidOf();
      const nth = (this.#sleeps.get(pid) ?? 0) + 1;
      this.#sleeps.set(pid, nth);
      const hold = this.#begin(pid, { what: 'sleep', nth });
      if (this.#wanted.has(keyOf(pid, hold.wait.on))) {
        return this.#sleepOn(hold, promise, ms, sleep);
      }
      const end = () => this.end(hold);
      promise.then(end, end);
      return promise;
    };
  }

  async #sleepOn(hold: Hold, first: Promise<void>, ms: number, sleep: Sleep): Promise<void> {
    try {
      await first;
      if (hold.times > 1) {
        await sleep(Math.max(1, ms) * (hold.times - 1));
      }
    } finally {
      this.end(hold);
    }
  }

  /** Has it take so many times as long; Infinity has it hang. */
  stretch(pid: Pid | null, on: Pending, times: number): Held {
    const key = keyOf(pid, on);
    const hold = this.#open.get(key);
    if (hold !== undefined) {
      if (hold.wait.hangs) {
        return 'hanging';
      }
      hold.stretch(times);
      return 'held';
    }
    if (this.#known.has(key)) {
      return 'over';
    }
    this.#armed.set(key, times);
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

export type Sleep = (ms: number) => Promise<void>;

/** A request is known by itself, a sleep by whose it is. */
function keyOf(pid: Pid | null, on: Pending): string {
  return on.what === 'request' ? `${on.attempt} ${on.path}` : `${pid} ${on.nth}`;
}
