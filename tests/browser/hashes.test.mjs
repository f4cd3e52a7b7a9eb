// Each lesson in Chromium gives the traces that Node gives.
import { testHashes } from './hashing.mjs';

testHashes('Chromium');
