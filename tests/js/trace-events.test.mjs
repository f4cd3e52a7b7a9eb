/** The trace is one in the Trace Event Format, as Perfetto reads it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toTraceEvents } from 'belay-tasks';
import { deferred, quiet, scenario } from './harness.mjs';
import { Program } from './random-program.mjs';

const REQUIRED = {
  X: ['name', 'cat', 'ts', 'dur', 'pid', 'tid', 'args'],
  i: ['name', 'cat', 'ts', 'pid', 'tid', 's', 'args'],
  b: ['name', 'cat', 'ts', 'pid', 'tid', 'id', 'args'],
  e: ['name', 'cat', 'ts', 'pid', 'tid', 'id', 'args'],
  s: ['name', 'cat', 'ts', 'pid', 'tid', 'id'],
  f: ['name', 'cat', 'ts', 'pid', 'tid', 'id', 'bp'],
  C: ['name', 'cat', 'ts', 'pid', 'tid', 'args'],
  M: ['name', 'ts', 'pid', 'tid', 'args'],
};

const METADATA = ['process_name', 'thread_name', 'thread_sort_index'];

/** Holds a trace against the format; gives it by `ph`. */
function checkFormat(trace) {
  assert.deepEqual(JSON.parse(JSON.stringify(trace)), trace, 'it is what JSON makes of it');
  const by = Object.fromEntries(Object.keys(REQUIRED).map((ph) => [ph, []]));
  let last = 0;
  for (const event of trace) {
    assert.ok(event.ph in REQUIRED, `phase ${event.ph}`);
    by[event.ph].push(event);
    const fields = Object.keys(event).filter((name) => name !== 'ph').sort();
    assert.deepEqual(fields, [...REQUIRED[event.ph]].sort(), `fields of ${event.ph}`);
    assert.equal(typeof event.name, 'string');
    for (const field of ['ts', 'pid', 'tid']) assert.ok(Number.isSafeInteger(event[field]) && event[field] >= 0, field);
    assert.ok(event.ts >= last, 'in the order of time');
    last = event.ts;
  }
  checkNames(by);
  const lanes = checkBars(by.X);
  checkSpans(by.b, by.e);
  checkArrows(by.s, by.f, lanes);
  for (const { s } of by.i) assert.equal(s, 't');
  for (const { args } of by.C) for (const value of Object.values(args)) assert.ok(Number.isInteger(value) && value >= 0);
  return by;
}

function checkNames({ M, X, i, b, s, f }) {
  for (const { name } of M) assert.ok(METADATA.includes(name), name);
  const named = new Set(M.filter(({ name }) => name === 'thread_name').map(({ tid }) => tid));
  for (const { tid } of [...X, ...i, ...b, ...s, ...f]) assert.ok(named.has(tid), `lane ${tid} has a name`);
}

/** Bars on a lane follow one another; gives them by lane. */
function checkBars(bars) {
  const lanes = Map.groupBy ? Map.groupBy(bars, ({ tid }) => tid) : new Map();
  if (!Map.groupBy) for (const bar of bars) lanes.set(bar.tid, [...lanes.get(bar.tid) ?? [], bar]);
  for (const lane of lanes.values()) {
    let end = 0;
    for (const { ts, dur, name } of lane) {
      assert.ok(Number.isSafeInteger(dur) && dur > 0, `how long ${name} is`);
      assert.ok(ts >= end, `${name} begins before another one has ended`);
      end = ts + dur;
    }
  }
  return lanes;
}

/** Each b has one e, of the same name and not before it. */
function checkSpans(begins, ends) {
  const open = new Map(ends.map((end) => [end.id, end]));
  assert.equal(open.size, ends.length);
  for (const begin of begins) {
    const end = open.get(begin.id);
    assert.ok(end, `span ${begin.id} ends`);
    open.delete(begin.id);
    assert.deepEqual([end.name, end.cat, end.tid], [begin.name, begin.cat, begin.tid]);
    assert.ok(end.ts >= begin.ts);
  }
  assert.equal(open.size, 0, 'nothing ends that has not begun');
}

/** Each s has one f; both are within a bar of their lane. */
function checkArrows(starts, finishes, lanes) {
  const within = ({ ts, tid }) => lanes.get(tid).some((bar) => bar.ts <= ts && ts < bar.ts + bar.dur);
  const open = new Map(finishes.map((finish) => [finish.id, finish]));
  assert.equal(open.size, finishes.length);
  assert.equal(starts.length, finishes.length);
  for (const start of starts) {
    const finish = open.get(start.id);
    assert.deepEqual([finish.name, finish.cat], [start.name, start.cat]);
    assert.ok(finish.ts >= start.ts, 'not back in time');
    assert.ok(within(start), 'an arrow begins in a bar');
    assert.ok(within(finish), 'an arrow ends in a bar');
  }
}

function watched(runtime) {
  const events = [];
  runtime.subscribe((event) => events.push(event));
  return events;
}

scenario('bars on lanes, arrows, spans, instants and counters', async ({ Task, runtime, clock }) => {
  const events = watched(runtime);
  const gate = deferred();
  const one = Task.async(({ sleep }) => sleep(5), { label: 'one' });
  const two = Task.async(() => gate.promise, { label: 'two' });
  const waiting = Task.await(one);
  await clock.advance(5);
  await waiting;
  await Task.shutdown(two, 'brutalKill');
  await clock.advance(1);
  gate.resolve();
  const three = Task.async(({ sleep }) => sleep(9), { label: 'three' });
  await clock.advance(1);
  const { X, i, b, e, s, f, C } = checkFormat(runtime.toTraceEvents(events));
  assert.deepEqual(X.map(({ name, ts, dur, tid, cat }) => [name, ts, dur, tid, cat]), [
    ['root', 0, 6001, 1, 'root'], ['one', 0, 5000, 2, 'task'], ['two', 0, 5000, 3, 'task'], ['three', 6000, 1, 2, 'task'],
  ]);
  const args = (name) => X.find((bar) => bar.name === name).args;
  assert.deepEqual([args('two').status, args('two').by, args('two').reason], ['rejected', 'signal', 'killed']);
  assert.equal(args('three').status, 'running');
  assert.deepEqual(i.map(({ name, tid, ts }) => [name, tid, ts]), [['killed', 3, 5000]]);
  assert.deepEqual(b.map(({ name, ts }) => [name, ts]), [
    ['await one', 0], ['sleep', 0], ['shutdown two', 5000], ['sleep', 6000],
  ]);
  assert.deepEqual(e.map(({ name, args: { outcome } }) => [name, outcome]), [
    ['sleep', 'timeout'], ['await one', 'ok'], ['shutdown two', 'done'], ['sleep', 'waiting'],
  ]);
  assert.deepEqual(s.map(({ name, tid, ts }) => [name, tid, ts]), [
    ['start', 1, 0], ['start', 1, 0], ['end', 2, 4999], ['end', 3, 4999], ['start', 1, 6000],
  ]);
  assert.deepEqual(f.map(({ name, tid, ts }) => [name, tid, ts]), [
    ['start', 2, 0], ['start', 3, 0], ['end', 1, 5000], ['end', 1, 5000], ['start', 2, 6000],
  ]);
  assert.deepEqual(C.map(({ ts, args: counted }) => [ts, counted.alive, counted.abandoned]), [[0, 2, 0], [5000, 0, 1], [6000, 1, 0]]);
  await clock.advance(10);
  await Task.await(three);
});

scenario('a task that is killed before it begins is a bar of its own kind; counters of streams', async ({ Task, Process, runtime, clock }) => {
  const events = watched(runtime);
  const pid = Task.start(() => 1, { label: 'never' });
  Process.exit(pid, 'kill');
  const all = Task.asyncStream([1, 2, 3], (n, { sleep }) => sleep(n), { maxConcurrency: 2, label: 'pages' }).toArray();
  await clock.advance(5);
  await all;
  await quiet();
  const { X, C } = checkFormat(toTraceEvents(events));
  assert.deepEqual(X.filter(({ cat }) => cat === 'ready').map(({ name, dur }) => [name, dur]), [['never (ready)', 1]]);
  const counted = C.filter(({ name }) => /^stream \d+ pages$/.test(name)).map(({ ts, args }) => [ts, args.running, args.buffered]);
  assert.deepEqual(counted, [[0, 2, 0], [1000, 2, 0], [2000, 1, 0], [4000, 0, 0]]);
});

test('whatever is recorded, the trace has the form', async () => {
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  const ignore = () => {};
  process.on('unhandledRejection', ignore);
  try {
    for (let seed = 500; seed < 520; seed++) {
      const program = new Program(seed);
      const events = watched(program.runtime);
      await program.run();
      checkFormat(toTraceEvents(events));
      // A recording that begins and ends in the middle.
      checkFormat(toTraceEvents(events.slice(events.length >> 2, events.length >> 1)));
    }
    await quiet();
  } finally {
    process.off('unhandledRejection', ignore);
    for (const other of others) process.on('unhandledRejection', other);
  }
});

test('nothing recorded is a trace, too', () => {
  checkFormat(toTraceEvents([]));
  assert.throws(() => toTraceEvents(5), TypeError);
});
