// What each feature costs when it is used, over a stream that uses none; and
// how the cost of a task grows with the number of those that are alive.

import diagnostics from 'node:diagnostics_channel';
import { AsyncLocalStorage } from 'node:async_hooks';
import { load } from '../package.mjs';
import { belay, collected, floor, noop, number, ours, timing, valueOf } from './shared.mjs';

const CONCURRENCY = 100;
const plain = { maxConcurrency: CONCURRENCY, timeout: Infinity };

const feature = (label, more, body) => ours(label, collected({ ...plain, ...more }, body));

/** A stream of a runtime that `prepare` has got ready. */
const prepared = (label, prepare, options) =>
  ours(label, async () => {
    const { createRuntime } = await belay();
    const runtime = createRuntime(options);
    const open = prepare(runtime) ?? ((...words) => runtime.Task.asyncStream(...words));
    return {
      run: (items) => open(items, noop, plain).toArray(),
      values: (entries) => entries.map(valueOf),
    };
  });

/** So that an engine cannot leave out what is looked at. */
const seen = { aborted: 0, events: 0 };

const readSignal = async (item, { signal }) => {
  seen.aborted += signal.aborted ? 1 : 0;
  return item;
};

const readSelf = async (item, { self }) => (self === '' ? -1 : item);

const listen = () => {
  seen.events++;
};

const simulated = async () => {
  const { simulate } = await load('testing');
  return {
    run: async (items) => {
      const main = ({ Task }) => Task.asyncStream(items, noop, plain).toArray();
      return (await simulate(main, { maxSteps: Infinity })).value;
    },
    values: (entries) => entries.map(valueOf),
  };
};

const features = {
  title: 'what a feature costs when it is used',
  items: 300_000,
  quickItems: 100_000,
  floor: 'belay',
  judged: 'ns',
  columns: timing,
  guarded: ['timeout', 'events'],
  rows: {
    belay: feature('asyncStream without any', {}),
    timeout: feature('a timeout', { timeout: 5_000 }),
    kill: feature("onTimeout: 'killTask'", { timeout: 5_000, onTimeout: 'killTask' }),
    unordered: feature('ordered: false', { ordered: false }),
    zip: feature('zipInputOnExit', { zipInputOnExit: true }),
    buffered: feature('maxBuffered', { maxBuffered: 2 * CONCURRENCY }),
    abandoned: feature('maxAbandoned: 0', { maxAbandoned: 0 }),
    signal: feature('one AbortSignal for the stream', { signal: new AbortController().signal }),
    self: feature('the body reads context.self', {}, readSelf),
    'signal-read': feature('the body reads context.signal', {}, readSignal),
    supervised: prepared('under a supervisor, no links', (runtime) => {
      const supervisor = runtime.TaskSupervisor.start();
      return (...words) => runtime.TaskSupervisor.asyncStreamNolink(supervisor, ...words);
    }),
    events: prepared('events: one subscriber', (runtime) => {
      runtime.subscribe(listen);
    }),
    channel: prepared('events: diagnostics_channel', () => {
      diagnostics.subscribe('belay:event', listen);
    }),
    trace: prepared('trace: true', () => {}, { trace: true }),
    storage: prepared('an AsyncLocalStorage of the program', () => {
      new AsyncLocalStorage().enterWith({});
    }),
    simulate: ours('within simulate', simulated, { items: 100_000, quickItems: 20_000 }),
  },
  targets: [],
};

/** One after the other is spawned and awaited while `live` others run. */
const among = (live) => async () => {
  const { createRuntime } = await belay();
  const { Task } = createRuntime({ maxTasks: 2_000_000 });
  let running = 0;
  const never = new Promise(() => {});
  for (let started = 0; started < live; started++) {
    Task.async(() => {
      running++;
      return never;
    });
  }
  while (running < live) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return {
    run: async (items) => {
      const results = new Array(items.length);
      for (let index = 0; index < items.length; index++) {
        results[index] = await Task.await(Task.async(() => noop(items[index])));
      }
      return results;
    },
  };
};

const label = (live) => `${number(live)} others alive`;
const growing = (live) => ours(label(live), among(live));

const growth = {
  title: 'spawn and await one task among many that are alive',
  items: 50_000,
  quickItems: 20_000,
  floor: 'live-1k',
  judged: 'ns',
  columns: timing,
  guarded: [],
  rows: {
    'live-1k': floor(label(1_000), among(1_000)),
    'live-10k': growing(10_000),
    'live-100k': growing(100_000),
    'live-1m': growing(1_000_000),
  },
  targets: [],
};

export const featureCases = { features, growth };
