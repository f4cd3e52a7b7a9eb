// Functions for the tests of what is held.
import { Watched } from './collect.mjs';

const args = new Watched();

/** Takes more than one turn, so that jobs are handed over while others are under way; the last ones tell. */
export async function takes(object) {
  args.watch(object);
  await new Promise((resolve) => setTimeout(resolve, 1));
  return object.tells ? args.held() : null;
}

export const gives = (number) => ({ number });
