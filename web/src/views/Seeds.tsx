/**
 * The program with many seeds: how long they take, how they end, the worst of
 * them, and the search for one in which something happens.
 */
import { useId } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { outcomeOf, searches, SEEDS, surveySentence, type Survey } from '../model/seeds.ts';
import { duration, ticks, tickText } from '../model/time.ts';
import { seedsOf, type Seeds as State } from '../state/seeds.ts';
import type { Store } from '../state/store.ts';
import { Icon } from './Signs.tsx';
import { PictureOrTable } from './PictureOrTable.tsx';

export function Seeds({ store }: { store: Store }) {
  const seeds = seedsOf(store.seedsHost);
  const { running, summaries, survey, trouble, told, isCurrent } = seeds;
  if (store.isReal.value) {
    return <p class="empty">On the real clock a seed decides nothing.</p>;
  }
  const count = summaries.value.length;
  return (
    <div class="seeds-body">
      <div class="seeds-run">
        {running.value ? (
          <button type="button" class="button small" onClick={() => seeds.stop()}>
            <Icon name="stop" /> Stop
          </button>
        ) : (
          <button type="button" class="button small" onClick={() => void seeds.start()}>
            <Icon name="dice" /> Run {SEEDS} seeds
          </button>
        )}
        {(running.value || (count > 0 && count < SEEDS)) && (
          <label class="seeds-progress">
            <progress max={SEEDS} value={count} /> {count} of {SEEDS}
          </label>
        )}
      </div>
      <Search seeds={seeds} />
      <p class="seeds-told">{told}</p>
      {trouble.value !== null && <p class="seeds-trouble">{trouble}</p>}
      {survey.value !== null && !isCurrent.value && (
        <p class="seeds-trouble">These are of an earlier program, its knobs or changes.</p>
      )}
      {survey.value === null ? (
        !running.value && (
          <p class="empty">How long do other seeds take, and which of them go wrong?</p>
        )
      ) : (
        <Found survey={survey.value} store={store} />
      )}
    </div>
  );
}

function Search({ seeds }: { seeds: State }) {
  const id = useSignal(searches[0]?.id ?? '');
  const ms = useSignal(1000);
  const takesMs = searches.find((one) => one.id === id.value)?.takesMs === true;
  const find = (event: Event) => {
    event.preventDefault();
    void seeds.find(id.value, ms.value);
  };
  return (
    <form class="seeds-search" onSubmit={find}>
      <label>
        Find a seed where{' '}
        <select value={id.value} onChange={(event) => (id.value = event.currentTarget.value)}>
          {searches.map(({ id: value, name }) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {takesMs && (
        <label>
          <input
            type="number"
            min={0}
            max={600_000}
            value={ms.value}
            onInput={(event) => (ms.value = Number(event.currentTarget.value) || 0)}
          />{' '}
          ms
        </label>
      )}
      <button type="submit" class="button small">
        Find
      </button>
    </form>
  );
}

function Found({ survey, store }: { survey: Survey; store: Store }) {
  const asTable = useSignal(false);
  const name = useId();
  return (
    <>
      <p>{surveySentence(survey)}.</p>
      <div class="seeds-head">
        <h3>Wall time</h3>
        <PictureOrTable asTable={asTable} name={name} what="the wall times" />
      </div>
      {asTable.value ? <BinsTable survey={survey} /> : <Histogram survey={survey} />}
      <table class="entries">
        <caption>How they end</caption>
        <thead>
          <tr>
            <th scope="col">Outcome</th>
            <th scope="col">Seeds</th>
          </tr>
        </thead>
        <tbody>
          {survey.outcomes.slice(0, 12).map(([word, count]) => (
            <tr key={word}>
              <td>{word}</td>
              <td>{count}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3>The longest</h3>
      <ol class="seeds-worst">
        {survey.worst.map((summary) => (
          <li key={summary.seed}>
            <button
              type="button"
              class="button small"
              aria-label={`Show seed ${summary.seed}: ${duration(summary.wall)}, ${outcomeOf(summary)}`}
              aria-pressed={store.seed.value === summary.seed}
              onClick={() => store.seedsHost.setSeed(summary.seed)}
            >
              seed {summary.seed}
            </button>{' '}
            {duration(summary.wall)}, {outcomeOf(summary)}
          </li>
        ))}
      </ol>
    </>
  );
}

const WIDTH = 340;
const HEIGHT = 150;
const SIDE = 26; // room for half a label at either end
const BASE = HEIGHT - 22;
const TOP = 34;

/** The table says the same. */
function Histogram({ survey: { bins, p50, p95, p99 } }: { survey: Survey }) {
  const first = bins[0]?.from ?? 0;
  const last = bins.at(-1)?.to ?? 1;
  const most = Math.max(...bins.map(({ count }) => count));
  const x = (ms: number) => SIDE + ((ms - first) / (last - first)) * (WIDTH - 2 * SIDE);
  const y = (count: number) => BASE - (count / most) * (BASE - TOP - 4);
  const marks = [
    { name: 'p50', ms: p50 },
    { name: 'p95', ms: p95 },
    { name: 'p99', ms: p99 },
  ].filter(({ ms }, index, all) => index === 0 || ms > (all[index - 1]?.ms ?? 0));
  return (
    <svg class="histogram" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      {bins.map(({ from, to, count }) => (
        <rect
          key={from}
          x={x(from) + 0.5}
          y={y(count)}
          width={Math.max(1, x(to) - x(from) - 1)}
          height={BASE - y(count)}
        />
      ))}
      <path class="histogram-base" d={`M${SIDE - 4} ${BASE}H${WIDTH - SIDE + 4}`} />
      {ticks(last, 40)
        .filter((time) => time >= first)
        .filter((_, index, all) => index % Math.ceil(all.length / 4) === 0)
        .map((time) => (
          <text key={time} x={x(time)} y={HEIGHT - 6} text-anchor="middle">
            {tickText(time, last)}
          </text>
        ))}
      {marks.map(({ name, ms }, index) => (
        <g key={name} class="histogram-mark" transform={`translate(${x(ms)} 0)`}>
          <path d={`M0 ${14 + 14 * (index % 2)}V${BASE}`} />
          <text x={index === 2 ? 2 : 0} y={index % 2 === 0 ? 11 : 25} text-anchor="middle">
            {name}
          </text>
        </g>
      ))}
    </svg>
  );
}

function BinsTable({ survey: { bins } }: { survey: Survey }) {
  return (
    <table class="entries">
      <caption>Seeds by wall time</caption>
      <thead>
        <tr>
          <th scope="col">From</th>
          <th scope="col">To below</th>
          <th scope="col">Seeds</th>
        </tr>
      </thead>
      <tbody>
        {bins
          .filter(({ count }) => count > 0)
          .map(({ from, to, count }) => (
            <tr key={from}>
              <td>{duration(from)}</td>
              <td>{duration(to)}</td>
              <td>{count}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}
