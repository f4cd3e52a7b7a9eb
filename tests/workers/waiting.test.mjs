// The queues of jobs: their order, beside an obvious model, and what they hold.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Waiting } from '../../bindings/js/workers/waiting.js';
import { randomOf } from '../js/random.mjs';
import { Watched } from './collect.mjs';
import { scenario, settled } from './harness.mjs';

const module = new URL('./held.mjs', import.meta.url);
const SEEDS = 300;
const STEPS = 400;
/* Of 500 objects that are over; some are still on their way. */
const HELD_MAX = 60;

const jobOf = (number) => ({ number, done: false, waits: false });

/** One step at random, of the queue and of its model: a list of those that wait. */
function step(random, waiting, model, made) {
  switch (random.below(6)) {
    case 0:
    case 1: {
      const job = jobOf(made.length);
      made.push(job);
      waiting.push(job);
      return [...model, job];
    }
    case 2:
      assert.equal(waiting.take(), model[0] ?? null);
      return model.slice(1);
    case 3: {
      const taken = made.filter(({ waits, done }) => !waits && !done).slice(-random.below(4));
      waiting.putBack(taken);
      return [...taken, ...model];
    }
    case 4: {
      // Some of them wait, some have been taken.
      const ended = made.filter(({ done }) => !done && random.chance(0.3));
      for (const job of ended) {
        job.done = true;
        waiting.hasEnded(job);
      }
      return model.filter(({ done }) => !done);
    }
    default:
      assert.equal(waiting.peek(), model[0] ?? null);
      return model;
  }
}

test(`jobs that wait are given out in their order, without those that have ended: ${SEEDS} programs by chance`, () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const random = randomOf(seed);
    const waiting = new Waiting();
    const made = [];
    let model = [];
    for (let number = 0; number < STEPS; number++) {
      model = step(random, waiting, model, made);
      assert.equal(waiting.size, model.length, `seed ${seed}, step ${number}`);
    }
    while (model.length > 0) assert.equal(waiting.take(), model.shift(), `seed ${seed}`);
    assert.equal(waiting.take(), null);
  }
});

test('nothing is held of what was taken out, though the queue never runs empty', async () => {
  const watched = new Watched();
  const waiting = new Waiting();
  for (let number = 0; number < 500; number++) waiting.push(watched.watch(jobOf(number)));
  for (let number = 0; number < 499; number++) waiting.take();
  assert.equal(await watched.held(), 1);
  assert.deepEqual([waiting.size, waiting.peek().number], [1, 499]);
});

test('jobs that end while they wait are let go, whoever never takes the first', async () => {
  const watched = new Watched();
  const waiting = new Waiting();
  waiting.push(jobOf(0));
  for (let number = 1; number <= 500; number++) {
    const job = watched.watch(jobOf(number));
    waiting.push(job);
    job.done = true;
    waiting.hasEnded(job);
  }
  const held = await watched.held();
  assert.ok(held < HELD_MAX, `${held} of 500 are held`);
  assert.equal(waiting.size, 1);
});

scenario('results of jobs that follow one another are not held', async ({ run, runtime }) => {
  const watched = new Watched();
  for (let number = 0; number < 500; number++) watched.watch(await run('gives', [number]));
  await settled(runtime);
  const held = await watched.held();
  assert.ok(held < HELD_MAX, `${held} of 500 are held`);
}, { max: 1, module });

scenario('a worker that always has a job waiting does not hold the arguments of those that are over', async ({ Task }) => {
  const items = Array.from({ length: 600 }, (_, number) => ({ tells: number === 500 }));
  const entries = await Task.asyncStream(items, module, 'takes', [], { maxConcurrency: 8, timeout: Infinity }).toArray();
  const held = entries[500].value;
  assert.ok(held < HELD_MAX, `${held} of 500 are held`);
}, { max: 1, module });
