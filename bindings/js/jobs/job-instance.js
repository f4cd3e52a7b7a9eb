/**
 * One instance of a job module, seen from outside: the worker that it lives in
 * (job-worker.js), and the messages to and from that.
 */
import { Inbox } from './job-inbox.js';
import { openThread, openWorker } from './job-platform.js';
import { COUNTS } from './job-shown.js';

/* What is told of runs, be it here or in the worker. */
const OF_RUNS = ['ended', 'returned', 'report'];

const resolved = Promise.resolve();

export class Instance {
  /** Whether its memory is shared: a WebAssembly.Memory, else null. */
  memory = null;
  isOpen = false;
  over = false;
  #shown = 0;
  #inbox = null;
  #worker = null;
  #thread = null;
  #threads = new Map(); // of a page, by their ids
  #list = [];
  #transfer = [];
  #keeps = true;
  #on;

  /**
   * @param files { worker, module, glue, thread }: URLs, and the compiled module
   * @param on has opened(), entry(entry), failed(error, number, ran), which is called
   *   at most once and is the end of it; number is of the run that is to blame, or 0;
   *   ran is true when it was a job, whichever, that broke it
   */
  constructor(files, mode, settings, on) {
    this.#on = on;
    this.#start(files, mode, settings);
  }

  async #start({ worker, module, glue, thread }, mode, settings) {
    this.#thread = thread;
    try {
      const made = await openWorker(worker, {
        message: (data) => this.#message(data),
        failed: (error) => this.#failed(error, 0, false),
      });
      if (this.over) {
        made.end();
        return;
      }
      this.#worker = made;
      if (!this.#keeps) made.unref();
      const shows = mode === 'threads' && Inbox.canWait;
      made.post({ type: 'open', mode, module, settings, shows, glue: glue?.href, thread: thread?.href });
      this.#flush();
    } catch (error) {
      this.#failed(error, 0, false);
    }
  }

  #message(data) {
    if (this.over) return;
    switch (data.type) {
      case 'open':
        this.memory = data.memory ?? null;
        this.#shown = (data.shown ?? 0) / 4;
        this.isOpen = true;
        if (data.shows) this.#openInbox();
        this.#on.opened();
        break;
      case 'work':
        for (const entry of data.list) {
          if (this.over) return;
          if (OF_RUNS.includes(entry[0])) this.#inbox?.told(entry);
          this.#on.entry(entry);
        }
        this.#on.taken?.();
        break;
      case 'thread':
        this.#openThread(data);
        break;
      case 'threadEnd':
        this.#threads.get(data.id)?.terminate();
        this.#threads.delete(data.id);
        break;
      default:
        this.#failed(data.error, data.number ?? 0, data.ran ?? false);
    }
  }

  #openInbox() {
    this.#inbox = new Inbox(this.memory, this.#shown, {
      entry: (entry) => this.#on.entry(entry),
      taken: () => this.#on.taken(),
      tell: (entry) => this.tell(entry),
      failed: (error) => this.#failed(error, 0, false),
    });
  }

  /** Takes what has happened and was not told yet. */
  take() {
    try {
      this.#inbox?.take();
    } catch (error) {
      this.#failed(error, 0, false);
    }
  }

  #openThread({ id, port }) {
    const failed = (error) => {
      this.#worker.post({ type: 'threadFailed', id, error: { name: error.name, message: error.message, stack: null } });
    };
    try {
      this.#threads.set(id, openThread(this.#thread, port, failed));
    } catch (error) {
      failed(error);
    }
  }

  #failed(error, number, ran) {
    if (this.over) return;
    this.#on.failed(error, number, ran);
  }

  /** Tells it something, with all else that is told in this turn. */
  tell(entry, transfer = []) {
    if (this.#list.length === 0) resolved.then(() => this.#flush());
    this.#list.push(entry);
    if (transfer.length > 0) this.#transfer.push(...transfer);
  }

  #flush() {
    if (this.#list.length === 0 || this.#worker === null || this.over) return;
    this.#worker.post({ type: 'work', list: this.#list }, this.#transfer);
    this.#list = [];
    this.#transfer = [];
  }

  /** Of what shared memory shows whatever the threads do (src/jobs/jobs.h): the number at `index`. */
  shownAt(index) {
    return Atomics.load(new Uint32Array(this.memory.buffer), this.#shown + index);
  }

  /** Of its threads; null before it is open. */
  get counts() {
    if (!this.isOpen || this.memory === null) return null;
    const words = new Uint32Array(this.memory.buffer);
    const [threads, idle, waiting] = [0, 1, 2].map((place) => Atomics.load(words, words[this.#shown + COUNTS + place] / 4));
    return { threads, idle, waiting };
  }

  /** Whether it keeps a Node process alive. */
  keep(keeps) {
    if (keeps === this.#keeps) return;
    this.#keeps = keeps;
    if (keeps) this.#worker?.ref();
    else this.#worker?.unref();
  }

  /** Ends it and all of its threads; nothing comes from it any more. */
  end() {
    this.over = true;
    this.#inbox?.close();
    this.#worker?.end();
    for (const thread of this.#threads.values()) thread.terminate();
  }
}
