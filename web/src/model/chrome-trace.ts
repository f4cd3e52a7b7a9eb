/**
 * A trace in Chrome's trace format, which Perfetto and about:tracing open: a
 * track for each task with its life, arrows from who started it, the marks on
 * the way, requests of the network, and how many tasks ran at once.
 *
 * `belay-tasks` has `toTraceEvents` for the runtime's own events; these are
 * the page's, which have what the program and its network did among them.
 */
import { wordsOf } from './describe.ts';
import type { Line } from './events.ts';
import { timeOf, type Trace } from './trace.ts';

const PROCESS = 1;

export interface ChromeEvent {
  readonly name: string;
  readonly ph: 'M' | 'X' | 'i' | 'C' | 's' | 'f' | 'b' | 'e';
  readonly ts: number;
  readonly pid: number;
  readonly tid: number;
  readonly [more: string]: unknown;
}

/** The whole file's text, in parts. Times are microseconds of virtual time. */
export function* chromeTrace(title: string, trace: Trace): Generator<string> {
  yield '{"traceEvents":[';
  let part: string[] = [];
  let before = '';
  for (const event of chromeEvents(title, trace)) {
    part.push(JSON.stringify(event));
    if (part.length === PART) {
      yield before + part.join(',\n');
      part = [];
      before = ',\n';
    }
  }
  yield `${part.length === 0 ? '' : before + part.join(',\n')}]}`;
}

const PART = 2000; // events

function* chromeEvents(title: string, trace: Trace): Generator<ChromeEvent> {
  const tracks = new Map([...trace.lines.keys()].map((pid, index) => [pid, index + 1]));
  const trackOf = (pid: string | null) => (pid === null ? 0 : (tracks.get(pid) ?? 0));
  yield meta('process_name', 0, title);
  let flow = 0;
  for (const line of trace.lines.values()) {
    const tid = trackOf(line.pid);
    yield meta('thread_name', tid, line.label);
    yield { ...meta('thread_sort_index', tid, ''), args: { sort_index: tid } };
    yield* lifeOf(line, tid, trace.until);
    if (line.under !== null && line.started !== null) {
      flow += 1;
      const shared = { name: 'starts', cat: 'start', id: flow, pid: PROCESS };
      yield { ...shared, ph: 's', ts: micros(line.spawned), tid: trackOf(line.under) };
      yield { ...shared, ph: 'f', bp: 'e', ts: micros(line.started), tid };
    }
  }
  for (const { time, count } of trace.flight.steps) {
    yield { ...at('at once', 'C', time, 0), args: { tasks: count } };
  }
  for (const event of trace.events) {
    if (event.type === 'requested' || event.type === 'answered') {
      const begins = event.type === 'requested';
      yield {
        ...at(event.path, begins ? 'b' : 'e', event.time, 0),
        cat: 'network',
        id: `${event.path} ${event.attempt}`,
        args: begins ? { attempt: event.attempt } : { status: event.status ?? 'given up' },
      };
    } else if (marked.has(event.type)) {
      const { what, detail } = wordsOf(trace, event);
      const tid = 'pid' in event ? trackOf(event.pid) : 0;
      yield { ...at(`${what} ${detail}`.trim(), 'i', event.time, tid), s: 't' };
    }
  }
}

/** Events that a life's beginning and end do not tell. */
const marked: ReadonlySet<string> = new Set([
  'printed',
  'threw',
  'unhandled',
  'stopped',
  'killed',
  'timedOut',
  'restarted',
  'terminated',
  'refused',
  'signalled',
  'trapped',
  'surfaced',
  'logged',
]);

function lifeOf(line: Line, tid: number, until: number): readonly ChromeEvent[] {
  const end = line.end?.time ?? until;
  const started = line.started ?? end;
  const span = (name: string, from: number, to: number, args: object): ChromeEvent => ({
    ...at(name, 'X', from, tid),
    dur: micros(to) - micros(from),
    args,
  });
  const spans: ChromeEvent[] = [];
  if (micros(started) > micros(line.spawned)) {
    spans.push(span('queued', line.spawned, started, {}));
  }
  if (line.started !== null) {
    const ending = line.end?.look.word ?? 'not ended';
    spans.push(
      span(line.label, line.started, end, { pid: line.pid, end: ending, reason: line.end?.reason }),
    );
  }
  if (line.runsOn !== null) {
    spans.push(span('its function runs on', end, line.runsOn.until ?? until, {}));
  }
  return spans;
}

const at = (name: string, ph: ChromeEvent['ph'], time: number, tid: number): ChromeEvent => ({
  name,
  ph,
  ts: micros(time),
  pid: PROCESS,
  tid,
});

const meta = (name: string, tid: number, value: string): ChromeEvent => ({
  ...at(name, 'M', 0, tid),
  args: { name: value },
});

const micros = (position: number): number => timeOf(position) * 1000;
