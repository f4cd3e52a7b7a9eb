/**
 * Outcomes as plain data in which three languages can be compared: what a
 * program gave, without the notation of the language it is written in.
 *
 *   {:ok, 1}   { status: 'fulfilled', value: 1 }          { "ok": 1 }
 *   {:exit, :timeout}   { status: 'rejected', ... }       { "exit": "timeout" }
 *   %RuntimeError{message: "boom"}   new Error('boom')    { "error": "boom" }
 *   :killed, "killed"                                     "killed"
 */
import { safely } from './format.ts';

export type Plain =
  null | boolean | number | string | readonly Plain[] | { readonly [name: string]: Plain };

const DEPTH_MAX = 8;
const SIZE_MAX = 2000;
const LETTERS = 100; // of a text take as much of that as one value

/** The value as plain data; null where it is too large to be compared, or cannot be read. */
export function plainOf(value: unknown): Plain {
  const budget = { left: SIZE_MAX };
  const plain = safely(() => write(value, 0, budget), null);
  return budget.left < 0 ? null : plain;
}

function write(value: unknown, depth: number, budget: { left: number }): Plain {
  budget.left -= 1;
  if (budget.left < 0 || depth > DEPTH_MAX || value === null || value === undefined) {
    return null;
  }
  const inner = (part: unknown) => write(part, depth + 1, budget);
  switch (typeof value) {
    case 'string':
      budget.left -= value.length / LETTERS;
      return budget.left < 0 ? null : value;
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'object':
      break;
    default:
      return String(value);
  }
  if (value instanceof Error) {
    return 'reason' in value ? inner(value.reason) : { error: inner(value.message) };
  }
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const length = Array.isArray(value) ? value.length : value.byteLength;
    if (length > budget.left) {
      budget.left = -1; // not looked at: it may be of any length
      return null;
    }
  }
  if (Array.isArray(value)) {
    return value.map(inner);
  }
  if ('status' in value && 'value' in value && value.status === 'fulfilled') {
    return { ok: inner(value.value) };
  }
  if ('status' in value && 'reason' in value && value.status === 'rejected') {
    return { exit: inner(value.reason) };
  }
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, inner(part)]));
}

/** What is left of it in a language that has values and exceptions alone. */
export function bare(plain: Plain): Plain {
  if (plain === null || typeof plain !== 'object') {
    return plain;
  }
  if (Array.isArray(plain)) {
    return plain.map(bare);
  }
  const entries = Object.entries(plain);
  const [first] = entries;
  if (entries.length === 1 && first !== undefined && (first[0] === 'ok' || first[0] === 'exit')) {
    return bare(first[1]);
  }
  return Object.fromEntries(entries.map(([name, part]) => [name, bare(part)]));
}
