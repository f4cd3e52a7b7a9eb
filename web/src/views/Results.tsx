/** What the program printed and gave back, and the rule that it shows. */
import { useSignal } from '@preact/signals';
import type { ComponentChild } from 'preact';
import { useMemo } from 'preact/hooks';
import { momentsOf, type Moment } from '../model/moments.ts';
import type { Outcome, Result } from '../model/outcome.ts';
import { outputOf, resultAt, type OutputEvent } from '../model/output.ts';
import type { Store } from '../state/store.ts';
import { looks } from '../model/states.ts';
import { duration, moment } from '../model/time.ts';
import { countUpTo, type Trace } from '../model/trace.ts';
import { LineLink } from './LineLink.tsx';
import { StateMark } from './Signs.tsx';
import { useSome } from './some.ts';
import { ToStarter } from './ToStarter.ts';

const LINES_MAX = 100; // printed lines at once, up to the playhead and a few after it
const AHEAD = 20;
const PART = 10; // that are drawn at once
const CHARS_MAX = 20_000; // of all these lines: the browser lays out each letter

export function Results({ store }: { store: Store }) {
  const { trace, outcome } = store.run.value;
  /* Who goes from the result to a moment before it keeps the result in sight. */
  const left = useSignal<Trace | null>(null);
  const t = store.t.value;
  const all = outputOf(trace);
  /* Lines that stay as they are: in a run that is played, all but one of a hundred. */
  const made = useMemo((): Record<number, ComponentChild> => ({}), [trace]);
  const [first, last] = shownAround(all, countUpTo(all, t));
  const lines = all.slice(first, last).slice(0, useSome(trace, last - first, PART));
  const over = outcome !== null && resultAt(trace) <= t;
  return (
    <>
      {first > 0 && <p class="empty">{first.toLocaleString('en')} earlier lines</p>}
      {lines.length > 0 && (
        <ol class="printed" aria-label="What the program printed">
          {lines.map((event, index) => {
            const later = event.time > t;
            const place = first + index;
            return (made[later ? place : -1 - place] ??= (
              <li key={place} class={later ? 'later' : undefined}>
                <time>{moment(event.time)}</time>
                <OutputText event={event} store={store} />
              </li>
            ));
          })}
        </ol>
      )}
      {last < all.length && (
        <p class="empty">{(all.length - last).toLocaleString('en')} later lines</p>
      )}
      {outcome === null ? (
        <p class="empty">What the program prints and gives back appears here.</p>
      ) : over || left.value === trace ? (
        <div class={over ? undefined : 'later'}>
          <End
            store={store}
            outcome={outcome}
            trace={trace}
            own={store.isOwn.value}
            onGo={(time) => {
              left.value = trace;
              store.seek(time);
            }}
          />
        </div>
      ) : (
        lines.length === 0 && <p class="empty">Nothing yet. The result is there when main returns.</p>
      )}
    </>
  );
}

/** Which of the lines are shown, from and up to, when so many have come. */
function shownAround(all: readonly OutputEvent[], come: number): [number, number] {
  let last = Math.min(all.length, Math.max(come + AHEAD, LINES_MAX));
  let first = Math.max(0, last - LINES_MAX);
  let chars = 0;
  for (let index = first; index < last; index += 1) {
    chars += lengthOf(all[index]);
  }
  while (chars > CHARS_MAX && last - first > 1) {
    chars -= lengthOf(last > Math.max(come, 1) ? all[--last] : all[first++]);
  }
  return [first, last];
}

const lengthOf = (event: OutputEvent | undefined): number =>
  event?.type === 'printed' ? Math.min(event.text.length, CHARS_MAX) : 0;

function OutputText({ event, store }: { event: OutputEvent; store: Store }) {
  if (event.type === 'printed') {
    const { text } = event;
    return (
      <span class="printed-text">
        {text.length > CHARS_MAX
          ? `${text.slice(0, CHARS_MAX)}… ${(text.length - CHARS_MAX).toLocaleString('en')} characters more`
          : text}
      </span>
    );
  }
  return (
    <span class="printed-text trouble">
      <StateMark look={looks.crashed} />{' '}
      {event.type === 'threw' ? 'The program threw' : 'Nobody handled'} {event.reason.text}{' '}
      <LineLink store={store} reason={event.reason} />
    </span>
  );
}

interface Ways {
  readonly trace: Trace;
  /** Code of somebody else's may give lists in an order that the run does not have. */
  readonly own: boolean;
  /** Moves the playhead. */
  readonly onGo: (time: number) => void;
}

function End({ store, outcome, ...ways }: Ways & { store: Store; outcome: Outcome }) {
  switch (outcome.kind) {
    case 'returned':
      return <Returned store={store} result={outcome.result} {...ways} />;
    case 'stopped':
      return <p class="verdict">The run was stopped here; a fresh worker is ready.</p>;
    case 'limited':
      return <p class="verdict">{outcome.why}</p>;
    case 'threw':
      return null; // it stands among what was printed
  }
}

function Returned({ store, result, trace, own, onGo }: Ways & { store: Store; result: Result }) {
  const momentsIn = (cells: readonly string[], name?: string) =>
    own ? momentsOf(trace, cells, name) : [];
  if (result.columns !== null) {
    const { names, rows } = result.columns;
    const moments = names.map((name, column) =>
      momentsIn(rows.map((row) => row[column] as string), name),
    );
    return (
      <Table
        caption="returned, list by list"
        head={names}
        rows={rows.map((row, at) =>
          row.map((text, column) => ({ text, moment: moments[column]?.[at] ?? null })),
        )}
        onGo={onGo}
      />
    );
  }
  if (result.entries === null) {
    return result.text === null ? (
      outputOf(trace).length === 0 && (
        <>
          <p class="empty">It has printed nothing, and returned nothing.</p>
          <ToStarter store={store} />
        </>
      )
    ) : (
      <>
        <p class="returned-word">returned</p>
        <pre class="returned">{result.text}</pre>
      </>
    );
  }
  const moments = momentsIn(result.entries.map(({ javascript }) => javascript));
  return (
    <Table
      caption="returned, in both notations"
      head={['JavaScript', 'Elixir']}
      rows={result.entries.map(({ javascript, elixir }, at) => [
        { text: javascript, moment: null },
        { text: elixir, moment: moments[at] ?? null },
      ])}
      onGo={onGo}
    />
  );
}

interface Cell {
  readonly text: string;
  readonly moment: Moment | null;
}

interface TableProps {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly onGo: Ways['onGo'];
}

function Table({ caption, head, rows, onGo }: TableProps) {
  return (
    <table class="entries">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">#</th>
          {head.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={index}>
            <td>{index + 1}</td>
            {row.map(({ text, moment: came }, column) => (
              <td key={head[column]}>
                {text}
                {came !== null && (
                  <button
                    type="button"
                    class="link came"
                    aria-label={`at ${duration(came.time)}: to where ${came.what}`}
                    onClick={() => onGo(came.time)}
                  >
                    at {duration(came.time)}
                  </button>
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
