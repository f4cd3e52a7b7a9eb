/** Brings the written page to life. */
import { hydrate } from 'preact';
import { examples } from 'virtual:lesson';
import { createStore } from './state/store.ts';
import { soon } from './views/Later.tsx';
import { Page } from './views/Page.tsx';

/* The frame and what runs in it come after the page is there to be read. */
const store = createStore(examples, async () => {
  const [{ Frame }, { sandbox }] = await Promise.all([
    import('./engine/frame.ts'),
    import('virtual:sandbox'),
  ]);
  return new Frame(sandbox);
});

/* A function, and no await of the module itself: what comes later imports from the
 * file that this is a part of. */
async function begin(): Promise<void> {
  /* What was written shows the first example: the page takes over with that. */
  await store.load(store.chosen.value);
  hydrate(<Page store={store} />, document.querySelector('#page') as HTMLElement);
  const [{ beginVisit }] = await Promise.all([
    import('./state/visit.ts'),
    ...soon.map((get) => get()),
  ]);
  beginVisit(store);
  document.documentElement.dataset['alive'] = 'true';
  getReady();
}

function getReady(): void {
  if (typeof WebAssembly === 'undefined') {
    store.refusal.value = { word: null, text: 'this browser has no WebAssembly' };
  } else {
    /* What runs programs is as large as the rest of the page: it comes when that is there. */
    const idle = globalThis.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 500));
    idle(() => store.warm(), { timeout: 2000 });
  }

  /* The other examples' texts, once the first is at work, a menu that a key opens, and what follows a pointer. */
  setTimeout(() => void getTheRest(), 1000);
}

/* One after another: thirty imports at once hold the page's thread for 25 to 50 ms. */
async function getTheRest(): Promise<void> {
  const rest = [
    () => import('./views/BreakWays.tsx'),
    () => import('./views/pointing.ts').then((module) => module.followPointer(store)),
    ...examples.map((example) => () => example.load()),
  ];
  for (const get of rest) {
    await get().catch(() => {});
  }
}

void begin();
