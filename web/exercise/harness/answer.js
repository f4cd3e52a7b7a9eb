/* What a check of steps 1 to 3 runs: one answer, and what goes on after it. */
import * as program from './program.js';

export async function main({ sleep, log, watch }) {
  if (typeof program.aggregate !== 'function') {
    throw new TypeError('the file exports no function aggregate');
  }
  const answer = await program.aggregate();
  log('check: aggregate() has returned');
  await sleep(watch);
  return answer;
}
