/** Runs a program with many seeds, one after another, and tells each in a few numbers. */
import type { TraceEvent } from '../model/events.ts';
import { summaryOf, type Summary } from '../model/summary.ts';
import { traceOf } from '../model/trace.ts';
import type { Addresses } from './load.ts';
import type { RunInput } from './protocol.ts';
import { Recorder } from './recorder.ts';
import { runProgram } from './run.ts';

/** `begun` is told of each run's recorder, so that what nobody handled can be told to it. */
export async function survey(
  input: RunInput,
  seeds: readonly number[],
  addresses: Addresses,
  tell: (summary: Summary) => void,
  begun: (recorder: Recorder) => void = () => {},
): Promise<void> {
  for (const seed of seeds) {
    const events: TraceEvent[] = [];
    const recorder = new Recorder(
      (batch) => events.push(...batch),
      () => {},
    );
    begun(recorder);
    const { outcome, until } = await runProgram({ ...input, seed }, recorder, addresses);
    tell(summaryOf(traceOf(events, until), outcome, seed));
  }
}
