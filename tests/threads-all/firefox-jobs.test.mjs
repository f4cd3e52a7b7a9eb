// What tests/threads/browser.test.mjs does, in Firefox.
import { jobsIn } from '../threads/in-browser.mjs';

jobsIn('Firefox');
