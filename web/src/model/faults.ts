/**
 * What can be broken at a position of a run: every way for one process, and
 * why a way is not open. Pure functions of the trace and of who waits.
 */
import { SLOWER, type Change, type ChangeKind, type Pending } from './changes.ts';
import type { Line, Pid } from './events.ts';
import { pendingAt, placeOf, type Wait } from './pending.ts';
import { duration, seconds } from './time.ts';
import { isAlive, isTask, rowsOf, type Trace } from './trace.ts';

export interface Fault {
  readonly kind: ChangeKind;
  /** Of the button. */
  readonly name: string;
  /** What it would do to whom; null when it cannot be done. */
  readonly change: Change | null;
  /** What it does, or why it cannot be done: a sentence without its end. */
  readonly says: string;
}

export const faultNames: Readonly<Record<ChangeKind, string>> = {
  crash: 'Crash',
  hang: 'Hang',
  slow: `Slow ×${SLOWER}`,
  kill: 'Kill',
  stop: 'Stop supervisor',
};

const kinds = Object.keys(faultNames) as ChangeKind[];

/**
 * All ways to break the process at `t`; null waits are not known. None of them
 * is open on the real clock.
 */
export function faultsOf(
  trace: Trace,
  waits: readonly Wait[] | null,
  t: number,
  pid: Pid,
  isReal = false,
): readonly Fault[] {
  const line = trace.lines.get(pid);
  const place = placeOf(trace, t);
  return kinds.map((kind): Fault => {
    const refusal = isReal
      ? 'a run on the real clock cannot be had again'
      : waits === null
        ? 'run it first'
        : whyNot(kind, line, t);
    const found =
      refusal === null && (kind === 'hang' || kind === 'slow')
        ? heldBy(pendingAt(waits as readonly Wait[], place), line as Line)
        : null;
    const why = refusal ?? found?.why ?? null;
    return {
      kind,
      name: faultNames[kind],
      change:
        why === null
          ? { kind, ...place, pid: found === null ? pid : found.pid, on: found?.on ?? null }
          : null,
      says: why ?? deedOf(kind, found?.on ?? null),
    };
  });
}

function whyNot(kind: ChangeKind, line: Line | undefined, t: number): string | null {
  if (line === undefined || t < line.spawned) {
    return 'it has not begun';
  }
  if (!isAlive(line, t)) {
    return `it is over since ${duration(line.end?.time ?? 0)}`;
  }
  if (kind === 'hang' || kind === 'slow') {
    return null;
  }
  if (line.kind === 'promise') {
    return 'a promise is no task: nothing ends it from outside';
  }
  if (kind === 'stop') {
    return isTask(line) || line.kind === 'main' ? 'it is not a supervisor' : null;
  }
  if (line.kind === 'main') {
    return 'it is the program itself, the root process, which cannot be ended';
  }
  return kind === 'crash' && !isTask(line) ? 'a supervisor runs no code that could fail' : null;
}

interface Found {
  readonly pid: Pid | null;
  readonly on: Pending | null;
  readonly why: string | null;
}

/** What the process waits for; main also answers for requests that are nobody's. */
function heldBy(pending: readonly Wait[], line: Line): Found {
  const own = pending.filter(
    ({ pid }) => pid === line.pid || (pid === null && line.kind === 'main'),
  );
  const wait = own.find(({ hangs }) => !hangs) ?? own[0];
  if (wait === undefined) {
    const others = pending.some(({ pid }) => pid === null) && line.kind !== 'main';
    const why = others
      ? 'it waits for no request that bears its signal; those that bear none are with main'
      : 'it waits for no request and does not sleep';
    return { pid: null, on: null, why };
  }
  return { pid: wait.pid, on: wait.on, why: wait.hangs ? `${nameOf(wait.on)} hangs already` : null };
}

const nameOf = (on: Pending): string =>
  on.what === 'sleep'
    ? 'its sleep'
    : `its request for ${on.path}${on.attempt > 1 ? ` (attempt ${on.attempt})` : ''}`;

function deedOf(kind: ChangeKind, on: Pending | null): string {
  switch (kind) {
    case 'crash':
      return 'it exits with an Error';
    case 'kill':
      return "it exits with 'kill', without a chance to clean up";
    case 'stop':
      return 'it is stopped, and its children with it';
    case 'hang':
      return on?.what === 'sleep' ? 'its sleep never ends' : `${nameOf(on as Pending)} is never answered`;
    case 'slow':
      return `${nameOf(on as Pending)} takes ${SLOWER} times as long`;
  }
}

/** The processes that are alive at `t`, as they are drawn; at most `max`. */
export function aliveAt(trace: Trace, t: number, max: number): readonly Line[] {
  const lines: Line[] = [];
  for (const { line } of rowsOf(trace)) {
    if (lines.length >= max) {
      break;
    }
    if (isAlive(line, t)) {
      lines.push(line);
    }
  }
  return lines;
}

/** Whom the controls are about: who was picked, else the first task at work, else anybody. */
export function defaultTarget(lines: readonly Line[], picked: Pid | null, t: number): Line | null {
  return (
    lines.find(({ pid }) => pid === picked) ??
    lines.find((line) => isTask(line) && line.started !== null && line.started <= t) ??
    lines.find(({ kind }) => kind !== 'main') ??
    lines[0] ??
    null
  );
}

/** A change in words: `crash page 2 at 0.640 s`. */
export function changeName(trace: Trace, { kind, at, pid, on }: Change): string {
  const who =
    pid === null
      ? on?.what === 'request'
        ? on.path
        : 'a request'
      : (trace.lines.get(pid)?.label ?? pid);
  const verb = kind === 'slow' ? 'slow down' : kind;
  return `${verb} ${who} at ${seconds(at)} s`;
}
