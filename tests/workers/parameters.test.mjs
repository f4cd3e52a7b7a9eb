// Which functions get at what of their context, by their text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blindFrom } from '../../bindings/js/workers/parameters.js';
import { scenario } from './harness.mjs';

/* eslint-disable */
const blind = {
  'no parameters': [() => 1, 0],
  'a function without': [function () {}, 0],
  'one name': [(item) => item, 1],
  'one name without parentheses': [item => item, 1],
  'an async one': [async item => item, 1],
  'two names': [async (item, factor) => item * factor, 2],
  'a function with names': [function times(item, factor,) { return item * factor; }, 2],
  'an async function': [async function (item) { return item; }, 1],
  'a generator': [function* numbers(item) { yield item; }, 1],
  'the signal': [(item, { signal }) => signal, 1],
  'all that is light': [function (item, factor, { self, signal, report, transfer }) {}, 2],
  'nothing of an object': [({}) => 1, 0],
};
const sees = {
  'a runtime\'s part': (item, { Task }) => Task,
  'another name for one': (item, { Task: other }) => other,
  'what is light, and another': (item, { signal, sleep }) => sleep,
  'the rest of it': (item, { signal, ...rest }) => rest,
  'the rest of the arguments': (...all) => all,
  'the last of them': (item, ...all) => all,
  'a default': (item, context = null) => context,
  'a default that is another\'s': (item, other = item, context) => context,
  'a list': (item, [first]) => first,
  '`arguments`': function (item) { return arguments[1]; },
  '`eval`': function (item) { return eval('argu' + 'ments[1]'); },
  'a bound function': ((item, context) => context).bind(null),
  'a proxy': new Proxy((item) => item, { apply: (target, self, args) => args.at(-1) }),
  'a method': { run(item) { return item; } }.run,
  'a class': class { constructor(item) { this.item = item; } },
  'a built-in function': Math.max,
  'a comment in between': (item /* ) => */, context) => context,
};
/* eslint-enable */

for (const [name, [body, count]] of Object.entries(blind)) {
  test(`does not see a runtime: ${name}`, () => assert.equal(blindFrom(body), count));
}
for (const [name, body] of Object.entries(sees)) {
  test(`may see all of it: ${name}`, () => assert.equal(blindFrom(body), Infinity));
}

test('a hidden name, and a text of its own, deceive nobody', () => {
  const hidden = new Function('item', 'return \\u0061rguments[1];');
  assert.equal(hidden('a', 'b'), 'b');
  assert.equal(blindFrom(hidden), Infinity);
  const own = Object.assign((...all) => all, { toString: () => '() => 1' });
  assert.equal(blindFrom(own), Infinity);
});

/* However it gets at its context, the first job of a worker has all of it. */
const FIRST = {
  named: 'async (value, context) => context.sleep(0).then(() => value)',
  taken: 'async (value, { sleep }) => sleep(0).then(() => value)',
  rest: 'async (...[value, { sleep }]) => sleep(0).then(() => value)',
  arguments: 'async function (value) { await arguments[1].sleep(0); return value; }',
  bound: '(async (context, value, { sleep }) => sleep(0).then(() => value)).bind(null, null)',
};

for (const [name, text] of Object.entries(FIRST)) {
  const module = `data:text/javascript,${encodeURIComponent(`export const first = ${text};`)}`;
  scenario(`the first job of a worker can sleep: ${name}`, async ({ run }) => {
    assert.equal(await run('first', ['a']), 'a');
  }, { module, max: 1 });
}

scenario('with an argument less than usual a function has its context where an argument was', async ({ run }) => {
  assert.equal(await run('first', ['a', 'b']), 'b');
  assert.equal(await run('first', ['a']), 'object');
}, { module: `data:text/javascript,${encodeURIComponent('export const first = (a, b) => (typeof b === "object" ? typeof b.Task.async && "object" : b);')}`, max: 1 });
