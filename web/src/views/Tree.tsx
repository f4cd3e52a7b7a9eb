/** Who belongs to whom at the playhead: the tree of all that are alive. */
import { useSignal } from '@preact/signals';
import { useMemo, useRef } from 'preact/hooks';
import { tieOf } from '../model/describe.ts';
import { looks } from '../model/states.ts';
import type { Store } from '../state/store.ts';
import { budgetAt, budgetText } from '../model/supervision.ts';
import { isAlive, rowsOf, timeOf, type Line, type Row, type Trace } from '../model/trace.ts';
import { StateMark } from './Signs.tsx';

const SHOWN = 100;
const FADE = 200; // ms for which one that has ended is still seen while the run is played

export function Tree({ store }: { store: Store }) {
  const trace = store.trace.value;
  const t = store.t.value;
  const tree = useRef<HTMLUListElement>(null);
  const focused = useSignal<string | null>(null);
  /* Without motion, and wherever the playhead is put, it is gone at once. */
  const fades = store.playing.value && !matchMedia('(prefers-reduced-motion: reduce)').matches;
  const fade = fades ? FADE * store.speed.value : 0;
  const { rows, hidden } = useMemo(() => rowsAt(trace, t, fade), [trace, t, fade]);
  if (trace.lines.size === 0) {
    return <p class="empty">Supervisors and their tasks appear here.</p>;
  }
  const reachable = rows.some(({ line }) => line.pid === focused.value)
    ? focused.value
    : rows[0]?.line.pid;

  const press = (event: KeyboardEvent) => {
    const at = rows.findIndex(({ line }) => line.pid === reachable);
    const depth = rows[at]?.depth ?? 0;
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      ArrowRight: (rows[at + 1]?.depth ?? 0) > depth ? at + 1 : at,
      ArrowLeft: rows.findLastIndex((row, index) => index < at && row.depth < depth),
      Home: 0,
      End: rows.length - 1,
    }[event.key];
    const row = to === undefined ? undefined : rows[to];
    if (row !== undefined) {
      event.preventDefault();
      focused.value = row.line.pid;
      tree.current?.querySelector<HTMLElement>(`[data-pid="${row.line.pid}"]`)?.focus();
    }
  };

  return (
    <>
      <ul
        class="tree"
        role="tree"
        aria-label="Processes that are alive"
        ref={tree}
        onKeyDown={press}
      >
        {rows.map(({ line, depth }) => (
          <li
            key={line.pid}
            role="treeitem"
            aria-level={depth + 1}
            aria-selected={store.picked.value === line.pid}
            tabIndex={line.pid === reachable ? 0 : -1}
            data-pid={line.pid}
            class={isAlive(line, t) ? undefined : 'gone'}
            style={{ '--depth': Math.min(depth, 8), opacity: opacityAt(line, t, fade) }}
            onClick={() => store.pick(store.picked.value === line.pid ? null : line.pid)}
            onKeyDown={(event) => {
              if (event.key === 'Enter') {
                store.pick(store.picked.value === line.pid ? null : line.pid);
              }
            }}
            onFocus={() => (focused.value = line.pid)}
          >
            <StateMark look={lookAt(line, t)} />
            <span class="tree-label">{line.label}</span>
            <span class="tree-about">{aboutOf(trace, line, t)}</span>
          </li>
        ))}
      </ul>
      {hidden > 0 && <p class="empty">and {hidden.toLocaleString('en')} more</p>}
    </>
  );
}

/** Those alive at `t`, and those that ended in this very moment, or so shortly before that they fade. */
function rowsAt(trace: Trace, t: number, fade: number): { rows: readonly Row[]; hidden: number } {
  const rows: Row[] = [];
  let hidden = 0;
  for (const row of rowsOf(trace)) {
    if (isThere(row.line, t, fade)) {
      if (rows.length < SHOWN) {
        rows.push(row);
      } else {
        hidden += 1;
      }
    }
  }
  return { rows, hidden };
}

const isThere = ({ spawned, end }: Line, t: number, fade: number): boolean =>
  t >= spawned &&
  (end === null || t < Math.max(end.time + fade, timeOf(end.time) + 1));

/** What has ended fades with the time that is played; undefined for what does not. */
function opacityAt({ end }: Line, t: number, fade: number): number | undefined {
  const since = end === null ? 0 : t - end.time;
  return since > 0 && fade > 0 ? Math.max(0, 1 - since / fade) : undefined;
}

function lookAt(line: Line, t: number) {
  if (line.end !== null && line.end.time <= t) {
    return line.end.look;
  }
  return line.started !== null && line.started <= t ? looks.waiting : looks.queued;
}

function aboutOf(trace: Trace, line: Line, t: number): string {
  const parts: string[] = [line.pid];
  if (line.end !== null && line.end.time <= t) {
    parts.push(line.end.look.word);
  }
  if (line.restart !== null) {
    parts.push(line.restart);
  }
  if (line.settings?.maxChildren != null) {
    parts.push(`at most ${line.settings.maxChildren} children`);
  }
  if (line.kind === 'promise') {
    parts.push('nobody owns it');
  }
  if (line.asked !== null && line.asked.time <= t && isAlive(line, t)) {
    parts.push('asked to stop');
  }
  const budget = budgetAt(trace, line, t);
  parts.push(tieOf(trace, line), budget === null ? '' : budgetText(budget));
  return parts.filter((part) => part !== '').join(' · ');
}
