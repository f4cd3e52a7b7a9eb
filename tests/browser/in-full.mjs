// What `npm run test:web` tests, and `npm test`, which has to be quick, leaves out.
import { it } from 'node:test';

const isWhole = process.env.BELAY_WEB === 'all';

/** A test of the page that only `npm run test:web` runs. */
export const itInFull = isWhole ? it : () => {};

/** Whether the test of a lesson is to run: all of them in full, else the first of each section. */
export const isTested = (id) => isWhole || id.endsWith('1');
