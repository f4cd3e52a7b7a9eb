// What tests/browser/offline.test.mjs does, in Firefox.
import { offlineIn } from '../browser/offline.mjs';

offlineIn('Firefox');
