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

/** Runs it with each of the seeds, as the worker of the page does. */
export async function surveyInNode(
  input: RunInput,
  seeds: readonly number[],
): Promise<readonly Summary[]> {
  const summaries: Summary[] = [];
  await survey(input, seeds, addresses, (summary) => summaries.push(summary), () => {
    runs += 1;
  });
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
  const ended = await runProgram(input, recorder, addresses);
  return { ...ended, events };
}
