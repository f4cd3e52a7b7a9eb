// The hard cases of the pool in all orders (orders.mjs): each function is called once or
// never, each job ends once, and none is lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FROM_WORKER } from '../../bindings/js/workers/messages.js';
import { inAllOrders, World } from './orders.mjs';

const DEVIATIONS = Number(process.env.BELAY_DEVIATIONS ?? 2);

/* A job is told by the globalThis of the one thread that there is. */
const address = `data:text/javascript,${encodeURIComponent(`
  export function act(index, kind) {
    globalThis.belayWorld.called(index);
    return kind === 'stuck' ? new Promise(() => {}) : index;
  }`)}`;
const target = { address, name: 'act', key: `act ${address}` };

/**
 * Tries it in all orders. `script` gives what the runtime does, one thing after the other; before, a
 * job has been done, so that the function is known to be short and several are handed over at once.
 */
function scenario(name, settings, script, check) {
  test(name, async () => {
    const runs = await inAllOrders(DEVIATIONS, async (choices, enter) => {
      const world = new World(settings, target);
      enter(world);
      globalThis.belayWorld = world;
      await world.run([() => world.submit()]);
      await world.run(script(world), choices);
      for (const [index, job] of world.jobs.entries()) check(job, world.calls[index] ?? 0, world);
    });
    delete globalThis.belayWorld;
    assert.ok(runs > 20, `${runs} runs`);
  });
}

/** One that was not cancelled has returned; one that was may have. */
function checkJob({ ends, cancelled }, calls) {
  assert.equal(ends.length, 1, String(ends));
  if (cancelled && ends[0] === 'stopped') assert.ok(calls <= 1, `${calls} calls`);
  else assert.deepEqual([ends[0], calls], ['returned', 1]);
}

for (const max of [1, 2]) {
  scenario(`submit against cancel, max: ${max}`, { max }, (world) => [
    () => world.submit(),
    () => world.submit(),
    () => world.pool.cancel(world.jobs[1], new Error('enough'), 0),
    () => world.submit(),
  ], checkJob);

  scenario(`complete against kill, max: ${max}`, { max }, (world) => [
    () => {
      for (const kind of ['quick', 'stuck', 'quick']) world.submit(kind);
    },
    () => world.pool.cancel(world.jobs[2], new Error('enough'), 0),
    () => world.pool.cancel(world.jobs[1], new Error('enough'), 0),
  ], checkJob);

  scenario(`shrink against submit, max: ${max}`, { max, idleTimeout: 1 }, (world) => [
    () => world.submit(),
    () => {
      world.submit();
      world.submit();
    },
  ], (job, calls, { pool }) => {
    checkJob(job, calls);
    assert.equal(pool.describe().size, 0);
  });

  for (const [what, end] of [
    ['ends by itself', (world) => world.stop(world.workers[0])],
    ['says that it has failed', ({ workers }) => workers[0].toRuntime.push([FROM_WORKER.CRASHED, { value: 'broken' }])],
  ]) {
    scenario(`a worker that ${what}, max: ${max}`, { max }, (world) => [
      () => {
        for (let count = 0; count < 3; count++) world.submit();
      },
      () => end(world),
      () => world.submit(),
    ], ({ ends }, calls) => {
      assert.equal(ends.length, 1, String(ends));
      if (ends[0] !== 'returned') assert.match(ends[0], /^threw (exit|crash|lost)$/);
      assert.equal(calls, 1, String(ends));
    });
  }

  scenario(`stop with work in flight, max: ${max}`, { max }, (world) => [
    () => {
      for (const kind of ['quick', 'stuck', 'quick']) world.submit(kind);
    },
    () => world.pool.cancel(world.jobs[2], new Error('enough'), 0),
    () => world.pool.dispose(),
  ], ({ ends }, calls, { pool, workers }) => {
    assert.ok(ends.length <= 1 && calls <= 1, `${ends} ${calls}`);
    assert.ok(workers.every(({ isGone }) => isGone));
    assert.equal(pool.describe().queued, 0, 'nothing of what was handed ahead is kept');
  });
}
