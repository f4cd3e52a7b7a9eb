/** Reset all: what was run and written here is forgotten; how the page looks is kept. */
import { following } from './following.ts';
import { keysThatBegin, write } from './keep.ts';

const KEPT: ReadonlySet<string> = new Set(['theme', 'view', 'letters', 'editor']);

export function forgetAll(): void {
  for (const key of keysThatBegin('')) {
    if (!KEPT.has(key)) {
      write(key, null);
    }
  }
  /* The page begins anew, without what its address says. */
  following.on = false;
  try {
    history.replaceState(null, '', location.href.replace(/#.*$/s, ''));
  } catch {
    /* In a document of this kind the address stays. */
  }
  location.reload();
}
