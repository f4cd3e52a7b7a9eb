// Case 9: tests on virtual time: many tasks that each sleep three times, for
// up to an hour.

import { threadTime } from '../measuring.mjs';
import { load } from '../package.mjs';
import { floor, ours, peer } from './shared.mjs';

const HOUR = 3_600_000;
const SLEEPS = 3;

/** The sleeps of all tasks, the same in each run: whole seconds. */
function plan(count) {
  let state = 1;
  const draw = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return 1_000 * (1 + (state % (HOUR / 1_000)));
  };
  return Array.from({ length: count }, () => Array.from({ length: SLEEPS }, draw));
}

/** `run(plan)` gives, for each task, when it ended. */
const measured = (load) => async () => {
  const run = await load();
  const once = async (count) => {
    const sleeps = plan(count);
    globalThis.gc();
    const cpu = threadTime();
    const began = performance.now();
    const ends = await run(sleeps);
    const elapsed = performance.now() - began;
    await new Promise((resolve) => setTimeout(resolve, 2));
    const used = threadTime() - cpu;
    sleeps.forEach((own, index) => {
      const sum = own.reduce((total, ms) => total + ms, 0);
      if (ends[index] !== sum) {
        throw new Error(`task ${index} ended at ${ends[index]}, not at ${sum}`);
      }
    });
    return {
      ns: (elapsed * 1e6) / (count * SLEEPS),
      cpuNs: (used * 1e6) / (count * SLEEPS),
    };
  };
  return {
    measure: async (count) => {
      await once(Math.min(count, 2_000));
      return once(count);
    },
  };
};

/* Each has its tasks awaited together, as a test would. A million tasks take
 * more steps than simulate allows unless told otherwise. */
const simulated = (options) =>
  measured(async () => {
    const { simulate } = await load('testing');
    const limits = { maxSteps: Infinity, maxTasks: 2_000_000 };
    return async (sleeps) => {
      const { value } = await simulate(
        ({ Task, now }) =>
          Task.awaitMany(
            sleeps.map((own) =>
              Task.async(async ({ sleep }) => {
                for (const ms of own) {
                  await sleep(ms);
                }
                return now();
              }),
            ),
            Infinity,
          ),
        { ...limits, ...options },
      );
      return value;
    };
  });

/* What is left when nothing is kept of a task: the heap that simulate has too, which the
 * package does not export, a promise for each sleep, and a turn of the event loop for each
 * moment. */
const byHand = measured(async () => {
  const { VirtualTime } = await import('../../bindings/js/testing-time.js');
  return async (sleeps) => {
    const time = new VirtualTime();
    const sleep = (ms) => new Promise((resolve) => time.set(time.now + ms, resolve));
    const ends = Promise.all(
      sleeps.map(async (own) => {
        for (const ms of own) {
          await sleep(ms);
        }
        return time.now;
      }),
    );
    while (time.next !== Infinity) {
      const moment = time.next;
      while (time.next === moment) {
        time.jump()();
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    return ends;
  };
});

const sinon = measured(async () => {
  const { createClock } = await import('@sinonjs/fake-timers');
  return async (sleeps) => {
    const clock = createClock(0, Infinity);
    const sleep = (ms) => new Promise((resolve) => clock.setTimeout(resolve, ms));
    const ends = Promise.all(
      sleeps.map(async (own) => {
        for (const ms of own) {
          await sleep(ms);
        }
        return clock.now;
      }),
    );
    await clock.runAllAsync();
    return ends;
  };
});

const effect = measured(async () => {
  const { Clock, Effect, Fiber } = await import('effect');
  const { TestClock } = await import('effect/testing');
  return (sleeps) => {
    const task = (own) =>
      Effect.gen(function* () {
        for (const ms of own) {
          yield* Effect.sleep(ms);
        }
        return yield* Clock.currentTimeMillis;
      });
    const program = Effect.gen(function* () {
      const all = Effect.forEach(sleeps, task, { concurrency: 'unbounded' });
      const fiber = yield* Effect.forkChild(all);
      yield* TestClock.adjust(SLEEPS * HOUR);
      return yield* Fiber.join(fiber);
    });
    return Effect.runPromise(Effect.provide(program, TestClock.layer()));
  };
});

const at = (kind, label, load, items) => kind(label, load, { items });
const SIMULATE = 'Belay simulate';
const BY_HAND = 'heap and promises by hand';
const SINON = 'fake-timers runAllAsync';
const EFFECT = 'Effect TestClock.adjust';

export const virtualCases = {
  virtual: {
    number: 9,
    title: 'virtual time, tasks with 3 sleeps of up to an hour',
    items: 100_000,
    quickItems: 20_000,
    judged: 'ns',
    columns: [
      ['ns', 'ns per sleep'],
      ['cpuNs', 'CPU ns per sleep'],
    ],
    guarded: ['belay'],
    floor: 'sinon',
    rows: {
      belay: ours(SIMULATE, simulated({}), { quickItems: 20_000 }),
      'belay-no-trace': ours(`${SIMULATE}, trace: false`, simulated({ trace: false })),
      'belay-1k': at(ours, SIMULATE, simulated({}), 1_000),
      'belay-10k': at(ours, SIMULATE, simulated({}), 10_000),
      'belay-1m': at(ours, `${SIMULATE}, trace: false`, simulated({ trace: false }), 1_000_000),
      hand: floor(BY_HAND, byHand),
      'hand-1m': at(floor, BY_HAND, byHand, 1_000_000),
      sinon: peer(SINON, sinon, { quickItems: 20_000 }),
      'sinon-1k': at(peer, SINON, sinon, 1_000),
      'sinon-10k': at(peer, SINON, sinon, 10_000),
      'effect-1k': at(peer, EFFECT, effect, 1_000),
      effect: at(peer, EFFECT, effect, 10_000),
    },
    targets: [
      { row: 'sinon', over: 'belay', atLeast: 4 },
      { row: 'effect', over: 'belay', atLeast: 50 },
      { row: 'belay-1m', over: 'belay-no-trace', atMost: 1.5 },
    ],
  },
};
