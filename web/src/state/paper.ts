/**
 * On paper there are the tasks as a picture, at the end of the run, and what it
 * gave, whatever of it is looked at on the screen.
 */
import { options } from 'preact';
import type { Store } from './store.ts';

export function showOnPaper({ paper }: Store): void {
  const put = (isPaper: boolean) => () => {
    const before = options.debounceRendering;
    /* The browser prints what stands there when the event is over: nothing may be drawn later. */
    options.debounceRendering = (draw) => draw();
    paper.value = isPaper;
    options.debounceRendering = before as NonNullable<typeof before>;
  };
  addEventListener('beforeprint', put(true));
  addEventListener('afterprint', put(false));
}
