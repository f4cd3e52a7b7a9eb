/**
 * The checks of the exercise, a step each. A check is a property that runs with
 * hidden seeds must have: it asks what a program does and never how it is
 * written. How a run is made is given: in a worker of the page, or in Node.
 */
import type { ExerciseTexts } from '../src/model/exercise.ts';
import { deadlineAndFallback, structuredErrors, threeAtOnce } from './answer.ts';
import { checkOf, type Case, type Check, type Execute, type Verdict } from './judge.ts';
import { backgroundRefresh } from './refresh.ts';
import { testsThatCatch } from './tests.ts';

export type { Check, Execute, Finished, Verdict } from './judge.ts';

export function checksOf({ harness, reference, mutants }: ExerciseTexts): readonly Check[] {
  const cases: readonly (readonly Case[])[] = [
    threeAtOnce(harness.answer),
    structuredErrors(harness.answer),
    deadlineAndFallback(harness.answer),
    backgroundRefresh(harness.refresh),
  ];
  const checks = cases.map(checkOf);
  const wrong = async (program: string, execute: Execute): Promise<Verdict | null> => {
    for (const check of checks) {
      const verdict = await check(program, execute, () => {});
      if (!verdict.passed) {
        return verdict;
      }
    }
    return null;
  };
  return [
    ...checks,
    testsThatCatch({ harness: harness.tests, reference, mutants, wrong }),
  ];
}
