/**
 * The worker in which one program runs. It is used for one run and then
 * ended, so nothing is left over for the next. It speaks to the page through
 * a port of its own, and what could reach the world outside is taken away:
 * the frame's policy refuses all of it as well.
 */
import 'belay-tasks/worker'; // this script also runs the bodies that a run gives to workers
import type { TraceEvent } from '../model/events.ts';
import { reasonOf, safely } from '../model/format.ts';
import type { Summary } from '../model/summary.ts';
import type { Addresses } from './load.ts';
import { nestedWorkers } from './nested.ts';
import {
  BEAT,
  type NestedOrder,
  type NestedFailure,
  type RunOrder,
  type SeedsOrder,
  type WorkerMessage,
} from './protocol.ts';
import { Recorder } from './recorder.ts';
import { runProgram } from './run.ts';
import { survey } from './survey.ts';

/* Taken before a program or a simulation can replace them. */
const { setInterval, clearInterval, addEventListener, close } = globalThis;
const toFrame = globalThis.postMessage.bind(globalThis) as (
  order: NestedOrder,
  transfer: Transferable[],
) => void;
const { createObjectURL, revokeObjectURL } = URL;
const { wait } = Atomics;

const FAILURES = 5; // that are heard between two pauses
const PAUSE = 4; // ms
const WAITS = 500; // in a message

const addresses: Addresses = {
  of: (text) => createObjectURL(new Blob([text], { type: 'text/javascript' })),
  free: (address) => revokeObjectURL(address),
  workers: nestedWorkers(location.href, toFrame, (failed) =>
    addEventListener('message', ({ data }: MessageEvent<NestedFailure | null>) => {
      if (data?.failed !== undefined) {
        failed(data.failed, data.text);
      }
    }),
  ),
};

/** What nobody handles is an event of the run, and breaks no worker. */
function hearFailures(recorder: () => Recorder | null): void {
  let count = 0;
  const hear = (event: Event, reason: unknown) => {
    event.preventDefault();
    recorder()?.unhandled(reason);
    count += 1;
    if (count % FAILURES === 0) {
      rest(PAUSE);
    }
  };
  addEventListener('unhandledrejection', (event) => hear(event, event.reason));
  addEventListener('error', (event) => hear(event, event.error));
}

/** A cell that nobody ever wakes; null where memory cannot be shared. */
const cell = safely(
  () => new Int32Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer),
  null,
);

/**
 * This thread does nothing for so long. Firefox tells its console of each failure, whoever
 * has heard it, and does so on the page's thread: hundreds at once held the page up for as
 * long as they take together.
 */
function rest(ms: number): void {
  if (cell !== null) {
    wait(cell, 0, 0, ms);
  }
}

async function run({ input }: RunOrder, send: (message: WorkerMessage) => void): Promise<void> {
  const take = (events: readonly TraceEvent[], until: number) =>
    send({ type: 'events', events, until });
  const recorder = new Recorder(take, (why) => {
    const stats = { requests: 0, inFlight: 0, peakInFlight: 0, cancelled: 0 };
    send({ type: 'ended', outcome: { kind: 'limited', why }, stats, until: recorder.until });
    /* Not when the page gets to it: in Firefox each rejection keeps the page busy as well. */
    close();
  });
  const beats = setInterval(() => {
    recorder.beat();
    send({ type: 'beat', until: Math.max(recorder.until, recorder.now()) });
  }, BEAT);
  hearFailures(() => recorder);
  const { waits, ...ended } = await runProgram(input, recorder, addresses);
  clearInterval(beats);
  /* One message of all of them would hold the page up while it is read. */
  for (let first = 0; first === 0 || first < waits.length; first += WAITS) {
    send({ type: 'waits', waits: waits.slice(first, first + WAITS) });
  }
  send({ type: 'ended', ...ended });
}

/* A program that makes use of what most use. */
const REHEARSAL = `
import { Task } from 'belay-tasks';
export async function main({ sleep, fetch, base }) {
  const item = async (n) => {
    await (await fetch(\`\${base}/users/\${n}\`)).json();
    await sleep(n);
  };
  await Task.asyncStream([1, 2, 3], item, { maxConcurrency: 2, timeout: 2, onTimeout: 'killTask' })
    .toArray()
    .catch(() => {});
  return Task.await(Task.async(() => console.log('ready')));
}`;

/**
 * Runs a small program to its end before one is asked for: what the engine of the browser
 * does at the first time, compile functions and find modules, took half of the time from
 * Run to its picture.
 */
async function rehearse(): Promise<void> {
  const program = { source: REHEARSAL, files: {} };
  const recorder = new Recorder(
    () => {},
    () => {},
  );
  await runProgram({ program, seed: 1, world: null, knobs: {} }, recorder, addresses);
}

async function runSeeds(
  { input, seeds }: SeedsOrder,
  send: (message: WorkerMessage) => void,
): Promise<void> {
  let recorder: Recorder | null = null;
  const beats = setInterval(() => send({ type: 'beat', until: 0 }), BEAT);
  hearFailures(() => recorder);
  const tell = (summary: Summary) => send({ type: 'seed', summary });
  await survey(input, seeds, addresses, tell, (next) => {
    recorder = next;
  });
  clearInterval(beats);
}

/* The text of a program must not find its way out, nor to the frame. */
for (const name of [
  'fetch',
  'XMLHttpRequest',
  'WebSocket',
  'WebSocketStream',
  'EventSource',
  'WebTransport',
  'RTCPeerConnection',
  'Worker',
  'SharedWorker',
  'BroadcastChannel',
  'importScripts',
  'indexedDB',
  'caches',
  'postMessage',
  'close',
]) {
  Reflect.deleteProperty(globalThis, name);
  if (name in globalThis) {
    Object.defineProperty(globalThis, name, {
      value: undefined,
      configurable: true,
      writable: true,
    });
  }
}

addEventListener(
  'message',
  ({ data: order, ports: [port] }) => {
    if (port === undefined || order !== null) {
      return; // a worker of the library's is told its own
    }
    const send = port.postMessage.bind(port) as (message: WorkerMessage) => void;
    port.onmessage = ({ data }: MessageEvent<RunOrder | SeedsOrder>) => {
      (data.type === 'run' ? run(data, send) : runSeeds(data, send)).catch((error) => send({ type: 'unable', reason: reasonOf(error) }));
    };
    void rehearse().finally(() => send({ type: 'ready' }));
  },
  { once: true },
);
