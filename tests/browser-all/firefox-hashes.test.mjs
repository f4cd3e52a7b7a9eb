// Each lesson in Firefox gives the traces that Node gives.
import { testHashes } from '../browser/hashing.mjs';

testHashes('Firefox');
