/**
 * Runs programs one after another, each in a worker of its own, and gives what
 * became of each. It has two runners to itself, which take turns: while one runs
 * a program, the other makes its next worker ready.
 */
import type { Outcome } from '../model/outcome.ts';
import type { Wait } from '../model/pending.ts';
import type { Trace } from '../model/trace.ts';
import type { Hosts } from './frame.ts';
import type { RunInput } from './protocol.ts';
import { Runner } from './runner.ts';

/** What was being checked was given up. */
export class Stopped extends Error {}

interface Finished {
  readonly trace: Trace;
  readonly outcome: Outcome;
  readonly waits: readonly Wait[] | null;
}

interface Waiting {
  readonly resolve: (run: Finished) => void;
  readonly reject: (error: Error) => void;
}

export class Checker {
  #runner: Runner;
  #next: Runner;
  #waiting: Waiting | null = null;

  constructor(hosts: Hosts) {
    const runner = () =>
      new Runner(hosts, {
        slow() {}, // one that gives no sign of life is ended by itself
        ended: (outcome, trace, _stats, waits) => this.#take()?.resolve({ outcome, trace, waits }),
        refused: ({ text }) => this.#take()?.reject(new Error(text)),
      });
    this.#runner = runner();
    this.#next = runner();
  }

  /** One at a time. Rejects with `Stopped`, or when no worker is to be had. */
  execute(input: RunInput): Promise<Finished> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      [this.#runner, this.#next] = [this.#next, this.#runner];
      this.#runner.run(input);
      this.#next.warm();
    });
  }

  stop(): void {
    this.#take()?.reject(new Stopped('the check was stopped'));
    this.#runner.giveUp();
  }

  #take(): Waiting | null {
    const waiting = this.#waiting;
    this.#waiting = null;
    return waiting;
  }
}
