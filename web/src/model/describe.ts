/** Events, lanes and whole runs in words: what the pictures say. */
import { looks } from './states.ts';
import { duration } from './time.ts';
import {
  census,
  inFlight,
  isTask,
  stateAt,
  type Line,
  type Trace,
  type TraceEvent,
} from './trace.ts';

export interface Words {
  /** Whom it is about. */
  readonly who: string;
  readonly what: string;
  readonly detail: string;
  /** Something went another way than the program's author may have hoped. */
  readonly trouble: boolean;
}

/** One line of the event log. */
export function wordsOf(trace: Trace, event: TraceEvent): Words {
  const name = (pid: string | null) => (pid === null ? '' : (trace.lines.get(pid)?.label ?? pid));
  const about = 'pid' in event ? name(event.pid) : 'main';
  const say = (what: string, detail = '', trouble = false): Words => ({
    who: about,
    what,
    detail,
    trouble,
  });
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
        event.status === 'fulfilled' || event.reason?.word === 'normal'
          ? ''
          : (event.reason?.text ?? ''),
        end !== undefined && end !== null && end.look !== looks.ok && end.look !== looks.shutDown,
      );
    }
    case 'killed':
      return say('is being killed', '', true);
    case 'timedOut':
      return say(
        { item: 'ran out of time', wait: 'was waited for too long', grace: 'used up its grace' }[
          event.what
        ],
        '',
        true,
      );
    case 'restarted':
      return say('restarted', `in place of ${event.previous}`, true);
    case 'terminated':
      return say('is being stopped', `by ${name(event.supervisor)}`);
    case 'logged':
      return say('logged', event.message ?? event.reason?.text ?? '', true);
    case 'printed':
      return say('printed', event.text);
    case 'returned':
      return say('returned');
    case 'threw':
      return say('threw', event.reason.text, true);
    case 'unhandled':
      return say('a failure nobody handled', event.reason.text, true);
    case 'blocked':
      return say(
        'thread busy',
        `no sign of life for ${duration(event.time - event.from)}`,
        event.time - event.from >= 1000,
      );
    case 'stopped':
      return say('stopped by you', 'the worker was ended and replaced', true);
  }
}

/** A lane in one sentence. */
export function lineSentence(trace: Trace, line: Line): string {
  const parts = [`${line.label}`];
  const from = line.started ?? line.spawned;
  if (line.started === null) {
    parts.push(`queued from ${duration(line.spawned)}`);
  } else if (line.end === null) {
    parts.push(`running from ${duration(from)}, no end recorded by ${duration(trace.until)}`);
  } else {
    parts.push(`running ${duration(from)} to ${duration(line.end.time)}`);
  }
  if (line.end !== null) {
    parts.push(
      `then ${line.end.look.word}${line.end.reason === null ? '' : `: ${line.end.reason}`}`,
    );
  }
  for (const mark of line.marks) {
    parts.push(`${mark.word} at ${duration(mark.time)}`);
  }
  return parts.join(', ');
}

/** The whole run in one sentence, as the live region says it. */
export function runSentence(trace: Trace): string {
  const counts = [...census(trace, trace.until)].map(([word, count]) => `${count} ${word}`);
  const { peak } = inFlight(trace);
  const tasks = counts.length === 0 ? 'no tasks' : counts.join(', ');
  return `${tasks}; ${duration(trace.until)}${peak > 0 ? `; at most ${peak} at once` : ''}`;
}

/** The moment `t` in words, for the scrubber. */
export function momentSentence(trace: Trace, t: number): string {
  let running = 0;
  let ended = 0;
  for (const line of trace.lines.values()) {
    const word = isTask(line) ? stateAt(line, t)?.family : undefined;
    running += word === 'running' ? 1 : 0;
    ended += word !== undefined && word !== 'running' && word !== 'queued' ? 1 : 0;
  }
  return `${duration(t)}, ${running} running, ${ended} ended`;
}
