// npm run conformance: runs scenarios on Elixir and on Belay, and compares.
//
//   npm run conformance -- --count 2000 --seed 7   so many random ones
//   npm run conformance -- --families tree,sup     of these families only
//   npm run conformance -- --examples              those of examples.txt
//   npm run conformance -- --id async-7-12         just one, with both outcomes
//   --jobs N    so many at a time in Elixir (they mostly sleep)
//   --fresh     does not take outcomes of Elixir that are known from before
//
// Exit code 1 when there is a difference, or when nothing was compared.
import { parseArgs } from 'node:util';
import { Complaint, run } from '../../scripts/lib/shell.mjs';
import { readExamples, Tally, tell } from './check.mjs';
import { elixirOutcomes, elixirVersion } from './elixir.mjs';
import { FAMILIES, generate, regenerate } from './gen.mjs';

const DIFFERENCES_SHOWN = 10;

function wholeNumber(name, text, least = 0) {
  const number = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(number) || number < least) {
    throw new Complaint(`--${name} must be a whole number from ${least}; got ${text}`);
  }
  return number;
}

function settings() {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '500' },
      seed: { type: 'string' },
      families: { type: 'string' },
      examples: { type: 'boolean', default: false },
      id: { type: 'string' },
      jobs: { type: 'string', default: '120' },
      fresh: { type: 'boolean', default: false },
    },
  });
  const families = values.families?.split(',') ?? Object.keys(FAMILIES);
  const unknown = families.filter((name) => !(name in FAMILIES));
  if (unknown.length > 0) {
    throw new Complaint(`no family ${unknown.join(', ')}; there are ${Object.keys(FAMILIES).join(', ')}`);
  }
  return {
    ...values,
    families,
    count: wholeNumber('count', values.count),
    seed: wholeNumber('seed', values.seed ?? String(Math.floor(Date.now() / 1000))),
    jobs: wholeNumber('jobs', values.jobs, 1),
  };
}

/** The example or random scenario of that name. */
function scenarioOf(id, options) {
  const examples = ['examples.txt', 'examples-newer.txt'].flatMap(readExamples);
  const example = examples.find(({ scenario }) => scenario.id === id)?.scenario;
  const found = example ?? regenerate(id, options);
  if (found === null) throw new Complaint(`no example ${id}, nor is it the id of a random scenario`);
  return found;
}

function chosen({ id, examples, count, seed, families }, options) {
  if (id !== undefined) return [scenarioOf(id, options)];
  if (examples) return readExamples('examples.txt').map(({ scenario }) => scenario);
  console.log(`seed ${seed}`);
  return generate({ count, seed, families, ...options });
}

await run(async () => {
  const { id, jobs, fresh, ...rest } = settings();
  const version = elixirVersion();
  if (version === null) throw new Complaint('elixir is missing: node scripts/setup.mjs test');
  const newer = !/^1\.(\d|1[0-4])\./.test(version);
  const scenarios = chosen({ id, ...rest }, { newer });
  console.log(`${scenarios.length} scenarios, Elixir ${version}`);
  const outcomes = await elixirOutcomes(scenarios, {
    version, fresh, parallel: jobs, progress: (done, of) => console.log(`Elixir: ${done} of ${of}`),
  });
  const tally = new Tally();
  for (const [index, scenario] of scenarios.entries()) await tally.add(scenario, outcomes[index]);
  for (const each of tally.different.slice(0, DIFFERENCES_SHOWN)) console.log(tell(each));
  if (tally.different.length > DIFFERENCES_SHOWN) {
    const rest = tally.different.slice(DIFFERENCES_SHOWN).map(({ scenario }) => scenario.id);
    console.log(`and ${rest.join(' ')}`);
  }
  if (id !== undefined && tally.different.length === 0) console.log(JSON.stringify(outcomes[0]));
  console.log(tally.summary);
  process.exitCode = tally.different.length > 0 || tally.compared === 0 ? 1 : 0;
});
