/**
 * The ways to break one process as a menu: of a row, by the menu key, Shift
 * F10, the right button or the row's own button; or of whom the playhead is at, by `b`.
 */
import { aliveAt, defaultTarget } from '../model/faults.ts';
import type { Pid } from '../model/events.ts';
import type { OpenMenu } from '../state/breaking.ts';
import type { Store } from '../state/store.ts';
import { later } from './Later.tsx';

const TARGETS_MAX = 200;

const BreakWays = later<{ store: Store; open: OpenMenu }>(
  async () => (await import('./BreakWays.tsx')).BreakWays,
);

export function BreakMenu({ store }: { store: Store }) {
  const open = store.breaking.menu.value;
  return open === null ? null : <BreakWays key={open.pid} store={store} open={open} />;
}

/** Opens the menu of a process beside the element that stands for it. */
export function openMenuOf(store: Store, pid: Pid, element: Element): void {
  const { left, bottom, width } = element.getBoundingClientRect();
  store.pause();
  store.pick(pid);
  store.breaking.openMenu({
    pid,
    x: left + Math.min(width, 24),
    y: bottom,
    from: document.activeElement,
  });
}

/** Opens it for whom the controls are about; false when nobody is alive. */
export function openMenuHere(store: Store): boolean {
  const t = store.t.value;
  const alive = aliveAt(store.trace.value, t, TARGETS_MAX);
  const target = defaultTarget(alive, store.picked.value, t);
  if (target === null) {
    return false;
  }
  const row = document.querySelector(`.lanes [data-pid="${CSS.escape(target.pid)}"]`);
  openMenuOf(store, target.pid, row ?? (document.querySelector('.transport') as Element));
  return true;
}
