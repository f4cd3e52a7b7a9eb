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
const ATTEMPTS = 4; // more than a lesson makes of one path

/** { outcome, traces: { seed: hash }, fates } of a lesson in Belay, with its presets. */
export async function proveBelay(files, sources) {
  const { inputOf } = await sources.load('/tools/lessons.ts');
  const { runInNode } = await sources.load('/src/engine/node.ts');
  const { traceHash } = await sources.load('/src/model/hash.ts');
  const own = await runInNode(inputOf(files));
  const traces = {};
  for (const seed of SEEDS)
    traces[seed] = traceHash((await runInNode(inputOf(files, seed))).events);
  return {
    outcome: outcomeOf(own.outcome),
    traces,
    fates: await fatesOf(inputOf(files), own.events, sources),
  };
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

/** What each request of the run met, and later attempts would: [path, attempt, ms, fate, body]. */
async function fatesOf({ world, seed }, events, sources) {
  const { bodyOf, endpointOf, fateOf } = await sources.load('/src/model/world.ts');
  const paths = new Set(events.flatMap(({ type, path }) => (type === 'requested' ? [path] : [])));
  return [...paths].flatMap((path) =>
    Array.from({ length: ATTEMPTS }, (_, index) => {
      const attempt = index + 1;
      const endpoint = endpointOf(world, path);
      const { latency, hangs, fails } = fateOf(endpoint, seed, path, attempt);
      const fate = hangs ? 'hang' : fails ? 'fail' : 'ok';
      const body = fails ? (endpoint.status ?? 500) : bodyOf(endpoint, path, attempt);
      return [path, attempt, latency, fate, body];
    }),
  );
}

/** { version, outcome } of the text in Elixir. */
export function proveElixir(text, fates) {
  const rows = fates.map(
    ([path, attempt, ms, fate, body]) =>
      `{${JSON.stringify(path)}, ${attempt}} => {${ms}, :${fate}, ${elixirTerm(body)}}`,
  );
  return execute('elixir', at('api.exs'), 'main.exs', text, `%{${rows.join(', ')}}`);
}

/** { version, outcome } of the text in Python. */
export function provePython(text, fates) {
  return execute('python3', at('api.py'), 'main.py', text, JSON.stringify(fates));
}

async function execute(command, script, name, text, table) {
  const folder = mkdtempSync(join(tmpdir(), 'belay-parity-'));
  try {
    const file = join(folder, name);
    writeFileSync(file, text);
    const { stdout } = await run(command, [script, file, table], { timeout: SECONDS_MAX * 1000 });
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
