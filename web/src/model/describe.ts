/** Events, lanes and whole runs in words: what the pictures say. */
import { changeWords } from './changes.ts';
import { looks, type Look } from './states.ts';
import { budgetAt, budgetText } from './supervision.ts';
import { duration } from './time.ts';
import {
  census,
  isTask,
  leftAt,
  ofTypes,
  once,
  runningAt,
  timeOf,
  type Line,
  type Trace,
  type TraceEvent,
} from './trace.ts';

export interface Words {
  /** Whom it is about. */
  readonly who: string;
  readonly what: string;
  readonly detail: string;
  readonly trouble: boolean;
}

/** One line of the event log. */
export function wordsOf(trace: Trace, event: TraceEvent): Words {
  const name = (pid: string | null) => (pid === null ? '' : (trace.lines.get(pid)?.label ?? pid));
  const about = 'pid' in event ? name(event.pid) : 'main';
  const trouble = isTrouble(trace, event);
  const say = (what: string, detail = ''): Words => ({ who: about, what, detail, trouble });
  switch (event.type) {
    case 'began':
      return say('begins', 'the caller of everything below');
    case 'spawned':
      return say(
        'spawned',
        event.supervisor !== null
          ? `under ${name(event.supervisor)}`
          : event.parent !== null
            ? `by ${name(event.parent)}`
            : '',
      );
    case 'started':
      return say('started');
    case 'settled': {
      const end = trace.lines.get(event.pid)?.end;
      const word = end?.look.word ?? (event.status === 'fulfilled' ? 'ok' : 'ended');
      return say(
        word,
        event.reason?.word === 'normal' ? '' : (event.reason?.text ?? event.error ?? ''),
      );
    }
    case 'killed':
      return say('is being killed');
    case 'timedOut':
      return say(
        { item: 'ran out of time', wait: 'was waited for too long', grace: 'used up its grace' }[
          event.what
        ],
      );
    case 'restarted':
      return say('restarted', `in place of ${event.previous}`);
    case 'terminated':
      return say('is being stopped', `by ${name(event.supervisor)}`);
    case 'logged':
      return say('logged', event.message ?? event.reason?.text ?? '');
    case 'printed':
      return say('printed', event.text);
    case 'returned':
      return say('returned');
    case 'threw':
      return say('threw', event.reason.text);
    case 'unhandled':
      return say('a failure nobody handled', event.reason.text);
    case 'changed':
      return {
        ...say(event.done ? `${changeWords[event.kind]} by you` : 'not broken', event.how),
        who: name(event.pid) || 'a request',
      };
    case 'stopped':
      return say('stopped', event.why);
    case 'bodyReturned':
      return say('returned at last', 'its function had run on');
    case 'refused':
      return say('was refused', `no room at ${name(event.supervisor)}`);
    case 'ignored':
      return say('is ignored', 'nobody waits for it any more');
    case 'linked':
      return say('is linked to', name(event.other));
    case 'signalled':
      return say('got an exit signal', `${event.reason.text} from ${name(event.from)}`);
    case 'trapped':
      return say('trapped an exit', `${event.reason.text} of ${name(event.from)}`);
    case 'surfaced':
      return say('failed, and nobody waited', event.reason.text);
    case 'waiting':
      return say(waits[event.what]?.[0] ?? event.what, withTimeout(name(event.for), event.timeout));
    case 'waited':
      return say(
        waits[event.what]?.[1] ?? `${event.what} is over`,
        [name(event.for), outcomes[event.outcome] ?? event.outcome].filter(Boolean).join(', '),
      );
    case 'streamOpened':
      return say(
        'opens a stream',
        `${event.limit} at once, ${event.ordered ? 'ordered' : 'unordered'}, ${
          event.timeout === null ? 'no timeout' : `${duration(event.timeout)} each`
        }`,
      );
    case 'delivered':
      return say('is handed over', event.status === 'fulfilled' ? 'as a value' : 'as an exit');
    case 'streamClosed':
      return say('closes the stream', closings[event.how] ?? event.how);
    case 'promised':
      return say('begins', `a plain promise, made by ${name(event.parent)}`);
    case 'kept':
      return say(
        event.error !== undefined
          ? 'is fulfilled with an error'
          : { fulfilled: 'is fulfilled', rejected: 'is rejected', aborted: 'is aborted' }[event.status],
        event.reason?.text ?? event.error ?? '',
      );
    case 'requested':
      return { ...say('asked', attemptOf(event.attempt)), who: event.path };
    case 'answered':
      return {
        ...say(
          event.status === null ? 'given up by the client' : 'answered',
          event.status === null
            ? ''
            : event.status === 0
              ? 'the connection broke'
              : String(event.status),
        ),
        who: event.path,
      };
  }
}

function isBad(line: Line | undefined): boolean {
  const look = line?.end?.look;
  return look !== undefined && look !== looks.ok && look !== looks.shutDown;
}

/** Whether something went another way than the program's author may have hoped. */
export function isTrouble({ lines }: Trace, event: TraceEvent): boolean {
  switch (event.type) {
    case 'settled':
      return isBad(lines.get(event.pid));
    case 'waited':
      return event.outcome === 'timeout';
    case 'streamClosed':
      return !Object.hasOwn(closings, event.how);
    case 'kept':
      return event.status === 'rejected' || event.error !== undefined;
    case 'answered':
      return event.status !== null && (event.status === 0 || event.status >= 400);
    default:
      return troubles.has(event.type);
  }
}

const troubles: ReadonlySet<TraceEvent['type']> = new Set([
  'killed',
  'timedOut',
  'restarted',
  'logged',
  'threw',
  'unhandled',
  'changed',
  'stopped',
  'refused',
  'signalled',
  'surfaced',
] as const);

/** Where there may have been trouble, which the rest of the event tells. */
const mayBe: readonly TraceEvent['type'][] = [
  ...troubles,
  'waited',
  'streamClosed',
  'kept',
  'answered',
];

/** Whether a task has settled badly: most often none has, and those events need not be looked at. */
export const isMarred = once((trace): boolean => {
  for (const line of trace.lines.values()) {
    if (isBad(line)) {
      return true;
    }
  }
  return false;
});

/** The events that are trouble, by index. */
export const troublesOf = once((trace): readonly number[] =>
  ofTypes(trace, isMarred(trace) ? [...mayBe, 'settled'] : mayBe).filter((at) =>
    isTrouble(trace, trace.events.at(at) as TraceEvent),
  ),
);

/** What a process does, and what it has done when that is over. */
const waits: Readonly<Record<string, readonly [string, string]>> = {
  await: ['awaits', 'has awaited'],
  yield: ['looks for', 'has looked for'],
  shutdown: ['shuts down', 'has shut down'],
  stop: ['stops', 'has stopped'],
  allSettled: ['awaits a promise', 'has awaited a promise'],
  terminateChild: ['ends the child', 'has ended the child'],
};

/** Behind the name of whom it was about. */
const outcomes: Readonly<Record<string, string>> = {
  ok: 'which gave its value',
  exit: 'which exited',
  done: '',
  timeout: 'which was not there in time',
  cancelled: 'which is not waited for any more',
  ownerEnded: 'for which nobody waits any more',
};

/** How a stream closes when nothing went wrong. */
const closings: Readonly<Record<string, string>> = {
  done: 'all is handed over',
  halted: 'it was left early',
};

const attemptOf = (attempt: number): string => (attempt === 1 ? '' : `attempt ${attempt}`);

const withTimeout = (who: string, timeout: number | null): string =>
  timeout === null ? who : `${who}, at most ${duration(timeout)}`.replace(/^, /, '');

/** What a step has come to, for the live region. */
export function stepSentence(trace: Trace, event: TraceEvent): string {
  const { who, what, detail } = wordsOf(trace, event);
  return `${duration(event.time)}: ${who} ${what} ${detail}`.trim();
}

/** To whom a task belongs: `linked to parent`. */
export function tieOf(trace: Trace, line: Line): string {
  if (!isTask(line)) {
    return '';
  }
  const owner = line.owner === null ? undefined : trace.lines.get(line.owner)?.label;
  return owner === undefined
    ? 'nobody waits for it'
    : `${line.linked ? 'linked to' : 'watched by'} ${owner}`;
}

/** What the picture shows of a line beside its life, as far as it has come at `t`. */
export function notesOf(trace: Trace, line: Line, t: number): readonly string[] {
  const notes: string[] = [];
  if (line.previous !== null) {
    notes.push(`in place of ${line.previous}`);
  }
  if (line.asked !== null && line.asked.time <= t) {
    const by = trace.lines.get(line.asked.by)?.label ?? line.asked.by;
    notes.push(`asked to stop at ${duration(line.asked.time)} by ${by}`);
  }
  for (const { word, time } of line.marks) {
    if (time <= t) {
      notes.push(`${word} at ${duration(time)}`);
    }
  }
  const budget = budgetAt(trace, line, t);
  return budget === null ? notes : [...notes, budgetText(budget)];
}

/** A lane in one sentence. */
export function lineSentence(trace: Trace, line: Line): string {
  const parts = [`${line.label}`];
  const from = line.started ?? line.spawned;
  if (line.started === null || timeOf(line.started) > timeOf(line.spawned)) {
    parts.push(`queued from ${duration(line.spawned)}`);
  }
  if (line.started !== null) {
    parts.push(
      line.end === null
        ? `waiting from ${duration(from)}, no end recorded by ${duration(trace.until)}`
        : `waiting ${duration(from)} to ${duration(line.end.time)}`,
    );
  }
  if (line.end !== null) {
    parts.push(
      `then ${line.end.look.word}${line.end.reason === null ? '' : `: ${line.end.reason}`}`,
    );
  }
  const left = leftAt(trace, line);
  if (left !== null) {
    parts.push(`on its own from ${duration(left)}, when whoever started it had left`);
  }
  parts.push(...notesOf(trace, line, trace.until));
  if (line.runsOn !== null) {
    const { until } = line.runsOn;
    parts.push(
      `its function ran on ${until === null ? 'and had not returned' : `until ${duration(until)}`}`,
    );
  } else if (line.end !== null && line.delivered !== null && line.delivered - line.end.time >= 1) {
    parts.push(`handed over at ${duration(line.delivered)}`);
  }
  return parts.join(', ');
}

/** The whole run in one sentence, as the live region says it. */
export const sentenceOf = once((trace): string => {
  const counts = [...census(trace, trace.until)].map(([word, count]) => `${count} ${word}`);
  const { peak } = trace.flight;
  const tasks = counts.length === 0 ? 'no tasks' : counts.join(', ');
  return `${tasks}; ${duration(trace.until)}${peak > 0 ? `; at most ${peak} at once` : ''}`;
});

/** The moment `t` in words, for the scrubber. */
export function momentSentence(trace: Trace, t: number): string {
  const running = runningAt(trace, t);
  return `${duration(t)}, ${running} ${running === 1 ? 'task' : 'tasks'} running`;
}

/** Whether something went on after whoever had started it had left. */
export const hasLeft = once((trace): boolean =>
  [...trace.lines.values()].some((line) => leftAt(trace, line) !== null),
);

/** Whether there were promises that the program had drawn. */
export const hasPromises = once((trace): boolean =>
  [...trace.lines.values()].some(({ kind }) => kind === 'promise'),
);

export const amountOf = (count: number): string => count.toLocaleString('en-US');

/** The looks that occur in a run, once each, in a fixed order. */
export const looksIn = once((trace): readonly Look[] => {
  const seen = new Set<Look>();
  for (const line of trace.lines.values()) {
    if (isTask(line)) {
      if (line.started !== null) {
        seen.add(looks.waiting);
      }
      if (timeOf(line.started ?? line.end?.time ?? trace.until) > timeOf(line.spawned)) {
        seen.add(looks.queued);
      }
      if (line.end !== null) {
        seen.add(line.end.look);
      }
    }
  }
  return Object.values(looks).filter((look) => seen.has(look));
});
