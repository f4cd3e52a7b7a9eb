// After one visit the page needs no network, and a new version of it waits to be asked for.
import { offlineIn } from './offline.mjs';

offlineIn('Chromium');
