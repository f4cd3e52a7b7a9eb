// Case 11: the kernel natively, without any JavaScript. Processor time of a
// program that does nothing else; build/release/native, from bench/native.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cmakeBuild } from '../../scripts/lib/cmake.mjs';
import { number, ours } from './shared.mjs';

const program = fileURLToPath(new URL('../../build/release/native', import.meta.url));

const native = (live) =>
  ours(`${number(live)} others alive`, async () => ({
    measure: (count) =>
      JSON.parse(execFileSync(program, [live, count].map(String), { encoding: 'utf8' })),
  }));

const operations = [
  ['await', 'spawn, await, settle'],
  ['await_many', 'the same, 100 at a time'],
  ['await_timeout', 'and with a timeout'],
  ['item_cycled', 'stream item, collected'],
  ['item_handed_over', 'stream item, one by one'],
  ['timer_cancelled', 'timer, start and cancel'],
  ['timer_fired', 'timer, start and fire'],
  ['link_and_monitor', 'link, monitor and undo'],
  ['supervised_child', 'supervised child'],
];

export const nativeCases = {
  native: {
    number: 11,
    title: 'the kernel natively, ns of processor time for one',
    prepare: () => cmakeBuild('release', ['native']),
    items: 1_000_000,
    quickItems: 300_000,
    judged: 'await',
    columns: [
      ...operations,
      ['bytes_waiting', 'bytes per waiting task'],
      ['bytes_awaited', 'and awaited, with a timeout'],
    ],
    rows: {
      belay: native(1_000),
      'belay-10k': native(10_000),
      'belay-100k': native(100_000),
      'belay-1m': native(1_000_000),
    },
    targets: [
      { row: 'belay', figure: 'await', atMost: 100 },
      { row: 'belay', figure: 'timer_cancelled', atMost: 30 },
      { row: 'belay-1m', over: 'belay', figure: 'await', atMost: 1.5 },
      { row: 'belay-1m', over: 'belay', figure: 'timer_cancelled', atMost: 1.5 },
      { row: 'belay-1m', figure: 'bytes_waiting', atMost: 128 },
    ],
  },
};
