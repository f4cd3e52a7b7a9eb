/**
 * The words of pictures and events, and the shape of a picture: what
 * `inspect()` and the fold of events have in common.
 */
import { KIND, REPORT, RESTART, STATE } from './protocol.js';

const inOrder = (numbers, words) => {
  const names = [];
  for (const [key, word] of Object.entries(words)) names[numbers[key]] = word;
  return Object.freeze(names);
};

const KINDS = /* @__PURE__ */ inOrder(KIND, {
  ROOT: 'root', TASK: 'task', ITEM: 'item', TASK_SUPERVISOR: 'taskSupervisor', SUPERVISOR: 'supervisor',
});
/** For messages. */
const NAMES = /* @__PURE__ */ inOrder(KIND, {
  ROOT: 'root process', TASK: 'task', ITEM: 'task', TASK_SUPERVISOR: 'task supervisor', SUPERVISOR: 'supervisor',
});
const STATES = /* @__PURE__ */ inOrder(STATE, {
  READY: 'ready', RUNNING: 'running', ENDING: 'ending', STOPPING: 'stopping', BUSY: 'busy',
});
const RESTARTS = /* @__PURE__ */ inOrder(RESTART, {
  TEMPORARY: 'temporary', TRANSIENT: 'transient', PERMANENT: 'permanent',
});

const REPORTS = /* @__PURE__ */ inOrder(REPORT, {
  CHILD_TERMINATED: 'childTerminated', SHUTDOWN_ERROR: 'shutdownError', START_ERROR: 'startError', INTENSITY: 'intensity',
});

export const reportName = (report) => REPORTS[report];
export const kindName = (kind) => KINDS[kind];
export const nameOfKind = (kind) => NAMES[kind];
export const stateName = (state) => STATES[state];
export const restartName = (restart) => RESTARTS[restart];

export const isSupervisor = (kind) => kind === KIND.TASK_SUPERVISOR || kind === KIND.SUPERVISOR;

/** What a supervisor was started with, as pictures and events show it. */
export function settingsOf({ kind, settings: { maxChildren, maxRestarts, maxSeconds, strategy, autoShutdown } }) {
  return kind === KIND.TASK_SUPERVISOR
    ? { maxChildren: finite(maxChildren), maxRestarts, maxSeconds }
    : { strategy, autoShutdown, maxRestarts, maxSeconds };
}

/** The pid of the root process, the same in every runtime. */
export const ROOT_PID = '<0.1>';

/** Links and monitors of a process are counted up to this. */
export const COUNTED = 1000;

/** What JSON can tell: null for `Infinity`. */
export const finite = (ms) => (ms === Infinity ? null : ms);

/* ---- Pictures. ----------------------------------------------------------- */

/** The first part of a pid: its place, by which processes are listed. */
export const placeOf = (pid) => Number(pid.slice(1, pid.indexOf('.')));

const keyOf = (wait) => JSON.stringify([wait.pid, wait.what, wait.for, wait.timeout]);

/**
 * Completes a picture: puts everything into its order, fills in the children,
 * and adds the tree. `processes` are in the order of their places.
 */
export function completePicture({ processes, streams, waits, ...rest }) {
  const byPid = new Map();
  for (const process of processes) {
    byPid.set(process.pid, process);
    process.children = [];
  }
  for (const { pid, supervisor } of processes) byPid.get(supervisor)?.children.push(pid);
  for (const process of processes) {
    if (process.specs !== undefined) process.children = process.specs.flatMap(({ pid }) => pid ?? []);
  }
  streams.sort((a, b) => a.id - b.id);
  const keys = new Map(waits.map((wait) => [wait, keyOf(wait)]));
  waits.sort((a, b) => (keys.get(a) < keys.get(b) ? -1 : Number(keys.get(a) > keys.get(b))));
  return { ...rest, processes, tree: treeOf(processes, rest.root, streams), streams, waits };
}

/** The same, nested: a child below its supervisor, else below its parent. */
function treeOf(processes, rootPid, streams) {
  const nodes = new Map();
  for (const { specs, ...process } of processes) {
    nodes.set(process.pid, { ...process, streams: [], children: [] });
  }
  for (const stream of streams) nodes.get(stream.consumer).streams.push(stream);
  const root = nodes.get(rootPid);
  for (const process of processes) {
    if (process.pid === rootPid) continue;
    const node = nodes.get(process.pid);
    if (process.supervisor === null || nodes.get(process.supervisor) === undefined) {
      (nodes.get(process.parent) ?? root).children.push(node);
    } else if (nodes.get(process.supervisor).kind !== 'supervisor') {
      nodes.get(process.supervisor).children.push(node);
    }
  }
  for (const { pid, specs } of processes) {
    if (specs === undefined) continue;
    for (const spec of specs) nodes.get(pid).children.push(nodeOf(spec, nodes));
  }
  return root;
}

/** A child that has no process has a place in the tree, too. */
function nodeOf(spec, nodes) {
  const node = nodes.get(spec.pid) ?? { ...spec, kind: 'child', label: spec.id, streams: [], children: [] };
  node.id = spec.id;
  return node;
}
