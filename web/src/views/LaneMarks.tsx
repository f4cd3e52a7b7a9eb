/**
 * What the lanes show beside the bars: how processes are tied, the limit that
 * a supervisor sets and whom it refused, and how many restarts it has left.
 */
import type { ReadonlySignal } from '@preact/signals';
import type { Extra } from '../model/extras.ts';
import { budgetAt, budgetText, refusalsOf, roomsOf } from '../model/supervision.ts';
import { tiesOf, type Tie } from '../model/ties.ts';
import { timeOf, type Kind, type Line, type Trace } from '../model/trace.ts';
import { CHARACTER, type Plan, type Placed } from './Lanes.tsx';
import { MarkBox, SignStrokes } from './Signs.tsx';

const STEP = 5; // px between ties that begin at one moment
const PIPS_MAX = 8;

/** What others run in: drawn thin. */
const frames: ReadonlySet<Kind> = new Set(['main', 'taskSupervisor', 'supervisor']);

/** Half the height of a line's bar, in px. */
export function halfOf(line: Line, shared: boolean): number {
  return shared || frames.has(line.kind) ? 3 : 7;
}

/** The middle and half height of each line that has a lane of its own. */
function placesOf(plan: Plan): ReadonlyMap<string, { middle: number; half: number }> {
  const places = new Map<string, { middle: number; half: number }>();
  for (const { lane, middle } of plan.lanes) {
    for (const line of lane.lines) {
      places.set(line.pid, { middle, half: halfOf(line, lane.shared) });
    }
  }
  return places;
}

export function Ties({ plan, trace }: { plan: Plan; trace: Trace }) {
  const places = placesOf(plan);
  const offsets = new Map<string, number>();
  const begun = new Map<number, number>();
  /* Ties of one owner and one kind share a bracket; others stand beside it. */
  const offsetOf = ({ kind, from, time }: Tie): number => {
    const moment = timeOf(time);
    const key = `${kind} ${from} ${moment}`;
    if (!offsets.has(key)) {
      const place = begun.get(moment) ?? 0;
      begun.set(moment, place + 1);
      offsets.set(key, 4 + STEP * Math.min(place, 2));
    }
    return offsets.get(key) as number;
  };
  return (
    <g aria-hidden="true" class="ties" clip-path={plan.clip}>
      {tiesOf(trace).map((tie) => {
        const from = places.get(tie.from);
        const to = places.get(tie.to);
        if (from === undefined || to === undefined || from.middle === to.middle) {
          return null;
        }
        const x = plan.x(tie.time);
        const down = to.middle > from.middle ? 1 : -1;
        const key = `${tie.kind} ${tie.to}`;
        if (tie.kind === 'link' || tie.kind === 'monitor') {
          const side = x - offsetOf(tie);
          return (
            <path
              key={key}
              class={`tie ${tie.kind}`}
              d={`M${x} ${from.middle}H${side}V${to.middle}H${x}`}
            />
          );
        }
        const tip = to.middle - down * (to.half + 1);
        return (
          <g key={key} class={`tie ${tie.kind}`}>
            <path d={`M${x} ${from.middle + down * from.half}V${tip - down * 5}`} />
            <path class="tie-head" d={`M${x} ${tip}l-4 ${-6 * down}h8Z`} />
          </g>
        );
      })}
    </g>
  );
}

/** The supervisors' limits in the chart of how many at once, and who was one too many. */
export function Rooms({
  plan: { x },
  trace,
  top,
  y,
}: {
  plan: Plan;
  trace: Trace;
  /** The most that the chart shows. */
  top: number;
  y: (count: number) => number;
}) {
  return (
    <>
      {roomsOf(trace)
        .filter(({ limit }) => limit <= top)
        .map(({ supervisor, limit, from, to }) => (
          <path
            key={supervisor}
            class="flight-limit"
            d={`M${x(from)} ${y(limit)}H${Math.max(x(to ?? trace.until), x(from) + 6)}`}
          />
        ))}
      {refusalsOf(trace).map(({ time, limit, count }) => (
        <g
          key={`${time} ${limit}`}
          class="refused"
          transform={`translate(${x(time)} ${y(Math.min(limit, top)) - 1})`}
        >
          <path d="M0 0-5-8H5Z" />
          {count > 1 && (
            <text x={8} y={-1}>
              {count}
            </text>
          )}
        </g>
      ))}
    </>
  );
}

/** How many restarts each supervisor has used at the playhead: `2 of 3 restarts in 5 s`. */
export function Budgets({
  plan,
  trace,
  t,
}: {
  plan: Plan;
  trace: Trace;
  t: ReadonlySignal<number>;
}) {
  const now = t.value;
  return (
    <g aria-hidden="true" class="budgets">
      {plan.lanes
        .filter(({ tall }) => tall)
        .map((placed) => (
          <Gauge key={placed.top} plan={plan} trace={trace} placed={placed} now={now} />
        ))}
    </g>
  );
}

function Gauge({
  plan,
  trace,
  placed,
  now,
}: {
  plan: Plan;
  trace: Trace;
  placed: Placed;
  now: number;
}) {
  const budget = budgetAt(trace, placed.lane.lines[0] as Line, now);
  if (budget === null) {
    return null;
  }
  const { used, most, spent } = budget;
  const pips = most <= PIPS_MAX ? most : 0;
  const short = plan.width - plan.left < 340;
  const text = budgetText(budget, short || plan.narrow);
  const room = plan.width - 4 - pips * 9 - text.length * CHARACTER;
  const left = Math.min(room, plan.narrow ? plan.width - 210 : plan.left + 2);
  return (
    <g
      class={spent ? 'gauge spent' : used >= most ? 'gauge full' : 'gauge'}
      transform={`translate(${left} ${placed.top + 11})`}
    >
      {Array.from({ length: pips }, (_, index) => (
        <rect
          key={index}
          class={index < used ? 'pip used' : 'pip'}
          x={index * 9}
          y={-4}
          width="6"
          height="8"
          rx="1.5"
        />
      ))}
      <text x={pips === 0 ? 0 : pips * 9 + 4} y={4.5}>
        {text}
      </text>
    </g>
  );
}

/** The signs of what is marked on a bar. */
const signs = { again: 'again', late: 'clock', noRoom: 'bang' } as const;

/** A mark as it stands in the legend. */
export function ExtraMark({ extra }: { extra: Extra }) {
  return (
    <MarkBox>
      {extra === 'grace' ? (
        <rect class="bar waiting" x="-9.5" y="-6" width="19" height="12" rx="2" />
      ) : extra === 'again' || extra === 'late' || extra === 'noRoom' ? (
        <g class="event-mark">
          <circle r="8" />
          <SignStrokes sign={signs[extra]} />
        </g>
      ) : extra === 'refused' ? (
        <g class="refused">
          <path d="M0 5-7-6H7Z" />
        </g>
      ) : extra === 'link' || extra === 'monitor' ? (
        <path class={`tie ${extra}`} d="M-9 0H9" />
      ) : (
        <g class={`tie ${extra}`}>
          <path d="M0-9V3" />
          <path class="tie-head" d="M0 9-4 2h8Z" />
        </g>
      )}
      {extra === 'grace' && <path class="grace-stroke" d="M-8 3-2-4M-4 4 3-4M1 4 8-4" />}
    </MarkBox>
  );
}
