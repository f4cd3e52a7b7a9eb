/** What makes workers and runs programs in them, loaded when it is first asked for. */
import type { Hosts } from '../engine/frame.ts';
import type { RunInput } from '../engine/protocol.ts';
import type { Runner, RunnerEvents } from '../engine/runner.ts';

export type Loader = () => Promise<Hosts>;

export function createEngine(loadHosts: Loader, events: RunnerEvents) {
  let hosts: Promise<Hosts> | null = null;
  /** What makes workers, for the runs of the page and for those of the checks. */
  const getHosts = (): Promise<Hosts> => {
    hosts ??= loadHosts().catch((error: unknown) => {
      hosts = null; // the next attempt asks again
      throw error;
    });
    return hosts;
  };

  let runner: Promise<Runner> | null = null;
  const getRunner = (): Promise<Runner> => {
    runner ??= Promise.all([getHosts(), import('../engine/runner.ts')]).then(
      ([found, engine]) => new engine.Runner(found, events),
    );
    return runner;
  };

  return {
    getHosts,
    async run(input: RunInput): Promise<void> {
      try {
        (await getRunner()).run(input);
      } catch (error) {
        runner = null; // the next attempt asks again
        events.refused({ word: null, text: String(error) });
      }
    },
    stop(): void {
      void getRunner().then((ready) => ready.stop());
    },
    wait(): void {
      void getRunner().then((ready) => ready.wait());
    },
    /** Makes a worker ready before it is asked for. */
    warm(): void {
      getRunner().then(
        (ready) => ready.warm(),
        () => {
          runner = null; // told when a run is asked for
        },
      );
    },
  };
}
