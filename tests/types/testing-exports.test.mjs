/**
 * Types and code of belay-tasks/testing name the same things: what testing.js
 * exports, accepts and gives, and what testing.d.ts says.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { BelayError } from 'belay-tasks';
import * as testing from 'belay-tasks/testing';

const types = readFileSync(
  new URL('../../bindings/js/testing.d.ts', import.meta.url),
  'utf8',
).replace(/\/\*[^]*?\*\//g, '');

/** The names that an interface declares by itself. */
function membersOf(name) {
  const block = new RegExp(
    `^export interface ${name}\\b[^{]*\\{\\n([^]*?)^\\}`,
    'm',
  ).exec(types);
  assert.ok(block, `testing.d.ts declares ${name}`);
  const names = block[1].matchAll(/^ {2}(?:readonly )?(\w+)\??[<(:]/gm);
  return [...names].map((match) => match[1]).sort();
}

test('testing.js and testing.d.ts export the same values', () => {
  const declared = types.matchAll(/^export (?:const|function|class) (\w+)/gm);
  assert.deepEqual(
    Object.keys(testing).sort(),
    [...declared].map((match) => match[1]).sort(),
  );
});

test('main and the result have what is declared', async () => {
  const result = await testing.simulate((scope) => [
    Object.keys(scope).sort(),
    Object.keys(scope.random),
  ]);
  assert.deepEqual(result.value, [
    membersOf('SimulationScope'),
    membersOf('Random'),
  ]);
  const declared = [
    ...membersOf('Simulation'),
    ...membersOf('SimulationResult'),
  ];
  assert.deepEqual(Object.keys(result).sort(), declared.sort());
});

test('the options that are accepted are those declared', () => {
  assert.throws(
    () => testing.simulate(() => 1, { other: 1 }),
    ({ message }) => {
      const accepted = /accepted are (.*)$/.exec(message)[1].split(', ');
      assert.deepEqual(accepted.sort(), membersOf('SimulateOptions'));
      return true;
    },
  );
});

test('the errors are of one family, with the fields that are declared', async () => {
  const { DeadlockError, RealIoError, SimulationError, UnboundedError } =
    testing;
  assert.ok(SimulationError.prototype instanceof BelayError);
  const runs = [
    [DeadlockError, () => new Promise(() => {}), {}],
    [UnboundedError, ({ sleep }) => sleep(2), { maxTime: 1 }],
    [RealIoError, () => fetch('http://localhost/'), { globals: true }],
    [SimulationError, () => testing.simulate(() => 1), {}],
  ];
  for (const [type, main, options] of runs) {
    const error = await testing.simulate(main, options).then(
      () => assert.fail('it was fulfilled'),
      (reason) => reason,
    );
    assert.equal(Object.getPrototypeOf(error), type.prototype);
    const block = new RegExp(
      `^export class ${type.name} extends \\w+ \\{\\n([^]*?)^\\}`,
      'm',
    ).exec(types)[1];
    for (const [, name] of block.matchAll(/^ {2}readonly (\w+)\??:/gm)) {
      assert.ok(name in error, `${type.name} has ${name}`);
    }
    assert.ok(block.includes(`'${error.code}'`), error.code);
  }
});
