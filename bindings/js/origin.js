/**
 * Who started whom: Elixir's `$callers` and `$ancestors`.
 *
 * One node for each process that has started something, shared by all that it
 * has started; a process that starts nothing has none. A node outlives its
 * process while somebody comes from it.
 */
import { formatPid } from './pid.js';

/* Processes that start their successor and end, without end, would make lists
 * without end: only the nearest are remembered, this many at least. */
const NEAREST = 1000;

const NOBODY = Object.freeze([]);

export class Origin {
  #pid = null;
  #callerPids = null;
  #ancestorPids = null;

  /**
   * @param callers the node of who started this process, or null
   * @param ancestors the node of who spawned it: its supervisor, or the same
   */
  constructor(low, high, callers, ancestors) {
    this.low = low;
    this.high = high;
    this.depth = 1 + Math.max(callers?.depth ?? 0, ancestors?.depth ?? 0);
    this.callers = callers;
    this.ancestors = ancestors;
    /** Both lists are the same from here on: no supervisor is among them. */
    this.isOne = callers === ancestors && (callers === null || callers.isOne);
    if (this.depth < 2 * NEAREST) return;
    this.depth = NEAREST;
    this.callers = copyOf(callers, 'callers', this.isOne);
    this.ancestors = this.isOne ? this.callers : copyOf(ancestors, 'ancestors', false);
  }

  get pid() {
    this.#pid ??= formatPid(this.low, this.high);
    return this.#pid;
  }

  /** For who comes from here: the nearest caller first. */
  get callerPids() {
    this.#callerPids ??= pidsFrom(this, 'callers');
    return this.#callerPids;
  }

  get ancestorPids() {
    this.#ancestorPids ??= this.isOne ? this.callerPids : pidsFrom(this, 'ancestors');
    return this.#ancestorPids;
  }
}

export const callersFrom = (origin) => (origin === null ? NOBODY : origin.callerPids);
export const ancestorsFrom = (origin) => (origin === null ? NOBODY : origin.ancestorPids);

function pidsFrom(origin, way) {
  const pids = [];
  for (let node = origin; node !== null && pids.length < NEAREST; node = node[way]) {
    pids.push(node.pid);
  }
  return Object.freeze(pids.slice()); // a list that has grown has room for more, and there are many
}

/** The nearest nodes of one list, or of both where they are one, with nothing behind them. */
function copyOf(origin, way, isBoth) {
  const nodes = [];
  for (let node = origin; node !== null && nodes.length < NEAREST - 1; node = node[way]) nodes.push(node);
  let copy = null;
  for (const { low, high } of nodes.reverse()) {
    copy = new Origin(low, high, isBoth || way === 'callers' ? copy : null, isBoth || way === 'ancestors' ? copy : null);
  }
  return copy;
}

/* ---- Where a process comes from, by what the binding keeps of it. -------- */

/**
 * The node of a process that starts something, or supervises. Of a supervisor
 * there is one, kept with its cell. Like Elixir's, it has ancestors only.
 */
export function originOf(runtime, low, high) {
  const { root } = runtime;
  if (low === root.low && high === root.high) return new Origin(low, high, null, null);
  const cell = runtime.cells.find(low, high);
  if (cell === null) return new Origin(low, high, null, null);
  const { details } = cell;
  if (details !== null && details.node) return details.node;
  const { callers, ancestors } = originsOf(runtime, cell, null);
  const node = new Origin(low, high, callers, ancestors);
  if (details !== null && details.info !== null) details.node = node;
  return node;
}

/**
 * The nodes that a process comes from: `callers` of who started it, `ancestors`
 * of its supervisor if it has one. It has a cell, or is a child that is about
 * to be started again.
 */
export function originsOf(runtime, cell, child) {
  if (cell === null) {
    const { low, high } = child.supervisor;
    return { callers: child.origin, ancestors: originOf(runtime, low, high) };
  }
  if (cell.stream !== null) return cell.stream.origins;
  const { origin, details } = cell;
  if (details === null) return { callers: origin, ancestors: origin };
  const { info, supervisor } = details;
  let { above } = details;
  if (above === null) above = supervisor === null ? origin : originOf(runtime, supervisor.low, supervisor.high);
  return { callers: info === null ? origin : null, ancestors: above };
}

/** A supervisor was killed, and its children may live on: they keep its node. */
export function keepAncestors(runtime, { low, high }) {
  const node = originOf(runtime, low, high);
  for (const { details } of runtime.cells) {
    const supervisor = details?.supervisor ?? null;
    if (supervisor !== null && supervisor.low === low && supervisor.high === high) details.above = node;
  }
}
