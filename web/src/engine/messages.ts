/**
 * What a worker tells, looked at before the page takes it in. The program
 * that runs there may replace whatever the worker itself uses, and so has a
 * hand in every message: only texts, numbers and what is made of those reach
 * a view, each where it is expected.
 */
import type { TraceEvent } from '../model/events.ts';
import type { WorkerMessage } from './protocol.ts';

type Fields = Readonly<Record<string, unknown>>;
type Test = (value: unknown) => boolean;

const isText: Test = (value) => typeof value === 'string';
const isNumber: Test = (value) => typeof value === 'number';
const isTime: Test = (value) => Number.isFinite(value) && (value as number) >= 0;
const isCount: Test = (value) => Number.isSafeInteger(value) && (value as number) > 0;
const isFlag: Test = (value) => typeof value === 'boolean';
const isNothing: Test = (value) => value === null || value === undefined;
const isPlain: Test = (value) => isText(value) || isNumber(value) || isFlag(value) || isNothing(value);

const maybe =
  (test: Test): Test =>
  (value) =>
    isNothing(value) || test(value);

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object with these fields at least, and no others unless `others` takes them. */
const fields =
  (tests: Readonly<Record<string, Test>>, others: Test = () => false): Test =>
  (value) =>
    isFields(value) &&
    Object.keys(tests).every((name) => (tests[name] as Test)(value[name])) &&
    Object.keys(value).every((name) => Object.hasOwn(tests, name) || others(value[name]));

const listOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(test);

const isReason = fields({ word: maybe(isText), text: isText, line: maybe(isCount) });

/* What the views rely on, by type; all else of an event is plain. */
const NEEDS: Readonly<Record<TraceEvent['type'], readonly string[]>> = {
  began: ['pid'],
  spawned: ['pid', 'label', 'kind'],
  started: ['pid'],
  settled: ['pid', 'status', 'by'],
  bodyReturned: ['pid'],
  killed: ['pid'],
  timedOut: ['pid', 'what'],
  restarted: ['pid', 'previous'],
  terminated: ['pid', 'supervisor'],
  refused: ['pid', 'supervisor'],
  ignored: ['pid'],
  linked: ['pid', 'other'],
  signalled: ['pid', 'reason'],
  trapped: ['pid', 'reason'],
  surfaced: ['pid', 'reason'],
  waiting: ['pid', 'what'],
  waited: ['pid', 'what', 'outcome'],
  streamOpened: ['pid'],
  delivered: ['pid', 'status'],
  streamClosed: ['pid', 'how'],
  logged: ['pid'],
  printed: ['text'],
  requested: ['path'],
  answered: ['path'],
  promised: ['pid', 'label', 'parent'],
  kept: ['pid', 'status'],
  returned: [],
  threw: ['reason'],
  unhandled: ['reason'],
  changed: ['kind', 'how'],
  stopped: ['why'],
};

/* Numbers, where the same name is a text elsewhere or a view counts with it. */
const NUMBERS: ReadonlySet<string> = new Set([
  'stream',
  'index',
  'attempt',
  'limit',
  'timeout',
  'restarts',
]);
const FLAGS: ReadonlySet<string> = new Set([
  'linked',
  'abandoned',
  'ordered',
  'done',
  'trapped',
]);
const isSettings = fields({}, isPlain);

/** Whether the field of an event is what is expected under its name. */
function isFieldOf(type: string, name: string, value: unknown): boolean {
  if (isNothing(value)) {
    return true;
  }
  switch (name) {
    case 'time':
      return isTime(value);
    case 'reason':
      return isReason(value);
    case 'settings':
      return isSettings(value);
    case 'status':
      return type === 'answered' ? isNumber(value) : isText(value);
    default:
      return NUMBERS.has(name) ? isNumber(value) : FLAGS.has(name) ? isFlag(value) : isText(value);
  }
}

export function isEvent(value: unknown): value is TraceEvent {
  if (!isFields(value) || !isText(value['type']) || !isTime(value['time'])) {
    return false;
  }
  const type = value['type'] as string;
  const needs = Object.hasOwn(NEEDS, type) ? NEEDS[type as TraceEvent['type']] : null;
  return (
    needs !== null &&
    needs.every((name) => !isNothing(value[name])) &&
    Object.keys(value).every((name) => isFieldOf(type, name, value[name]))
  );
}

const isEntry = fields({ ok: isFlag, javascript: isText, elixir: isText });
const isColumns = fields({ names: listOf(isText), rows: listOf(listOf(isText)) });

const DEPTH_MAX = 10; // of plain data

/** What JSON could say, and not too deep. */
const isData = (value: unknown, depth = 0): boolean =>
  isPlain(value) ||
  (depth < DEPTH_MAX &&
    typeof value === 'object' &&
    Object.values(value as object).every((part) => isData(part, depth + 1)));

const OUTCOMES: Readonly<Record<string, Test>> = {
  returned: fields({
    kind: isText,
    result: fields({
      text: maybe(isText),
      entries: maybe(listOf(isEntry)),
      columns: maybe(isColumns),
      plain: (value) => isData(value),
    }),
  }),
  threw: fields({ kind: isText, reason: isReason, plain: (value) => isData(value) }),
  limited: fields({ kind: isText, why: isText }),
};

const isOutcome: Test = (value) =>
  isFields(value) &&
  isText(value['kind']) &&
  Object.hasOwn(OUTCOMES, value['kind'] as string) &&
  (OUTCOMES[value['kind'] as string] as Test)(value);

const isPlace = fields({ at: isNumber, after: isNumber });
const isWait = fields({
  pid: maybe(isText),
  on: fields({ what: isText }, isPlain),
  from: isPlace,
  to: maybe(isPlace),
  hangs: isFlag,
});
const isCounts = fields({}, isNumber);
const isSummary = fields({ outcome: isText, ends: isCounts }, isNumber);

const MESSAGES: Readonly<Record<WorkerMessage['type'], Test>> = {
  ready: fields({ type: isText }),
  unable: fields({ type: isText, reason: isReason }),
  events: fields({ type: isText, events: listOf(isEvent), until: isTime }),
  seed: fields({ type: isText, summary: isSummary }),
  beat: fields({ type: isText, until: isTime }),
  waits: fields({ type: isText, waits: listOf(isWait) }),
  ended: fields({
    type: isText,
    outcome: isOutcome,
    stats: isCounts,
    until: isTime,
  }),
};

/** Whether a worker that was left alone could have told this. */
export function isMessage(value: unknown): value is WorkerMessage {
  if (!isFields(value) || !isText(value['type'])) {
    return false;
  }
  const type = value['type'] as string;
  return Object.hasOwn(MESSAGES, type) && MESSAGES[type as WorkerMessage['type']](value);
}
