/** The run as lanes, or as the table that says the same. */
import { useSignal } from '@preact/signals';
import { runSentence } from '../model/describe.ts';
import { endWord, type Store } from '../state/store.ts';
import { looks, type Look } from '../model/states.ts';
import { duration } from '../model/time.ts';
import { isTask, type Trace } from '../model/trace.ts';
import { Lanes } from './Lanes.tsx';
import { LanesTable } from './LanesTable.tsx';
import { Icon, StateMark } from './Signs.tsx';

export function Timeline({ store }: { store: Store }) {
  const asTable = useSignal(false);
  const { trace, phase, refusal } = { ...store.run.value, refusal: store.refusal.value };
  const empty = trace.events.length === 0;
  return (
    <section class="panel timeline" aria-labelledby="timeline-title">
      <div class="panel-head">
        <h2 id="timeline-title">Tasks</h2>
        <Status store={store} />
        <fieldset class="switch">
          <legend class="unseen">Show the tasks as</legend>
          {([false, true] as const).map((table) => (
            <label key={String(table)}>
              <input
                type="radio"
                name="timeline-as"
                checked={asTable.value === table}
                onChange={() => (asTable.value = table)}
              />
              <span>{table ? 'Table' : 'Picture'}</span>
            </label>
          ))}
        </fieldset>
      </div>
      <SilenceBar store={store} />
      {refusal !== null ? (
        <Refusal text={refusal.text} />
      ) : empty ? (
        <Empty starting={phase === 'starting'} />
      ) : (
        <div class="panel-body" tabIndex={0} role="group" aria-label="Tasks of the run">
          {asTable.value ? <LanesTable trace={trace} t={store.t.value} /> : <Lanes store={store} />}
          <Legend trace={trace} />
          <Facts store={store} />
        </div>
      )}
    </section>
  );
}

/** Where the run stands, in a word or two. */
function Status({ store }: { store: Store }) {
  const { phase, outcome, trace } = store.run.value;
  const text =
    phase === 'idle'
      ? ''
      : phase === 'starting'
        ? 'Starting the worker'
        : outcome === null
          ? `Running, ${duration(trace.until)}`
          : `${endWord(outcome)}, ${duration(trace.until)}`;
  return <p class={`status status-${outcome?.kind ?? phase}`}>{text}</p>;
}

/** The worker gives no sign of life: it cannot be asked, only ended. */
function SilenceBar({ store }: { store: Store }) {
  const silence = store.silence.value;
  if (
    store.inWorker.value !== store.chosen.value ||
    silence === 0 ||
    silence < store.patience.value
  ) {
    return null;
  }
  return (
    <div class="silence" role="alert">
      <p>
        <strong>Still running after {Math.max(1, Math.floor(silence / 1000 / 5) * 5)} s.</strong>{' '}
        The worker gives no sign of life.
      </p>
      <button type="button" class="button stop" onClick={() => store.stop()}>
        <Icon name="stop" /> Stop
      </button>
      <button type="button" class="button" onClick={() => store.wait()}>
        Wait
      </button>
    </div>
  );
}

function Empty({ starting }: { starting: boolean }) {
  return (
    <div class="panel-body blank">
      <svg viewBox="0 0 320 96" width="320" height="96" aria-hidden="true">
        <path class="blank-rope" d="M28 8V88" />
        <circle class="blank-ring" cx="28" cy="16" r="7" />
        {[34, 56, 78].map((y, index) => (
          <rect
            key={y}
            class="blank-lane"
            x={28 + index * 22}
            y={y - 5}
            width={[150, 96, 196][index]}
            height="10"
            rx="3"
          />
        ))}
      </svg>
      <p class="empty">
        {starting
          ? 'Starting the worker.'
          : 'Run the program, and each of its tasks gets a lane here.'}
      </p>
    </div>
  );
}

function Refusal({ text }: { text: string }) {
  return (
    <div class="panel-body blank">
      <p>
        <strong>The program cannot be run here.</strong> Running needs WebAssembly and module
        workers.
      </p>
      <p class="refusal">{text}</p>
      <p class="empty">
        Lesson and program can be read all the same, and run with Node: npm run examples
      </p>
    </div>
  );
}

/** The looks that occur in this run, once each. */
function Legend({ trace }: { trace: Trace }) {
  const seen = new Set<Look>();
  for (const line of trace.lines.values()) {
    if (isTask(line)) {
      if (line.started !== null) {
        seen.add(looks.running);
      }
      if (line.end !== null) {
        seen.add(line.end.look);
      }
    }
  }
  if (trace.busy.length > 0) {
    seen.add(looks.busy);
  }
  return (
    <ul class="legend" aria-label="Legend">
      {Object.values(looks)
        .filter((look) => seen.has(look))
        .map((look) => (
          <li key={look.word}>
            <StateMark look={look} /> {look.word}
          </li>
        ))}
    </ul>
  );
}

function Facts({ store }: { store: Store }) {
  const { trace, stats, gap, outcome } = store.run.value;
  if (outcome === null) {
    return null;
  }
  return (
    <div class="facts">
      <p>{runSentence(trace)}.</p>
      {stats !== null && stats.requests > 0 && (
        <p>
          Simulated network: {stats.requests} {stats.requests === 1 ? 'request' : 'requests'},{' '}
          {stats.peakInFlight} at once at most, {stats.cancelled} given up.
        </p>
      )}
      {gap !== null && <p>Meanwhile this page never paused for longer than {duration(gap)}.</p>}
    </div>
  );
}
