/** A picture of a runtime at one moment. */
import { CELL } from './cell.js';
import { ancestorsFrom, callersFrom, originsOf } from './origin.js';
import { formatPid, formatPidOrNull } from './pid.js';
import { KIND } from './protocol.js';
import {
  completePicture, finite, isSupervisor, kindName, restartName, settingsOf, stateName,
} from './shapes.js';
import { childrenOf } from './supervised.js';

/**
 * The children of a general supervisor, in the order of their first starts,
 * those without a process too; `info` is what the kernel knows of it.
 */
export function specsOf(runtime, { low, high, kind }) {
  return kind === KIND.SUPERVISOR ? Array.from(childrenOf(runtime, { low, high }), specOf) : [];
}

/** One of them. */
export const specOf = (child) => ({ ...child, restart: restartName(child.restart) });

const FROM_NOBODY = Object.freeze({ callers: null, ancestors: null });

/** All but `children`, which takes a look at the others. */
function describe(runtime, info, now) {
  const pid = formatPid(info.low, info.high);
  const supervisor = formatPidOrNull(info.supervisorLow, info.supervisorHigh);
  const cell = runtime.cells.find(info.low, info.high);
  const { callers, ancestors } = cell === null ? FROM_NOBODY : originsOf(runtime, cell, null);
  const described = {
    pid,
    label: info.kind === KIND.ROOT ? 'root' : cell?.label ?? '',
    kind: kindName(info.kind),
    // The kernel holds an item to run once it is told of the element.
    state: info.kind === KIND.ITEM && cell.state === CELL.READY ? 'ready' : stateName(info.state),
    parent: formatPidOrNull(info.ownerLow, info.ownerHigh),
    supervisor,
    callers: callersFrom(callers),
    ancestors: ancestorsFrom(ancestors),
    age: Math.max(0, now - info.started),
    trapExit: info.trapExit,
    links: info.links,
    monitors: info.monitors,
    restarts: info.restarts,
    children: [],
  };
  if (supervisor !== null) described.restart = restartName(info.restart);
  const name = runtime.names.of(pid);
  if (name !== null) described.name = name;
  if (cell !== null && cell.stream !== null && !cell.detached) {
    described.stream = cell.stream.id;
    described.index = cell.number;
  }
  if (isSupervisor(info.kind)) described.settings = settingsOf(cell.details.info);
  if (info.kind === KIND.SUPERVISOR) described.specs = specsOf(runtime, info);
  return described;
}

/** One process, for Process.info. */
export function describeProcess(runtime, info) {
  const described = describe(runtime, info, runtime.now);
  if (described.specs !== undefined) described.children = described.specs.flatMap(({ pid }) => pid ?? []);
  else if (isSupervisor(info.kind)) {
    for (const { low, high, supervisorLow, supervisorHigh } of runtime.processes()) {
      if (supervisorLow === info.low && supervisorHigh === info.high) described.children.push(formatPid(low, high));
    }
  }
  return described;
}

function streamsOf(runtime) {
  const streams = [];
  for (let index = 0; ; ) {
    const info = runtime.kernel.inspectStream(index);
    if (info === null) return streams;
    const run = info.closed ? null : runtime.streams.get(info.tag);
    if (run !== null) {
      streams.push({
        id: run.id,
        consumer: run.consumerPid,
        label: run.label,
        supervisor: run.supervisorPid,
        limit: info.limit,
        inFlight: info.running,
        buffered: info.kept,
        abandoned: info.abandoned,
        started: info.started,
        delivered: info.delivered,
      });
    }
    index = (info.low & 0xffffff) + 1;
  }
}

function waitsOf(runtime) {
  const waits = [];
  for (const { caller, about } of runtime.waits.values()) {
    if (about === undefined) continue;
    const { what, low, high, timeout } = about;
    waits.push({ pid: caller.pid, what, for: formatPidOrNull(low, high), timeout: finite(timeout) });
  }
  return waits;
}

export function inspect(runtime) {
  const { now } = runtime;
  const processes = [];
  for (const info of runtime.processes()) processes.push(describe(runtime, info, now));
  const { view } = runtime.kernel;
  return completePicture({
    time: now,
    root: runtime.root.pid,
    processes,
    streams: streamsOf(runtime),
    waits: waitsOf(runtime),
    abandoned: view.abandoned,
    buffered: view.kept,
    timers: view.timers + view.fresh,
    memory: { bytes: view.bytes },
    workers: runtime.madePool?.describe() ?? null,
  });
}
