/**
 * Runs a program in Node, as the worker of the page does it: for the tests,
 * for what is recorded, and for the picture that the page comes with.
 */
import type { TraceEvent } from '../model/events.ts';
import type { Summary } from '../model/summary.ts';
import type { Addresses } from './load.ts';
import type { RunInput } from './protocol.ts';
import { Recorder } from './recorder.ts';
import { runProgram, type Ended } from './run.ts';
import { survey } from './survey.ts';

/* Node keeps one module for each address: a mark makes each run's its own. */
let runs = 0;

const addresses: Addresses = {
  of: (text) =>
    `data:text/javascript;base64,${Buffer.from(`${text}\n//${runs}`).toString('base64')}`,
  free() {},
};

export interface NodeRun extends Ended {
  readonly events: readonly TraceEvent[];
}

const FAILURES = ['unhandledRejection', 'uncaughtException'] as const;

/**
 * What nobody handles is an event of the run while `work` lasts, as in the worker, and
 * ends no process: whoever else listens, as a test runner does, would count it as its own.
 */
async function hearFailures<T>(recorder: () => Recorder | null, work: () => Promise<T>): Promise<T> {
  const hear = (reason: unknown) => recorder()?.unhandled(reason);
  const others = FAILURES.map((name) => process.listeners(name as 'uncaughtException'));
  for (const name of FAILURES) {
    process.removeAllListeners(name).on(name, hear);
  }
  try {
    return await work();
  } finally {
    await new Promise((resolve) => setImmediate(resolve)); // the last rejections are told by then
    FAILURES.forEach((name, at) => {
      process.off(name, hear);
      others[at]?.forEach((listener) => process.on(name, listener));
    });
  }
}

/** Runs it with each of the seeds, as the worker of the page does. */
export async function surveyInNode(
  input: RunInput,
  seeds: readonly number[],
): Promise<readonly Summary[]> {
  const summaries: Summary[] = [];
  let recorder: Recorder | null = null;
  const tell = (summary: Summary) => summaries.push(summary);
  await hearFailures(
    () => recorder,
    () =>
      survey(input, seeds, addresses, tell, (next) => {
        recorder = next;
        runs += 1;
      }),
  );
  return summaries;
}

/** One at a time: the globals are on virtual time meanwhile. */
export async function runInNode(input: RunInput): Promise<NodeRun> {
  runs += 1;
  const events: TraceEvent[] = [];
  const recorder = new Recorder(
    (batch) => events.push(...batch),
    () => {},
  );
  const ended = await hearFailures(
    () => recorder,
    () => runProgram(input, recorder, addresses),
  );
  return { ...ended, events };
}
