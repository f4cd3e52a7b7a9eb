/** What the page and its worker say to each other. */
import type { Outcome } from '../model/outcome.ts';
import type { Reason, TraceEvent } from '../model/trace.ts';
import type { Stats } from './network.ts';

/** A program, as text: the text that is shown. */
export interface Program {
  readonly source: string;
  /** Files that it imports, by the specifier that it uses. */
  readonly files: Readonly<Record<string, string>>;
}

export interface RunOrder {
  readonly type: 'run';
  readonly program: Program;
}

export type WorkerMessage =
  /** The module is loaded, a program may come. */
  | { readonly type: 'ready' }
  /** The module could not be loaded. */
  | { readonly type: 'unable'; readonly reason: Reason }
  | { readonly type: 'events'; readonly events: readonly TraceEvent[]; readonly until: number }
  /** A sign of life. */
  | { readonly type: 'beat'; readonly until: number }
  | {
      readonly type: 'ended';
      readonly outcome: Outcome;
      readonly stats: Stats;
      readonly until: number;
    };

export const BEAT = 100; // ms between signs of life
export const EVENTS_MAX = 200_000;
export const PRINTED_MAX = 1_000_000; // characters of one run
