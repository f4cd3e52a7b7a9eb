/** What is known of one task, as a sheet: on a phone nothing stands beside the picture. */
import { Fragment } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { notesOf, tieOf } from '../model/describe.ts';
import { duration } from '../model/time.ts';
import { stateAt, timeOf, type Line, type Pid, type Trace } from '../model/trace.ts';
import type { Store } from '../state/store.ts';
import { openMenuOf } from './BreakMenu.tsx';
import { StateMark } from './Signs.tsx';
import '../styles/inspect.css';

export interface InspectProps {
  readonly store: Store;
  readonly pid: Pid;
  readonly onClose: () => void;
}

export function Inspect({ store, pid, onClose }: InspectProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => dialog.current?.close();
  const trace = store.trace.value;
  const t = store.t.value;
  const line = trace.lines.get(pid);
  if (line === undefined) {
    return null;
  }
  const state = stateAt(line, t);
  const breakIt = () => {
    close();
    const cell = document.querySelector(`.lanes [data-pid="${CSS.escape(pid)}"]`);
    openMenuOf(store, pid, cell ?? document.body);
  };
  return (
    <dialog
      ref={dialog}
      class="sheet inspect"
      aria-labelledby={id}
      onClose={onClose}
      onClick={({ target }) => target === dialog.current && close()}
    >
      <div class="sheet-body" data-stage>
        <div class="sheet-head">
          <h2 id={id}>{line.label}</h2>
          <button type="button" class="button small" onClick={close}>
            Close
          </button>
        </div>
        <dl>
          <dt>At {duration(t)}</dt>
          <dd>
            {state === null ? (
              'not yet there'
            ) : (
              <>
                <StateMark look={state} /> {state.word}
              </>
            )}
          </dd>
          {factsOf(trace, line).map(([name, value]) => (
            <Fragment key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </Fragment>
          ))}
        </dl>
        <div class="inspect-ways">
          <button type="button" class="button" onClick={() => store.seek(line.spawned)}>
            To its start
          </button>
          {line.end !== null && (
            <button type="button" class="button" onClick={() => store.seek(line.end?.time ?? t)}>
              To its end
            </button>
          )}
          <button type="button" class="button" onClick={breakIt}>
            Break it…
          </button>
        </div>
      </div>
    </dialog>
  );
}

/** What does not depend on where the playhead is. */
function factsOf(trace: Trace, line: Line): ReadonlyArray<readonly [string, string]> {
  const from = line.started ?? line.spawned;
  const queued = timeOf(from) > timeOf(line.spawned) ? `, queued from ${duration(line.spawned)}` : '';
  const facts: Array<readonly [string, string]> = [
    ['From', line.started === null ? `${duration(from)}, never started` : duration(from) + queued],
    ['To', line.end === null ? 'no end recorded' : duration(line.end.time)],
  ];
  if (line.end !== null) {
    facts.push(['Ended', line.end.look.word]);
    if (line.end.reason !== null) {
      facts.push(['Reason', line.end.reason]);
    }
  }
  const tie = tieOf(trace, line);
  if (tie !== '') {
    facts.push(['Owner', tie]);
  }
  const notes = notesOf(trace, line, trace.until);
  if (notes.length > 0) {
    facts.push(['Besides', notes.join(', ')]);
  }
  return facts;
}
