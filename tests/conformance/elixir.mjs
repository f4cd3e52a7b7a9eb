/**
 * Runs scenarios on Elixir, with the oracle. Outcomes are kept in build/, each
 * under the hash of its scenario, the oracle's sources and Elixir's version.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const oracle = join(here, 'oracle.exs');
const cacheFolder = join(here, '../../build/conformance');

/* Elixir's own start takes 3 s; a batch is what progress is told by. */
const BATCH = 2000;
const PARALLEL = 120;

/** The version of the Elixir that is installed, or null. */
export function elixirVersion() {
  const done = spawnSync('elixir', ['--version'], { encoding: 'utf8' });
  return done.status === 0 ? /^Elixir (\S+)/m.exec(done.stdout)?.[1] ?? null : null;
}

function hashOf(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part}\0`);
  return hash.digest('hex').slice(0, 32);
}

/** Outcomes of one oracle on one Elixir; a line of JSON for each. */
class Cache {
  #file;
  #outcomes = new Map();

  constructor(version) {
    const sources = readdirSync(join(here, 'oracle')).sort().map((name) => join(here, 'oracle', name));
    const texts = [oracle, ...sources].map((file) => readFileSync(file, 'utf8'));
    this.#file = join(cacheFolder, `${hashOf(version, ...texts)}.jsonl`);
    if (!existsSync(this.#file)) return;
    for (const line of readFileSync(this.#file, 'utf8').split('\n')) {
      if (!line.endsWith('}')) continue; // the last one, when writing was cut off
      const { key, outcome } = JSON.parse(line);
      this.#outcomes.set(key, outcome);
    }
  }

  get(scenario) {
    return this.#outcomes.get(hashOf(JSON.stringify(scenario)));
  }

  add(scenarios, outcomes) {
    const lines = scenarios.flatMap((scenario, index) => {
      const outcome = outcomes[index];
      if (outcome.late) return [];
      const key = hashOf(JSON.stringify(scenario));
      this.#outcomes.set(key, outcome);
      return [`${JSON.stringify({ key, outcome })}\n`];
    });
    mkdirSync(cacheFolder, { recursive: true });
    appendFileSync(this.#file, lines.join(''));
  }
}

/**
 * How to start a program that mostly sleeps, but has to wake in time: ahead of
 * all others, where that is allowed. Else more outcomes are late on a machine
 * that has other work, and have to be found again.
 */
function punctual(...command) {
  const chrt = ['chrt', '--rr', '10'];
  const { status } = spawnSync(chrt[0], [...chrt.slice(1), 'true'], { stdio: 'ignore' });
  return status === 0 ? [...chrt, ...command] : command;
}

/** The outcomes of some scenarios, in their order, by one Elixir. */
function runBatch(scenarios, parallel) {
  return new Promise((resolve, reject) => {
    const [command, ...args] = punctual('elixir', oracle, '--par', String(parallel));
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const out = [];
    const errors = [];
    child.stdout.on('data', (part) => out.push(part));
    child.stderr.on('data', (part) => errors.push(part));
    child.on('error', reject);
    child.on('close', (code) => {
      const lines = Buffer.concat(out).toString().split('\n').filter(Boolean);
      if (code === 0 && lines.length === scenarios.length) resolve(lines.map((line) => JSON.parse(line)));
      else reject(new Error(`elixir: exit code ${code}, ${lines.length} of ${scenarios.length} outcomes\n${Buffer.concat(errors)}`));
    });
    child.stdin.on('error', () => {}); // it ended early; its exit code tells
    child.stdin.end(scenarios.map((scenario) => `${JSON.stringify(scenario)}\n`).join(''));
  });
}

/** Those that came late run again, fewer at a time: the machine was busy. */
async function runLateAgain(scenarios, outcomes, cache, parallel) {
  for (let share = 4; share <= 16; share *= 2) {
    const late = outcomes.flatMap((outcome, index) => (outcome.late ? [index] : []));
    if (late.length === 0) return;
    const wanted = late.map((index) => scenarios[index]);
    const given = await runBatch(wanted, Math.max(1, Math.floor(parallel / share)));
    late.forEach((index, place) => {
      outcomes[index] = given[place];
    });
    cache?.add(wanted, given);
  }
}

/**
 * The outcome of each scenario, in the order given.
 *
 * @param options.version what elixirVersion gave
 * @param options.fresh whether to run those that are known, too
 * @param options.parallel how many run at a time
 * @param options.progress called with (done, of) after each batch
 */
export async function elixirOutcomes(scenarios, { version, fresh = false, parallel = PARALLEL, progress = () => {} }) {
  const cache = fresh ? null : new Cache(version);
  const outcomes = scenarios.map((scenario) => cache?.get(scenario));
  const missing = scenarios.flatMap((_, index) => (outcomes[index] === undefined ? [index] : []));
  for (let done = 0; done < missing.length; done += BATCH) {
    const batch = missing.slice(done, done + BATCH);
    const wanted = batch.map((index) => scenarios[index]);
    const given = await runBatch(wanted, parallel);
    batch.forEach((index, place) => {
      outcomes[index] = given[place];
    });
    cache?.add(wanted, given);
    progress(Math.min(done + BATCH, missing.length), missing.length);
  }
  await runLateAgain(scenarios, outcomes, cache, parallel);
  return outcomes;
}
