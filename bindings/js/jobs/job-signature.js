/**
 * What a job takes and gives, as BELAY_JOB in src/belay_jobs.h says it: checks
 * arguments against it, and puts them into the form in which they are sent.
 */
import { describe } from '../describe.js';
import { ELEMENTS } from './job-values.js';

export const ARGUMENTS_MAX = 65_535;

const INTEGER_MIN = -(2n ** 63n);
const INTEGER_MAX = 2n ** 63n - 1n;

const ELEMENT_NAMES = ELEMENTS.map(({ name }) => name);
const WORDS = ['number', 'integer', 'string', 'bytes', 'array', 'any', ...ELEMENT_NAMES];

const isBuffer = (value) => value instanceof ArrayBuffer ||
  (typeof SharedArrayBuffer === 'function' && value instanceof SharedArrayBuffer);

/** The typed array of belay's that a view is, subclasses such as Node's Buffer included; -1 for others. */
export const elementOf = (value) => ELEMENTS.findIndex((Elements) => value instanceof Elements);

function wrong(where, value, accepted, Kind = TypeError) {
  return new Kind(`${where} must be ${accepted}; got ${describe(value)}`);
}

/** The view, or one on all bytes of a buffer. */
function checkAttached(where, value) {
  const buffer = isBuffer(value) ? value : value.buffer;
  try {
    new Uint8Array(buffer, 0, 0);
  } catch {
    throw new TypeError(`${where} must be an array whose buffer is attached; got one whose buffer was detached`);
  }
  if (isBuffer(value)) return new Uint8Array(value);
  return value instanceof DataView ? new Uint8Array(buffer, value.byteOffset, value.byteLength) : value;
}

function integerOf(where, value) {
  const accepted = 'a whole number or a BigInt of 64 bits';
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw wrong(where, value, accepted, RangeError);
    return BigInt(value);
  }
  if (typeof value !== 'bigint') throw wrong(where, value, accepted);
  if (value < INTEGER_MIN || value > INTEGER_MAX) throw wrong(where, value, accepted, RangeError);
  return value;
}

function arrayOf(where, value, accepted) {
  if (!ArrayBuffer.isView(value) && !isBuffer(value)) throw wrong(where, value, accepted);
  return checkAttached(where, value);
}

/** Any value that there is a form for. */
function anyOf(where, value) {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' || typeof value === 'string') return value;
  if (typeof value === 'bigint') return integerOf(where, value);
  return arrayOf(where, value, 'a number, BigInt, string, typed array, ArrayBuffer, DataView or undefined');
}

function valueOf(where, value, word) {
  switch (word) {
    case 'any':
      return anyOf(where, value);
    case 'number':
      if (typeof value !== 'number') throw wrong(where, value, 'a number');
      return value;
    case 'integer':
      return integerOf(where, value);
    case 'string':
      if (typeof value !== 'string') throw wrong(where, value, 'a string');
      return value;
    case 'bytes': {
      const accepted = 'a Uint8Array, ArrayBuffer or DataView';
      const view = arrayOf(where, value, accepted);
      if (elementOf(view) !== 0) throw wrong(where, value, accepted);
      return view;
    }
    case 'array': {
      const accepted = 'a typed array';
      const view = arrayOf(where, value, accepted);
      if (elementOf(value) === -1) throw wrong(where, value, accepted);
      return view;
    }
    default:
      if (elementOf(value) !== ELEMENT_NAMES.indexOf(word)) throw wrong(where, value, `a ${word}`);
      return checkAttached(where, value);
  }
}

/** One word of a signature: { word, optional, rest }. */
function parseWord(job, text) {
  const [, word, mark] = /^(\w+)(\?|\.\.\.)?$/.exec(text) ?? [];
  if (!WORDS.includes(word)) {
    const hint = /\s/.test(text) ? ' (with commas between)' : '';
    throw new Error(`job ${job}: ${JSON.stringify(text)} is no word for an argument; there are ${WORDS.join(', ')}${hint}`);
  }
  return { word, optional: mark === '?', rest: mark === '...' };
}

function checkResult(job, word) {
  const accepted = [...WORDS, 'nothing'];
  if (word !== '' && !accepted.includes(word)) {
    throw new Error(`job ${job}: ${JSON.stringify(word)} is no word for what it gives; there are ${accepted.join(', ')}`);
  }
}

export class Signature {
  #job;
  #words;
  #least;
  #most;
  /** What it gives, '' when that was not said. */
  result;

  constructor(job, text) {
    const [taken, given = ''] = text.split('->').map((part) => part.trim());
    checkResult(job, given);
    this.#job = job;
    this.result = given;
    this.#words = taken === '' ? [] : taken.split(',').map((word) => parseWord(job, word.trim()));
    const required = this.#words.findLastIndex(({ optional, rest }) => !optional && !rest);
    this.#least = required + 1;
    const { rest = false } = this.#words.at(-1) ?? {};
    this.#most = rest ? ARGUMENTS_MAX : this.#words.length;
    const misplaced = this.#words.slice(0, -1).some((word) => word.rest);
    if (misplaced) throw new Error(`job ${job}: only the last argument may have '...'; got ${JSON.stringify(taken)}`);
  }

  get words() {
    return this.#words;
  }

  /** The checked arguments, in the form in which they are sent. */
  check(call, list) {
    const count = list.length;
    if (count < this.#least || count > this.#most) throw this.#wrongCount(call, count);
    return Array.from(list, (value, index) => {
      const { word, optional } = this.#words[Math.min(index, this.#words.length - 1)];
      if (optional && value === undefined) return undefined;
      return valueOf(`${call}: argument ${index + 1} of job ${this.#job}`, value, word);
    });
  }

  #wrongCount(call, count) {
    const least = this.#least;
    const most = this.#most;
    let accepted = `${least}`;
    if (most === ARGUMENTS_MAX) accepted = least === 0 ? `at most ${most}` : `${least} to ${most}`;
    else if (most !== least) accepted = `${least} to ${most}`;
    return new RangeError(`${call}: job ${this.#job} takes ${accepted} argument${accepted === '1' ? '' : 's'}; got ${count}`);
  }
}
