// Belay and Elixir, side by side: the same scenarios must give the same rows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readExamples, Tally, tell } from './check.mjs';
import { elixirOutcomes, elixirVersion } from './elixir.mjs';
import { generate } from './gen.mjs';

const COUNT = 300;
/* The same each time, so that a failure comes of a change; `npm run conformance` takes fresh ones. */
const SEED = 1;
const COMPARED_MIN = 150;

const version = elixirVersion();

function judge(context, tally) {
  for (const line of tally.summary.split('\n')) context.diagnostic(line);
  assert.deepEqual(tally.different.map(tell), [], tally.different.map(tell).join('\n'));
}

async function compare(scenarios, outcomes) {
  const tally = new Tally();
  for (const [index, scenario] of scenarios.entries()) await tally.add(scenario, outcomes[index]);
  return tally;
}

test('elixir is installed', () => {
  assert.notEqual(version, null, 'elixir is missing: node scripts/setup.mjs test');
});

test('the examples give what Elixir gives', async (context) => {
  const scenarios = readExamples('examples.txt').map(({ scenario }) => scenario);
  const tally = await compare(scenarios, await elixirOutcomes(scenarios, { version, fresh: true }));
  judge(context, tally);
  assert.equal(tally.compared + (tally.left.get('late') ?? 0), scenarios.length);
});

test('the examples for newer versions of Elixir give what was recorded', async (context) => {
  const examples = readExamples('examples-newer.txt');
  const tally = await compare(examples.map(({ scenario }) => scenario), examples.map(({ outcome }) => outcome));
  judge(context, tally);
  assert.equal(tally.compared, examples.length);
});

test('what depends on who comes first in Elixir is not compared', async () => {
  /* Element 0 is out of time in tick 7 while the consumer waits for its input, and hears of it in tick 8. */
  const scenario = (id, last, ...then) => ({
    id,
    body: [['catch', [['stream', 's', [[['hang']], last], { timeout: 3, input_delay: 4 }]]], ['sleep', 3], ...then],
  });
  const scenarios = [
    scenario('ends in that tick', [], ['inbox']),
    scenario('ends later', [['sleep', 1]], ['inbox']),
    scenario('nobody looks', []),
    /* The supervisor stops, which ends element 0, the consumer with it, and tells element 1; so does its link. */
    {
      id: 'told twice',
      body: [
        ['sup', 'S'],
        ['start', 'k', [['sleep', 3], ['stop_sup', 'S', 'normal']]],
        ['stream', 's', [[['hang']], [['trap_exit', true], ['wait_exit'], ['hang']]], { sup: 'S' }],
      ],
    },
  ];
  const outcomes = await elixirOutcomes(scenarios, { version, fresh: true });
  assert.deepEqual(outcomes.map(({ collide }) => collide), [['strays@8'], undefined, undefined, ['rivals@3']]);
  const tally = await compare(scenarios, outcomes);
  assert.equal(tally.equal, 2);
});

test(`${COUNT} random scenarios give what Elixir gives`, async (context) => {
  const seed = Number(process.env.BELAY_CONFORMANCE_SEED ?? SEED);
  context.diagnostic(`seed ${seed}: others by BELAY_CONFORMANCE_SEED=N`);
  const scenarios = generate({ count: COUNT, seed });
  const tally = await compare(scenarios, await elixirOutcomes(scenarios, { version, fresh: true }));
  judge(context, tally);
  assert.ok(tally.compared >= COMPARED_MIN, `only ${tally.compared} of ${COUNT} could be compared`);
});
