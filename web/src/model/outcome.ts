/** How a run ended, and what of its result can be shown as a table. */
import { plainOf, type Plain } from './canon.ts';
import type { Reason } from './events.ts';
import { isNumbers, safely } from './format.ts';

export type Outcome =
  | { readonly kind: 'returned'; readonly result: Result }
  | { readonly kind: 'threw'; readonly reason: Reason; readonly plain: Plain }
  /** Ended by the learner, or because the worker gave no sign of life. */
  | { readonly kind: 'stopped' }
  /** Ended by a limit of the page; `why` is a sentence. */
  | { readonly kind: 'limited'; readonly why: string };

/** What `main` gave back. */
export interface Result {
  readonly text: string | null;
  /** Set when the result is a list of settled entries. */
  readonly entries: readonly Entry[] | null;
  /** Set when the result is several lists, each with a part for every item. */
  readonly columns: Columns | null;
  /** What can be compared with other languages. */
  readonly plain: Plain;
}

/** One settled entry in both notations. */
export interface Entry {
  readonly ok: boolean;
  readonly javascript: string;
  readonly elixir: string;
}

/** Lists of one length side by side: what several ways gave for the same items. */
export interface Columns {
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const ROWS_MAX = 200;

/** The result of a program as it is sent to the page. */
export function resultOf(value: unknown, format: (value: unknown) => string): Result {
  if (value === undefined) {
    return { text: null, entries: null, columns: null, plain: null };
  }
  return {
    text: format(value),
    entries: safely(() => entriesOf(value, format), null),
    columns: safely(() => columnsOf(value, format), null),
    plain: plainOf(value),
  };
}

function entriesOf(value: unknown, format: (value: unknown) => string): Entry[] | null {
  return Array.isArray(value) && value.length > 0 && value.length <= ROWS_MAX && value.every(isSettled)
    ? value.map((entry) => entryOf(entry, format))
    : null;
}

function columnsOf(value: unknown, format: (value: unknown) => string): Columns | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isNumbers(value)) {
    return null;
  }
  const lists = Object.values(value);
  const length = Array.isArray(lists[0]) ? lists[0].length : 0;
  const fits = (list: unknown) => Array.isArray(list) && list.length === length;
  if (lists.length < 2 || length === 0 || length > ROWS_MAX || !lists.every(fits)) {
    return null;
  }
  return {
    names: Object.keys(value),
    rows: Array.from({ length }, (_, row) => lists.map((list) => format(list[row]))),
  };
}

type Settled = PromiseSettledResult<unknown>;

function isSettled(value: unknown): value is Settled {
  return (
    typeof value === 'object' &&
    value !== null &&
    ((value as Settled).status === 'fulfilled' || (value as Settled).status === 'rejected')
  );
}

function entryOf(entry: Settled, format: (value: unknown) => string): Entry {
  const ok = entry.status === 'fulfilled';
  const term = termOf(ok ? entry.value : reasonValue(entry.reason));
  return { ok, javascript: format(entry), elixir: `{${ok ? ':ok' : ':exit'}, ${term}}` };
}

/** Errors of exits carry the reason that Elixir would show. */
function reasonValue(reason: unknown): unknown {
  return reason instanceof Error && 'reason' in reason ? reason.reason : reason;
}

const atom = /^[a-z_][a-zA-Z0-9_]*$/;

/** A value in Elixir's notation, as near as plain data allows; of a large one its beginning. */
function termOf(value: unknown): string {
  return write(value, 0, { parts: PARTS_MAX });
}

const DEPTH_MAX = 5;
const PARTS_MAX = 300; // of a value and all that is in it
const TEXT_MAX = 2000;

const quoted = (text: string): string =>
  JSON.stringify(text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text);

function write(value: unknown, depth: number, left: { parts: number }): string {
  left.parts -= 1;
  if (value === null || value === undefined) {
    return 'nil';
  }
  if (value instanceof Error) {
    return `%RuntimeError{message: ${quoted(String(value.message))}}`;
  }
  if (typeof value === 'string') {
    return exits.has(value) ? `:${value}` : quoted(value);
  }
  if (typeof value === 'object') {
    return depth >= DEPTH_MAX ? '…' : writeParts(value, depth, left);
  }
  return typeof value === 'function' ? '#Function' : String(value);
}

const keyText = (key: string): string => (atom.test(key) ? key : JSON.stringify(key));

function writeParts(value: object, depth: number, left: { parts: number }): string {
  const inner = (part: unknown) => write(part, depth + 1, left);
  const list = Array.isArray(value) || isNumbers(value) ? value : null;
  const parts: string[] = [];
  for (const [key, part] of list?.entries() ?? Object.entries(value)) {
    if (left.parts <= 0) {
      parts.push('…');
      break;
    }
    parts.push(list === null ? `${keyText(String(key))}: ${inner(part)}` : inner(part));
  }
  return list !== null ? `[${parts.join(', ')}]` : `%{${parts.join(', ')}}`;
}

const exits = new Set([
  'normal',
  'shutdown',
  'kill',
  'killed',
  'noproc',
  'timeout',
  'noconnection',
]);
