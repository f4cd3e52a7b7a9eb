/** Runs one scenario on Belay, in virtual time: gives its outcome. */
import { simulate } from 'belay-tasks/testing';
import { insideOf } from '../../bindings/js/public-runtime.js';
import { bodyOf } from './actor.mjs';
import { canonical, TICK_MS } from './normal.mjs';
import { World } from './world.mjs';

/** The ticks after which a scenario is cut off, unless it says something else. */
const LIMIT = 60;

/** Ends every process, until there is none. */
async function killAll({ Process, sleep }) {
  for (;;) {
    const pids = Process.list().filter((pid) => pid !== Process.self());
    if (pids.length === 0) return;
    for (const pid of pids) Process.exit(pid, 'kill');
    await sleep(1);
  }
}

/** What is left in a runtime when all its processes have ended: lines of text. */
async function leftIn({ runtime, inspect, sleep }) {
  await sleep(1);
  const { streams, abandoned, buffered, timers } = inspect();
  const counts = { ...insideOf(runtime).counts(), streams: streams.length, abandoned, buffered, timers };
  return Object.entries(counts)
    .filter(([, count]) => count !== 0)
    .map(([name, count]) => `${name}: ${count}`);
}

async function play(api, { body, limit = LIMIT }) {
  const world = new World(api);
  api.Task.start(bodyOf(world, { label: 'root', handles: new Map(), steps: body }));
  await api.sleep(limit * TICK_MS + TICK_MS / 2);
  const outcome = canonical(world.outcome(limit));
  if (world.invalid !== null) outcome.invalid = world.invalid;
  if (world.purposes.size > 0) outcome.purposes = [...world.purposes];
  await killAll(api);
  const left = await leftIn(api);
  if (left.length > 0) outcome.leak = left;
  return outcome;
}

/**
 * Gives { id, procs, trace } as the oracle does, and where there is something
 * to tell: `invalid`, `purposes` (ids of onpurpose.mjs), `leak`, `failure`.
 */
export async function runScenario(scenario) {
  const { id } = scenario;
  try {
    const { value } = await simulate((api) => play(api, scenario), { onLog() {}, trace: false });
    return { id, ...value };
  } catch (error) {
    return { id, procs: [], trace: [], failure: String(error?.stack ?? error) };
  }
}
