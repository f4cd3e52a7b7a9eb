/**
 * The page's state: which example, what the learner made of it, its last
 * run, where the playhead is. The views read it and draw; the actions below
 * are all that changes it.
 */
import { batch, computed, signal } from '@preact/signals';
import type { Stats } from '../engine/network.ts';
import type { RunInput } from '../engine/protocol.ts';
import type { Slow } from '../engine/runner.ts';
import type { Example, Texts } from '../model/example.ts';
import { sentenceOf, stepSentence } from '../model/describe.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Change } from '../model/changes.ts';
import type { Laid } from '../model/lanes.ts';
import type { Wait } from '../model/pending.ts';
import type { Shown } from '../model/span.ts';
import { reading } from '../model/record.ts';
import { speedFor } from '../model/time.ts';
import {
  countAt,
  emptyTrace,
  hasMany,
  stepFrom,
  traceOf,
  type Pid,
  type Reason,
  type Trace,
} from '../model/trace.ts';
import { fitted, presets, worldWith, type KnobValue, type Knobs } from '../model/world.ts';
import { createBreaking } from './breaking.ts';
import { createEngine, type Loader } from './engine.ts';
import { createGapMeter } from './gap.ts';
import { editKey, newest, putAside, read, write } from './keep.ts';
import type { Place } from '../model/link.ts';
import type { SeedsHost } from './seeds.ts';
import { Notices } from './notices.ts';
import { Player } from './player.ts';
import { createPinned } from './pinned.ts';
import { Preferences } from './preferences.ts';

/** A run that is over, or the one that came with the page. */
export interface Run {
  readonly trace: Trace;
  readonly outcome: Outcome | null;
  readonly stats: Stats | null;
  /** Who waited for what; null when that is not known. */
  readonly waits: readonly Wait[] | null;
  /** What it was made of; null while nothing has been run. */
  readonly input: RunInput | null;
  /** It came with the page and was made when the page was built. */
  readonly recorded: boolean;
  /** A check has made it, in a world of its own: broken, it is run in that again. */
  readonly ofCheck?: true;
  /** The newest text could not even start; the trace is of the one before. */
  readonly fault: Reason | null;
  /** The longest time for which this page did not get to draw, in ms. */
  readonly gap: number | null;
}

/** What the learner has made of an example. */
export interface Settings {
  /** Null while it is as it came. */
  readonly source: string | null;
  readonly knobs: Knobs;
  readonly seed: number | null;
  /** What is broken on the way. */
  readonly changes: readonly Change[];
  /** The option that was chosen before the run, and whether it has been checked. */
  readonly guess: { readonly option: number; readonly checked: boolean } | null;
}

/** What a link asks for; what is null is as it comes. */
export interface Wish {
  readonly id: string;
  readonly seed: number | null;
  readonly knobs: Knobs;
  readonly at: Place | null;
  readonly changes: readonly Change[];
  /** Edited code: it is offered, and runs when the learner says so. */
  readonly source: string | null;
  /** The code is kept here as the learner's own: it need not be offered. */
  readonly own: boolean;
}

/** A line of the program to be shown; of which `isNew` is taken back by whoever shows it. */
export interface AskedLine {
  readonly line: number | null;
  readonly trace: Trace;
  isNew: boolean;
}

const KNOB_PAUSE = 80; // ms after the last change of a knob until it is run
const HAIR = 1e-6; // ms by which a range that is drawn to its end may fall short of it
const noRun: Run = {
  trace: emptyTrace,
  outcome: null,
  stats: null,
  waits: null,
  input: null,
  recorded: false,
  fault: null,
  gap: null,
};
const untouched: Settings = { source: null, knobs: {}, seed: null, changes: [], guess: null };

export interface Store extends ReturnType<typeof createStore> {}

/** `known` holds the texts of examples that are at hand already, by id. */
export function createStore(
  examples: readonly Example[],
  loadHosts: Loader,
  known: ReadonlyMap<string, Texts> = new Map(),
) {
  const loaded = signal(known);
  const chosen = signal(examples[0]?.id ?? '');
  const runs = signal<ReadonlyMap<string, Run>>(new Map());
  const settings = signal<ReadonlyMap<string, Settings>>(new Map());
  /** Examples that have been run to their end. */
  const done = signal<ReadonlySet<string>>(new Set());
  /** The example whose program is in the worker. */
  const inWorker = signal<string | null>(null);
  /** How that run has ended, while its picture is still to be made. */
  const outcomeAhead = signal<Outcome | null>(null);
  const slow = signal<Slow | null>(null);
  /** Silence up to this many ms has been accepted by the learner. */
  const patience = signal(0);
  /** The playhead; null stands at the end. */
  const held = signal<number | null>(0);
  const picked = signal<Pid | null>(null);
  /** The part of the run that the lanes show. */
  const span = signal<Shown>(null);
  /** The lanes where some are laid out in another way, for the run that they are of. */
  const laid = signal<Laid | null>(null);
  /** A line of the program that somebody wants to see, as something in this run was thrown there. */
  const asked = signal<AskedLine | null>(null);
  const refusal = signal<Reason | null>(null);
  const announcement = signal('');
  /** Null chooses one by the length of the run. */
  const chosenSpeed = signal<number | null>(null);
  const playing = signal(false);
  /** Code that a link has brought and nobody has accepted: it is shown, not run. */
  const offer = signal<{ readonly id: string; readonly source: string } | null>(null);
  /** Counts the texts that took the place of another one without being typed. */
  const replaced = signal(0);
  const notices = new Notices();
  /** How many links have been opened that lead to a moment of a run. */
  const moments = signal(0);

  /** The step of the exercise that is looked at, from 1; 0 is the first that is open. */
  const exerciseStep = signal(0);

  const byId = (id: string) => examples.find((candidate) => candidate.id === id);
  const example = computed(() => byId(chosen.value) ?? examples[0] ?? null);
  const texts = computed(() => loaded.value.get(chosen.value) ?? null);
  const setting = computed(() => settings.value.get(chosen.value) ?? untouched);
  const offered = computed(() => (offer.value?.id === chosen.value ? offer.value.source : null));
  const source = computed(() => setting.value.source ?? texts.value?.source ?? '');
  const knobs = computed(() => ({ ...presets(texts.value?.knobs ?? []), ...setting.value.knobs }));
  const seed = computed(() => setting.value.seed ?? texts.value?.seed ?? 1);
  /** Runs take real time: the seed says nothing about them, and nothing can be broken. */
  const isReal = computed(() => texts.value?.clock === 'real');
  const recordedRun = computed((): Run => {
    const recorded = texts.value?.recorded ?? null;
    return recorded === null
      ? noRun
      : {
          ...noRun,
          trace: traceOf(reading(recorded.events), recorded.until),
          outcome: recorded.outcome,
          recorded: true,
        };
  });
  const run = computed(() => runs.value.get(chosen.value) ?? recordedRun.value);
  const trace = computed(() => run.value.trace);
  /** What the lanes still show while the rest of the page is drawn, after a run that was long or large. */
  const before = signal<Run | null>(null);
  const laneRun = computed(() => before.value ?? run.value);
  /** The page is being printed (`paper.ts`); what is to be predicted is not told there either. */
  const paper = signal(false);
  const t = computed(() =>
    Math.min((onPaper.value ? null : held.value) ?? Number.POSITIVE_INFINITY, trace.value.until),
  );
  const busy = computed(() => inWorker.value !== null && outcomeAhead.value === null);
  const speed = computed(() => chosenSpeed.value ?? speedFor(trace.value.until));
  /** The picture is not of the text, the knobs and the seed that are shown. */
  const stale = computed(() => {
    const { input, fault, recorded } = run.value;
    return (
      fault !== null ||
      (input !== null && input.program.source !== source.value) ||
      (recorded && setting.value.source !== null)
    );
  });

  /** The line of the program that is marked: the one that was asked for, or on which the run has ended. */
  const redLine = computed((): number | null => {
    const { fault, outcome } = run.value;
    if (fault !== null) {
      return fault.line ?? null;
    }
    if (stale.value || asked.value?.trace === trace.value) {
      return stale.value ? null : (asked.value?.line ?? null);
    }
    const isOver = outcome?.kind === 'threw' && t.value >= trace.value.until;
    return isOver ? (outcome.reason.line ?? null) : null;
  });

  /** The run is of the program as the lesson has it, whatever is written now. */
  const isOwn = computed(() => {
    const { input } = run.value;
    return input === null || input.program.source === texts.value?.source;
  });

  /** Nobody has seen the answer: the picture of what came with the page says less. */
  const fresh = computed(
    () =>
      run.value.recorded &&
      held.value === 0 &&
      setting.value.guess?.checked !== true &&
      !done.value.has(chosen.value),
  );
  const onPaper = computed(() => paper.value && !fresh.value);

  const change = (id: string, update: Partial<Settings>) => {
    settings.value = new Map(settings.value).set(id, {
      ...(settings.value.get(id) ?? untouched),
      ...update,
    });
  };

  let warned = false;
  /** Keeps it for the next visit; that this does not work is told once. */
  const keep = (key: string, value: string | null) => {
    if (!write(key, value)) {
      tellNotKept();
    }
  };
  const tellNotKept = () => {
    if (!warned) {
      warned = true;
      notices.show({
        kind: 'storage',
        text: 'This browser keeps nothing for this page: edits and progress last until it is closed.',
      });
    }
  };

  const preferences = new Preferences(keep);

  /** What has been run to its end, also in another tab. */
  const allDone = (): Set<string> => {
    try {
      const ids: unknown = JSON.parse(newest('done', JSON.stringify([...done.value])) ?? '[]');
      return new Set(Array.isArray(ids) ? ids.map(String) : []);
    } catch {
      return new Set(); // not ours, or of another time
    }
  };

  const markDone = (id: string, isDone: boolean) => {
    const next = allDone();
    if (isDone) {
      next.add(id);
    } else {
      next.delete(id);
    }
    done.value = next;
    keep('done', JSON.stringify([...next]));
  };

  /** Where the playhead goes when a run is over. */
  let afterRun: 'play' | 'stay' | { readonly at: Place } = 'play';
  let still = false;
  /** Said before how a run ended. */
  let prelude = '';
  let wasSlow = false;
  const heardSlow = (news: Slow | null) =>
    batch(() => {
      slow.value = news;
      if (news === null) {
        patience.value = 0;
      } else {
        wasSlow = true;
      }
    });

  const ended = async (
    outcome: Outcome,
    newTrace: Trace,
    stats: Stats | null,
    waits: readonly Wait[] | null,
  ) => {
    const id = inWorker.value;
    const input = current;
    /* All of it at once would hold the page up: its end, then the lanes, and the rest before those. */
    let turns: typeof import('./prepared.ts') | null = null;
    if (hasMany(newTrace) || wasSlow) {
      batch(() => {
        outcomeAhead.value = outcome;
        announcement.value = `${endSentence(outcome)} Its picture follows.`;
      });
      /* Without a network it may not be had: then all is worked out as it is drawn. */
      turns = await import('./prepared.ts').catch(() => null);
      await turns?.afterFrame();
      await turns?.prepared(newTrace, compare.pinned.peek()?.trace);
    }
    if (id === null || input === null || input !== current) {
      return; // another run has begun meanwhile
    }
    const gap = longestGap.end();
    const last = runs.value.get(id) ?? (id === chosen.value ? recordedRun.value : noRun);
    const atEnd = held.value === null || held.value >= last.trace.until;
    const unbegun = outcome.kind === 'threw' && newTrace.lines.size === 0;
    const next: Run = unbegun
      ? { ...last, fault: outcome.reason }
      : {
          trace: newTrace,
          outcome,
          stats,
          waits,
          input,
          recorded: false,
          fault: null,
          gap,
          ...(currentOfCheck ? { ofCheck: true as const } : {}),
        };
    const tell = () => {
      before.value = null;
      inWorker.value = null;
      outcomeAhead.value = null;
      if (!unbegun && outcome.kind !== 'stopped' && byId(id)?.exercise !== true) {
        markDone(id, true);
      }
      announcement.value = unbegun
        ? `The program could not start: ${outcome.reason.text}`
        : `${prelude} ${endWord(outcome)}: ${sentenceOf(newTrace)}.`.trim();
      prelude = '';
    };
    batch(() => {
      if (turns === null) {
        tell();
      } else {
        before.value = laneRun.value;
      }
      runs.value = new Map(runs.value).set(id, next);
      if (id !== chosen.value || unbegun) {
        return;
      }
      if (picked.value !== null && !newTrace.lines.has(picked.value)) {
        picked.value = null;
      }
      if (typeof afterRun === 'object') {
        held.value = heldAt(afterRun.at, newTrace);
      } else if (afterRun === 'play' && !still && outcome.kind !== 'stopped') {
        held.value = 0;
      } else if (afterRun === 'play' || atEnd) {
        held.value = null;
      }
    });
    if (turns !== null) {
      await turns.afterFrame();
      if (input !== current) {
        return;
      }
      batch(tell);
    }
    if (
      id === chosen.value &&
      !unbegun &&
      afterRun === 'play' &&
      !still &&
      outcome.kind !== 'stopped'
    ) {
      playing.value = true;
      player.play(false);
    }
  };

  const refused = (reason: Reason) =>
    batch(() => {
      refusal.value = reason;
      inWorker.value = null;
      announcement.value = 'The program could not be run.';
    });

  const engine = createEngine(loadHosts, {
    slow: heardSlow,
    ended: (...told) => void ended(...told),
    refused,
  });
  const { getHosts } = engine;

  const longestGap = createGapMeter();
  const player = new Player({
    advance: (ms) => {
      const at = t.value + ms * speed.value;
      held.value = Math.min(at, trace.value.until);
      return at < trace.value.until;
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
      const found = (await byId(id)?.load()) ?? null;
      if (found !== null) {
        loaded.value = new Map(loaded.value).set(id, found);
        remember(id, found);
      }
      return found;
    } catch (error) {
      refusal.value = { word: null, text: `its program could not be loaded: ${String(error)}` };
      return null;
    }
  };

  /** What was edited in an earlier visit comes back. */
  const remember = (id: string, { source: original }: Texts) => {
    const edited = read(editKey(id, original));
    if (edited !== null && settings.value.get(id)?.source == null) {
      change(id, { source: edited });
    }
  };

  const seek = (time: number) => {
    pause();
    held.value = time >= trace.value.until - HAIR ? null : Math.max(0, time);
  };

  /** What the run of the chosen example depends on, as it stands now. */
  const inputOf = (found: Texts, again: boolean): RunInput => {
    const { ofCheck, input } = run.value;
    return again && ofCheck === true && input !== null
      ? { ...input, changes: setting.value.changes }
      : ownInputOf(found);
  };
  const ownInputOf = (found: Texts): RunInput => ({
    program: { source: source.value, files: found.files },
    seed: seed.value,
    ...(found.clock !== undefined && { clock: found.clock }),
    world: found.world === null ? null : worldWith(found.world, found.knobs, knobs.value),
    knobs: knobs.value,
    changes: setting.value.changes,
  });

  let current: RunInput | null = null;
  let currentOfCheck = false;
  /** `again` runs what is on the stage once more, and not what is being written. */
  const start = async (then: typeof afterRun, again = false): Promise<void> => {
    const id = chosen.value;
    const found = await load(id);
    if (found === null || id !== chosen.value) {
      return;
    }
    if (then === 'play') {
      pause();
    }
    batch(() => {
      refusal.value = null;
      announcement.value = '';
      inWorker.value = id;
      outcomeAhead.value = null;
      before.value = null;
      slow.value = null;
    });
    wasSlow = false;
    afterRun = then;
    current = inputOf(found, again);
    currentOfCheck = again && run.value.ofCheck === true;
    longestGap.begin();
    await engine.run(current);
  };

  let knobTimer: ReturnType<typeof setTimeout> | undefined;
  const startSoon = () => {
    clearTimeout(knobTimer);
    if (offered.value !== null) {
      return; // the picture would be of another text than the one that is shown
    }
    knobTimer = setTimeout(() => void start('stay'), KNOB_PAUSE);
  };

  /** Keeps the learner's text; what is kept may be of a link, or of another tab, and is put aside. */
  const keepEdit = (original: string, text: string | null) => {
    const key = editKey(chosen.value, original);
    const kept = read(key);
    const before = setting.value.source;
    if (kept === null || kept === before || putAside(chosen.value, kept, before)) {
      keep(key, text);
    } else {
      tellNotKept();
    }
  };

  /** The code of a link becomes the learner's own: it was asked to be run. */
  const acceptOffer = () => {
    if (offered.value !== null) {
      change(chosen.value, { source: offered.value });
      replaced.value += 1;
      offer.value = null;
    }
  };

  /** What many seeds of the chosen example are run with (`state/seeds.ts`). */
  const seedsHost: SeedsHost = {
    getHosts,
    input: async () => {
      const found = await load(chosen.value);
      return found === null ? null : ownInputOf(found);
    },
    key: computed(() =>
      JSON.stringify([chosen.value, source.value, knobs.value, setting.value.changes]),
    ),
    setSeed: (value) => {
      change(chosen.value, { seed: value });
      void start('stay');
    },
    announce: (said) => {
      prelude = said;
      announcement.value = said;
    },
  };

  const breaking = createBreaking({
    chosen,
    changes: computed(() => setting.value.changes),
    run,
    put: (changes) => change(chosen.value, { changes }),
    rerun: () => void start('stay', true),
    announce: (said) => {
      prelude = said;
    },
  });

  const compare = createPinned({
    chosen,
    run,
    announce: (said) => {
      announcement.value = said;
    },
  });

  /** Another run that is drawn over this one, from a position on. */
  const outline = computed(() => {
    const [ghost, pinned] = [breaking.ghost.value, compare.outline.value];
    return ghost !== null
      ? { ...ghost, what: 'the run before the change' }
      : pinned !== null
        ? { ...pinned, what: 'the pinned run' }
        : null;
  });

  const laneTrace = computed(() => laneRun.value.trace);
  /** What the lanes are drawn of. */
  const lanes = {
    run: laneRun,
    trace: laneTrace,
    t: computed(() =>
      before.value === null ? t.value : Math.min(t.value, laneTrace.value.until),
    ),
  };

  return {
    examples,
    lanes,
    breaking,
    seedsHost,
    compare,
    outline,
    pause,
    chosen,
    example,
    texts,
    runs,
    run,
    trace,
    t,
    held,
    picked,
    span,
    laid,
    asked,
    redLine,
    slow,
    patience,
    refusal,
    announcement,
    speed,
    playing,
    busy,
    inWorker,
    outcomeAhead,
    stale,
    isOwn,
    fresh,
    paper,
    onPaper,
    source,
    knobs,
    seed,
    isReal,
    setting,
    done,
    offered,
    notices,
    replaced,
    moments,
    exerciseStep,
    preferences,

    getHosts,
    markDone,
    load,
    choose(id: string): void {
      if (byId(id) !== undefined && id !== chosen.value) {
        pause();
        batch(() => {
          chosen.value = id;
          held.value = runs.value.has(id) ? null : 0;
          picked.value = span.value = null;
        });
        void load(id);
      }
    },
    /** Opens what a link asks for, and runs it unless it brings code of its own. */
    open({ id, seed: wantedSeed, knobs: values, at, changes, source: code, own: isKept }: Wish): void {
      pause();
      clearTimeout(knobTimer);
      const own = isKept || code === null || code === settings.value.get(id)?.source;
      const original = code !== null && code === loaded.value.get(id)?.source;
      batch(() => {
        chosen.value = id;
        held.value = 0;
        picked.value = span.value = null;
        moments.value += at === null ? 0 : 1;
        replaced.value += 1;
        change(id, { seed: wantedSeed, knobs: values, changes });
        offer.value = own || original ? null : { id, source: code };
        if (own) {
          change(id, { source: original ? null : code }); // another edit is kept, and told of
        }
      });
      if (code === null) {
        void start({ at: at ?? 0 });
      }
    },
    acceptOffer,
    refuseOffer(): void {
      offer.value = null;
    },
    /** Puts a run that was made elsewhere on the stage, at one of its moments. */
    show(shown: Run, at: number, pid: Pid | null): void {
      pause();
      batch(() => {
        change(chosen.value, { changes: [] });
        runs.value = new Map(runs.value).set(chosen.value, shown);
        held.value = at;
        picked.value = pid;
      });
    },
    /** Brings back what an earlier visit has left. */
    recall(): void {
      preferences.recall();
      for (const [id, found] of loaded.value) {
        remember(id, found);
      }
      done.value = allDone();
    },
    /** Runs what is shown to its end, then plays it; without motion it shows the end. */
    start(): Promise<void> {
      acceptOffer();
      breaking.forgetGhost();
      still =
        typeof matchMedia === 'function' && matchMedia('(prefers-reduced-motion: reduce)').matches;
      return start('play');
    },
    stop: engine.stop,
    wait(): void {
      patience.value = (slow.value?.ms ?? 0) + 5000;
      engine.wait();
    },
    warm: engine.warm,
    seek,
    /** On to the next event, or back to the one before; to those `among` which it goes. */
    step(direction: 1 | -1, among?: readonly number[]): void {
      const at = stepFrom(trace.value, t.value, direction, among);
      seek(at);
      const count = countAt(trace.value, at);
      const event = count === 0 ? undefined : trace.value.events.at(count - 1);
      announcement.value = event === undefined ? '' : stepSentence(trace.value, event);
    },
    /** Plays on from the playhead, or from the beginning when it is at the end. */
    play(withoutMotion: boolean): void {
      if (playing.value) {
        pause();
        return;
      }
      if (t.value >= trace.value.until) {
        held.value = 0;
      }
      playing.value = true;
      player.play(withoutMotion);
    },
    setSpeed(value: number): void {
      chosenSpeed.value = value;
    },
    /** Shows a line of the program; null is the first that cannot be read. */
    goToLine(line: number | null): void {
      asked.value = { line, trace: trace.value, isNew: true };
    },
    pick(pid: Pid | null): void {
      picked.value = pid;
    },
    /** The learner's text; the lesson's own when it is null. */
    edit(text: string | null): void {
      const original = texts.value?.source;
      if (original !== undefined) {
        const edited = text === original ? null : text;
        keepEdit(original, edited);
        change(chosen.value, { source: edited });
      }
    },
    /** The lesson's own text again; the learner's is put aside, which is told. */
    restore(): void {
      const original = texts.value?.source;
      const { source: edited } = setting.value;
      if (original !== undefined && edited !== null) {
        keepEdit(original, null);
        if (!putAside(chosen.value, edited)) {
          tellNotKept();
        }
        replaced.value += 1;
        change(chosen.value, { source: null });
      }
    },
    setKnob(id: string, value: KnobValue): void {
      const knob = texts.value?.knobs.find((candidate) => candidate.id === id);
      if (knob !== undefined) {
        change(chosen.value, { knobs: { ...setting.value.knobs, [id]: fitted(knob, value) } });
        startSoon();
      }
    },
    resetKnobs(): void {
      change(chosen.value, { knobs: {}, seed: null });
      startSoon();
    },
    setSeed(value: number): void {
      if (isReal.value) {
        return;
      }
      change(chosen.value, { seed: Math.abs(Math.trunc(value)) % 2 ** 31 || 1 });
      startSoon();
    },
    /** One of `count` other seeds. */
    newSeed(count: number): void {
      if (isReal.value) {
        return;
      }
      const drawn = 1 + Math.floor(Math.random() * count);
      change(chosen.value, { seed: drawn === seed.value ? (drawn % count) + 1 : drawn });
      startSoon();
    },
    guess(option: number, checked: boolean): void {
      change(chosen.value, { guess: { option, checked } });
    },
  };
}

/** Where the playhead is held; null stands at the end. */
function heldAt(place: Place, { until }: Trace): number | null {
  return place === 'end' || place >= until ? null : place;
}

export function endWord(outcome: Outcome): string {
  return {
    returned: 'Finished',
    threw: 'Failed',
    stopped: 'Stopped',
    limited: 'Stopped at a limit',
  }[outcome.kind];
}

/** The same as a sentence, with the limit that it met. */
export function endSentence(outcome: Outcome): string {
  return outcome.kind === 'limited'
    ? `${outcome.why.split(/[;\n]/)[0]?.replace(/\.$/, '')}.`
    : `${endWord(outcome)}.`;
}
