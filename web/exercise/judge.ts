/** What the checks of all steps have in common: runs, and how one is looked at. */
import type { RunInput } from '../src/engine/protocol.ts';
import type { Progress, Verdict as AnyVerdict } from '../src/model/exercise.ts';
import type { Outcome } from '../src/model/outcome.ts';
import type { Wait } from '../src/model/pending.ts';
import { duration } from '../src/model/time.ts';
import type { Pid, Trace } from '../src/model/trace.ts';
import { dice, type Endpoint, type World } from '../src/model/world.ts';

export type Verdict = AnyVerdict<RunInput>;

/** A run to its end, in a worker that is made for it and ended with it. */
export interface Finished {
  readonly trace: Trace;
  readonly outcome: Outcome;
  /** Who waited for what; null when that is not known. */
  readonly waits: readonly Wait[] | null;
}

export type Execute = (input: RunInput) => Promise<Finished>;

/** Looks at what a program does; `tell` hears of each run. */
export type Check = (
  source: string,
  execute: Execute,
  tell: (progress: Progress) => void,
) => Promise<Verdict>;

/** What is wrong with a run, and the moment to look at. */
export interface Complaint {
  readonly says: string;
  /** A position in the trace. */
  readonly at: number;
  readonly pid?: Pid;
}

export const endpoints = ['/users', '/orders', '/stock'] as const;

/** Ms that may pass between what must be at once. */
export const SLACK = 20;
const BRIEF = 160; // characters of a value in a sentence

/** One run of a check that has several: its seed, and all that the run depends on. */
export interface Case {
  readonly seed: number;
  readonly input: (source: string) => RunInput;
  /** Null when the run is as it should be. */
  readonly judge: (run: Finished) => Complaint | null;
}

/** Runs the cases until one is wrong. */
export function checkOf(cases: readonly Case[]): Check {
  return async (source, execute, tell) => {
    let done = 0;
    for (const { seed, input, judge } of cases) {
      tell({ done, of: cases.length });
      const given = input(source);
      const run = await execute(given);
      done += 1;
      const complaint = unbegun(run) ?? judge(run);
      if (complaint !== null) {
        return failure(given, run, complaint, done, `Seed ${seed}: `);
      }
    }
    tell({ done, of: cases.length });
    return {
      passed: true,
      says: `Passed: ${cases.length} runs with different seeds behaved as they should.`,
      runs: done,
      watch: null,
      caught: null,
    };
  };
}

export function failure(
  input: RunInput,
  { trace, outcome, waits }: Finished,
  { says, at, pid }: Complaint,
  runs: number,
  seed = '',
): Verdict {
  const nothing = trace.lines.size === 0;
  return {
    passed: false,
    says: nothing ? says : seed + says,
    runs,
    watch: nothing ? null : { input, trace, outcome, waits, at, pid: pid ?? null },
    caught: null,
  };
}

/** The text cannot even be run. */
function unbegun({ trace, outcome }: Finished): Complaint | null {
  return outcome.kind === 'threw' && trace.lines.size === 0
    ? { says: `The file cannot be run: ${outcome.reason.text}`, at: 0 }
    : null;
}

/** What ended a run that did not come to its end by itself. */
export function endOf({ trace, outcome }: Finished, what: string): Complaint | null {
  const at = trace.until;
  switch (outcome.kind) {
    case 'returned':
      return null;
    case 'threw':
      return {
        says: /deadlock/.test(outcome.reason.text)
          ? `${pending(trace)}${what} waits for ever.`
          : `${what} threw ${outcome.reason.text}`,
        at: trace.events.findLast(({ type }) => type === 'threw')?.time ?? at,
      };
    case 'limited':
      return { says: `${what} does not end. ${outcome.why}`, at };
    case 'stopped': {
      const last = trace.events.findLast((event) => event.type === 'stopped');
      return { says: `${what} ${last?.type === 'stopped' ? last.why : 'was stopped'}.`, at };
    }
  }
}

/** Who has never answered. */
function pending(trace: Trace): string {
  const paths = new Set(requestsOf(trace).flatMap(({ path, over }) => (over === null ? [path] : [])));
  return paths.size === 0 ? '' : `${[...paths].join(' and ')} never answered, and `;
}

/** A value as it stands in a sentence. */
export function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? 'not there';
  return text.length > BRIEF ? `${text.slice(0, BRIEF)}…` : text;
}

/** A request, from when it was sent until it was answered or given up. */
export interface Request {
  readonly path: string;
  readonly attempt: number;
  readonly sent: number;
  /** Null while it is under way. */
  readonly over: number | null;
  /** HTTP's; null when there is no answer. */
  readonly status: number | null;
}

export function requestsOf(trace: Trace): readonly Request[] {
  const requests = new Map<string, Request>();
  for (const event of trace.events) {
    if (event.type === 'requested') {
      const { path, attempt, time } = event;
      requests.set(`${path} ${attempt}`, { path, attempt, sent: time, over: null, status: null });
    } else if (event.type === 'answered') {
      const key = `${event.path} ${event.attempt}`;
      const request = requests.get(key);
      if (request !== undefined) {
        requests.set(key, { ...request, over: event.time, status: event.status });
      }
    }
  }
  return [...requests.values()];
}

/** When the harness has told something: a position, or null. */
export function toldAt(trace: Trace, text: string): number | null {
  const found = trace.events.find(
    (event) => event.type === 'printed' && event.text === `check: ${text}`,
  );
  return found?.time ?? null;
}

/** A task or a request that is there a while after `moment`, and `when` it should be over. */
export function leftOver(
  trace: Trace,
  moment: number,
  when: string,
  watch: number,
): Complaint | null {
  const due = Math.floor(moment) + 1;
  const after = (over: number | null) => Math.min(over ?? Number.POSITIVE_INFINITY, due - 1 + watch);
  const isLeft = (from: number, over: number | null) =>
    from <= moment && (over === null || over >= due);
  const says = (what: string, until: number) =>
    `${what} was still running ${duration(Math.floor(until) - due + 1)} after ${when}.`;
  const lines = [...trace.lines.values()].filter(
    ({ kind, spawned, end }) =>
      (kind === 'task' || kind === 'item') && isLeft(spawned, end?.time ?? null),
  );
  const request = requestsOf(trace).find(({ sent, over }) => isLeft(sent, over));
  if (request !== undefined) {
    const until = after(request.over);
    const pid = lines.length === 1 ? lines[0]?.pid : undefined;
    return {
      says: says(request.path, until),
      at: until - 0.5,
      ...(pid === undefined ? {} : { pid }),
    };
  }
  const [line] = lines;
  if (line === undefined) {
    return null;
  }
  const until = after(line.end?.time ?? null);
  return { says: says(`the task ${line.label || line.pid}`, until), at: until - 0.5, pid: line.pid };
}

/** A network whose latencies and bodies nobody can know beforehand. */
export function worldOf(
  seed: number,
  change: (path: string, roll: (draw: string) => number) => Partial<Endpoint> = () => ({}),
): World {
  return {
    endpoints: Object.fromEntries(
      endpoints.map((path) => {
        const roll = (draw: string) => dice(seed, path, 1, draw);
        const latency = { kind: 'fixed', ms: 60 + Math.floor(200 * roll('check: latency')) } as const;
        const body = { of: path, count: Math.floor(10_000 * roll('check: body')) };
        return [path, { latency, body, ...change(path, roll) }];
      }),
    ),
  };
}

/** So many of the endpoints, by the seed. */
export function victimsOf(seed: number, count: number): readonly string[] {
  return endpoints
    .toSorted((a, b) => dice(seed, a, 1, 'check: victim') - dice(seed, b, 1, 'check: victim'))
    .slice(0, count);
}
