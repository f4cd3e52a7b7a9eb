/**
 * The charts above the lanes, on the lanes' scale of time: how many tasks run
 * at once and what limits them, and below it what else a run has to count.
 */
import { chartsOf, chartSigns, type Chart, type ChartKind } from '../model/charts.ts';
import { outlineSteps } from '../model/flight.ts';
import { roomsOf } from '../model/supervision.ts';
import { timeOf, type Step, type Trace } from '../model/trace.ts';
import { Rooms } from './LaneMarks.tsx';
import type { Plan } from './Lanes.tsx';
import { MarkBox } from './Signs.tsx';

const FLIGHT = 44; // height of the chart of tasks
/** Of those below it. */
const heights: Readonly<Record<ChartKind, number>> = { server: 48, waiting: 36, left: 36 };
const ROOM = 12; // of either, free above the highest count

/** The charts' height, in px. */
export function chartsHeight(trace: Trace): number {
  return chartsOf(trace).reduce((sum, { kind }) => sum + heights[kind], FLIGHT);
}

/** `top` is where the first of them begins. The table and the facts say the same. */
export function InFlight({ plan, trace, top }: { plan: Plan; trace: Trace; top: number }) {
  let base = top + FLIGHT;
  return (
    <>
      <AtOnce plan={plan} trace={trace} base={base} />
      {chartsOf(trace).map((chart) => {
        base += heights[chart.kind];
        return <Strip key={chart.kind} plan={plan} trace={trace} chart={chart} base={base} />;
      })}
    </>
  );
}

interface AreaProps {
  readonly plan: Plan;
  readonly trace: Trace;
  /** Where the count is 0. */
  readonly base: number;
}

function AtOnce({ plan, trace, base }: AreaProps) {
  const { x } = plan;
  const { peak } = trace.flight;
  const limit = limitOf(trace);
  const most = Math.max(peak, limit ?? 0, 1);
  const y = (count: number) => base - (count / most) * (FLIGHT - ROOM);
  const label =
    peak === 0
      ? 'at once'
      : limit === null || limit < peak
        ? `at most ${peak}`
        : `${peak} of ${limit}`;
  return (
    <>
      <g clip-path={plan.clip}>
        <Area plan={plan} trace={trace} base={base} steps={outlineSteps(trace)} y={y} look="flight" />
        {trace.streams
          .filter((stream) => stream.limit <= most)
          .map((stream) => (
            <path
              key={stream.id}
              class="flight-limit"
              d={`M${x(stream.from)} ${y(stream.limit)}H${Math.max(x(stream.to ?? trace.until), x(stream.from) + 6)}`}
            />
          ))}
        <Rooms plan={plan} trace={trace} top={most} y={y} />
      </g>
      <Label plan={plan} base={base} height={FLIGHT} short={label} long={`${label} at once`} />
    </>
  );
}

/** The limit of streams and supervisors, when it says something about this run. */
function limitOf(trace: Trace): number | null {
  const limits = [...trace.streams, ...roomsOf(trace)].slice(0, 100).map(({ limit }) => limit);
  const limit = Math.max(0, ...limits);
  return limit > 0 && limit <= trace.flight.peak * 3 ? limit : null;
}

const short: Readonly<Record<ChartKind, string>> = {
  server: 'server',
  waiting: 'not taken',
  left: 'left over',
};

function Strip({ plan, trace, chart, base }: AreaProps & { chart: Chart }) {
  const { kind, steps, peak, refused } = chart;
  const height = heights[kind];
  const crowds = crowdsOf(refused, plan.x);
  const most = Math.max(peak, mostOf(crowds), mostOf(steps), 1);
  const y = (count: number) => base - (count / most) * (height - ROOM);
  return (
    <>
      <g clip-path={plan.clip}>
        <Area plan={plan} trace={trace} base={base} steps={steps} y={y} look={kind} />
        <path
          class="turned-away"
          d={crowds.map(({ time, count }) => `M${time} ${base}V${y(count)}`).join('')}
        />
      </g>
      <Label
        plan={plan}
        base={base}
        height={height}
        short={`${short[kind]} ${peak}`}
        long={`${peak} ${chartSigns[kind][0]?.[1] ?? ''}`}
      />
    </>
  );
}

/** Of lists that may be too long for the arguments of a function. */
const mostOf = (steps: readonly Step[]): number =>
  steps.reduce((most, { count }) => Math.max(most, count), 0);

/** A chart's sign as it stands in the legend. */
export function ChartMark({ look }: { look: ChartKind | 'turned-away' }) {
  return (
    <MarkBox>
      {look === 'turned-away' ? (
        <path class="turned-away" d="M-4 7V-3M1 7V-7M6 7V-1" />
      ) : (
        <g class={`chart ${look}`}>
          <path class="flight-area" d="M-9 7V2H-3V-4H4V0H9V7Z" />
          <path class="flight-line" d="M-9 7V2H-3V-4H4V0H9V7" />
        </g>
      )}
    </MarkBox>
  );
}

/** Who was turned away, for each pixel: `time` is where it is drawn. */
function crowdsOf(refused: readonly Step[], x: (time: number) => number): readonly Step[] {
  const crowds = new Map<number, number>();
  for (const { time, count } of refused) {
    const at = Math.round(x(time));
    crowds.set(at, Math.max(count, crowds.get(at) ?? 0));
  }
  return [...crowds].map(([time, count]) => ({ time, count }));
}

interface Drawn extends AreaProps {
  readonly steps: readonly Step[];
  readonly y: (count: number) => number;
  readonly look: 'flight' | ChartKind;
}

function Area({ plan, trace, base, steps, y, look }: Drawn) {
  const { x, width } = plan;
  const outline = outlineOf(steps, trace.until, x, y, width);
  return (
    <g class={`chart ${look}`}>
      <path class="flight-area" d={`${outline}V${base}H${x(steps[0]?.time ?? 0)}Z`} />
      <path class="flight-line" d={outline} />
      <path class="flight-base" d={`M${plan.left} ${base}H${x(plan.end)}`} />
    </g>
  );
}

interface LabelProps {
  readonly plan: Plan;
  readonly base: number;
  readonly height: number;
  /** Beside the chart. */
  readonly short: string;
  /** In it, where there is no room beside it. */
  readonly long: string;
}

function Label({ plan, base, height, short, long }: LabelProps) {
  return plan.narrow ? (
    <text class="flight-label" x={plan.width - 2} y={base - height + 10} text-anchor="end">
      {long}
    </text>
  ) : (
    <text class="flight-label" x={plan.left - 10} y={base - 5} text-anchor="end">
      {short}
    </text>
  );
}

/**
 * The outline of a count: for each ms, or for each pixel where those are
 * fewer, where it ended up, and the most there were on the way.
 */
function outlineOf(
  steps: readonly Step[],
  until: number,
  x: (time: number) => number,
  y: (count: number) => number,
  width: number,
): string {
  const dense = steps.length > width * 4;
  const place = (time: number) => (dense ? Math.floor(x(time)) : x(timeOf(time)));
  let path = `M${x(0)} ${y(0)}`;
  let before = 0;
  for (let at = 0; at < steps.length; at += 1) {
    const here = place((steps[at] as Step).time);
    let most = before;
    while (at + 1 < steps.length && place((steps[at + 1] as Step).time) === here) {
      most = Math.max(most, (steps[at] as Step).count);
      at += 1;
    }
    const { count } = steps[at] as Step;
    path += `H${here}${most > before && most > count ? `V${y(most)}` : ''}V${y(count)}`;
    before = count;
  }
  return `${path}H${x(until)}`;
}
