/** Every event of the run, in order; choosing one moves the playhead there. */
import { useSignal, type Signal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { troublesOf, wordsOf } from '../model/describe.ts';
import { kindOf, kindsIn, kindWords, type EventKind } from '../model/kinds.ts';
import type { Store } from '../state/store.ts';
import { moment } from '../model/time.ts';
import { LineLink } from './LineLink.tsx';
import { useSome } from './some.ts';
import { countAt, where, type Pid, type Trace, type TraceEvent } from '../model/trace.ts';

const SHOWN = 100; // lines at once, around the playhead
const PART = 25; // of them that are drawn in a frame when the log is opened, the nearest first

export function Log({ store }: { store: Store }) {
  const troubleOnly = useSignal(false);
  const kind = useSignal<EventKind | ''>('');
  const list = useRef<HTMLDivElement>(null);
  const trace = store.trace.value;
  const t = store.t.value;
  const picked = store.picked.value;
  const only = troubleOnly.value;
  const of = kind.value;
  const indexes = useMemo(() => select(trace, picked, of, only), [trace, picked, of, only]);
  const happened = countAt(trace, t);
  const current = lastBelow(indexes, happened);
  const [first, last] = windowAround(current, indexes.length, SHOWN);
  const some = useSome(trace, last - first, PART);
  const [from, to] = windowAround(current - first, last - first, some);

  useEffect(() => {
    showCurrent(list.current);
  }, [current, indexes.length, to - from]);

  return (
    <>
      <div class="log-filters">
        {picked !== null && (
          <button type="button" class="chip" onClick={() => store.pick(null)}>
            only {trace.lines.get(picked)?.label ?? picked} <span aria-hidden="true">×</span>
            <span class="unseen">, show all again</span>
          </button>
        )}
        <KindSelect trace={trace} kind={kind} />
        <label class="check">
          <input
            type="checkbox"
            checked={only}
            onChange={(event) => (troubleOnly.value = event.currentTarget.checked)}
          />
          Trouble only
        </label>
      </div>
      <div class="log" ref={list} role="group" aria-label="Event log" onKeyDown={walk}>
        {indexes.length === 0 && (
          <p class="empty">
            {trace.events.length === 0
              ? 'Each start, end and signal appears here.'
              : 'No such events in this run.'}
          </p>
        )}
        {first > 0 && <p class="empty">{first.toLocaleString('en')} earlier ones</p>}
        <ol class="event-list">
          {indexes.slice(first + from, first + to).map((index) => (
            <EventLine
              key={index}
              trace={trace}
              event={trace.events.at(index) as TraceEvent}
              later={index >= happened}
              current={index === indexes[current]}
              reachable={index === (indexes[current] ?? indexes[0])}
              store={store}
            />
          ))}
        </ol>
        {last < indexes.length && (
          <p class="empty">{(indexes.length - last).toLocaleString('en')} later ones</p>
        )}
      </div>
    </>
  );
}

/** Which events are shown; of a kind that the run has not it says so. */
function KindSelect({ trace, kind }: { trace: Trace; kind: Signal<EventKind | ''> }) {
  const counts = kindsIn(trace);
  const offered = (Object.keys(kindWords) as EventKind[]).filter(
    (name) => counts.has(name) || name === kind.value,
  );
  return (
    <label class="log-kind">
      Show{' '}
      <select
        value={kind.value}
        onChange={(event) => (kind.value = event.currentTarget.value as EventKind | '')}
      >
        <option value="">all kinds</option>
        {offered.map((name) => (
          <option key={name} value={name}>
            {kindWords[name]}, {(counts.get(name) ?? 0).toLocaleString('en')}
          </option>
        ))}
      </select>
    </label>
  );
}

const PRINTED_MAX = 200; // of what is printed; it stands in full in the output

const cut = (text: string): string =>
  text.length > PRINTED_MAX ? `${text.slice(0, PRINTED_MAX)}…` : text;

interface EventLineProps {
  readonly trace: Trace;
  readonly event: TraceEvent;
  readonly later: boolean;
  readonly current: boolean;
  /** The one line that Tab reaches; arrows go on from there. */
  readonly reachable: boolean;
  readonly store: Store;
}

function EventLine({ trace, event, later, current, reachable, store }: EventLineProps) {
  const { who, what, detail, trouble } = wordsOf(trace, event);
  const classes = [
    'event',
    later && 'later',
    trouble && 'trouble',
    event.type === 'printed' && 'printed-event',
  ];
  return (
    <li>
      <button
        type="button"
        class={classes.filter(Boolean).join(' ')}
        aria-current={current ? 'step' : undefined}
        tabIndex={reachable ? 0 : -1}
        onClick={() => store.seek(event.time)}
      >
        <time>{moment(event.time)}</time>
        <span class="event-who">{who}</span>
        <span class="event-what">
          {what} {detail !== '' && (
            <span class="event-detail">{event.type === 'printed' ? cut(detail) : detail}</span>
          )}
        </span>
      </button>
      {'reason' in event && (
        <LineLink store={store} reason={event.reason} tabIndex={reachable ? 0 : -1} />
      )}
    </li>
  );
}

/** Up and down along the lines; Enter, as on any button, goes to the moment. */
function walk(event: KeyboardEvent): void {
  const line = (event.target as Element).closest('.event-list > li');
  const next = { ArrowDown: line?.nextElementSibling, ArrowUp: line?.previousElementSibling }[
    event.key
  ];
  if (next != null) {
    event.preventDefault();
    next.querySelector('button')?.focus();
  }
}

function select(
  trace: Trace,
  picked: Pid | null,
  kind: EventKind | '',
  troubleOnly: boolean,
): readonly number[] {
  const about = where(
    trace,
    (type, pid) =>
      (picked === null || pid === picked) && (kind === '' || kindOf({ type }) === kind),
  );
  if (!troubleOnly) {
    return about;
  }
  const kept = new Set(about);
  return troublesOf(trace).filter((index) => kept.has(index));
}

/** The place in `indexes`, which rise, of the last event that has happened; -1 for none. */
function lastBelow(indexes: readonly number[], happened: number): number {
  let low = 0;
  let high = indexes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((indexes[middle] as number) < happened) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}

/** Where `size` of `count` begin and end that have the current one in their middle, as far as that can be. */
function windowAround(current: number, count: number, size: number): [number, number] {
  const first = Math.max(0, Math.min(current - (size >> 1), count - size));
  return [first, Math.min(count, first + size)];
}

/** Moves the list, and never the page, so that the current line is in sight. */
function showCurrent(list: HTMLDivElement | null): void {
  const line = list?.querySelector<HTMLElement>('[aria-current]')?.parentElement;
  const box = list?.closest<HTMLElement>('.panel-body');
  if (line == null || box == null || box.scrollHeight <= box.clientHeight) {
    return;
  }
  const frame = box.getBoundingClientRect();
  const place = line.getBoundingClientRect();
  if (place.top < frame.top || place.bottom > frame.bottom) {
    box.scrollTop += place.top - frame.top - frame.height / 2;
  }
}
