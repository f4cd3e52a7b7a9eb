/**
 * The exercise's state: where each step stands, what its last check has found,
 * and what is being checked. The text is the store's, as that of any example.
 */
import { batch, signal } from '@preact/signals';
import { Checker, Stopped } from '../engine/checker.ts';
import type { RunInput } from '../engine/protocol.ts';
import {
  isAllSolved,
  isSolved,
  standingOf,
  standingSentence,
  untried,
  withHint,
  withPassed,
  withSolution,
  type Progress,
  type Standing,
  type Verdict as AnyVerdict,
} from '../model/exercise.ts';
import { hasMany } from '../model/trace.ts';
import { newest, read, write } from './keep.ts';
import type { Store } from './store.ts';
import { prepared } from './prepared.ts';

type Verdict = AnyVerdict<RunInput>;
type Check = (
  source: string,
  execute: Checker['execute'],
  tell: (progress: Progress) => void,
) => Promise<Verdict>;

const KEY = 'exercise';

export interface Exercise extends ReturnType<typeof createExercise> {}

export function createExercise(store: Store, checks: readonly Check[]) {
  const id = store.chosen.value;
  const count = checks.length;
  const standing = signal(standingOf(read(KEY), count));
  /** What the last check of each step has found in this visit. */
  const verdicts = signal<ReadonlyMap<number, Verdict>>(new Map());
  /** The text that it was about. */
  const judged = signal<ReadonlyMap<number, string>>(new Map());
  const checking = signal<{ readonly step: number; readonly progress: Progress } | null>(null);
  const firstOpen = standing.value.passed.indexOf(false);
  /** From 0; what a link has asked for may be a step that is not there. */
  const step = {
    get value(): number {
      return Math.min(store.exerciseStep.value, count) - 1;
    },
    set value(at: number) {
      store.exerciseStep.value = at + 1;
    },
  };
  if (store.exerciseStep.value === 0) {
    step.value = Math.max(0, firstOpen);
  }
  const opened = signal<ReadonlySet<number>>(new Set());
  /** Why nothing can be checked. */
  const refusal = signal<string | null>(null);

  let checker: Promise<Checker> | null = null;
  const getChecker = (): Promise<Checker> => {
    checker ??= store.getHosts().then((hosts) => new Checker(hosts));
    checker.catch(() => (checker = null)); // the next attempt asks again
    return checker;
  };

  /** Another tab may have passed a step meanwhile. */
  const stand = (change: (from: Standing) => Standing) => {
    const next = change(standingOf(newest(KEY, JSON.stringify(standing.value)), count));
    standing.value = next;
    store.markDone(id, isAllSolved(next));
    write(KEY, JSON.stringify(next));
  };

  /** Gives whether the step has passed. */
  const checkOne = async (at: number, source: string, by: Checker): Promise<boolean> => {
    const tell = (progress: Progress) => {
      checking.value = { step: at, progress };
    };
    const verdict = await (checks[at] as Check)(source, (input) => by.execute(input), tell);
    batch(() => {
      verdicts.value = new Map(verdicts.value).set(at, verdict);
      judged.value = new Map(judged.value).set(at, source);
      stand((from) => withPassed(from, at, verdict.passed));
      store.announcement.value = `Step ${at + 1} ${verdict.passed ? 'passed' : 'failed'}. ${verdict.says}`;
    });
    return verdict.passed;
  };

  /** Checks steps one after another, up to the first that fails. */
  const check = async (steps: readonly number[]): Promise<void> => {
    if (checking.value !== null) {
      return;
    }
    store.acceptOffer();
    const source = store.source.value;
    checking.value = { step: steps[0] ?? 0, progress: { done: 0, of: 1 } };
    refusal.value = null;
    store.announcement.value = 'Checking.';
    try {
      const by = await getChecker();
      for (const at of steps) {
        step.value = at;
        if (!(await checkOne(at, source, by))) {
          return;
        }
      }
      if (steps.length > 1) {
        store.announcement.value = `All steps pass: ${standingSentence(standing.value)}.`;
      }
    } catch (error) {
      const stopped = error instanceof Stopped;
      store.announcement.value = stopped ? 'The check was stopped.' : 'Nothing could be checked.';
      refusal.value = stopped ? null : String(error);
    } finally {
      checking.value = null;
    }
  };

  return {
    step,
    standing,
    verdicts,
    judged,
    checking,
    opened,
    refusal,

    check(at: number): Promise<void> {
      return check([at]);
    },
    checkAll(): Promise<void> {
      return check(checks.map((_, at) => at));
    },
    stop(): void {
      void getChecker().then((found) => found.stop());
    },
    hint(at: number): void {
      stand((from) => withHint(from, at));
    },
    /** Shows the step's solution, or hides it again. */
    toggleSolution(at: number): void {
      const next = new Set(opened.value);
      if (!next.delete(at)) {
        next.add(at);
        stand((from) => withSolution(from, at));
      }
      opened.value = next;
    },
    /** Puts the run on the stage, at the moment that the verdict is about. */
    async watch(at: number): Promise<void> {
      const watch = verdicts.value.get(at)?.watch ?? null;
      if (watch === null) {
        return;
      }
      const { trace, outcome, waits, input } = watch;
      if (hasMany(trace)) {
        await prepared(trace);
      }
      const run = { trace, outcome, waits, input, stats: null, fault: null, gap: null };
      store.show({ ...run, recorded: false, ofCheck: true }, watch.at, watch.pid);
      store.announcement.value = `The stage shows seed ${input.seed} of step ${at + 1}.`;
    },
    /** Forgets everything: the text, what has passed, what was shown. */
    reset(): void {
      batch(() => {
        store.edit(null);
        store.replaced.value += 1;
        stand(() => untried(count));
        verdicts.value = new Map();
        judged.value = new Map();
        opened.value = new Set();
        step.value = 0;
        refusal.value = null;
        store.announcement.value = 'The exercise is as it was at first.';
      });
    },
    isSolved: (at: number) => isSolved(standing.value, at),
  };
}
