// C jobs in Chromium; tests/threads-all has Firefox.
import { jobsIn } from './in-browser.mjs';

jobsIn('Chromium');
