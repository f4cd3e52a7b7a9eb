/**
 * Keeps a worker ready, runs one program in it at a time, and ends it: at
 * the end of each run, or at once when the learner says so. What the worker
 * tells becomes a trace, which is given out when the run is over, however it
 * ended: a run that was stopped has the trace of all that came before.
 *
 *   run --> begun --> ended
 *            |  slow after SILENCE ms of real time; a worker that gives no
 *            |  sign of life is ended PATIENCE ms after its last one, unless
 *            |  the learner gives it more
 *            +--> stop: the worker is ended, another one is made ready
 */
import type { Reason } from '../model/events.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Wait } from '../model/pending.ts';
import { Columns } from '../model/columns.ts';
import { hasMany, TraceBuilder, type Trace } from '../model/trace.ts';
import type { Host, Hosts } from './frame.ts';
import { isMessage } from './messages.ts';
import type { Stats } from './network.ts';
import type { RunInput, RunOrder, WorkerMessage } from './protocol.ts';

export const SILENCE = 1000; // real ms until it is told that a run is not over
export const PATIENCE = 3000; // real ms without a sign of life until a run is ended
export const MORE = 5000; // real ms that the learner gives it at a time
const LOOK = 100; // ms between looks at the clock
const LATE_LOOK = 500; // ms after which the page itself was held up
const SLICE = 5; // ms for which messages are taken in before the page may draw
const CALM = 1000; // ms after a run whose picture keeps the page busy: then the next worker is made
const LAST_SLICE = 40; // ms for those that are there when a run is stopped

/** A run that is not over yet. */
export interface Slow {
  /** Real ms since it began. */
  readonly ms: number;
  /** Real ms since the last sign of life. */
  readonly silence: number;
  readonly events: number;
  /** The virtual time that it has reached. */
  readonly until: number;
}

export interface RunnerEvents {
  /** Told again and again while a run lasts; null when it does no longer. */
  slow(slow: Slow | null): void;
  /** `waits` is null when the run was ended from outside. */
  ended(
    outcome: Outcome,
    trace: Trace,
    stats: Stats | null,
    waits: readonly Wait[] | null,
  ): void;
  /** There is no worker to be had, or the module does not load in it. */
  refused(reason: Reason): void;
}

interface Ready {
  readonly host: Host;
  ready: boolean;
}

interface Running {
  readonly input: RunInput;
  readonly builder: TraceBuilder;
  /** Who waited for what, as far as it was told; null before. */
  waits: Wait[] | null;
  /** Real time; null until the worker has the program. */
  begun: number | null;
  until: number;
  lastSign: number;
  /** Without a sign of life it is ended when so much silence is reached. */
  patience: number;
  /** Set when it is stopped: why, and until when what was told before that is still taken in. */
  stopping: { readonly why: string; readonly by: number } | null;
}

export class Runner {
  readonly #hosts: Hosts;
  readonly #events: RunnerEvents;
  #ready: Ready | null = null;
  #running: Running | null = null;
  /** Messages that came and are not taken in; their data is read only then. */
  readonly #queue: Array<MessageEvent<WorkerMessage>> = [];
  #lastLook = 0;
  #lastTake = Number.NEGATIVE_INFINITY;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor(hosts: Hosts, events: RunnerEvents) {
    this.#hosts = hosts;
    this.#events = events;
  }

  /** Makes a worker ready, so that the next run begins at once. */
  warm(): void {
    if (this.#ready !== null) {
      return;
    }
    let host: Host;
    try {
      host = this.#hosts.make();
    } catch (error) {
      this.#refuse({ word: null, text: String(error) });
      return;
    }
    const ready: Ready = { host, ready: false };
    this.#ready = ready;
    host.port.onmessage = (event: MessageEvent<WorkerMessage>) => {
      if (this.#ready === ready) {
        if (this.#running !== null) {
          this.#running.lastSign = performance.now();
        }
        this.#queue.push(event);
        if (this.#queue.length === 1) {
          this.#takeSoon();
        }
      }
    };
    host.broken = (text) => {
      if (this.#ready === ready) {
        this.#refuse({ word: null, text });
      }
    };
  }

  /** Runs it in a fresh worker; a run that is under way is given up, and not told of. */
  run(input: RunInput): void {
    if (this.#running !== null) {
      this.#drop();
    }
    this.#running = {
      input,
      builder: new TraceBuilder(new Columns()),
      waits: null,
      begun: null,
      until: 0,
      lastSign: 0,
      patience: PATIENCE,
      stopping: null,
    };
    this.warm();
    if (this.#ready === null) {
      return; // refused
    }
    this.#ready.host.busy = true;
    if (this.#ready.ready) {
      this.#begin(this.#ready.host);
    }
  }

  /** The next worker; to make it takes a processor, which a long picture of the last run wants for itself. */
  #warmAfter(trace: Trace, isSlow: boolean): void {
    if (isSlow || hasMany(trace)) {
      setTimeout(() => this.warm(), CALM);
    } else {
      this.warm();
    }
  }

  /** Ends the program wherever it is. The next one finds a fresh worker. */
  stop(why = 'stopped by you'): void {
    const running = this.#running;
    if (running === null || running.stopping !== null) {
      return;
    }
    running.stopping = { why, by: performance.now() + LAST_SLICE };
    this.#halt();
    this.#takeFor(SLICE);
    this.#endIfStopped();
  }

  /** A run that is under way is over, and nobody is told. */
  giveUp(): void {
    this.#drop();
  }

  #endIfStopped(): void {
    const running = this.#running;
    if (
      running?.stopping == null ||
      (this.#queue.length > 0 && performance.now() < running.stopping.by)
    ) {
      return;
    }
    const { builder, until, stopping } = running;
    this.#drop();
    builder.add([{ type: 'stopped', time: until, why: stopping.why }]);
    const trace = builder.finish(until);
    this.#events.ended({ kind: 'stopped' }, trace, null, null);
    this.#warmAfter(trace, true);
  }

  /** Gives the run more time to show a sign of life. */
  wait(): void {
    if (this.#running !== null) {
      this.#running.patience = performance.now() - this.#running.lastSign + MORE;
    }
  }

  #begin(host: Host): void {
    const running = this.#running as Running;
    const order: RunOrder = { type: 'run', input: running.input };
    host.port.postMessage(order);
    running.begun = running.lastSign = this.#lastLook = performance.now();
    this.#watch = setInterval(() => this.#look(), LOOK);
  }

  /** At once; but of a flood each message is a task, and these would leave no turn to timers. */
  #takeSoon(): void {
    if (performance.now() - this.#lastTake > SLICE) {
      this.#take();
    } else {
      setTimeout(() => this.#take());
    }
  }

  /** Takes messages in, SLICE ms at a time: a flood leaves the page its turns. */
  #take(): void {
    this.#takeFor(SLICE);
    this.#endIfStopped();
    this.#lastTake = performance.now();
    if (this.#queue.length > 0) {
      setTimeout(() => this.#take());
    }
  }

  #takeFor(ms: number): void {
    const began = performance.now();
    let taken = 0;
    while (taken < this.#queue.length && performance.now() - began < ms) {
      const event = this.#queue[taken] as MessageEvent<WorkerMessage>;
      taken += 1;
      if (this.#ready !== null && isMessage(event.data)) {
        this.#hear(this.#ready, event.data);
      } else if (this.#ready !== null) {
        this.#queue.length = 0;
        this.stop('its worker told what no run tells');
      }
    }
    this.#queue.splice(0, taken);
  }

  #hear({ host }: Ready, message: WorkerMessage): void {
    if (message.type === 'ready') {
      (this.#ready as Ready).ready = true;
      if (this.#running?.stopping === null) {
        this.#begin(host);
      }
      return;
    }
    if (message.type === 'unable') {
      this.#refuse(message.reason);
      return;
    }
    const running = this.#running;
    if (running === null || message.type === 'seed') {
      return;
    }
    if (message.type === 'waits') {
      running.waits ??= [];
      running.waits.push(...message.waits);
      return;
    }
    running.until = Math.max(running.until, message.until);
    if (message.type === 'events') {
      running.builder.add(message.events);
    } else if (message.type === 'ended') {
      const isSlow = performance.now() - (running.begun ?? 0) >= SILENCE;
      this.#drop();
      const { outcome, stats, until } = message;
      /* Not when the last beat was: whether one has come is a matter of the real clock. */
      const trace = running.builder.finish(until);
      this.#events.ended(outcome, trace, stats, running.waits);
      this.#warmAfter(trace, isSlow);
    }
  }

  /** When the page was held up or hidden, the silence may be its own. */
  #look(): void {
    const running = this.#running;
    if (running === null || running.begun === null) {
      return;
    }
    const now = performance.now();
    const late = now - this.#lastLook > LATE_LOOK;
    this.#lastLook = now;
    if (late) {
      running.lastSign = now;
      return;
    }
    const silence = now - running.lastSign;
    if (silence >= running.patience) {
      this.stop(`gave no sign of life for ${Math.floor(silence / 1000)} s`);
    } else if (now - running.begun >= SILENCE) {
      const { builder, until } = running;
      this.#events.slow({ ms: now - running.begun, silence, events: builder.count, until });
    }
  }

  #refuse(reason: Reason): void {
    this.#drop();
    this.#events.refused(reason);
  }

  /** Ends the worker; what it still says is not heard. */
  #halt(): void {
    clearInterval(this.#watch);
    this.#ready?.host.end();
    if (this.#running?.begun != null) {
      this.#events.slow(null);
      this.#running.begun = null;
    }
  }

  /** Ends the worker, and forgets it and what it has said. */
  #drop(): void {
    this.#halt();
    this.#ready = null;
    this.#queue.length = 0;
    this.#running = null;
  }
}
