// Each lesson in Chromium gives the traces that Node gives.
import { testHashes } from './hashing.mjs';
import { isTested } from './in-full.mjs';

testHashes('Chromium', isTested);
