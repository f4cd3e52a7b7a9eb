/** What a visit is made of beside the lessons: its address, earlier edits, the next visit. */
import { tellOfEdits } from './edits.ts';
import { keepForOffline } from './offline.ts';
import { showOnPaper } from './paper.ts';
import { shareByAddress } from './share.ts';
import type { Store } from './store.ts';

const OFFLINE_AFTER = 2000; // ms: not before the page is there to be used

export function beginVisit(store: Store): void {
  store.recall();
  tellOfEdits(store);
  shareByAddress(store);
  showOnPaper(store);
  /* While the page is developed, files come as they are; one file needs no others. */
  if (import.meta.env.PROD && import.meta.env.MODE !== 'single') {
    setTimeout(() => void keepForOffline(store.notices), OFFLINE_AFTER);
  }
}
