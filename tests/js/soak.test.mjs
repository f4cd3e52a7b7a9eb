/**
 * Random programs on a clock that is moved by hand: whatever tasks do to each
 * other, every promise is settled and nothing is left in the end. A seed gives
 * the same program, and the same events, each time.
 *
 *   BELAY_SEEDS=500 BELAY_SEED=1 node --test tests/js/soak.test.mjs
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quiet } from './fake-clock.mjs';
import { Program } from './random-program.mjs';

const SEEDS = Number(process.env.BELAY_SEEDS ?? 40);
const FIRST = Number(process.env.BELAY_SEED ?? 1);

test(`${SEEDS} random programs end with nothing left`, async () => {
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  let mistake = null;
  /** Failures of linked tasks surface; mistakes of the binding must not. */
  const ignore = (reason) => {
    if (reason instanceof TypeError || reason instanceof RangeError || reason?.code === 'BELAY_INTERNAL') mistake ??= reason;
  };
  process.on('unhandledRejection', ignore);
  try {
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
      try {
        const events = await new Program(seed).run();
        if (seed === FIRST) assert.equal(await new Program(seed).run(), events);
      } catch (error) {
        if (mistake !== null) throw mistake;
        error.message = `seed ${seed}: ${error.message}`;
        throw error;
      }
    }
    await quiet();
    if (mistake !== null) throw mistake;
  } finally {
    process.off('unhandledRejection', ignore);
    for (const other of others) process.on('unhandledRejection', other);
  }
});
