/** The log: what goes into it, what its entries hold, and what they say. */
import { detailsOf } from './cell.js';
import { nameProcess } from './errors.js';
import { describe } from './options.js';
import { callersFrom, originsOf } from './origin.js';
import { formatPid, formatPidOrNull } from './pid.js';
import { nameOfKind, reportName } from './shapes.js';

/** A process by its name where it has one, else by its pid. */
function nameOrPid(runtime, pid) {
  return runtime.names.of(pid) ?? pid;
}

const saidBy = (nameOrPid, pid) => (nameOrPid === pid ? pid : JSON.stringify(nameOrPid));

const shownReason = (reason, bare) => (bare ? describe(reason) : `exit with ${describe(reason)}`);

function startedText(startedBy, pid) {
  return startedBy === null ? '' : ` (started by ${saidBy(startedBy, pid)})`;
}

/**
 * A task crashed by its own doing.
 *
 * @param crash what was noted at that moment: `{ time, pid, label, reason, bare,
 *   callers, supervisor }`, callers being a node of origin.js
 */
export function crashEntry(runtime, { time, pid, label, reason, bare, callers, supervisor }) {
  const pids = callersFrom(callers);
  const startedBy = pids.length === 0 ? null : nameOrPid(runtime, pids[0]);
  const who = `${nameProcess(pid, label || null)}${startedText(startedBy, pids[0])}`;
  return {
    type: 'logged',
    kind: 'crash',
    time,
    pid,
    label,
    reason,
    startedBy,
    callers: pids,
    supervisor,
    message: `${who} crashed: ${shownReason(reason, bare)}`,
  };
}

/** A child as reports name it; one of a task supervisor has no id. */
function nameOfChild({ id, pid, label }) {
  if (id === null) return `child${pid === null ? '' : ` ${pid}`}${label ? ` ${JSON.stringify(label)}` : ''}`;
  return `child ${describe(id)}${pid === null ? '' : ` ${pid}`}`;
}

function reportText(report, child, settings, shown) {
  switch (report) {
    case 'childTerminated':
      return `${nameOfChild(child)} ended: ${shown}`;
    case 'shutdownError':
      return `${nameOfChild(child)} did not stop as it was asked to: ${shown}`;
    case 'startError':
      return `${nameOfChild(child)} could not be started: ${shown}`;
    case 'intensity':
      return `gives up: more than ${settings.maxRestarts} restart${settings.maxRestarts === 1 ? '' : 's'} ` +
        `within ${settings.maxSeconds} s, the last one of ${nameOfChild(child)}`;
    default:
      return `ended: ${shown}`;
  }
}

/**
 * What a supervisor has to say of a child, or of its own end (`child` null).
 * `reason` is an entry of the table of reasons.
 */
function reportEntry(runtime, { time, low, high }, report, child, { value, bare }) {
  const { label, details } = runtime.cells.find(low, high);
  const { kind, settings } = details.info;
  const shown = value === null && !bare ? 'there was no room for its process' : shownReason(value, bare);
  const pid = formatPid(low, high);
  const who = nameProcess(pid, label || null, nameOfKind(kind));
  return {
    type: 'reported',
    kind: 'report',
    time,
    pid,
    label,
    report,
    child,
    reason: value,
    message: `${who}${child === null ? ' ' : ': '}${reportText(report, child, settings, shown)}`,
  };
}

/* ---- From events of the kernel. ------------------------------------------ */

/** REPORT: a supervisor tells something of one of its children. */
export function noteReport(runtime, event) {
  runtime.observers.reported(() => {
    const child = runtime.children.get(event.tag);
    const cell = runtime.cells.find(event.otherLow, event.otherHigh);
    return reportEntry(runtime, event, reportName(event.extra), {
      id: child?.id ?? null,
      pid: formatPidOrNull(event.otherLow, event.otherHigh),
      label: cell?.label ?? child?.label ?? '',
    }, runtime.reasons.entry(event.reason));
  });
}

/**
 * LOG: a process ended by its own doing with an abnormal reason. A supervisor
 * reports it. The crash of a body is logged unless somebody turns out to receive
 * the failure, which later events tell.
 */
export function noteEnd(runtime, event) {
  const { time, low, high } = event;
  const cell = runtime.cells.find(low, high);
  const entry = runtime.reasons.entry(event.reason);
  if (cell.details !== null && cell.details.info !== null) {
    runtime.observers.reported(() => reportEntry(runtime, event, 'ended', null, entry));
    return;
  }
  const { label, stream, detached, supervisorPid } = cell;
  const log = {
    received: false,
    time,
    pid: formatPid(low, high),
    label,
    reason: entry.value,
    bare: entry.bare,
    callers: originsOf(runtime, cell, null).callers,
    supervisor: supervisorPid,
  };
  cell.details ??= detailsOf({});
  cell.details.log = log;
  runtime.effect(() => {
    if (log.received || (stream !== null && !detached && stream.receives)) return;
    runtime.observers.crashed(log);
  });
}

/** An Error shows its text and its stack itself; the message would repeat it. */
export function logToConsole({ message, reason }) {
  if (!(reason instanceof Error)) {
    console.error(message);
    return;
  }
  const shown = describe(reason);
  const rest = message.endsWith(shown) ? message.slice(0, -shown.length).trimEnd() : message;
  console.error(rest, reason);
}
