/**
 * The check of step 5: the learner's tests are put to the test. They pass on the
 * reference, and each mutant makes one of them fail.
 */
import type { RunInput } from '../src/engine/protocol.ts';
import type { Caught, Mutant } from '../src/model/exercise.ts';
import type { World } from '../src/model/world.ts';
import { failure, type Check, type Execute, type Finished, type Verdict } from './judge.ts';

const TESTS_MAX = 20;

/** Each test has this network for itself, and may break it. */
const WORLD: World = {
  endpoints: {
    '/users': { latency: { kind: 'fixed', ms: 120 } },
    '/orders': { latency: { kind: 'fixed', ms: 180 } },
    '/stock': { latency: { kind: 'fixed', ms: 90 } },
  },
};

export interface Subjects {
  readonly harness: string;
  readonly reference: string;
  readonly mutants: readonly Mutant[];
  /** What is wrong with a program that does not pass all of the other steps. */
  readonly wrong: (program: string, execute: Execute) => Promise<Verdict | null>;
}

export function testsThatCatch(subjects: Subjects): Check {
  const { harness, reference, mutants, wrong } = subjects;
  return async (source, execute, tell) => {
    let done = 0;
    let of = 1;
    /** Runs one test on a program; the name '' gives the names of all. */
    const run = async (test: string, subject: string) => {
      tell({ done, of });
      const input: RunInput = {
        program: { source, files: { './subject.js': subject }, harness },
        seed: 1,
        world: WORLD,
        knobs: { test },
      };
      const finished = await execute(input);
      done += 1;
      return { input, finished };
    };
    const failed = (says: string, { input, finished }: Awaited<ReturnType<typeof run>>) =>
      failure(input, finished, { says, at: endOf(finished) }, done);

    const list = await run('', reference);
    const names = namesOf(list.finished);
    if (names === null) {
      return failed(`The file cannot be run: ${textOf(list.finished)}`, list);
    }
    const complaint =
      names.length === 0
        ? 'There are no tests yet: `tests` holds no function.'
        : names.length > TESTS_MAX
          ? `${names.length} tests; at most ${TESTS_MAX} are judged.`
          : null;
    if (complaint !== null) {
      return { passed: false, says: complaint, runs: done, watch: null, caught: null };
    }

    of = 1 + names.length * (1 + mutants.length);
    for (const name of names) {
      const right = await run(name, reference);
      if (right.finished.outcome.kind !== 'returned') {
        const says = `“${name}” fails on an aggregator that is right: ${textOf(right.finished)}`;
        return failed(says, right);
      }
    }

    const caught: Caught[] = [];
    for (const [at, { name, about, program }] of mutants.entries()) {
      let by: string | null = null;
      for (const test of names) {
        if (by === null && !(await passes(run(test, program)))) {
          by = test;
        }
      }
      caught.push({ name, about, by });
      done = 1 + names.length * (2 + at);
    }
    tell({ done, of });
    return verdictOf(caught, done, mutants, (program) => wrong(program, execute));
  };
}

async function passes(run: Promise<{ readonly finished: Finished }>): Promise<boolean> {
  return (await run).finished.outcome.kind === 'returned';
}

async function verdictOf(
  caught: readonly Caught[],
  runs: number,
  mutants: readonly Mutant[],
  wrong: (program: string) => Promise<Verdict | null>,
): Promise<Verdict> {
  const count = caught.filter(({ by }) => by !== null).length;
  const says = `Your tests caught ${count} of ${caught.length}.`;
  const missed = mutants[caught.findIndex(({ by }) => by === null)];
  if (missed === undefined) {
    return { passed: true, says, runs, watch: null, caught };
  }
  /* What they have not seen can be watched. */
  const seen = await wrong(missed.program);
  const { name } = missed;
  return {
    passed: false,
    says: `${says} None of them fails on “${name}”${seen === null ? '.' : `. ${seen.says}`}`,
    runs,
    watch: seen?.watch ?? null,
    caught,
  };
}

/** The names of the tests; null when the file cannot be run. */
function namesOf({ outcome }: Finished): readonly string[] | null {
  return outcome.kind === 'returned' && Array.isArray(outcome.result.plain)
    ? outcome.result.plain.map(String)
    : null;
}

function textOf({ outcome, trace }: Finished): string {
  switch (outcome.kind) {
    case 'threw':
      return outcome.reason.text;
    case 'limited':
      return outcome.why;
    default: {
      const last = trace.events.findLast(({ type }) => type === 'stopped');
      return last?.type === 'stopped' ? `it ${last.why}` : 'it was stopped';
    }
  }
}

/** Where a run that failed is to be looked at. */
function endOf({ trace }: Finished): number {
  return trace.events.findLast(({ type }) => type === 'threw')?.time ?? trace.until;
}
