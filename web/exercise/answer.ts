/**
 * The checks of steps 1 to 3: one answer of `aggregate`. Each step asks for what
 * the steps before it ask for, in a world that is worse.
 */
import type { RunInput } from '../src/engine/protocol.ts';
import type { Plain } from '../src/model/canon.ts';
import { duration } from '../src/model/time.ts';
import { timeOf } from '../src/model/trace.ts';
import type { Endpoint, World } from '../src/model/world.ts';
import {
  brief,
  endOf,
  endpoints,
  leftOver,
  requestsOf,
  SLACK,
  toldAt,
  victimsOf,
  worldOf,
  type Case,
  type Complaint,
  type Finished,
} from './judge.ts';

/** Ms within which there must be an answer. */
export const DEADLINE = 400;
const WATCH = 400; // ms for which is looked at what goes on after the answer

/** What is to become of an endpoint that is not well. */
type Wanted = 'live' | 'crash' | 'fallback';

interface Plan {
  readonly seed: number;
  readonly world: World;
  readonly wanted: Readonly<Record<string, Wanted>>;
}

type Entry = { readonly [name: string]: Plain } | undefined;

const SEEDS = [3, 12, 25, 31, 48, 59, 77, 90, 101, 118];
const STATUSES = [500, 503, 0, 404, 502];

/** All is well; only the latencies differ. */
export function threeAtOnce(harness: string): Case[] {
  return SEEDS.map((seed) => caseOf({ seed, world: worldOf(seed), wanted: {} }, harness));
}

/** One, two or all of them fail. */
export function structuredErrors(harness: string): Case[] {
  return SEEDS.map((seed, at) => {
    const victims = victimsOf(seed, 1 + (at % 3));
    const status = STATUSES[at % STATUSES.length] as number;
    return caseOf(plan(seed, victims, 'crash', () => ({ fail: 1, status })), harness);
  });
}

/** Some hang, are slow, or are only just in time; one may fail besides. */
export function deadlineAndFallback(harness: string): Case[] {
  return SEEDS.map((seed, at) => {
    const hang = (): Partial<Endpoint> => ({ hang: 1 });
    const slow = (roll: (draw: string) => number): Partial<Endpoint> => ({
      latency: { kind: 'fixed', ms: 520 + Math.floor(600 * roll('check: slow')) },
    });
    const tight = (): Partial<Endpoint> => ({ latency: { kind: 'fixed', ms: DEADLINE - 40 } });
    const kinds = [
      () => plan(seed, victimsOf(seed, 1), 'fallback', hang),
      () => plan(seed, victimsOf(seed, 1), 'fallback', slow),
      () => plan(seed, victimsOf(seed, 2), 'live', tight),
      () => withCrash(plan(seed, victimsOf(seed, 1), 'fallback', hang)),
      () => plan(seed, victimsOf(seed, 3), 'fallback', at % 2 === 0 ? hang : slow),
    ];
    return caseOf((kinds[at % kinds.length] as () => Plan)(), harness);
  });
}

function plan(
  seed: number,
  victims: readonly string[],
  wanted: Wanted,
  change: (roll: (draw: string) => number) => Partial<Endpoint>,
): Plan {
  return {
    seed,
    world: worldOf(seed, (path, roll) => (victims.includes(path) ? change(roll) : {})),
    wanted: Object.fromEntries(victims.map((path) => [path, wanted])),
  };
}

/** One of those that are well fails. */
function withCrash({ seed, world, wanted }: Plan): Plan {
  const victim = endpoints.find((path) => !(path in wanted)) as string;
  const failing = { ...(world.endpoints[victim] as Endpoint), fail: 1, status: 500 };
  return {
    seed,
    world: { endpoints: { ...world.endpoints, [victim]: failing } },
    wanted: { ...wanted, [victim]: 'crash' },
  };
}

function caseOf(planned: Plan, harness: string): Case {
  const { seed, world } = planned;
  return {
    seed,
    input: (source): RunInput => ({
      program: { source, files: {}, harness },
      seed,
      world,
      knobs: { watch: WATCH },
    }),
    judge: (run) => judge(run, planned),
  };
}

function judge(run: Finished, { world, wanted }: Plan): Complaint | null {
  const { trace, outcome } = run;
  const returned = toldAt(trace, 'aggregate() has returned');
  const early = outcome.kind !== 'returned' && (trace.until < DEADLINE || returned !== null);
  const isLate = Object.values(wanted).includes('fallback');
  if (isLate && !early && (returned === null || timeOf(returned) > DEADLINE + SLACK)) {
    const late = endpoints.filter((path) => wanted[path] === 'fallback').join(' and ');
    const says = `there was no answer after ${duration(DEADLINE)}, when ${late} was late.`;
    return { says, at: DEADLINE + SLACK };
  }
  const ended = endOf(run, 'aggregate()');
  if (ended !== null || outcome.kind !== 'returned' || returned === null) {
    return ended ?? { says: 'aggregate() did not return.', at: trace.until };
  }
  return (
    together(run, returned) ??
    entriesOf(outcome.result.plain, world, wanted, returned) ??
    promptly(run, returned, isLate) ??
    leftOver(trace, returned, 'you returned', WATCH)
  );
}

/** Each is asked before any has answered. */
function together({ trace }: Finished, returned: number): Complaint | null {
  const requests = requestsOf(trace);
  const firsts = endpoints.map((path) => requests.find((request) => request.path === path));
  const missing = endpoints.find((_, at) => firsts[at] === undefined);
  if (missing !== undefined) {
    return { says: `${missing} was never asked.`, at: returned };
  }
  const over = requests
    .filter((request) => request.over !== null)
    .toSorted((a, b) => (a.over as number) - (b.over as number))[0];
  const late = firsts.find((first) => over !== undefined && (first?.sent ?? 0) > (over.over ?? 0));
  return late === undefined || over === undefined
    ? null
    : {
        says: `${late.path} was asked at ${duration(late.sent)}, after ${over.path} had answered.`,
        at: late.sent,
      };
}

/** Each endpoint has the entry that it should have. */
function entriesOf(
  plain: Plain,
  world: World,
  wanted: Plan['wanted'],
  returned: number,
): Complaint | null {
  const answer = (isRecord(plain) ? plain : {}) as Readonly<Record<string, Plain>>;
  for (const path of endpoints) {
    const entry = isRecord(answer[path]) ? answer[path] : undefined;
    const endpoint = world.endpoints[path] as Endpoint;
    const says = {
      live: () => liveEntry(entry, endpoint.body as Plain),
      crash: () => crashEntry(entry, path, endpoint.status ?? 500),
      fallback: () => fallbackEntry(entry),
    }[wanted[path] ?? 'live']();
    if (says !== null) {
      const is = `It is ${brief(answer[path])}.`;
      return { says: `the entry of ${path} ${says} ${is}`, at: returned };
    }
  }
  return null;
}

function liveEntry(entry: Entry, body: Plain): string | null {
  if (entry === undefined || JSON.stringify(entry['value']) !== JSON.stringify(body)) {
    return `should have the value ${JSON.stringify(body)}.`;
  }
  return entry['source'] === 'fallback' || entry['error'] != null
    ? 'was answered in time: it is neither an error nor a fallback.'
    : null;
}

function crashEntry(entry: Entry, endpoint: string, status: number): string | null {
  const error = isRecord(entry?.['error']) ? entry['error'] : {};
  const { kind, reason } = error;
  if (kind !== 'crash' || error['endpoint'] !== endpoint) {
    return `should be { error: { kind: 'crash', endpoint: '${endpoint}', reason } }.`;
  }
  const told = status === 0 ? 'fetch failed' : String(status);
  return typeof reason === 'string' && reason.includes(told)
    ? null
    : `should have the message of what was thrown as its reason, with “${told}” in it.`;
}

function fallbackEntry(entry: Entry): string | null {
  return entry?.['source'] === 'fallback' && 'value' in entry && entry['error'] == null
    ? null
    : "should be { value, source: 'fallback' }: it was late.";
}

/** It does not wait longer than for what it asked. */
function promptly({ trace }: Finished, returned: number, isLate: boolean): Complaint | null {
  const last = Math.max(...requestsOf(trace).map(({ over, sent }) => over ?? sent));
  return isLate || timeOf(returned) <= timeOf(last) + SLACK
    ? null
    : { says: `the last answer was there at ${duration(last)}, yours at ${duration(returned)}.`, at: returned };
}

function isRecord(value: unknown): value is { readonly [name: string]: Plain } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
