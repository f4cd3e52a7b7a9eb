/** The page as text, as it is before anything has been run. */
import { renderToString } from 'preact-render-to-string';
import { examples } from 'virtual:lesson';
import { createStore } from './state/store.ts';
import { Page } from './views/Page.tsx';

export async function prerender(): Promise<string> {
  const noWorker = () => Promise.reject(new Error('there is no worker while the page is written'));
  const first = examples[0];
  const known = new Map(first === undefined ? [] : [[first.id, await first.load()]]);
  return renderToString(<Page store={createStore(examples, noWorker, known)} />);
}
