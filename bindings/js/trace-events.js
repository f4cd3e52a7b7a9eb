/**
 * Events of a runtime in the trace format of Chrome, which Perfetto opens. Each
 * process is a bar on a lane; a lane is given to the next one when it is free,
 * so there are as many lanes as there were processes at once.
 */
const PID = 1;
const microseconds = (ms) => Math.round(ms * 1000);

class Lanes {
  #busy = [];

  take() {
    let lane = this.#busy.indexOf(false);
    if (lane < 0) lane = this.#busy.length;
    this.#busy[lane] = true;
    return lane + 1;
  }

  give(lane) {
    this.#busy[lane - 1] = false;
  }

  get count() {
    return this.#busy.length;
  }
}

const instant = (event, tid, args) => ({
  name: event.type, ph: 'i', s: 't', cat: 'belay', ts: microseconds(event.time), pid: PID, tid, args,
});

const bar = (name, cat, from, to, tid, args) => ({
  name, ph: 'X', cat, ts: microseconds(from), dur: microseconds(to - from), pid: PID, tid, args,
});

function finish({ spawned, started, lane }, time, fields) {
  const { pid, label, kind, parent, supervisor, stream, index } = spawned;
  const args = { pid, kind, parent, supervisor, stream, index, ...fields };
  return bar(label || pid, kind, started ?? spawned.time, time, lane, args);
}

/** What `reason` looks like where only JSON goes. */
const shown = (reason) => (reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason));

/** @returns the trace; `JSON.stringify` of it is a file. */
export function toTraceEvents(events) {
  if (events === null || events === undefined || typeof events[Symbol.iterator] !== 'function') {
    throw new TypeError('toTraceEvents: events must be an iterable of events');
  }
  const trace = [];
  const open = new Map();
  const lanes = new Lanes();
  let last = 0;
  for (const event of events) {
    last = Math.max(last, event.time);
    const life = open.get(event.pid);
    switch (event.type) {
      case 'spawned':
        open.set(event.pid, { spawned: event, started: null, lane: lanes.take() });
        break;
      case 'started':
        if (life !== undefined) life.started = event.time;
        break;
      case 'settled':
        if (life === undefined) break;
        trace.push(finish(life, event.time, {
          status: event.status,
          by: event.by,
          ...(event.status === 'rejected' ? { reason: shown(event.reason) } : {}),
        }));
        lanes.give(life.lane);
        open.delete(event.pid);
        break;
      default: {
        const { type, time, pid, label, reason, ...rest } = event;
        const args = reason === undefined ? { pid, ...rest } : { pid, ...rest, reason: shown(reason) };
        trace.push(instant(event, life?.lane ?? 0, args));
      }
    }
  }
  for (const life of open.values()) trace.push(finish(life, last, { status: 'running' }));
  return [...namesOfLanes(lanes.count), ...trace.sort((a, b) => a.ts - b.ts)];
}

function namesOfLanes(count) {
  const names = [{ name: 'process_name', ph: 'M', ts: 0, pid: PID, tid: 0, args: { name: 'belay' } }];
  for (let lane = 1; lane <= count; lane++) {
    names.push({ name: 'thread_name', ph: 'M', ts: 0, pid: PID, tid: lane, args: { name: `lane ${lane}` } });
  }
  return names;
}
