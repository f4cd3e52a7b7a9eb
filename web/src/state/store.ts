/**
 * The page's state: which example, what is known of its last run, where the
 * playhead is. The views read it and draw; the actions below are all that
 * changes it.
 */
import { batch, computed, signal } from '@preact/signals';
import type { Stats } from '../engine/network.ts';
import { Runner } from '../engine/runner.ts';
import type { Example, Texts } from '../model/example.ts';
import { runSentence } from '../model/describe.ts';
import type { Outcome } from '../model/outcome.ts';
import {
  close,
  emptyTrace,
  extend,
  stepFrom,
  type Pid,
  type Reason,
  type Trace,
  type TraceEvent,
} from '../model/trace.ts';
import { createGapMeter } from './gap.ts';
import { Player } from './player.ts';

export type Phase = 'idle' | 'starting' | 'running' | 'ended';

export interface Run {
  readonly phase: Phase;
  readonly trace: Trace;
  readonly outcome: Outcome | null;
  readonly stats: Stats | null;
  /** The longest time for which this page did not get to draw, in ms. */
  readonly gap: number | null;
}

const FRAME = 33; // ms between two views of a run that goes on

const noRun: Run = { phase: 'idle', trace: emptyTrace, outcome: null, stats: null, gap: null };

export interface Store extends ReturnType<typeof createStore> {}

/** `known` holds the texts of examples that are at hand already, by id. */
export function createStore(
  examples: readonly Example[],
  makeWorker: () => Worker,
  known: ReadonlyMap<string, Texts> = new Map(),
) {
  const loaded = signal(known);
  const chosen = signal(examples[0]?.id ?? '');
  const runs = signal<ReadonlyMap<string, Run>>(new Map());
  /** The example whose program is in the worker. */
  const inWorker = signal<string | null>(null);
  /** The playhead; null follows the newest moment that is known. */
  const held = signal<number | null>(null);
  const picked = signal<Pid | null>(null);
  const silence = signal(0);
  /** Silence up to this many ms has been accepted by the learner. */
  const patience = signal(0);
  const refusal = signal<Reason | null>(null);
  const announcement = signal('');
  const speed = signal(0.25);
  const playing = signal(false);

  const example = computed(
    () => examples.find(({ id }) => id === chosen.value) ?? examples[0] ?? null,
  );
  const texts = computed(() => loaded.value.get(chosen.value) ?? null);
  const run = computed(() => runs.value.get(chosen.value) ?? noRun);
  const trace = computed(() => run.value.trace);
  const t = computed(() => Math.min(held.value ?? Number.POSITIVE_INFINITY, trace.value.until));
  const busy = computed(() => inWorker.value !== null);

  const change = (id: string, update: (run: Run) => Run) => {
    const next = new Map(runs.value);
    next.set(id, update(next.get(id) ?? noRun));
    runs.value = next;
  };
  const changeRunning = (update: (run: Run) => Run) => {
    if (inWorker.value !== null) {
      change(inWorker.value, update);
    }
  };

  /* What arrives is put together a few times a second: one view of it each. */
  let arrived: { events: TraceEvent[]; until: number } | null = null;
  const takeArrived = () => {
    if (arrived !== null) {
      const { events, until } = arrived;
      arrived = null;
      changeRunning((old) => ({ ...old, trace: extend(old.trace, events, until) }));
    }
  };

  const runner = new Runner(makeWorker, {
    begun: () => changeRunning((old) => ({ ...old, phase: 'running' })),
    extended: (events, until) => {
      if (arrived === null) {
        arrived = { events: [], until };
        setTimeout(takeArrived, FRAME);
      }
      arrived.events.push(...events);
      arrived.until = Math.max(arrived.until, until);
    },
    silent: (ms) =>
      batch(() => {
        silence.value = ms;
        if (ms === 0) {
          patience.value = 0;
        }
      }),
    ended: (outcome, stats) =>
      batch(() => {
        const gap = longestGap.end();
        takeArrived();
        changeRunning((old) => ({
          ...old,
          phase: 'ended',
          trace: close(old.trace),
          outcome,
          stats,
          gap,
        }));
        const ended = inWorker.value === null ? noRun : (runs.value.get(inWorker.value) ?? noRun);
        announcement.value = `${endWord(outcome)}: ${runSentence(ended.trace)}.`;
        inWorker.value = null;
        silence.value = 0;
        patience.value = 0;
      }),
    refused: (reason) =>
      batch(() => {
        takeArrived();
        changeRunning(() => noRun);
        refusal.value = reason;
        inWorker.value = null;
        silence.value = 0;
        announcement.value = 'The program could not be run.';
      }),
  });

  const longestGap = createGapMeter();
  const player = new Player({
    /* Nothing is left to play once the end is reached and no more will come. */
    advance: (ms) => {
      const at = t.value + ms * speed.value;
      const end = trace.value.until;
      held.value = Math.min(at, end);
      return at < end || busy.value;
    },
    step: () => {
      held.value = stepFrom(trace.value, t.value, 1);
      return t.value < trace.value.until;
    },
    stopped: () => {
      playing.value = false;
    },
  });

  const pause = () => player.pause();

  /** The example's texts; null when they cannot be had, the page says so then. */
  const load = async (id: string): Promise<Texts | null> => {
    const ready = loaded.value.get(id);
    if (ready !== undefined) {
      return ready;
    }
    try {
      const found = (await examples.find((candidate) => candidate.id === id)?.load()) ?? null;
      if (found !== null) {
        loaded.value = new Map(loaded.value).set(id, found);
      }
      return found;
    } catch (error) {
      refusal.value = { word: null, text: `its program could not be loaded: ${String(error)}` };
      return null;
    }
  };
  const seek = (time: number) => {
    pause();
    held.value = Math.max(0, time);
  };

  return {
    examples,
    chosen,
    example,
    texts,
    runs,
    run,
    trace,
    t,
    held,
    picked,
    silence,
    patience,
    refusal,
    announcement,
    speed,
    playing,
    busy,
    inWorker,

    load,
    choose(id: string): void {
      if (examples.some((candidate) => candidate.id === id) && id !== chosen.value) {
        pause();
        batch(() => {
          chosen.value = id;
          held.value = null;
          picked.value = null;
        });
        void load(id);
      }
    },
    /** Runs the chosen example, from the beginning and in a fresh worker. */
    async start(): Promise<void> {
      const { id } = example.value ?? {};
      const program = id === undefined ? null : await load(id);
      if (id === undefined || program === null) {
        return;
      }
      pause();
      if (busy.value) {
        runner.stop();
      }
      batch(() => {
        refusal.value = null;
        held.value = null;
        picked.value = null;
        announcement.value = '';
        inWorker.value = id;
        change(id, () => ({ ...noRun, phase: 'starting' }));
      });
      longestGap.begin();
      runner.run({ source: program.source, files: program.files });
    },
    stop(): void {
      runner.stop();
    },
    wait(): void {
      patience.value = silence.value + 5000;
    },
    /** Makes a worker ready before it is asked for. */
    warm(): void {
      runner.warm();
    },
    seek,
    follow(): void {
      pause();
      held.value = null;
    },
    step(direction: 1 | -1): void {
      seek(stepFrom(trace.value, t.value, direction));
    },
    /** Plays on from the playhead, or from the beginning when it is at the end. */
    play(still: boolean): void {
      if (playing.value) {
        pause();
        return;
      }
      if (t.value >= trace.value.until) {
        held.value = 0;
      }
      playing.value = true;
      player.play(still);
    },
    pick(pid: Pid | null): void {
      picked.value = pid;
    },
  };
}

export function endWord(outcome: Outcome): string {
  return {
    returned: 'Finished',
    threw: 'Failed',
    stopped: 'Stopped',
    full: 'Stopped, too many events',
  }[outcome.kind];
}
