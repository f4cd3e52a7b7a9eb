/**
 * Takes the place of modules of belay-tasks that a run in the page cannot use:
 * what is for Node, and what writes traces, which the page does by itself
 * (`model/chrome-trace.ts`). The worker of a run is smaller by them.
 */
const refuse = (what: string) => (): never => {
  throw new Error(`${what} is not part of the playground`);
};

/** There is nothing of Node's to be replaced. */
export const replaceInNode = (): void => {};
export const nodeHost = refuse('what makes threads in Node');
export const toTraceEvents = refuse('toTraceEvents: the share menu saves the trace; it');
