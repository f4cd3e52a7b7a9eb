/**
 * What the learner breaks in a run, and when: plain data and its short text.
 *
 * A change has its place in the run as it was when it was made: the time in
 * whole ms, and how many events of that ms come before it. All of the run
 * before that place depends on nothing of the change, so the same program,
 * seed, world and knobs lead to the same place again (`engine/changer.ts`
 * carries it out there).
 */
import type { Pid } from './events.ts';

/**
 * crash  the process exits with an Error as its reason
 * hang   what it waits for never comes: the answer to a request, the end of a sleep
 * slow   what it waits for takes SLOWER times as long
 * kill   the process exits with 'kill'
 * stop   the supervisor is stopped, and ends its children first
 */
export const changeKinds = ['crash', 'hang', 'slow', 'kill', 'stop'] as const;
export type ChangeKind = (typeof changeKinds)[number];

export const SLOWER = 10;

/** What has been done to a process. */
export const changeWords: Readonly<Record<ChangeKind, string>> = {
  crash: 'crashed',
  hang: 'made to hang',
  slow: 'made slow',
  kill: 'killed',
  stop: 'stopped',
};

/** What a process waits for that can be held up. */
export type Pending =
  /** The `attempt`-th request for the path in this run, from 1. */
  | { readonly what: 'request'; readonly path: string; readonly attempt: number }
  /** The `nth` sleep of the process, from 1. */
  | { readonly what: 'sleep'; readonly nth: number };

export interface Change {
  readonly kind: ChangeKind;
  /** Whole virtual ms. */
  readonly at: number;
  /** How many events of that ms come first, 0 or more. */
  readonly after: number;
  /** The process; null for a request of which nobody knows who made it. */
  readonly pid: Pid | null;
  /** Of `hang` and `slow`: what is held up. Null for the others. */
  readonly on: Pending | null;
}

const PID = /^<(\d+)\.(\d+)>$/;
const TEXT = /^(\d+)\.(\d+)\.([a-z]+)\.(?:(\d+)\.(\d+)|-)(?:\.(sleep)\.(\d+)|\.(request)\.(\d+)\.([^,]+))?$/;
const WHOLE_MAX = Number.MAX_SAFE_INTEGER;

/**
 * All of them as a text of characters that the fragment of an address may
 * have: `640.2.kill.12.1,700.0.hang.13.1.request.1.%2Fpages%2F2`.
 */
export function changesText(changes: readonly Change[]): string {
  return changes.map(changeText).join(',');
}

function changeText({ kind, at, after, pid, on }: Change): string {
  const [, index, generation] = PID.exec(pid ?? '') ?? [];
  const who = index === undefined ? '-' : `${index}.${generation}`;
  const held =
    on === null
      ? ''
      : on.what === 'sleep'
        ? `.sleep.${on.nth}`
        : `.request.${on.attempt}.${encodeURIComponent(on.path)}`;
  return `${at}.${after}.${kind}.${who}${held}`;
}

/** More of them than these are no help to anybody. */
const CHANGES_MAX = 100;

/** Reads such a text: those that can be read, and the parts that cannot, or are too many. */
export function changesOf(text: string): { changes: Change[]; ignored: string[] } {
  const changes: Change[] = [];
  const ignored: string[] = [];
  for (const part of text.split(',').filter((one) => one !== '')) {
    const change = changes.length < CHANGES_MAX ? changeOf(part) : null;
    if (change === null) {
      ignored.push(part);
    } else {
      changes.push(change);
    }
  }
  return { changes, ignored };
}

function changeOf(text: string): Change | null {
  const [, at, after, kind, index, generation, sleep, nth, request, attempt, path] =
    TEXT.exec(text) ?? [];
  const change: Change = {
    kind: kind as ChangeKind,
    at: Number(at),
    after: Number(after),
    pid: index === undefined ? null : `<${index}.${generation}>`,
    on:
      sleep !== undefined
        ? { what: 'sleep', nth: Number(nth) }
        : request !== undefined
          ? { what: 'request', attempt: Number(attempt), path: decoded(path as string) }
          : null,
  };
  return isChange(change) ? change : null;
}

/** A text that came with a link may be anything. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether what came from outside says whom, when and what. */
export function isChange({ kind, at, after, pid, on }: Change): boolean {
  const holds = kind === 'hang' || kind === 'slow';
  return (
    changeKinds.includes(kind) &&
    [at, after].every((count) => Number.isInteger(count) && count >= 0 && count <= WHOLE_MAX) &&
    holds === (on !== null) &&
    (pid === null ? on?.what === 'request' : PID.test(pid))
  );
}
