/**
 * The exercise: what it consists of, and what has become of it. Plain data; how
 * the checks are made is in `web/exercise`.
 */
import type { Outcome } from './outcome.ts';
import type { Wait } from './pending.ts';
import type { Pid, Trace } from './trace.ts';

/** What there is to read about a step, as HTML that was made with the page. */
export interface StepWords {
  readonly title: string;
  readonly html: string;
  /** Each says a bit more than the one before it. */
  readonly hints: readonly string[];
  /** The declarations that are different, a block for each line. */
  readonly solution: string;
}

/** The reference with one mistake in it. */
export interface Mutant {
  readonly name: string;
  readonly about: string;
  readonly program: string;
}

export interface ExerciseTexts {
  readonly steps: readonly StepWords[];
  /** Programs that put the learner's to the test. */
  readonly harness: Readonly<Record<'answer' | 'refresh' | 'tests', string>>;
  /** A program that is right in every step. */
  readonly reference: string;
  readonly mutants: readonly Mutant[];
}

/** A run of a check, and the moment that it is about. */
export interface Watched<Input = unknown> {
  readonly input: Input;
  readonly trace: Trace;
  readonly outcome: Outcome;
  /** Who waited for what; null when that is not known. */
  readonly waits: readonly Wait[] | null;
  /** A position in the trace. */
  readonly at: number;
  /** The task that it is about, if it is about one. */
  readonly pid: Pid | null;
}

/** What became of one mutant: the name of the test that failed on it, or null. */
export interface Caught {
  readonly name: string;
  readonly about: string;
  readonly by: string | null;
}

export interface Verdict<Input = unknown> {
  readonly passed: boolean;
  /** A sentence, which begins with the seed where there is one. */
  readonly says: string;
  /** How many runs were made for it. */
  readonly runs: number;
  /** Of one that failed; null when there is nothing to be seen. */
  readonly watch: Watched<Input> | null;
  /** Of a step whose tests are judged. */
  readonly caught: readonly Caught[] | null;
}

export interface Progress {
  readonly done: number;
  readonly of: number;
}

/** What is kept between visits, a place for each step. */
export interface Standing {
  /** Its check has passed. */
  readonly passed: readonly boolean[];
  /** So many hints have been shown. */
  readonly hints: readonly number[];
  /** Its solution was shown before it had passed: passing it is no feat any more. */
  readonly shown: readonly boolean[];
}

export function untried(steps: number): Standing {
  return {
    passed: Array.from({ length: steps }, () => false),
    hints: Array.from({ length: steps }, () => 0),
    shown: Array.from({ length: steps }, () => false),
  };
}

/** What was kept, if it can be read and is of so many steps. */
export function standingOf(kept: string | null, steps: number): Standing {
  const fresh = untried(steps);
  try {
    const { passed, hints, shown } = JSON.parse(kept ?? '') as Standing;
    const flags = (list: readonly unknown[]) => fresh.passed.map((_, at) => list[at] === true);
    return {
      passed: flags(passed),
      hints: fresh.hints.map((_, at) => Math.min(3, Math.max(0, Math.trunc(Number(hints[at])) || 0))),
      shown: flags(shown),
    };
  } catch {
    return fresh;
  }
}

/** Passed by the learner's own doing. */
export function isSolved({ passed, shown }: Standing, step: number): boolean {
  return passed[step] === true && shown[step] !== true;
}

export function isAllSolved(standing: Standing): boolean {
  return standing.passed.every((_, step) => isSolved(standing, step));
}

/** `passed` of one step changes. */
export function withPassed(standing: Standing, step: number, passed: boolean): Standing {
  return { ...standing, passed: standing.passed.with(step, passed) };
}

/** One more hint has been shown. */
export function withHint(standing: Standing, step: number): Standing {
  return { ...standing, hints: standing.hints.with(step, (standing.hints[step] ?? 0) + 1) };
}

/** The solution has been shown: who had passed before has solved it all the same. */
export function withSolution(standing: Standing, step: number): Standing {
  return standing.passed[step] === true
    ? standing
    : { ...standing, shown: standing.shown.with(step, true) };
}

/** Where all of it stands, in a sentence. */
export function standingSentence(standing: Standing): string {
  const count = standing.passed.length;
  const passed = standing.passed.filter(Boolean).length;
  const solved = standing.passed.filter((_, step) => isSolved(standing, step)).length;
  const helped = passed - solved;
  return helped === 0
    ? `${solved} of ${count} steps solved`
    : `${solved} of ${count} steps solved, ${helped} more with the solution`;
}
