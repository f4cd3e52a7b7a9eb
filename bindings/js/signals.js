/**
 * AbortSignals that users gave. One listener per signal, whatever the number
 * of tasks: engines keep listeners in a list, and a listener per task would
 * make a shared signal quadratic.
 *
 * Who follows a signal stands in one list, in the order in which they are to be
 * told, and knows its place there: following and leaving take a few stores.
 * Places that were left are closed up when they are most of the list.
 *
 * A follower has `abort(reason)`, which takes the number of the reason, and two
 * fields that are kept here: `following`, null while it follows none, and `number`.
 */

/* Lists up to this length are not closed up. */
const SPARSE_MIN = 64;

/** Those who follow one signal. */
class Followers {
  /** See StreamRun. */
  static #kept = new Followers(null);
  list = [];
  /** How many places of the list are in use, and by how many. */
  end = 0;
  count = 0;
  /** Nobody follows it, and its listener is to be taken away. */
  isIdle = false;
  /** It has its listener. */
  isOpen = true;
  listener = null;

  constructor(signal) {
    this.signal = signal;
  }

  add(follower) {
    if (this.end >= SPARSE_MIN && this.end > 2 * this.count) this.#closeUp();
    follower.following = this;
    follower.number = this.end;
    this.list[this.end++] = follower;
    this.count++;
  }

  /** False when it was the last one. */
  remove(follower) {
    this.list[follower.number] = null;
    follower.following = null;
    this.count--;
    if (this.count === 0) this.end = 0;
    return this.count > 0;
  }

  #closeUp() {
    const list = this.list.filter((follower) => follower !== null);
    list.forEach((follower, place) => {
      follower.number = place;
    });
    this.list = list;
    this.end = list.length;
  }
}

export class Signals {
  #runtime;
  /** The followers of each signal. */
  #all = new Map();
  /** The ones that were looked for last; most often they are again. */
  #last = null;
  /** Those whose listeners are taken away at the end of the turn, if nobody follows till then. */
  #idle = [];

  constructor(runtime) {
    this.#runtime = runtime;
  }

  /** How many signals are followed. */
  get size() {
    let size = 0;
    for (const { count } of this.#all.values()) size += count > 0 ? 1 : 0;
    return size;
  }

  /** Has `follower`, which follows no signal so far, aborted with this one. */
  add(signal, follower) {
    if (this.#last === null || this.#last.signal !== signal) {
      this.#last = this.#all.get(signal) ?? this.#open(signal);
    }
    this.#last.add(follower);
  }

  /** A follower need not be told any more. */
  remove(follower) {
    const { following } = follower;
    if (!following.remove(follower) && following.isOpen) this.#leave(following);
  }

  /**
   * Nobody follows a signal. Taking a listener away and setting it again costs
   * as much as a task, so that is left to the end of this turn of the event loop.
   */
  #leave(followers) {
    if (followers.isIdle) return;
    if (!this.#runtime.putsOff()) {
      this.#close(followers);
      return;
    }
    followers.isIdle = true;
    this.#idle.push(followers);
  }

  /** The end of a turn of the event loop. */
  closeIdle() {
    if (this.#idle.length === 0) return;
    for (const followers of this.#idle) {
      followers.isIdle = false;
      if (followers.count === 0 && followers.isOpen) this.#close(followers);
    }
    this.#idle = [];
  }

  clear() {
    for (const followers of this.#all.values()) this.#close(followers);
    this.#idle = [];
  }

  #open(signal) {
    const followers = new Followers(signal);
    followers.listener = () => this.#abort(followers);
    this.#all.set(signal, followers);
    signal.addEventListener('abort', followers.listener);
    return followers;
  }

  #close(followers) {
    followers.isOpen = false;
    followers.signal.removeEventListener('abort', followers.listener);
    this.#all.delete(followers.signal);
    if (this.#last === followers) this.#last = null;
  }

  #abort(followers) {
    if (!followers.isOpen) return;
    this.#close(followers);
    if (followers.count === 0) return;
    this.#runtime.withReason(
      (reasons) => reasons.aborted(followers.signal.reason),
      (number) => {
        // One that ends because of another one leaves the list.
        const { list } = followers;
        for (let place = 0; place < followers.end; place++) {
          const follower = list[place];
          if (follower === null) continue;
          followers.remove(follower);
          follower.abort(number);
        }
      },
    );
  }
}
