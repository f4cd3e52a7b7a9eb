/**
 * The checks of step 4: a refresh that loses who started it, is killed, goes
 * through an outage, is asked for a fallback, and is stopped.
 */
import type { RunInput } from '../src/engine/protocol.ts';
import type { Plain } from '../src/model/canon.ts';
import { duration } from '../src/model/time.ts';
import { timeOf, type Line, type Trace } from '../src/model/trace.ts';
import { dice } from '../src/model/world.ts';
import {
  brief,
  endOf,
  endpoints,
  leftOver,
  requestsOf,
  toldAt,
  victimsOf,
  worldOf,
  type Case,
  type Complaint,
  type Finished,
} from './judge.ts';

const EVERY = 1000; // ms between two refreshes
const GRACE = 500; // ms within which it must have stopped
const DOWN = 3000; // ms of the outage
const SUPERVISOR = 'Refreshers';
const SEEDS = [4, 19, 33, 52, 68, 85];

export function backgroundRefresh(harness: string): Case[] {
  return SEEDS.map((seed) => {
    const [victim] = victimsOf(seed, 1) as [string];
    const part = (draw: string) => dice(seed, victim, 1, draw);
    return {
      seed,
      input: (source): RunInput => ({
        program: { source, files: {}, harness },
        seed,
        /* Each answer says which it is, so that an old one is told from a new one. */
        world: worldOf(seed, () => ({ body: null })),
        knobs: {
          victim,
          supervisorName: SUPERVISOR,
          every: EVERY,
          calm: 2 * EVERY + 400 + Math.floor(EVERY * part('check: calm')),
          downFor: DOWN,
          untilStop: Math.floor(EVERY * part('check: stop')),
        },
      }),
      judge: (run) => judge(run, victim),
    };
  });
}

/** What is done to the refresh, in this order, as the harness tells it. */
function marksOf(trace: Trace, victim: string) {
  const at = (text: string) => toldAt(trace, text) ?? Number.POSITIVE_INFINITY;
  return {
    orphaned: at('who started the refresh is killed'),
    killed: at('the refresh is killed'),
    down: at(`${victim} goes down`),
    up: at(`${victim} is up again`),
    hangs: at(`${victim} hangs`),
    answered: at('aggregate() has returned'),
    asked: at('the supervisor is asked to stop'),
    stopped: at('the supervisor has stopped'),
  };
}

type Entry = { readonly source?: Plain; readonly value?: { readonly attempt?: number } };
type Marks = ReturnType<typeof marksOf>;

function judge(run: Finished, victim: string): Complaint | null {
  const { trace, outcome } = run;
  const marks = marksOf(trace, victim);
  const answer = outcome.kind === 'returned' ? outcome.result.plain : null;
  return (
    begun(run, marks) ??
    lived(trace, marks, victim) ??
    endOf(run, 'the refresh') ??
    fellBack(trace, marks, victim, answer) ??
    ended(trace, marks)
  );
}

function supervisorOf(trace: Trace): Line | undefined {
  return [...trace.lines.values()].find(
    ({ kind, label }) => kind === 'taskSupervisor' && label === SUPERVISOR,
  );
}

/** It belongs to the supervisor, and outlives who started it. */
function begun(run: Finished, marks: Marks): Complaint | null {
  if (marks.orphaned > run.trace.until) {
    return endOf(run, 'startRefresh()') ?? { says: 'startRefresh() did not return.', at: 0 };
  }
  const supervisor = supervisorOf(run.trace)?.pid;
  if (![...run.trace.lines.values()].some(({ under }) => under === supervisor)) {
    const says = 'startRefresh(supervisor) has started no child of the supervisor.';
    return { says, at: marks.orphaned };
  }
  return silent(
    run.trace,
    marks.orphaned,
    Math.min(marks.killed, run.trace.until),
    endpoints,
    'since who had started the refresh was killed',
  );
}

/** It is started again, and the supervisor does not give up. */
function lived(trace: Trace, marks: Marks, victim: string): Complaint | null {
  const supervisor = supervisorOf(trace);
  const end = supervisor?.end ?? null;
  if (supervisor !== undefined && end !== null && end.time < marks.asked) {
    const during = end.time > marks.down ? `while ${victim} was down` : 'before anything went wrong';
    return {
      says: `the supervisor gave up at ${duration(end.time)}, ${during}: the refresh had used up its restarts.`,
      at: end.time,
      pid: supervisor.pid,
    };
  }
  const well = endpoints.filter((path) => path !== victim);
  return (
    silent(trace, marks.killed, marks.down, endpoints, 'since the refresh was killed') ??
    silent(trace, marks.down, marks.up, well, `while ${victim} was down`) ??
    silent(trace, marks.up, marks.hangs, [victim], 'since it was up again')
  );
}

/** One of `paths` was not asked between two moments that the run has reached. */
function silent(
  trace: Trace,
  from: number,
  to: number,
  paths: readonly string[],
  when: string,
): Complaint | null {
  if (to > trace.until) {
    return null;
  }
  const asked = requestsOf(trace).filter(({ sent }) => sent > from && sent < to);
  const missing = paths.find((path) => !asked.some((request) => request.path === path));
  return missing === undefined
    ? null
    : { says: `${missing} was not asked once in the ${duration(to - from)} ${when}.`, at: to };
}

/** What stands in for the one that hangs is what the refresh has got last. */
function fellBack(
  trace: Trace,
  { hangs, answered }: Marks,
  victim: string,
  answer: Plain,
): Complaint | null {
  const good = requestsOf(trace).filter(
    ({ path, status, over }) => path === victim && status === 200 && (over ?? 0) < answered,
  );
  const last = good.at(-1)?.attempt ?? 0;
  const entry = (answer as Readonly<Record<string, Entry>> | null)?.[victim];
  const attempt = entry?.value?.attempt ?? 0;
  return entry?.source === 'fallback' && attempt >= last - 1 && attempt > 0
    ? null
    : {
        says: `${victim} hangs since ${duration(hangs)}; the fallback should be the last good answer, its ${last}th. The entry is ${brief(entry)}.`,
        at: Math.min(answered, trace.until),
      };
}

/** It has stopped in time, and leaves nothing behind. */
function ended(trace: Trace, { asked, stopped }: Marks): Complaint | null {
  if (timeOf(stopped) > timeOf(asked) + GRACE) {
    const says = `the supervisor was asked to stop at ${duration(asked)}, and ${duration(GRACE)} later it had not.`;
    return { says, at: Math.min(trace.until, asked + GRACE) };
  }
  const late = requestsOf(trace).find(({ sent }) => sent > stopped);
  if (late !== undefined) {
    const after = duration(timeOf(late.sent) - timeOf(stopped));
    return { says: `${late.path} was asked ${after} after the supervisor had stopped.`, at: late.sent };
  }
  const due = asked + GRACE;
  return leftOver(trace, due, `the ${duration(GRACE)} in which it had to stop`, EVERY);
}
