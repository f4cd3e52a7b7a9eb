/** What the page and the worker of a run say to each other, and the limits of a run. */
import type { Change } from '../model/changes.ts';
import type { Reason, TraceEvent } from '../model/events.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Wait } from '../model/pending.ts';
import type { Summary } from '../model/summary.ts';
import type { World } from '../model/world.ts';
import type { Stats } from './network.ts';

/** A program, as text: the text that is shown. */
export interface Program {
  readonly source: string;
  /** Files that it imports, by the specifier that it uses. */
  readonly files: Readonly<Record<string, string>>;
  /**
   * The text of a module whose `main` runs instead of the program's own. It imports
   * the program as './program.js', and so puts it to the test.
   */
  readonly harness?: string;
}

/** Everything that a run depends on: the same input gives the same trace. */
export interface RunInput {
  readonly program: Program;
  readonly seed: number;
  /** The network behind `fetch`; null for the one of the lesson's examples. */
  readonly world: World | null;
  /** What `main` gets by these names, beside the runtime's functions. */
  readonly knobs: Readonly<Record<string, number | boolean | string>>;
  /**
   * On the real clock, for bodies on workers: takes as long as it takes, and each
   * run is another one, whatever the seed. Nothing can be broken on the way.
   */
  readonly clock?: 'real';
  /** What is broken on the way, in the order in which it was asked for. */
  readonly changes?: readonly Change[];
}

export interface RunOrder {
  readonly type: 'run';
  readonly input: RunInput;
}

/** The same program with other seeds, one after another; each is told as a `seed`. */
export interface SeedsOrder {
  readonly type: 'seeds';
  readonly input: RunInput;
  readonly seeds: readonly number[];
}

/** What the page tells the frame; a port to the new worker comes along. */
export type FrameOrder =
  | { readonly type: 'make'; readonly id: number; readonly program: Blob }
  | { readonly type: 'end'; readonly id: number };

/**
 * What the worker of a run on the real clock tells the frame: to make another
 * one with this first message, whose port comes along, and to end it.
 */
export type NestedOrder =
  | { readonly type: 'open'; readonly id: number; readonly name: string; readonly first: unknown }
  | { readonly type: 'close'; readonly id: number };

/** What the frame answers when such a worker is broken. */
export interface NestedFailure {
  readonly failed: number;
  readonly text: string;
}

export type WorkerMessage =
  /** The module is loaded, a program may come. */
  | { readonly type: 'ready' }
  /** The module could not be loaded. */
  | { readonly type: 'unable'; readonly reason: Reason }
  | { readonly type: 'events'; readonly events: readonly TraceEvent[]; readonly until: number }
  | { readonly type: 'seed'; readonly summary: Summary }
  /** A sign of life. */
  | { readonly type: 'beat'; readonly until: number }
  /** Who waited for what, some at a time, before the end; not told when a limit has ended the run. */
  | { readonly type: 'waits'; readonly waits: readonly Wait[] }
  | {
      readonly type: 'ended';
      readonly outcome: Outcome;
      readonly stats: Stats;
      readonly until: number;
    };

export const BEAT = 100; // real ms between signs of life

export const limits = {
  events: 200_000,
  /** Rejections and exceptions that nobody handled. */
  unhandled: 500,
  /** Virtual ms: ten minutes. */
  time: 600_000,
  /** Tasks alive at once. */
  tasks: 50_000,
  /** Characters that a run may print. */
  printed: 1_000_000,
} as const;
