/** What the program printed and gave back, and the rule that it shows. */
import { useEffect, useRef } from 'preact/hooks';
import type { Outcome, Result } from '../model/outcome.ts';
import type { Store } from '../state/store.ts';
import { looks } from '../model/states.ts';
import { moment } from '../model/time.ts';
import type { TraceEvent } from '../model/trace.ts';
import { StateMark } from './Signs.tsx';

export function Output({ store }: { store: Store }) {
  const { trace, outcome, phase } = store.run.value;
  const t = store.t.value;
  const at = useRef<HTMLDivElement>(null);
  const lines = trace.events.filter(isOutput);

  /* The newest line is kept in sight while the run goes on. */
  useEffect(() => {
    if (store.held.peek() === null && at.current !== null) {
      at.current.scrollTop = at.current.scrollHeight;
    }
  }, [lines.length, outcome]);

  return (
    <section class="panel output" aria-labelledby="output-title">
      <div class="panel-head">
        <h2 id="output-title">Output</h2>
      </div>
      <div
        class="panel-body"
        ref={at}
        tabIndex={0}
        role="group"
        aria-label="What the program printed"
      >
        {lines.length === 0 && outcome === null && (
          <p class="empty">
            {phase === 'idle' ? 'What the program prints appears here.' : 'Nothing printed yet.'}
          </p>
        )}
        <ol class="printed">
          {lines.map((event, index) => (
            <li key={index} class={event.time > t ? 'later' : undefined}>
              <time>{moment(event.time)}</time>
              <OutputText event={event} />
            </li>
          ))}
        </ol>
        {outcome !== null && trace.until <= t && (
          <End outcome={outcome} rule={store.example.value?.rule ?? ''} />
        )}
      </div>
    </section>
  );
}

type OutputEvent = Extract<TraceEvent, { type: 'printed' | 'threw' | 'unhandled' }>;

function isOutput(event: TraceEvent): event is OutputEvent {
  return event.type === 'printed' || event.type === 'threw' || event.type === 'unhandled';
}

function OutputText({ event }: { event: OutputEvent }) {
  if (event.type === 'printed') {
    return <span class="printed-text">{event.text}</span>;
  }
  return (
    <span class="printed-text trouble">
      <StateMark look={looks.crashed} />{' '}
      {event.type === 'threw' ? 'The program threw' : 'Nobody handled'} {event.reason.text}
    </span>
  );
}

function End({ outcome, rule }: { outcome: Outcome; rule: string }) {
  return (
    <>
      {outcome.kind === 'returned' && <Returned result={outcome.result} />}
      {outcome.kind === 'stopped' && (
        <p class="verdict">You stopped it. The worker was ended, and a fresh one is ready.</p>
      )}
      {outcome.kind === 'full' && (
        <p class="verdict">Stopped recording at {outcome.limit.toLocaleString('en')} events.</p>
      )}
      <p class="rule">
        <strong>The rule</strong> {rule}
      </p>
    </>
  );
}

function Returned({ result }: { result: Result }) {
  if (result.entries !== null) {
    return (
      <table class="entries">
        <caption>Returned, in both notations</caption>
        <thead>
          <tr>
            <th scope="col">#</th>
            <th scope="col">JavaScript</th>
            <th scope="col">Elixir</th>
          </tr>
        </thead>
        <tbody>
          {result.entries.map((entry, index) => (
            <tr key={index}>
              <td>{index + 1}</td>
              <td>{entry.javascript}</td>
              <td>{entry.elixir}</td>
            </tr>
          ))}
        </tbody>
      </table>
    );
  }
  return result.text === null ? null : <pre class="returned">{result.text}</pre>;
}
