/**
 * What would be in the mailbox of an Elixir process. JavaScript has none; so
 * this is put together from what the API tells: exit listeners, monitors, and
 * the handles of tasks that have not been used up.
 *
 * A message is { kind, from, ... }: `exit` and `down` with from (a name) and
 * reason; `reply` and `ended` with handle, the two messages of a task that
 * somebody may still await; `stray` with the text of a message that an
 * abandoned stream left behind.
 */
export class Mailbox {
  #messages = [];
  #waiting = null;

  push(message) {
    if (message.kind === 'exit' && this.#waiting !== null) {
      const take = this.#waiting;
      this.#waiting = null;
      take(message);
    } else this.#messages.push(message);
  }

  /** Resolves with the first exit message, which is taken out. */
  takeExit(signal, gone) {
    const index = this.#messages.findIndex(({ kind }) => kind === 'exit');
    if (index >= 0) return Promise.resolve(this.#messages.splice(index, 1)[0]);
    return new Promise((resolve, reject) => {
      this.#waiting = resolve;
      if (signal.aborted) reject(gone);
      else signal.addEventListener('abort', () => reject(gone), { once: true });
    });
  }

  drain() {
    const messages = this.#messages;
    this.#messages = [];
    return messages;
  }

  /** Whether a message of a task is there. */
  has(handle, kind = null) {
    return this.#messages.some((each) =>
      each.handle === handle && (kind === null || each.kind === kind));
  }

  /** Takes out the messages of a task. */
  remove(handle, kind = null) {
    this.#messages = this.#messages.filter((each) =>
      each.handle !== handle || (kind !== null && each.kind !== kind));
  }
}

/** A name that a process has given to a task it can await. */
export class TaskHandle {
  /** Its owner still has the monitor that brings reply and down. */
  watched = true;
  /** Ends are numbered; 0 while it runs. */
  sequence = 0;

  constructor({ task, label, owner, completed = false }) {
    Object.assign(this, { task, label, owner, completed });
    if (completed) {
      this.watched = false;
      owner.box.push({ kind: 'reply', handle: this });
    }
  }

  get pid() {
    return this.task.pid;
  }

  /** Whether an await could still get something. */
  get usable() {
    return this.watched || this.owner.box.has(this);
  }

  /** The process has ended: its messages come, if anybody is watching. */
  ended(sequence) {
    this.sequence = sequence;
    if (!this.watched) return;
    this.watched = false;
    const { box } = this.owner;
    if (this.task.state === 'fulfilled') box.push({ kind: 'reply', handle: this });
    box.push({ kind: 'ended', handle: this });
  }

  /** Its messages have been taken, its monitor removed. */
  useUp() {
    this.watched = false;
    this.owner.box.remove(this);
  }
}

/** A name that a process has given to a child it only knows the pid of. */
export class ChildHandle {
  constructor(label) {
    this.label = label;
  }
}
