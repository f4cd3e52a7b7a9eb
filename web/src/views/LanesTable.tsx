/** The lanes as a table: the same tasks, times and states at the playhead. */
import { duration } from '../model/time.ts';
import { rowsOf, runningAt, stateAt, type Row, type Trace } from '../model/trace.ts';
import { StateMark } from './Signs.tsx';

const ROWS_MAX = 500;

export function LanesTable({ trace, t }: { trace: Trace; t: number }) {
  const rows = rowsOf(trace);
  return (
    <table class="lanes-table">
      <caption>
        State at {duration(t)}: {runningAt(trace, t)} running, at most {trace.flight.peak} at once
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
          <TableRow key={row.line.pid} row={row} t={t} />
        ))}
      </tbody>
    </table>
  );
}

function TableRow({ row: { line, depth }, t }: { row: Row; t: number }) {
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
          </>
        )}
      </td>
    </tr>
  );
}
