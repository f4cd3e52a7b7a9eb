/** A trace with all at hand that is drawn of it, worked out in turns. */
import { prepare } from '../model/prepare.ts';
import type { Trace } from '../model/trace.ts';
import { everyoneFirst } from './turns.ts';

export { afterFrame } from './turns.ts';

/** `pinned` is the one that it is held against. */
export const prepared = (trace: Trace, pinned: Trace | null = null): Promise<void> =>
  prepare(trace, everyoneFirst, pinned);
