// How a program of another language fails that is executed for a lesson.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { told } from '../../web/tools/parity/prove.mjs';

/** A program in JavaScript, in the place of one in Elixir or Python. */
const tell = (program, secondsMax = 60) => told(process.execPath, ['-e', program], secondsMax);

describe('a program that is executed', () => {
  it('tells by its last line', async () => {
    assert.deepEqual(await tell(`console.log('by the way'); console.log('{"outcome": 1}')`), { outcome: 1 });
  });

  it('is named as too slow, also when it ends by itself as it is asked to', async () => {
    const program = `process.on('SIGTERM', () => process.exit(0)); console.log('begun'); setInterval(() => {}, 1000)`;
    await assert.rejects(tell(program, 1), {
      message: /^it was not done after 1 s, and was ended; it had printed (nothing|"begun\\n")$/,
    });
  });

  it('is named as too slow when it has to be ended', async () => {
    await assert.rejects(tell('for (;;);', 1), { message: 'it was not done after 1 s, and was ended; it had printed nothing' });
  });

  it('fails with what it has complained of', async () => {
    await assert.rejects(tell(`throw new Error('no such thing')`), { message: /no such thing/ });
  });

  it('fails when it tells nothing, with what it has printed', async () => {
    await assert.rejects(tell(''), { message: 'its last line must be JSON; it printed nothing' });
    await assert.rejects(tell(`console.log('done')`), { message: 'its last line must be JSON; it printed "done\\n"' });
  });
});
