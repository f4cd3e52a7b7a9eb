// What tests/workers/browser.test.mjs does, in Firefox.
import { workersIn } from '../workers/in-browser.mjs';

workersIn('Firefox');
