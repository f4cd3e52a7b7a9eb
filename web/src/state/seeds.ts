/**
 * The chosen example with many seeds: what has come of it so far, and the
 * search for a seed. It is of the program, knobs and changes that were shown
 * when it was begun.
 */
import { batch, computed, signal, type ReadonlySignal } from '@preact/signals';
import type { Hosts } from '../engine/frame.ts';
import type { RunInput } from '../engine/protocol.ts';
import { Surveyor } from '../engine/surveyor.ts';
import { findSeed, SEEDS, searches, searchText, surveyOf, type Wanted } from '../model/seeds.ts';
import type { Summary } from '../model/summary.ts';

const SHOW_EACH = 100; // real ms between two pictures of what has come so far

/** What it needs of the page's state. */
export interface SeedsHost {
  getHosts(): Promise<Hosts>;
  /** What a run depends on as it stands now; null when it cannot be had. */
  input(): Promise<RunInput | null>;
  /** The same without waiting for it, to know whether it has changed. */
  readonly key: ReadonlySignal<string>;
  setSeed(seed: number): void;
  announce(text: string): void;
}

interface Search {
  readonly wanted: Wanted;
  readonly ms: number;
}

const all = new WeakMap<SeedsHost, Seeds>();

/** The one of a page's state, made when it is first asked for. */
export function seedsOf(host: SeedsHost): Seeds {
  const known = all.get(host) ?? createSeeds(host);
  all.set(host, known);
  return known;
}

export interface Seeds extends ReturnType<typeof createSeeds> {}

function createSeeds({ getHosts, input, key, setSeed, announce }: SeedsHost) {
  /** In the order in which they came. */
  let taken: Summary[] = [];
  let surveyor: Surveyor | null = null;
  let search: Search | null = null;
  const summaries = signal<readonly Summary[]>([]);
  const running = signal(false);
  const trouble = signal<string | null>(null);
  /** Of what the summaries are. */
  const of = signal<string | null>(null);
  const told = signal('');
  const survey = computed(() => surveyOf(summaries.value));

  let shown = 0;
  const show = () => {
    shown = performance.now();
    summaries.value = [...taken];
  };

  const say = (text: string) => {
    told.value = text;
    announce(text);
  };

  const found = (seed: number, { wanted, ms }: Search) => {
    if (of.value !== key.value) {
      return; // something else is shown by now
    }
    say(`Seed ${seed}: ${searchText(wanted, ms)}. It is shown.`);
    setSeed(seed);
  };

  /** Whether the search is over with this one; seeds come in no certain order. */
  const took = (summary: Summary) => {
    taken.push(summary);
    if (search !== null && search.wanted.is(summary, search.ms)) {
      const done = search;
      search = null;
      surveyor?.stop();
      found(summary.seed, done);
    } else if (performance.now() - shown >= SHOW_EACH) {
      show();
    }
  };

  const ended = (why: string | null) => {
    batch(() => {
      running.value = false;
      trouble.value = why;
      show();
    });
    if (search !== null && why === null) {
      say(`None of ${taken.length} seeds: ${searchText(search.wanted, search.ms)}.`);
    }
    search = null;
  };

  const start = async (wanted: Search | null): Promise<void> => {
    const [order, hosts] = await Promise.all([input(), getHosts()]).catch((error: unknown) => {
      trouble.value = String(error);
      return [null, null] as const;
    });
    if (order === null || hosts === null) {
      return;
    }
    surveyor?.stop();
    batch(() => {
      taken = [];
      search = wanted;
      summaries.value = [];
      running.value = true;
      trouble.value = null;
      told.value = '';
      of.value = key.value;
    });
    surveyor ??= new Surveyor(hosts, { took, ended });
    const seeds = Array.from({ length: SEEDS }, (_, index) => index + 1);
    surveyor.start(order, seeds, navigator.hardwareConcurrency ?? 2);
  };

  return {
    summaries,
    survey,
    running,
    trouble,
    told,
    /** They are of what is shown now. */
    isCurrent: computed(() => of.value === key.value),
    start: () => start(null),
    stop(): void {
      search = null;
      surveyor?.stop();
    },
    /** Shows the first seed that is as wanted, of those that are known or of new ones. */
    async find(id: string, ms: number): Promise<void> {
      const wanted = searches.find((one) => one.id === id) as Wanted;
      const known = of.value === key.value && !running.value ? taken : [];
      const seed = findSeed(known, wanted, ms);
      if (seed !== null) {
        found(seed, { wanted, ms });
      } else if (known.length >= SEEDS) {
        say(`None of ${known.length} seeds: ${searchText(wanted, ms)}.`);
      } else {
        await start({ wanted, ms });
      }
    },
  };
}
