/** The menu itself: each way to break a process, and why one is not open. */
import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { faultsOf } from '../model/faults.ts';
import { seconds } from '../model/time.ts';
import type { OpenMenu } from '../state/breaking.ts';
import type { Store } from '../state/store.ts';

const EDGE = 8; // px that it keeps from the window's edges

export function BreakWays({ store, open }: { store: Store; open: OpenMenu }) {
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
