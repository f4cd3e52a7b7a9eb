/**
 * Keeps a worker ready, runs one program in it at a time, and ends it: at
 * the end of each run, or at once when the learner says so. A worker that
 * spins cannot be asked to stop, it can only be ended; nothing here waits
 * for it to answer.
 *
 *   run --> begun, then extended ... --> ended
 *            |  silent after SILENCE ms without a sign of life
 *            +--> stop: the worker is ended, another one is made ready
 */
import type { Outcome } from '../model/outcome.ts';
import type { Reason, TraceEvent } from '../model/trace.ts';
import type { Stats } from './network.ts';
import type { Program, RunOrder, WorkerMessage } from './protocol.ts';

export const SILENCE = 1000; // ms without a sign of life until it is told
const LOOK = 100; // ms between looks at the silence
const LATE_LOOK = 500; // ms after which the page itself was held up

export interface RunnerEvents {
  /** The program's worker is at work. */
  begun(): void;
  extended(events: readonly TraceEvent[], until: number): void;
  /** No sign of life for so many ms; 0 when there is one again. */
  silent(ms: number): void;
  ended(outcome: Outcome, stats: Stats | null): void;
  /** There is no worker to be had, or the module does not load in it. */
  refused(reason: Reason): void;
}

interface Host {
  readonly worker: Worker;
  ready: boolean;
}

export class Runner {
  readonly #make: () => Worker;
  readonly #events: RunnerEvents;
  #host: Host | null = null;
  /** The program that the host is to run, or runs. */
  #program: Program | null = null;
  #begun = 0;
  #until = 0;
  #lastSign = 0;
  #lastLook = 0;
  #silent = false;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor(make: () => Worker, events: RunnerEvents) {
    this.#make = make;
    this.#events = events;
  }

  /** Makes a worker ready, so that the next run begins at once. */
  warm(): void {
    if (this.#host !== null) {
      return;
    }
    let worker: Worker;
    try {
      worker = this.#make();
    } catch (error) {
      this.#refuse({ word: null, text: String(error) });
      return;
    }
    const host: Host = { worker, ready: false };
    this.#host = host;
    worker.addEventListener('message', ({ data }: MessageEvent<WorkerMessage>) => {
      if (this.#host === host) {
        this.#hear(host, data);
      }
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      if (this.#host === host) {
        this.#drop();
        this.#refuse({ word: null, text: event.message || 'the worker could not be loaded' });
      }
    });
  }

  run(program: Program): void {
    if (this.#program !== null) {
      this.#drop();
    }
    this.#program = program;
    this.warm();
    if (this.#host?.ready === true) {
      this.#begin(this.#host.worker, program);
    }
  }

  /** Ends the program wherever it is. The next one finds a fresh worker. */
  stop(): void {
    if (this.#program === null) {
      return;
    }
    const begun = this.#begun !== 0;
    const now = performance.now();
    const time = begun ? Math.max(this.#until, now - this.#begun) : 0;
    const quiet = this.#silent ? this.#until : null; // since when, in the run's time
    this.#drop();
    if (begun) {
      const lost: TraceEvent[] = quiet === null ? [] : [{ type: 'blocked', from: quiet, time }];
      this.#events.extended([...lost, { type: 'stopped', time }], time);
    }
    this.#events.ended({ kind: 'stopped' }, null);
    this.warm();
  }

  #begin(worker: Worker, program: Program): void {
    const order: RunOrder = { type: 'run', program };
    worker.postMessage(order);
    const now = performance.now();
    this.#begun = now;
    this.#until = 0;
    this.#lastSign = now;
    this.#lastLook = now;
    this.#watch = setInterval(() => this.#look(), LOOK);
    this.#events.begun();
  }

  #hear(host: Host, message: WorkerMessage): void {
    if (message.type === 'ready') {
      host.ready = true;
      if (this.#program !== null) {
        this.#begin(host.worker, this.#program);
      }
      return;
    }
    if (message.type === 'unable') {
      this.#drop();
      this.#refuse(message.reason);
      return;
    }
    this.#sign();
    this.#until = Math.max(this.#until, message.until);
    this.#events.extended(message.type === 'events' ? message.events : [], message.until);
    if (message.type === 'ended') {
      this.#drop();
      this.#events.ended(message.outcome, message.stats);
      this.warm();
    }
  }

  #sign(): void {
    this.#lastSign = performance.now();
    if (this.#silent) {
      this.#silent = false;
      this.#events.silent(0);
    }
  }

  /** When the page was held up or hidden, the silence may be its own. */
  #look(): void {
    const now = performance.now();
    const late = now - this.#lastLook > LATE_LOOK;
    this.#lastLook = now;
    if (late) {
      this.#lastSign = now;
      return;
    }
    if (now - this.#lastSign >= SILENCE) {
      this.#silent = true;
      this.#events.extended([], now - this.#begun);
      this.#events.silent(now - this.#lastSign);
    }
  }

  #refuse(reason: Reason): void {
    this.#program = null;
    this.#events.refused(reason);
  }

  /** Ends the worker and forgets it; what it still says is not heard. */
  #drop(): void {
    clearInterval(this.#watch);
    this.#host?.worker.terminate();
    this.#host = null;
    this.#program = null;
    this.#begun = 0;
    this.#silent = false;
  }
}
