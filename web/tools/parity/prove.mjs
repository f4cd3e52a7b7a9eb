// Executes a lesson in three languages: Belay in Node, Elixir and Python with
// the interpreters of this machine.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const at = (name) => fileURLToPath(new URL(name, import.meta.url));
const SECONDS_MAX = 60;
const SEEDS = [1, 2, 3];

/**
 * What a lesson gives in Belay: { outcomes, traces: { seed: hash }, worlds },
 * on the real clock `order` besides, in the place of hashes.
 * The first outcome is that of the presets, the others those of the knobs as
 * the lesson's `also` turns them. `worlds` is what other languages are to
 * meet, one for each outcome, as Elixir and as Python have it.
 */
export async function proveBelay(files, sources) {
  const { inputOf } = await sources.load('/tools/lessons.ts');
  const { runInNode } = await sources.load('/src/engine/node.ts');
  const { traceHash, traceOrder } = await sources.load('/src/model/hash.ts');
  const { elixirWorld, worldAbroad } = await sources.load('/src/model/abroad.ts');
  const outcomes = [];
  const worlds = [];
  const orders = [];
  for (const turned of [{}, ...(files.world.also ?? [])]) {
    const input = inputOf(files, undefined, turned);
    const { outcome, events } = await runInNode(input);
    outcomes.push(outcomeOf(outcome));
    orders.push(traceOrder(events));
    const world = worldAbroad(input, events);
    worlds.push({ elixir: elixirWorld(world), python: JSON.stringify(world) });
  }
  const isReal = files.world.clock === 'real';
  const traces = {};
  for (const seed of isReal ? [] : SEEDS)
    traces[seed] = traceHash((await runInNode(inputOf(files, seed))).events);
  return { outcomes, traces, ...(isReal && { order: orders[0] }), worlds };
}

/** Outcomes as expect.json has them. */
export function asRecorded([outcome, ...also]) {
  return also.length === 0 ? { outcome } : { outcome, also };
}

function outcomeOf(outcome) {
  switch (outcome.kind) {
    case 'returned':
      return { returned: outcome.result.plain };
    case 'threw':
      return { threw: outcome.plain };
    default:
      return { ended: outcome.kind };
  }
}

/** { version, outcomes } of the text in Elixir, one for each world. */
export function proveElixir(text, worlds) {
  return executeAll('elixir', at('api.exs'), 'main.exs', text, worlds.map(({ elixir }) => elixir));
}

/** { version, outcomes } of the text in Python, one for each world. */
export function provePython(text, worlds) {
  return executeAll('python3', at('api.py'), 'main.py', text, worlds.map(({ python }) => python));
}

async function executeAll(command, script, name, text, worlds) {
  const outcomes = [];
  let version;
  for (const world of worlds) {
    const proof = await execute(command, script, name, text, world);
    outcomes.push(proof.outcome);
    ({ version } = proof);
  }
  return { version, outcomes };
}

async function execute(command, script, name, text, world) {
  const folder = mkdtempSync(join(tmpdir(), 'belay-parity-'));
  try {
    const file = join(folder, name);
    writeFileSync(file, text);
    return await told(command, [script, file, world], SECONDS_MAX);
  } catch (error) {
    throw new Error(`${command} could not run the program:\n${error.message}\n${text}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a program tells in its last line, as JSON; it is ended after so many seconds. */
export async function told(command, args, secondsMax) {
  const running = run(command, args, { timeout: secondsMax * 1000 });
  const { stdout, failure } = await running.then(
    ({ stdout }) => ({ stdout, failure: null }),
    (error) => ({ stdout: error.stdout ?? '', failure: error }),
  );
  // Elixir, when it is asked to end, does so with code 0, as if it were done.
  if (running.child.killed && failure?.code !== 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
    throw new Error(`it was not done after ${secondsMax} s, and was ended; it had printed ${quoted(stdout)}`);
  if (failure !== null) throw new Error(failure.stderr || failure.message);
  const line = stdout.trim().split('\n').at(-1);
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new Error(`its last line must be JSON; it printed ${quoted(stdout)}`, { cause });
  }
}

const quoted = (output) => (output.trim() === '' ? 'nothing' : JSON.stringify(output));
