/** The tasks of the run as lanes, or as the table that says the same. */
import { useSignal } from '@preact/signals';
import { chartsOf, chartSigns } from '../model/charts.ts';
import { amountOf, hasLeft, hasPromises, looksIn } from '../model/describe.ts';
import { endSentence, endWord, type Store } from '../state/store.ts';
import { weightOf } from '../model/lanes.ts';
import { extrasIn, extraWords } from '../model/extras.ts';
import { duration } from '../model/time.ts';
import type { Trace } from '../model/trace.ts';
import { ChartMark } from './InFlight.tsx';
import { ExtraMark } from './LaneMarks.tsx';
import { CROWD, laidOf, Lanes, MANY } from './Lanes.tsx';
import { later } from './Later.tsx';
import { LineLink } from './LineLink.tsx';
import { BarMark, Icon, StateMark } from './Signs.tsx';
import { PictureOrTable } from './PictureOrTable.tsx';
import { ToStarter } from './ToStarter.ts';

const Zoom = later<{ store: Store }>(async () => (await import('./Zoom.tsx')).Zoom, true);
const Facts = later<{ store: Store }>(async () => (await import('./Closely.ts')).Facts, true);
const LanesTable = later<{ trace: Trace; t: number; zoomed: boolean }>(
  async () => (await import('./Closely.ts')).LanesTable,
  true,
);

export function Tasks({ store }: { store: Store }) {
  const asTable = useSignal(false);
  const trace = store.trace.value;
  const refusal = store.refusal.value;
  const empty = trace.events.length === 0;
  const weight = weightOf(laidOf(store).drawn);
  const size = weight > CROWD ? ' many crowd' : weight > MANY ? ' many' : '';
  return (
    <section class={`panel tasks${size}`} aria-labelledby="tasks-title" data-stage>
      <div class="panel-head">
        <h2 id="tasks-title">Tasks</h2>
        <Status store={store} />
        <PictureOrTable asTable={asTable} name="tasks-as" what="the tasks" />
        {!empty && !asTable.value && <Zoom store={store} />}
      </div>
      {store.isReal.value && (
        <p class="real-clock">
          <Icon name="clock" /> Real time: it will differ each run.
        </p>
      )}
      <SlowBar store={store} />
      <Fault store={store} />
      {refusal !== null && <Refusal text={refusal.text} />}
      {empty ? (
        refusal === null && <Empty store={store} />
      ) : (
        <div class="panel-body" tabIndex={0} role="group" aria-label="Tasks of the run">
          {asTable.value && !store.onPaper.value ? <LanesTable trace={trace} t={store.t.value} zoomed={store.span.value !== null} /> : <Lanes store={store} />}
          {!store.fresh.value && <Legend trace={trace} />}
          {store.outline.value !== null && (
            <p class="outline-word">
              <span aria-hidden="true" /> Outlines: {store.outline.value.what}, where it differs
            </p>
          )}
          {store.run.value.outcome !== null && looksIn(trace).length === 0 && !hasPromises(trace) && (
            <div class="no-tasks">
              <p class="empty">This program has started no tasks.</p>
              <ToStarter store={store} />
            </div>
          )}
          <Facts store={store} />
        </div>
      )}
    </section>
  );
}

/** Where the run stands, in a word or two. */
function Status({ store }: { store: Store }) {
  const { outcome, trace } = store.run.value;
  const running = store.inWorker.value === store.chosen.value;
  const ahead = store.outcomeAhead.value;
  const text = running
    ? ahead !== null
      ? `${endSentence(ahead)} Its picture follows`
      : 'Running'
    : store.fresh.value
      ? store.setting.value.source === null
        ? 'Ready to run'
        : 'Edited, not run yet'
      : outcome === null
        ? ''
        : `${endWord(outcome)}, ${duration(trace.until)}`;
  return (
    <p class={`status status-${running ? 'running' : (outcome?.kind ?? 'idle')}`}>
      {text}
      {store.stale.value && !running && !store.fresh.value && outcome !== null && (
        <span class="stale">, of an earlier text</span>
      )}
    </p>
  );
}

/** The run is not over: it is told how far it is, and can be stopped. */
function SlowBar({ store }: { store: Store }) {
  const slow = store.slow.value;
  if (
    slow === null ||
    store.inWorker.value !== store.chosen.value ||
    slow.ms < store.patience.value
  ) {
    return null;
  }
  const silent = slow.silence >= 500;
  return (
    <div class="slow" role="alert">
      <p>
        <strong>Still running after {Math.max(1, Math.floor(slow.ms / 1000))} s.</strong>{' '}
        {silent
          ? 'The worker gives no sign of life.'
          : `${amountOf(slow.events)} events, up to ${duration(slow.until)}.`}
      </p>
      <div class="slow-buttons">
        <button type="button" class="button stop" onClick={() => store.stop()}>
          <Icon name="stop" /> Stop
        </button>
        {silent && (
          <button type="button" class="button" onClick={() => store.wait()}>
            Wait 5 s more
          </button>
        )}
      </div>
    </div>
  );
}

/** The program could not even start. */
function Fault({ store }: { store: Store }) {
  const { fault } = store.run.value;
  return fault === null ? null : (
    <div class="slow fault" role="alert">
      <p>
        <strong>It cannot start.</strong> <span class="refusal">{fault.text}</span>{' '}
        <LineLink store={store} reason={fault} isUnread={/^SyntaxError/.test(fault.text)} />
      </p>
    </div>
  );
}

function Empty({ store }: { store: Store }) {
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
      <p class="empty">Run the program, and each of its tasks gets a lane here.</p>
      <ToStarter store={store} />
    </div>
  );
}

function Refusal({ text }: { text: string }) {
  return (
    <div class="slow fault">
      <p>
        <strong>Programs cannot be run here.</strong> Running needs WebAssembly and workers.{' '}
        <span class="refusal">{text}</span>
      </p>
    </div>
  );
}

function Legend({ trace }: { trace: Trace }) {
  return (
    <ul class="legend" aria-label="Legend">
      {looksIn(trace).map((look) => (
        <li key={look.word}>
          <StateMark look={look} /> {look.word}
        </li>
      ))}
      {hasPromises(trace) && (
        <li>
          <BarMark kind="promise" /> plain promise, no task
        </li>
      )}
      {hasLeft(trace) && (
        <li>
          <BarMark kind="left" /> whoever started it has left
        </li>
      )}
      {chartsOf(trace).flatMap(({ kind }) =>
        chartSigns[kind].map(([look, word]) => (
          <li key={look}>
            <ChartMark look={look} /> {word}
          </li>
        )),
      )}
      {extrasIn(trace).map((extra) => (
        <li key={extra}>
          <ExtraMark extra={extra} /> {extraWords[extra]}
        </li>
      ))}
    </ul>
  );
}
