/**
 * Scenarios in which Belay does something else than Elixir on purpose, and in
 * which Elixir's part cannot be played by the interpreter. Few, and found by what
 * happens in the run, so that they hide nothing else.
 */
export const PURPOSES = {
  'stream-under-busy-supervisor':
    'an item of a stream is to start while its supervisor stops a child or itself: Elixir waits, Belay does not. ' +
    'Found when an element is pulled: the supervisor is alive and its state is not running',
  'look-at-busy-supervisor':
    'a process looks at a supervisor (children, whichChildren ...) while that is busy: Elixir answers in its turn, Belay ' +
    'at once; the interpreter waits behind a request of its own, and sees what was asked in the tick of the answer, too. ' +
    'Found when it looks: the supervisor is alive and its state is not running',
};
