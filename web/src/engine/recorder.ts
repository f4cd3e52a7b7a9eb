/**
 * Takes the events of a run and hands them on, a few at once or many
 * together: the first ones of a beat go at once, so that they are known even
 * if the program never lets go of the thread again; a flood goes in batches.
 */
import type { PageEvent, Pid, Reason, TraceEvent } from '../model/events.ts';
import { errorTextOf } from '../model/error-value.ts';
import { reasonOf, safely } from '../model/format.ts';
import type { Place } from '../model/pending.ts';
import { thrownLine } from '../model/thrown.ts';
import { limits } from './protocol.ts';

const PROMPT = 64; // events between two beats that are handed on one by one
const BATCH = 512; // events beyond those that go together
const BATCH_TEXTS = 50_000; // characters of what such events say: the page takes a batch in at once
const TEXTS_MAX = 20_000_000; // characters of labels, reasons and paths
const LABEL = 80; // characters of a label that are kept
const LINES = 1000; // errors of a run of which it is looked where they were made
const UNHANDLED = 100; // failures that nobody handled which are kept; the rest are counted

/** Which of the runtime's events a trace keeps. */
const KEPT: ReadonlySet<string> = new Set([
  'spawned',
  'started',
  'settled',
  'bodyReturned',
  'killed',
  'timedOut',
  'restarted',
  'terminated',
  'refused',
  'ignored',
  'linked',
  'signalled',
  'trapped',
  'surfaced',
  'streamOpened',
  'delivered',
  'streamClosed',
  'logged',
]);

/* Waits for tasks and supervisors are kept; that of a sleep says nothing new. */
const WAITS: ReadonlySet<string> = new Set(['waiting', 'waited']);

/** What is kept of an event beside its type, time, pid and label. */
const FIELDS = [
  'parent',
  'supervisor',
  'kind',
  'linked',
  'restart',
  'stream',
  'index',
  'settings',
  'status',
  'by',
  'abandoned',
  'what',
  'previous',
  'other',
  'restarts',
  'from',
  'for',
  'timeout',
  'outcome',
  'limit',
  'ordered',
  'how',
  'message',
] as const;

export interface RuntimeLike {
  readonly type: string;
  readonly time: number;
  readonly pid: Pid;
  readonly label: string;
  readonly what?: string;
  readonly status?: string;
  readonly reason?: unknown;
}

/** How the names begin that watched promises have in the place of a pid. */
export const PROMISE = 'promise ';

/** Thrown at the one who brings the last event that there is room for. */
export class TooManyEvents extends Error {}

export const amount = (count: number): string => count.toLocaleString('en-US');

export type Take = (events: readonly TraceEvent[], until: number) => void;

export class Recorder {
  readonly #take: Take;
  readonly #full: (why: string) => void;
  #events: TraceEvent[] = [];
  /** Requests that wait for the runtime to tell who was started. */
  #asked: TraceEvent[] = [];
  /** There was too much, and nobody has been told so yet. */
  #untold: TooManyEvents | null = null;
  #count = 0;
  #prompt = PROMPT;
  #printed = 0;
  #texts = 0;
  /** Characters in the events that have not been handed on. */
  #waiting = 0;
  #until = 0;
  #done = false;
  /** Tasks that have been spawned and not settled, and watched promises. */
  #alive = new Set<Pid>();
  /** Errors that functions returned whose processes have not ended yet. */
  readonly #errors = new Map<Pid, string>();
  #idle: (() => void) | null = null;
  now: () => number = () => 0;
  /** The address of the program's text; null until that is known. */
  program: string | null = null;
  #lines = 0;
  /** Called when an event has been taken. */
  heard: (() => void) | null = null;
  /** Called when there was too much of something; nothing that comes later is taken. */
  over: ((why: Error) => void) | null = null;
  /** How many failures nobody handled. */
  #unhandled = 0;
  /** The ms of the last event, and how many events of it there have been. */
  #moment = 0;
  #ofMoment = 0;
  /** Set when there was too much of something: a sentence. */
  full: string | null = null;

  /** `full` is called once, when there was too much of something: `why` is a sentence. */
  constructor(take: Take, full: (why: string) => void) {
    this.#take = take;
    this.#full = full;
  }

  /** The virtual time up to which the run is known. */
  get until(): number {
    return this.#until;
  }

  /** Where the run is. */
  get place(): Place {
    const at = Math.floor(this.now());
    return at > this.#moment ? { at, after: 0 } : { at: this.#moment, after: this.#ofMoment };
  }

  get alive(): number {
    return this.#alive.size;
  }

  /** Nothing that comes later is taken. */
  close(): void {
    this.#tellAsked();
    this.#untold = null;
    this.#tellUncounted();
    this.flush();
    this.#done = true;
  }

  /** A failure that nobody handled. There is no caller to be told that there were too many. */
  unhandled(reason: unknown): void {
    this.#unhandled += 1;
    if (this.#done || this.#unhandled > limits.unhandled) {
      return;
    }
    if (this.#unhandled === limits.unhandled) {
      this.#end(`${amount(limits.unhandled)} failures that nobody handled`);
    } else if (this.#unhandled <= UNHANDLED) {
      safely(() => this.#failed(this.reasonOf(reason)), undefined);
    }
  }

  /** A reason or an error in words, and on which line of the program it was made. */
  reasonOf(value: unknown): Reason {
    const reason = reasonOf(value);
    if (this.program === null || this.#lines >= LINES || typeof value !== 'object') {
      return reason;
    }
    this.#lines += 1;
    const line = thrownLine(this.program, value);
    return line === null ? reason : { ...reason, line };
  }

  #failed(reason: Reason): void {
    this.add({ type: 'unhandled', time: this.now(), reason });
  }

  /** Of those failures that are counted only. */
  #tellUncounted(): void {
    const more = this.#unhandled - UNHANDLED;
    if (more > 0 && !this.#done) {
      const reason = { word: null, text: `${amount(more)} more failures` };
      this.#events.push({ type: 'unhandled', time: this.#until, reason });
    }
  }

  add(event: PageEvent): void {
    this.#checkRoom();
    if (event.type === 'requested') {
      this.#ask(event as TraceEvent);
      return;
    }
    this.#tellAsked();
    if (event.type === 'promised') {
      this.#alive.add(event.pid);
    } else if (event.type === 'kept') {
      this.#gone(event.pid);
    }
    this.#put(event as TraceEvent);
  }

  /**
   * The runtime tells of a start when the body has begun, and has asked for something
   * perhaps: that waits until then, which is within the same ms.
   */
  #ask(event: TraceEvent): void {
    this.#asked.push(event);
    if (this.#asked.length === 1) {
      void Promise.resolve().then(() => this.#tellAsked());
    } else if (this.#asked.length >= BATCH) {
      this.#tellAsked();
      this.#checkRoom();
    }
  }

  #tellAsked(): void {
    const asked = this.#asked;
    this.#asked = [];
    try {
      asked.forEach((event) => this.#put(event));
    } catch (error) {
      this.#untold = error as TooManyEvents;
    }
  }

  /** Whoever comes next is told that there is no room. */
  #checkRoom(): void {
    const error = this.#untold;
    if (error !== null) {
      this.#untold = null;
      throw error;
    }
  }

  /** An event of the runtime. */
  told(event: RuntimeLike): void {
    this.#checkRoom();
    if (
      event.type === 'spawned' &&
      ['task', 'item'].includes((event as { kind?: string }).kind ?? '')
    ) {
      this.#alive.add(event.pid);
    } else if (event.type === 'settled') {
      this.#gone(event.pid);
    }
    if (KEPT.has(event.type) || (WAITS.has(event.type) && event.what !== 'sleep')) {
      const plain = kept(event, this.now(), (value) => this.reasonOf(value));
      this.#put(event.type === 'settled' ? this.#withError(plain, event.status) : plain);
    }
  }

  /** What the function of a process has returned, a moment before that is told. */
  returned(pid: Pid, value: unknown): void {
    const text = errorTextOf(value);
    if (text !== null) {
      this.#errors.set(pid, text);
    }
  }

  #withError(event: TraceEvent, status: string | undefined): TraceEvent {
    const { pid } = event as { readonly pid: Pid };
    const error = this.#errors.get(pid);
    this.#errors.delete(pid);
    return error === undefined || status !== 'fulfilled' ? event : { ...event, error } as TraceEvent;
  }

  #gone(pid: Pid): void {
    if (this.#alive.delete(pid) && this.#alive.size === 0) {
      this.#idle?.();
    }
  }

  /** Resolves when no task is alive any more. */
  idle(): Promise<void> {
    return this.#alive.size === 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.#idle = resolve;
        });
  }

  print(text: string): void {
    const room = Math.max(0, limits.printed - this.#printed);
    this.#printed += text.length;
    if (room > 0) {
      const cut =
        text.length > room ? `${text.slice(0, room)}… and no more: too much is printed` : text;
      this.add({ type: 'printed', time: this.now(), text: cut });
    }
  }

  /** A new beat: what is left is handed on, and a few events may go at once again. */
  beat(): void {
    this.flush();
    this.#prompt = PROMPT;
  }

  flush(): void {
    if (this.#events.length > 0) {
      this.#take(this.#events, this.#until);
      this.#events = [];
      this.#waiting = 0;
    }
  }

  #put(event: TraceEvent): void {
    if (this.#done) {
      return;
    }
    this.#count += 1;
    const moment = Math.max(Math.floor(event.time), this.#moment);
    this.#ofMoment = moment === this.#moment ? this.#ofMoment + 1 : 1;
    this.#moment = moment;
    this.#until = Math.max(this.#until, event.time);
    this.#events.push(event);
    const texts = textsOf(event);
    this.#waiting += event.type === 'printed' ? event.text.length : texts;
    if (this.#prompt > 0 || this.#events.length >= BATCH || this.#waiting >= BATCH_TEXTS) {
      this.#prompt -= 1;
      this.flush();
    }
    this.#texts += texts;
    if (this.#texts > TEXTS_MAX) {
      throw new TooManyEvents(this.#end(`${amount(TEXTS_MAX)} characters of what happened`));
    }
    if (this.#count >= limits.events) {
      throw new TooManyEvents(this.#end(`${amount(limits.events)} events`));
    }
    this.heard?.();
  }

  /** There was too much of something; gives the sentence that says so. */
  #end(what: string): string {
    const at = `${(this.#until / 1000).toFixed(3)} s`;
    const why = `Stopped at ${what}, at ${at}.`;
    this.#tellUncounted();
    this.#events.push({ type: 'stopped', time: this.#until, why });
    this.flush();
    this.#done = true;
    this.full = why;
    this.#full(why);
    this.over?.(new TooManyEvents(why));
    return why;
  }
}

/** Characters of an event's texts that a program decides on. */
function textsOf(event: TraceEvent): number {
  const { label, path, error, reason } = event as {
    readonly [name in 'label' | 'path' | 'error']?: string;
  } & { readonly reason?: Reason };
  return [label, path, error, reason?.text].reduce((sum, text) => sum + (text?.length ?? 0), 0);
}

/* They would turn round the words beside a label as well. */
const DIRECTIONS = /[\u202a-\u202e\u2066-\u2069]/g;

/** A label as it is kept: cut, and not within a letter. */
export const labelOf = (label: unknown): string =>
  String(label)
    .replace(DIRECTIONS, '')
    .slice(0, LABEL)
    .replace(/[\ud800-\udbff]$/, '');

const FAILURES: ReadonlySet<string> = new Set(['signalled', 'trapped', 'surfaced']);

/** Whether it has a reason, of which `undefined` is one. */
const isFailure = ({ type, status }: RuntimeLike): boolean =>
  FAILURES.has(type) || (type === 'settled' && status === 'rejected');

/** What the page draws of an event, as plain data: reasons as text, labels cut. */
function kept(
  event: RuntimeLike,
  now: number,
  inWords: (reason: unknown) => Reason,
): TraceEvent {
  const from = event as unknown as Record<string, unknown>;
  const plain: Record<string, unknown> = {
    type: event.type,
    time: Math.max(event.time, now), // the kernel may not have been told the time yet
    pid: event.pid,
    label: labelOf(event.label ?? ''),
  };
  for (const name of FIELDS) {
    if (from[name] !== undefined) {
      plain[name] = from[name];
    }
  }
  if (event.reason !== undefined || isFailure(event)) {
    plain['reason'] = inWords(event.reason);
  }
  return plain as unknown as TraceEvent;
}
