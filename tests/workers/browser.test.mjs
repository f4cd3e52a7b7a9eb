// Bodies on workers in Chromium; tests/workers-all has Firefox.
import { workersIn } from './in-browser.mjs';

workersIn('Chromium');
