/**
 * Values of a program as text. Runs in the worker, where the values are:
 * functions, handles and errors cannot be sent to the page, their text can.
 *
 * A value may be anything: it is read no further than its text goes, and what
 * throws when it is read is told as that.
 */
import type { Reason } from './events.ts';

const limits = { depth: 5, items: 60, text: 2000 };
const UNREADABLE = '[cannot be read]';

/** What is being written: whom it is in, and how many characters there is room for. */
interface Writing {
  readonly above: Set<object>;
  room: number;
}

/** For brackets that are counted before they stand there. */
const SPARE = 100;

/** A value in JavaScript's own notation, cut where it gets long. */
export function format(value: unknown): string {
  return cutText(write(value, 0, { above: new Set(), room: limits.text + SPARE }));
}

const cutText = (text: string): string =>
  text.length > limits.text ? `${text.slice(0, limits.text)} …` : text;

/** What `console.log` would make of its arguments: strings stand as they are. */
export function formatLine(values: readonly unknown[]): string {
  return values.map((value) => (typeof value === 'string' ? value : format(value))).join(' ');
}

export function reasonOf(value: unknown): Reason {
  const word = safely(
    () => (Array.isArray(value) && value[0] === 'shutdown' ? 'shutdown' : value),
    null,
  );
  return { word: typeof word === 'string' ? cutText(word) : null, text: format(value) };
}

/** What `read` gives, or `otherwise` where it throws. */
export function safely<T, O>(read: () => T, otherwise: O): T | O {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

function write(value: unknown, depth: number, writing: Writing): string {
  writing.room -= 2; // the brackets of an object
  const text = safely(() => textOf(value, depth, writing), UNREADABLE);
  if (typeof value !== 'object') {
    writing.room -= text.length - 2;
  }
  return text;
}

function textOf(value: unknown, depth: number, writing: Writing): string {
  switch (typeof value) {
    case 'string':
      return quote(value.slice(0, limits.text));
    case 'bigint':
      return `${value}n`;
    case 'function':
      return `[function ${value.name || 'without a name'}]`;
    case 'object':
      return value === null ? 'null' : writeObject(value, depth, writing);
    default:
      return String(value);
  }
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}

function writeObject(value: object, depth: number, writing: Writing): string {
  const { above } = writing;
  if (value instanceof Error) {
    return errorText(value);
  }
  if (above.has(value)) {
    return '[circular]';
  }
  if (depth >= limits.depth) {
    return Array.isArray(value) ? '[…]' : '{…}';
  }
  above.add(value);
  try {
    return writeParts(value, depth, writing);
  } finally {
    above.delete(value);
  }
}

function writeParts(value: object, depth: number, writing: Writing): string {
  const inner = (part: unknown) => write(part, depth + 1, writing);
  const parts = <T>(items: Iterable<T>, count: number, text: (item: T) => string) =>
    partsOf(items, count, text, writing);
  if (Array.isArray(value)) {
    return enclose('[', parts(placesOf(value), value.length, (at) => element(value, at, inner)), ']', depth);
  }
  if (value instanceof Map) {
    const pairs = parts(value, value.size, ([key, part]) => `${inner(key)} => ${inner(part)}`);
    return `Map ${enclose('{', pairs, '}', depth)}`;
  }
  if (value instanceof Set) {
    return `Set ${enclose('{', parts(value, value.size, inner), '}', depth)}`;
  }
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  }
  const name = safely(() => Object.getPrototypeOf(value)?.constructor?.name, '');
  const before = typeof name !== 'string' || name === '' || name === 'Object' ? '' : `${name} `;
  if (isNumbers(value)) {
    const numbers = parts(placesOf(value), value.length, (at) => inner(value[at]));
    return `${before}${enclose('[', numbers, ']', depth)}`;
  }
  const keys = Object.keys(value);
  const fields = parts(keys, keys.length, (key) => `${keyText(key)}: ${element(value, key, inner)}`);
  return `${before}${enclose('{', fields, '}', depth)}`;
}

const keyText = (key: string): string =>
  /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? key : quote(key.slice(0, limits.text));

function element(value: object, key: PropertyKey, inner: (part: unknown) => string): string {
  return safely(() => inner(Reflect.get(value, key)), UNREADABLE);
}

type Numbers = Uint8Array | BigInt64Array;

/** A typed array: it may have a great many elements, and no names for them. */
export const isNumbers = (value: object): value is Numbers =>
  ArrayBuffer.isView(value) && !(value instanceof DataView);

const placesOf = ({ length }: ArrayLike<unknown>): Iterable<number> =>
  Array(Math.min(length, limits.items)).keys();

/** The first of them as text, as far as there is room, and how many there are beside. */
function partsOf<T>(
  items: Iterable<T>,
  count: number,
  text: (item: T) => string,
  writing: Writing,
): string[] {
  const parts: string[] = [];
  for (const item of items) {
    if (parts.length === limits.items || writing.room <= 0) {
      break;
    }
    parts.push(text(item));
  }
  return count > parts.length ? [...parts, `… ${count - parts.length} more`] : parts;
}

/** On one line while that is short, else one part a line. */
function enclose(open: string, parts: readonly string[], shut: string, depth: number): string {
  if (parts.length === 0) {
    return open + shut;
  }
  const space = open === '[' ? '' : ' ';
  const flat = `${open}${space}${parts.join(', ')}${space}${shut}`;
  if (flat.length <= 64 && !flat.includes('\n')) {
    return flat;
  }
  const indent = '  '.repeat(depth + 1);
  return `${open}\n${parts.map((part) => `${indent}${part},`).join('\n')}\n${'  '.repeat(depth)}${shut}`;
}

function errorText(error: Error): string {
  const name = String(error.name || 'Error');
  const message = String(error.message);
  return cutText(message === '' ? name : `${name}: ${message}`);
}
