/**
 * The ways to break one process as a menu: of a row, by the menu key, Shift
 * F10, the right button or the row's own button; or of whom the playhead is at, by `b`.
 */
import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { aliveAt, defaultTarget, faultsOf } from '../model/faults.ts';
import { seconds } from '../model/time.ts';
import type { OpenMenu } from '../state/breaking.ts';
import type { Pid } from '../model/events.ts';
import type { Store } from '../state/store.ts';

const EDGE = 8; // px that it keeps from the window's edges
const TARGETS_MAX = 200;

export function BreakMenu({ store }: { store: Store }) {
  const open = store.breaking.menu.value;
  return open === null ? null : <Menu key={open.pid} store={store} open={open} />;
}

function Menu({ store, open }: { store: Store; open: OpenMenu }) {
  const menu = useRef<HTMLDivElement>(null);
  const at = useSignal(0);
  const { trace, waits } = store.run.value;
  const line = trace.lines.get(open.pid);
  const faults = faultsOf(trace, waits, store.t.value, open.pid, store.isReal.value);

  useLayoutEffect(() => {
    const element = menu.current as HTMLDivElement;
    const { width, height } = element.getBoundingClientRect();
    const within = (place: number, size: number, room: number) =>
      Math.max(EDGE, Math.min(place, room - size - EDGE));
    element.style.left = `${within(open.x, width, innerWidth)}px`;
    element.style.top = `${within(open.y, height, innerHeight)}px`;
    focus(0);
  }, []);
  useEffect(() => {
    const outside = ({ target }: Event) => {
      if (menu.current?.contains(target as Node) === false) {
        store.breaking.menu.value = null; // what was pressed has the focus
      }
    };
    addEventListener('pointerdown', outside, true);
    return () => removeEventListener('pointerdown', outside, true);
  }, []);

  const focus = (index: number) => {
    at.value = (index + faults.length) % faults.length;
    menu.current?.querySelectorAll<HTMLElement>('[role=menuitem]')[at.value]?.focus();
  };
  const press = (event: KeyboardEvent) => {
    const moves: Record<string, () => void> = {
      ArrowDown: () => focus(at.value + 1),
      ArrowUp: () => focus(at.value - 1),
      Home: () => focus(0),
      End: () => focus(faults.length - 1),
      Escape: store.breaking.closeMenu,
      Tab: store.breaking.closeMenu,
    };
    event.stopPropagation();
    const move = moves[event.key];
    if (move !== undefined) {
      event.preventDefault();
      move();
    }
  };
  const heading = `Break ${line?.label ?? open.pid} at ${seconds(store.t.value)} s`;
  return (
    <div
      class="break-menu"
      ref={menu}
      onKeyDown={press}
      onContextMenu={(event) => event.preventDefault()}
    >
      <p aria-hidden="true">{heading}</p>
      <div role="menu" aria-label={heading}>
        {faults.map(({ kind, name, change, says }, index) => (
          <div
            key={kind}
            role="menuitem"
            tabIndex={index === at.value ? 0 : -1}
            aria-disabled={change === null}
            onClick={() => {
              if (change !== null) {
                store.breaking.closeMenu();
                store.breaking.add(change);
              }
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter' || event.key === ' ') {
                event.preventDefault();
                event.currentTarget.click();
              }
            }}
          >
            <b>{name}</b> <small>{change === null ? `not now: ${says}` : says}</small>
          </div>
        ))}
      </div>
    </div>
  );
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
