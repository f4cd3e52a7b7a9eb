/** The step `stream`: an `async_stream` with its input and its consumer. */
import { MaxChildrenError, NoProcError, TimeoutError } from 'belay-tasks';
import { Exit, GONE, outcomeOf, Raised } from './normal.mjs';

/** One enumeration, seen from the consumer. */
class Stream {
  /** The row `closed` that Elixir would not have; see `failed`. */
  #leftEarly = null;
  #inputOver = false;
  #input = null;
  #pulls = 0;
  /** It has come to its end while its consumer was alive. */
  isOver = false;
  /** The tick in which its consumer has ended for want of the supervisor. */
  brokenAt = null;
  /** Rows of the items' processes. */
  #items = [];

  constructor(actor, name, bodies, options) {
    Object.assign(this, { actor, name, bodies, options });
    this.handles = new Map(actor.handles);
    this.supervisor = options.sup === undefined ? null : actor.world.find(options.sup);
  }

  /* ---- The input ------------------------------------------------------ */

  /** Element i, or its end: true when there is one. */
  #pull(index) {
    if (index >= this.bodies.length) {
      this.#inputOver = true;
      return false;
    }
    this.actor.emit('pull', this.name, index);
    this.#pulls += 1;
    this.#noteBusy();
    if (index === this.options.input_raise_at) {
      this.#inputOver = true;
      throw new Raised('input');
    }
    return true;
  }

  /** In Elixir the start of an item waits while its supervisor does something else. */
  #noteBusy() {
    const { world, context } = this.actor;
    const supervisor = this.supervisor;
    if (supervisor === null) return;
    const info = context.Process.info(supervisor.pid);
    if (info !== null && info.state !== 'running') world.purposes.add('stream-under-busy-supervisor');
  }

  #close() {
    if (this.actor.isGone) return;
    const row = this.actor.emit('closed', this.name, null);
    if (!this.#inputOver) this.#leftEarly = row;
  }

  *#elements() {
    try {
      for (let index = 0; this.#pull(index); index++) yield index;
    } finally {
      this.#close();
    }
  }

  async *#slowElements(delay) {
    try {
      for (let index = 0; ; index++) {
        await this.actor.sleep(delay);
        if (!this.#pull(index)) return;
        yield index;
      }
    } finally {
      this.#close();
    }
  }

  /* ---- Items and results ---------------------------------------------- */

  #open() {
    const { actor, options } = this;
    const { context } = actor;
    const delay = options.input_delay ?? 0;
    this.#input = delay === 0 ? this.#elements() : this.#slowElements(delay);
    const item = (index, itemContext) => {
      const start = {
        label: `${actor.label}/${this.name}.${index}`,
        handles: this.handles,
        steps: this.bodies[index],
        supervisor: this.supervisor?.pid,
        consumer: actor.pid,
        begun: (row) => this.#items.push({ index, row }),
      };
      return actor.body(start)(itemContext);
    };
    if (options.sup === undefined) return context.Task.asyncStream(this.#input, item, this.#settings());
    if (this.supervisor === null) throw new Exit(['noproc', ['call', 'none']]);
    const call = options.nolink ? 'asyncStreamNolink' : 'asyncStream';
    return context.TaskSupervisor[call](this.supervisor.handle, this.#input, item, this.#settings());
  }

  #settings() {
    const { options, actor } = this;
    const settings = {
      maxConcurrency: options.max_concurrency ?? 2,
      timeout: actor.duration(options.timeout ?? 'infinity'),
      ordered: options.ordered,
      onTimeout: options.on_timeout === 'kill_task' ? 'killTask' : options.on_timeout,
      zipInputOnExit: options.zip_input_on_exit,
    };
    if (options.shutdown !== undefined) settings.shutdown = actor.duration(options.shutdown);
    return settings;
  }

  #resultOf(entry) {
    const outcome = outcomeOf(entry);
    return Object.hasOwn(entry, 'input') ? ['exit', [entry.input, outcome[1]]] : outcome;
  }

  /** Consumes all: gives the results, or throws what the consumer would. */
  async run() {
    const { actor, options, name } = this;
    const results = [];
    try {
      for await (const entry of this.#open()) {
        actor.emit('emit', name, this.#resultOf(entry));
        if (results.length === options.consume_raise_at) throw new Raised('consumer');
        await actor.sleep(options.consume ?? 0);
        results.push(this.#resultOf(entry));
        if (results.length === options.take) break;
      }
    } catch (error) {
      actor.check();
      if (error instanceof NoProcError && this.#pulls === 0) await this.#beginWithout();
      else throw this.#failed(error);
    }
    this.isOver = true;
    return results;
  }

  /**
   * The supervisor was gone before the stream began. Belay says so at once;
   * Elixir when there is an element to start a task for.
   */
  async #beginWithout() {
    const step = await this.#input.next();
    if (step.done) return;
    throw this.#failed(new NoProcError('at the first element'));
  }

  /**
   * What Elixir's consumer would throw. Where Elixir leaves the input as it
   * is, and Belay closes it (docs/differences.md), its row is taken back.
   */
  #failed(error) {
    const { actor, options } = this;
    if (error instanceof Raised || error instanceof Exit) return error;
    if (this.#leftEarly !== null) actor.world.withdraw(this.#leftEarly);
    const time = ['stream', options.timeout ?? 'infinity'];
    if (error instanceof TimeoutError) {
      this.#strays();
      return new Exit(['timeout', time]);
    }
    if (error instanceof MaxChildrenError) return new Raised('max_children');
    if (!(error instanceof NoProcError)) return error;
    if (!actor.traps) {
      // the end of Elixir's helper, which is linked to the consumer
      actor.context.Process.exit(actor.pid, this.whyBroken);
      return GONE;
    }
    return new Exit([this.whyBroken, time]);
  }

  /** What Elixir's helper fails with when its supervisor is gone. */
  get whyBroken() {
    return ['noproc', ['call', this.supervisor.who]];
  }

  /** Those that run on come to the mailbox when they end. */
  #strays() {
    const { box } = this.actor;
    for (const { index, row } of this.#items) {
      if (!row.isAlive) continue;
      row.onEnd(() => {
        if (row.returned !== null) box.push({ kind: 'stray', text: ['stream_reply', index, row.returned.value] });
        const kind = row.returned === null && this.#timedOut(row) ? 'stream_timed_out' : 'stream_down';
        box.push({ kind: 'stray', text: [kind, index, row.reason] });
      });
    }
  }

  #timedOut({ start, end, reason }) {
    return reason === 'killed' && end - start === this.options.timeout;
  }
}

export const streams = {
  async stream(actor, name, bodies, options = {}) {
    const stream = new Stream(actor, name, bodies, options);
    actor.world.opened(stream);
    const results = await stream.run();
    actor.emit('stream', name, results);
  },
};
