/**
 * Runs one program to its end on the virtual clock: the real `simulate` of
 * belay-tasks/testing, with the globals of the platform on virtual time and
 * a network that exists only here. Knows no page and no worker, so that the
 * tests run the very same in Node.
 */
import { LimitError } from 'belay-tasks';
import { simulate, UnboundedError, type SimulationScope } from 'belay-tasks/testing';
import type { Pid } from '../model/events.ts';
import { plainOf } from '../model/canon.ts';
import { errorTextOf } from '../model/error-value.ts';
import { format, formatLine, safely } from '../model/format.ts';
import { resultOf, type Outcome } from '../model/outcome.ts';
import type { Wait } from '../model/pending.ts';
import { Changer } from './changer.ts';
import { Holds } from './holds.ts';
import { addressOf, exported, EXPORTS, type Addresses } from './load.ts';
import { createNetwork, type Network, type Stats } from './network.ts';
import { openRealtime, type Realtime } from './realtime.ts';
import { watchOwners } from './owners.ts';
import { watchReturns } from './returns.ts';
import { limits, type RunInput } from './protocol.ts';
import { amount, labelOf, PROMISE, type Recorder, type RuntimeLike } from './recorder.ts';
import { createWorld } from './world.ts';

/** Virtual ms for which tasks that outlive `main` are watched. */
const AFTERGLOW = 1000;
const STEPS_MAX = 1_000_000;

export interface Ended {
  readonly outcome: Outcome;
  readonly stats: Stats;
  readonly until: number;
  /** Who waited for what. */
  readonly waits: readonly Wait[];
}

type Main = (scope: object) => unknown;

/**
 * Runs it, and tells `recorder` of all that happens. One at a time: the
 * globals are those of the whole program. `addresses` is how the host makes
 * an importable address of a module's text.
 */
export async function runProgram(
  input: RunInput,
  recorder: Recorder,
  addresses: Addresses,
): Promise<Ended> {
  const restore: Array<() => void> = [];
  const put = (name: string, value: unknown) => restore.push(replaceGlobal(name, value));
  const changes = input.changes ?? [];
  const holds = new Holds(recorder, changes);
  const owners = await watchOwners(holds);
  restore.push(owners.end, watchReturns((pid, value) => recorder.returned(pid, value)));
  const realtime = input.clock === 'real' ? openRealtime(addresses, put) : null;
  const own = { ...exported, ...realtime?.exported };
  put(EXPORTS, { ...own, sleep: holds.sleeper(own.sleep, () => own.Process.self()) });
  const network =
    input.world === null
      ? createNetwork()
      : createWorld(input.world, input.seed, recorder, holds, owners.ownerOf);
  put('fetch', network.fetch);
  put(
    'console',
    consoleOf((text) => recorder.print(text)),
  );
  let outcome: Outcome;
  try {
    const { main } = (await addressOf(
      input.program,
      addresses,
      (url) => import(/* @vite-ignore */ url),
      (address) => {
        recorder.program = address;
      },
    )) as {
      main?: unknown;
    };
    if (typeof main !== 'function') {
      throw new TypeError('the program exports no function main');
    }
    const run: Run = { main: main as Main, input, recorder, network, holds };
    outcome =
      realtime === null
        ? await simulated(run, new Changer(changes, recorder, holds))
        : await inRealTime(run, realtime);
  } catch (error) {
    outcome = threw(error, recorder);
  } finally {
    for (const undo of restore.reverse()) {
      undo();
    }
  }
  recorder.close();
  if (recorder.full !== null) {
    outcome = { kind: 'limited', why: recorder.full };
  }
  return { outcome, stats: { ...network.stats }, until: recorder.until, waits: holds.waits };
}

interface Run {
  readonly main: Main;
  readonly input: RunInput;
  readonly recorder: Recorder;
  readonly network: Network;
  readonly holds: Holds;
}

type Scope = Pick<
  SimulationScope,
  'Task' | 'TaskSupervisor' | 'Supervisor' | 'Process' | 'sleep' | 'now' | 'inspect' | 'subscribe'
> & { readonly random: () => number };

/** Calls main, and watches what outlives it for a while. `returned` is told what it gave. */
async function callMain(
  { main, input, recorder, network, holds }: Run,
  scope: Scope,
  returned: (outcome: Outcome) => void,
): Promise<void> {
  const { Task, TaskSupervisor, Supervisor, Process, sleep, now, random, inspect } = scope;
  recorder.now = now;
  recorder.add({ type: 'began', time: 0, pid: inspect().root });
  scope.subscribe((event) => recorder.told(event as RuntimeLike));
  const watch = watcherOf(recorder, inspect().root);
  const log = (...values: unknown[]) => recorder.print(formatLine(values));
  const value = await main({
    Task,
    TaskSupervisor,
    Supervisor,
    Process,
    sleep: holds.sleeper(sleep, () => Process.self()),
    now,
    random,
    inspect,
    log,
    watch,
    fetch: network.fetch,
    base: network.url,
    server: network,
    ...input.knobs,
  });
  returned({ kind: 'returned', result: resultOf(value, format) });
  recorder.add({ type: 'returned', time: now() });
  if (recorder.alive > 0) {
    await Promise.race([recorder.idle(), sleep(AFTERGLOW)]);
  }
}

/** Rejects when there was too much of something: a main that hears of nothing would go on. */
function tooMuch(recorder: Recorder): Promise<never> {
  return new Promise((_, reject) => {
    recorder.over = reject;
  });
}

async function inRealTime(run: Run, realtime: Realtime): Promise<Outcome> {
  let outcome: Outcome | null = null;
  try {
    const main = callMain(run, realtime.scope, (gave) => {
      outcome = gave;
      realtime.scope.inspect(); // events that are still to be told are told now
    });
    await Promise.race([main, tooMuch(run.recorder)]);
  } catch (error) {
    return threw(error, run.recorder);
  } finally {
    realtime.end();
  }
  return outcome as unknown as Outcome;
}

async function simulated(run: Run, changer: Changer): Promise<Outcome> {
  const { input, recorder } = run;
  let outcome: Outcome | null = null;
  const body = async (scope: SimulationScope) => {
    recorder.now = scope.now;
    changer.begin(scope);
    const main = callMain(run, scope, (gave) => {
      outcome = gave;
    });
    await Promise.race([main, tooMuch(recorder)]);
  };
  try {
    await simulate(body, {
      seed: input.seed,
      globals: true,
      maxTime: limits.time,
      maxSteps: STEPS_MAX,
      maxTasks: limits.tasks,
      trace: false,
      onLog() {},
    });
  } catch (error) {
    if (outcome === null) {
      return limitOf(error, recorder) ?? threw(error, recorder);
    }
    /* What fails after main has returned changes nothing of what it gave. */
    if (limitOf(error, recorder) === null) {
      recorder.add({ type: 'unhandled', time: recorder.now(), reason: recorder.reasonOf(error) });
    }
  }
  return outcome as unknown as Outcome;
}

/**
 * `watch(promise, label, owner)`: draws a promise as a row under the process
 * that made it. A promise is no task: nobody owns it and nothing kills it, so
 * without this it would not be seen. It gives the same promise; one that is
 * rejected counts as handled.
 */
function watcherOf(recorder: Recorder, root: Pid) {
  let count = 0;
  return <T>(promise: Promise<T>, label = 'promise', owner: Pid = root): Promise<T> => {
    count += 1;
    const pid = `${PROMISE}${count}`;
    const about = () => ({ time: recorder.now(), pid });
    const named = { label: labelOf(label), parent: String(owner) };
    recorder.add({ type: 'promised', ...about(), ...named });
    promise.then(
      (value) => {
        const error = errorTextOf(value);
        recorder.add({
          type: 'kept',
          ...about(),
          status: 'fulfilled',
          ...(error !== null && { error }),
        });
      },
      (error) =>
        recorder.add({
          type: 'kept',
          ...about(),
          status: aborts.has(safely(() => error?.name, null)) ? 'aborted' : 'rejected',
          reason: recorder.reasonOf(error),
        }),
    );
    return promise;
  };
}

/** How the errors are called that a signal aborts with. */
const aborts: ReadonlySet<unknown> = new Set(['AbortError', 'TimeoutError']);

function threw(error: unknown, recorder: Recorder): Outcome {
  const reason = recorder.reasonOf(error);
  recorder.add({ type: 'threw', time: recorder.now(), reason });
  return { kind: 'threw', reason, plain: plainOf(error) };
}

/** What a limit of the page has ended; null for other errors. */
function limitOf(error: unknown, recorder: Recorder): Outcome | null {
  const why = safely(() => limitSentence(error), null); // anything can be thrown
  if (why === null) {
    return null;
  }
  recorder.add({ type: 'stopped', time: recorder.now(), why });
  return { kind: 'limited', why };
}

function limitSentence(error: unknown): string | null {
  if (error instanceof LimitError) {
    return `Stopped at ${amount(limits.tasks)} tasks alive at once.`;
  }
  if (!(error instanceof UnboundedError)) {
    return null;
  }
  const who = /\n[^]*/.exec(error.message)?.[0] ?? '';
  return error.limit === 'maxTime'
    ? `Stopped at ${limits.time / 60_000} minutes of virtual time; still waiting:${who}`
    : `Stopped after ${amount(STEPS_MAX)} steps; still waiting:${who}`;
}

/** Puts a global in place, and gives back what undoes that. */
function replaceGlobal(name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  Object.defineProperty(globalThis, name, {
    value,
    configurable: true,
    writable: true,
    enumerable: false,
  });
  return () => {
    if (before === undefined) {
      Reflect.deleteProperty(globalThis, name);
    } else {
      Object.defineProperty(globalThis, name, before);
    }
  };
}

/** `console`, whose lines go to the page. */
function consoleOf(print: (text: string) => void): Partial<Console> {
  const line = (...values: unknown[]) => print(formatLine(values));
  return { log: line, info: line, debug: line, warn: line, error: line, table: line };
}
