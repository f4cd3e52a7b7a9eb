/** Makes lifelines of events, one event at a time. Used by the trace's builder alone. */
import { changeWords } from './changes.ts';
import type { Line, PageEvent, Pid, RuntimeEvent, Stream, TraceEvent } from './events.ts';
import { looks, type Look, type Sign } from './states.ts';
import type { Step } from './trace.ts';

type Open<T> = { -readonly [K in keyof T]: T[K] };

interface OpenLine extends Open<Omit<Line, 'marks'>> {
  marks: Line['marks'][number][];
}

/** A trace in the making. */
export interface Making {
  readonly lines: Map<Pid, OpenLine>;
  readonly streams: Open<Stream>[];
  readonly steps: Step[];
  peak: number;
  /** The last that ended as killed. */
  killed: OpenLine | null;
}

type Settled = Extract<RuntimeEvent, { type: 'settled' }>;
type Spawned = Extract<RuntimeEvent, { type: 'spawned' }>;
type Omen = 'timedOut' | 'terminated' | 'killed' | 'linked' | 'crashed';

const nouns = {
  main: 'main',
  task: 'task',
  item: 'item',
  taskSupervisor: 'task supervisor',
  supervisor: 'supervisor',
  promise: 'promise',
} as const;

const promiseLooks = {
  fulfilled: looks.ok,
  rejected: looks.crashed,
  aborted: looks.aborted,
} as const;

/* What was seen of an end that is under way; chooses its word. */
const omens = new WeakMap<OpenLine, Omen>();

export function applyEvent(making: Making, event: TraceEvent): void {
  const { lines } = making;
  switch (event.type) {
    case 'began':
      lines.set(event.pid, lineOf(event.pid, 'main', 'main', event.time));
      return;
    case 'spawned':
      lines.set(event.pid, spawnedLine(event, making.streams));
      return;
    case 'streamOpened':
      openStream(making, event);
      return;
    case 'streamClosed':
      closeStream(making, event.stream, event.time, event.how);
      return;
    case 'delivered':
      change(lines, event.pid, (line) => {
        line.delivered = event.time;
      });
      return;
    case 'waited':
      if (event.outcome === 'ok' && (event.what === 'await' || event.what === 'yield')) {
        change(lines, event.for, (line) => {
          line.delivered ??= event.time;
        });
      }
      return;
    case 'promised':
      lines.set(event.pid, {
        ...lineOf(event.pid, event.label, 'promise', event.time),
        under: event.parent,
      });
      return;
    case 'kept':
      change(lines, event.pid, (line) => {
        line.end = {
          time: event.time,
          look: event.error === undefined ? promiseLooks[event.status] : looks.error,
          reason: whyOf(event),
        };
      });
      return;
    case 'bodyReturned':
      change(lines, event.pid, (line) => {
        line.runsOn = { until: event.time };
      });
      return;
    case 'waiting':
      if (event.for !== null && (event.what === 'shutdown' || event.what === 'stop')) {
        ask(lines, event.for, event.time, event.pid);
      }
      return;
    case 'returned':
      endMain(making, event.time, looks.ok, null);
      return;
    case 'threw':
      endMain(making, event.time, looks.crashed, event.reason.text);
      return;
    case 'changed':
      changed(making, event);
      return;
    case 'stopped':
      for (const line of lines.values()) {
        if (line.end === null) {
          end(making, line, event.time, looks.gone, null);
        }
      }
      return;
    default:
      if ('pid' in event) {
        live(making, event);
      }
  }
}

/** Broken from outside; a crash is one of its own doing all the same. */
function changed(
  { lines }: Making,
  { pid, kind, time, done, trapped }: Extract<PageEvent, { type: 'changed' }>,
): void {
  const line = lines.get(pid ?? '');
  if (line === undefined || line.end !== null || !done) {
    return;
  }
  mark(line, time, 'bang', `${changeWords[kind]} by you`);
  if (kind === 'crash' && trapped !== true) {
    omens.set(line, 'crashed');
  } else if (kind === 'stop') {
    omens.set(line, 'terminated');
  }
}

/** Events that are read only of a line that has not ended (T2). */
function live(making: Making, event: RuntimeEvent): void {
  const line = making.lines.get(event.pid);
  if (line === undefined || line.end !== null) {
    return;
  }
  switch (event.type) {
    case 'started':
      start(making, line, event.time);
      return;
    case 'timedOut':
      if (event.what === 'item') {
        omens.set(line, 'timedOut');
      } else {
        mark(
          line,
          event.time,
          'clock',
          event.what === 'grace' ? 'grace ran out' : 'wait timed out',
        );
      }
      return;
    case 'terminated':
      ask(making.lines, event.pid, event.time, event.supervisor);
      return;
    case 'signalled':
      if (event.reason.word === 'kill') {
        omens.set(line, 'killed');
      }
      return;
    case 'killed':
      if (!omens.has(line)) {
        omens.set(line, isTakenAlong(making, line, event.time) ? 'linked' : 'killed');
      } else if (omens.get(line) !== 'timedOut') {
        omens.set(line, 'killed');
      }
      making.killed = line;
      return;
    case 'restarted':
      line.previous = event.previous;
      change(making.lines, line.under, (supervisor) =>
        mark(supervisor, event.time, 'again', `started ${line.label} again`),
      );
      return;
    case 'refused':
      mark(line, event.time, 'bang', 'refused: no room for another child');
      return;
    case 'settled':
      end(making, line, event.time, lookOf(line, event), whyOf(event));
      line.runsOn = event.abandoned === true ? { until: null } : null;
      return;
  }
}

/** Of one that ends as killed though nobody aimed at it: a link brought that, in the same ms. */
function isTakenAlong({ lines, killed }: Making, line: OpenLine, time: number): boolean {
  const owner = line.owner === null || !line.linked ? undefined : lines.get(line.owner);
  const over = line.under === null ? undefined : lines.get(line.under);
  const child = killed !== null && killed.linked && killed.owner === line.pid ? killed : undefined;
  return [owner, over, child].some(
    (other) =>
      other !== undefined &&
      other.end !== null &&
      other.end.reason === "'killed'" &&
      Math.floor(other.end.time) === Math.floor(time),
  );
}

function lineOf(pid: Pid, label: string, kind: Line['kind'], time: number): OpenLine {
  return {
    pid,
    label,
    kind,
    under: null,
    owner: null,
    linked: false,
    restart: null,
    settings: null,
    stream: null,
    spawned: time,
    started: kind === 'task' || kind === 'item' ? null : time,
    end: null,
    asked: null,
    previous: null,
    delivered: null,
    runsOn: null,
    marks: [],
  };
}

function spawnedLine(event: Spawned, streams: readonly Stream[]): OpenLine {
  const line = lineOf(event.pid, nameOf(event), event.kind, event.time);
  line.under = event.supervisor ?? event.parent;
  line.owner = event.parent;
  const stream =
    event.stream === undefined ? undefined : streams.findLast(({ id }) => id === event.stream);
  line.linked = stream?.linked ?? event.linked ?? false;
  line.restart = event.restart ?? null;
  line.settings = event.settings ?? null;
  line.stream = event.stream ?? null;
  return line;
}

function nameOf(event: Spawned): string {
  if (event.label) {
    return event.kind === 'item' && event.index !== undefined && !/\d/.test(event.label)
      ? `${event.label} ${event.index + 1}`
      : event.label;
  }
  return event.kind === 'item' && event.index !== undefined
    ? `item ${event.index + 1}`
    : `${nouns[event.kind]} ${event.pid}`;
}

function change(
  lines: Making['lines'],
  pid: Pid | null,
  update: (line: OpenLine) => void,
): void {
  const line = pid === null ? undefined : lines.get(pid);
  if (line !== undefined) {
    update(line);
  }
}

/**
 * It is asked to stop: what it then does of its own is what it was asked for.
 * The first who asks is the one that counts.
 */
function ask(lines: Making['lines'], pid: Pid, time: number, by: Pid): void {
  change(lines, pid, (line) => {
    if (line.end === null) {
      line.asked ??= { time, by };
      if (!omens.has(line)) {
        omens.set(line, 'terminated');
      }
    }
  });
}

function mark(line: OpenLine, time: number, sign: Sign, word: string): void {
  line.marks.push({ time, sign, word });
}

function counts(line: OpenLine): boolean {
  return line.kind === 'task' || line.kind === 'item';
}

function start(making: Making, line: OpenLine, time: number): void {
  if (line.started === null) {
    line.started = time;
    step(making, time, 1);
  }
}

function end(
  making: Making,
  line: OpenLine,
  time: number,
  look: Look,
  reason: string | null,
): void {
  line.end = { time, look, reason };
  if (counts(line) && line.started !== null) {
    step(making, time, -1);
  }
}

function step(making: Making, time: number, by: 1 | -1): void {
  const last = making.steps.at(-1) as Step;
  const count = last.count + by;
  making.peak = Math.max(making.peak, count);
  if (last.time === time) {
    making.steps[making.steps.length - 1] = { time, count };
  } else {
    making.steps.push({ time, count });
  }
}

function endMain(making: Making, time: number, look: Look, reason: string | null): void {
  for (const line of making.lines.values()) {
    if (line.kind === 'main' && line.end === null) {
      end(making, line, time, look, reason);
      return;
    }
  }
}

function openStream(
  { streams }: Making,
  event: Extract<RuntimeEvent, { type: 'streamOpened' }>,
): void {
  streams.push({
    id: event.stream,
    label: event.label ?? '',
    consumer: event.pid,
    limit: event.limit,
    ordered: event.ordered,
    linked: event.linked,
    timeout: event.timeout,
    from: event.time,
    to: null,
    how: null,
  });
}

function closeStream({ streams }: Making, id: number, time: number, how: string): void {
  const stream = streams.findLast((one) => one.id === id && one.to === null);
  if (stream !== undefined) {
    stream.to = time;
    stream.how = how;
  }
}

/** Why it ended so: the reason of an exit, or an error that it returned. */
const whyOf = ({ reason, error }: Pick<Settled, 'reason' | 'error'>): string | null =>
  reason?.text ?? error ?? null;

/** The line between an end of its own doing and one that came from outside. */
function lookOf(line: OpenLine, event: Settled): Look {
  const word = event.reason?.word ?? null;
  const omen = omens.get(line) ?? null;
  if (event.error !== undefined) {
    return looks.error;
  }
  if (event.status === 'fulfilled' || word === 'normal') {
    return looks.ok;
  }
  if (word === 'shutdown' && omen === 'terminated') {
    return looks.shutDown; // a supervisor ends by itself when it was asked to
  }
  if (event.by === 'body') {
    return word === 'shutdown' ? looks.gaveUp : looks.crashed;
  }
  if (omen === 'crashed') {
    return looks.crashed;
  }
  if (omen === 'timedOut') {
    return looks.timedOut;
  }
  if (omen === 'linked') {
    return looks.linked;
  }
  if (word === 'killed' || omen === 'killed') {
    return looks.killed;
  }
  return word === 'shutdown' || omen === 'terminated' ? looks.shutDown : looks.linked;
}
