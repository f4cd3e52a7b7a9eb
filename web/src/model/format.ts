/**
 * Values of a program as text. Runs in the worker, where the values are:
 * functions, handles and errors cannot be sent to the page, their text can.
 */
import type { Reason } from './events.ts';

const limits = { depth: 5, items: 60, text: 2000 };

/** A value in JavaScript's own notation, cut where it gets long. */
export function format(value: unknown): string {
  const text = write(value, 0, new Set());
  return text.length > limits.text ? `${text.slice(0, limits.text)} …` : text;
}

/** What `console.log` would make of its arguments: strings stand as they are. */
export function formatLine(values: readonly unknown[]): string {
  return values.map((value) => (typeof value === 'string' ? value : format(value))).join(' ');
}

export function reasonOf(value: unknown): Reason {
  const word = Array.isArray(value) && value[0] === 'shutdown' ? 'shutdown' : value;
  return { word: typeof word === 'string' ? word : null, text: format(value) };
}

function write(value: unknown, depth: number, above: Set<object>): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'bigint':
      return `${value}n`;
    case 'function':
      return `[function ${value.name || 'without a name'}]`;
    case 'object':
      return value === null ? 'null' : writeObject(value, depth, above);
    default:
      return String(value);
  }
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}

function writeObject(value: object, depth: number, above: Set<object>): string {
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
    return writeParts(value, depth, above);
  } finally {
    above.delete(value);
  }
}

function writeParts(value: object, depth: number, above: Set<object>): string {
  const inner = (part: unknown) => write(part, depth + 1, above);
  if (Array.isArray(value)) {
    return enclose('[', cut(value, inner), ']', depth);
  }
  if (value instanceof Map) {
    return `Map ${enclose(
      '{',
      cut([...value], ([key, part]) => `${inner(key)} => ${inner(part)}`),
      '}',
      depth,
    )}`;
  }
  if (value instanceof Set) {
    return `Set ${enclose('{', cut([...value], inner), '}', depth)}`;
  }
  if (value instanceof Date) {
    return value.toISOString();
  }
  const name = Object.getPrototypeOf(value)?.constructor?.name ?? '';
  const parts = cut(
    Object.entries(value),
    ([key, part]) =>
      `${/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? key : quote(key)}: ${inner(part)}`,
  );
  return `${name === '' || name === 'Object' ? '' : `${name} `}${enclose('{', parts, '}', depth)}`;
}

function cut<T>(items: readonly T[], text: (item: T) => string): string[] {
  const parts = items.slice(0, limits.items).map(text);
  return items.length > limits.items ? [...parts, `… ${items.length - limits.items} more`] : parts;
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
  const name = error.name || 'Error';
  return error.message === '' ? name : `${name}: ${error.message}`;
}
