// What the text in BELAY_JOB may say, and what is told of one that says something else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Signature } from '../../bindings/js/jobs/job-signature.js';

test('words, what may be left out, the rest, and what is given', () => {
  const { words, result } = new Signature('scale', ' Float64Array , number?, any... -> Float64Array ');
  assert.deepEqual(words, [
    { word: 'Float64Array', optional: false, rest: false },
    { word: 'number', optional: true, rest: false },
    { word: 'any', optional: false, rest: true },
  ]);
  assert.equal(result, 'Float64Array');
  assert.deepEqual(new Signature('run', '').words, []);
  assert.equal(new Signature('run', '-> nothing').result, 'nothing');
});

test('a signature that cannot be read is refused, with what it may say', () => {
  const wrong = [
    ['Float64Array number?', /^job scale: "Float64Array number\?" is no word for an argument; there are number, .* \(with commas between\)$/],
    ['double', /^job scale: "double" is no word for an argument; there are number, .*Uint8ClampedArray$/],
    ['number, ', /"" is no word for an argument/],
    ['number -> Float64array', /^job scale: "Float64array" is no word for what it gives; there are number, .*nothing$/],
    ['number -> number?', /"number\?" is no word for what it gives/],
    ['number..., string', /only the last argument may have '\.\.\.'/],
  ];
  for (const [text, message] of wrong) assert.throws(() => new Signature('scale', text), { message });
});
