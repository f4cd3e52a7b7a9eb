/**
 * The lanes: who ran when, and how it ended.
 *
 * The drawing depends on the trace alone and is not made anew when the
 * playhead moves: a line and a veil over what is still to come move above
 * it. To assistive technology it is a grid: a row for each lane, a cell for
 * each task on it.
 */
import { useSignal, type ReadonlySignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { budgetAt } from '../model/supervision.ts';
import { lasts, spawnTies } from '../model/ties.ts';
import { lineSentence } from '../model/describe.ts';
import { lanesOf, weightOf, type Laid, type Lane } from '../model/lanes.ts';
import type { Store } from '../state/store.ts';
import { tickText, ticks } from '../model/time.ts';
import { marksWithin } from '../model/extras.ts';
import type { Shown } from '../model/span.ts';
import { hasMany, leftAt, timeOf, type Line, type Mark, type Pid, type Trace } from '../model/trace.ts';
import { openMenuOf } from './BreakMenu.tsx';
import { chartsHeight, InFlight } from './InFlight.tsx';
import { Budgets, halfOf, Ties } from './LaneMarks.tsx';
import { later } from './Later.tsx';
import type { OutlinesProps } from './Outlines.tsx';
import { Cap, EndMark, SignStrokes } from './Signs.tsx';
import { useSome } from './some.ts';

export const CHARACTER = 8.35; // px, of the lanes' labels
export const END_ROOM = 24; // px right of the last moment, for its mark
const AXIS = 30;
const BUTTON = 24; // between a row's label and its lane: for its button
const BRACKETS = 12; // and for the ties of those that begin together
/** More lanes than these have more of the height; and more than those nearly all of it. */
export const MANY = 8;
export const CROWD = 12;
const MARKS_MAX = 200; // drawn on one bar
const BEYOND = 60; // px outside of the picture, where nothing of it reaches into that
const PART = 50; // lines of a run of many events that are drawn at once
const UNDER_END = 6; // px before an end: a mark that is nearer lies under that
const CAP = 12; // px of a life that tell how it ended

/* Only of a run that is held against another one. */
const Outlines = later<OutlinesProps>(async () => (await import('./Outlines.tsx')).Outlines);

/** Where things are on the drawing. */
export interface Plan {
  readonly width: number;
  readonly left: number;
  /** Where labels end, and the buttons of rows begin. */
  readonly labels: number;
  readonly narrow: boolean;
  readonly lanes: readonly Placed[];
  readonly height: number;
  readonly end: number;
  /** What is drawn begins here and has this length, in ms. */
  readonly from: number;
  readonly length: number;
  /** Around what would reach beyond that; undefined when nothing does. */
  readonly clip: string | undefined;
  /** Times outside of it lie beyond an edge, all at one place. */
  readonly x: (time: number) => number;
}

export interface Placed {
  readonly lane: Lane;
  readonly top: number;
  readonly height: number;
  /** The middle of its bars. */
  readonly middle: number;
  /** There is a line of text above the bars: how many restarts are used. */
  readonly tall: boolean;
}

/** As they are laid out for the run that is shown. */
export function laidOf({ laid, trace: { value: trace } }: Store): Laid {
  return laid.value?.of === trace ? laid.value : lanesOf(trace);
}

export function Lanes({ store }: { store: Store }) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useSignal(560);
  useEffect(() => {
    const element = frame.current as HTMLDivElement;
    const observer = new ResizeObserver(([entry]) => {
      width.value = Math.max(240, Math.floor(entry?.contentRect.width ?? 560));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const trace = store.trace.value;
  const { drawn, hidden, of } = laidOf(store);
  const outline = store.outline.value;
  const plan = planOf(
    trace,
    drawn,
    width.value,
    outline?.trace.until,
    store.onPaper.value ? null : store.span.value,
  );
  return (
    <div class={store.fresh.value ? 'lanes fresh' : 'lanes'} ref={frame}>
      <svg
        width={plan.width}
        height={plan.height}
        data-left={plan.left}
        onPointerDown={(event) => drag(event, plan, store)}
      >
        <defs>
          <pattern
            id="grace"
            width="5"
            height="5"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <path class="grace-stroke" d="M1 0V5" />
          </pattern>
          {plan.clip !== undefined && (
            <clipPath id="span">
              <rect x={plan.left - 2} width={plan.width} height={plan.height} />
            </clipPath>
          )}
        </defs>
        <Background plan={plan} trace={trace} />
        <Grid plan={plan} trace={trace} store={store} />
        <PlayheadLine plan={plan} t={store.t} />
        <Ties plan={plan} trace={trace} />
        <Veil plan={plan} t={store.t} />
        <Budgets plan={plan} trace={trace} t={store.t} />
        <Ends plan={plan} t={store.t} />
        {outline !== null && (
          <Outlines {...plan} trace={trace} other={outline.trace} from={outline.from} />
        )}
      </svg>
      {hidden > 0 && (
        <p class="empty">
          Showing {(trace.lines.size - hidden).toLocaleString('en')} of{' '}
          {trace.lines.size.toLocaleString('en')} processes
          {of === undefined && '; the others ran while all of these did'}.
        </p>
      )}
    </div>
  );
}

function planOf(
  trace: Trace,
  drawn: readonly Lane[],
  width: number,
  outlined = 0,
  span: Shown = null,
): Plan {
  const longest = Math.max(...drawn.map(({ label, depth }) => label.length + depth * 1.5), 11);
  const narrow = width < 380 && longest > 15;
  const brackets = spawnTies(trace).length > 0 ? BRACKETS : 0;
  const wanted = longest * CHARACTER + 14 + BUTTON + brackets;
  const left = narrow ? 10 + brackets : Math.round(Math.min(wanted, width * 0.42));
  const end = Math.max(trace.until, outlined, 1);
  const usual = rowHeight(weightOf(drawn), width);
  let top = AXIS + chartsHeight(trace) + 10;
  const lanes = drawn.map((lane) => {
    const labelled = narrow && !lane.shared;
    const tall = !lane.shared && budgetAt(trace, lane.lines[0] as Line, trace.until) !== null;
    const height = lane.shared ? 9 : labelled || tall ? 44 : usual;
    const middle = top + (labelled || tall ? 29 : height / 2);
    const placed = { lane, top, height, middle, tall };
    top += height;
    return placed;
  });
  const room = width - left - END_ROOM;
  const from = span?.from ?? 0;
  const length = (span?.to ?? end) - from;
  const place = (time: number) => left + (room * (Math.min(time, end) - from)) / length;
  return {
    width,
    left,
    labels: narrow ? width - BUTTON : left - BUTTON - brackets,
    narrow,
    lanes,
    height: top + 8,
    end,
    from,
    length,
    clip: span === null ? undefined : 'url(#span)',
    x:
      span === null
        ? place
        : (time) => Math.max(left - BEYOND, Math.min(width + BEYOND, place(time))),
  };
}

/** Many are drawn closer together, where none is for fingers. */
function rowHeight(weight: number, width: number): number {
  if (width < 460) {
    return 28;
  }
  return weight > CROWD ? 20 : weight > 6 ? 24 : 30;
}

/** The axis, and the charts on it. */
function Background({ plan, trace }: { plan: Plan; trace: Trace }) {
  const { x, end, height, from, length } = plan;
  return (
    <g aria-hidden="true">
      {ticks(from + length, plan.width / 110, from).map((time) => (
        <g key={time} class="tick" transform={`translate(${x(time)} 0)`}>
          <path d={`M0 ${AXIS - 8}V${height}`} />
          {x(time) + 4 + tickText(time, end).length * CHARACTER < plan.width && (
            <text x={time === 0 ? 0 : 4} y={14}>
              {tickText(time, end)}
            </text>
          )}
        </g>
      ))}
      <InFlight plan={plan} trace={trace} top={AXIS} />
    </g>
  );
}

interface GridProps {
  readonly plan: Plan;
  readonly trace: Trace;
  readonly store: Store;
}

function Grid({ plan, trace, store }: GridProps) {
  const place = useSignal({ row: 0, column: 0 });
  const grid = useRef<SVGGElement>(null);

  const go = (row: number, column: number) => {
    const lane = plan.lanes[Math.max(0, Math.min(row, plan.lanes.length - 1))];
    if (lane === undefined) {
      return;
    }
    const at = {
      row: plan.lanes.indexOf(lane),
      column: Math.max(0, Math.min(column, lane.lane.lines.length - 1)),
    };
    place.value = at;
    grid.current?.querySelector<SVGGElement>(`[data-cell="${at.row}.${at.column}"]`)?.focus();
  };
  const choose = (line: Line) => {
    store.pick(store.picked.value === line.pid ? null : line.pid);
    store.seek(line.end?.time ?? line.started ?? line.spawned);
  };
  const press = (event: KeyboardEvent) => {
    /* Of what has the focus: lanes may have been laid out anew around it. */
    const cell = (event.target as SVGElement).dataset['cell'] as string;
    const [row, column] = cell.split('.').map(Number) as [number, number];
    const moves: Record<string, [number, number]> = {
      ArrowDown: [row + 1, column],
      ArrowUp: [row - 1, column],
      ArrowRight: [row, column + 1],
      ArrowLeft: [row, column - 1],
      Home: [0, 0],
      End: [plan.lanes.length - 1, 0],
    };
    const move = moves[event.key];
    const line = plan.lanes[row]?.lane.lines[column];
    if (move !== undefined) {
      event.preventDefault();
      go(...move);
    } else if (isMenuKey(event)) {
      event.preventDefault();
      const cell = event.target as SVGGElement;
      openMenuOf(store, cell.dataset['pid'] as Pid, cell);
    } else if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey && line !== undefined) {
      event.preventDefault();
      choose(line);
    }
  };

  const focused = place.value;
  const row = Math.min(focused.row, plan.lanes.length - 1);
  const picked = store.picked.value;
  const parts = useMemo(() => partsOf(plan, hasMany(trace) ? PART : Number.POSITIVE_INFINITY), [plan]);
  const some = useSome(trace, parts.length, 1);
  const drawn = useRef<{ of: unknown[]; rows: ComponentChildren[] }>({ of: [], rows: [] });
  const of = [plan, row, focused.column, picked];
  if (of.some((value, at) => value !== drawn.current.of[at])) {
    drawn.current = { of, rows: [] };
  }
  /* What is drawn already is not looked at again when more of it comes. */
  const { rows } = drawn.current;
  for (const part of parts.slice(rows.length, some)) {
    rows.push(part.map(({ placed, index, from, to }) => (
      <g key={placed.lane.lines[from]?.pid ?? index} role="row">
        {from === 0 && <LaneLabel plan={plan} placed={placed} trace={trace} store={store} />}
        {placed.lane.lines.slice(from, to).map((line, at) => {
          const column = from + at;
          return (
            <Bar
              key={line.pid}
              plan={plan}
              placed={placed}
              line={line}
              trace={trace}
              cell={`${index}.${column}`}
              reachable={
                index === row && column === Math.min(focused.column, placed.lane.lines.length - 1)
              }
              picked={picked === line.pid}
              onChoose={() => {
                place.value = { row: index, column };
                choose(line);
              }}
              onMenu={(element) => openMenuOf(store, line.pid, element)}
            />
          );
        })}
      </g>
    )));
  }
  return (
    <g ref={grid} role="grid" aria-label="Tasks in time" onKeyDown={press}>
      {rows.slice(0, some)}
    </g>
  );
}

interface Piece {
  readonly placed: Placed;
  /** Which lane it is, and which of its lines are in this piece. */
  readonly index: number;
  readonly from: number;
  readonly to: number;
}

/** The lanes in parts of at most `size` lines. */
function partsOf({ lanes }: Plan, size: number): readonly (readonly Piece[])[] {
  const parts: Piece[][] = [];
  let room = 0;
  lanes.forEach((placed, index) => {
    const { length } = placed.lane.lines;
    for (let from = 0; from < length; ) {
      if (room === 0) {
        parts.push([]);
        room = size;
      }
      const to = Math.min(length, from + room);
      parts.at(-1)?.push({ placed, index, from, to });
      room -= to - from;
      from = to;
    }
  });
  return parts;
}

function LaneLabel({ plan, placed, trace, store }: GridProps & { placed: Placed }) {
  const { lane, top } = placed;
  if (lane.shared && (lane.label === '' || plan.narrow)) {
    return null;
  }
  const indent = Math.min(lane.depth, 5) * 12;
  const room = Math.floor((plan.labels - (plan.narrow ? 10 : 4) - indent) / CHARACTER);
  const text =
    lane.label.length > room ? `${lane.label.slice(0, Math.max(1, room - 1))}…` : lane.label;
  const owner = lane.lines[0]?.under;
  const title =
    owner == null ? lane.label : `${lane.label}, under ${trace.lines.get(owner)?.label ?? owner}`;
  return (
    <g role="rowheader" aria-label={title} class={lane.shared ? 'lane-label packed' : 'lane-label'}>
      <title>{title}</title>
      {lane.depth > 0 && !plan.narrow && (
        <path class="lane-tie" d={`M${indent - 6} ${trunkOf(plan, placed)}V${placed.middle}H${indent + 2}`} />
      )}
      <text
        x={plan.narrow ? 10 + indent : 4 + indent}
        y={plan.narrow ? top + 16 : placed.middle + (lane.shared ? 6 : 4.5)}
      >
        {text}
      </text>
      {!lane.shared && <RowButton plan={plan} placed={placed} store={store} />}
    </g>
  );
}

/** Where the line begins that leads to a lane: at its elder sibling's, or below its owner's. */
function trunkOf({ lanes }: Plan, placed: Placed): number {
  const at = lanes.indexOf(placed);
  const above = lanes.findLast(({ lane }, index) => index < at && lane.depth <= placed.lane.depth);
  if (above === undefined) {
    return placed.top;
  }
  return above.lane.depth === placed.lane.depth ? above.middle : above.top + above.height;
}

/** For who points; the menu key of the row's cell does the same. */
function RowButton({ plan, placed, store }: { plan: Plan; placed: Placed; store: Store }) {
  const line = placed.lane.lines[0] as Line;
  const x = plan.labels + BUTTON / 2 - 2;
  const y = plan.narrow ? placed.top + 12 : placed.middle;
  return (
    <g
      class="row-button"
      aria-hidden="true"
      transform={`translate(${x} ${y})`}
      onClick={(event) => openMenuOf(store, line.pid, event.currentTarget)}
    >
      <rect x="-12" y="-12" width="24" height="24" rx="6" />
      <path d="M-6 0h.1M0 0h.1M6 0h.1" />
    </g>
  );
}

/** The key for the menu of what has the focus; browsers tell of it by a contextmenu too. */
const isMenuKey = ({ key, shiftKey }: KeyboardEvent): boolean =>
  key === 'ContextMenu' || (key === 'F10' && shiftKey);

interface BarProps {
  readonly plan: Plan;
  readonly placed: Placed;
  readonly line: Line;
  readonly trace: Trace;
  readonly cell: string;
  readonly reachable: boolean;
  readonly picked: boolean;
  readonly onChoose: () => void;
  /** The ways to break it, beside this element. */
  readonly onMenu: (element: Element) => void;
}

function Bar({ plan, placed, line, trace, cell, reachable, picked, onChoose, onMenu }: BarProps) {
  const { x } = plan;
  const { middle, lane } = placed;
  const thin = lane.shared;
  const half = halfOf(line, thin);
  const from = x(line.started ?? line.spawned);
  const to = Math.max(from + (thin ? 1.5 : 3), x(line.end?.time ?? trace.until));
  const kind =
    line.kind === 'promise'
      ? 'promise'
      : line.started === null
        ? 'queued'
        : half === 3 && !thin
          ? 'frame'
          : 'waiting';
  const left = leftAt(trace, line);
  return (
    <g
      role="gridcell"
      aria-label={lineSentence(trace, line)}
      aria-selected={picked}
      aria-expanded={thin ? false : undefined}
      tabindex={reachable ? 0 : -1}
      data-cell={cell}
      data-pid={line.pid}
      class={picked ? 'cell picked' : 'cell'}
      clip-path={plan.clip}
      onClick={onChoose}
      onContextMenu={(event) => {
        event.preventDefault();
        onMenu(event.currentTarget);
      }}
    >
      {!thin && (
        <rect
          class="hit"
          x={from - 2}
          y={placed.top}
          width={to - from + 26}
          height={placed.height}
        />
      )}
      {line.started !== null && timeOf(line.started) > timeOf(line.spawned) && (
        <rect
          class="bar queued"
          x={x(line.spawned)}
          y={middle - half}
          width={Math.max(1, from - x(line.spawned))}
          height={half * 2}
          rx={2}
        />
      )}
      <rect
        class={thin ? `bar ${kind} thin` : `bar ${kind}`}
        x={from}
        y={middle - half}
        width={to - from}
        height={half * 2}
        rx={thin ? 1 : 3}
      />
      {(kind === 'waiting' || kind === 'promise') && to - from > 8 && (
        <path
          class="bar-lines"
          d={(thin ? [0] : [-2.3, 2.3])
            .map((y) => `M${from + 2} ${middle + y}H${to - 2}`)
            .join('')}
        />
      )}
      {left !== null && (
        <rect
          class="bar left"
          x={x(left)}
          y={middle - half}
          width={Math.max(0, to - x(left))}
          height={half * 2}
        />
      )}
      {!thin && lasts(line) && (
        <rect
          class="grace"
          x={x(line.asked?.time ?? 0)}
          y={middle - half}
          width={to - x(line.asked?.time ?? 0)}
          height={half * 2}
          fill="url(#grace)"
        />
      )}
      {line.end !== null && (
        <EndCap plan={plan} line={line} from={from} to={to} middle={middle} thin={thin} />
      )}
      <Tail plan={plan} line={line} middle={middle} until={trace.until} />
      {marksOn(line, x).map((mark) => (
        <g
          key={`${mark.time} ${mark.sign}`}
          class="event-mark"
          transform={`translate(${x(mark.time)} ${middle})`}
        >
          <circle r="8" />
          <SignStrokes sign={mark.sign} />
        </g>
      ))}
      {!thin && (
        <rect
          class="ring-box"
          x={from - 4}
          y={placed.top + (plan.narrow ? 17 : 1)}
          width={to - from + 26}
          height={plan.narrow ? 25 : placed.height - 2}
          rx={5}
        />
      )}
    </g>
  );
}

interface EndCapProps {
  readonly plan: Plan;
  readonly line: Line;
  readonly from: number;
  readonly to: number;
  readonly middle: number;
  readonly thin: boolean;
}

/** The end of a life, in the fill of how it ended; at most half of what is before it. */
function EndCap({ plan: { x }, line, from, to, middle, thin }: EndCapProps) {
  const family = (line.end as NonNullable<Line['end']>).look.family;
  const before = to - (lasts(line) ? Math.max(from, x(line.asked?.time ?? 0)) : from);
  const width = thin
    ? Math.min(family === 'ok' ? 3 : 7, to - from)
    : Math.max(3, Math.min(CAP, before / 2));
  const half = thin ? 4 : halfOf(line, thin);
  return <Cap family={family} x={to - width} middle={middle} width={width} half={half} />;
}

/** The marks that are drawn: one that would lie under the end is not. */
function marksOn(line: Line, x: Plan['x']): readonly Mark[] {
  const last = line.end === null ? Number.POSITIVE_INFINITY : x(line.end.time) - UNDER_END;
  return marksWithin(line)
    .filter(({ time }) => x(time) <= last)
    .slice(0, MARKS_MAX);
}

/** What goes on after an end: its function runs on, or its entry waits to be handed over. */
function Tail({
  plan: { x },
  line,
  middle,
  until,
}: {
  plan: Plan;
  line: Line;
  middle: number;
  until: number;
}) {
  if (line.end === null) {
    return null;
  }
  const from = x(line.end.time);
  if (line.runsOn !== null) {
    const to = x(line.runsOn.until ?? until);
    return to - from > 3 ? (
      <rect class="tail runs-on" x={from} y={middle - 3} width={to - from} height="6" />
    ) : null;
  }
  const to = line.delivered === null ? from : x(line.delivered);
  return to - from > 20 ? <path class="tail held" d={`M${from + 19} ${middle}H${to}`} /> : null;
}

/** Behind the ties, which tell what happens at the very moment. */
function PlayheadLine({ plan, t }: { plan: Plan; t: ReadonlySignal<number> }) {
  return (
    <g aria-hidden="true" class="playhead" clip-path={plan.clip}>
      <path d={`M${plan.x(t.value)} ${AXIS + 3}V${plan.height}`} />
    </g>
  );
}

/** Over what is still to come; the line's ring stands at its edge. */
function Veil({ plan, t }: { plan: Plan; t: ReadonlySignal<number> }) {
  const at = plan.x(t.value);
  return (
    <g aria-hidden="true" class="playhead" clip-path={plan.clip}>
      <rect
        class="veil"
        x={at + 1}
        y={AXIS - 9}
        width={Math.max(0, plan.width - at - 1)}
        height={plan.height}
      />
      <circle cx={at} cy={AXIS - 4} r="6" />
    </g>
  );
}

/** How each task ended, above the veil: faint while that is still to come. */
function Ends({ plan, t }: { plan: Plan; t: ReadonlySignal<number> }) {
  const now = t.value;
  return (
    <g aria-hidden="true" class="ends" clip-path={plan.clip}>
      {plan.lanes.map(({ lane, middle }) =>
        lane.shared
          ? null // their bars tell it
          : lane.lines.map((line, at) => {
              if (line.end === null || isShort(lane.lines[at + 1], plan)) {
                return null;
              }
              const from = plan.x(line.started ?? line.spawned);
              const to = Math.max(from + 3, plan.x(line.end.time));
              return (
                <g
                  key={line.pid}
                  class={line.end.time > now ? 'end-place later' : 'end-place'}
                  transform={`translate(${to + 9} ${middle})`}
                >
                  <EndMark look={line.end.look} />
                </g>
              );
            }),
      )}
    </g>
  );
}

/** Whether there is no room on a life for the mark of the end before it. */
function isShort(next: Line | undefined, { x, end }: Plan): boolean {
  return next !== undefined && x(next.end?.time ?? end) - x(next.spawned) < 24;
}

/** Pressing and drawing on the free surface moves the playhead. */
function drag(event: PointerEvent, plan: Plan, store: Store): void {
  const svg = event.currentTarget as SVGSVGElement;
  if (
    event.button !== 0 ||
    (event.pointerType === 'touch' && plan.clip !== undefined) || // that moves the picture
    (event.target as Element).closest('[role=gridcell], [role=rowheader]') !== null
  ) {
    return;
  }
  const left = svg.getBoundingClientRect().left;
  const room = plan.width - plan.left - END_ROOM;
  const seek = ({ clientX }: PointerEvent) => {
    const share = (clientX - left - plan.left) / room;
    store.seek(
      Math.max(0, Math.min(plan.from + share * plan.length, store.trace.value.until)),
    );
  };
  seek(event);
  svg.setPointerCapture(event.pointerId);
  svg.addEventListener('pointermove', seek);
  const leave = () => svg.removeEventListener('pointermove', seek);
  svg.addEventListener('pointerup', leave, { once: true });
  svg.addEventListener('pointercancel', leave, { once: true });
}
