/**
 * The worker in which one program runs: the real belay-tasks module, a
 * network of its own, and a recorder. It is used for one run and then
 * ended, so nothing is left over for the next.
 */
import * as belay from 'belay-tasks';
import { format, formatLine, reasonOf } from '../model/format.ts';
import { resultOf, type Outcome } from '../model/outcome.ts';
import type { TraceEvent } from '../model/trace.ts';
import { createNetwork } from './network.ts';
import {
  BEAT,
  EVENTS_MAX,
  PRINTED_MAX,
  type Program,
  type RunOrder,
  type WorkerMessage,
} from './protocol.ts';

const LATE = 150; // ms by which a sign of life may be late and none missed
const AFTERGLOW = 300; // ms for which tasks that outlive `main` are watched
const PROMPT = 64; // events between two beats that are sent at once, one by one
const BATCH = 512; // events beyond those that are sent together

const { setInterval, clearInterval, setTimeout, performance } = globalThis;
const send = (message: WorkerMessage) => postMessage(message);

/**
 * Sends what happens to the page. The first events of a beat go at once, so
 * that they are known even if the program never lets go of the thread again;
 * a flood goes in batches. All times are read here, from one clock.
 */
class Recorder {
  #events: TraceEvent[] = [];
  #count = 0;
  #prompt = PROMPT;
  #printed = 0;
  readonly #start = performance.now();

  now(): number {
    return performance.now() - this.#start;
  }

  get full(): boolean {
    return this.#count >= EVENTS_MAX;
  }

  add(event: TraceEvent): void {
    if (this.full) {
      return;
    }
    this.#count += 1;
    this.#events.push(event);
    if (this.#prompt > 0 || this.#events.length >= BATCH) {
      this.#prompt -= 1;
      this.flush();
    }
  }

  /** A new beat: what is left is sent, and a few events may go at once again. */
  beat(): void {
    this.flush();
    this.#prompt = PROMPT;
  }

  print(text: string): void {
    const room = Math.max(0, PRINTED_MAX - this.#printed);
    this.#printed += text.length;
    if (room > 0) {
      this.add({ type: 'printed', time: this.now(), text: text.slice(0, room) });
    }
  }

  flush(): void {
    if (this.#events.length > 0) {
      send({ type: 'events', events: this.#events, until: this.now() });
      this.#events = [];
    }
  }
}

/** The program's text as a module; its files come first, as modules too. */
async function load({ source, files }: Program): Promise<{ main?: unknown }> {
  const urls: string[] = [];
  const address = (text: string) => {
    const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
    urls.push(url);
    return url;
  };
  let text = source;
  for (const [specifier, file] of Object.entries(files)) {
    text = text.replaceAll(`'${specifier}'`, `'${address(file)}'`);
  }
  try {
    return await import(/* @vite-ignore */ address(text));
  } finally {
    /* A program may import a file later on: only its own text is let go. */
    URL.revokeObjectURL(urls.at(-1) as string);
  }
}

/** What the page draws, of all that a runtime tells. */
const DRAWN: ReadonlySet<string> = new Set([
  'spawned',
  'started',
  'settled',
  'killed',
  'timedOut',
  'restarted',
  'terminated',
  'logged',
]);

async function run(program: Program): Promise<void> {
  const runtime = belay.createRuntime({ onLog: () => {} });
  const recorder = new Recorder();
  const network = createNetwork();
  recorder.add({ type: 'began', time: 0, pid: runtime.inspect().root });
  const leave = runtime.subscribe((event) => {
    if (!DRAWN.has(event.type)) {
      return;
    }
    const reason =
      'reason' in event && event.reason !== undefined ? { reason: reasonOf(event.reason) } : {};
    recorder.add({ ...event, ...reason, time: recorder.now() } as TraceEvent);
  });
  const beats = watchThread(recorder);
  addEventListener('unhandledrejection', (event) => {
    event.preventDefault();
    recorder.add({ type: 'unhandled', time: recorder.now(), reason: reasonOf(event.reason) });
  });

  let outcome: Outcome;
  try {
    const { main } = await load(program);
    if (typeof main !== 'function') {
      throw new TypeError('the program exports no function main');
    }
    const { Task, TaskSupervisor, Supervisor, Process, sleep } = runtime;
    const log = (...values: unknown[]) => recorder.print(formatLine(values));
    const { fetch, url: base } = network;
    const value = await main({
      Task,
      TaskSupervisor,
      Supervisor,
      Process,
      sleep,
      fetch,
      base,
      log,
      server: network,
    });
    recorder.add({ type: 'returned', time: recorder.now() });
    outcome = { kind: 'returned', result: resultOf(value, format) };
  } catch (error) {
    const reason = reasonOf(error);
    recorder.add({ type: 'threw', time: recorder.now(), reason });
    outcome = { kind: 'threw', reason };
  }
  await settleDown(runtime);
  leave();
  clearInterval(beats);
  recorder.flush();
  send({
    type: 'ended',
    outcome: recorder.full ? { kind: 'full', limit: EVENTS_MAX } : outcome,
    stats: { ...network.stats },
    until: recorder.now(),
  });
}

/** Signs of life, and a note of each time the thread could not give one. */
function watchThread(recorder: Recorder): ReturnType<typeof setInterval> {
  let last = recorder.now();
  return setInterval(() => {
    const now = recorder.now();
    if (now - last > BEAT + LATE) {
      recorder.add({ type: 'blocked', from: last, time: now });
    }
    last = now;
    recorder.beat();
    send({ type: 'beat', until: now });
  }, BEAT);
}

/** Waits a little for tasks that outlive `main`, so that their end is seen. */
async function settleDown(runtime: ReturnType<typeof belay.createRuntime>): Promise<void> {
  const deadline = performance.now() + AFTERGLOW;
  const busy = () =>
    runtime.inspect().processes.some(({ kind }) => kind === 'task' || kind === 'item');
  do {
    await new Promise((resolve) => setTimeout(resolve, 20));
  } while (busy() && performance.now() < deadline);
}

/* The text of a program must not find its way to a real network. */
for (const name of [
  'fetch',
  'XMLHttpRequest',
  'WebSocket',
  'EventSource',
  'WebTransport',
  'importScripts',
]) {
  Reflect.deleteProperty(globalThis, name);
  if (name in globalThis) {
    Object.defineProperty(globalThis, name, { value: undefined });
  }
}

addEventListener('message', ({ data }: MessageEvent<RunOrder>) => {
  run(data.program).catch((error) => send({ type: 'unable', reason: reasonOf(error) }));
});
send({ type: 'ready' });
