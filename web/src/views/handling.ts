/**
 * What a press on the lanes does beside choosing a task: lanes that many tasks share are
 * taken apart, and on a phone a sheet tells of the task.
 */
import { apart } from '../model/apart.ts';
import { lanesOf } from '../model/lanes.ts';
import type { Line, Pid } from '../model/trace.ts';
import type { Store } from '../state/store.ts';
import { hear } from './hear.ts';
import { laidOf } from './Lanes.tsx';

const PHONE = '(max-width: 759px)';
const FRAMES = 20; // more than it takes to draw all lanes in parts

export const isApart = (store: Store): boolean => laidOf(store).of !== undefined;

/** Gives each task of the owner of `line` a lane, as far as there is room. */
export function takeApart(store: Store, line: Line): void {
  const trace = store.trace.peek();
  const owner = trace.lines.get(line.under ?? '')?.label;
  store.laid.value = { of: trace, ...apart(lanesOf(trace), line.under) };
  store.announcement.value = `Each task${owner === undefined ? '' : ` of ${owner}`} has a lane of its own.`;
}

export function putTogether(store: Store): void {
  store.laid.value = null;
  store.announcement.value = 'Tasks share lanes again.';
}

/** Who shares lanes first in the picture, or with the chosen one; undefined when nobody does. */
export function firstShared(store: Store): Line | undefined {
  const shared = lanesOf(store.trace.value).drawn.flatMap((lane) => (lane.shared ? lane.lines : []));
  return shared.find(({ pid }) => pid === store.picked.value) ?? shared[0];
}

/** When its lane is drawn; or the first one, where there is no room for it. */
function focusOn(pid: Pid, frames = FRAMES): void {
  requestAnimationFrame(() => {
    const cell = document.querySelector<SVGElement>(`.lanes [data-pid="${CSS.escape(pid)}"]`);
    if (cell === null && frames > 0) {
      focusOn(pid, frames - 1);
    } else {
      (cell ?? document.querySelector<SVGElement>('.lanes .cell'))?.focus();
    }
  });
}

/** The task of a cell, or the first one of the lane whose name this is. */
function lineAt(store: Store, target: Element): Line | undefined {
  const header = target.closest('.lanes [role=rowheader]');
  const cell = header === null ? target.closest('.lanes .cell') : header.nextElementSibling;
  return store.trace.peek().lines.get((cell as SVGElement | null)?.dataset['pid'] ?? '');
}

/** Before the lanes themselves hear of it. Gives what ends that. */
export function followPresses(store: Store, inspect: (pid: Pid) => void): () => void {
  /* Whether it has taken lanes apart. */
  const opens = (event: Event): boolean => {
    const line = lineAt(store, event.target as Element);
    const shares =
      line !== undefined &&
      laidOf(store).drawn.some(({ shared, lines }) => shared && lines.includes(line));
    if (shares) {
      event.preventDefault();
      event.stopPropagation();
      takeApart(store, line);
      focusOn(line.pid);
    }
    return shares;
  };
  const ends = [
    hear(
      'click',
      (event) => {
        const cell = (event.target as Element).closest<SVGElement>('.lanes .cell');
        if (!opens(event) && cell !== null && matchMedia(PHONE).matches) {
          inspect(cell.dataset['pid'] as Pid);
        }
      },
      { capture: true },
    ),
    hear(
      'keydown',
      (event) => {
        const cell = (event.target as Element).closest<SVGElement>('.lanes .cell');
        if (cell === null || event.ctrlKey || event.metaKey) {
          return;
        }
        if (event.key === 'Enter') {
          opens(event);
        } else if (event.key === 'Escape' && isApart(store)) {
          putTogether(store);
          focusOn(cell.dataset['pid'] as Pid);
        }
      },
      { capture: true },
    ),
  ];
  return () => ends.forEach((end) => end());
}
