/** What the keys of one letter do on the stage. */
import type { Signal } from '@preact/signals';
import { troublesOf } from '../model/describe.ts';
import { speeds } from '../model/time.ts';
import { where } from '../model/trace.ts';
import type { Store } from '../state/store.ts';
import { openMenuHere } from './BreakMenu.tsx';
import { tabs } from './Tabs.tsx';

export function stageKey(event: KeyboardEvent, store: Store, tab: Signal<number>): void {
  const target = event.target as Element;
  const trace = store.trace.value;
  const ofPicked = () => where(trace, (_, pid) => pid === store.picked.value);
  const speedBy = (steps: number) => {
    const at = speeds.indexOf(store.speed.value as (typeof speeds)[number]) + steps;
    store.setSpeed(speeds[Math.min(speeds.length - 1, Math.max(0, at))] as number);
  };
  const actions: Record<string, () => void> = {
    ',': () => store.step(-1),
    '.': () => store.step(1),
    '<': () => store.step(-1, ofPicked()),
    '>': () => store.step(1, ofPicked()),
    '[': () => store.step(-1, troublesOf(trace)),
    ']': () => store.step(1, troublesOf(trace)),
    '-': () => speedBy(-1),
    '=': () => speedBy(1),
    r: () => store.newSeed(100_000),
    b: () => void openMenuHere(store),
    '+': () => void zoom((by) => by.closer(store)),
    _: () => void zoom((by) => by.wider(store)),
    0: () => void zoom((by) => by.whole(store)),
  };
  tabs.forEach((_, index) => {
    actions[String(index + 1)] = () => (tab.value = index);
  });
  if (!target.matches('button, input, [role=gridcell], [role=treeitem], [role=tab]')) {
    actions['Home'] = () => store.seek(0);
    actions['End'] = () => store.seek(Number.POSITIVE_INFINITY);
  }
  if (!target.matches('button, input:not(.scrub)')) {
    actions[' '] = () => store.play(matchMedia('(prefers-reduced-motion: reduce)').matches);
  }
  const action = actions[event.key];
  if (action !== undefined) {
    event.preventDefault();
    action();
  }
}

/** What changes the part of the run that is shown comes a moment after the page. */
const zoom = (change: (by: typeof import('./Zoom.tsx')) => void) =>
  import('./Zoom.tsx').then(change, () => {});
