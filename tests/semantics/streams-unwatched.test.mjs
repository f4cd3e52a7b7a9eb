/**
 * Part S of docs/semantics.md once more, for streams that are collected while
 * nobody looks on: then items follow each other in one place, which a
 * simulation, as it keeps all events, never does.
 */
import assert from 'node:assert/strict';
import { ok, rejection, short, unwatched } from './harness.mjs';

/** Items of which most return at once, in promises or without. */
const mixed = async (number, me) => {
  if (number % 3 === 0) await me.sleep(1 + number % 7);
  else if (number % 3 === 1) await null;
  return number;
};

unwatched('S10 unwatched: never more than maxConcurrency run, and all do', async ({ Task }) => {
  let runs = 0;
  let most = 0;
  const body = async (number, me) => {
    most = Math.max(most, ++runs);
    await mixed(number, me);
    runs--;
    return number;
  };
  for (const ordered of [true, false]) {
    const entries = await Task.asyncStream(Array(500).keys(), body, { maxConcurrency: 5, ordered }).toArray();
    assert.equal(most, 5);
    assert.deepEqual(entries.map(short).sort((a, b) => a - b), [...Array(500).keys()]);
  }
});

unwatched('S12 unwatched: ordered entries come in the order of the input', async ({ Task }) => {
  const simple = (number) => (number % 2 === 0 ? number : Promise.resolve(number));
  for (const body of [mixed, simple]) {
    const entries = await Task.asyncStream(Array(500).keys(), body, { maxConcurrency: 7 }).toArray();
    assert.deepEqual(entries, Array.from({ length: 500 }, (_, number) => ok(number)));
  }
});

unwatched('S14 unwatched: unordered entries come as their tasks end', async ({ Task, sleep }) => {
  const times = [9, 2, 3, 2];
  const body = (number) => sleep(times[number]).then(() => number);
  const entries = await Task.asyncStream([0, 1, 2, 3], body, { maxConcurrency: 2, ordered: false }).toArray();
  assert.deepEqual(entries.map(short), [1, 2, 3, 0]);
});

unwatched('S17 unwatched: the input is read to its end and closed once', async ({ Task }) => {
  const log = [];
  function* input() {
    try {
      for (let number = 0; number < 50; number++) yield number;
    } finally {
      log.push('closed');
    }
  }
  const entries = await Task.asyncStream(input(), mixed, { maxConcurrency: 4 }).toArray();
  assert.equal(entries.length, 50);
  assert.deepEqual(log, ['closed']);
});

unwatched('S20 unwatched: an item that follows in the place of another has a time of its own', async ({ Task, now, Process, sleep }) => {
  const pids = new Set();
  const body = (number, me) => {
    pids.add(me.self);
    return number === 10 ? sleep(100) : number === 15 ? sleep(30) : number;
  };
  for (const ordered of [true, false]) {
    pids.clear();
    const start = now();
    const options = { maxConcurrency: 1, timeout: 40, onTimeout: 'killTask', ordered };
    const entries = await Task.asyncStream(Array(20).keys(), body, options).toArray();
    const expected = Array.from({ length: 20 }, (_, number) => (number === 10 ? ['exit', 'timeout'] : number === 15 ? undefined : number));
    assert.deepEqual(entries.map(short), expected);
    assert.equal(now() - start, 70);
    assert.equal(pids.size, 20);
  }
  assert.equal(Process.list().length, 1);
});

unwatched('S29 unwatched: a crash takes the consumer with it, with its bare reason', async ({ Task, Process, sleep }) => {
  const error = new Error('boom');
  const body = async (number, me) => {
    await mixed(number, me);
    if (number === 40) throw error;
    return number;
  };
  const pid = Task.start((me) => me.Task.asyncStream(Array(100).keys(), body, { maxConcurrency: 3 }).toArray());
  assert.equal(await Process.monitor(pid).down, error);
  await sleep(20);
  assert.equal(Process.list().length, 1);
  const stream = Task.asyncStream(Array(100).keys(), body, { maxConcurrency: 3 });
  assert.equal(await rejection(stream.toArray()), error);
});

unwatched('S38 unwatched: the input throws: what runs is killed, then the error goes on', async ({ Task, Process, sleep }) => {
  const error = new Error('input');
  function* input() {
    for (let number = 0; number < 30; number++) yield number;
    throw error;
  }
  let ended = 0;
  const body = async (number, me) => {
    await me.sleep(number === 5 ? 1000 : 1);
    ended++;
  };
  assert.equal(await rejection(Task.asyncStream(input(), body, { maxConcurrency: 3 }).toArray()), error);
  assert.equal(Process.list().length, 1);
  await sleep(2000);
  assert.ok(ended < 30);
});
