// Case 12: what Belay is modelled on, on the same machine. Left out where
// there is no Elixir.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cmakeBuild } from '../../scripts/lib/cmake.mjs';
import { onPath } from '../../scripts/lib/tools.mjs';
import { belay, floor, noop, ours } from './shared.mjs';

const path = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const ask = (program, words) =>
  JSON.parse(execFileSync(program, words.map(String), { encoding: 'utf8' }).trim());

/** Elixir takes so many microseconds that a twentieth of the items will do. */
const elixir = (...flags) => async () => ({
  measure: (count) => {
    const { awaitNs, itemNs } = ask('elixir', [...flags, path('bench/elixir/tasks.exs'), count]);
    return { awaitNs, itemNs };
  },
});

const FEW = { items: 50_000 };

async function kernel() {
  const time = (count, operation) =>
    ask(path('build/release/native'), [1_000, count, operation])[operation];
  return {
    measure: (count) => ({
      awaitNs: time(count, 'await'),
      itemNs: time(count, 'item_handed_over'),
    }),
  };
}

/** Tasks in C on threads; see bench/native/tasks.c for the two ways to await. */
const threads = (how) => async () => ({
  measure: (count) => ask(path('build/release/tasks'), [count, how]),
});

async function javascript() {
  const { Task } = await belay();
  const awaits = async (count) => {
    for (let item = 0; item < count; item++) {
      if ((await Task.await(Task.async(() => noop(item)))) !== item) {
        throw new Error(`item ${item} is wrong`);
      }
    }
  };
  const items = async (count) => {
    const list = Array.from({ length: count }, (_, index) => index);
    let ended = 0;
    for await (const { value } of Task.asyncStream(list, noop, { maxConcurrency: 100 })) {
      ended += value === ended ? 1 : 0;
    }
    if (ended !== count) {
      throw new Error(`${ended} of ${count} items are right`);
    }
  };
  const time = async (work, count) => {
    await work(count / 2);
    globalThis.gc();
    const began = performance.now();
    await work(count);
    return ((performance.now() - began) * 1e6) / count;
  };
  return {
    measure: async (count) => ({
      awaitNs: await time(awaits, count / 2),
      itemNs: await time(items, count),
    }),
  };
}

export const elixirCases = {
  elixir: {
    number: 12,
    title: 'against Elixir on the same machine',
    prepare: () => cmakeBuild('release', ['native', 'tasks']),
    missing: () => (onPath('elixir') ? null : 'There is no Elixir on this machine.'),
    items: 200_000,
    judged: 'awaitNs',
    columns: [
      ['awaitNs', 'ns per async and await'],
      ['itemNs', 'ns per stream item'],
    ],
    rows: {
      elixir: floor('Elixir', elixir(), FEW),
      'elixir-1': floor('Elixir, one scheduler', elixir('--erl', '+S 1:1'), FEW),
      belay: ours('Belay in JavaScript', javascript),
      kernel: ours("Belay's kernel in C", kernel, { items: 1_000_000 }),
      c: ours('Belay in C on threads, awaited without a timeout', threads('infinity')),
      'c-timeout': ours('Belay in C on threads, awaited with a timeout', threads('timeout'), FEW),
    },
    targets: [
      { row: 'elixir', over: 'kernel', figure: 'awaitNs', atLeast: 20 },
      { row: 'elixir-1', over: 'kernel', figure: 'awaitNs', atLeast: 20 },
      { row: 'elixir', over: 'c', figure: 'awaitNs', atLeast: 10 },
      { row: 'elixir', over: 'belay', figure: 'itemNs', atLeast: 8 },
      { row: 'elixir-1', over: 'belay', figure: 'itemNs', atLeast: 8 },
    ],
  },
};
