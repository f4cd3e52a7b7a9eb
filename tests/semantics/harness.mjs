/**
 * For tests of single statements: each in a simulation of its own, so that
 * time is virtual and exact, and bodies that are often needed.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRuntime, ExitError } from 'belay-tasks';
import { simulate } from 'belay-tasks/testing';
import { FakeClock } from '../js/fake-clock.mjs';

/**
 * A test whose name begins with the id of a statement. `body` gets what
 * `simulate` gives, and:
 *
 * - `trace`, `say(...words)`: a list of [time, ...words];
 * - `at(time)`: sleeps until that time;
 * - `alone(body)`: a process that is linked to nobody: its pid, and a promise
 *   of the reason it ends with;
 * - `onEnd(pid, listener)`: as a monitor, but in order with all that happens;
 * - `logged`: what went to the log.
 *
 * A failure that surfaces at the root makes the simulation, and so the test,
 * fail.
 */
export function statement(name, body, options) {
  test(name, async () => {
    const logged = [];
    const onLog = (entry) => logged.push(entry);
    await simulate((api) => body({ ...api, ...toolsFor(api), logged }), { onLog, ...options });
  });
}

/**
 * The same in a runtime at which nobody looks. Some things go another way
 * there, which a simulation, as it keeps all events, never sees.
 */
export function unwatched(name, body) {
  test(name, async () => {
    const clock = new FakeClock();
    const runtime = createRuntime({ clock, onLog() {} });
    const { Task, TaskSupervisor, Process, sleep } = runtime;
    let done = false;
    const finished = body({ Task, TaskSupervisor, Process, sleep, now: () => clock.now() }).finally(() => {
      done = true;
    });
    finished.catch(() => {});
    for (let ms = 0; !done && ms < 10_000; ms++) await clock.advance(1);
    assert.ok(done, 'it has not come to an end');
    await finished;
    runtime.dispose();
  });
}

function toolsFor({ Task, Process, sleep, now, subscribe }) {
  const trace = [];
  const ends = new Map();
  subscribe((event) => {
    if (event.type === 'settled') ends.get(event.pid)?.(event.status === 'fulfilled' ? 'normal' : event.reason);
  });
  return {
    trace,
    onEnd: (pid, listener) => {
      ends.set(pid, listener);
    },
    say: (...words) => {
      trace.push([now(), ...words]);
    },
    at: (time) => sleep(time - now()),
    alone: (body, options) => {
      const pid = Task.start(body, options);
      return { pid, ended: Process.monitor(pid).down };
    },
  };
}

/* ---- Bodies ------------------------------------------------------------- */

export const forever = (me) => me.sleep(Infinity);

/** Returns, throws or exits after so many ms. */
export const returns = (ms, value) => async (me) => {
  await me.sleep(ms);
  return value;
};
export const throws = (ms, error) => async (me) => {
  await me.sleep(ms);
  throw error;
};
export const exits = (ms, reason) => async (me) => {
  await me.sleep(ms);
  me.exit(reason);
};

/** Traps exits, notes the reasons it is told in `heard`, and goes on as `body`. */
export const trapping = (heard, body = forever) => (me) => {
  me.Process.flag('trapExit', true);
  me.Process.onExit(({ reason }) => heard.push(reason));
  return body(me);
};

/** Traps exits; asked to stop, it goes on for so many ms and ends as told. */
export const cleaningUp = (ms, end = () => {}) => (me) => new Promise((resolve, reject) => {
  me.Process.flag('trapExit', true);
  me.Process.onExit(() => me.sleep(ms).then(() => end(me)).then(resolve, reject));
});

/** Runs the first body in its first run, the second in its second ..., then the last. */
export function byRun(...bodies) {
  let run = 0;
  const body = (me) => bodies[Math.min(run++, bodies.length - 1)](me);
  return Object.assign(body, { runs: () => run });
}

/* ---- Supervisors -------------------------------------------------------- */

/** Says when and why each of the processes ends. */
export function watch({ say, onEnd }, pids) {
  for (const [name, pid] of Object.entries(pids)) onEnd(pid, (reason) => say(name, reason));
}

/** The spec of a child of a general supervisor that runs `body`. */
export const child = (id, body = forever, fields = {}) => ({ id, start: ({ Task }) => Task.startLink(body), ...fields });

/** The same; says when it is started, when and why its process ends. */
export const watched = (api, id, body = forever, fields = {}) => ({
  id,
  start({ Task }) {
    api.say('start', id);
    const pid = Task.startLink(body);
    api.onEnd(pid, (reason) => api.say('end', id, reason));
    return pid;
  },
  ...fields,
});

/* ---- Looking ------------------------------------------------------------ */

/** The reason with which a promise rejects. */
export async function rejection(promise) {
  let value;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  return assert.fail(`fulfilled with ${String(value)}`);
}

/** What a call throws. */
export function thrown(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
  return assert.fail('it threw nothing');
}

export const ok = (value) => ({ status: 'fulfilled', value });
export const failed = (reason) => ({ status: 'rejected', reason });

/**
 * An outcome or entry with the reason of an ExitError in its place. An error
 * that was thrown must not be wrapped, and one that is stays so.
 */
export function plain(outcome) {
  if (outcome === null || outcome.status === 'fulfilled') return outcome;
  const { reason } = outcome;
  const isExit = reason instanceof ExitError && !(reason.reason instanceof Error);
  return { ...outcome, reason: isExit ? reason.reason : reason };
}

export async function collect(iterable) {
  const all = [];
  for await (const each of iterable) all.push(each);
  return all;
}

/* ---- Streams ------------------------------------------------------------ */

/** Numbers from 0; says when one is pulled and when the input is closed. */
export function* numbers(say, end = Infinity) {
  try {
    for (let number = 0; number < end; number++) {
      say('pull', number);
      yield number;
    }
  } finally {
    say('closed');
  }
}

/** What an entry holds: its value, or ['exit', reason]. */
export const short = (entry) => (entry.status === 'fulfilled' ? entry.value : ['exit', plain(entry).reason]);

/** Takes entry after entry, says each, and is busy for so many ms with it. */
export async function consume(stream, { say, sleep }, busy = 0) {
  const entries = [];
  for await (const entry of stream) {
    entries.push(short(entry));
    say('entry', short(entry));
    if (busy > 0) await sleep(busy);
  }
  return entries;
}
