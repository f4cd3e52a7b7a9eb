/** The lanes as a table: the same tasks, times and states at the playhead. */
import { chartMoment, chartsOf } from '../model/charts.ts';
import { densityRows } from '../model/density.ts';
import { notesOf } from '../model/describe.ts';
import { lanesOf } from '../model/lanes.ts';
import { duration } from '../model/time.ts';
import { rowsOf, runningAt, stateAt, type Row, type Trace } from '../model/trace.ts';
import { StateMark } from './Signs.tsx';

const ROWS_MAX = 200; // the browser lays out all of them at each step

interface Props {
  readonly trace: Trace;
  readonly t: number;
  /** The picture shows a part of the run, with a strip of all of it. */
  readonly zoomed?: boolean;
}

export function LanesTable({ trace, t, zoomed = false }: Props) {
  return (
    <>
      {(zoomed || lanesOf(trace).hidden > 0) && <DensityTable trace={trace} />}
      <States trace={trace} t={t} />
    </>
  );
}

/** What the strip above a picture shows that has not room for all. */
function DensityTable({ trace }: { trace: Trace }) {
  return (
    <table class="lanes-table density-table">
      <caption>Events by time, of the whole run</caption>
      <thead>
        <tr>
          <th scope="col">From</th>
          <th scope="col">To</th>
          <th scope="col">Events</th>
          <th scope="col">Trouble</th>
        </tr>
      </thead>
      <tbody>
        {densityRows(trace).map(({ from, to, events, troubles }) => (
          <tr key={from}>
            <th scope="row">{duration(from)}</th>
            <td>{duration(to)}</td>
            <td>{events.toLocaleString('en')}</td>
            <td>{troubles.toLocaleString('en')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function States({ trace, t }: { trace: Trace; t: number }) {
  const rows = rowsOf(trace);
  return (
    <table class="lanes-table">
      <caption>
        State at {duration(t)}: {runningAt(trace, t)} in flight, at most {trace.flight.peak} at once
        {chartsOf(trace).map((chart) => `, ${chartMoment(chart, t)}`)}
        {rows.length > ROWS_MAX && `, the first ${ROWS_MAX} of ${rows.length} tasks`}
      </caption>
      <thead>
        <tr>
          <th scope="col">Task</th>
          <th scope="col">From</th>
          <th scope="col">To</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, ROWS_MAX).map((row) => (
          <TableRow key={row.line.pid} trace={trace} row={row} t={t} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly trace: Trace;
  readonly row: Row;
  readonly t: number;
}

function TableRow({ trace, row: { line, depth }, t }: RowProps) {
  const state = stateAt(line, t);
  const ended = line.end !== null && line.end.time <= t;
  return (
    <tr class={state === null ? 'later' : undefined} data-pid={line.pid}>
      <th scope="row" class={`depth-${Math.min(depth, 5)}`}>
        {line.label}
      </th>
      <td>{duration(line.started ?? line.spawned)}</td>
      <td>{ended ? duration(line.end?.time ?? 0) : '–'}</td>
      <td>
        {state === null ? (
          'not yet there'
        ) : (
          <>
            <StateMark look={state} /> {state.word}
            {ended && line.end?.reason != null && <small>{line.end.reason}</small>}
            {notesOf(trace, line, t).map((note) => (
              <small key={note} class="note">
                {note.charAt(0).toUpperCase() + note.slice(1)}
              </small>
            ))}
          </>
        )}
      </td>
    </tr>
  );
}
