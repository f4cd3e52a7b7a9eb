/**
 * Another run of the same program, drawn over this one's lanes as outlines:
 * the run before the last change, or one that was pinned. Only what differs.
 */
import { counterpartsOf, differ } from '../model/counterparts.ts';
import { looks } from '../model/states.ts';
import type { Line, Trace } from '../model/trace.ts';
import { EndShape, SignStrokes } from './Signs.tsx';

interface Place {
  readonly lane: { readonly lines: readonly Line[]; readonly shared: boolean };
  readonly middle: number;
}

export interface OutlinesProps {
  readonly trace: Trace;
  readonly other: Trace;
  readonly lanes: readonly Place[];
  readonly x: (time: number) => number;
  readonly clip: string | undefined;
  /** Of the outlines alone: a ghost's begin where it differs, at the change. */
  readonly from: number;
}

export function Outlines({ trace, other, lanes, x, clip, from }: OutlinesProps) {
  const pairs = counterpartsOf(trace, other);
  return (
    <g class="outlines" aria-hidden="true" clip-path={clip}>
      {lanes.flatMap(({ lane, middle }) =>
        lane.shared
          ? []
          : lane.lines.map((line) => {
              const twin = pairs.get(line.pid);
              return twin === undefined || !differ(line, twin) ? null : (
                <Outline
                  key={line.pid}
                  twin={twin}
                  until={other.until}
                  middle={middle}
                  x={x}
                  from={from}
                />
              );
            }),
      )}
    </g>
  );
}

interface OutlineProps {
  readonly twin: Line;
  readonly until: number;
  readonly middle: number;
  readonly x: (time: number) => number;
  readonly from: number;
}

function Outline({ twin, until, middle, x, from }: OutlineProps) {
  const begin = x(Math.max(twin.started ?? twin.spawned, from));
  const end = x(twin.end?.time ?? until);
  if (end < begin) {
    return null;
  }
  const half = twin.kind === 'task' || twin.kind === 'item' ? 10 : 6;
  const { sign, family } = twin.end?.look ?? looks.waiting;
  return (
    <g>
      <rect x={begin} y={middle - half} width={Math.max(3, end - begin)} height={2 * half} rx="3" />
      {sign !== null && (
        <g transform={`translate(${end} ${middle - half})`}>
          <g class="shape" transform="scale(.72)">
            <EndShape family={family} />
          </g>
          <g transform="scale(.75)">
            <SignStrokes sign={sign} />
          </g>
        </g>
      )}
    </g>
  );
}
