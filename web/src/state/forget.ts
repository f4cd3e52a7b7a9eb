/** Reset all: what was run and written here is forgotten; how the page looks is kept. */
import { keysThatBegin, write } from './keep.ts';
import { stopFollowing } from './share.ts';

const KEPT: ReadonlySet<string> = new Set(['theme', 'view', 'letters']);

export function forgetAll(): void {
  for (const key of keysThatBegin('')) {
    if (!KEPT.has(key)) {
      write(key, null);
    }
  }
  /* The page begins anew, without what its address says. */
  stopFollowing();
  try {
    history.replaceState(null, '', location.href.replace(/#.*$/s, ''));
  } catch {
    /* In a document of this kind the address stays. */
  }
  location.reload();
}
