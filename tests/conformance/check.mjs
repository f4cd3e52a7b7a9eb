/** Holds Belay against outcomes of Elixir: scenario by scenario, and in sum. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { difference, leftOut } from './compare.mjs';
import { PURPOSES } from './onpurpose.mjs';
import { runScenario } from './scenario.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/** The scenarios of a file of examples, with the outcomes recorded there. */
export function readExamples(name) {
  const lines = readFileSync(join(here, name), 'utf8').split('\n');
  const examples = [];
  for (const line of lines) {
    if (line.startsWith('> ')) examples.push({ scenario: JSON.parse(line.slice(2)), outcome: null });
    else if (line.startsWith('< ')) examples.at(-1).outcome = JSON.parse(line.slice(2));
  }
  return examples;
}

const addTo = (counts, name) => counts.set(name, (counts.get(name) ?? 0) + 1);

/** What came of many. */
export class Tally {
  compared = 0;
  equal = 0;
  /** { scenario, want, got, lines } */
  different = [];
  /** Numbers of those that cannot be compared, by what the oracle says of them. */
  left = new Map();
  /** Numbers of those in which Belay differs on purpose. */
  purposes = new Map();

  async add(scenario, want) {
    const reason = leftOut(want);
    if (reason !== null) {
      addTo(this.left, reason);
      return;
    }
    const got = await runScenario(scenario);
    const lines = difference(want, got);
    if (lines !== null && got.purposes !== undefined) {
      for (const id of got.purposes) addTo(this.purposes, id);
      return;
    }
    this.compared += 1;
    if (lines === null) this.equal += 1;
    else this.different.push({ scenario, want, got, lines });
  }

  get summary() {
    const left = [...this.left].map(([name, count]) => `${name} ${count}`).join(', ');
    const lines = [
      `${this.compared} compared, ${this.equal} equal, ${this.different.length} different`,
      `left out: ${left || 'none'}`,
    ];
    for (const [id, count] of this.purposes) lines.push(`on purpose: ${count} by ${id} (${PURPOSES[id]})`);
    return lines.join('\n');
  }
}

/** All that is needed to see what one difference is about. */
export function tell({ scenario, want, got, lines }) {
  return [
    `DIFFERENT ${scenario.id}; again: npm run conformance -- --id ${scenario.id}`,
    `  scenario ${JSON.stringify(scenario)}`,
    `  Elixir   ${JSON.stringify(want)}`,
    `  Belay    ${JSON.stringify(got)}`,
    '  rows that only Elixir has (-), that only Belay has (+):',
    ...lines.map((line) => `    ${line}`),
  ].join('\n');
}
