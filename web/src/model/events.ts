/**
 * What a run tells: the events of the runtime, those of the page around it,
 * and the lifelines that are made of them.
 */
import type { ChangeKind } from './changes.ts';
import type { Look, Sign } from './states.ts';

export type Pid = string;

/** An exit reason or a thrown value, put into words where it happened. */
export interface Reason {
  /** The reason when it was a plain string; 'shutdown' for ['shutdown', x] too. */
  readonly word: string | null;
  readonly text: string;
  /** Of the program, on which the error was made; left out when that is not known. */
  readonly line?: number;
}

/** A promise is no process: a program has asked for it to be drawn beside its tasks. */
export type Kind = 'main' | 'task' | 'item' | 'taskSupervisor' | 'supervisor' | 'promise';

export type WaitKind = 'await' | 'yield' | 'shutdown' | 'stop' | 'allSettled' | 'terminateChild';

interface About {
  /** Whole ms as it is told; in a trace a position. */
  readonly time: number;
  readonly pid: Pid;
  readonly label?: string | null;
}

/** What the runtime reports, in the order in which it happened. */
export type RuntimeEvent =
  | (About & {
      readonly type: 'spawned';
      readonly parent: Pid | null;
      readonly supervisor: Pid | null;
      readonly kind: Kind;
      readonly linked?: boolean;
      readonly restart?: 'temporary' | 'transient' | 'permanent';
      readonly stream?: number;
      readonly index?: number;
      /** Of a supervisor. */
      readonly settings?: Settings;
    })
  | (About & { readonly type: 'started' })
  | (About & {
      readonly type: 'settled';
      readonly status: 'fulfilled' | 'rejected';
      readonly by: 'body' | 'signal';
      readonly reason?: Reason;
      /** What it returned, as text, when that is an error (`model/error-value.ts`). */
      readonly error?: string;
      /** Its function runs on; `bodyReturned` tells when that is over. */
      readonly abandoned?: boolean;
    })
  | (About & { readonly type: 'bodyReturned' })
  | (About & { readonly type: 'killed' })
  | (About & { readonly type: 'timedOut'; readonly what: 'item' | 'wait' | 'grace' })
  | (About & { readonly type: 'restarted'; readonly previous: Pid; readonly restarts?: number })
  | (About & { readonly type: 'terminated'; readonly supervisor: Pid })
  | (About & { readonly type: 'refused'; readonly supervisor: Pid })
  | (About & { readonly type: 'ignored' })
  /** A link was made after both were. */
  | (About & { readonly type: 'linked'; readonly other: Pid })
  | (About & { readonly type: 'signalled'; readonly from: Pid; readonly reason: Reason })
  | (About & { readonly type: 'trapped'; readonly from: Pid | null; readonly reason: Reason })
  | (About & { readonly type: 'surfaced'; readonly reason: Reason })
  | (About & {
      readonly type: 'waiting';
      readonly what: WaitKind;
      readonly for: Pid | null;
      readonly timeout: number | null;
    })
  | (About & {
      readonly type: 'waited';
      readonly what: WaitKind;
      readonly for: Pid | null;
      readonly outcome: string;
    })
  | (About & {
      readonly type: 'streamOpened';
      readonly stream: number;
      readonly limit: number;
      readonly ordered: boolean;
      readonly linked: boolean;
      readonly timeout: number | null;
    })
  | (About & {
      readonly type: 'delivered';
      readonly stream: number;
      readonly index: number;
      readonly status: 'fulfilled' | 'rejected';
    })
  | (About & { readonly type: 'streamClosed'; readonly stream: number; readonly how: string })
  | (About & { readonly type: 'logged'; readonly reason?: Reason; readonly message?: string });

export interface Settings {
  readonly maxChildren?: number | null;
  readonly maxRestarts?: number;
  readonly maxSeconds?: number;
  readonly strategy?: string;
}

/** What the page adds: the program around the tasks, its network, its end. */
export type PageEvent =
  | { readonly type: 'began'; readonly time: number; readonly pid: Pid }
  | { readonly type: 'printed'; readonly time: number; readonly text: string }
  | {
      readonly type: 'requested';
      readonly time: number;
      readonly path: string;
      readonly attempt: number;
    }
  | {
      readonly type: 'answered';
      readonly time: number;
      readonly path: string;
      readonly attempt: number;
      /** HTTP's; 0 for a connection that broke, null when the client gave up. */
      readonly status: number | null;
    }
  /** A promise that the program watches; `pid` is a name of the page's, of the same form for all. */
  | {
      readonly type: 'promised';
      readonly time: number;
      readonly pid: Pid;
      readonly label: string;
      /** Who made it. */
      readonly parent: Pid;
    }
  | {
      readonly type: 'kept';
      readonly time: number;
      readonly pid: Pid;
      /** Aborted: rejected because a signal had been given. */
      readonly status: 'fulfilled' | 'rejected' | 'aborted';
      readonly reason?: Reason;
      /** As that of `settled`. */
      readonly error?: string;
    }
  | { readonly type: 'returned'; readonly time: number }
  | { readonly type: 'threw'; readonly time: number; readonly reason: Reason }
  | { readonly type: 'unhandled'; readonly time: number; readonly reason: Reason }
  /** Broken by the learner (`model/changes.ts`). */
  | {
      readonly type: 'changed';
      readonly time: number;
      readonly kind: ChangeKind;
      readonly pid: Pid | null;
      /** What was done, or why nothing was. */
      readonly how: string;
      readonly done: boolean;
      /** Its exit was a message to a process that traps exits. */
      readonly trapped?: boolean;
    }
  /** The run was ended from outside: by the learner, or by a limit. */
  | { readonly type: 'stopped'; readonly time: number; readonly why: string };

export type TraceEvent = RuntimeEvent | PageEvent;

export interface End {
  readonly time: number;
  readonly look: Look;
  readonly reason: string | null;
}

/** Something that happened on a line without ending it. */
export interface Mark {
  readonly time: number;
  readonly sign: Sign;
  readonly word: string;
}

export interface Line {
  readonly pid: Pid;
  readonly label: string;
  readonly kind: Kind;
  /** The line under which this one is drawn. */
  readonly under: Pid | null;
  /** Who awaits it or iterates its stream, and is linked to it when `linked`. */
  readonly owner: Pid | null;
  readonly linked: boolean;
  readonly restart: 'temporary' | 'transient' | 'permanent' | null;
  readonly settings: Settings | null;
  /** Of an item. */
  readonly stream: number | null;
  readonly spawned: number;
  readonly started: number | null;
  readonly end: End | null;
  /** When it was asked to stop, and by whom: what it does after that is its grace. */
  readonly asked: { readonly time: number; readonly by: Pid } | null;
  /** The one in whose place a supervisor has started it. */
  readonly previous: Pid | null;
  /** When an item's entry was handed over, or a task's value to whoever waited for it. */
  readonly delivered: number | null;
  /** Its function runs on after its end, until then; null when it did not. */
  readonly runsOn: { readonly until: number | null } | null;
  readonly marks: readonly Mark[];
}

/** A stream that was iterated: how many items at once it allowed, and how it ended. */
export interface Stream {
  readonly id: number;
  readonly label: string;
  readonly consumer: Pid;
  readonly limit: number;
  readonly ordered: boolean;
  /** Whether its items are linked to the consumer. */
  readonly linked: boolean;
  readonly timeout: number | null;
  readonly from: number;
  readonly to: number | null;
  readonly how: string | null;
}
