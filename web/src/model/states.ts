/**
 * What a task can look like: one outline and fills, each with a pattern, a
 * word and a sign of its own, so that colour is never the only sign.
 *
 * On the virtual clock what is computed takes no time: a body that has begun
 * waits for something until it ends.
 */
export type Family = 'queued' | 'waiting' | 'ok' | 'error' | 'crashed' | 'stopped';

/** Drawn by the page itself: no font's idea of a symbol, no emoji. */
export type Sign = 'check' | 'cross' | 'clock' | 'square' | 'half' | 'chain' | 'again' | 'bang';

export interface Look {
  readonly family: Family;
  /** Drawn at the end of a lane; null while nothing has ended. */
  readonly sign: Sign | null;
  readonly word: string;
}

/** Every look there is, by name. The legend and the lanes read it alike. */
export const looks = {
  queued: { family: 'queued', sign: null, word: 'queued' },
  waiting: { family: 'waiting', sign: null, word: 'waiting' },
  ok: { family: 'ok', sign: 'check', word: 'ok' },
  /** Returned an error as a value. */
  error: { family: 'error', sign: 'bang', word: 'error' },
  gaveUp: { family: 'error', sign: 'bang', word: 'gave up' },
  crashed: { family: 'crashed', sign: 'cross', word: 'crashed' },
  timedOut: { family: 'stopped', sign: 'clock', word: 'timed out' },
  killed: { family: 'stopped', sign: 'square', word: 'killed' },
  shutDown: { family: 'stopped', sign: 'half', word: 'shut down' },
  linked: { family: 'stopped', sign: 'chain', word: 'died by a link' },
  aborted: { family: 'stopped', sign: 'square', word: 'aborted' },
  gone: { family: 'stopped', sign: 'square', word: 'stopped' },
} as const satisfies Record<string, Look>;

export type LookName = keyof typeof looks;
