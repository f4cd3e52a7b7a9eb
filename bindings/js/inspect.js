/** A picture of a runtime at one moment. */
import { kindName } from './observers.js';
import { formatPid, formatPidOrNull } from './pid.js';
import { KIND, STATE } from './protocol.js';

const STATES = [];
STATES[STATE.READY] = 'ready';
STATES[STATE.RUNNING] = 'running';
STATES[STATE.ENDING] = 'ending';
STATES[STATE.STOPPING] = 'stopping';
STATES[STATE.BUSY] = 'busy';

const RESTART_NAMES = ['temporary', 'transient', 'permanent'];

function childrenByPid(runtime) {
  const children = new Map();
  for (const info of runtime.processes()) {
    if (info.supervisorLow === 0) continue;
    const pid = formatPid(info.supervisorLow, info.supervisorHigh);
    if (!children.has(pid)) children.set(pid, []);
    children.get(pid).push(formatPid(info.low, info.high));
  }
  return children;
}

function describe(runtime, info, names, children) {
  const pid = formatPid(info.low, info.high);
  const supervisor = formatPidOrNull(info.supervisorLow, info.supervisorHigh);
  const described = {
    pid,
    label: info.kind === KIND.ROOT ? 'root' : runtime.cells.find(info.low, info.high)?.label ?? '',
    kind: kindName(info.kind),
    state: STATES[info.state],
    parent: formatPidOrNull(info.ownerLow, info.ownerHigh),
    supervisor,
    age: Math.max(0, runtime.now - info.started),
    trapExit: info.trapExit,
    links: info.links,
    monitors: info.monitors,
    restarts: info.restarts,
    children: children.get(pid) ?? [],
  };
  if (supervisor !== null) described.restart = RESTART_NAMES[info.restart];
  if (names.has(pid)) described.name = names.get(pid);
  return described;
}

/** One process, for Process.info. */
export function describeProcess(runtime, info) {
  return describe(runtime, info, runtime.names.byPid(), childrenByPid(runtime));
}

/** The same processes, nested: a child under its supervisor, else its parent. */
function treeOf(processes, rootPid) {
  const nodes = new Map(processes.map((process) => [process.pid, { ...process, children: [] }]));
  const root = nodes.get(rootPid);
  for (const node of nodes.values()) {
    if (node === root) continue;
    const above = nodes.get(node.supervisor) ?? nodes.get(node.parent) ?? root;
    above.children.push(node);
  }
  return root;
}

function streamsOf(runtime) {
  const streams = [];
  for (let index = 0; ; ) {
    const info = runtime.kernel.inspectStream(index);
    if (info === null) return streams;
    const run = runtime.streams.get(info.tag);
    if (run !== null && !info.closed) {
      streams.push({
        id: run.id,
        consumer: formatPid(info.consumerLow, info.consumerHigh),
        label: run.label,
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

export function inspect(runtime) {
  const names = runtime.names.byPid();
  const children = childrenByPid(runtime);
  const processes = [];
  for (const info of runtime.processes()) processes.push(describe(runtime, info, names, children));
  const { view } = runtime.kernel;
  return {
    time: runtime.now,
    root: runtime.root.pid,
    processes,
    tree: treeOf(processes, runtime.root.pid),
    streams: streamsOf(runtime),
    abandoned: view.abandoned,
    buffered: view.kept,
    timers: view.timers + view.fresh,
    memory: { bytes: view.bytes },
  };
}
