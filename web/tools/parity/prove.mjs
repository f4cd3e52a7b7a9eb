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
const ATTEMPTS = 4; // of a path, beyond those that Belay's run made

/**
 * What a lesson gives in Belay: { outcomes, traces: { seed: hash }, worlds }.
 * The first outcome is that of the presets, the others those of the knobs as
 * the lesson's `also` turns them. `worlds` is what other languages are to
 * meet, one for each outcome.
 */
export async function proveBelay(files, sources) {
  const { inputOf } = await sources.load('/tools/lessons.ts');
  const { runInNode } = await sources.load('/src/engine/node.ts');
  const { traceHash } = await sources.load('/src/model/hash.ts');
  const outcomes = [];
  const worlds = [];
  for (const turned of [{}, ...(files.world.also ?? [])]) {
    const input = inputOf(files, undefined, turned);
    const { outcome, events } = await runInNode(input);
    outcomes.push(outcomeOf(outcome));
    worlds.push(await worldOf(input, events, sources));
  }
  const traces = {};
  for (const seed of SEEDS)
    traces[seed] = traceHash((await runInNode(inputOf(files, seed))).events);
  return { outcomes, traces, worlds };
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

/** What each request of the run met, and later attempts would; and what its endpoint can bear. */
async function worldOf({ world, seed, knobs }, events, sources) {
  const { bodyOf, endpointOf, fateOf } = await sources.load('/src/model/world.ts');
  const attempts = new Map();
  for (const { type, path, attempt } of events)
    if (type === 'requested') attempts.set(path, attempt);
  const fates = [...attempts].flatMap(([path, made]) =>
    Array.from({ length: made + ATTEMPTS }, (_, index) => {
      const attempt = index + 1;
      const endpoint = endpointOf(world, path);
      const { latency, hangs, fails } = fateOf(endpoint, seed, path, attempt);
      const fate = hangs ? 'hang' : fails ? 'fail' : 'ok';
      const body = fails ? (endpoint.status ?? 500) : bodyOf(endpoint, path, attempt);
      const name = Object.keys(world.endpoints).find((key) => world.endpoints[key] === endpoint);
      return [path, attempt, latency, fate, body, name];
    }),
  );
  const endpoints = Object.fromEntries(
    Object.entries(world.endpoints).map(([name, { cpu, capacity, flap }]) => [
      name,
      withoutHoles({ cpu, capacity, flap }),
    ]),
  );
  return { fates, endpoints, cores: world.cores ?? 1, knobs };
}

const withoutHoles = (object) => JSON.parse(JSON.stringify(object));

/** { version, outcomes } of the text in Elixir, one for each world. */
export function proveElixir(text, worlds) {
  const inElixir = worlds.map(({ fates, ...rest }) => {
    const rows = fates.map(
      ([path, attempt, ms, fate, body, name]) =>
        `{${elixirTerm(path)}, ${attempt}} => {${ms}, :${fate}, ${elixirTerm(body)}, ${elixirTerm(name)}}`,
    );
    return `Map.put(${elixirTerm(rest)}, "fates", %{${rows.join(', ')}})`;
  });
  return executeAll('elixir', at('api.exs'), 'main.exs', text, inElixir);
}

/** { version, outcomes } of the text in Python, one for each world. */
export function provePython(text, worlds) {
  const inPython = worlds.map((world) => JSON.stringify(world));
  return executeAll('python3', at('api.py'), 'main.py', text, inPython);
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
    const { stdout } = await run(command, [script, file, world], { timeout: SECONDS_MAX * 1000 });
    return JSON.parse(stdout.trim().split('\n').at(-1));
  } catch (error) {
    throw new Error(
      `${command} could not run the program:\n${error.stderr || error.message}\n${text}`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function elixirTerm(value) {
  if (value === null) return 'nil';
  if (Array.isArray(value)) return `[${value.map(elixirTerm).join(', ')}]`;
  if (typeof value === 'object') {
    const parts = Object.entries(value).map(
      ([key, part]) => `${JSON.stringify(key)} => ${elixirTerm(part)}`,
    );
    return `%{${parts.join(', ')}}`;
  }
  return JSON.stringify(value).replaceAll('#{', '\\#{');
}
